"""What both sinks share: the operations, checks before the call, and reading back by id."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from integrations.connectors.billcom.client import Client, Raw
from integrations.connectors.billcom.fields import FIELDS, INVOICE_NUMBER
from integrations.connectors.billcom.query import is_id
from integrations.connectors.billcom.records import is_reference
from integrations.connectors.billcom.sinks.validate import check
from integrations.contracts import Booked, Draft, Found, Receipt, Value
from integrations.errors import MappingError, UnknownOutcomeError
from mappings.catalogue import TargetField

SETTLE_S = 600  # BILL does not say how late a lost create can still appear, nor keeps an idempotency key
OPERATIONS = ("create", "update", "archive", "restore")


class RecordSink:
    """A sink over one list of BILL; a subclass says how its records are looked up and what a change takes."""

    slug = ""
    settle_s = SETTLE_S

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def path(self) -> str:
        """Name the list in BILL's addresses."""
        return self.slug.replace("_", "-")

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look drafts up, by our reference and by business key."""
        raise NotImplementedError

    def body_of(self, draft: Draft) -> dict[str, Value]:
        """Give the body with our reference in it."""
        raise NotImplementedError

    def found_of(self, rows: Sequence[Raw]) -> Sequence[Found]:
        """Read records as they stand; `reference` is ours where they carry one."""
        raise NotImplementedError

    def book(self, draft: Draft) -> Receipt:
        """Create, change, archive or restore one record with one writing call.

        Raises MappingError before the call for what BILL would not keep as it is.
        """
        if operation_of(draft) not in OPERATIONS:
            raise MappingError(
                f"“{draft.operation}” is no operation on {self.slug} in BILL: {', '.join(OPERATIONS)}.",
                code="billcom_invalid_operation",
                value=draft.operation,
            )
        if not is_reference(draft.reference):
            raise MappingError(
                f"“{draft.reference[:60]}” cannot be our reference: letters, digits, _ and -, at most 40.",
                code="billcom_invalid_operation",
                field="reference",
                value=draft.reference[:60],
            )
        written = self._write(draft)
        record_id = written.get("id") or draft.external_id
        if not isinstance(record_id, str) or not record_id:
            raise UnknownOutcomeError(
                f"BILL accepted {draft.reference}, but did not say under which id. It is looked up before anything is "
                "repeated.",
                code="billcom_unexpected_answer",
            )
        return Receipt(external_id=record_id, summary={"operation": draft.operation})

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read by id what stands; what was changed is read from itself, as a list may show it as it was before."""
        made = [one.external_id for one in booked if one.draft.operation == "create"]
        changed = {one.external_id for one in booked if is_id(one.external_id)} - set(made)
        rows = [*self._client.some(self.path, made).values()]
        rows += [raw for one in sorted(changed) if (raw := self._client.one(self.path, one)) is not None]
        stands = {found.external_id: found for found in self.found_of(rows)}
        return {
            one.draft.reference: _seen_by(one.draft, stands[one.external_id])
            for one in booked
            if one.external_id in stands
        }

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields that a mapping may fill: BILL has no custom fields. Long invoice numbers are shortened."""
        return tuple(replace(one, max_length=0) if one.name == INVOICE_NUMBER else one for one in FIELDS[self.slug])

    def before_change(self, draft: Draft) -> None:
        """Refuse a change that must not be made; nothing by default."""

    def change(self, draft: Draft, body: Mapping[str, Value]) -> Raw:
        """Change a record that stands."""
        return self._client.change(self.path, draft.external_id, body)

    def _write(self, draft: Draft) -> Raw:
        if operation_of(draft) == "create":
            self._check(draft, is_whole=True)
            return self._client.create(self.path, self.body_of(draft))
        if operation_of(draft) == "update":
            self._check(draft, is_whole=False)
            self.before_change(draft)
            return self.change(draft, self.body_of(draft))
        self.before_change(draft)
        return self._client.set_archived(self.path, draft.external_id, archived=operation_of(draft) == "archive")

    def _check(self, draft: Draft, *, is_whole: bool) -> None:
        check(draft.reference, draft.payload, FIELDS[self.slug], is_whole=is_whole)

    def known(self, drafts: Sequence[Draft]) -> Mapping[str, Found]:
        """Read what the drafts name by BILL's id: they change records that stand already."""
        named = [draft for draft in drafts if draft.external_id]
        rows = self._client.some(self.path, [draft.external_id for draft in named]) if named else {}
        stands = {found.external_id: found for found in self.found_of(list(rows.values()))}
        return {
            draft.reference: _seen_by(draft, stands[draft.external_id])
            for draft in named
            if draft.external_id in stands
        }


def operation_of(draft: Draft) -> str:
    """Give what is done: an operation that comes again within a revision names behind a colon what it is about."""
    return draft.operation.partition(":")[0]


def _seen_by(draft: Draft, found: Found) -> Found:
    return replace(found, by_reference=found.reference == draft.reference)
