"""Payments: one NetSuite customer payment each, applied to the invoices that Chargebee applied it to."""

from datetime import date
from typing import cast

from integrations.connectors.chargebee.records import LinkedInvoice, Transaction
from integrations.connectors.netsuite.records import application, body, sublist
from integrations.contracts import (
    DELIVER,
    Application,
    Context,
    Draft,
    Facts,
    Mapped,
    Money,
    Need,
    Record,
    SourceDocument,
    Value,
    Verdict,
)
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.common import day, digest, reference
from integrations.pairs.chargebee_to_netsuite.references import resolve, used

_COMING = {
    "in_progress": "is still in progress at the gateway",
    "needs_attention": "needs attention in Chargebee: its outcome is not known",
    "timeout": "timed out at the gateway: its outcome is not known",
}
_NEVER = {
    "failure": "failed: no money moved",
    "voided": "was voided: no money moved",
    "late_failure": "bounced before it was posted: no money stayed",
}


def transaction_of(record: Record) -> Transaction:
    """Give the record's body as what this stream holds."""
    return cast(Transaction, record.body)


def money(record: Record) -> Money:
    """Give the amount received."""
    payment = transaction_of(record)
    return Money(amount=payment.amount, currency=payment.currency_code)


def document_date(record: Record, context: Context) -> date:
    """Give the day of the payment where the site's books are kept."""
    return day(transaction_of(record).date, context)


def label(record: Record) -> str:
    """Give what people call it."""
    return f"{transaction_of(record).type.replace('_', ' ').capitalize()} {record.key}"


def version(record: Record) -> str:
    """Digest what is posted: money, state, and what it is applied to."""
    payment = transaction_of(record)
    applied = [(each.invoice_id, each.applied_amount) for each in _applied(payment)]
    return digest(
        (
            payment.type,
            payment.status,
            payment.deleted,
            payment.customer_id,
            payment.date,
            payment.currency_code,
            payment.amount,
            sorted(applied),
        )
    )


def verdict(record: Record, context: Context) -> Verdict:
    """Post payments that succeeded; the money of all others has not moved, or not yet."""
    payment = transaction_of(record)
    if payment.type != "payment":
        reason = f"Transaction {payment.id} is of type {payment.type}, which this flow does not post."
        return Verdict(action="skip", code=f"not_a_payment:{payment.type}", reason=reason)
    if payment.status in _COMING:
        reason = f"Payment {payment.id} {_COMING[payment.status]}."
        return Verdict(action="later", code=payment.status, reason=reason)
    if payment.status in _NEVER:
        return Verdict(action="skip", code=payment.status, reason=f"Payment {payment.id} {_NEVER[payment.status]}.")
    return DELIVER


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A payment needs its customer and every invoice that it is applied to."""
    payment = transaction_of(record)
    invoices = tuple(Need(flow="invoices", key=each.invoice_id) for each in _applied(payment))
    return (Need(flow="customers", key=payment.customer_id), *invoices)


def _applied(payment: Transaction) -> list[LinkedInvoice]:
    return [each for each in payment.linked_invoices if each.applied_amount]


def source(record: Record, context: Context) -> SourceDocument:
    """Show a payment to the mapping."""
    payment = transaction_of(record)
    header: dict[str, Value] = {
        "id": payment.id,
        "customer_id": payment.customer_id,
        "subscription_id": payment.subscription_id,
        "date": day(payment.date, context),
        "currency": payment.currency_code,
        "amount": payment.amount,
        "amount_unused": payment.amount_unused,
        "gateway": payment.gateway or "not_applicable",
        "gateway_account_id": payment.gateway_account_id,
        "payment_method": payment.payment_method,
        "id_at_gateway": payment.id_at_gateway,
        "reference_number": payment.reference_number,
        "business_entity_id": payment.business_entity_id,
        "exchange_rate": payment.exchange_rate,
        **payment.custom,
    }
    return SourceDocument(header=header)


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the customer payment with its applications; what is applied to nothing stays unapplied on the customer."""
    payment = transaction_of(record)
    applied = [
        Application(external_id=context.links[("invoices", each.invoice_id)].external_id, amount=each.applied_amount)
        for each in _applied(payment)
    ]
    customer = _payer(payment, context)
    header = resolve("payments", {**mapped.header, "customer": customer}, context)
    payload = body("payments", header)
    payload["autoApply"] = False
    if applied:
        payload["apply"] = sublist([application(each.external_id, each.amount) for each in applied])
    return (
        Draft(
            flow="payments",
            key=payment.id,
            sink="payments",
            revision=context.revision,
            reference=reference(context, "TXN", payment.id, context.revision),
            payload=payload,
            facts=Facts(
                customer=customer,
                currency=payment.currency_code,
                total=payment.amount,
                date=day(payment.date, context),
                applied=tuple(applied),
            ),
            references=tuple(used("payments", header)),
        ),
    )


def _payer(payment: Transaction, context: Context) -> str:
    """Give the NetSuite customer whose invoices are paid: NetSuite applies a payment to one customer's only."""
    own = context.links[("customers", payment.customer_id)].external_id
    owners = {context.links[("invoices", each.invoice_id)].facts.customer or own for each in _applied(payment)}
    if len(owners) > 1:
        raise RejectedError(
            f"Payment {payment.id} pays invoices of {len(owners)} customers; NetSuite applies a payment to one "
            "customer only. Split it in Chargebee, or book it by hand in NetSuite and skip it here with the reason.",
            code="payment_over_customers",
            field="customer",
            value=payment.id,
        )
    return owners.pop() if owners else own
