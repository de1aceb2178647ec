"""Shows records as the record API does: references with links, enumerations with names, sublists as links or whole."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from integrations.connectors.netsuite.simulator.records.applying import (
    LINES_OF,
    PAYABLE,
    REFUNDABLE,
    open_for,
)
from integrations.connectors.netsuite.simulator.records.lists import customer_name
from integrations.connectors.netsuite.simulator.records.types import PRIVATE, group_of
from integrations.connectors.netsuite.simulator.schema import Field, Fields
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored, Values
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document

RECORDS = "/services/rest/record/v1/"
ZERO = Decimal(0)


class View:
    """Renders records of a site under an origin such as `https://7654321-sb1.suitetalk.api.netsuite.com`."""

    def __init__(self, site: Site, origin: str, *, is_expanded: bool = False, simple_enums: bool = False) -> None:
        self._site = site
        self._base = origin + RECORDS
        self._is_expanded = is_expanded
        self._simple_enums = simple_enums

    def href(self, stored: Stored) -> str:
        """Give the address of a record."""
        return f"{self._base}{stored.type.name}/{stored.id}"

    def record(self, stored: Stored, only: Iterable[str] = ()) -> Json:
        """Show a record, or only some of its fields."""
        shown = frozenset(only)
        here = self.href(stored)
        values = {**stored.fields, **computed(self._site, stored)}
        out: Json = {"links": [_link(here)]}
        for name, field in stored.type.fields.items():
            if shown and name not in shown:
                continue
            if field.kind in ("list", "object"):
                if name in values or field.kind == "list":
                    out[name] = self._sub(field, values.get(name), f"{here}/{name}", is_expanded=self._is_expanded)
            elif name in values:
                out[name] = self._value(field, values[name], here)
        return out

    def lines(self, stored: Stored, name: str) -> Json:
        """Show a sublist in full, as its own address does."""
        values = {**stored.fields, **computed(self._site, stored)}
        field = stored.type.fields[name]
        return self._sub(field, values.get(name), f"{self.href(stored)}/{name}", is_expanded=True)

    def collection(self, ids: list[Stored], here: str, limit: int, offset: int, total: int) -> Json:
        """Show a page of records as ids and links."""
        items = [{"links": [_link(self.href(one))], "id": one.id} for one in ids]
        return {
            "links": [_link(here)],
            "count": len(items),
            "hasMore": offset + len(items) < total,
            "items": items,
            "offset": offset,
            "totalResults": total,
        }

    def _sub(self, field: Field, value: Any, here: str, *, is_expanded: bool) -> Json:
        links = [_link(here)]
        if not is_expanded:
            return {"links": links}
        if field.kind == "object":
            return {"links": links, **self._line(value, field.fields, here)}
        lines = value or []
        items = [
            {"links": [_link(f"{here}/{line.get('line', at)}")], **self._line(line, field.fields, here)}
            for at, line in enumerate(lines)
        ]
        page = {"count": len(items), "hasMore": False, "items": items, "offset": 0, "totalResults": len(items)}
        return {"links": links, **page}

    def _line(self, values: Values, fields: Fields, here: str) -> Json:
        out: Json = {}
        for name, value in values.items():
            field = fields.get(name)
            if field is None:
                continue
            if field.kind in ("list", "object"):
                out[name] = self._sub(field, value, f"{here}/{name}", is_expanded=True)
            else:
                out[name] = self._value(field, value, here)
        return out

    def _value(self, field: Field, value: Any, here: str) -> Any:
        if field.kind == "ref":
            return self._ref(field.targets[0], value)
        if field.kind == "enum":
            return value if self._simple_enums else {"id": value, "refName": field.choices.get(value, value)}
        if field.kind == "refs":
            items = [self._ref(field.targets[0], one) for one in value]
            links = [_link(f"{here}/{field.name}")]
            if not self._is_expanded:
                return {"links": links}
            page = {"count": len(items), "hasMore": False, "items": items, "offset": 0, "totalResults": len(items)}
            return {"links": links, **page}
        if isinstance(value, datetime):
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return value.isoformat() if isinstance(value, date) else value

    def _ref(self, target: str, id: str) -> Json:
        found = self._site.store.get(group_of(target), id)
        if found is None:
            return {"links": [], "id": id}
        links = [] if found.type.name in PRIVATE else [_link(self.href(found))]
        out: Json = {"links": links, "id": id}
        if found.external_id:
            out["externalId"] = found.external_id
        out["refName"] = ref_name(found)
        return out


def ref_name(stored: Stored) -> str:
    """Give the name by which others refer to a record."""
    fields = stored.fields
    if stored.type.group == "entity":
        return f"{fields['entityId']} {customer_name(fields)}".strip()
    if stored.type.is_transaction:
        return f"{stored.type.title} #{fields.get('tranId', stored.id)}"
    for name in ("itemId", "name", "accountSearchDisplayName", "periodName"):
        if name in fields:
            return str(fields[name])
    return stored.id


def computed(site: Site, stored: Stored) -> Values:
    """Give the fields that NetSuite works out when a record is read."""
    created = "dateCreated" if stored.type.name == "customer" else "createdDate"
    values: Values = {"id": stored.id, created: stored.created, "lastModifiedDate": stored.modified}
    if stored.type.name == "customer":
        opened = list(site.books.open_of(stored.id))
        values["balance"] = sum((_signed(one) for one in opened if one.kind != "deposit"), ZERO)
        values["depositBalance"] = sum((one.open for one in opened if one.kind == "deposit"), ZERO)
    document = stored.document
    if document is None:
        return values
    status = status_of(stored)
    if "status" in stored.type.fields and status:
        values["status"] = status
    values["total"] = document.total
    if stored.type.name == "invoice":
        values["amountPaid"], values["amountRemaining"] = document.used, document.open
    if "applied" in stored.type.fields:
        values["applied"], values["unapplied"] = document.used, document.open
    if "apply" in stored.type.fields:
        values["apply"] = _apply_rows(site, stored, document)
    return values


def status_of(stored: Stored) -> str:
    """Give the letter of a transaction's status."""
    document, fields, name = stored.document, stored.fields, stored.type.name
    if document is None or name in ("journalEntry", "depositApplication"):
        return ""
    if name in ("invoice", "creditMemo"):
        if not document.is_posted:
            return "E" if fields.get("approvalStatus") == "3" else "D"
        return "A" if document.open > 0 else "B"
    if name == "customerPayment":
        return "B" if fields.get("undepFunds") == "T" else "C"
    if name == "customerDeposit":
        spent = "C" if document.open <= 0 else ""
        return spent or ("A" if fields.get("undepFunds") == "T" else "B")
    return "R"


def _apply_rows(site: Site, stored: Stored, document: Document) -> list[Values]:
    """List what is applied and, as NetSuite does, whatever else could be."""
    account = stored.fields.get("arAcct") or stored.fields.get("account", "")
    kinds = REFUNDABLE if document.side == "debit" else PAYABLE
    rows = [_apply_row(site, site.books.documents[id], amount) for id, amount in document.applied.items()]
    others = open_for(site, document.party, document.currency, account, kinds)
    return rows + [_apply_row(site, one, None) for one in others if one.id not in document.applied]


def _apply_row(site: Site, target: Document, amount: Decimal | None) -> Values:
    row: Values = {
        "doc": target.id,
        "line": LINES_OF[target.kind][0],
        "apply": amount is not None,
        "due": target.open + (amount or ZERO),
        "total": target.total,
        "refNum": target.number,
        "type": site.store.groups["transaction"][target.id].type.title,
        "applyDate": target.date,
    }
    return {**row, "amount": amount} if amount is not None else row


def _signed(document: Document) -> Decimal:
    return document.open if document.side == "debit" else -document.open


def _link(href: str) -> Json:
    return {"rel": "self", "href": href}
