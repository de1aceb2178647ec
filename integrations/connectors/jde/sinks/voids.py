"""Voids of payments and vouchers: done where the document is voided, by us or by somebody else."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.connectors.jde.orchestrations import VOID_PAYMENT, VOID_VOUCHER
from integrations.connectors.jde.payments import read_payments
from integrations.connectors.jde.records import payment_id_of, payment_key
from integrations.connectors.jde.sinks.base import OrchestrationSink, text_of
from integrations.connectors.jde.sinks.pay_status import document_id
from integrations.connectors.jde.sinks.payments import found_of as payment_found
from integrations.connectors.jde.sinks.vouchers import found_of as voucher_found
from integrations.connectors.jde.sinks.vouchers import read_vouchers
from integrations.contracts import Draft, Found


class VoidPaymentSink(OrchestrationSink):
    """Voids payments; the external id is the payment's. `paymentId` of the payload is its number (PYID)."""

    slug = "void_payment"
    orchestration = VOID_PAYMENT

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give the payment's id."""
        return payment_key(int(text_of(draft, "paymentId")))

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find payments that are voided already."""
        ids = [payment_key(int(text)) for draft in drafts if (text := text_of(draft, "paymentId")).isdecimal()]
        stands = self.standing(ids)
        for draft in drafts:
            found = stands.get(f"PN-{text_of(draft, 'paymentId')}")
            if found and found.stage == "voided":
                yield draft, replace(found, reference=draft.reference)

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read payments by their ids; the void's date is the date told."""
        found: dict[str, Found] = {}
        for payment, is_posted in read_payments(self._client, [payment_id_of(one) for one in ids]):
            one = payment_found(payment, is_posted=is_posted)
            facts = replace(one.facts, date=payment.void_date or one.facts.date)
            found[one.external_id] = replace(one, facts=facts)
        return found


class VoidVoucherSink(OrchestrationSink):
    """Voids vouchers; the external id is the voucher's."""

    slug = "void_voucher"
    orchestration = VOID_VOUCHER

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give the voucher's id."""
        return document_id(draft)

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find vouchers that are voided already."""
        stands = self.standing(sorted({document_id(draft) for draft in drafts}))
        for draft in drafts:
            found = stands.get(document_id(draft))
            if found and found.stage == "voided":
                yield draft, replace(found, reference=draft.reference)

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read the vouchers."""
        return {one.key: voucher_found(one) for one in read_vouchers(self._client, ids)}
