"""Invoices and credit memos of both screens: made, read and released on the one that a draft names."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from integrations.connectors.acumatica.faces import (
    INVOICE,
    MEMO,
    MEMO_AS_PAYMENT,
    SALES_INVOICE,
    SALES_MEMO,
    Face,
)
from integrations.connectors.acumatica.query import equal, every
from integrations.connectors.acumatica.records import SCREEN, SETTLES, reversed_by
from integrations.connectors.acumatica.sinks.applications import (
    HISTORY,
    TO_APPLY,
    applied_to,
    apply_missing,
    read_applied,
    settle,
    unused,
    wanted_of,
)
from integrations.connectors.acumatica.sinks.base import DocumentSink
from integrations.connectors.acumatica.sinks.drafts import is_beside
from integrations.connectors.acumatica.values import Row
from integrations.contracts import Draft, Found, Receipt
from integrations.errors import ConfigurationError, PrivilegeError


class InvoiceSink(DocumentSink):
    """Writes and reads invoices; the screen Invoice unless the payload names SalesInvoice."""

    slug = "invoices"
    faces: tuple[Face, ...] = (INVOICE, SALES_INVOICE)

    def face_of(self, draft: Draft) -> Face:
        """Give the screen that the payload names, else this sink's first."""
        named = draft.payload.get(SCREEN)
        return next((face for face in self.faces if face.entity == named), self.faces[0])

    def other(self, face: Face, draft: Draft, operation: str) -> Receipt:
        """Let a document be used up by a memo that it takes back, or a memo by the document that takes it back."""
        if operation != "settle":
            return super().other(face, draft, operation)
        memo, owed = _memo_and_owed(draft)
        invoice = self.standing(INVOICE, owed)
        settle(self, MEMO_AS_PAYMENT, memo, invoice, owed)
        self._settle_beside(memo, owed, invoice.text(INVOICE.customer))
        return Receipt(external_id=draft.external_id, summary={"operation": operation})

    def _settle_beside(self, memo: str, owed: str, customer: str) -> None:
        """Use what a memo has left on the documents that took back memos which settled the same invoice.

        Acumatica's API cannot take those applications back, but so nothing stays open, and what they made in exchange
        gains and losses is made the other way round.
        """
        if not unused(self.standing(MEMO_AS_PAYMENT, memo, (TO_APPLY, HISTORY))):
            return
        is_open = [equal(INVOICE.type_key, INVOICE.types[0]), equal("Status", "Open")]
        for row in self.client.rows(INVOICE.query(every(equal(INVOICE.customer, customer), *is_open))):
            if self._took_back(row, owed):
                settle(self, MEMO_AS_PAYMENT, memo, row, INVOICE.id_of(row))

    def _took_back(self, row: Row, owed: str) -> bool:
        """Tell whether an invoice took back a memo that settles the one owed."""
        reference = reversed_by(INVOICE.reference_of(row))
        where = every(equal(MEMO.type_key, MEMO.types[0]), equal(MEMO.reference, reference))
        memos = self.client.rows(MEMO.query(where)) if reference else ()
        standing = [self.standing(MEMO_AS_PAYMENT, MEMO.id_of(one), (HISTORY,)) for one in memos]
        return any(one.external_id == owed for memo in standing for one in applied_to(memo))

    def is_done(self, face: Face, draft: Draft, row: Row) -> bool:
        """Tell of documents that use each other up whether one of them is."""
        if SETTLES not in draft.payload:
            return super().is_done(face, draft, row)
        memo, owed = _memo_and_owed(draft)
        is_settled = not self.standing(INVOICE, owed).amount("Balance")
        return is_settled or not unused(self.standing(MEMO_AS_PAYMENT, memo, (HISTORY,)))

    def readable_faces(self) -> Iterator[Face]:
        """Give the first screen, and the others where this tenant and user have them."""
        first, *others = self.faces
        yield first
        for face in others:
            if self._has(face):
                yield face

    def _has(self, face: Face) -> bool:
        try:
            self.client.rows(replace(face.query(), custom=(), select=("ReferenceNbr",), top=1))
        except PrivilegeError:
            return False
        except ConfigurationError as error:
            if error.code != "acumatica_endpoint_missing":
                raise
            return False
        return True


def _memo_and_owed(draft: Draft) -> tuple[str, str]:
    ids = (draft.external_id, str(draft.payload.get(SETTLES) or ""))
    memo = next((one for one in ids if one.startswith(f"{MEMO.types[0]}/")), "")
    return memo, next(one for one in ids if one != memo)


class SalesInvoiceSink(InvoiceSink):
    """Writes and reads invoices of the sales screen."""

    slug = "sales_invoices"
    faces = (SALES_INVOICE,)


class CreditMemoSink(InvoiceSink):
    """Writes and reads credit memos; once released they are applied on the screen of payments."""

    slug = "credit_memos"
    faces = (MEMO, SALES_MEMO)

    @property
    def sign(self) -> Decimal:
        """Credits reduce what is owed."""
        return Decimal(-1)

    def with_applications(self, face: Face, draft: Draft, row: Row, found: Found) -> Found:
        """Add what the memo is applied to: on its own screen before its release, on that of payments after it."""
        if draft.facts.applied is None:
            return found
        if face.is_released(row):
            applied = read_applied(self, MEMO_AS_PAYMENT, draft, face.keys_of(row))
        else:
            memo = self.client.row(face.entity, face.keys_of(row), ("ApplicationsCreditMemo",))
            applied = applied_to(memo or Row())
        return replace(found, facts=replace(found.facts, applied=applied))

    def other(self, face: Face, draft: Draft, operation: str) -> Receipt:
        """Apply a released memo: its payment side is told the documents, then released."""
        if operation != "apply":
            return super().other(face, draft, operation)
        apply_missing(self, MEMO_AS_PAYMENT, draft.external_id, wanted_of(draft))
        return Receipt(external_id=draft.external_id, summary={"operation": operation})

    def is_done(self, face: Face, draft: Draft, row: Row) -> bool:
        """Tell of a memo beside an invoice whether it is applied to that."""
        if not is_beside(draft) or not face.is_released(row):
            return super().is_done(face, draft, row)
        payment = self.standing(MEMO_AS_PAYMENT, face.id_of(row), (HISTORY,))
        applied = {one.external_id for one in applied_to(payment)}
        return all(one.external_id in applied for one in wanted_of(draft))

    def beside(self, face: Face, draft: Draft) -> Receipt:
        """Make and release a memo, and apply it to the invoice that it stands beside."""
        receipt = super().beside(face, draft)
        apply_missing(self, MEMO_AS_PAYMENT, receipt.external_id, wanted_of(draft))
        return receipt
