"""What all sinks of documents share: the one write, look-ups by reference and by business key, listings, open items."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.acumatica.client import Client, Mode
from integrations.connectors.acumatica.faces import WAITING, Face
from integrations.connectors.acumatica.periods import Calendar
from integrations.connectors.acumatica.query import batches, compare, equal, every
from integrations.connectors.acumatica.reader import one_by_one
from integrations.connectors.acumatica.records import (
    LONGEST_REFERENCE,
    REVERSES,
    owner,
    split_id,
)
from integrations.connectors.acumatica.schema import Schema
from integrations.connectors.acumatica.sinks.drafts import (
    base_operation,
    check_reference,
    is_before_reversal,
    is_beside,
    is_by_account,
    is_operation,
    plain,
)
from integrations.connectors.acumatica.sinks.ledger import dated, listing, open_items
from integrations.connectors.acumatica.values import CUSTOM, Row, nested
from integrations.contracts import Booked, Draft, Found, OpenItem, Receipt, Value
from integrations.errors import MappingError, MissingReferenceError, RejectedError
from mappings.catalogue import TargetField

SETTLE_S = 660  # a call may wait ten minutes in the licence's queue before it runs or is declined
_STATUS_LOOKS, _STATUS_PAUSE_S = 4, 1.0  # a release may show a little later
_DAY = timedelta(days=1)
Hits = dict[str, tuple[Found, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a sink works with."""

    client: Client
    schema: Schema
    calendar: Calendar


