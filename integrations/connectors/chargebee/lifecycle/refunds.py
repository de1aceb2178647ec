"""Refunds: money that went back, out of credit notes or out of what a payment left on account; chargebacks are such."""

from datetime import date

from integrations.connectors.chargebee.lifecycle import payments
from integrations.connectors.chargebee.lifecycle.common import ZERO, Applied, day, digest, merged, open_money
from integrations.connectors.chargebee.lifecycle.payments import source_fields, transaction_of
from integrations.contracts import Context, Money, Need, Record, SourceDocument, Verdict

document_date, label_of, money = payments.document_date, payments.label_of, payments.money
_REFUND, _CHARGEBACK = "refund", "chargeback"


def version(record: Record) -> str:
    """Digest the cash and what it pays out."""
    return digest((payments.version(record), notes(record), from_payment(record)))


def verdict(record: Record, context: Context) -> Verdict:
    """Post refunds that succeeded. One that was taken back (a chargeback that was won) is withdrawn."""
    refund = transaction_of(record)
    if refund.type != _REFUND:
        return payments.not_this_flow(refund, "refund")
    return payments.moved(record, context)


def notes(record: Record) -> Applied:
    """Give the credit notes that it pays out."""
    return merged((one.cn_id, one.applied_amount) for one in transaction_of(record).linked_credit_notes)


def from_payment(record: Record) -> Applied:
    """Give the payment whose unused part it pays out: what no credit note accounts for."""
    refund = transaction_of(record)
    rest = refund.amount - sum((amount for _, amount in notes(record)), ZERO)
    key = refund.refunded_txn_id or refund.reference_transaction_id
    return ((key, rest),) if rest > 0 and key else ()


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A refund needs its customer, and the credit notes or the payment that it pays out."""
    named = [("credit_notes", key) for key, _ in notes(record)] + [("payments", key) for key, _ in from_payment(record)]
    customer = Need(flow="customers", key=transaction_of(record).customer_id)
    return (customer, *(Need(flow=flow, key=key) for flow, key in named))


def source(record: Record, context: Context) -> SourceDocument:
    """Show a refund to the mapping."""
    refund = transaction_of(record)
    is_chargeback = refund.payment_method == _CHARGEBACK
    return SourceDocument(header={**source_fields(refund, context), "is_chargeback": is_chargeback})


def open_at(record: Record, end: date, context: Context) -> Money | None:
    """Give nothing: a refund is used up on what it pays out. None: not there yet, or it does not stand."""
    refund = transaction_of(record)
    is_there = refund.type == _REFUND and day(refund.date, context) <= end
    stands = is_there and verdict(record, context).action == "deliver"
    return open_money(ZERO, refund.currency_code) if stands else None
