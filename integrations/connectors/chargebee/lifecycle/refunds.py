"""Refunds: money that went back, out of credit notes or out of what a payment left on account; chargebacks are such."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.lifecycle import payments
from integrations.connectors.chargebee.lifecycle.common import ZERO, Applied, day, digest, merged, open_money
from integrations.connectors.chargebee.lifecycle.payments import Part, source_fields, transaction_of
from integrations.contracts import Context, Facts, Money, Need, Record, SourceDocument, Verdict

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a refund pays out of one customer's credits: credit notes by key, and what payments have left."""

    customer: str  # the target's id
    notes: Applied = ()
    left: tuple[tuple[Part, Decimal], ...] = ()

    @property
    def amount(self) -> Decimal:
        """The part of the refund's amount."""
        return sum((amount for _, amount in (*self.notes, *self.left)), ZERO)


def shares(record: Record, context: Context) -> tuple[Share, ...]:
    """Share a refund out over the customers whose credits it pays out, as far as they stand: notes, then payments.

    What a payment left over is taken out of the part of the refund's own customer first, then of what others have left.
    A refund that goes on after a halt between two of its documents keeps what it took.
    """
    own = context.links[("customers", transaction_of(record).customer_id)].external_id
    standing = tuple((key, amount) for key, amount in notes(record) if ("credit_notes", key) in context.links)
    of_notes = payments.by_customer(standing, "credit_notes", own, context)
    taken = _taken(record, of_notes, context)
    of_payments = dict[str, list[tuple[Part, Decimal]]]()
    for key, amount in from_payment(record):
        for part, some in _left_of(key, amount, own, taken, context):
            of_payments.setdefault(part.facts.customer or own, []).append((part, some))
    return tuple(
        Share(customer=one, notes=tuple(of_notes.get(one, ())), left=tuple(of_payments.get(one, ())))
        for one in dict.fromkeys([*of_notes, *of_payments])
    )


def _taken(
    record: Record, of_notes: Mapping[str, list[tuple[str, Decimal]]], context: Context
) -> dict[str | None, Decimal]:
    """Give what documents of this refund that stand took out of payments, by customer."""
    link = context.links.get(("refunds", record.key))
    if link is None or link.state != "standing" or link.revision != context.revision:
        return {}
    noted = {one: sum((amount for _, amount in rows), ZERO) for one, rows in of_notes.items()}
    booked = [part.facts for part in payments.parts(link)]
    return {one.customer: (one.total or ZERO) - noted.get(one.customer or "", ZERO) for one in booked}


def _left_of(
    key: str, amount: Decimal, own: str, taken: Mapping[str | None, Decimal], context: Context
) -> Iterator[tuple[Part, Decimal]]:
    link = context.links.get(("payments", key))
    parts = payments.parts(link) if link else ()
    if len(parts) == 1:
        yield parts[0], amount
        return
    for part in sorted(parts, key=lambda part: part.facts.customer != own):
        left = taken.get(part.facts.customer, left_with(part.facts))
        if some := min(amount, left):
            yield part, some
        amount -= some


def left_with(facts: Facts) -> Decimal:
    """Give what a payment's document has left, as last read."""
    used = sum((one.amount for one in facts.applied or ()), ZERO)
    return (facts.total or ZERO) - used if facts.open_amount is None else facts.open_amount


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
    """Give nothing: a refund is used up on what it pays out. None: not there yet, or it does not stand.

    Before the day on which it was taken back it is open: what it paid out is shown as not paid out at all.
    """
    refund = transaction_of(record)
    if refund.type != _REFUND or day(refund.date, context) > end:
        return None
    judged = verdict(record, context)
    if judged.action == "withdraw" and judged.on is not None and judged.on > end and not judged.left_out:
        return open_money(refund.amount, refund.currency_code)
    return open_money(ZERO, refund.currency_code) if judged.action == "deliver" else None