class DocumentSink:
    """A sink over one kind of document, on one screen or several."""

    slug = ""
    settle_s = SETTLE_S
    faces: tuple[Face, ...] = ()

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.client = desk.client

    def face_of(self, draft: Draft) -> Face:
        """Give the screen that a draft is for."""
        return self.faces[0]

    # Looking up

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look new documents up by our reference, then by customer, date and total; operations by their document.

        An operation's `Found` tells by its stage, and by what is applied, whether the operation is done.
        """
        hits: Hits = {draft.reference: () for draft in drafts}
        for face, some in _grouped(drafts, self.face_of).items():
            made = [draft for draft in some if not is_operation(draft)]
            _add(hits, self._by_reference(face, made))
            _add(hits, self._operations(face, [draft for draft in some if is_operation(draft)]))
            lacking = [draft for draft in made if not hits[draft.reference] and draft.makes in ("link", "share")]
            _add(hits, self._by_business_key(face, lacking))
        return hits

    def _by_reference(self, face: Face, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        for draft, row in self.rows_by_reference(face, drafts):
            if self.is_done(face, draft, row):
                yield draft, face.found(row)

    def is_done(self, face: Face, draft: Draft, row: Row) -> bool:
        """Tell whether a draft of several steps was done to its last; until then it is as if nothing stood there."""
        return not is_beside(draft) or face.is_released(row)

    def rows_by_reference(self, face: Face, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Row]]:
        """Read what carries the references of drafts."""
        wanted = {draft.reference: draft for draft in drafts}
        query = face.query(lines=face.is_journal)
        for where in batches([self.named(face, each) for each in wanted]):
            for row in one_by_one(self.client, replace(query, where=where), face.keys_of):
                draft = wanted.get(face.reference_of(row))
                if draft and row.text(face.type_key) in face.types:
                    yield draft, row

    def named(self, face: Face, reference: str) -> str:
        """Write the predicate of a reference."""
        return equal(face.reference, reference)

    def _operations(self, face: Face, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        standing = self.read_back([Booked(draft=draft, external_id=draft.external_id) for draft in drafts])
        for draft in drafts:
            if draft.reference in standing:
                yield draft, replace(standing[draft.reference], reference=draft.reference, by_reference=True)

    def _by_business_key(self, face: Face, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find documents that people entered for the same thing; what carries a reference of ours is another's."""
        asked = [draft for draft in drafts if draft.facts.customer and draft.facts.date and draft.facts.total]
        days = [draft.facts.date for draft in asked if draft.facts.date]
        if not face.customer or not days:
            return
        span = dated(face, min(days), max(days))
        customers = [equal(face.customer, draft.facts.customer or "") for draft in asked]
        for where in batches(customers, beside=span):
            for row in self.client.rows(face.query(every(span, where))):
                yield from _look_alikes(face, row, asked)

    # Reading back

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read what stands, with lines, applications and posting date where the drafts state them."""
        stands: dict[str, Found] = {}
        for face, some in _grouped([one.draft for one in booked], self.face_of).items():
            drafts = {draft.reference for draft in some}
            mine = [self._own(face, one) for one in booked if one.draft.reference in drafts]
            rows = self._rows_of(face, mine)
            for one in mine:
                row = rows.get(one.external_id)
                if row is not None and self.is_done(face, one.draft, row):
                    stands[one.draft.reference] = self._as_stated(face, one, row)
        return stands

    def _own(self, face: Face, one: Booked) -> Booked:
        """Give what was made beside a record's document by its reference, where its id was not told."""
        if one.external_id or not is_beside(one.draft):
            return one
        found = next(self.rows_by_reference(face, [one.draft]), None)
        return replace(one, external_id=face.id_of(found[1]) if found else "")

    def _rows_of(self, face: Face, booked: Sequence[Booked]) -> dict[str, Row]:
        """Read documents by id, a type at a time; with their lines where a draft states lines."""
        lines = face.is_journal or any(one.draft.facts.lines is not None for one in booked)
        numbers: dict[str, list[str]] = {}
        for external_id in dict.fromkeys(one.external_id for one in booked):
            kind, number = split_id(external_id)
            if number and number.isprintable():
                numbers.setdefault(kind, []).append(number)
        found: dict[str, Row] = {}
        for kind, some in numbers.items():
            beside = compare(face.type_key, "eq", kind)
            for where in batches([compare(face.number_key, "eq", number) for number in some], beside):
                query = face.query(every(beside, where), lines=lines)
                found |= {face.id_of(row): row for row in one_by_one(self.client, query, face.keys_of)}
        return found

    def _as_stated(self, face: Face, one: Booked, row: Row) -> Found:
        """Tell lines as the draft names them, by account or by item; add what only some drafts state."""
        draft = one.draft
        found = face.found(row, by_account=is_by_account(draft))
        facts = found.facts
        if draft.facts.posting_date:
            period = face.text(row, face.period)
            posted = self.desk.calendar.posting_date(draft.facts.posting_date, period)
            facts = replace(facts, posting_date=posted)
        if draft.facts.lines is None:
            facts = replace(facts, lines=None)
        facts = self.with_applications(face, draft, row, replace(found, facts=facts)).facts
        return replace(found, facts=facts, by_reference=found.reference == draft.reference)

    def with_applications(self, face: Face, draft: Draft, row: Row, found: Found) -> Found:
        """Add what is applied, where a draft states it."""
        return found

    # Writing

    def book(self, draft: Draft) -> Receipt:
        """Write one draft: a document, a change of it, or an action with all its polling.

        Operations are safe to call twice: what is done already is not done again.
        """
        operation = base_operation(draft)
        face = self.face_of(draft)
        if is_beside(draft):
            return self.beside(face, draft)
        if operation in ("create", "reverse"):
            return self.create(face, draft)
        if not draft.external_id:
            raise MappingError(f"{operation} names no document of Acumatica.", code="mapping", field="external_id")
        if operation == "update":
            return self.update(face, draft)
        if operation == "release":
            self.require_same_rate(face, draft)
            self.move_period(face, draft)
            receipt = self.release(face, draft.external_id)
            if is_before_reversal(draft) and not face.is_released(row := self.standing(face, draft.external_id)):
                raise _unreleased(draft.external_id, row)
            return receipt
        return self.other(face, draft, operation)

    def other(self, face: Face, draft: Draft, operation: str) -> Receipt:
        """Do what only some kinds can. Raises RejectedError for what Acumatica's API cannot do."""
        raise RejectedError(
            f"{draft.external_id}: “{operation}” cannot be done through Acumatica's API. Do it on the document's "
            "screen, then replay the record.",
            code="acumatica_not_offered",
            value=operation,
        )

    def create(self, face: Face, draft: Draft) -> Receipt:
        """Insert a document under our reference, not on hold."""
        body = self.body(face, self.at_its_rate(face, draft))
        row = self.client.put(face.entity, body, expand=self.expanded(draft))
        return self.receipt(face, row)

    def beside(self, face: Face, draft: Draft) -> Receipt:
        """Make and release a document beside the record's own, or go on with the one that carries its reference."""
        found = next(self.rows_by_reference(face, [draft]), None)
        row = found[1] if found else self.client.put(face.entity, self.body(face, self.at_its_rate(face, draft)))
        self.require_same_rate(face, replace(draft, external_id=face.id_of(row)))
        return self.release(face, face.id_of(row))

    def at_its_rate(self, face: Face, draft: Draft) -> Draft:
        """Give a reversal the exchange rate of what it takes back, so that both weigh the same in base currency.

        Acumatica may drop it without a word, as where a customer may not have rates of its own (AR303000, Enable Rate
        Override): the release looks. Raises RejectedError where the rate cannot be read.
        """
        rate = self._rate_taken_back(face, draft)
        return draft if rate in (None, 1) else replace(draft, payload={**draft.payload, face.rate: rate})

    def require_same_rate(self, face: Face, draft: Draft) -> None:
        """Raise RejectedError for a reversal, not released yet, at another rate than what it takes back."""
        wanted = self._rate_taken_back(face, draft)
        if wanted is None:
            return
        row = self._with_rate(face, draft.external_id)
        stands = self._rate(face, row)
        if row is None or face.is_released(row) or stands == wanted:
            return
        raise RejectedError(
            f"The reversal {draft.external_id} was entered in Acumatica at the exchange rate {stands or 'not shown'}, "
            f"and {draft.payload[REVERSES]}, which it takes back, stands at {wanted}. It was not released: what "
            "differs would be a gain or loss that nobody made. Tick Enable Rate Override of the customer (AR303000), "
            f"set this rate on {draft.external_id}, and replay the record.",
            code="reversed_at_another_rate",
            field="rate",
            value=draft.external_id,
        )

    def _rate_taken_back(self, face: Face, draft: Draft) -> Decimal | None:
        """Give the exchange rate of the document that a reversal names; None where it names none."""
        external_id = str(draft.payload.get(REVERSES) or "")
        if not all(split_id(external_id)):
            return None
        rate = self._rate(face, self._with_rate(face, external_id))
        if rate is None:
            raise RejectedError(
                f"Acumatica does not show the exchange rate of {external_id.replace('/', ' ')}, so its reversal "
                f"{draft.reference} was not booked: it would take the rate of its own day. See that the document "
                "stands and that the sync's user may see its currency rate there, then replay the record.",
                code="rate_not_shown",
                field="rate",
                value=external_id.replace("/", "-"),
            )
        return rate

    def _with_rate(self, face: Face, external_id: str) -> Row | None:
        custom = (face.rate.removeprefix(f"{CUSTOM}."),)
        return self.client.row(face.entity, face.keys(*split_id(external_id)), custom=custom)

    def _rate(self, face: Face, row: Row | None) -> Decimal | None:
        told = face.text(row, face.rate) if row is not None else ""
        return Decimal(told) if told else None

    def expanded(self, draft: Draft) -> tuple[str, ...]:
        """Name what the answer to a creation must show."""
        return ()

    def body(self, face: Face, draft: Draft) -> dict[str, Value]:
        """Write a new document. Raises MappingError for fields that the endpoint does not have, and bad references."""
        check_reference(draft, LONGEST_REFERENCE)
        body = {face.type_key: face.types[0], "Hold": False, **plain(draft), face.reference: draft.reference}
        self.desk.schema.check(face.entity, body)
        return body

    def update(self, face: Face, draft: Draft, mode: Mode = "update") -> Receipt:
        """Change fields of a document that stands; `If-Match: *` keeps it from being made anew."""
        kind, number = split_id(draft.external_id)
        body = {**plain(draft), **face.keys(kind, number)}
        self.desk.schema.check(face.entity, body)
        return self.receipt(face, self.client.put(face.entity, body, mode))

    def move_period(self, face: Face, draft: Draft) -> None:
        """Give a document that is not released yet the posting period drafted for: its own may be closed since."""
        wanted = str(draft.payload.get(face.period) or "")
        if not wanted:
            return
        keys = face.keys(*split_id(draft.external_id))
        custom = (face.period.removeprefix(f"{CUSTOM}."),) if face.period.startswith(CUSTOM) else ()
        row = self.client.row(face.entity, keys, custom=custom)
        if row is not None and not face.is_released(row) and face.text(row, face.period) != wanted:
            self.client.put(face.entity, {**nested({face.period: wanted}), **keys}, "update")

    def release(self, face: Face, external_id: str) -> Receipt:
        """Release a document and see that it was: an action may end without having done anything."""
        row = self.standing(face, external_id)
        if face.is_released(row):
            return self.receipt(face, row, already=True)
        if face.status(row) in WAITING:
            return self.receipt(face, row)
        try:
            self.client.act(face.entity, face.release, face.keys_of(row))
        except RejectedError:
            if not face.is_released(self.standing(face, external_id)):
                raise  # else a call whose answer got lost has released it in between
        return self.receipt(face, self._released(face, external_id))

    def _released(self, face: Face, external_id: str) -> Row:
        row = self.standing(face, external_id)
        for _ in range(_STATUS_LOOKS):
            if face.is_released(row) or face.status(row) in WAITING:
                return row
            self.client.clock.wait(_STATUS_PAUSE_S)
            row = self.standing(face, external_id)
        raise _unreleased(external_id, row)

    def standing(self, face: Face, external_id: str, expand: Sequence[str] = ()) -> Row:
        """Read a document by its id. Raises MissingReferenceError."""
        row = self.client.row(face.entity, face.keys(*split_id(external_id)), expand)
        if row is None:
            raise MissingReferenceError(
                f"{external_id} does not stand in Acumatica (any longer) on the screen of {face.entity}.",
                code="acumatica_not_found",
                value=external_id,
            )
        return row

    def receipt(self, face: Face, row: Row, *, already: bool = False) -> Receipt:
        """Say what was booked."""
        summary: dict[str, Value] = {"status": row.text("Status"), "note_id": row.id}
        return Receipt(external_id=face.id_of(row), summary={**summary, **({"already": True} if already else {})})

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields that a mapping may fill."""
        return self.desk.schema.catalogue(self.slug, self.faces[0].entity)

    # Reconciling

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List documents dated in the range, with those that void others; two screens may show the same one."""
        return listing(self.client, self.readable_faces(), start, end)

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """List what is open. Raises ConfigurationError for a past day: the API tells balances of now only."""
        return open_items(self.client, self.readable_faces(), as_of, self.sign)

    def readable_faces(self) -> Iterator[Face]:
        """Give the screens that this tenant has: the second may be switched off, the first may not."""
        yield from self.faces

    @property
    def sign(self) -> Decimal:
        """1 where an open amount is owed to the tenant, -1 for unapplied cash and credits."""
        return Decimal(1)


