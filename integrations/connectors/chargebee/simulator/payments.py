"""Payments: recorded, settled, bounced, applied; one payment may pay several invoices and leave an excess."""

from collections.abc import Mapping
from typing import Any

from integrations.connectors.chargebee.simulator.invoices import OPEN, exchange_rate, replaced, update_invoice
from integrations.connectors.chargebee.simulator.people import card_of, move_balance
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json

EVENTS = {"success": "payment_succeeded", "in_progress": "payment_initiated", "failure": "payment_failed"}
OFFLINE = ("cash", "check", "bank_transfer", "other", "custom")


def record_payment(
    site: Site,
    applied: Mapping[str, int],
    *,
    amount: int | None = None,
    customer_id: str = "",
    method: str = "card",
    status: str = "success",
    **extra: Any,
) -> Json:
    """Record a payment over invoices; what `amount` exceeds becomes the customer's excess. None applied: on account."""
    invoices = [site.get("invoices", invoice_id) for invoice_id in applied]
    for invoice in invoices:
        if invoice["status"] not in OPEN or applied[invoice["id"]] > invoice["amount_to_collect"]:
            left = f"{invoice['amount_to_collect']} to collect"
            raise ValueError(
                f"Invoice {invoice['id']} is {invoice['status']} with {left}: {applied[invoice['id']]} is too much."
            )
    total = sum(applied.values()) if amount is None else amount
    payer = customer_id or invoices[0].get("payment_owner") or invoices[0]["customer_id"]
    currency = invoices[0]["currency_code"] if invoices else site.get("customers", payer)["preferred_currency_code"]
    unused = total - sum(applied.values()) if status == "success" else 0
    payment = site.add("transactions", {
        **transaction(site, "payment", payer, currency, total, method=method, status=status),
        "amount_unused": unused,
        "linked_invoices": [_invoice_row(site, invoice, applied[invoice["id"]]) for invoice in invoices],
        "linked_refunds": [],
        **_common_subscription(invoices),
        **extra,
    })  # fmt: skip
    tell(site, EVENTS.get(status, "transaction_created"), payment, invoices)
    for invoice in invoices:
        _link(site, invoice["id"], payment, applied[invoice["id"]])
    move_balance(site, payer, "excess_payments", unused, currency)
    return site.get("transactions", payment["id"])


def settle_payment(site: Site, payment_id: str, status: str, *, reversal: bool = False) -> Json:
    """Move a payment on: in_progress to success or failure, success to late_failure (with a reversal beside it)."""
    old = site.get("transactions", payment_id)
    fields: Json = {"status": status}
    if status == "success":
        fields["settled_at"] = site.now_s()
    else:
        fields |= {"error_code": "bounced", "error_text": "The payer's bank returned the payment."}
    if status == "late_failure" and reversal:
        fields["reversal_transaction_id"] = _reverse(site, old)["id"]
    excess = old["amount_unused"]
    payment = site.change("transactions", payment_id, **fields, amount_unused=0)
    invoices = [site.get("invoices", row["invoice_id"]) for row in payment["linked_invoices"]]
    tell(site, "payment_succeeded" if status == "success" else "payment_failed", payment, invoices)
    for invoice in invoices:
        rows = replaced(invoice["linked_payments"], "txn_id", payment_id, txn_status=status)
        update_invoice(site, invoice["id"], linked_payments=rows)
    move_balance(site, payment["customer_id"], "excess_payments", -excess, payment["currency_code"])
    return site.get("transactions", payment_id)


def late_fail(site: Site, payment_id: str, *, reversal: bool = False) -> Json:
    """Let a payment that had succeeded bounce."""
    return settle_payment(site, payment_id, "late_failure", reversal=reversal)


def apply_excess(site: Site, payment_id: str, invoice_id: str, amount: int) -> Json:
    """Apply what is unused of a payment to an invoice."""
    old = site.get("transactions", payment_id)
    if amount > old["amount_unused"]:
        raise ValueError(f"Payment {payment_id} has only {old['amount_unused']} unused.")
    rows = [*old["linked_invoices"], _invoice_row(site, site.get("invoices", invoice_id), amount)]
    fields = {"amount_unused": old["amount_unused"] - amount, "linked_invoices": rows}
    payment = site.change("transactions", payment_id, **fields)
    _link(site, invoice_id, payment, amount)
    move_balance(site, payment["customer_id"], "excess_payments", -amount, payment["currency_code"])
    return site.get("transactions", payment_id)


def refund_excess(site: Site, payment_id: str, amount: int) -> Json:
    """Pay back what is unused of a payment that is tied to no invoice or has an excess."""
    old = site.get("transactions", payment_id)
    currency, payer = old["currency_code"], old["customer_id"]
    refund = site.add("transactions", {
        **transaction(site, "refund", payer, currency, amount, method=old["payment_method"]),
        "refunded_txn_id": payment_id,
        "linked_credit_notes": [],
    })  # fmt: skip
    row = {
        "object": "linked_refund",
        "txn_id": refund["id"],
        "txn_status": "success",
        "txn_date": refund["date"],
        "txn_amount": amount,
    }
    fields = {"amount_unused": old["amount_unused"] - amount, "linked_refunds": [*old["linked_refunds"], row]}
    site.change("transactions", payment_id, **fields)
    tell(site, "payment_refunded", refund, [])
    move_balance(site, payer, "excess_payments", -amount, currency)
    return refund


