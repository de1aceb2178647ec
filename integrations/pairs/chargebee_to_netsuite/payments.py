"""Payments: one NetSuite customer payment each, applied to the invoices that Chargebee applied it to."""

from integrations.connectors.chargebee.records import Transaction, lifecycle
from integrations.connectors.netsuite.records import application, body, sublist
from integrations.contracts import Application, Context, Draft, Facts, Mapped, Record
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.common import reference
from integrations.pairs.chargebee_to_netsuite.references import resolve, used


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the customer payment with its applications; what is applied to nothing stays unapplied on the customer."""
    payment = lifecycle.payments.transaction_of(record)
    applied = [
        Application(external_id=context.links[("invoices", key)].external_id, amount=amount)
        for key, amount in lifecycle.payments.applied(record)
    ]
    customer = _payer(record, payment, context)
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
                date=lifecycle.common.day(payment.date, context),
                applied=tuple(applied),
            ),
            references=tuple(used("payments", header)),
        ),
    )


def _payer(record: Record, payment: Transaction, context: Context) -> str:
    """Give the NetSuite customer whose invoices are paid: NetSuite applies a payment to one customer's only."""
    owners = lifecycle.payments.payers(record, context)
    if len(owners) > 1:
        raise RejectedError(
            f"Payment {payment.id} pays invoices of {len(owners)} customers; NetSuite applies a payment to one "
            "customer only. Split it in Chargebee, or book it by hand in NetSuite and skip it here with the reason.",
            code="payment_over_customers",
            field="customer",
            value=payment.id,
        )
    return owners[0]
