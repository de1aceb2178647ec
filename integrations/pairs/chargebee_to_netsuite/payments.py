"""Payments: one NetSuite customer payment each, applied to the invoices that Chargebee applied it to."""

from dataclasses import replace
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import application, body, sublist, unapplication
from integrations.contracts import Context, Draft, Facts, Mapped, Record, Standing
from integrations.pairs.chargebee_to_netsuite.applying import apply_rows, linked, other_customer, reapply
from integrations.pairs.chargebee_to_netsuite.common import posting, rate, reference, reversal_reference
from integrations.pairs.chargebee_to_netsuite.references import resolve, used
from integrations.pairs.chargebee_to_netsuite.reversing import money_reversal

ZERO = Decimal(0)


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the customer payment with its applications; what is applied to nothing stays unapplied on the customer."""
    payment = lifecycle.payments.transaction_of(record)
    applied = linked(lifecycle.payments.applied(record), "invoices", context)
    customer = _payer(record, context)
    day = lifecycle.common.day(payment.date, context)
    moved = posting("payments", day, f"Payment {payment.id}", context, mapped.header.get("memo"))
    header = resolve("payments", {**mapped.header, **rate(payment, context), "customer": customer}, context)
    return (
        Draft(
            flow="payments",
            key=payment.id,
            sink="payments",
            revision=context.revision,
            reference=reference(context, "TXN", payment.id, context.revision),
            payload={**body("payments", {**header, **moved.header}), "autoApply": False, **apply_rows(applied)},
            facts=Facts(
                customer=customer, currency=payment.currency_code, total=payment.amount, date=moved.day, applied=applied
            ),
            references=tuple(used("payments", header)),
        ),
    )


def amend(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Apply the payment as Chargebee has it now; the cash is not touched."""
    wanted = linked(lifecycle.payments.applied(record), "invoices", context)
    return (reapply(record, wanted, "TXN", "payments", "payments", context),)


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take the payment off its invoices, then send the money back by a customer refund that uses the payment up."""
    link, facts = standing.link, standing.link.facts
    back = money_reversal(
        standing,
        flow="payments",
        sink="refunds",
        reference=reversal_reference(context, "TXN", standing.key, link.revision),
        more={"apply": sublist([application(link.external_id, facts.total or ZERO)])},
    )
    if not facts.applied:
        return (back,)
    freed = replace(
        back,
        sink="payments",
        operation="unapply",
        external_id=link.external_id,
        reference=link.reference or reference(context, "TXN", standing.key, link.revision),
        payload={"autoApply": False, "apply": sublist([unapplication(one.external_id) for one in facts.applied])},
        facts=Facts(customer=facts.customer, currency=facts.currency, total=facts.total, date=facts.date, applied=()),
    )
    return (freed, back)


def _payer(record: Record, context: Context) -> str:
    """Give the NetSuite customer whose invoices are paid: NetSuite applies a payment to one customer's only."""
    owners = lifecycle.payments.payers(record, context)
    if len(owners) > 1:
        raise other_customer(f"Payment {record.key}")
    return owners[0]
