"""Payments and refunds: made with what they are applied to, released; voided by a document of their own."""

from collections.abc import Callable
from datetime import date

from integrations.connectors.acumatica.records import apply_to, payload, split_id
from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Context, Draft, Facts, Mapped, Record, Standing
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_acumatica import documents, journals
from integrations.pairs.chargebee_to_acumatica.common import (
    JOURNALS,
    Applications,
    Values,
    is_journal,
    linked,
    mode,
    over_customers,
    period,
    posted_on,
    reference,
    release,
    used,
)

_OURS = frozenset(lifecycle.journals.HEADER_NAMES)
_KINDS = {"PaymentMethod": "payment_method", "CashAccount": "cash_account", "CurrencyID": "currency"}
_DOCUMENT_DATE: dict[str, Callable[[Record, Context], date]] = {
    "payments": lifecycle.payments.document_date,
    "refunds": lifecycle.refunds.document_date,
}
_REFUNDS = ("Refund", "Customer Refund")  # the second is older releases' label


def payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a payment with its applications and its release; what is applied to nothing stays on account."""
    label, rows = lifecycle.payments.label_of(record), lifecycle.payments.applied(record)
    if mode(label, context, [("invoices", key) for key, _ in rows]) == JOURNALS:
        return journals.payment(record, mapped, context)
    owners = lifecycle.payments.payers(record, context)
    if len(owners) > 1:
        raise over_customers(label)
    made = _cash("payments", record, owners[0], linked(rows, "invoices", context), mapped, context)
    return (made, release(made))


def amend_payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Apply the payment to what Chargebee applied it to since; the cash is not touched."""
    if is_journal(context.links[("payments", record.key)]):
        return journals.moved_payment(record, mapped, context)
    applied = lifecycle.payments.applied(record)
    return documents.reapplied(record, "payments", "payments", "TXN", applied, context)


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund of the credit memos or the payment that it pays out, and its release."""
    label, notes, excess = lifecycle.refunds.label_of(record), *_paid_out(record)
    parents = [*(("credit_notes", key) for key, _ in notes), *(("payments", key) for key, _ in excess)]
    if mode(label, context, parents) == JOURNALS:
        return journals.refund(record, mapped, context)
    applied = (*linked(notes, "credit_notes", context), *linked(excess, "payments", context))
    transaction = lifecycle.payments.transaction_of(record)
    if sum(one.amount for one in applied) != transaction.amount:
        raise RejectedError(
            f"{label} pays out {transaction.amount} {transaction.currency_code}, but Acumatica shows no credit memo or "
            "payment for all of it; there a refund must name what it pays out. Book that first, or enter this one by "
            "hand and skip it here with the reason.",
            code="refund_of_nothing",
            field="DocumentsToApply",
            value=record.key,
        )
    links = [context.links[parent] for parent in parents]
    customers = {link.facts.customer for link in links if link.facts.customer}
    if len(customers) > 1:
        raise over_customers(label)
    own = context.links[("customers", transaction.customer_id)].external_id
    made = _cash("refunds", record, customers.pop() if customers else own, applied, mapped, context)
    return (made, release(made))


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Void a payment or refund: Acumatica makes the document that takes it back, and frees what it was applied to."""
    if is_journal(standing.link):
        return journals.reverse(standing, context)
    kind, facts = split_id(standing.link.external_id)[0], standing.link.facts
    flow = "refunds" if kind in _REFUNDS else "payments"
    return (
        Draft(
            flow=flow,
            key=standing.key,
            sink=flow,
            operation="void",
            external_id=standing.link.external_id,
            revision=standing.link.revision,
            reference=standing.link.reference,
            payload={},
            facts=Facts(customer=facts.customer, currency=facts.currency, date=standing.on),
        ),
    )


def _paid_out(record: Record) -> tuple[lifecycle.common.Applied, lifecycle.common.Applied]:
    return lifecycle.refunds.notes(record), lifecycle.refunds.from_payment(record)


def _cash(flow: str, record: Record, customer: str, applied: Applications, mapped: Mapped, context: Context) -> Draft:
    transaction = lifecycle.payments.transaction_of(record)
    day = _DOCUMENT_DATE[flow](record, context)
    posting = posted_on(flow, day, lifecycle.payments.label_of(record), context)
    values: Values = {
        **{name: value for name, value in mapped.header.items() if name not in _OURS},
        "CustomerID": customer,
        "ApplicationDate": day,
        "PaymentAmount": transaction.amount,
        "CurrencyID": transaction.currency_code,
        **period("custom.Document.AdjFinPeriodID", day, posting, context),
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
