"""Journal mode: Chargebee's documents as balanced entries by account, for ledgers that take no sales documents.

The receivable is one account with the customer as its subledger: what a credit note or a payment is applied to moves
nothing, so that applications need no posting of their own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from integrations.connectors.chargebee.lifecycle import credit_notes, invoices, payments, refunds
from integrations.connectors.chargebee.lifecycle.common import ZERO, day
from integrations.connectors.chargebee.parts import TaxWithheld
from integrations.contracts import Context, Mapped, Record, Value
from integrations.errors import MappingError, RejectedError
from mappings.catalogue import TargetField

RECEIVABLE, CLEARING, WITHHELD = "receivable_account", "clearing_account", "withholding_account"
ACCOUNT, DEFERRED = "account", "deferred_account"
HEADER_NAMES = (RECEIVABLE, CLEARING, WITHHELD)
Role: TypeAlias = Literal["receivable", "clearing", "line"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of a journal, in the document's currency: debits positive, credits negative.

    `customer` is the target's id of the customer whose receivable it is, empty on other accounts. `values` are the
    mapped values of its line (cost centre, dimensions ...).
    """

    account: str
    amount: Decimal
    role: Role
    text: str = ""
    customer: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)


Entries: TypeAlias = tuple[Entry, ...]


def document_fields(kind: str) -> tuple[TargetField, ...]:
    """Give what a mapping fills for invoices and credit notes; `kind` names the target's accounts as reference data."""
    return (
        _account(RECEIVABLE, "Receivable account", kind),
        TargetField(name=WITHHELD, label="Account for tax withheld by customers", type="reference", reference=kind),
        TargetField(name=ACCOUNT, label="Account", type="reference", level="line", required=True, reference=kind),
        TargetField(name=DEFERRED, label="Deferred revenue account", type="reference", level="line", reference=kind),
    )


def cash_fields(kind: str) -> tuple[TargetField, ...]:
    """Give what a mapping fills for payments and refunds."""
    return (_account(RECEIVABLE, "Receivable account", kind), _account(CLEARING, "Clearing account", kind))


def invoice_entries(record: Record, mapped: Mapped, context: Context) -> Entries:
    """Debit the receivable with the total, credit each line's account. Raises RejectedError unless it balances."""
    invoice = invoices.invoice_of(record)
    customer = context.links[("customers", invoice.customer_id)].external_id
    posting = day(invoice.date, context)
    lines = _lines(mapped, posting, context, sign=-1)
    return _balanced(record, (_receivable(mapped, invoice.total, customer, invoices.label_of(record)), *lines))


def credit_note_entries(record: Record, mapped: Mapped, context: Context) -> Entries:
    """Debit each line's account, credit the receivable: the mirror of an invoice."""
    note = credit_notes.note_of(record)
    customer = context.links[("customers", note.customer_id)].external_id
    lines = _lines(mapped, day(note.date, context), context, sign=1)
    return _balanced(record, (_receivable(mapped, -note.total, customer, credit_notes.label_of(record)), *lines))


def withheld_entries(record: Record, tax: TaxWithheld, mapped: Mapped, context: Context) -> Entries:
    """Debit the account for withheld tax, credit the receivable: no cash will come for it."""
    invoice, text = invoices.invoice_of(record), f"Tax withheld on {record.key}"
    customer = context.links[("customers", invoice.customer_id)].external_id
    account = _required(mapped.header, WITHHELD)
    withheld = Entry(account=account, amount=tax.amount, role="line", text=text)
    return (withheld, _receivable(mapped, -tax.amount, customer, text))


def payment_entries(record: Record, mapped: Mapped, context: Context) -> Entries:
    """Debit the clearing account, credit the receivable of each customer whose invoices are paid.

    What is applied to nothing is the payer's own: it stays as a credit on the payer's receivable.
    """
    payment, label = payments.transaction_of(record), payments.label_of(record)
    own = context.links[("customers", payment.customer_id)].external_id
    paid: dict[str, Decimal] = {}
    for key, amount in payments.applied(record):
        link = context.links.get(("invoices", key))
        customer = (link.facts.customer if link else None) or own
        paid[customer] = paid.get(customer, ZERO) + amount
    paid[own] = paid.get(own, ZERO) + payment.amount - sum(paid.values(), ZERO)
    relieved = (_receivable(mapped, -amount, customer, label) for customer, amount in paid.items() if amount)
    return _balanced(record, (_clearing(mapped, payment.amount, label), *relieved))


def refund_entries(record: Record, mapped: Mapped, context: Context) -> Entries:
    """Debit the customer's receivable, credit the clearing account."""
    refund, label = payments.transaction_of(record), refunds.label_of(record)
    customer = context.links[("customers", refund.customer_id)].external_id
    entries = (_receivable(mapped, refund.amount, customer, label), _clearing(mapped, -refund.amount, label))
    return _balanced(record, entries)


def reversed_entries(entries: Iterable[Entry]) -> Entries:
    """Give the same entries the other way round."""
    return tuple(replace(entry, amount=-entry.amount) for entry in entries)


def debits_first(entries: Sequence[Entry]) -> Entries:
    """Order all debits before all credits, each in their own order."""
    return tuple(sorted(entries, key=lambda entry: entry.amount < 0))


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


def line_account(line: Mapping[str, Value], posting: date, context: Context) -> str:
    """Give the line's account: deferred revenue where its service leaves the posting month and the policy says so."""
    until = line.get("date_to")
    leaves = isinstance(until, date) and (until.year, until.month) > (posting.year, posting.month)
    if leaves and line.get(DEFERRED) and context.policy("", "service_periods", "revenue") == "deferred":
        return str(line[DEFERRED])
    return _required(line, ACCOUNT)


def _receivable(mapped: Mapped, amount: Decimal, customer: str, text: str) -> Entry:
    account = _required(mapped.header, RECEIVABLE)
    return Entry(account=account, amount=amount, role="receivable", customer=customer, text=text, values=mapped.header)


def _clearing(mapped: Mapped, amount: Decimal, text: str) -> Entry:
    account = _required(mapped.header, CLEARING)
    return Entry(account=account, amount=amount, role="clearing", text=text, values=mapped.header)


def _required(values: Mapping[str, Value], name: str) -> str:
    if account := values.get(name):
        return str(account)
    raise MappingError(
        f"No {name.replace('_', ' ')} is mapped. Add a row for it under Mappings.", code="no_account", field=name
    )


def _amount(line: Mapping[str, Value]) -> Decimal:
    amount = line.get("amount")
    return amount if isinstance(amount, Decimal) else ZERO


def _balanced(record: Record, entries: Entries) -> Entries:
    debit = sum((entry.amount for entry in entries if entry.amount > 0), ZERO)
    credit = -sum((entry.amount for entry in entries if entry.amount < 0), ZERO)
    if debit != credit:
        raise RejectedError(
            f"The entries do not balance: debits {debit}, credits {credit}. Look at the line rows under Mappings: each "
            "line of the document must give its amount.",
            code="totals_disagree",
            field="amount",
            value=record.key,
        )
    return tuple(entry for entry in entries if entry.amount)


def _account(name: str, label: str, kind: str) -> TargetField:
    return TargetField(name=name, label=label, type="reference", required=True, reference=kind)
