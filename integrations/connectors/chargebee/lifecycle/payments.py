"""Payments: money that came in and stayed; what it is applied to may change without the cash being touched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import cast

from integrations.connectors.chargebee.documents import Transaction
from integrations.connectors.chargebee.lifecycle.common import (
    ZERO,
    Applied,
    after,
    day,
    digest,
    merged,
    open_money,
    withdrawn,
)
from integrations.contracts import (
    DELIVER,
    Context,
    Facts,
    LinkView,
    Makes,
    Money,
    Need,
    Record,
    SourceDocument,
    Value,
    Verdict,
)

COMING: Mapping[str, str] = {
    "in_progress": "is still in progress at the gateway",
    "needs_attention": "needs attention in Chargebee: its outcome is not known",
    "timeout": "timed out at the gateway: its outcome is not known",
}
_PAYMENT, _BOUNCED, _VOIDED, _FAILED = "payment", "late_failure", "voided", "failure"


def transaction_of(record: Record) -> Transaction:
    """Give the record's body as what this stream holds."""
    return cast(Transaction, record.body)


def money(record: Record) -> Money:
    """Give the amount that moved."""
    transaction = transaction_of(record)
    return Money(amount=transaction.amount, currency=transaction.currency_code)


def document_date(record: Record, context: Context) -> date:
    """Give the day on which the money moved, where the site's books are kept."""
    return day(transaction_of(record).date, context)


def label_of(record: Record) -> str:
    """Give what people call it."""
    return f"{transaction_of(record).type.replace('_', ' ').capitalize()} {record.key}"


def version(record: Record) -> str:
    """Digest the cash: who, when, how much, and whether it stayed. What it is applied to is not part of it."""
    payment = transaction_of(record)
    return digest(
        (
            payment.type,
            payment.status,
            payment.deleted or record.deleted,
            payment.customer_id,
            payment.date,
            payment.currency_code,
            payment.amount,
        )
    )


def details(record: Record) -> str:
    """Digest which invoices it is applied to."""
    return digest(applied(record))


def applied(record: Record) -> Applied:
    """Give the invoices it is applied to; the rest of a payment is on account, and nothing of a bounced one counts."""
    payment = transaction_of(record)
    if payment.status in (_BOUNCED, _VOIDED) or payment.deleted or record.deleted:
        return ()
    return merged((one.invoice_id, one.applied_amount) for one in payment.linked_invoices)


def verdict(record: Record, context: Context) -> Verdict:
    """Post payments that succeeded; the money of all others has not moved, or not yet, or went back."""
    payment = transaction_of(record)
    if payment.type != _PAYMENT:
        return not_this_flow(payment, "payment")
    return moved(record, context)


def moved(record: Record, context: Context) -> Verdict:
    """Judge a transaction by whether its money moved and stayed: for payments and refunds alike."""
    transaction, label = transaction_of(record), label_of(record)
    if transaction.status in COMING:
        return Verdict(action="later", code=transaction.status, reason=f"{label} {COMING[transaction.status]}.")
    if transaction.status == _FAILED:
        return Verdict(action="skip", code=_FAILED, reason=f"{label} failed: no money moved.")
    if transaction.status == _VOIDED and not transaction.settled_at:
        return Verdict(action="skip", code=_VOIDED, reason=f"{label} was voided: no money moved.")
    if transaction.status in (_BOUNCED, _VOIDED):
        reason = f"{label} had succeeded and was taken back ({transaction.status})."
        return withdrawn(transaction, transaction.status, reason, transaction.voided_at, context)
    if transaction.deleted or record.deleted:
        return withdrawn(transaction, "deleted", f"{label} was deleted in Chargebee.", None, context)
    return DELIVER


