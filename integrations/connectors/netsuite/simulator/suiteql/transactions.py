"""The rows of one transaction in the SuiteQL tables: head, lines, accounting lines, links."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored, Values
from integrations.connectors.netsuite.simulator.suiteql.functions import STORED
from integrations.connectors.netsuite.simulator.views import status_of
from integrations.sandbox.books import Document

Row = tuple[Any, ...]
ZERO = Decimal(0)


def transaction_rows(site: Site, stored: Stored, zone: ZoneInfo) -> dict[str, list[Row]]:
    """Give the rows per table, in the order of the tables' columns."""
    document = stored.document
    assert document is not None
    modified = stored.modified.astimezone(zone).strftime(STORED)
    lines = _lines(stored, document, modified)
    return {
        "transaction": [_head(site, stored, document, zone, modified)],
        "transactionline": lines,
        "transactionaccountingline": _accounting(document),
        "nexttransactionlinelink": [_link(site, stored, id, amount) for id, amount in document.applied.items()],
    }


def _link(site: Site, stored: Stored, target_id: str, amount: Decimal) -> Row:
    target = site.store.groups["transaction"][target_id]
    ends = (int(target_id), int(stored.id), 0, 0, target.type.code, stored.type.code)
    return (*ends, "Payment", float(amount))


def _settled(stored: Stored, document: Document) -> Row:
    """Give paid and unpaid of invoices, used and unused of payments and credits; the other pair is null."""
    if stored.kind == "invoice":
        return (float(document.used), float(document.open), None, None)
    if document.side == "credit":
        spent = document.total - document.open
        return (None, None, float(spent), float(document.open))
    return (None, None, None, None)


def _head(site: Site, stored: Stored, document: Document, zone: ZoneInfo, modified: str) -> Row:
    fields = stored.fields
    return (
        int(stored.id),
        document.reference or None,
        document.number,
        fields.get("transactionNumber"),
        stored.type.code,
        stored.type.name.lower(),
        int(document.party) if document.party else None,
        int(fields["currency"]),
        float(document.rate),
        _day(document.date),
        _day(document.due_date) if document.due_date else None,
        float(document.total),
        *_settled(stored, document),
        status_of(stored) or None,
        "T" if document.is_posted else "F",
        int(fields["postingPeriod"]),
        document.memo or None,
        stored.created.astimezone(zone).strftime(STORED),
        modified,
    )


def _lines(stored: Stored, document: Document, modified: str) -> list[Row]:
    """Give the main line, the lines of the document, and the tax lines; amounts are positive where they debit."""
    fields = stored.fields
    signed: dict[int, Decimal] = {}
    for entry in document.entries:
        signed[entry.line] = signed.get(entry.line, ZERO) + entry.debit - entry.credit
    is_journal = stored.type.name == "journalEntry"
    rows = fields.get("line" if is_journal else "item") or []
    found = [] if is_journal else [_line(stored, document, modified, 0, fields, signed.pop(0, ZERO), "T", "F")]
    for row in rows:
        number = row["line"]
        found.append(_line(stored, document, modified, number, row, signed.pop(number, ZERO), "F", "F"))
    is_sale = stored.type.name in ("invoice", "creditMemo")
    for number, amount in signed.items():
        if number:
            found.append(_line(stored, document, modified, number, {}, amount, "F", "T" if is_sale else "F"))
    return found


def _line(
    stored: Stored, document: Document, modified: str, number: int, row: Values, amount: Decimal, main: str, tax: str
) -> Row:
    entity = row.get("entity", document.party)
    return (
        number,
        int(stored.id),
        int(row["lineUniqueKey"]) if "lineUniqueKey" in row else int(stored.id) * 1000 + number,
        number,
        main,
        tax,
        _id(row.get("item")) if main == "F" else None,
        int(document.company),
        _id(row.get("department")),
        _id(row.get("class")),
        _id(row.get("location")),
        _id(entity),
        float(amount),
        row.get("description", row.get("memo")),
        "ACCOUNTSRECEIVABLE" if main == "T" and document.side else None,
        modified,
    )


def _accounting(document: Document) -> list[Row]:
    sums: dict[tuple[int, str], list[Decimal]] = {}
    for entry in document.entries:
        both = sums.setdefault((entry.line, entry.account), [ZERO, ZERO])
        both[0] += entry.base_debit
        both[1] += entry.base_credit
    posting = "T" if document.is_posted else "F"
    return [
        (
            int(document.id),
            line,
            1,
            int(account),
            float(debit) if debit else None,
            float(credit) if credit else None,
            float(debit - credit),
            posting,
        )
        for (line, account), (debit, credit) in sums.items()
    ]


def _id(value: str | None) -> int | None:
    return int(value) if value else None


def _day(value: date | datetime) -> str:
    return f"{value.isoformat()} 00:00:00"
