"""Reversals: they weigh in base currency what they take back, where the customer may have rates of its own."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.connectors.acumatica.records import REVERSES
from integrations.connectors.acumatica.tests.client_kit import Bench, book, released
from integrations.contracts import Draft
from integrations.errors import RejectedError

EUROS = {"custom.Document.CuryID": "EUR"}


def rates(bench: Bench) -> list[Decimal]:
    return [Decimal(one["rate"]) for one in bench.documents() if one.get("lines")]


def taken_back(bench: Bench, session, customer: str, **header: object) -> Draft:
    invoice = released(session, bench.invoice(customer, "100.00", day=date(2026, 9, 3), **header))
    memo = bench.memo(customer, "100.00", **header)
    return replace(memo, operation="reverse", payload={**memo.payload, REVERSES: invoice})


def test_it_takes_back_at_the_rate_of_what_it_takes_back(bench):
    session = bench.session()
    released(session, taken_back(bench, session, book(session, bench.customer()), **EUROS))
    first, second = rates(bench)
    assert first == second


def test_it_takes_back_at_that_rate_in_a_branch_of_another_base_currency(bench):
    session = bench.session()
    bench.control("POST branches", branch="EMEA", currency="EUR")
    reversal = taken_back(bench, session, book(session, bench.customer()), LinkBranch="EMEA")
    released(session, reversal)
    first, second = rates(bench)
    assert first == second != 1


def test_it_tells_the_base_currency_of_each_branch(bench):
    bench.control("POST branches", branch="EMEA", currency="EUR")
    values = bench.session().reference_values()
    assert {one.code: one.details["currency"] for one in values if one.kind == "branch"} == {
        "MAIN": "USD",
        "EMEA": "EUR",
    }


def test_it_releases_no_reversal_at_another_rate(bench):
    session = bench.session()
    reversal = taken_back(bench, session, book(session, bench.customer(EnableRateOverride=False)), **EUROS)
    with pytest.raises(RejectedError, match=r"not released.*Enable Rate Override.*replay") as caught:
        released(session, reversal)
    assert caught.value.code == "reversed_at_another_rate"
    assert [one["status"] for one in bench.documents() if one.get("lines")] == ["Open", "Balanced"]


def test_it_books_no_reversal_at_a_rate_of_its_own_choice(bench):
    session = bench.session()
    customer = book(session, bench.customer())
    memo = bench.memo(customer, "100.00", **EUROS)
    with pytest.raises(RejectedError, match=r"Invoice 999999.*not booked.*replay") as caught:
        book(session, replace(memo, operation="reverse", payload={**memo.payload, REVERSES: "Invoice/999999"}))
    assert (caught.value.code, rates(bench)) == ("rate_not_shown", [])
