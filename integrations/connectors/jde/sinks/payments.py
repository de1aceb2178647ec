"""Payments of vouchers: found by the vouchers that they pay; the remark tells whether they are ours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.connectors.jde.orchestrations import RECORD_PAYMENT
from integrations.connectors.jde.outcome import output
from integrations.connectors.jde.payments import DETAILS, VOIDING, read_payments
from integrations.connectors.jde.query import Query, any_of, between, equal
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import REFERENCE, DocumentKey, Payment, payment_id_of, payment_key
from integrations.connectors.jde.sinks.base import OrchestrationSink, day_of
from integrations.contracts import Application, Draft, Facts, Found, OpenItem


class PaymentSink(OrchestrationSink):
    """Writes and reads payments."""

    slug = "payments"
    orchestration = RECORD_PAYMENT

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give the payment's id."""
        return f"PN-{output(self.orchestration.name, said, 'paymentId')}"

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find payments of the same vouchers; by business key those of the same amount on the same day."""
        for part in batches(drafts):
            ids = self._paying({key for draft in part for key in vouchers_of(draft)})
            for payment, is_posted in read_payments(self._client, sorted(ids)):
                for draft in part:
                    is_ours = payment.remark == draft.reference
                    if is_ours or _is_alike(draft, payment):
                        yield draft, replace(found_of(payment, is_posted=is_posted), by_reference=is_ours)

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read payments by their ids."""
        by_number = {payment_id_of(one): one for one in ids if payment_id_of(one)}
        return {
            by_number[payment.payment_id]: replace(
                found_of(payment, is_posted=is_posted), external_id=by_number[payment.payment_id]
            )
            for payment, is_posted in read_payments(self._client, list(by_number))
        }

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List all payments dated in [start, end], voided ones with their stage."""
        query = Query(table="F0413", columns=("PYID",), every=between("DMTJ", start, end))
        ids = sorted({row.whole("PYID") for row in rows(self._client, query, "PYID")})
        for payment, is_posted in read_payments(self._client, ids):
            yield found_of(payment, is_posted=is_posted)

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """Give nothing: a payment is applied in full when it is entered."""
        return iter(())

    def _paying(self, keys: set[DocumentKey]) -> set[int]:
        """Give the payments of these vouchers, company by company."""
        ids: set[int] = set()
        for company in sorted({key.company for key in keys}):
            numbers = sorted({key.number for key in keys if key.company == company})
            for part in batches(numbers):
                query = Query(
                    table="F0414", columns=DETAILS, every=(equal("KCO", company),), either=any_of("DOC", part)
                )
                ids |= {row.whole("PYID") for row in rows(self._client, query, "PYID") if row.text("DCTM") != VOIDING}
        return ids


def vouchers_of(draft: Draft) -> set[DocumentKey]:
    """Give the vouchers that a draft pays."""
    keys = set()
    for row in _applied(draft):
        number = str(row.get("documentNumber") or "")
        if number.isdecimal():
            company = str(row.get("documentCompany") or "")
            keys.add(DocumentKey(str(row.get("documentType") or ""), int(number), company))
    return keys


def found_of(payment: Payment, *, is_posted: bool) -> Found:
    """Give a payment as what stands."""
    paid: dict[str, Decimal] = {}
    for item in payment.items:
        paid[item.voucher] = paid.get(item.voucher, Decimal(0)) + item.amount + item.discount
    return Found(
        external_id=payment_key(payment.payment_id),
        reference=payment.remark,
        number=str(payment.number),
        stage="voided" if payment.void_date else "posted" if is_posted else "unposted",
        facts=Facts(
            customer=str(payment.payee),
            currency=payment.currency or None,
            total=payment.amount,
            date=payment.payment_date,
            applied=tuple(Application(external_id=voucher, amount=amount) for voucher, amount in paid.items()),
        ),
    )


def _is_alike(draft: Draft, payment: Payment) -> bool:
    """Tell whether somebody may have keyed the same payment: same vouchers, amount and day, and it stands.

    One that carries another reference of ours is another payment of BILL.
    """
    if REFERENCE.fullmatch(payment.remark):
        return False
    total = sum((Decimal(str(row.get("amount") or 0)) for row in _applied(draft)), Decimal(0))
    same_vouchers = {item.voucher for item in payment.items} == {str(key) for key in vouchers_of(draft)}
    same_day = payment.payment_date == day_of(draft, "paymentDate")
    return same_vouchers and same_day and payment.amount == total and not payment.void_date


def _applied(draft: Draft) -> list[Mapping[str, Any]]:
    given = draft.payload.get("applyTo")
    return [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []
