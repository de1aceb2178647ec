"""What all sinks share: the one call of a write, look-ups by reference and then by business key, the catalogue."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from integrations.connectors.netsuite.client import Client, Written
from integrations.connectors.netsuite.fields import FIELDS
from integrations.connectors.netsuite.metadata import custom_fields
from integrations.connectors.netsuite.records import is_external_id, owner
from integrations.connectors.netsuite.suiteql import chunks, is_id
from integrations.contracts import Booked, Draft, Found, Receipt, Value
from integrations.errors import ConnectorError, MappingError, RejectedError, UnknownOutcomeError
from mappings.catalogue import TargetField

_UNTAKEN = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
CREATING = "reverse"  # operations so named make the document that takes another one's effect back


class RecordSink:
    """A sink over one record type; a subclass says how to look its records up."""

    slug = ""
    record = ""
    settle_s = 0  # NetSuite keeps external ids unique and every write is an upsert: a late first call changes nothing

    def __init__(self, client: Client) -> None:
        self._client = client

    def by_external_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find the records with these external ids, at most MOST_KEYS."""
        raise NotImplementedError

    def by_internal_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find the records with these internal ids, at most MOST_KEYS; `reference` is their external id."""
        raise NotImplementedError

    def by_business_key(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find records that people or other programs made for the same object, at most MOST_KEYS drafts."""
        raise NotImplementedError

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up by external id, or by the internal id that a draft names; creations without a hit by business key."""
        hits: dict[str, tuple[Found, ...]] = {draft.reference: () for draft in drafts}
        for part in chunks(drafts):
            for draft, found in self._known(part):
                hits[draft.reference] += (found,)
            lacking = [draft for draft in part if not hits[draft.reference] and _is_first(draft)]
            for draft, found in self._candidates(lacking):
                hits[draft.reference] += (found,)
        return hits

    def book(self, draft: Draft) -> Receipt:
        """Create by PUT under the reference as external id, update by PATCH; one call, unless it names no id."""
        written = self._write(draft, draft.payload)
        internal_id = written.internal_id or draft.external_id or self._look_up(draft)
        return Receipt(external_id=internal_id, summary={"status": written.status, "request_id": written.request_id})

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read by internal id what stands."""
        stands: dict[str, Found] = {}
        for part in chunks(list(dict.fromkeys(one.external_id for one in booked if is_id(one.external_id)))):
            stands |= {found.external_id: found for found in self.by_internal_id(part)}
        return {
            one.draft.reference: _seen_by(one.draft, stands[one.external_id])
            for one in booked
            if one.external_id in stands
        }

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields of the record, with the account's own custom fields where its metadata can be read."""
        has_lines = any(field.level == "line" for field in FIELDS[self.slug])
        return FIELDS[self.slug] + custom_fields(self._client, self.record, has_lines=has_lines)

    def _write(self, draft: Draft, body: Mapping[str, Value]) -> Written:
        _check_texts(draft, body)
        record = self.record_of(draft)
        if draft.external_id and not is_creation(draft):
            return self._client.update(record, draft.external_id, body)
        if not is_external_id(draft.reference):
            raise RejectedError(
                f"“{draft.reference}” cannot be a NetSuite external id: letters, digits, _ and -, fewer than 64.",
                code="netsuite_invalid_external_id",
                value=draft.reference,
            )
        return self._client.upsert(record, draft.reference, body)

    def record_of(self, draft: Draft) -> str:
        """Give the record type of the path."""
        return self.record

    def _look_up(self, draft: Draft) -> str:
        """Ask for the id of what was written just now; without it the outcome is unknown, though it was accepted."""
        try:
            found = next(iter(self.by_external_id([draft.reference])), None)
        except ConnectorError as error:
            raise _unnamed(draft) from error
        if not found:
            raise _unnamed(draft)
        return found.external_id

    def _known(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Give what carries the references; what a draft changes by internal id (linked once, made by others) too."""
        by_reference = {draft.reference: draft for draft in drafts}
        for found in self.by_external_id(list(by_reference)):
            if draft := by_reference.pop(found.reference, None):
                yield draft, found
        by_id = {draft.external_id: draft for draft in by_reference.values() if is_id(draft.external_id)}
        for found in self.by_internal_id(list(by_id)) if by_id else ():
            yield by_id[found.external_id], _seen_by(by_id[found.external_id], found)

    def _candidates(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Give business hits; what carries an external id of ours belongs to another object and is none."""
        if not drafts:
            return
        for draft, found in self.by_business_key(drafts):
            if not found.reference or owner(found.reference) != owner(draft.reference):
                yield draft, replace(found, by_reference=False)


def is_creation(draft: Draft) -> bool:
    """Tell whether an operation makes a document of its own, under its own reference; others act on one that stands."""
    return draft.operation == "create" or draft.operation.startswith(CREATING)


def _is_first(draft: Draft) -> bool:
    """Tell whether a draft makes a record's document, or a part of it: people may have keyed the same."""
    return draft.operation == "create" or (draft.makes == "share" and draft.operation.startswith("create-"))


def _check_texts(draft: Draft, value: Value, field: str = "") -> None:
    """Refuse characters that NetSuite does not take. Raises MappingError naming the field."""
    if isinstance(value, str):
        if not _UNTAKEN.search(value):
            return
        raise MappingError(
            f"{draft.reference}: {field} holds line breaks or control characters, which NetSuite does not take. Mend "
            "it in the source record, or its row under Mappings.",
            code="netsuite_invalid_value",
            field=field,
            value=ascii(value)[1:-1][:80],
        )
    if isinstance(value, dict | Mapping):
        for name, inner in value.items():
            _check_texts(draft, inner, name)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_texts(draft, inner, field)


def _seen_by(draft: Draft, found: Found) -> Found:
    return replace(found, by_reference=found.reference == draft.reference)


def _unnamed(draft: Draft) -> UnknownOutcomeError:
    return UnknownOutcomeError(
        f"NetSuite accepted {draft.reference}, but did not say under which id. It is looked up before anything is "
        "repeated.",
        code="netsuite_unexpected_answer",
    )
