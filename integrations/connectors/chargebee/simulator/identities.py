"""Checks what a site's documents must keep: the arithmetic of vendor section 3, and both ends of every link."""

from collections import defaultdict
from collections.abc import Iterator

from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json


def broken_identities(site: Site) -> list[str]:
    """List every identity that does not hold, each as a sentence that names the document."""
    return [
        *(fault for one in site.every("invoices") for fault in _invoice_faults(one)),
        *(fault for one in site.every("credit_notes") for fault in _note_faults(one)),
        *(fault for one in site.every("transactions") for fault in _transaction_faults(one)),
        *_link_faults(site),
        *_balance_faults(site),
    ]


def _invoice_faults(invoice: Json) -> Iterator[str]:
    yield from _document_faults(invoice)
    name = f"Invoice {invoice['id']}"
    payments = invoice["linked_payments"]
    paid = sum(row["applied_amount"] for row in payments if row["txn_status"] == "success")
    moving = sum(row["applied_amount"] for row in payments if row["txn_status"] == "in_progress")
    adjusted = sum(row["cn_total"] for row in invoice["adjustment_credit_notes"])
    applied = sum(row["applied_amount"] for row in invoice["applied_credits"])
    withheld = sum(row["amount"] for row in invoice.get("linked_taxes_withheld", []))
    due = invoice["total"] - paid - applied - adjusted - withheld
    yield from _unequal(name, "amount_paid", invoice["amount_paid"], paid)
    yield from _unequal(name, "amount_adjusted", invoice["amount_adjusted"], adjusted)
    yield from _unequal(name, "credits_applied", invoice["credits_applied"], applied)
    yield from _unequal(name, "amount_due", invoice["amount_due"], due)
    yield from _unequal(name, "amount_to_collect", invoice["amount_to_collect"], due - moving)
    if (invoice["status"] == "paid") != (due == 0) and invoice["status"] not in ("voided", "pending"):
        yield f"{name} is {invoice['status']} with {due} due."
    if invoice["total"] < 0 or due < 0:
        yield f"{name} has a negative total or amount due."
    for row in invoice.get("line_item_credits", []):
        if row["cn_id"] not in {one["cn_id"] for one in invoice["applied_credits"]}:
            yield f"{name} has a line credit of an unknown note."


def _document_faults(document: Json) -> Iterator[str]:
    name = f"{document['object']} {document['id']}"
    lines = document["line_items"]
    discounts = document.get("line_item_discounts", [])
    taxes = document.get("line_item_taxes", [])
    sub_total = sum(line["amount"] for line in lines) - sum(row["discount_amount"] for row in discounts)
    tax = sum(row["tax_amount"] for row in taxes)
    on_top = 0 if document["price_type"] == "tax_inclusive" else tax
    yield from _unequal(name, "sub_total", document["sub_total"], sub_total)
    yield from _unequal(name, "total", document["total"], sub_total + on_top + document["round_off_amount"])
    yield from _unequal(name, "tax", document.get("tax", tax), tax)
    yield from _unequal(name, "taxes", sum(row["amount"] for row in document.get("taxes", [])), tax)
    shown = sum(row["amount"] for row in document.get("discounts", []))
    yield from _unequal(name, "discounts", shown, sum(row["discount_amount"] for row in discounts))
    for line in lines:
        own = sum(row["tax_amount"] for row in taxes if row["line_item_id"] == line["id"])
        yield from _unequal(name, f"tax of line {line['id']}", line["tax_amount"], own)
        own = sum(row["discount_amount"] for row in discounts if row["line_item_id"] == line["id"])
        yield from _unequal(name, f"discount of line {line['id']}", line.get("discount_amount", 0), own)
    known = {line["id"] for line in lines}
    if any(row["line_item_id"] not in known for row in (*discounts, *taxes)):
        yield f"{name} has a discount or tax of an unknown line."


def _note_faults(note: Json) -> Iterator[str]:
    yield from _document_faults(note)
    name = f"Credit note {note['id']}"
    allocated = sum(row["allocated_amount"] for row in note["allocations"])
    refunded = sum(row["applied_amount"] for row in note["linked_refunds"] if row["txn_status"] == "success")
    yield from _unequal(name, "amount_allocated", note["amount_allocated"], allocated)
    yield from _unequal(name, "amount_refunded", note["amount_refunded"], refunded)
    yield from _unequal(name, "total", note["total"], allocated + refunded + note["amount_available"])
    wanted = "adjusted" if note["type"] == "adjustment" else "refund_due" if note["amount_available"] else "refunded"
    if note["status"] not in (wanted, "voided"):
        yield f"{name} is {note['status']}, not {wanted}."
    if note["amount_available"] < 0 or note["total"] <= 0:
        yield f"{name} has a negative amount."


