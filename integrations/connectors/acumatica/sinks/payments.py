"""Payments and refunds: applications verified after the call, applied later, voided by a document of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.acumatica.faces import PAYMENT, REFUND, Face
from integrations.connectors.acumatica.records import apply_to, document_id, split_id
from integrations.connectors.acumatica.sinks.applications import (
    TO_APPLY,
    apply_missing,
    missing,
    read_applied,
    wanted_of,
)
from integrations.connectors.acumatica.sinks.base import DocumentSink
from integrations.connectors.acumatica.sinks.drafts import base_operation
from integrations.connectors.acumatica.values import Row
from integrations.contracts import Booked, Draft, Found, Receipt, Value
from integrations.errors import ConnectorError, RejectedError

VOID = "VoidPayment"


class PaymentSink(DocumentSink):
    """Writes and reads customers' payments."""

    slug = "payments"
    faces = (PAYMENT,)

    @property
    def sign(self) -> Decimal:
        """Unapplied cash reduces what is owed."""
        return Decimal(-1)

    def expanded(self, draft: Draft) -> tuple[str, ...]:
        """Ask for the applications: they may be accepted and dropped."""
        return (TO_APPLY,) if wanted_of(draft) else ()

    def create(self, face: Face, draft: Draft) -> Receipt:
        """Insert a payment and see that it is applied; rows that were dropped are sent once more, by its own id.

        What stays unapplied shows itself in the read-back.
        """
        row = self.client.put(face.entity, self.body(face, draft), expand=self.expanded(draft))
        lacking = missing(wanted_of(draft), row)
        if lacking:
            self._apply_again(face, row, draft)
        receipt = self.receipt(face, row)
        return replace(receipt, summary={**receipt.summary, "reapplied": bool(lacking)})

    def _apply_again(self, face: Face, row: Row, draft: Draft) -> None:
        rows: Mapping[str, Value] = apply_to(missing(wanted_of(draft), row))
        try:
            self.client.put(face.entity, {"id": row.id, **face.keys_of(row), **rows}, "update", (TO_APPLY,))
        except ConnectorError:
            return  # the payment stands; the read-back tells what it lacks

    def other(self, face: Face, draft: Draft, operation: str) -> Receipt:
        """Apply a payment to more documents, or void it."""
        if operation == "apply":
            apply_missing(self, face, draft.external_id, wanted_of(draft))
            return Receipt(external_id=draft.external_id, summary={"operation": operation})
        if operation == "void":
            return self._void(face, draft.external_id, draft.facts.date)
        return super().other(face, draft, operation)

    def _void(self, face: Face, external_id: str, on: date | None) -> Receipt:
        """Void a released payment: Acumatica makes a document of its own for it, which is released in turn.

        It is dated by the business date of the call (observed in the simulator only, so it is read back).
        """
        voiding = self._voiding(face, external_id)
        if voiding is None:
            row = self.standing(face, external_id)
            if face.stage(row) == "voided":
                return self.receipt(face, row, already=True)
            voiding = self._act_void(face, row, on)
        if voiding is None:
            row = self.standing(face, external_id)
            if face.stage(row) != "voided":
                raise RejectedError(
                    f"Acumatica ran the voiding of {external_id}, but it is still {row.text('Status')}. Void it on "
                    "AR302000 to see why it stays.",
                    code="acumatica_not_voided",
                    value=row.text("Status"),
                )
            return self.receipt(face, row)
        if not face.is_released(voiding):
            return self.release(face, face.id_of(voiding))
        return self.receipt(face, voiding)

    def _act_void(self, face: Face, row: Row, on: date | None) -> Row | None:
        external_id = face.id_of(row)
        try:
            self.client.act(face.entity, VOID, face.keys_of(row), on)
        except RejectedError:
            voiding = self._voiding(face, external_id)
            if voiding is None and face.stage(self.standing(face, external_id)) != "voided":
                raise  # else a call whose answer got lost has voided it in between
            return voiding
        return self._voiding(face, external_id)

    def _voiding(self, face: Face, external_id: str) -> Row | None:
        """Give the document that voids a payment: it has the same number and a type of its own."""
        kind, number = split_id(external_id)
        wanted = f"Voided {kind}"
        return self.client.row(face.entity, face.keys(wanted, number)) if wanted in face.reversals else None

    def _operations(self, face: Face, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        voids = [draft for draft in drafts if base_operation(draft) == "void"]
        ids = {draft.reference: _void_id(draft) for draft in voids}
        standing = self.read_back([Booked(draft=draft, external_id=ids[draft.reference]) for draft in voids])
        for draft in voids:
            if draft.reference in standing:
                yield draft, replace(standing[draft.reference], reference=draft.reference, by_reference=True)
        yield from super()._operations(face, [draft for draft in drafts if base_operation(draft) != "void"])

    def with_applications(self, face: Face, draft: Draft, row: Row, found: Found) -> Found:
        """Add what the payment is applied to."""
        if draft.facts.applied is None:
            return found
        applied = read_applied(self, face, draft, face.keys_of(row))
        return replace(found, facts=replace(found.facts, applied=applied))


class RefundSink(PaymentSink):
    """Writes and reads refunds to customers."""

    slug = "refunds"
    faces = (REFUND,)


def _void_id(draft: Draft) -> str:
    kind, number = split_id(draft.external_id)
    return document_id(f"Voided {kind}", number)
