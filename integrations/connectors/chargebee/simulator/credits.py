"""Credit notes of all three types: made, applied, refunded, voided; and write-offs, which are adjustments."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from integrations.connectors.chargebee.simulator.invoices import InvoiceDraft, issue_invoice, replaced, update_invoice
from integrations.connectors.chargebee.simulator.notes import make_note, note_row
from integrations.connectors.chargebee.simulator.payments import tell, transaction
from integrations.connectors.chargebee.simulator.people import move_balance
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json


def adjust_invoice(site: Site, invoice_id: str, total: int, reason: str = "Waiver", **invoice_fields: Any) -> Json:
    """Lower what an open invoice asks for by an adjustment note, which is used up at once."""
    invoice = site.get("invoices", invoice_id)
    if not 0 < total <= invoice["amount_due"]:
        raise ValueError(f"Invoice {invoice_id} has {invoice['amount_due']} due; {total} cannot be adjusted.")
    allocation = _allocation(site, invoice, total, "post_tax")
    sums = {"amount_allocated": total, "amount_available": 0, "refunded_at": site.now_s()}
    note = make_note(site, invoice, "adjustment", "adjusted", total, reason, allocations=[allocation], **sums)
    rows = [*invoice["adjustment_credit_notes"], note_row(note)]
    update_invoice(site, invoice_id, adjustment_credit_notes=rows, **invoice_fields)
    return site.get("credit_notes", note["id"])


def write_off(site: Site, invoice_id: str) -> Json:
    """Write off what is due of an invoice: an adjustment note, and the amount on the invoice itself."""
    due = site.get("invoices", invoice_id)["amount_due"]
    return adjust_invoice(site, invoice_id, due, "Write Off", write_off_amount=due)


def credit_invoice(site: Site, invoice_id: str, total: int, reason: str = "Other", *, dated_back: bool = False) -> Json:
    """Make a refundable note against an invoice that was paid; it waits to be applied or refunded."""
    invoice = site.get("invoices", invoice_id)
    already = sum(row["cn_total"] for row in invoice["issued_credit_notes"])
    if not 0 < total <= invoice["amount_paid"] + invoice["credits_applied"] - already:
        raise ValueError(f"Invoice {invoice_id} has not enough paid and uncredited for {total}.")
    note = make_note(site, invoice, "refundable", "refund_due", total, reason, dated_back=dated_back)
    update_invoice(site, invoice_id, issued_credit_notes=[*invoice["issued_credit_notes"], note_row(note)])
    move_balance(site, note["customer_id"], "refundable_credits", total, note["currency_code"])
    return site.get("credit_notes", note["id"])


def give_store_credit(
    site: Site, customer_id: str, currency: str, total: int, invoice_id: str = "", number: str = ""
) -> Json:
    """Give tax-free store credit, with or without an invoice it goes back to, under the series' number or this one."""
    invoice = site.get("invoices", invoice_id) if invoice_id else None
    line = {"id": site.new_id("li_"), "object": "line_item", "customer_id": customer_id, "date_from": site.now_s(),
            "date_to": site.now_s(), "unit_amount": total, "quantity": 1, "amount": total, "is_taxed": False,
            "tax_amount": 0, "description": "Goodwill credit", "entity_type": "adhoc"}  # fmt: skip
    sums: Json = {
        "sub_total": total,
        "line_items": [line],
        "taxes": [],
        "line_item_taxes": [],
        "customer_id": customer_id,
        **({"id": number} if number else {}),
    }
    basis = invoice or {"customer_id": customer_id, "currency_code": currency, "price_type": "tax_exclusive"}
    note = make_note(site, basis, "store", "refund_due", total, "Service Unsatisfactory", **sums)
    if invoice:
        update_invoice(site, invoice_id, issued_credit_notes=[*invoice["issued_credit_notes"], note_row(note)])
    move_balance(site, customer_id, "refundable_credits", total, currency)
    return site.get("credit_notes", note["id"])


def apply_credit(site: Site, note_id: str, invoice_id: str, amount: int) -> Json:
    """Apply credit to an open invoice after tax."""
    invoice, note = site.get("invoices", invoice_id), site.get("credit_notes", note_id)
    if not 0 < amount <= min(note["amount_available"], invoice["amount_due"]):
        raise ValueError(f"{amount} of credit note {note_id} cannot be applied to invoice {invoice_id}.")
    note = _use(
        site, note_id, amount, allocations=[*note["allocations"], _allocation(site, invoice, amount, "post_tax")]
    )
    rows = [*invoice["applied_credits"], _credit_row(site, note, amount, "post_tax")]
    update_invoice(site, invoice_id, applied_credits=rows)
    mirror_note(site, note)
    return site.get("credit_notes", note_id)


def issue_with_store_credit(site: Site, draft: InvoiceDraft, note_id: str) -> Json:
    """Issue an invoice whose lines name a store credit (`Line.credit`) that is used before tax."""
    amount = sum(line.credit for line in draft.lines)
    note = site.get("credit_notes", note_id)
    row = _credit_row(site, note, amount, "pre_tax")
    invoice = issue_invoice(site, replace(draft, applied_credits=(row,)))
    allocations = [*note["allocations"], _allocation(site, invoice, amount, "pre_tax")]
    mirror_note(site, _use(site, note_id, amount, allocations=allocations))
    return site.get("invoices", invoice["id"])


def refund_note(site: Site, note_id: str, amount: int, *, method: str = "", payment_id: str = "") -> Json:
    """Refund money against a note; the refund names the payment it gives back, if there is one."""
    return refund_notes(site, {note_id: amount}, method=method, payment_id=payment_id)


