"""Invoices: issued, closed, settled, voided, deleted; each step leaves its events and moves what shows it elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from integrations.connectors.chargebee.simulator.documents import Line, total_up
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json

DAY_S = 86_400
OPEN = ("payment_due", "posted", "not_paid")
RATES = {"USD": 1.0, "EUR": 1.0842, "GBP": 1.2715, "JPY": 0.006712, "KWD": 3.2514}


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceDraft:
    """What an invoice is to be; `date` is the document date where it lies before the present."""

    customer_id: str
    currency: str
    lines: Sequence[Line]
    inclusive: bool = False
    subscription_id: str = ""
    net_term_days: int = 0
    status: str = "payment_due"
    date: int | None = None
    rounded: bool = False
    applied_credits: tuple[Json, ...] = ()
    extra: Json = field(default_factory=dict)


def exchange_rate(currency: str, at_s: int) -> float:
    """Give the rate to the base currency: steady within a month."""
    if currency == "USD":
        return 1.0
    moment = datetime.fromtimestamp(at_s, UTC)
    drift = ((moment.year * 12 + moment.month) * 7919) % 9 - 4
    return round(RATES.get(currency, 1.0) * (1 + drift / 200), 6)


def issue_invoice(site: Site, draft: InvoiceDraft) -> Json:
    """Issue an invoice (or a pending one); a total of zero is paid at once."""
    now_s = site.now_s()
    invoice = _header(site, draft, now_s) | total_up(draft.lines, inclusive=draft.inclusive, new_id=site.new_id)
    total = invoice["sub_total"] + (0 if draft.inclusive else invoice["tax"])
    round_off = _round_off(total, draft.currency) if draft.rounded else 0
    invoice |= {"total": total + round_off, "round_off_amount": round_off, "new_sales_amount": max(total, 0)}
    invoice |= _line_credits(draft, invoice)
    invoice |= settlement(invoice, now_s)
    invoice = site.add("invoices", {key: value for key, value in invoice.items() if value is not None})
    if invoice["status"] == "pending":
        site.emit("pending_invoice_created", invoice=invoice)
    else:
        site.emit("invoice_generated" if draft.date is None else "invoice_generated_with_backdating", invoice=invoice)
    return invoice


def update_invoice(site: Site, invoice_id: str, **fields: Any) -> Json:
    """Change an invoice, settle it anew, show its status in what is linked to it, and tell by an event."""
    old = site.get("invoices", invoice_id)
    merged = {**old, **fields}
    invoice = site.change("invoices", invoice_id, **{**fields, **settlement(merged, site.now_s())})
    if invoice["status"] != old["status"]:
        _mirror_status(site, invoice)
    site.emit("pending_invoice_updated" if invoice["status"] == "pending" else "invoice_updated", invoice=invoice)
    return invoice


def settlement(invoice: Json, now_s: int) -> Json:
    """Compute what is paid, credited, adjusted and due, and the status that follows."""
    payments = invoice["linked_payments"]
    paid = sum(row["applied_amount"] for row in payments if row["txn_status"] == "success")
    on_its_way = sum(row["applied_amount"] for row in payments if row["txn_status"] == "in_progress")
    credits_applied = sum(row["applied_amount"] for row in invoice["applied_credits"])
    adjusted = sum(row["cn_total"] for row in invoice["adjustment_credit_notes"])
    withheld = sum(row["amount"] for row in invoice.get("linked_taxes_withheld", ()))
    due = invoice["total"] - paid - credits_applied - adjusted - withheld
    sums = {"amount_paid": paid, "amount_adjusted": adjusted, "credits_applied": credits_applied}
    return {**sums, "amount_due": due, "amount_to_collect": due - on_its_way, **_status(invoice, due, now_s)}


def close_pending(site: Site, invoice_id: str) -> Json:
    """Finalise a pending invoice; this site moves its date to the closing date."""
    now_s = site.now_s()
    terms = site.get("invoices", invoice_id)["net_term_days"]
    fields = {"date": now_s, "generated_at": now_s, "due_date": now_s + terms * DAY_S, "status": "payment_due"}
    old = site.get("invoices", invoice_id)
    invoice = site.change("invoices", invoice_id, **{**fields, **settlement({**old, **fields}, now_s)})
    site.emit("invoice_generated", invoice=invoice)
    return invoice


def void_invoice(site: Site, invoice_id: str, reason: str = "Order Cancellation") -> Json:
    """Void an open invoice that nothing was paid on or credited to."""
    invoice = site.get("invoices", invoice_id)
    if invoice["status"] not in OPEN or invoice["amount_due"] != invoice["total"]:
        raise ValueError(f"Invoice {invoice_id} is {invoice['status']} or partly settled and cannot be voided.")
    fields = {"status": "voided", "voided_at": site.now_s(), "void_reason_code": reason}
    return update_invoice(site, invoice_id, **fields, dunning_status=None, next_retry_at=None)


def delete_invoice(site: Site, invoice_id: str) -> Json:
    """Delete an invoice that nothing is linked to."""
    old = site.get("invoices", invoice_id)
    if old["linked_payments"] or old["applied_credits"] or old["adjustment_credit_notes"] or old["issued_credit_notes"]:
        raise ValueError(f"Invoice {invoice_id} has payments or credits and cannot be deleted.")
    invoice = site.change("invoices", invoice_id, deleted=True)
    site.emit("invoice_deleted", invoice=invoice)
    return invoice


def edit_invoice(site: Site, invoice_id: str, note: str) -> Json:
    """Change what is not money: a note and the PO number."""
    rows = [*site.get("invoices", invoice_id).get("notes", []), {"object": "note", "note": note}]
    return update_invoice(site, invoice_id, notes=rows[-5:], po_number=f"PO-{site.next_number('po', 4700)}")


def withhold_tax(site: Site, invoice_id: str, amount: int, reference: str) -> Json:
    """Record tax that the customer withheld and paid to the authority."""
    row = {
        "object": "linked_tax_withheld",
        "id": site.new_id("tax_wh_"),
        "amount": amount,
        "description": "Withheld by the customer",
        "date": site.now_s(),
        "reference_number": reference,
    }
    rows = [*site.get("invoices", invoice_id).get("linked_taxes_withheld", []), row]
    invoice = update_invoice(site, invoice_id, linked_taxes_withheld=rows)
    site.emit("tax_withheld_recorded", tax_withheld={**row, "object": "tax_withheld"}, invoice=invoice)
    return invoice


def replaced(rows: Sequence[Json], key: str, value: str, **fields: Any) -> list[Json]:
    """Give rows anew with fields changed where `row[key] == value`."""
    return [{**row, **fields} if row[key] == value else row for row in rows]


def _header(site: Site, draft: InvoiceDraft, now_s: int) -> Json:
    date = now_s if draft.date is None else draft.date
    pending = draft.status == "pending"
    first = site.counters[f"invoices of {draft.subscription_id or draft.customer_id}"] == 0
    site.counters[f"invoices of {draft.subscription_id or draft.customer_id}"] += 1
    made: Json = {
        "id": f"INV-{site.next_number('invoice', 10001)}",
        "object": "invoice",
        "customer_id": draft.customer_id,
        "subscription_id": draft.subscription_id or None,
        "recurring": bool(draft.subscription_id) or any(line.subscription_id for line in draft.lines),
        "status": draft.status,
        "price_type": "tax_inclusive" if draft.inclusive else "tax_exclusive",
        "date": date,
        "due_date": None if pending else date + draft.net_term_days * DAY_S,
        "net_term_days": draft.net_term_days,
        "generated_at": None if pending else now_s,
        "currency_code": draft.currency,
        "base_currency_code": site.setup.base_currency,
        "exchange_rate": exchange_rate(draft.currency, date),
        "write_off_amount": 0,
        "first_invoice": first,
        "is_gifted": False,
        "term_finalized": not pending,
        "has_advance_charges": False,
        "channel": "web",
        "deleted": False,
        "site_details_at_creation": {"timezone": site.setup.timezone},
        **draft.extra,
    }
    for name in ("linked_payments", "applied_credits", "reference_transactions", "adjustment_credit_notes",
                 "issued_credit_notes", "linked_orders", "dunning_attempts"):  # fmt: skip
        made[name] = []
    made["applied_credits"] = list(draft.applied_credits)
    return made


def _line_credits(draft: InvoiceDraft, invoice: Json) -> Json:
    if not draft.applied_credits:
        return {}
    note = draft.applied_credits[0]["cn_id"]
    pairs = zip(draft.lines, invoice["line_items"], strict=True)
    rows = [
        {"object": "line_item_credit", "cn_id": note, "applied_amount": line.credit, "line_item_id": item["id"]}
        for line, item in pairs
        if line.credit
    ]
    return {"line_item_credits": rows}


def _round_off(total: int, currency: str) -> int:
    return 0 if currency == "JPY" else (total + 50) // 100 * 100 - total


def _status(invoice: Json, due: int, now_s: int) -> Json:
    old = invoice["status"]
    if old in ("pending", "voided"):
        return {}
    if due == 0:
        return {} if old == "paid" else {"status": "paid", "paid_at": now_s, "dunning_status": _after_dunning(invoice)}
    return {"status": "not_paid", "paid_at": None} if old == "paid" else {}


def _after_dunning(invoice: Json) -> str | None:
    return "success" if invoice.get("dunning_status") else None


def _mirror_status(site: Site, invoice: Json) -> None:
    """Show the new status in the linked transactions and credit notes, whose `updated_at` stays."""
    shown = {"invoice_status": invoice["status"]}
    for row in invoice["linked_payments"]:
        rows = replaced(
            site.get("transactions", row["txn_id"])["linked_invoices"], "invoice_id", invoice["id"], **shown
        )
        site.change_quietly("transactions", row["txn_id"], linked_invoices=rows)
    notes = {row["cn_id"] for row in (*invoice["applied_credits"], *invoice["adjustment_credit_notes"])}
    for note in notes:
        if site.has("credit_notes", note):
            rows = replaced(site.get("credit_notes", note)["allocations"], "invoice_id", invoice["id"], **shown)
            site.change_quietly("credit_notes", note, allocations=rows)
