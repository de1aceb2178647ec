"""Closed months in JD Edwards: a journal has one date, which moves; what lies before the current period is closed."""

from functools import partial

import pytest

from integrations.engine.tests.closed_months import lands
from integrations.engine.tests.harness import sandbox
from integrations.pairs.chargebee_to_jde.tests.test_cases import OPENING, POSTING

HOLD = {
    "invoice_of_an_open_month": "2026-08-03",
    "invoice_of_a_closed_month": "waiting -> 2026-07-27",
    "invoice_of_two_closed_months": "waiting",
    "payment_of_a_closed_month": "waiting -> 2026-07-20",
    "payment_of_a_later_month": "2026-08-05",
    "credit_of_a_closed_month": "waiting -> 2026-07-21",
    "credit_to_a_closed_invoice": "2026-08-06",
    "void_in_a_closed_month": "2026-06-22, waiting -> 2026-06-22, reverse 2026-07-25",
    "void_of_a_closed_invoice": "2026-07-12, reverse 2026-08-15",
    "refund_of_a_closed_month": "waiting -> 2026-07-26",
}
NEXT_OPEN = {
    "invoice_of_an_open_month": "2026-08-03",
    "invoice_of_a_closed_month": "2026-08-01",
    "invoice_of_two_closed_months": "2026-08-01",
    "payment_of_a_closed_month": "2026-08-01",
    "payment_of_a_later_month": "2026-08-05",
    "credit_of_a_closed_month": "2026-08-01",
    "credit_to_a_closed_invoice": "2026-08-06",
    "void_in_a_closed_month": "2026-06-22, reverse 2026-08-01",
    "void_of_a_closed_invoice": "2026-07-12, reverse 2026-08-15",
    "refund_of_a_closed_month": "2026-08-01",
}
ASK = {
    "invoice_of_an_open_month": "2026-08-03",
    "invoice_of_a_closed_month": "parked",
    "invoice_of_two_closed_months": "parked",
    "payment_of_a_closed_month": "parked",
    "payment_of_a_later_month": "2026-08-05",
    "credit_of_a_closed_month": "parked",
    "credit_to_a_closed_invoice": "2026-08-06",
    "void_in_a_closed_month": "2026-06-22, parked",
    "void_of_a_closed_invoice": "2026-07-12, reverse 2026-08-15",
    "refund_of_a_closed_month": "parked",
}
SKIP = {
    "invoice_of_an_open_month": "2026-08-03",
    "invoice_of_a_closed_month": "skipped",
    "invoice_of_two_closed_months": "skipped",
    "payment_of_a_closed_month": "skipped",
    "payment_of_a_later_month": "2026-08-05",
    "credit_of_a_closed_month": "skipped",
    "credit_to_a_closed_invoice": "2026-08-06",
    "void_in_a_closed_month": "2026-06-22, skipped",
    "void_of_a_closed_invoice": "2026-07-12, reverse 2026-08-15",
    "refund_of_a_closed_month": "skipped",
}


def close_up_to(month, status):
    """Let the current period pass a month, or go back to it: everything before the current one is closed."""
    current = {"closed": int(month[5:]) + 1, "open": int(month[5:])}[status]
    return {"target": "periods", "current": f"{month[:4]}-{current:02}"}


@pytest.fixture(scope="module")
def shared_box():
    with sandbox() as box:
        yield box


@pytest.fixture
def landed(live_db, settings, shared_box):
    settings.SETTLE_SCALE = 0
    shared_box.control.post("/reset")
    settings.SANDBOX_BASE_PORT = shared_box.base_port
    return partial(lands, "chargebee_to_jde", shared_box, OPENING, after_sync=POSTING)


@pytest.mark.parametrize(
    ("policy", "expected"), [("hold", HOLD), ("next_open", NEXT_OPEN), ("ask", ASK), ("skip", SKIP)]
)
def test_it_lands_as_the_policy_says(landed, policy, expected):
    told = landed(policy, order=close_up_to, closed=["2026-07"], two_closed="2026-06-28")
    assert told == expected
