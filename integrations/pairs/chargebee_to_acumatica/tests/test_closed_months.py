"""Closed months in Acumatica: the document keeps its date, only its posting period moves; modules close apart."""

from functools import partial

import pytest

from integrations.engine.tests.closed_months import lands
from integrations.engine.tests.harness import sandbox
from integrations.pairs.chargebee_to_acumatica.tests.test_cases import OPENING

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
    "invoice_of_a_closed_month": "2026-08-01 of 2026-07-27",
    "invoice_of_two_closed_months": "2026-11-01 of 2026-09-20",
    "payment_of_a_closed_month": "2026-08-01 of 2026-07-20",
    "payment_of_a_later_month": "2026-08-05",
    "credit_of_a_closed_month": "2026-08-01 of 2026-07-21",
    "credit_to_a_closed_invoice": "2026-08-06",
    "void_in_a_closed_month": "2026-06-22, reverse 2026-08-01",
    "void_of_a_closed_invoice": "2026-07-12, reverse 2026-08-15",
    "refund_of_a_closed_month": "2026-08-01 of 2026-07-26",
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
ON_ITS_OWN_DAY = {
    "invoice_of_an_open_month": "2026-08-03",
    "invoice_of_a_closed_month": "2026-07-27",
    "invoice_of_two_closed_months": "2026-09-20",
    "payment_of_a_closed_month": "2026-07-20",
    "payment_of_a_later_month": "2026-08-05",
    "credit_of_a_closed_month": "2026-07-21",
    "credit_to_a_closed_invoice": "2026-08-06",
    "void_in_a_closed_month": "2026-06-22, reverse 2026-07-25",
    "void_of_a_closed_invoice": "2026-07-12, reverse 2026-08-15",
    "refund_of_a_closed_month": "2026-07-26",
}


def close_receivables(month, status):
    return {"target": "periods", "period": month, "status": status, "module": "AR"}


@pytest.fixture
def landed(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        yield partial(lands, "chargebee_to_acumatica", box, OPENING)


@pytest.mark.parametrize(
    ("policy", "expected"), [("hold", HOLD), ("next_open", NEXT_OPEN), ("ask", ASK), ("skip", SKIP)]
)
def test_it_lands_as_the_policy_says(landed, policy, expected):
    assert landed(policy) == expected


@pytest.mark.parametrize(
    ("mode", "expected"), [("documents", HOLD), ("sales_invoices", HOLD), ("journals", ON_ITS_OWN_DAY)]
)
def test_it_asks_the_module_that_it_posts_in(landed, mode, expected):
    assert landed("hold", more={"posting_mode": mode}, order=close_receivables) == expected


# A calendar of its own: the seventh period ends on 24 July, the ninth on 19 September

CALENDAR = {
    "2026-07": ("07-01", "07-24"),
    "2026-08": ("07-25", "08-31"),
    "2026-09": ("09-01", "09-19"),
    "2026-10": ("09-20", "10-31"),
}
FISCAL = ON_ITS_OWN_DAY | {
    "invoice_of_two_closed_months": "2026-11-01 of 2026-09-20",
    "payment_of_a_closed_month": "2026-07-25 of 2026-07-20",
    "credit_of_a_closed_month": "2026-07-25 of 2026-07-21",
}


def has_days(period, start, end):
    return {"target": "calendar", "period": period, "start": f"2026-{start}", "end": f"2026-{end}"}


def test_it_goes_by_the_days_of_the_fiscal_calendar(live_db, settings):
    settings.SETTLE_SCALE = 0
    opening = [*OPENING, *(has_days(period, *days) for period, days in CALENDAR.items())]
    with sandbox() as box:
        told = lands("chargebee_to_acumatica", box, opening, "next_open")
    assert told == FISCAL
