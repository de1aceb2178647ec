"""The identities that Chargebee's documents keep, checked to the cent: a document that breaks one must not be posted.

Source: Invoice and Credit note, field descriptions (openapi, read 2026-11-21). The README says which are inferred.
"""

from collections.abc import Iterable
from decimal import Decimal

from integrations.connectors.chargebee.documents import CreditNote, Invoice

NOTHING = Decimal(0)
VOIDED = "voided"


def check_totals(document: Invoice | CreditNote) -> str | None:
    """Give the first broken identity of a document with its arithmetic as a sentence; None when all hold."""
    return check_sums(document) or check_balance(document)


def check_sums(document: Invoice | CreditNote) -> str | None:
    """Check what is posted: lines less discounts make the subtotal, subtotal and tax make the total."""
    label = _label(document)
    lines = _sum(line.amount for line in document.line_items)
    discounts = _discounts(document)
    if lines - discounts != document.sub_total:
        return (
            f"{label}: the lines ({lines}) less discounts ({discounts}) make {lines - discounts},"
            f" but the subtotal is {document.sub_total}."
        )
    return _check_total(label, document)


def check_balance(document: Invoice | CreditNote) -> str | None:
    """Check what is settled: total less payments and credits is what is still due, or available."""
    if isinstance(document, CreditNote):
        return _check_credit_balance(document)
    return None if document.status == VOIDED else _check_invoice_balance(document)


def _check_total(label: str, document: Invoice | CreditNote) -> str | None:
    tax = NOTHING if document.is_tax_inclusive else document.tax
    made = document.sub_total + tax
    rounding = abs(document.round_off_amount)
    slack = _slack(document)
    if any(abs(document.total - made - part) <= slack for part in {rounding, -rounding}):
        return None
    words = "the subtotal includes tax" if document.is_tax_inclusive else f"the tax {tax}"
    return (
        f"{label}: the subtotal {document.sub_total} and {words} make {made} (round-off {document.round_off_amount}),"
        f" but the total is {document.total}."
    )


def _check_invoice_balance(invoice: Invoice) -> str | None:
    label = _label(invoice)
    credits_used = _sum(credit.applied_amount for credit in invoice.applied_credits)
    adjusted = _sum(note.cn_total for note in invoice.adjustment_credit_notes if note.cn_status != VOIDED)
    withheld = _sum(tax.amount for tax in invoice.linked_taxes_withheld)
    due = invoice.total - invoice.amount_paid - credits_used - adjusted - withheld
    if due != invoice.amount_due:
        return (
            f"{label}: the total {invoice.total} less paid {invoice.amount_paid}, credits {credits_used},"
            f" adjustments {adjusted} and tax withheld {withheld} is {due}, but {invoice.amount_due} is due."
        )
    return _check_parts(label, invoice, adjusted)


def _check_parts(label: str, invoice: Invoice, adjusted: Decimal) -> str | None:
    paid = _sum(part.applied_amount for part in invoice.linked_payments if part.txn_status == "success")
    if paid != invoice.amount_paid:
        return f"{label}: its successful payments make {paid}, but {invoice.amount_paid} is paid."
    if adjusted != invoice.amount_adjusted:
        return f"{label}: its adjustment credit notes make {adjusted}, but {invoice.amount_adjusted} is adjusted."
    underway = _sum(part.applied_amount for part in invoice.linked_payments if part.txn_status == "in_progress")
    collect = invoice.amount_due - underway
    if invoice.amount_to_collect not in (None, collect):
        return (
            f"{label}: due {invoice.amount_due} less payments in progress {underway} is {collect},"
            f" but {invoice.amount_to_collect} is to be collected."
        )
    return None


def _check_credit_balance(note: CreditNote) -> str | None:
    used = note.amount_allocated + note.amount_refunded + note.amount_available
    if used == note.total:
        return None
    return (
        f"{_label(note)}: allocated {note.amount_allocated}, refunded {note.amount_refunded} and available"
        f" {note.amount_available} make {used}, but the total is {note.total}."
    )


def _discounts(document: Invoice | CreditNote) -> Decimal:
    """Add up one of the two views of the discounts: by line where there is one, else over the document."""
    if document.line_item_discounts:
        return _sum(part.discount_amount for part in document.line_item_discounts)
    return _sum(part.amount for part in document.discounts)


def _slack(document: Invoice | CreditNote) -> Decimal:
    """Allow one smallest unit where a credit note carries a rounding residue, whose exact use is undocumented."""
    if isinstance(document, CreditNote) and document.fractional_correction:
        return Decimal(1).scaleb(int(document.total.as_tuple().exponent))
    return NOTHING


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, NOTHING)


def _label(document: Invoice | CreditNote) -> str:
    return f"{'Invoice' if isinstance(document, Invoice) else 'Credit note'} {document.id}"
