"""Applications: what is applied, what of a draft is still missing, and the call that adds it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from integrations.connectors.acumatica.faces import Face
from integrations.connectors.acumatica.records import apply_to, document_id, split_id
from integrations.connectors.acumatica.sinks.drafts import base_operation
from integrations.connectors.acumatica.values import Row
from integrations.contracts import Application, Draft, Value
from integrations.errors import RejectedError

if TYPE_CHECKING:
    from integrations.connectors.acumatica.sinks.base import DocumentSink

_ZERO = Decimal(0)
TO_APPLY, HISTORY, OF_MEMO = "DocumentsToApply", "ApplicationHistory", "ApplicationsCreditMemo"


def applied_to(row: Row) -> tuple[Application, ...]:
    """Give what a payment or memo is applied to: what is released already, and what its next release will apply.

    Whether a released application leaves the first list is not documented: where both together exceed the payment, the
    second list counts alone for its documents.
    """
    pending, history = _pending(row), _released(row)
    sums = {key: pending.get(key, _ZERO) + history.get(key, _ZERO) for key in (*pending, *history)}
    total = row.amount("PaymentAmount")
    if total is not None and sum(sums.values(), _ZERO) > total:
        sums = {**pending, **history}
    return tuple(Application(external_id=key, amount=amount) for key, amount in sums.items() if amount)


def missing(wanted: tuple[Application, ...], row: Row) -> tuple[Application, ...]:
    """Give what is wanted and not applied yet, as amounts to add."""
    there = {one.external_id: one.amount for one in applied_to(row)}
    sums: dict[str, Decimal] = {}
    for one in wanted:
        sums[one.external_id] = sums.get(one.external_id, _ZERO) + one.amount
    left = {key: amount - there.get(key, _ZERO) for key, amount in sums.items()}
    return tuple(Application(external_id=key, amount=amount) for key, amount in left.items() if amount > 0)


def wanted_of(draft: Draft) -> tuple[Application, ...]:
    """Give the whole of what shall be applied: what the facts state, else the payload's rows."""
    if draft.facts.applied is not None:
        return draft.facts.applied
    rows = draft.payload.get(TO_APPLY)
    given = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []
    return tuple(
        Application(
            external_id=document_id(str(row.get("DocType") or ""), str(row.get("ReferenceNbr") or "")),
            amount=Decimal(str(row.get("AmountPaid") or 0)),
        )
        for row in given
    )


def apply_missing(sink: "DocumentSink", face: Face, external_id: str, wanted: tuple[Application, ...]) -> None:
    """Bring a released payment's applications up to what is wanted, and release them; safe to call twice.

    Raises RejectedError, before anything is written, where more is applied than wanted: the API cannot take that back;
    and where Acumatica takes the rows with 200 and drops them.
    """
    row = sink.standing(face, external_id, (TO_APPLY, HISTORY))
    _refuse_excess(external_id, wanted, row)
    lacking = missing(wanted, row)
    if lacking:
        body: dict[str, Value] = {**face.keys(*split_id(external_id)), **apply_to(lacking)}
        sink.desk.schema.check(face.entity, body)
        sink.client.put(face.entity, body, "update", (TO_APPLY,))
        row = sink.standing(face, external_id, (TO_APPLY, HISTORY))
        if dropped := missing(wanted, row):
            raise RejectedError(
                f"Acumatica answered 200, but did not apply {external_id} to {dropped[0].external_id}. See "
                "whether that document is released, open, and of the same customer.",
                code="acumatica_application_dropped",
                field=TO_APPLY,
                value=dropped[0].external_id,
            )
    if row.details(TO_APPLY) and face.is_released(row):
        _release_rows(sink, face, external_id, wanted)


def _release_rows(sink: "DocumentSink", face: Face, external_id: str, wanted: tuple[Application, ...]) -> None:
    try:
        sink.client.act(face.entity, face.release, face.keys(*split_id(external_id)))
    except RejectedError:
        if missing(wanted, sink.standing(face, external_id, (HISTORY,))):
            raise  # else a call whose answer got lost has released them in between


def read_applied(sink: "DocumentSink", face: Face, draft: Draft, keys: Mapping[str, str]) -> tuple[Application, ...]:
    """Read what a payment or released memo is applied to; lists do not show that, so it is read by its key.

    For an application only what is released counts: rows that wait for a release have applied nothing yet.
    """
    lists = (HISTORY,) if base_operation(draft) == "apply" else (TO_APPLY, HISTORY)
    return applied_to(sink.client.row(face.entity, keys, lists) or Row())


def settle(sink: "DocumentSink", face: Face, memo_id: str, owed: Row, owed_id: str) -> None:
    """Apply a memo to a document with as much as both leave open; safe to call twice."""
    row = sink.standing(face, memo_id, (TO_APPLY, HISTORY))
    standing = {one.external_id: one.amount for one in applied_to(row)}
    amount = min(unused(row), owed.amount("Balance") or _ZERO)
    if amount > 0:
        standing[owed_id] = standing.get(owed_id, _ZERO) + amount
    wanted = tuple(Application(external_id=key, amount=each) for key, each in standing.items())
    apply_missing(sink, face, memo_id, wanted)


def unused(row: Row) -> Decimal:
    """Give what a payment or memo, read with its lists, is applied to nothing with."""
    return (row.amount("PaymentAmount") or _ZERO) - sum((one.amount for one in applied_to(row)), _ZERO)


def _refuse_excess(external_id: str, wanted: tuple[Application, ...], row: Row) -> None:
    sums: dict[str, Decimal] = {}
    for one in wanted:
        sums[one.external_id] = sums.get(one.external_id, _ZERO) + one.amount
    for one in applied_to(row):
        if one.amount > sums.get(one.external_id, _ZERO):
            raise RejectedError(
                f"{external_id} is applied to {one.external_id} with {one.amount}, but to be applied with only "
                f"{sums.get(one.external_id, _ZERO)}. Acumatica's API cannot take an application back: open "
                f"{external_id} on Payments and Applications (AR302000), tab Application History, Reverse Application, "
                "then replay this record. The cash stays as it is.",
                code="acumatica_still_applied",
                field=TO_APPLY,
                value=one.external_id,
            )


def _pending(row: Row) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for line in (*row.details(TO_APPLY), *row.details(OF_MEMO)):
        _count(sums, line.text("DocType"), line.text("ReferenceNbr"), line)
    return sums


def _released(row: Row) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for line in row.details(HISTORY):
        kind = line.text("DisplayDocType") or line.text("AdjustedDocType")
        _count(sums, kind, line.text("DisplayRefNbr") or line.text("AdjustedRefNbr"), line)
    return sums


def _count(sums: dict[str, Decimal], kind: str, number: str, line: Row) -> None:
    if kind and number:
        key = document_id(kind, number)
        sums[key] = sums.get(key, _ZERO) + (line.amount("AmountPaid") or _ZERO)
