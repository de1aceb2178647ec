"""What agrees in a customer's sum, and what must differ document by document all the same."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.engine.reconcile.report import OpenRow, TieOut
from integrations.engine.reconcile.settled import fold
from integrations.models import Sync

DAY = date(2026, 10, 31)
INVOICE = OpenRow(
    flow="invoices", id="i1", label="Invoice I-1", customer="7", currency="EUR", source=Decimal(60),
    target=Decimal(100), external_id="B1", record_id=1,
)  # fmt: skip
NOTE = replace(INVOICE, flow="credit_notes", id="n1", source=Decimal(0), target=Decimal(-40), external_id="B2")


def folded(*rows):
    return fold(Sync(tenant_id=1, pair="chargebee_to_dynamics365"), TieOut(as_of=DAY, since=DAY, rows=rows), "Ledger")


@pytest.fixture(autouse=True)
def _db(db):
    """Customers' names are looked up."""


def test_it_takes_for_agreed_what_agrees_in_all():
    made = folded(INVOICE, NOTE)
    assert (made.ok, [(each.n, each.total) for each in made.remarks]) == (True, [(2, 40)])


@pytest.mark.parametrize(
    "changed",
    [
        {"target": Decimal(-30)},
        {"customer": "8"},
        {"currency": "USD"},
        {"external_id": ""},
        {"record_id": 0},
    ],
    ids=["another_sum", "another_customer", "another_currency", "not_booked", "of_a_stranger"],
)
def test_it_lets_differ_what_does_not(changed):
    made = folded(INVOICE, replace(NOTE, **changed))
    assert (len(made.differing), made.remarks) == (2, ())


def test_it_takes_no_document_without_a_customer_for_agreed():
    assert not folded(replace(INVOICE, customer=""), replace(NOTE, customer="")).ok