def authorize(site: Site, customer_id: str, amount: int) -> Json:
    """Authorise an amount on a card and void the authorisation: no money moves, no invoice is touched."""
    currency = site.get("customers", customer_id)["preferred_currency_code"]
    made = transaction(site, "authorization", customer_id, currency, amount, method="card", status="voided")
    return site.add("transactions", {**made, "amount_capturable": 0, "voided_at": site.now_s(), "linked_invoices": []})


def fail_payment(site: Site, invoice_id: str, *, last: bool = False) -> Json:
    """Let an attempt to collect an invoice fail; dunning moves on without moving the invoice's `updated_at`."""
    invoice = site.get("invoices", invoice_id)
    failure: Json = {"error_code": "card_declined", "error_text": "Your card was declined."}
    payment = record_payment(site, {invoice_id: invoice["amount_to_collect"]}, status="failure", **failure)
    tries = [*invoice["dunning_attempts"], _attempt(payment, len(invoice["dunning_attempts"]) + 1)]
    fields = {"dunning_attempts": tries, "dunning_status": "exhausted" if last else "in_progress",
              "next_retry_at": None if last else site.now_s() + 3 * 86_400}  # fmt: skip
    site.change_quietly("invoices", invoice_id, **fields)
    if last:
        return update_invoice(site, invoice_id, status="not_paid")
    site.emit("dunning_updated", invoice=site.get("invoices", invoice_id))
    return site.get("invoices", invoice_id)


def transaction(
    site: Site, kind: str, customer_id: str, currency: str, amount: int, *, method: str, status: str = "success"
) -> Json:
    """Give the attributes that every transaction has; offline ones name no gateway but a reference."""
    now_s = site.now_s()
    made: Json = {
        "id": site.new_id("txn_"),
        "object": "transaction",
        "customer_id": customer_id,
        "type": kind,
        "status": status,
        "payment_method": method,
        "gateway": "not_applicable" if method in OFFLINE else "gocardless" if method == "direct_debit" else "stripe",
        "date": now_s,
        "currency_code": currency,
        "base_currency_code": site.setup.base_currency,
        "exchange_rate": exchange_rate(currency, now_s),
        "amount": amount,
        "deleted": False,
    }
    if status == "success":
        made["settled_at"] = now_s
    if method in OFFLINE:
        return {**made, "reference_number": f"{method[:2].upper()}-{site.next_number('reference', 700_001)}"}
    made |= {"gateway_account_id": "gw_sandbox", "id_at_gateway": site.new_id("ch_", 20)}
    card = card_of(site, customer_id)
    if card and method == "card":
        made |= {"masked_card_number": card["masked_number"], "last4": card["last4"], "iin": card["iin"]}
        made["payment_source_id"] = card["payment_source_id"]
    return made


def tell(site: Site, event_type: str, payment: Json, invoices: list[Json], credit_note: Json | None = None) -> None:
    """Tell of a payment or refund with what the event carries around it."""
    customer_id = payment.get("customer_id", "")
    subscription = payment.get("subscription_id") or (invoices[0].get("subscription_id") if invoices else None)
    site.emit(
        event_type,
        transaction=payment,
        invoice=site.get("invoices", invoices[0]["id"]) if invoices else None,
        credit_note=credit_note,
        customer=site.get("customers", customer_id),
        subscription=site.get("subscriptions", subscription) if subscription else None,
        card=card_of(site, customer_id),
    )


def _link(site: Site, invoice_id: str, payment: Json, amount: int) -> None:
    row = {
        "object": "linked_payment",
        "txn_id": payment["id"],
        "applied_amount": amount,
        "applied_at": site.now_s(),
        "txn_status": payment["status"],
        "txn_date": payment["date"],
        "txn_amount": payment["amount"],
    }
    update_invoice(site, invoice_id, linked_payments=[*site.get("invoices", invoice_id)["linked_payments"], row])


def _reverse(site: Site, payment: Json) -> Json:
    made = transaction(
        site, "payment_reversal", payment["customer_id"], payment["currency_code"], payment["amount"],
        method=payment["payment_method"],
    )  # fmt: skip
    return site.add("transactions", {**made, "reference_transaction_id": payment["id"], "linked_invoices": []})


def _invoice_row(site: Site, invoice: Json, amount: int) -> Json:
    return {
        "object": "linked_invoice",
        "invoice_id": invoice["id"],
        "applied_amount": amount,
        "applied_at": site.now_s(),
        "invoice_date": invoice["date"],
        "invoice_total": invoice["total"],
        "invoice_status": invoice["status"],
    }


def _attempt(payment: Json, number: int) -> Json:
    return {
        "object": "dunning_attempt",
        "attempt": number,
        "transaction_id": payment["id"],
        "dunning_type": "auto_collect",
        "created_at": payment["date"],
        "txn_status": "failure",
        "txn_amount": payment["amount"],
    }


def _common_subscription(invoices: list[Json]) -> Json:
    found = {invoice.get("subscription_id") for invoice in invoices}
    return {"subscription_id": found.pop()} if len(found) == 1 and None not in found else {}
