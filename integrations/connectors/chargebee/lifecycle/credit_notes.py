"""Credit notes: adjustments (write-offs among them), refundable ones and store credit, applied as Chargebee applies."""

from datetime import date
from typing import cast

from integrations.connectors.chargebee.documents import CreditNote
from integrations.connectors.chargebee.lifecycle.common import (
    ZERO,
    Applied,
    after,
    day,
    digest,
    merged,
    open_money,
    withdrawn,
)
from integrations.connectors.chargebee.lifecycle.lines import document_lines, is_write_off, line_values, price_needs
from integrations.contracts import DELIVER, Context, Money, Need, Record, SourceDocument, Value, Verdict
from integrations.errors import RejectedError

_VOIDED, _ADJUSTMENT = "voided", "adjustment"


def note_of(record: Record) -> CreditNote:
    """Give the record's body as what this stream holds."""
    return cast(CreditNote, record.body)


def money(record: Record) -> Money:
    """Give the note's total: positive, its kind tells the sign."""
    note = note_of(record)
    return Money(amount=note.total, currency=note.currency_code)


def document_date(record: Record, context: Context) -> date:
    """Give the document's date where the site's books are kept."""
    return day(note_of(record).date, context)


def label_of(record: Record) -> str:
    """Give what people call it."""
    return f"Credit note {record.key}"


def version(record: Record) -> str:
    """Digest what is posted; what it is applied to and what of it was refunded is not part of it."""
    note = note_of(record)
    return digest(
        (
            "voided" if note.status == _VOIDED else "final",
            note.deleted or record.deleted,
            note.customer_id,
            note.type,
            is_write_off(note),
            note.date,
            note.currency_code,
            note.price_type,
            note.total,
            note.line_items,
            note.line_item_discounts,
            note.line_item_taxes,
        )
    )


def details(record: Record) -> str:
    """Digest which invoices it is applied to."""
    return digest(applied(record))


def applied(record: Record) -> Applied:
    """Give the invoices it is applied to. An adjustment is used up at once on the invoice it refers to.

    What no longer stands is applied to nothing.
    """
    note = note_of(record)
    if note.status == _VOIDED or note.deleted or record.deleted:
        return ()
    rows = merged((one.invoice_id, one.allocated_amount) for one in note.allocations)
    if not rows and note.type == _ADJUSTMENT and note.reference_invoice_id:
        return ((note.reference_invoice_id, note.total),)
    return rows


def applied_within(record: Record, customer: str, context: Context) -> tuple[Applied, Applied]:
    """Share out what a note is applied to: invoices on its own customer's receivable, and those on that of others.

    A note stays on the customer to whom it was issued, unlike cash, which is booked where it is applied.
    """
    rows, links = applied(record), context.links
    named = {key: link.facts.customer for key, _ in rows if (link := links.get(("invoices", key))) is not None}
    others = tuple(row for row in rows if named.get(row[0]) not in (None, customer))
    return tuple(row for row in rows if row not in others), others


def verdict(record: Record, context: Context) -> Verdict:
    """Post every note; voided and deleted ones no longer stand, whatever amount is still shown on them.

    Policy `write_offs`: net (default), gross, or skip.
    """
    note = note_of(record)
    if note.total == 0:
        reason = f"Credit note {note.id} totals zero: it moves nothing."
        return Verdict(action="skip", code="zero_total", reason=reason)
    if is_write_off(note) and context.policy("credit_notes", "write_offs", "net") == "skip":
        reason = f"Credit note {note.id} writes off a debt; the policy leaves that to the ledger."
        return Verdict(action="skip", code="write_off_by_hand", reason=reason)
    if note.deleted or record.deleted:
        reason = f"Credit note {note.id} was deleted in Chargebee."
        return withdrawn(note, "deleted", reason, None, context)
    if note.status == _VOIDED and note.type != _ADJUSTMENT and (note.amount_allocated or note.amount_refunded):
        raise RejectedError(
            f"Credit note {note.id} was voided after {note.amount_allocated + note.amount_refunded} of it had been "
            "used: only the rest no longer stands. Correct it in the ledger by hand and accept it with the reason.",
            code="voided_partly_used",
            field="status",
            value=note.id,
        )
    if note.status == _VOIDED:
        reason = f"Credit note {note.id} was voided in Chargebee."
        return withdrawn(note, "voided", reason, note.voided_at, context)
    return DELIVER


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A note needs its customer and the invoices that it is applied to; it can stand open without those."""
    invoices = tuple(Need(flow="invoices", key=key, may_lack=True) for key, _ in applied(record))
    return (Need(flow="customers", key=note_of(record).customer_id), *invoices)


def item_needs(record: Record) -> tuple[Need, ...]:
    """Give the prices that its lines name, for pairs that deliver them as items; a write-off credits none of them."""
    note = note_of(record)
    if is_write_off(note):
        return ()
    return price_needs(note.line_items)


def source(record: Record, context: Context) -> SourceDocument:
    """Show a note to the mapping. Raises RejectedError when its lines do not make the total."""
    note = note_of(record)
    header: dict[str, Value] = {
        "number": note.id,
        "customer_id": note.customer_id,
        "subscription_id": note.subscription_id,
        "reference_invoice_id": note.reference_invoice_id,
        "type": note.type,
        "reason": note.create_reason_code or note.reason_code,
        "is_write_off": is_write_off(note),
        "date": day(note.date, context),
        "currency": note.currency_code,
        "total": note.total,
        "sub_total": note.sub_total,
        "tax": note.tax,
        "is_tax_inclusive": note.is_tax_inclusive,
        "vat_number": note.vat_number,
        "channel": note.channel,
        "business_entity_id": note.business_entity_id,
        "exchange_rate": note.exchange_rate,
        **note.custom,
    }
    lines = []
    for line in document_lines(note, context):
        item = context.links.get(("items", line.item_price)) if line.kind == "item" else None
        lines.append(line_values(line, item.external_id if item else ""))
    return SourceDocument(header=header, lines=tuple(lines))


def open_at(record: Record, end: date, context: Context) -> Money | None:
    """Give what was left of it at the end of a day, negative. None: not there yet. Nothing is left of a voided one."""
    note = note_of(record)
    if day(note.date, context) > end:
        return None
    is_gone = note.status == _VOIDED or note.deleted or record.deleted
    gone_at = (note.voided_at if note.status == _VOIDED else None) or note.updated_at or note.date
    if is_gone and max(day(gone_at, context), day(note.date, context)) <= end:
        return open_money(ZERO, note.currency_code)
    used = [(one.allocated_at, one.allocated_amount) for one in note.allocations]
    given = [(one.applied_at, one.applied_amount) for one in note.linked_refunds if one.txn_status == "success"]
    left = note.amount_available + after([*used, *given], end, context)
    return open_money(-left, note.currency_code)
