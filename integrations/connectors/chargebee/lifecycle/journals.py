"""Journal mode: Chargebee's documents as balanced entries by account, for ledgers that take no sales documents.

The receivable is one account with the customer as its subledger: what a credit note or a payment is applied to moves
something only between customers, or between exchange rates. Where the document's own rate counts, `valued` adds the
amounts in the ledger's currency.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.lifecycle import credit_notes, invoices, payments, refunds
from integrations.connectors.chargebee.lifecycle.common import ZERO, Applied, day
from integrations.connectors.chargebee.lifecycle.entries import (
    ACCOUNT,
    CLEARING,
    DEFERRED,
    EXCHANGE,
    HEADER_NAMES,
    RECEIVABLE,
    ROUNDING,
    WITHHELD,
    Entries,
    Entry,
    Part,
    account_in,
    amended,
    balanced,
    cash_fields,
    debits_first,
    document_fields,
    exchange_fields,
    reversed_entries,
    standing_rate,
    valued,
)
from integrations.connectors.chargebee.parts import TaxWithheld
from integrations.contracts import Context, Mapped, Record, Value

__all__ = [
    "ACCOUNT",
    "CLEARING",
    "DEFERRED",
    "EXCHANGE",
    "HEADER_NAMES",
    "RECEIVABLE",
    "ROUNDING",
    "WITHHELD",
    "Entries",
    "Entry",
    "amended",
    "cash_fields",
    "credit_note_entries",
    "debits_first",
    "document_fields",
    "exchange_fields",
    "invoice_entries",
    "line_account",
    "payment_entries",
    "refund_entries",
    "reversed_entries",
    "valued",
    "withheld_entries",
]


def invoice_entries(record: Record, mapped: Mapped, context: Context, *, posting: date | None = None) -> Entries:
    """Debit the receivable with the total, credit each line's account. Raises RejectedError unless it balances.

    `posting` is the day on which the ledger has it, where that is not the document's own.
    """
    invoice = invoices.invoice_of(record)
    customer = context.links[("customers", invoice.customer_id)].external_id
    lines = _lines(mapped, posting or day(invoice.date, context), context, sign=-1)
    return balanced(record, (_receivable(mapped, invoice.total, customer, invoices.label_of(record)), *lines))


def credit_note_entries(record: Record, mapped: Mapped, context: Context, *, posting: date | None = None) -> Entries:
    """Debit each line's account, credit the receivable: the mirror of an invoice.

    What is applied relieves the receivable at the invoice's rate, the rest stands at the note's own.
    """
    note = credit_notes.note_of(record)
    customer = context.links[("customers", note.customer_id)].external_id
    lines = _lines(mapped, posting or day(note.date, context), context, sign=1)
    used = [(-amount, _rate_of("invoices", key, context)) for key, amount in credit_notes.applied(record)]
    parts = _completed(used, -note.total)
    label = credit_notes.label_of(record)
    return balanced(record, (_receivable(mapped, -note.total, customer, label, parts), *lines))


def withheld_entries(record: Record, tax: TaxWithheld, mapped: Mapped, context: Context) -> Entries:
    """Debit the account for withheld tax, credit the receivable: no cash will come for it."""
    invoice, text = invoices.invoice_of(record), f"Tax withheld on {record.key}"
    customer = context.links[("customers", invoice.customer_id)].external_id
    withheld = Entry(account=account_in(mapped.header, WITHHELD), amount=tax.amount, role="line", text=text)
    return (withheld, _receivable(mapped, -tax.amount, customer, text))


def payment_entries(record: Record, mapped: Mapped, context: Context) -> Entries:
    """Debit the clearing account, credit the receivable of each customer whose invoices are paid, at their rates.

    What is applied to nothing is the payer's own: it stays as a credit on the payer's receivable.
    """
    payment, label = payments.transaction_of(record), payments.label_of(record)
    paid = _by_customer(payments.applied(record), "invoices", payment.customer_id, -1, context)
    return balanced(
        record,
        (
            _clearing(mapped, payment.amount, label),
            *_shared(mapped, paid, -payment.amount, payment.customer_id, label, context),
        ),
    )


def refund_entries(record: Record, mapped: Mapped, context: Context) -> Entries:
    """Debit the receivables on which the credit notes or the payment stand open, credit the clearing account."""
    refund, label = payments.transaction_of(record), refunds.label_of(record)
    back = _by_customer(refunds.notes(record), "credit_notes", refund.customer_id, 1, context)
    for customer, parts in _by_customer(
        refunds.from_payment(record), "payments", refund.customer_id, 1, context
    ).items():
        back[customer] = [*back.get(customer, ()), *parts]
    receivables = _shared(mapped, back, refund.amount, refund.customer_id, label, context)
    return balanced(record, (*receivables, _clearing(mapped, -refund.amount, label)))


def line_account(line: Mapping[str, Value], posting: date, context: Context) -> str:
    """Give the line's account: deferred revenue where its service leaves the posting month and the policy says so."""
    until = line.get("date_to")
    leaves = isinstance(until, date) and (until.year, until.month) > (posting.year, posting.month)
    if leaves and line.get(DEFERRED) and context.policy("", "service_periods", "revenue") == "deferred":
        return str(line[DEFERRED])
    return account_in(line, ACCOUNT)


