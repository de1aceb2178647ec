"""When an invoice is due by policy, what waits for what, which documents a payment marks, and what is open."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from integrations.connectors.chargebee.records import Invoice, lifecycle
from integrations.contracts import Context, Money, Need, Record
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_dynamics365.common import is_ledger_mode, number_of

ZERO = Decimal(0)
NOT_PAID = "not_paid_yet"
PAID, FINALISED = "paid", "finalised"
_BOUNCED = "late_failure"
OpenAt = Callable[[Record, date, Context], Money | None]
Marks = tuple[tuple[str, Decimal], ...]  # (number in F&O, amount)


def posts_when_paid(context: Context) -> bool:
    """Tell whether invoices are posted once they are settled in Chargebee, not as soon as they are final."""
    return context.policy("", "post_when", PAID) == PAID


def is_settled(invoice: Invoice) -> bool:
    """Tell whether nothing of it is due, or was once: paid, credited, written off, or paid by money that bounced.

    An invoice that was posted as paid stays posted when its payment is taken back: the customer owes it again.
    """
    if invoice.status == "paid" or invoice.paid_at:
        return True
    bounced = sum((one.applied_amount for one in invoice.linked_payments if one.txn_status == _BOUNCED), ZERO)
    return invoice.status not in ("pending", "voided") and invoice.amount_due <= bounced


def is_due(invoice: Invoice, context: Context) -> bool:
    """Tell whether an invoice is to be posted by now."""
    return is_settled(invoice) or not posts_when_paid(context)


def invoice_details(record: Record) -> str:
    """Digest what may change without money: beside the neutral details, that it was settled, which may post it."""
    invoice = lifecycle.invoices.invoice_of(record)
    return lifecycle.common.digest((lifecycle.settled.invoice_details(record), is_settled(invoice)))


# What waits for what


def note_needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A note needs its customer; an adjustment also the invoice it lowers, which must not be credited unposted.

    In ledger mode it waits for what it is applied to, at whose exchange rate it relieves the receivable.
    """
    note = lifecycle.credit_notes.note_of(record)
    customer, *applied = lifecycle.credit_notes.needs(record, context)
    others = applied if is_ledger_mode(context) else []
    if note.type != "adjustment" or not note.reference_invoice_id or not posts_when_paid(context):
        return (customer, *others)
    lowered = Need(flow="invoices", key=note.reference_invoice_id)
    return (customer, lowered, *(need for need in others if need.key != lowered.key))


def payment_needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A payment marks invoices, which F&O finds only once they are posted there."""
    found = lifecycle.payments.needs(record, context)
    return tuple(replace(need, posted=True) if need.flow == "invoices" else need for need in found)


def refund_needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A refund marks credit notes, which F&O finds only once they are posted there."""
    found = lifecycle.refunds.needs(record, context)
    return tuple(replace(need, posted=True) if need.flow == "credit_notes" else need for need in found)


def marks(rows: Iterable[tuple[str, Decimal]], flow: str, context: Context) -> Marks:
    """Give the numbers of the posted documents among those named; what is not posted yet cannot be marked."""
    found = ((context.links.get((flow, key)), key, amount) for key, amount in rows)
    return tuple((number_of(key, link.revision), amount) for link, key, amount in found if link and link.is_posted)


def refunded(record: Record, context: Context) -> tuple[tuple[str, Decimal, lifecycle.common.Applied], ...]:
    """Give what a refund pays out by customer: the amount, and the credit notes among it.

    Raises RejectedError where it is not known out of which customer's payment the rest comes: a settlement that F&O
    keeps although its invoice was taken back leaves nothing of the payment open there, but of that reversal.
    """
    refund, shares = lifecycle.payments.transaction_of(record), lifecycle.refunds.shares(record, context)
    own = context.links[("customers", refund.customer_id)].external_id
    found = {one.customer: one.amount for one in shares}
    rest = refund.amount - sum(found.values(), ZERO)
    for customer, amount in _of_settled(record, rest, found, own, context).items():
        found[customer] = found.get(customer, ZERO) + amount
    notes = {one.customer: one.notes for one in shares}
    return tuple((customer, amount, notes.get(customer, ())) for customer, amount in found.items())


