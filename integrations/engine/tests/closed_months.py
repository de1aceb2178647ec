"""Ten situations about closed months, met by a pair under one policy: on which day each document lands, if it does.

July is closed, and so are September and October; June, August and November are open. What is billed before July closes
is posted before; then payments, credits, voids and refunds come of open and of closed months. In the end July opens.
Where a target knows only a current period, all months before August are closed instead, and June stays closed.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import yaml

from integrations.engine.references import make_stale
from integrations.engine.tests.casebook import Telling, begin, named, tell
from integrations.engine.tests.harness import Sandbox
from integrations.models import SyncRecord

_BILLED = """
- {of: payment_of_a_closed_month, day: 2026-06-20}
- {of: credit_of_a_closed_month, day: 2026-06-21}
- {of: void_in_a_closed_month, day: 2026-06-22}
- {of: refund_of_a_closed_month, day: 2026-06-23}
- {of: payment_of_a_later_month, day: 2026-07-10}
- {of: credit_to_a_closed_invoice, day: 2026-07-11}
- {of: void_of_a_closed_invoice, day: 2026-07-12}
"""
_PAID = """
- {do: record_payment, as: cash, applied: {$refund_of_a_closed_month: 10000}, day: 2026-06-24}
- {do: credit_invoice, as: note, invoice_id: $refund_of_a_closed_month, total: 10000, day: 2026-06-25}
"""
CLOSED = ("2026-07", "2026-09", "2026-10")
_LATER = """
- {do: record_payment, as: pay_closed, applied: {$payment_of_a_closed_month: 10000}, day: 2026-07-20}
- {do: record_payment, as: pay_later, applied: {$payment_of_a_later_month: 10000}, day: 2026-08-05}
- {do: adjust_invoice, as: adj_closed, invoice_id: $credit_of_a_closed_month, total: 3000, day: 2026-07-21}
- {do: adjust_invoice, as: adj_later, invoice_id: $credit_to_a_closed_invoice, total: 3000, day: 2026-08-06}
- {do: void_invoice, invoice_id: $void_in_a_closed_month, day: 2026-07-25}
- {do: void_invoice, invoice_id: $void_of_a_closed_invoice, day: 2026-08-15}
- {do: refund_note, as: back, note_id: $note, amount: 10000, payment_id: $cash, day: 2026-07-26}
"""
_NEW = """
- {of: invoice_of_a_closed_month, day: 2026-07-27}
- {of: invoice_of_an_open_month, day: 2026-08-03}
"""
SUBJECTS = {
    "invoice_of_an_open_month": ("invoices", "invoice_of_an_open_month"),
    "invoice_of_a_closed_month": ("invoices", "invoice_of_a_closed_month"),
    "invoice_of_two_closed_months": ("invoices", "invoice_of_two_closed_months"),
    "payment_of_a_closed_month": ("payments", "pay_closed"),
    "payment_of_a_later_month": ("payments", "pay_later"),
    "credit_of_a_closed_month": ("credit_notes", "adj_closed"),
    "credit_to_a_closed_invoice": ("credit_notes", "adj_later"),
    "void_in_a_closed_month": ("invoices", "void_in_a_closed_month"),
    "void_of_a_closed_invoice": ("invoices", "void_of_a_closed_invoice"),
    "refund_of_a_closed_month": ("refunds", "back"),
}


def close_period(month: str, status: str) -> dict[str, Any]:
    """Order a whole month to be opened or closed."""
    return {"target": "periods", "period": month, "status": status}


def lands(
    pair: str,
    box: Sandbox,
    opening: list[dict[str, Any]],
    policy: str,
    *,
    more: Mapping[str, str] | None = None,
    order: Callable[[str, str], dict[str, Any]] = close_period,
    after_sync: Sequence[dict[str, Any]] = (),
    closed: Sequence[str] = CLOSED,
    two_closed: str = "2026-09-20",
) -> dict[str, str]:
    """Give where each situation's document lands: while July is closed, and, where that changes it, once it opens.

    `more` policies beside that of closed periods; `order` closes a month, or only a module of it. The months of
    `closed` are closed; `two_closed` is a day of a closed month whose next month is closed too.
    """
    telling = begin(pair, box, opening, {"closed_periods": policy, **(more or {})}, after_sync)
    steps = [*_bills(_BILLED), *_acts(_PAID), "sync", *(order(one, "closed") for one in closed)]
    new = f"{_NEW}- {{of: invoice_of_two_closed_months, day: {two_closed}}}"
    for step in (*steps, *_acts(_LATER), *_bills(new)):
        tell(telling, step)
    closed = _landed(telling)
    tell(telling, order("2026-07", "open"))
    opened = _landed(telling)
    return {name: one if one == opened[name] else f"{one} -> {opened[name]}" for name, one in closed.items()}


def _bills(rows: str) -> list[dict[str, Any]]:
    line = {"description": "Consulting", "amount": 10000}
    kind = {"do": "issue_invoice", "customer_id": "$ann", "currency": "USD", "status": "posted", "lines": [line]}
    return [_dated({**kind, "as": row["of"], "day": row["day"]}) for row in yaml.safe_load(rows)]


def _acts(rows: str) -> list[dict[str, Any]]:
    return [_dated(row) for row in yaml.safe_load(rows)]


def _dated(step: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in step.items() if name != "day"}
    return {**kept, "at": f"{step['day']}T10:00:00-04:00"}


def _landed(telling: Telling) -> dict[str, str]:
    make_stale(telling.sync.target)
    telling.sync.target.refresh_from_db()
    tell(telling, "sync")
    stands = named(telling)
    return {name: _day(telling, stands, flow, telling.names[key]) for name, (flow, key) in SUBJECTS.items()}


def _day(telling: Telling, stands: Sequence[tuple[str, dict[str, Any]]], flow: str, key: str) -> str:
    """Say on which days a record's documents are posted, and of which day where they keep another; else its state."""
    record = SyncRecord.objects.get(sync=telling.sync, flow=flow, natural_key=key)
    mine = [
        (name.removeprefix(f"{flow} {key}").strip(), one)
        for name, one in stands
        if f"{name} ".startswith(f"{flow} {key} ")
    ]
    days = [f"{name} {_posted(one)}".strip() for name, one in sorted(mine, key=lambda pair: pair[0]) if one["lines"]]
    held = [] if record.state == "delivered" else [record.state]
    return ", ".join([*days, *held])


def _posted(one: Mapping[str, Any]) -> str:
    return one["posting_date"] if one["posting_date"] == one["date"] else f"{one['posting_date']} of {one['date']}"
