"""Reversals: they weigh in base currency what they take back, where the customer may have rates of its own."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.connectors.acumatica.records import REVERSES
from integrations.connectors.acumatica.tests.client_kit import Bench, book, released
from integrations.errors import RejectedError

EUROS = {"custom.Document.CuryID": "EUR"}


def rates(bench: Bench) -> list[Decimal]:
    return [Decimal(one["rate"]) for one in bench.documents() if one.get("lines")]


@pytest.mark.parametrize(("may_override", "is_same"), [(True, True), (False, False)])
def test_it_takes_back_at_the_rate_of_what_it_takes_back(bench, may_override, is_same):
    session = bench.session()
    customer = book(session, bench.customer(EnableRateOverride=may_override))
    invoice = released(session, bench.invoice(customer, "100.00", day=date(2026, 9, 3), **EUROS))
    memo = bench.memo(customer, "100.00", **EUROS)
    released(session, replace(memo, operation="reverse", payload={**memo.payload, REVERSES: invoice}))
    first, second = rates(bench)
    assert (first == second) is is_same


def test_it_books_no_reversal_at_a_rate_of_its_own_choice(bench):
    session = bench.session()
    customer = book(session, bench.customer())
    memo = bench.memo(customer, "100.00", **EUROS)
    with pytest.raises(RejectedError, match=r"Invoice 999999.*not booked.*replay") as caught:
        book(session, replace(memo, operation="reverse", payload={**memo.payload, REVERSES: "Invoice/999999"}))
    assert (caught.value.code, rates(bench)) == ("rate_not_shown", [])
