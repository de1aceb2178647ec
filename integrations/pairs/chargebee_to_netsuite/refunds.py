"""Refunds: one customer refund per customer, out of the credit memos or the payment that it pays out."""

from dataclasses import replace
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import application_to, body, sublist, unapplication
from integrations.contracts import Application, Context, Draft, Facts, Makes, Mapped, Record, Standing
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_netsuite.applying import Applications, apply_rows, linked
from integrations.pairs.chargebee_to_netsuite.common import (
    dimensions_of,
    numbered_apart,
    posting,
    rate,
    reference,
    reversal_reference,
    share_key,
)
from integrations.pairs.chargebee_to_netsuite.references import resolve, used
from integrations.pairs.chargebee_to_netsuite.reversing import each_document, money_reversal, step

ZERO = Decimal(0)


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a customer refund for each customer whose credits it pays out: usually one.

    What a refund applies is its amount. Raises RejectedError where that is not known.
    """
    paid = _paid_out(record, context)
    first = next(iter(paid))
    return tuple(_refund(record, mapped, one, applied, context, is_own=one == first) for one, applied in paid.items())


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take the money back by a customer payment, and let the refund use that up: its credits are open again."""
    return tuple(draft for each, makes in each_document(standing) for draft in _taken_back(each, context, makes))


def _refund(
    record: Record, mapped: Mapped, customer: str, applied: Applications, context: Context, *, is_own: bool
) -> Draft:
    refund = lifecycle.payments.transaction_of(record)
    day = lifecycle.common.day(refund.date, context)
    moved = posting("refunds", day, f"Refund {refund.id}", context, mapped.header.get("memo"))
    header = resolve("refunds", {**mapped.header, **rate(refund, context), "customer": customer}, context)
    header = header if is_own else numbered_apart(header, customer)
    key = refund.id if is_own else share_key(refund.id, customer)
    return Draft(
        flow="refunds",
        key=refund.id,
        sink="refunds",
        operation="create" if is_own else f"create-share:{customer}",
        revision=context.revision,
        reference=reference(context, "RFD", key, context.revision),
        payload={**body("refunds", {**header, **moved.header}), **apply_rows(applied)},
        facts=Facts(
            customer=customer,
            currency=refund.currency_code,
            total=sum((one.amount for one in applied), ZERO),
            date=moved.day,
            dimensions=dimensions_of(header),
            applied=applied,
        ),
        references=tuple(used("refunds", header)),
        makes="link" if is_own else "share",
    )


def _taken_back(standing: Standing, context: Context, makes: Makes) -> tuple[Draft, Draft]:
    link, facts = standing.link, standing.link.facts
    key = standing.key if makes == "link" else share_key(standing.key, facts.customer or "")
    own = reversal_reference(context, "RFD", key, link.revision)
    more = {"payment": facts.total, "autoApply": False}
    back = money_reversal(standing, flow="refunds", sink="payments", reference=own, more=more)
    back = replace(back, operation=step("reverse", facts, makes), makes=makes)
    gone = [unapplication(one.external_id) for one in facts.applied or ()]
    settled = replace(
        back,
        sink="refunds",
        operation=step("settle", facts, makes),
        external_id=link.external_id,
        reference=link.reference or reference(context, "RFD", standing.key, link.revision),
        payload={"apply": sublist([*gone, application_to(own, facts.total or ZERO)])},
        facts=Facts(
            customer=facts.customer,
            currency=facts.currency,
            total=facts.total,
            date=facts.date,
            applied=(Application(external_id=own, amount=facts.total or ZERO),),
        ),
    )
    return (back, settled)


def _paid_out(record: Record, context: Context) -> dict[str, Applications]:
    """Give what is paid out, by customer. Raises RejectedError where that is not the refund's amount."""
    refund, shares = lifecycle.payments.transaction_of(record), lifecycle.refunds.shares(record, context)
    if sum((one.amount for one in shares), ZERO) != refund.amount:
        raise RejectedError(
            f"Refund {refund.id} pays out {refund.amount} {refund.currency_code}, but NetSuite shows no credit memo or "
            "payment for all of it; there a refund must name what it pays out. Book that first, or enter this one by "
            "hand and skip it here with the reason.",
            code="refund_of_nothing",
            field="apply",
            value=refund.id,
        )
    return {one.customer: _applied(one, context) for one in shares}


def _applied(share: lifecycle.refunds.Share, context: Context) -> Applications:
    paid = (Application(external_id=part.external_id, amount=amount) for part, amount in share.left)
    return (*linked(share.notes, "credit_notes", context), *paid)
