"""Payments: one NetSuite customer payment per customer, applied to the invoices that Chargebee applied it to."""

from dataclasses import replace
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import application, body, sublist, unapplication
from integrations.contracts import Application, Context, Draft, Facts, Makes, Mapped, Record, Standing
from integrations.pairs.chargebee_to_netsuite.applying import Applications, apply_rows, linked, moves_cash, reapply
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
    """Draft a customer payment for each customer whose invoices it pays; what is left over is the payer's own.

    NetSuite applies a payment to one customer's invoices only. What is applied to nothing stays unapplied.
    """
    shares = lifecycle.payments.shares(record, context)
    if late := lifecycle.payments.split_since(record, shares, context):
        parts = lifecycle.payments.parts(context.links[("payments", record.key)])
        raise moves_cash(record, late.customer, late.amount, None, parts)
    return tuple(_payment(record, mapped, share, context, is_own=share is shares[0]) for share in shares)


def amend(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Apply the payment as Chargebee has it now, each part within its own customer; the cash is not touched.

    Raises RejectedError where cash would have to move from one customer to another.
    """
    link = context.links[("payments", record.key)]
    parts = lifecycle.payments.parts(link)
    rows = lifecycle.payments.applied(record)
    if len(parts) == 1:
        return (reapply(record, parts[0], linked(rows, "invoices", context), "payments", context),)
    standing = tuple((key, amount) for key, amount in rows if ("invoices", key) in context.links)
    wanted = {
        customer: linked(some, "invoices", context)
        for customer, some in lifecycle.payments.by_customer(standing, "invoices", "", context).items()
    }
    for customer, applied in wanted.items():
        part = lifecycle.payments.part_of(link, customer)
        if part is None or _sum(applied) > (part.facts.total or ZERO):
            raise moves_cash(record, customer, _sum(applied), part, parts)
    changed = [(part, wanted.get(part.facts.customer or "", ())) for part in parts]
    return tuple(
        reapply(record, part, applied, "payments", context)
        for part, applied in changed
        if _amounts(applied) != _amounts(part.facts.applied or ())
    )


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take the payment off its invoices, then send the money back by customer refunds that use it up: part by part."""
    parts = each_document(standing)
    freed = [draft for each, makes in parts for draft in _freed(each, context, makes)]
    return (*freed, *(_back(each, context, makes) for each, makes in parts))


def _payment(
    record: Record, mapped: Mapped, share: lifecycle.payments.Share, context: Context, *, is_own: bool
) -> Draft:
    payment = lifecycle.payments.transaction_of(record)
    applied = linked(share.applied, "invoices", context)
    day = lifecycle.common.day(payment.date, context)
    moved = posting("payments", day, f"Payment {payment.id}", context, mapped.header.get("memo"))
    values = {**mapped.header, **rate(payment, context), "customer": share.customer}
    amount = {} if is_own and share.amount == payment.amount else {"payment": share.amount}
    header = resolve("payments", {**values, **amount}, context)
    header = header if is_own else numbered_apart(header, share.customer)
    key = payment.id if is_own else share_key(payment.id, share.customer)
    return Draft(
        flow="payments",
        key=payment.id,
        sink="payments",
        operation="create" if is_own else f"create-share:{share.customer}",
        revision=context.revision,
        reference=reference(context, "TXN", key, context.revision),
        payload={**body("payments", {**header, **moved.header}), "autoApply": False, **apply_rows(applied)},
        facts=Facts(
            customer=share.customer,
            currency=payment.currency_code,
            total=share.amount,
            date=moved.day,
            dimensions=dimensions_of(header),
            applied=applied,
        ),
        references=tuple(used("payments", header)),
        makes="link" if is_own else "share",
    )


def _freed(standing: Standing, context: Context, makes: Makes) -> tuple[Draft, ...]:
    """Draft the end of a document's applications, if it has any."""
    link, facts = standing.link, standing.link.facts
    if not facts.applied:
        return ()
    return (
        Draft(
            flow="payments",
            key=standing.key,
            sink="payments",
            operation=step("unapply", facts, makes),
            external_id=link.external_id,
            revision=link.revision,
            reference=link.reference or reference(context, "TXN", standing.key, link.revision),
            payload={"autoApply": False, "apply": sublist([unapplication(one.external_id) for one in facts.applied])},
            facts=Facts(
                customer=facts.customer, currency=facts.currency, total=facts.total, date=facts.date, applied=()
            ),
            makes=makes,
        ),
    )


def _back(standing: Standing, context: Context, makes: Makes) -> Draft:
    """Draft the customer refund that sends a document's money back."""
    link, facts = standing.link, standing.link.facts
    key = standing.key if makes == "link" else share_key(standing.key, facts.customer or "")
    back = money_reversal(
        standing,
        flow="payments",
        sink="refunds",
        reference=reversal_reference(context, "TXN", key, link.revision),
        more={"apply": sublist([application(link.external_id, facts.total or ZERO)])},
    )
    applied = (Application(external_id=link.external_id, amount=facts.total or ZERO),)
    return replace(
        back, operation=step("reverse", facts, makes), makes=makes, facts=replace(back.facts, applied=applied)
    )


def _sum(applied: Applications) -> Decimal:
    return sum((one.amount for one in applied), ZERO)


def _amounts(applied: Applications) -> dict[str, Decimal]:
    return {one.external_id: one.amount for one in applied}
