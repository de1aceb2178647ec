"""Payments and refunds: made with what they are applied to, released; voided by a document of their own."""

from datetime import date

from integrations.connectors.acumatica.records import apply_to, payload
from integrations.connectors.chargebee.records import Transaction, lifecycle
from integrations.contracts import Context, Draft, Facts, Mapped, Record, Standing
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_acumatica import documents, journals
from integrations.pairs.chargebee_to_acumatica.common import (
    JOURNALS,
    Applications,
    Values,
    linked,
    mode,
    over_customers,
    period,
    posted_on,
    reference,
    release,
    used,
)

_EXTRA = frozenset(lifecycle.journals.HEADER_NAMES)
_KINDS = {"PaymentMethod": "payment_method", "CashAccount": "cash_account", "CurrencyID": "currency"}


def payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a payment with its applications and its release; what is applied to nothing stays on account."""
    if mode(context) == JOURNALS:
        return journals.payment(record, mapped, context)
    owners = lifecycle.payments.payers(record, context)
    if len(owners) > 1:
        raise over_customers(f"Payment {record.key}")
    applied = linked(lifecycle.payments.applied(record), "invoices", context)
    made = _cash("payments", record, owners[0], applied, mapped, context)
    return (made, release(made))


def amend_payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Apply the payment to what Chargebee applied it to since; the cash is not touched."""
    if mode(context) == JOURNALS:
        return ()
    applied = lifecycle.payments.applied(record)
    return (documents.reapplied(record, "payments", "payments", "TXN", applied, context),)


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund of the credit memos or the payment that it pays out, and its release."""
    if mode(context) == JOURNALS:
        return journals.refund(record, mapped, context)
    notes = linked(lifecycle.refunds.notes(record), "credit_notes", context)
    applied = (*notes, *linked(lifecycle.refunds.from_payment(record), "payments", context))
    transaction = lifecycle.payments.transaction_of(record)
    if sum(one.amount for one in applied) != transaction.amount:
        raise RejectedError(
            f"Refund {record.key} pays out {transaction.amount} {transaction.currency_code}, but Acumatica shows no "
            "credit memo or payment for all of it; there a refund must name what it pays out. Book that first, or "
            "enter this one by hand and skip it here with the reason.",
            code="refund_of_nothing",
            field="DocumentsToApply",
            value=record.key,
        )
    customer = context.links[("customers", transaction.customer_id)].external_id
    made = _cash("refunds", record, customer, applied, mapped, context)
    return (made, release(made))


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Void a payment or refund: Acumatica makes the document that takes it back, and frees what it was applied to."""
    if standing.booked and standing.booked[0].draft.sink == "journals":
        return journals.reverse(standing, context)
    first = standing.booked[0].draft if standing.booked else None
    sink = first.sink if first else "payments"
    facts = standing.link.facts
    return (
        Draft(
            flow=first.flow if first else "payments",
            key=standing.key,
            sink=sink,
            operation="void",
            external_id=standing.link.external_id,
            revision=standing.link.revision,
            reference=standing.link.reference,
            payload={},
            facts=Facts(customer=facts.customer, currency=facts.currency),
        ),
    )


def _cash(flow: str, record: Record, customer: str, applied: Applications, mapped: Mapped, context: Context) -> Draft:
    transaction: Transaction = lifecycle.payments.transaction_of(record)
    day: date = lifecycle.payments.document_date(record, context)
    posting = posted_on(flow, day, lifecycle.payments.label_of(record), context)
    values: Values = {
        **{name: value for name, value in mapped.header.items() if name not in _EXTRA},
        "CustomerID": customer,
        "ApplicationDate": day,
        "PaymentAmount": transaction.amount,
        "CurrencyID": transaction.currency_code,
        **period("custom.Document.AdjFinPeriodID", day, posting),
    }
    return Draft(
        flow=flow,
        key=transaction.id,
        sink=flow,
        revision=context.revision,
        reference=reference(context, "TXN" if flow == "payments" else "RFD", transaction.id, context.revision),
        payload={**payload(values), **(apply_to(applied) if applied else {})},
        facts=Facts(
            customer=customer,
            currency=transaction.currency_code,
            total=transaction.amount,
            date=day,
            posting_date=None if posting == day else posting,
            applied=applied,
        ),
        references=used(values, _KINDS),
    )
