"""Vendors: known again by our reference in their short name, recognised by name or tax id where others made them."""

from collections.abc import Iterator, Mapping, Sequence

from integrations.connectors.billcom.client import Client, Raw
from integrations.connectors.billcom.records import owner
from integrations.connectors.billcom.sinks.base import RecordSink
from integrations.connectors.billcom.sinks.roster import Roster, currency_of
from integrations.contracts import Draft, Facts, Found, Value

Key = tuple[str, str]


class VendorSink(RecordSink):
    """Writes and reads vendors. All are compared here: BILL's filters cannot hold every name, nor a tax id."""

    slug = "vendors"

    def __init__(self, client: Client, roster: Roster) -> None:
        super().__init__(client)
        self._roster = roster

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up by BILL's id, our reference, then name and tax id; archived ones only by id or reference."""
        known = self.known(drafts)
        hits: dict[str, tuple[Found, ...]] = {
            draft.reference: (known[draft.reference],) for draft in drafts if draft.reference in known
        }
        lacking = [draft for draft in drafts if draft.reference not in hits]
        vendors = self._roster.all() if lacking else ()
        ours: dict[str, list[Raw]] = {}
        others: dict[Key, list[Raw]] = {}
        for vendor in vendors:
            ours.setdefault(str(vendor.get("shortName") or ""), []).append(vendor)
            for key in () if vendor.get("archived") else _keys(vendor):
                others.setdefault(key, []).append(vendor)
        for draft in lacking:
            rows = ours.get(draft.reference) or _alike(draft, others)
            hits[draft.reference] = tuple(_found(row, draft.reference) for row in rows)
        return hits

    def body_of(self, draft: Draft) -> dict[str, Value]:
        """Give the body with our reference as short name; a vendor that stands keeps the short name it has."""
        return {**draft.payload, "shortName": draft.reference} if draft.operation == "create" else {**draft.payload}

    def found_of(self, rows: Sequence[Raw]) -> Sequence[Found]:
        """Read vendors as they stand."""
        return [_found(row, "") for row in rows]


def _alike(draft: Draft, others: Mapping[Key, Sequence[Raw]]) -> list[Raw]:
    """Give vendors of the same name or tax id, each once; what carries a reference of ours is another object's."""
    found: dict[str, Raw] = {}
    for key in _keys(draft.payload):
        for vendor in others.get(key, ()):
            theirs = owner(str(vendor.get("shortName") or ""))
            if not theirs or theirs != owner(draft.reference):
                found[str(vendor.get("id"))] = vendor
    return list(found.values())


def _keys(vendor: Mapping[str, object]) -> Iterator[Key]:
    name = " ".join(str(vendor.get("name") or "").split()).casefold()
    more = vendor.get("additionalInfo")
    tax_id = "".join(filter(str.isalnum, str(more.get("taxId") or ""))) if isinstance(more, Mapping) else ""
    if name:
        yield "name", name
    if len(tax_id) > 4:  # shorter is masked or made up
        yield "tax id", tax_id


def _found(vendor: Raw, wanted: str) -> Found:
    reference = str(vendor.get("shortName") or "")
    return Found(
        external_id=str(vendor.get("id")),
        reference=reference,
        by_reference=reference == wanted,
        stage="voided" if vendor.get("archived") else "posted",
        facts=Facts(name=str(vendor.get("name") or ""), currency=currency_of(vendor)),
    )
