"""Payments and refunds: made with what they are applied to, released; voided by documents of their own."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.acumatica.records import apply_to, payload, split_id
from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Application, Context, Draft, Facts, Mapped, Record, Standing
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_acumatica import journals, sharing
from integrations.pairs.chargebee_to_acumatica.common import (
    JOURNALS,
    Applications,
    Values,
    is_journal,
    linked,
    mode,
    period,
    posted_on,
    reference,
    release,
    released_first,
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
    """Draft a payment with its applications and its release, one for each customer whose invoices it pays.

    What is applied to nothing stays on the payer's account.
    """
    label, rows = lifecycle.payments.label_of(record), lifecycle.payments.applied(record)
    if mode(label, context, [("invoices", key) for key, _ in rows]) == JOURNALS:
        return journals.payment(record, mapped, context)
    drafts = list[Draft]()
    for share in sharing.shares(record, context):
        applied = linked(share.applied, "invoices", context)
        made = _cash("payments", record, share.customer, share.amount, applied, mapped, context)
        made = sharing.as_share(made, context) if drafts else made
        drafts += [made, release(made, share.customer if drafts else "")]
    return tuple(drafts)


def amend_payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Apply the payment to what Chargebee applied it to since, within each customer's share; no cash is touched."""
    if is_journal(context.links[("payments", record.key)]):
        return journals.moved_payment(record, mapped, context)
    return sharing.reapplied(record, context)


def amend_refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the exchange difference of a refund's journal; Acumatica books that of a document itself."""
    if is_journal(context.links[("refunds", record.key)]):
        return journals.moved_refund(record, mapped, context)
    return ()


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund with the credit memos or payment that it pays out, and its release: one for each customer."""
    named = {"credit_notes": lifecycle.refunds.notes(record), "payments": lifecycle.refunds.from_payment(record)}
    parents = [(flow, key) for flow, rows in named.items() for key, _ in rows]
    if mode(lifecycle.refunds.label_of(record), context, parents) == JOURNALS:
        return journals.refund(record, mapped, context)
    drafts = list[Draft]()
    for share in _paid_out(record, context):
        paid = (Application(external_id=part.external_id, amount=amount) for part, amount in share.left)
        applied = (*linked(share.notes, "credit_notes", context), *paid)
        made = _cash("refunds", record, share.customer, share.amount, applied, mapped, context)
        made = sharing.as_share(made, context) if drafts else made
        drafts += [made, release(made, share.customer if drafts else "")]
    return tuple(drafts)


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Void a payment, all its shares, or a refund: Acumatica makes the documents that take them back.

    What they were applied to is free again.
    """
    if is_journal(standing.link):
        return journals.reverse(standing, context)
    link = standing.link
    flow = "refunds" if split_id(link.external_id)[0] in _REFUNDS else "payments"
    own = Draft(
        flow=flow,
        key=standing.key,
        sink=flow,
        operation="void",
        external_id=link.external_id,
        revision=link.revision,
        reference=link.reference,
        payload={},
        facts=_voided(link.facts, standing),
    )
    shares = (
        replace(
            own,
            operation=f"void:{one.facts.customer}",
            external_id=one.external_id,
            reference=one.reference,
            facts=_voided(one.facts, standing),
            makes="share",
        )
        for one in link.companions
    )
    return (*released_first(standing), *shares, *(() if standing.leaves_own else (own,)))


def _paid_out(record: Record, context: Context) -> tuple[lifecycle.refunds.Share, ...]:
    """Share a refund out. Raises RejectedError where Acumatica shows nothing that all of it could pay out."""
    transaction, found = lifecycle.payments.transaction_of(record), lifecycle.refunds.shares(record, context)
    if sum(one.amount for one in found) == transaction.amount:
        return found
    raise RejectedError(
        f"{lifecycle.refunds.label_of(record)} pays out {transaction.amount} {transaction.currency_code}, but "
        "Acumatica shows no credit memo or payment for all of it; there a refund must name what it pays out. Book that "
        "first, or enter this one by hand and skip it here with the reason.",
        code="refund_of_nothing",
        field="DocumentsToApply",
        value=record.key,
    )


def _voided(facts: Facts, standing: Standing) -> Facts:
    return Facts(customer=facts.customer, currency=facts.currency, date=standing.on)


def _cash(
    flow: str,
    record: Record,
    customer: str,
    amount: Decimal,
    applied: Applications,
    mapped: Mapped,
    context: Context,
) -> Draft:
    transaction = lifecycle.payments.transaction_of(record)
    day = _DOCUMENT_DATE[flow](record, context)
    posting = posted_on(flow, day, lifecycle.payments.label_of(record), context)
    values: Values = {
        **{name: value for name, value in mapped.header.items() if name not in _OURS},
        "CustomerID": customer,
        "ApplicationDate": day,
        "PaymentAmount": amount,
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
            total=amount,
            date=day,
            posting_date=None if posting == day else posting,
            dimensions=(("CashAccount", str(values["CashAccount"])),) if values.get("CashAccount") else (),
            applied=applied,
        ),
        references=used(values, _KINDS),
    )
