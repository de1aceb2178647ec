"""Customers: our reference in Account Ref, which is meant for it but not unique; recognised by name or e-mail."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from integrations.connectors.acumatica.query import Query, batches, compare, equal
from integrations.connectors.acumatica.records import owner
from integrations.connectors.acumatica.sinks.base import SETTLE_S, Desk
from integrations.connectors.acumatica.sinks.drafts import check_reference
from integrations.connectors.acumatica.values import Row, nested
from integrations.contracts import Booked, Draft, Facts, Found, Receipt, Value
from integrations.errors import ContractError, MappingError
from mappings.catalogue import TargetField

ENTITY, KEY, REFERENCE = "Customer", "CustomerID", "AccountRef"
LONGEST_REFERENCE = 50
_CONTACT_EMAIL = "MainContact/Email"


class CustomerSink:
    """Writes and reads customers."""

    slug = "customers"
    settle_s = SETTLE_S

    def __init__(self, desk: Desk) -> None:
        self._client = desk.client
        self._schema = desk.schema

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up by our reference, or by the id that a draft names; creations without a hit by name and e-mail."""
        hits: dict[str, tuple[Found, ...]] = {draft.reference: () for draft in drafts}
        for draft, found in (*self._by(REFERENCE, drafts, _reference), *self._by_id(drafts)):
            if all(known.external_id != found.external_id for known in hits[draft.reference]):
                hits[draft.reference] += (found,)
        lacking = [draft for draft in drafts if not hits[draft.reference] and draft.operation == "create"]
        for draft, found in self._look_alikes(lacking):
            if all(known.external_id != found.external_id for known in hits[draft.reference]):
                hits[draft.reference] += (found,)
        return hits

    def book(self, draft: Draft) -> Receipt:
        """Insert a customer, or change the one that the draft names.

        A customer whose id is given by hand is created only if it does not stand (`If-None-Match`), and changed only
        if it does (`If-Match`).
        """
        check_reference(draft, LONGEST_REFERENCE)
        body: dict[str, Value] = {**nested(draft.payload), REFERENCE: draft.reference}
        if draft.external_id:
            body = {**body, KEY: draft.external_id}
            body.pop(REFERENCE)
        self._schema.check(ENTITY, body)
        _check_name(draft)
        mode = "update" if draft.external_id else "create" if body.get(KEY) else "upsert"
        row = self._client.put(ENTITY, body, mode)  # type: ignore[arg-type]
        return Receipt(external_id=_id(row), summary={"status": row.text("Status"), "note_id": row.id})

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read by customer id what stands."""
        wanted = dict.fromkeys(one.external_id for one in booked if one.external_id.isprintable() and one.external_id)
        stands = {_id(row): row for row in self._rows([compare(KEY, "eq", each) for each in wanted])}
        return {
            one.draft.reference: _seen_by(one.draft, _found(stands[one.external_id]))
            for one in booked
            if one.external_id in stands
        }

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields that a mapping may fill."""
        return self._schema.catalogue(self.slug, ENTITY)

    def _by(
        self, field: str, drafts: Sequence[Draft], value_of: Callable[[Draft], str]
    ) -> Iterator[tuple[Draft, Found]]:
        """Find customers by one field of the main view: predicates over several views may contradict each other."""
        wanted: dict[str, list[Draft]] = {}
        for draft in drafts:
            if (value := value_of(draft)) and value.isprintable():
                wanted.setdefault(value.casefold(), []).append(draft)
        values = dict.fromkeys(value_of(draft) for some in wanted.values() for draft in some)
        for row in self._rows([equal(field, value) for value in values], with_contact=field == _CONTACT_EMAIL):
            shown = row.linked("MainContact").text("Email") if field == _CONTACT_EMAIL else row.text(field)
            for draft in wanted.get(shown.casefold(), ()):
                yield draft, _seen_by(draft, _found(row))

    def _by_id(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        return self._by(KEY, drafts, lambda draft: draft.external_id)

    def _look_alikes(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Give customers of the same name or e-mail; what carries a reference of ours is another's."""
        pairs = (*self._by("CustomerName", drafts, _name), *self._by(_CONTACT_EMAIL, drafts, _email))
        for draft, found in pairs:
            if not owner(found.reference) or owner(found.reference) != owner(draft.reference):
                yield draft, replace(found, by_reference=False)

    def _rows(self, predicates: Sequence[str], *, with_contact: bool = False) -> Iterator[Row]:
        expand = ("MainContact",) if with_contact else ()
        for where in batches(predicates):
            yield from self._client.rows(Query(entity=ENTITY, where=where, expand=expand))


def _check_name(draft: Draft) -> None:
    """Refuse a blank name. Raises MappingError before any call."""
    if "CustomerName" in draft.payload and not _name(draft):
        raise MappingError(
            f"{draft.reference}: CustomerName is blank, but Acumatica needs a name. Mend it in the source record, or "
            "its row under Mappings.",
            code="acumatica_field_missing",
            field="CustomerName",
        )


def _reference(draft: Draft) -> str:
    return draft.reference


def _name(draft: Draft) -> str:
    return str(draft.payload.get("CustomerName") or "").strip()


def _email(draft: Draft) -> str:
    contact = nested(draft.payload).get("MainContact")
    return str(contact.get("Email") or "").strip() if isinstance(contact, Mapping) else ""


def _id(row: Row) -> str:
    found = row.text(KEY)
    if not found:
        raise ContractError("Acumatica gave a customer without id.", code="acumatica_unexpected_answer")
    return found


def _found(row: Row) -> Found:
    return Found(
        external_id=_id(row),
        reference=row.text(REFERENCE),
        number=_id(row),
        facts=Facts(name=row.text("CustomerName") or None, currency=row.text("CurrencyID") or None),
    )


def _seen_by(draft: Draft, found: Found) -> Found:
    """Say whether it is ours; blanks around a name, which Acumatica drops, make no difference to the draft's."""
    facts, wanted = found.facts, draft.facts.name
    if wanted is not None and wanted.strip() == (facts.name or "").strip():
        facts = replace(facts, name=wanted)
    return replace(found, facts=facts, by_reference=found.reference == draft.reference)