def refund_notes(site: Site, amounts: Mapping[str, int], *, method: str = "", payment_id: str = "") -> Json:
    """Refund money against notes, which may be of several customers: to the one who paid, else to the first note's."""
    notes = [site.get("credit_notes", note_id) for note_id in amounts]
    for note, amount in zip(notes, amounts.values(), strict=True):
        if not 0 < amount <= note["amount_available"]:
            raise ValueError(f"Credit note {note['id']} has only {note['amount_available']} available.")
    paid, first = site.get("transactions", payment_id) if payment_id else None, notes[0]
    method = method or (paid["payment_method"] if paid else "bank_transfer")
    payer = paid["customer_id"] if paid and len(notes) > 1 else first["customer_id"]
    made = transaction(site, "refund", payer, first["currency_code"], sum(amounts.values()), method=method)
    if paid:
        made["refunded_txn_id"] = payment_id
    refund = site.add("transactions", {**made, "linked_credit_notes": []})
    for note_id, amount in amounts.items():
        _refund_of(site, note_id, amount, refund)
    return site.get("transactions", refund["id"])


def _refund_of(site: Site, note_id: str, amount: int, refund: Json) -> None:
    """Take what a refund pays out from a note, and let both name each other."""
    note = site.get("credit_notes", note_id)
    rows = [*note["linked_refunds"], _refund_row(refund, note, amount)]
    note = _use(site, note_id, amount, refunded=True, linked_refunds=rows)
    linked = [*site.get("transactions", refund["id"])["linked_credit_notes"], _linked_note(note, refund, amount)]
    refund = site.change_quietly("transactions", refund["id"], linked_credit_notes=linked)
    invoices = [{"id": note["reference_invoice_id"]}] if "reference_invoice_id" in note else []
    tell(site, "payment_refunded", refund, invoices, note)
    mirror_note(site, note)


def void_note(site: Site, note_id: str) -> Json:
    """Void a note; what was available of it stays on it."""
    old = site.get("credit_notes", note_id)
    note = site.change("credit_notes", note_id, status="voided", voided_at=site.now_s())
    site.emit("credit_note_updated", credit_note=note)
    move_balance(site, note["customer_id"], "refundable_credits", -old["amount_available"], note["currency_code"])
    mirror_note(site, note)
    return note


def delete_note(site: Site, note_id: str) -> Json:
    """Delete a note that was not used."""
    note = site.get("credit_notes", note_id)
    if note["allocations"] or note["linked_refunds"] or note["status"] == "voided" or note.get("reference_invoice_id"):
        raise ValueError(f"Credit note {note_id} is used or belongs to an invoice and cannot be deleted.")
    note = site.change("credit_notes", note_id, deleted=True)
    site.emit("credit_note_deleted", credit_note=note)
    move_balance(site, note["customer_id"], "refundable_credits", -note["amount_available"], note["currency_code"])
    return note


def _use(site: Site, note_id: str, amount: int, *, refunded: bool = False, **fields: Any) -> Json:
    """Take an amount out of what is available, and tell."""
    note = site.get("credit_notes", note_id)
    name = "amount_refunded" if refunded else "amount_allocated"
    left = note["amount_available"] - amount
    fields |= {name: note[name] + amount, "amount_available": left, "status": "refund_due" if left else "refunded"}
    if not left:
        fields["refunded_at"] = site.now_s()
    note = site.change("credit_notes", note_id, **fields)
    site.emit("credit_note_updated", credit_note=note)
    move_balance(site, note["customer_id"], "refundable_credits", -amount, note["currency_code"])
    return note


def mirror_note(site: Site, note: Json) -> None:
    """Show a note's status on its invoices and refunds, whose `updated_at` stays."""
    shown = {"cn_status": note["status"]}
    places = {note.get("reference_invoice_id")} | {row["invoice_id"] for row in note["allocations"]}
    for invoice_id in sorted(place for place in places if place):
        invoice = site.get("invoices", invoice_id)
        names = ("issued_credit_notes", "applied_credits")
        fields = {name: replaced(invoice[name], "cn_id", note["id"], **shown) for name in names}
        site.change_quietly("invoices", invoice_id, **fields)
    for row in note["linked_refunds"]:
        refund = site.get("transactions", row["txn_id"])
        rows = replaced(refund["linked_credit_notes"], "cn_id", note["id"], **shown)
        site.change_quietly("transactions", refund["id"], linked_credit_notes=rows)


def _linked_note(note: Json, refund: Json, amount: int) -> Json:
    reference = {"cn_reference_invoice_id": note["reference_invoice_id"]} if "reference_invoice_id" in note else {}
    applied = {"applied_amount": amount, "applied_at": refund["date"]}
    return {"object": "linked_credit_note", **note_row(note), **applied, **reference}


def _credit_row(site: Site, note: Json, amount: int, tax_application: str) -> Json:
    row = note_row(note)
    del row["cn_total"]
    applied = {"applied_amount": amount, "applied_at": site.now_s(), "tax_application": tax_application}
    return {"object": "applied_credit", **row, **applied}


def _allocation(site: Site, invoice: Json, amount: int, tax_application: str) -> Json:
    return {
        "object": "allocation",
        "invoice_id": invoice["id"],
        "allocated_amount": amount,
        "allocated_at": site.now_s(),
        "invoice_date": invoice["date"],
        "invoice_status": invoice["status"],
        "tax_application": tax_application,
    }


def _refund_row(refund: Json, note: Json, amount: int) -> Json:
    return {
        "object": "linked_refund",
        "txn_id": refund["id"],
        "applied_amount": amount,
        "applied_at": refund["date"],
        "txn_status": refund["status"],
        "txn_date": refund["date"],
        "txn_amount": refund["amount"],
        "refund_reason_code": note["reason_code"],
    }