def _unreleased(external_id: str, row: Row) -> RejectedError:
    return RejectedError(
        f"Acumatica ran the release of {external_id}, but it is still {row.text('Status') or 'unreleased'}. "
        "Release it on its screen to see why it stays.",
        code="acumatica_not_released",
        field="Status",
        value=row.text("Status"),
    )


def _look_alikes(face: Face, row: Row, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
    if row.text(face.type_key) not in face.types:
        return
    found = face.found(row)
    for draft in drafts:
        wanted = draft.facts
        is_same = (found.facts.customer, found.facts.date, found.facts.total) == (
            wanted.customer,
            wanted.date,
            wanted.total,
        )
        is_anothers = bool(owner(found.reference)) and owner(found.reference) == owner(draft.reference)
        if is_same and not is_anothers and wanted.currency in (None, found.facts.currency):
            yield draft, replace(found, by_reference=False)


def _grouped(drafts: Sequence[Draft], face_of: Callable[[Draft], Face]) -> dict[Face, list[Draft]]:
    groups: dict[Face, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(face_of(draft), []).append(draft)
    return groups


def _add(hits: Hits, pairs: Iterator[tuple[Draft, Found]]) -> None:
    for draft, found in pairs:
        if all(known.external_id != found.external_id for known in hits[draft.reference]):
            hits[draft.reference] += (found,)