def _of_settled(
    record: Record, rest: Decimal, found: Mapping[str, Decimal], own: str, context: Context
) -> dict[str, Decimal]:
    """Share out what no open credit accounts for: over what else of the payment stands, where that leaves no choice."""
    if not rest:
        return {}
    links = [context.links.get(("payments", key)) for key, _ in lifecycle.refunds.from_payment(record)]
    parts = [part for link in links if link for part in lifecycle.payments.parts(link)]
    settled = {
        part.facts.customer or own: (part.facts.total or ZERO) - found.get(part.facts.customer or own, ZERO)
        for part in parts
    }
    settled = {customer: amount for customer, amount in settled.items() if amount > 0}
    if len(settled) <= 1:
        return {next(iter(settled), own if len(found) > 1 else next(iter(found), own)): rest}
    if sum(settled.values(), ZERO) == rest:
        return settled
    told = ", ".join(f"{amount} of {customer}" for customer, amount in settled.items())
    raise RejectedError(
        f"{lifecycle.refunds.label_of(record)} pays out {rest} of a payment that stands in F&O for several customers "
        f"({told}), and F&O does not tell whose part it is: what was taken back stays settled there. Enter it by hand "
        "in F&O, then skip it here with the reason.",
        code="payment_over_customers",
        field="customer",
        value=record.key,
    )


def cash_would_move(
    record: Record, customer: str, used: Decimal, parts: tuple[lifecycle.payments.Part, ...]
) -> RejectedError:
    """Say that a customer's invoices would take cash that stands in another customer's line."""
    stands = ", ".join(f"{one.facts.total} of {one.facts.customer} in {one.external_id}" for one in parts)
    return RejectedError(
        f"{lifecycle.payments.label_of(record)} pays {used} of invoices of {customer} now, and stands in F&O with "
        f"{stands}: cash would move between customers, and no settlement does that. Undo the record here, which "
        "reverses what stands, and post it anew; or move the amount in F&O by a general journal from the one customer "
        "to the other, settle it there, then skip the change here with the reason.",
        code="payment_over_customers",
        field="customer",
    )


# What is open


def open_at(told: OpenAt) -> OpenAt:
    """Give what a flow's documents leave open in F&O's subledger: nothing stands there in ledger mode."""

    def found(record: Record, day: date, context: Context) -> Money | None:
        return None if is_ledger_mode(context) else told(record, day, context)

    return found


def invoice_open_at(record: Record, day: date, context: Context) -> Money | None:
    """Give what was due at the end of a day.

    Of an invoice that the policy has not posted, also what was paid or credited on it by then: that stands open in F&O.
    """
    invoice, found = lifecycle.invoices.invoice_of(record), lifecycle.invoices.open_at(record, day, context)
    if found is None or not found.amount or is_due(invoice, context):
        return found
    paid = ((one.applied_at, one.applied_amount) for one in invoice.linked_payments if one.txn_status == "success")
    credited = ((one.applied_at, one.applied_amount) for one in invoice.applied_credits)
    used = sum((amount for at, amount in (*paid, *credited) if _by(at, day, context)), ZERO)
    return replace(found, amount=found.amount + used)


def credit_open_at(record: Record, day: date, context: Context) -> Money | None:
    """Give what was left of a credit note: beside what Chargebee says, what is used on invoices not posted yet."""
    found = lifecycle.credit_notes.open_at(record, day, context)
    stands = lifecycle.credit_notes.verdict(record, context).action == "deliver"
    if found is None or not stands or not posts_when_paid(context):
        return found
    used = lifecycle.credit_notes.note_of(record).allocations
    waiting = [one for one in used if one.invoice_status in _OPEN and _by(one.allocated_at, day, context)]
    return replace(found, amount=found.amount - sum((one.allocated_amount for one in waiting), ZERO))


def payment_open_at(record: Record, day: date, context: Context) -> Money | None:
    """Give what was on account: beside what Chargebee calls unused, what is applied to invoices not posted yet."""
    found = lifecycle.payments.open_at(record, day, context)
    stands = lifecycle.payments.moved(record, context).action == "deliver"
    if found is None or not stands or not posts_when_paid(context):
        return found
    linked = lifecycle.payments.transaction_of(record).linked_invoices
    waiting = [one for one in linked if one.invoice_status in _OPEN and _by(one.applied_at, day, context)]
    return replace(found, amount=found.amount - sum((one.applied_amount for one in waiting), ZERO))


def _by(applied_at: datetime | None, day: date, context: Context) -> bool:
    """Tell whether something was applied by the end of a day; what is applied later counts as unused already."""
    return applied_at is None or lifecycle.common.day(applied_at, context) <= day


_OPEN = ("posted", "payment_due", "not_paid")