def _lines(mapped: Mapped, posting: date, context: Context, *, sign: int) -> Entries:
    """Give the lines that move money; zero lines of free items say nothing in a ledger."""
    return tuple(
        Entry(
            account=line_account(line, posting, context),
            amount=sign * amount,
            role="line",
            text=str(line.get("description") or ""),
            values=line,
        )
        for line in mapped.lines
        if (amount := _amount(line))
    )


def _by_customer(rows: Applied, flow: str, payer: str, sign: int, context: Context) -> dict[str, list[Part]]:
    """Share what is settled out to the customers on whose receivable it stands, each part with the rate it has there.

    What does not stand in the target (yet) is taken as the payer's own, and so is what a payment left on account,
    whomever it paid.
    """
    own = context.links[("customers", payer)].external_id
    held = {own: list(rows)} if flow == "payments" else payments.by_customer(rows, flow, own, context)
    return {
        customer: [(sign * amount, _rate_of(flow, key, context)) for key, amount in some]
        for customer, some in held.items()
        if some
    }


def _shared(
    mapped: Mapped, shares: Mapping[str, Sequence[Part]], total: Decimal, payer: str, text: str, context: Context
) -> Entries:
    """Make receivables of the shares; what is left of the total is the payer's own, at the document's own rate."""
    own = context.links[("customers", payer)].external_id
    rest = total - sum((amount for parts in shares.values() for amount, _ in parts), ZERO)
    every = {**shares, own: [*shares.get(own, ()), (rest, None)]}
    sums = {customer: sum((amount for amount, _ in parts), ZERO) for customer, parts in every.items()}
    return tuple(
        _receivable(mapped, sums[customer], customer, text, tuple(part for part in parts if part[0]))
        for customer, parts in every.items()
        if sums[customer]
    )


def _completed(parts: Sequence[Part], total: Decimal) -> tuple[Part, ...]:
    rest = total - sum((amount for amount, _ in parts), ZERO)
    return (*parts, (rest, None)) if rest else tuple(parts)


def _rate_of(flow: str, key: str, context: Context) -> Decimal | None:
    """Give the rate at which a document stands in the ledger; None where that is not known."""
    link = context.links.get((flow, key))
    return standing_rate(link.facts) if link else None


def _receivable(mapped: Mapped, amount: Decimal, customer: str, text: str, parts: tuple[Part, ...] = ()) -> Entry:
    return Entry(
        account=account_in(mapped.header, RECEIVABLE),
        amount=amount,
        role="receivable",
        customer=customer,
        text=text,
        values=mapped.header,
        parts=parts,
    )


def _clearing(mapped: Mapped, amount: Decimal, text: str) -> Entry:
    account = account_in(mapped.header, CLEARING)
    return Entry(account=account, amount=amount, role="clearing", text=text, values=mapped.header)


def _amount(line: Mapping[str, Value]) -> Decimal:
    amount = line.get("amount")
    return amount if isinstance(amount, Decimal) else ZERO
