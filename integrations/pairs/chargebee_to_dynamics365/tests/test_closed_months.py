"""Closed months in F&O: a voucher has one date, which moves; modules have access of their own."""

from functools import partial

import pytest

from integrations.engine.tests.closed_months import lands
from integrations.engine.tests.harness import sandbox
from integrations.pairs.chargebee_to_dynamics365.tests.test_cases import OPENING

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
    "invoice_of_two_closed_months": "2026-11-01",
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
FINALISED = {"post_when": "finalised"}


def close_receivables(month, status):
    """Take the access of receivables to a period away, or give it back: the ledger stays open."""
    level = {"closed": "None", "open": "All"}[status]
    where = {"LegalEntityId": "USMF", "YearName": month[:4], "PeriodName": f"Period {int(month[5:])}"}
    return {"target": "rows", "set": "LedgerFiscalPeriods", "where": where, "set_values": {"CustAccessLevel": level}}


@pytest.fixture
def landed(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        yield partial(lands, "chargebee_to_dynamics365", box, OPENING)


@pytest.mark.parametrize(
    ("policy", "expected"), [("hold", HOLD), ("next_open", NEXT_OPEN), ("ask", ASK), ("skip", SKIP)]
)
def test_it_lands_as_the_policy_says(landed, policy, expected):
    assert landed(policy, more=FINALISED) == expected


@pytest.mark.parametrize(("mode", "expected"), [("customer", HOLD), ("ledger", ON_ITS_OWN_DAY)])
def test_it_asks_the_module_that_it_posts_in(landed, mode, expected):
    assert landed("hold", more={**FINALISED, "posting_mode": mode}, order=close_receivables) == expected


# A calendar of its own: the seventh period ends on 24 July, the ninth on 19 September

CALENDAR = {7: ("07-01", "07-24"), 8: ("07-25", "08-31"), 9: ("09-01", "09-19"), 10: ("09-20", "10-31")}


def has_days(number, start, end):
    days = {"StartDate": f"2026-{start}T12:00:00Z", "EndDate": f"2026-{end}T12:00:00Z"}
    where = {"FiscalYear": "2026", "PeriodName": f"Period {number}"}
    return {"target": "rows", "set": "FiscalPeriods", "where": where, "set_values": days}


FISCAL = ON_ITS_OWN_DAY | {
    "invoice_of_two_closed_months": "2026-11-01",
    "payment_of_a_closed_month": "2026-07-25",
    "credit_of_a_closed_month": "2026-07-25",
}


def test_it_goes_by_the_days_of_the_fiscal_calendar(live_db, settings):
    settings.SETTLE_SCALE = 0
    opening = [*OPENING, *(has_days(number, *days) for number, days in CALENDAR.items())]
    with sandbox() as box:
        told = lands("chargebee_to_dynamics365", box, opening, "next_open", more=FINALISED, order=close_receivables)
    assert told == FISCAL
