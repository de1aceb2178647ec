"""What a site's staff and customers can be told to do, one at a time, at a moment of choice."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.connectors.chargebee.simulator import credits, invoices, payments, people
from integrations.connectors.chargebee.simulator.catalogue import stock
from integrations.connectors.chargebee.simulator.documents import Discount, Line, TaxRate, total_up
from integrations.connectors.chargebee.simulator.invoices import InvoiceDraft, issue_invoice, update_invoice
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json


def issue(
    site: Site,
    customer_id: str,
    currency: str,
    lines: Sequence[Json],
    *,
    date: str = "",
    store_credit: str = "",
    **fields: Any,
) -> Json:
    """Issue an invoice of these lines; `fields` are those of an invoice draft, the others stand on it as they are."""
    known = ("inclusive", "subscription_id", "net_term_days", "status", "rounded")
    draft = InvoiceDraft(
        customer_id=customer_id,
        currency=currency,
        lines=[line_of(line, customer_id, site) for line in lines],
        date=moment_s(date) if date else None,
        extra={name: value for name, value in fields.items() if name not in known},
        **{name: value for name, value in fields.items() if name in known},
    )
    if store_credit:
        return credits.issue_with_store_credit(site, draft, store_credit)
    return issue_invoice(site, draft)


def change_lines(site: Site, invoice_id: str, lines: Sequence[Json]) -> Json:
    """Write an invoice's lines anew, with all that follows from them."""
    old = site.get("invoices", invoice_id)
    inclusive = old["price_type"] == "tax_inclusive"
    made = [line_of(line, old["customer_id"], site) for line in lines]
    totals = total_up(made, inclusive=inclusive, new_id=site.new_id)
    gone = dict.fromkeys(("taxes", "line_item_taxes", "discounts", "line_item_discounts"))
    total = totals["sub_total"] + (0 if inclusive else totals["tax"])
    return update_invoice(site, invoice_id, **{**gone, **totals}, total=total, round_off_amount=0)


def set_due_date(site: Site, invoice_id: str, date: str) -> Json:
    """Give the customer another due date."""
    return update_invoice(site, invoice_id, due_date=moment_s(date))


def remove_withheld(site: Site, invoice_id: str, withheld_id: str) -> Json:
    """Remove tax that was recorded as withheld by mistake: the customer owes it again."""
    rows = site.get("invoices", invoice_id)["linked_taxes_withheld"]
    return update_invoice(site, invoice_id, linked_taxes_withheld=[row for row in rows if row["id"] != withheld_id])


def take_off(site: Site, payment_id: str, invoice_id: str) -> Json:
    """Take a payment off an invoice; the money becomes the customer's excess."""
    payment, invoice = site.get("transactions", payment_id), site.get("invoices", invoice_id)
    rows = [row for row in payment["linked_invoices"] if row["invoice_id"] != invoice_id]
    amount = sum(row["applied_amount"] for row in payment["linked_invoices"]) - sum(
        row["applied_amount"] for row in rows
    )
    fields = {"amount_unused": payment["amount_unused"] + amount, "linked_invoices": rows}
    payment = site.change("transactions", payment_id, **fields)
    left = [row for row in invoice["linked_payments"] if row["txn_id"] != payment_id]
    update_invoice(site, invoice_id, linked_payments=left)
    people.move_balance(site, payment["customer_id"], "excess_payments", amount, payment["currency_code"])
    site.emit("transaction_updated", transaction=payment)
    return payment


def apply_excess(site: Site, payment_id: str, invoice_id: str, amount: int) -> Json:
    """Apply what is unused of a payment to an invoice, and tell of it."""
    payment = payments.apply_excess(site, payment_id, invoice_id, amount)
    site.emit("transaction_updated", transaction=payment)
    return payment


