"""What exchange rates leave on receivables that are settled: who asks, the day it is dated, and the cents of parts."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from integrations.connectors.chargebee.lifecycle import credit_notes, invoices, payments, refunds
from integrations.connectors.chargebee.lifecycle.common import ZERO, Applied, Document, day, digest
from integrations.connectors.chargebee.lifecycle.entries import ROUNDING, Entries, Entry, left_over, standing_rate
from integrations.contracts import Context, Draft, Facts, LinkView, Mapped, Record
from integrations.money import round_money

MOVED, DIFFERENCE, CENTS = "moved", "difference", "cents"  # what the operations begin with that move receivables
_VOIDED, _SUCCESS = "voided", "success"
Settlement = tuple[datetime | None, Decimal]
Settled = tuple[tuple[str, str], ...]  # (flow, key)


def asks(record: Record, draft: Draft) -> bool:
    """Tell whether a payment, credit note or refund settles anything at a rate that the ledger chose by itself."""
    is_told = draft.facts.exchange_rate is None
    return is_told and (draft.operation.partition(":")[0] == MOVED or bool(_settled(draft.flow, record)))


def is_settled_in_parts(record: Record, draft: Draft | None = None) -> bool:
    """Tell whether nothing of an invoice is due after several documents settled it: rounding may leave cents."""
    parts = _settlements(record)
    return len(parts) > 1 and sum((amount for _, amount in parts), ZERO) == invoices.invoice_of(record).total


def invoice_details(record: Record) -> str:
    """Digest beside the neutral details what an invoice was settled with, once that was done in parts."""
    told = invoices.details(record)
    return digest((told, _settlements(record))) if is_settled_in_parts(record) else told


def refund_details(record: Record) -> str:
    """Digest nothing: what a refund pays out is part of its version."""
    return digest(())


def cents(record: Record, rate: Decimal, currency: str) -> Decimal:
    """Give what a receivable lacks in the ledger's `currency` once it is settled in parts that were rounded singly."""
    if not is_settled_in_parts(record):
        return ZERO
    relieved = sum((round_money(amount * rate, currency) for _, amount in _settlements(record)), ZERO)
    return relieved - round_money(invoices.invoice_of(record).total * rate, currency)


def lacking(
    record: Record,
    link: LinkView | None,
    booked: Iterable[Entry],
    receivable: Entry | None,
    mapped: Mapped,
    currency: str,
) -> Entries:
    """Give the cents that an invoice's receivable lacks beside what was `booked` of them, in the ledger's `currency`.

    Nothing before the ledger told at which rate the invoice stands. Raises MappingError (DIFFERENCE_OPEN).
    """
    rate = standing_rate(link.facts) if link and link.is_ours else None
    if rate is None or receivable is None:
        return ()
    missing = cents(record, rate, currency) - sum((one.base or ZERO for one in booked if one.customer), ZERO)
    if not missing:
        return ()
    return (
        replace(receivable, amount=ZERO, base=missing),
        left_over(mapped, ROUNDING, -missing, "Conversion cents"),
    )


def settled_on(flow: str, record: Record, posted: date, context: Context) -> date:
    """Give the day on which a payment, credit note or refund settles what it is applied to.

    `posted` is its own posting day; what it settles may have been posted later.
    """
    links = (context.links.get(name) for name in _settled(flow, record))
    return max(posted, *(day for link in links if link and (day := posted_on(link.facts))), posted)


def cents_on(record: Record, context: Context) -> date:
    """Give the day of the last document that settled an invoice; of its change where it is settled no longer."""
    began, invoice = invoices.document_date(record, context), invoices.invoice_of(record)
    if not is_settled_in_parts(record):
        return changed_on(invoice, context)
    return max([began, *(day(at, context) for at, _ in _settlements(record) if at)])


def moved_on(flow: str, record: Record, document: Document, link: LinkView | None, context: Context) -> date:
    """Give the day of what is moved on receivables: of the change; where nothing changed, that of what it belongs to.

    What follows a move in the document's currency has its day.
    """
    posted = posted_on(link.facts) if link else None
    if not context.settles or posted is None:
        return changed_on(document, context)
    last = context.booked[-1].draft if context.booked else None
    if last is not None and last.operation.partition(":")[0] == MOVED and last.facts.date:
        return last.facts.date
    return settled_on(flow, record, posted, context)


def changed_on(document: Document, context: Context) -> date:
    """Give the day of a document's last change, never before its own."""
    return max(day(document.updated_at or document.date, context), day(document.date, context))


def posted_on(facts: Facts) -> date | None:
    """Give the day on which the ledger has a document."""
    return facts.posting_date or facts.date


def _settled(flow: str, record: Record) -> Settled:
    if flow == "payments":
        return _named("invoices", payments.applied(record))
    if flow == "credit_notes":
        return _named("invoices", credit_notes.applied(record))
    notes, paid = refunds.notes(record), refunds.from_payment(record)
    return (*_named("credit_notes", notes), *_named("payments", paid))


def _named(flow: str, rows: Applied) -> Settled:
    return tuple((flow, key) for key, _ in rows)


def _settlements(record: Record) -> tuple[Settlement, ...]:
    """Give what settled an invoice, each document once, as it relieves the receivable."""
    invoice = invoices.invoice_of(record)
    used = {one.cn_id for one in invoice.applied_credits}
    return (
        *_merged((one.txn_id, one.txn_date, one.applied_amount) for one in invoice.linked_payments
                 if one.txn_status == _SUCCESS),
        *_merged((one.cn_id, one.applied_at, one.applied_amount) for one in invoice.applied_credits
                 if one.cn_status != _VOIDED),
        *_merged((one.cn_id, one.cn_date, one.cn_total) for one in invoice.adjustment_credit_notes
                 if one.cn_status != _VOIDED and one.cn_id not in used),
        *_merged((tax.id, tax.date, tax.amount) for tax in invoices.withheld(record)),
    )  # fmt: skip


def _merged(rows: Iterable[tuple[str, datetime | None, Decimal]]) -> Iterable[Settlement]:
    merged: dict[str, Settlement] = {}
    for key, at, amount in rows:
        known_at, known = merged.get(key, (at, ZERO))
        merged[key] = (known_at, known + amount)
    return [one for one in merged.values() if one[1]]
