"""Closed months in JD Edwards: a journal has one date, which moves; what lies before the current period is closed.

Each company has its own current period in each ledger, and its own date pattern.
"""

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


ON_ITS_OWN_DAY = {
    "invoice_of_an_open_month": "2026-08-03",
    "invoice_of_a_closed_month": "2026-07-27",
    "invoice_of_two_closed_months": "2026-06-28",
    "payment_of_a_closed_month": "2026-07-20",
    "payment_of_a_later_month": "2026-08-05",
    "credit_of_a_closed_month": "2026-07-21",
    "credit_to_a_closed_invoice": "2026-08-06",
    "void_in_a_closed_month": "2026-06-22, reverse 2026-07-25",
    "void_of_a_closed_invoice": "2026-07-12, reverse 2026-08-15",
    "refund_of_a_closed_month": "2026-07-26",
}
PAYEE = {"target": "act", "do": "add_supplier", "name": "Refunds to customers"}
CALENDAR = {  # the seventh period ends on 24 July, the ninth on 19 September
    "target": "calendar",
    "company": "00001",
    "pattern": "F",
    "year_begins": "2026-01-01",
    "ends": [
        f"2026-{end}"
        for end in "01-31 02-28 03-31 04-30 05-31 06-30 07-24 08-31 09-19 10-31 11-30 12-31".split()  # noqa: SIM905
    ],
}
FISCAL = ON_ITS_OWN_DAY | {
    "invoice_of_two_closed_months": "2026-07-25",
    "payment_of_a_closed_month": "2026-07-25",
    "credit_of_a_closed_month": "2026-07-25",
}


def close_up_to(month, status, **where):
    """Let the current period pass a month, or go back to it: everything before the current one is closed."""
    current = {"closed": int(month[5:]) + 1, "open": int(month[5:])}[status]
    return {"target": "periods", "current": f"{month[:4]}-{current:02}", **where}


@pytest.fixture(scope="module")
def shared_box():
    with sandbox() as box:
        yield box


@pytest.fixture
def landed(live_db, settings, shared_box):
    settings.SETTLE_SCALE = 0
    shared_box.control.post("/reset")
    settings.SANDBOX_BASE_PORT = shared_box.base_port
    months = {"order": close_up_to, "closed": ["2026-07"], "two_closed": "2026-06-28"}

    def run(policy, opening=OPENING, **more):
        return lands("chargebee_to_jde", shared_box, opening, policy, after_sync=POSTING, **{**months, **more})

    return run


@pytest.mark.parametrize(
    ("policy", "expected"), [("hold", HOLD), ("next_open", NEXT_OPEN), ("ask", ASK), ("skip", SKIP)]
)
def test_it_lands_as_the_policy_says(landed, policy, expected):
    assert landed(policy) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"company": "00001", "module": "gl"}, HOLD),
        ({"company": "00001", "module": "ar"}, ON_ITS_OWN_DAY),
        ({"company": "00020"}, ON_ITS_OWN_DAY),
    ],
    ids=["general_ledger", "receivables", "another_company"],
)
def test_it_goes_by_its_own_companys_general_ledger(landed, where, expected):
    assert landed("hold", order=partial(close_up_to, **where)) == expected


def test_it_asks_payables_where_refunds_are_vouchers(landed):
    payables = partial(close_up_to, company="00001", module="ap")
    told = landed("hold", [*OPENING, PAYEE], more={"refunds.refunds": "voucher"}, order=payables)
    assert told == ON_ITS_OWN_DAY | {"refund_of_a_closed_month": "waiting -> 2026-07-26, payment 2026-07-26"}


def test_it_goes_by_the_days_of_the_fiscal_calendar(landed):
    assert landed("next_open", [*OPENING, CALENDAR], order=partial(close_up_to, company="00001")) == FISCAL