def not_this_flow(transaction: Transaction, wanted: str) -> Verdict:
    """Say why a transaction of another type is not posted here."""
    why = {
        "authorization": "an authorisation: it reserves money and moves none",
        "payment_reversal": "the way back of a payment, which is reversed under its own number",
        "refund": "a refund, which the refunds flow posts",
        "payment": "a payment, which the payments flow posts",
    }.get(transaction.type, f"of type {transaction.type}")
    reason = f"Transaction {transaction.id} is {why}."
    return Verdict(action="skip", code=f"not_a_{wanted}:{transaction.type}", reason=reason)


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A payment needs its customer and every invoice that it is applied to; the cash can stand without those."""
    invoices = tuple(Need(flow="invoices", key=key, may_lack=True) for key, _ in applied(record))
    return (Need(flow="customers", key=transaction_of(record).customer_id), *invoices)


def source(record: Record, context: Context) -> SourceDocument:
    """Show a payment or refund to the mapping."""
    return SourceDocument(header=source_fields(transaction_of(record), context))


def source_fields(transaction: Transaction, context: Context) -> dict[str, Value]:
    """Give a transaction's fields; money recorded by hand has the gateway `not_applicable`."""
    return {
        "id": transaction.id,
        "type": transaction.type,
        "customer_id": transaction.customer_id,
        "subscription_id": transaction.subscription_id,
        "date": day(transaction.date, context),
        "currency": transaction.currency_code,
        "amount": transaction.amount,
        "amount_unused": transaction.amount_unused,
        "gateway": transaction.gateway or "not_applicable",
        "gateway_account_id": transaction.gateway_account_id,
        "payment_method": transaction.payment_method,
        "id_at_gateway": transaction.id_at_gateway,
        "reference_number": transaction.reference_number,
        "business_entity_id": transaction.business_entity_id,
        "exchange_rate": transaction.exchange_rate,
        **transaction.custom,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one customer has of a payment: what its invoices take, by key, and what stays unapplied with it."""

    customer: str  # the target's id
    applied: Applied
    rest: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """The part of the payment's amount."""
        return self.rest + sum((amount for _, amount in self.applied), ZERO)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A document that stands for a record, wholly or in part: its own one, or one of its shares."""

    external_id: str
    reference: str
    facts: Facts
    makes: Makes  # of drafts that act on it


def shares(record: Record, context: Context) -> tuple[Share, ...]:
    """Share a payment out over the customers whose invoices it pays: theirs in the order of the invoices.

    What is applied to nothing is the payer's own, and comes last unless the payer has an invoice among them. What is
    applied to an invoice that does not stand in the target yet stays unapplied with the first of those customers; with
    none, all is the payer's. The amounts make the payment's own.
    """
    payment, rows = transaction_of(record), applied(record)
    own = context.links[("customers", payment.customer_id)].external_id
    standing = tuple((key, amount) for key, amount in rows if ("invoices", key) in context.links)
    taken = by_customer(standing, "invoices", own, context)
    excess = payment.amount - sum((amount for _, amount in rows), ZERO)
    rests = dict.fromkeys(taken, ZERO)
    first = next(iter(taken), own)
    rests[first] = rests.get(first, ZERO) + sum((amount for _, amount in rows), ZERO)
    rests[first] -= sum((amount for _, amount in standing), ZERO)
    rests[own] = rests.get(own, ZERO) + excess
    made = (Share(customer=one, applied=tuple(taken.get(one, ())), rest=rest) for one, rest in rests.items())
    return tuple(share for share in made if share.amount) or (Share(customer=own, applied=(), rest=payment.amount),)


def split_since(record: Record, found: Sequence[Share], context: Context) -> Share | None:
    """Give a share that is still to be booked where the payment's own document was booked by another split.

    A payment that goes on after a halt between two of its documents is shared out anew. If an invoice came to stand, or
    was taken back, since then, more or less would stand in the end than was paid.
    """
    link = context.links.get(("payments", record.key))
    if link is None or link.state != "standing" or link.revision != context.revision:
        return None
    customer, total = link.facts.customer or found[0].customer, link.facts.total
    if found[0].customer == customer and total in (None, found[0].amount):
        return None
    booked = {customer, *(one.facts.customer for one in link.companions)}
    return next((share for share in found if share.customer not in booked), None)


def by_customer(rows: Applied, flow: str, unknown: str, context: Context) -> dict[str, list[tuple[str, Decimal]]]:
    """Sort what is settled by the customers on whose receivable it stands; what does not stand is `unknown`'s.

    A parent or payment owner pays for others: the receivable relieved is the one of the document's own customer.
    """
    found: dict[str, list[tuple[str, Decimal]]] = {}
    for key, amount in rows:
        link = context.links.get((flow, key))
        found.setdefault((link.facts.customer if link else None) or unknown, []).append((key, amount))
    return found


def parts(link: LinkView) -> tuple[Part, ...]:
    """Give the documents that carry a record's amount: its own one, then its shares."""
    own = Part(external_id=link.external_id, reference=link.reference, facts=link.facts, makes="link")
    further = (
        Part(external_id=one.external_id, reference=one.reference, facts=one.facts, makes="share")
        for one in link.companions
        if one.is_share
    )
    return (own, *further)


def part_of(link: LinkView, customer: str) -> Part | None:
    """Give the document on a customer's receivable that carries a record's amount; None where none does."""
    return next((part for part in parts(link) if part.facts.customer == customer), None)


def payers(record: Record, context: Context) -> tuple[str, ...]:
    """Give the target's ids of the customers whose invoices are paid, in the order of the invoices; else the payer's.

    A parent or payment owner pays for others: the receivable relieved is the one of the invoice's own customer.
    """
    own = context.links[("customers", transaction_of(record).customer_id)].external_id
    invoices = [context.links.get(("invoices", key)) for key, _ in applied(record)]
    return tuple(dict.fromkeys(link.facts.customer or own for link in invoices if link)) or (own,)


def open_at(record: Record, end: date, context: Context) -> Money | None:
    """Give what was on account at the end of a day, negative. None: not there yet, or not a payment that stands."""
    payment = transaction_of(record)
    if payment.type != _PAYMENT or day(payment.date, context) > end:
        return None
    judged = moved(record, context)
    if judged.action in ("skip", "later"):
        return None
    if judged.action == "withdraw" and (judged.on is None or judged.on <= end):
        return open_money(ZERO, payment.currency_code)
    return open_money(-_unused_at(payment, end, context), payment.currency_code)


def _unused_at(payment: Transaction, end: date, context: Context) -> Decimal:
    used = [(one.applied_at, one.applied_amount) for one in payment.linked_invoices]
    back = [(one.txn_date, one.txn_amount) for one in payment.linked_refunds if one.txn_status == "success"]
    return payment.amount_unused + after([*used, *back], end, context)