def _transaction_faults(transaction: Json) -> Iterator[str]:
    if transaction["type"] != "payment" or transaction["status"] != "success":
        return
    applied = sum(row["applied_amount"] for row in transaction["linked_invoices"])
    returned = sum(row["txn_amount"] for row in transaction["linked_refunds"])
    whole = applied + returned + transaction["amount_unused"]
    yield from _unequal(f"Payment {transaction['id']}", "amount", transaction["amount"], whole)


def _link_faults(site: Site) -> Iterator[str]:
    """Compare both ends of every link, amounts and statuses."""
    yield from _ends_differ("payment", _paid_by_invoices(site), _paid_by_transactions(site))
    yield from _ends_differ("credit", _credited_by_invoices(site), _credited_by_notes(site))
    yield from _ends_differ("refund", _refunded_by_transactions(site), _refunded_by_notes(site))
    for invoice in site.every("invoices"):
        for row in (*invoice["issued_credit_notes"], *invoice["adjustment_credit_notes"]):
            note = site.get("credit_notes", row["cn_id"])
            if (row["cn_status"], row["cn_total"]) != (note["status"], note["total"]):
                yield f"Invoice {invoice['id']} shows credit note {note['id']} as {row['cn_status']} {row['cn_total']}."


Links = dict[tuple[str, str], tuple[int, str, str]]


def _paid_by_invoices(site: Site) -> Links:
    return {
        (row["txn_id"], invoice["id"]): (row["applied_amount"], row["txn_status"], invoice["status"])
        for invoice in site.every("invoices")
        for row in invoice["linked_payments"]
    }


def _paid_by_transactions(site: Site) -> Links:
    return {
        (one["id"], row["invoice_id"]): (row["applied_amount"], one["status"], row["invoice_status"])
        for one in site.every("transactions")
        for row in one.get("linked_invoices", [])
    }


def _credited_by_invoices(site: Site) -> Links:
    found: Links = {}
    for invoice in site.every("invoices"):
        for row in invoice["applied_credits"]:
            found[row["cn_id"], invoice["id"]] = (row["applied_amount"], row["cn_status"], invoice["status"])
        for row in invoice["adjustment_credit_notes"]:
            found[row["cn_id"], invoice["id"]] = (row["cn_total"], row["cn_status"], invoice["status"])
    return found


def _credited_by_notes(site: Site) -> Links:
    return {
        (note["id"], row["invoice_id"]): (row["allocated_amount"], note["status"], row["invoice_status"])
        for note in site.every("credit_notes")
        for row in note["allocations"]
    }


def _refunded_by_transactions(site: Site) -> Links:
    return {
        (row["cn_id"], one["id"]): (row["applied_amount"], row["cn_status"], one["status"])
        for one in site.every("transactions")
        for row in one.get("linked_credit_notes", [])
    }


def _refunded_by_notes(site: Site) -> Links:
    return {
        (note["id"], row["txn_id"]): (row["applied_amount"], note["status"], row["txn_status"])
        for note in site.every("credit_notes")
        for row in note["linked_refunds"]
    }


def _ends_differ(what: str, here: Links, there: Links) -> Iterator[str]:
    for key in sorted(here.keys() | there.keys()):
        if here.get(key) != there.get(key):
            yield f"The {what} of {key[0]} and {key[1]}: {here.get(key)} at one end, {there.get(key)} at the other."


def _balance_faults(site: Site) -> Iterator[str]:
    excess: dict[str, int] = defaultdict(int)
    credit: dict[str, int] = defaultdict(int)
    for one in site.every("transactions"):
        if one["type"] == "payment" and one["status"] == "success":
            excess[one["customer_id"]] += one["amount_unused"]
    for note in site.every("credit_notes"):
        if note["status"] != "voided" and not note["deleted"]:
            credit[note["customer_id"]] += note["amount_available"]
    for customer in site.every("customers"):
        name = f"Customer {customer['id']}"
        yield from _unequal(name, "excess_payments", customer["excess_payments"], excess[customer["id"]])
        yield from _unequal(name, "refundable_credits", customer["refundable_credits"], credit[customer["id"]])


def _unequal(name: str, what: str, stated: int, computed: int) -> Iterator[str]:
    if stated != computed:
        yield f"{name}: {what} is {stated}, computed {computed}."
