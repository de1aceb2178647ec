"""Streams against the simulator: complete over pages, resumable, and posted transactions by date."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.connectors.dynamics365 import streams
from integrations.connectors.dynamics365.tests.kit import DAY, Bench, customer, invoice, sandbox
from integrations.contracts import Window


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(streams, "PAGE_ROWS", 2)
    with sandbox() as running:
        yield running


def window(bench: Bench, position: str = "") -> Window:
    return Window(start=None, end=bench.world.clock.now(), position=position)


def test_it_reads_all_customers_page_by_page(bench: Bench):
    session = bench.session()
    booked = {session.sink("customers").book(customer(f"Co {n}", key=str(n))).external_id for n in range(5)}
    pages = list(session.stream("customers").pages(window(bench)))
    assert [len(page.records) for page in pages] == [2, 2, 1]
    assert booked == {record.key for page in pages for record in page.records}


def test_it_goes_on_where_a_page_ended(bench: Bench):
    session = bench.session()
    for n in range(5):
        session.sink("customers").book(customer(f"Co {n}", key=str(n)))
    first, *rest = session.stream("customers").pages(window(bench))
    again = list(bench.session().stream("customers").pages(window(bench, first.position)))
    assert [page.records for page in again] == [page.records for page in rest]


def test_it_tells_when_a_journal_is_posted_and_what_it_left(bench: Bench):
    session = bench.session()
    account = session.sink("customers").book(customer()).external_id
    number = next(n for n, row in session.ground.setup.main_accounts.items() if row["MainAccountType"] == "Revenue")
    draft = invoice(account, account=f"{number}---")
    batch = session.sink("journals").book(draft).external_id
    assert not session.stream("journals").read([batch])[0][0].body.is_posted
    bench.world.simulators["dynamics365"].controls()["POST post"]({})
    assert session.stream("journals").read([batch])[0][0].body.is_posted
    (page,) = session.stream("customer_transactions").dated(DAY, DAY)
    (record,) = page.records
    assert record.body.open_amount == Decimal("129.95")
    assert record.body.document == draft.reference
    later = session.stream("customer_transactions").dated(DAY + timedelta(days=1), DAY + timedelta(days=9))
    assert [page.records for page in later] == [()]
