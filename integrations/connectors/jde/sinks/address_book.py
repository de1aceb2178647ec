"""Customers in the address book (F0101): our reference is their long address number."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.inputs import Inputs
from integrations.connectors.jde.orchestrations import UPSERT_CUSTOMER
from integrations.connectors.jde.outcome import output
from integrations.connectors.jde.query import Query, any_of, equal
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.sinks.base import OrchestrationSink, grouped, text_of
from integrations.contracts import Draft, Facts, Found

COLUMNS = ("AN8", "ALPH", "ALKY", "AT1")


class AddressBookSink(OrchestrationSink):
    """Writes and reads customers."""

    slug = "address_book"
    orchestration = UPSERT_CUSTOMER

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give the address number."""
        return output(self.orchestration.name, said, "addressNumber")

    def inputs(self, draft: Draft) -> Inputs:
        """Write the inputs; a change names the address number."""
        made = super().inputs(draft)
        if draft.external_id and draft.operation != "create":
            made["addressNumber"] = draft.external_id
        return made

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find by our reference, then creations by name within their search type."""
        for part in batches(self.bookable(drafts)):
            wanted = {draft.reference: draft for draft in part}
            for found in self._read("ALKY", list(wanted)):
                if draft := wanted.pop(found.reference, None):
                    yield draft, found
            yield from self._namesakes([draft for draft in wanted.values() if draft.operation == "create"])
            yield from self._changed([draft for draft in wanted.values() if draft.external_id.isdecimal()])

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read by address numbers."""
        found: dict[str, Found] = {}
        for part in batches([int(one) for one in ids if one.isdecimal()]):
            found |= {one.external_id: one for one in self._read("AN8", part)}
        return found

    def _changed(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find a change by its record: it is done if the name says so; ALKY keeps the first reference."""
        stands = self.standing([draft.external_id for draft in drafts])
        for draft in drafts:
            found = stands.get(draft.external_id)
            if found and found.facts.name == self._name(draft):
                yield draft, found

    def _namesakes(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        for kind, some in grouped(drafts, lambda draft: text_of(draft, "searchType") or "C").items():
            names = grouped(some, self._name)
            names.pop("", None)
            if not names:
                continue
            query = Query(
                table="F0101", columns=COLUMNS, every=(equal("AT1", kind),), either=any_of("ALPH", list(names))
            )
            for row in rows(self._client, query, "AN8"):
                for draft in names.get(row.text("ALPH"), ()):
                    yield draft, _found(row, by_reference=False)

    def _name(self, draft: Draft) -> str:
        return str(self.inputs(draft).get("alphaName", ""))

    def _read(self, alias: str, values: Sequence[str | int]) -> Iterator[Found]:
        query = Query(table="F0101", columns=COLUMNS, either=any_of(alias, values))
        for row in rows(self._client, query, "AN8"):
            yield _found(row)


def _found(row: Row, *, by_reference: bool = True) -> Found:
    return Found(
        external_id=str(row.whole("AN8")),
        reference=row.text("ALKY"),
        facts=Facts(name=row.text("ALPH")),
        by_reference=by_reference,
    )