def move_credit(site: Site, note_id: str, from_id: str, to_id: str) -> Json:
    """Take an allocation off one invoice and make it on another."""
    note, old = site.get("credit_notes", note_id), site.get("invoices", from_id)
    amount = sum(row["allocated_amount"] for row in note["allocations"] if row["invoice_id"] == from_id)
    kept = [row for row in note["allocations"] if row["invoice_id"] != from_id]
    fields: Json = {
        "allocations": kept,
        "amount_allocated": note["amount_allocated"] - amount,
        "amount_available": note["amount_available"] + amount,
        "status": "refund_due",
    }
    site.change("credit_notes", note_id, **fields)
    update_invoice(site, from_id, applied_credits=[row for row in old["applied_credits"] if row["cn_id"] != note_id])
    return credits.apply_credit(site, note_id, to_id, amount)


def win_chargeback(site: Site, refund_id: str) -> Json:
    """Let a refund (a chargeback) be taken back: the money is ours again, and its credit note open."""
    old = site.get("transactions", refund_id)
    refund = site.change("transactions", refund_id, status="late_failure")
    for row in old["linked_credit_notes"]:
        note = site.get("credit_notes", row["cn_id"])
        fields: Json = {
            "linked_refunds": invoices.replaced(note["linked_refunds"], "txn_id", refund_id, txn_status="late_failure"),
            "amount_refunded": note["amount_refunded"] - row["applied_amount"],
            "amount_available": note["amount_available"] + row["applied_amount"],
            "status": "refund_due",
        }
        note = site.change("credit_notes", note["id"], **fields)
        site.emit("credit_note_updated", credit_note=note)
        credits.mirror_note(site, note)
        people.move_balance(
            site, note["customer_id"], "refundable_credits", row["applied_amount"], note["currency_code"]
        )
    site.emit("transaction_updated", transaction=refund)
    return refund


def open_shop(site: Site) -> Json:
    """Put currencies and catalogue on a site that has none."""
    if not site.every("currencies"):
        stock(site)
    return {"object": "site"}


def line_of(words: Mapping[str, Any], customer_id: str, site: Site) -> Line:
    """Make a line from words: amounts in minor units, tax rates in thousandths of a percent."""
    fields = dict(words)
    taxes = tuple(TaxRate(**tax) for tax in fields.pop("taxes", ()))
    discounts = tuple(Discount(**discount) for discount in fields.pop("discounts", ()))
    dates: Json = {name: moment_s(fields[name]) for name in ("date_from", "date_to") if name in fields}
    defaults: Json = {"customer_id": customer_id, "unit_amount": fields["amount"], "description": "Sale"}
    defaults |= {"date_from": site.now_s(), "date_to": site.now_s()}
    return Line(taxes=taxes, discounts=discounts, **(defaults | fields | dates))


def moment_s(text: str) -> int:
    """Read an ISO time with its offset as seconds since 1970."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text} names no time zone.")
    return int(moment.timestamp())


ACTS: dict[str, Callable[..., Any]] = {
    "open_shop": open_shop,
    "add_customer": people.add_customer,
    "change_customer": people.change_customer,
    "delete_customer": people.delete_customer,
    "issue_invoice": issue,
    "change_lines": change_lines,
    "set_due_date": set_due_date,
    "void_invoice": invoices.void_invoice,
    "delete_invoice": invoices.delete_invoice,
    "edit_invoice": invoices.edit_invoice,
    "close_pending": invoices.close_pending,
    "withhold_tax": invoices.withhold_tax,
    "remove_withheld": remove_withheld,
    "record_payment": payments.record_payment,
    "settle_payment": payments.settle_payment,
    "late_fail": payments.late_fail,
    "fail_payment": payments.fail_payment,
    "take_off": take_off,
    "apply_excess": apply_excess,
    "refund_excess": payments.refund_excess,
    "authorize": payments.authorize,
    "adjust_invoice": credits.adjust_invoice,
    "write_off": credits.write_off,
    "credit_invoice": credits.credit_invoice,
    "give_store_credit": credits.give_store_credit,
    "apply_credit": credits.apply_credit,
    "move_credit": move_credit,
    "refund_note": credits.refund_note,
    "refund_notes": credits.refund_notes,
    "win_chargeback": win_chargeback,
    "void_note": credits.void_note,
    "delete_note": credits.delete_note,
}
