"""Refunds: one customer refund each, out of the credit memos or the payment that it pays out."""

from dataclasses import replace
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import application_to, body, sublist, unapplication
from integrations.contracts import Context, Draft, Facts, LinkView, Mapped, Record, Standing
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.applying import Applications, apply_rows, linked, other_customer
from integrations.pairs.chargebee_to_netsuite.common import posting, rate, reference, reversal_reference
from integrations.pairs.chargebee_to_netsuite.references import resolve, used
from integrations.pairs.chargebee_to_netsuite.reversing import money_reversal

ZERO = Decimal(0)


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the customer refund; what it applies is its amount. Raises RejectedError where that is not known."""
    refund = lifecycle.payments.transaction_of(record)
    applied = _applied(record, context)
    customer = _customer(record, context)
    day = lifecycle.common.day(refund.date, context)
    moved = posting("refunds", day, f"Refund {refund.id}", context, mapped.header.get("memo"))
    header = resolve("refunds", {**mapped.header, **rate(refund, context), "customer": customer}, context)
    return (
        Draft(
            flow="refunds",
            key=refund.id,
            sink="refunds",
            revision=context.revision,
            reference=reference(context, "RFD", refund.id, context.revision),
            payload={**body("refunds", {**header, **moved.header}), **apply_rows(applied)},
            facts=Facts(
                customer=customer, currency=refund.currency_code, total=refund.amount, date=moved.day, applied=applied
            ),
            references=tuple(used("refunds", header)),
        ),
    )


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take the money back by a customer payment, and let the refund use that up: its credits are open again."""
    link, facts = standing.link, standing.link.facts
    own = reversal_reference(context, "RFD", standing.key, link.revision)
    more = {"payment": facts.total, "autoApply": False}
    back = money_reversal(standing, flow="refunds", sink="payments", reference=own, more=more)
    gone = [unapplication(one.external_id) for one in facts.applied or ()]
    settled = replace(
        back,
        sink="refunds",
        operation="settle",
        external_id=link.external_id,
        reference=link.reference or reference(context, "RFD", standing.key, link.revision),
        payload={"apply": sublist([*gone, application_to(own, facts.total or ZERO)])},
        facts=Facts(customer=facts.customer, currency=facts.currency, total=facts.total, date=facts.date),
    )
    return (back, settled)


def _applied(record: Record, context: Context) -> Applications:
    refund = lifecycle.payments.transaction_of(record)
    notes = linked(lifecycle.refunds.notes(record), "credit_notes", context)
    applied = (*notes, *linked(lifecycle.refunds.from_payment(record), "payments", context))
    if sum(one.amount for one in applied) != refund.amount:
        raise RejectedError(
            f"Refund {refund.id} pays out {refund.amount} {refund.currency_code}, but NetSuite shows no credit memo or "
            "payment for all of it; there a refund must name what it pays out. Book that first, or enter this one by "
            "hand and skip it here with the reason.",
            code="refund_of_nothing",
            field="apply",
            value=refund.id,
        )
    return applied


def _customer(record: Record, context: Context) -> str:
    """Give the customer whose credit is paid out."""
    named = [("credit_notes", key) for key, _ in lifecycle.refunds.notes(record)]
    named += [("payments", key) for key, _ in lifecycle.refunds.from_payment(record)]
    links: list[LinkView] = [context.links[name] for name in named if name in context.links]
    owners = list(dict.fromkeys(link.facts.customer for link in links if link.facts.customer))
    if len(owners) > 1:
        raise other_customer(f"Refund {record.key}")
    own = context.links[("customers", lifecycle.payments.transaction_of(record).customer_id)].external_id
    return owners[0] if owners else own
