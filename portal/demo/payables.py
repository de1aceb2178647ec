"""The demo's staff in BILL: they pay some of the bills, so that payments come back."""

from typing import Any

from portal.checker import Control

PAIR = "jde_to_billcom"


def pay_bills(control: Control) -> int:
    """Have BILL pay every second bill whose purchase was not received yet; give how many. Paid ones are left alone."""
    received = _received(control.documents("jde"))
    bills = [one for one in control.documents("billcom") if one["kind"] == "bill" and one["status"] != "archived"]
    due = [one for one in sorted(bills, key=lambda one: str(one["number"])) if str(one["number"]) not in received]
    paid = 0
    for bill in due[::2]:
        if bill["status"] == "unpaid":
            control.post("/advance/billcom", {"bill": bill["id"], "to": "approved"})
            control.post("/advance/billcom", {"bill": bill["id"], "to": "paid"})
            paid += 1
    return paid


def _received(documents: list[dict[str, Any]]) -> set[str]:
    """Name the orders of which something was received: their vouchers come from JD Edwards alone."""
    orders = [one for one in documents if one["kind"] == "purchase_order"]
    return {str(one["id"]) for one in orders if any(line["amount"] != line["open"] for line in one["lines"])}
