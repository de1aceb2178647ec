"""Streams: whole in any order, resumable, and nothing lost while documents change."""

from datetime import timedelta

import pytest

from integrations.connectors.acumatica.query import Query
from integrations.connectors.acumatica.reader import all_rows, by_key, changes
from integrations.connectors.acumatica.tests.client_kit import DAY, Bench, book, everything, released
from integrations.contracts import Window


@pytest.fixture
def session(bench: Bench):
    return bench.session()


@pytest.fixture
def invoices(bench: Bench, session) -> list[str]:
    customer = book(session, bench.customer())
    made = []
    for number in range(1, 24):
        made.append(book(session, bench.invoice(customer, f"{number}.00")))
        bench.world.advance(7)
    return made


@pytest.mark.parametrize("order", ["hashed", "key"])
@pytest.mark.parametrize("size", [1, 4, 5, 100])
def test_it_reads_changes_whole_in_any_order(bench, session, invoices, order, size):
    bench.control("POST options", row_order=order)
    read = [row.text("ReferenceNbr") for rows, _ in changes(session.client, INVOICES, None, size=size) for row in rows]
    assert sorted(read) == sorted(one.partition("/")[2] for one in invoices)


@pytest.mark.parametrize("order", ["hashed", "key"])
@pytest.mark.parametrize("size", [3, 100])
def test_it_reads_by_keyset_or_at_once_where_there_is_no_order(bench, session, invoices, order, size):
    bench.control("POST options", row_order=order)
    pages = by_key(session.client, INVOICES, "ReferenceNbr", size)
    read = {row.text("ReferenceNbr") for page in pages for row in page}
    assert read == {one.partition("/")[2] for one in invoices}


INVOICES = Query(entity="Invoice", where="Type eq 'Invoice'")


def test_it_gives_each_row_once(session, invoices):
    keys = [row.text("ReferenceNbr") for row in all_rows(session.client, INVOICES, "ReferenceNbr")]
    assert len(set(keys)) == len(keys) == len(invoices)


def test_it_goes_on_where_a_stretch_ended(session, invoices):
    walk = changes(session.client, INVOICES, None, size=5)
    first, position = next(walk)
    rest = [row for rows, _ in walk for row in rows]
    assert position
    assert len(first) + len(rest) >= len(invoices)


def test_it_reads_what_changed_in_a_window(bench, session, invoices):
    start = bench.world.clock.now()
    bench.world.advance(600)
    late = book(session, bench.invoice(book(session, bench.customer("Late One")), "5.00"))
    window = Window(start=start + timedelta(minutes=9), end=bench.world.clock.now())
    keys = {record.key for page in session.stream("invoices").pages(window) for record in page.records}
    assert keys == {late}


def test_it_tells_a_document_as_it_stands(bench, session):
    customer = book(session, bench.customer())
    draft = bench.invoice(customer, "10.00")
    external_id = released(session, draft)
    record = everything(session, bench, "invoices")[external_id]
    body = record.body
    assert (body.reference, body.customer, body.currency, body.date) == (draft.reference, customer, "USD", DAY)
    assert (body.total, body.open_amount, body.status) == (10, 10, "Open")
    assert record.order > 0


def test_it_reads_documents_by_their_date(bench, session):
    customer = book(session, bench.customer())
    wanted = book(session, bench.invoice(customer, "10.00"))
    book(session, bench.invoice(customer, "11.00", day=DAY - timedelta(days=1)))
    book(session, bench.invoice(customer, "12.00", day=DAY + timedelta(days=1)))
    pages = session.stream("invoices").dated(DAY, DAY)
    assert [record.key for page in pages for record in page.records] == [wanted]


@pytest.mark.parametrize("slug", ["customers", "invoices", "credit_memos", "payments", "refunds", "journals"])
def test_it_takes_odd_keys_for_unknown(session, slug):
    assert session.stream(slug).read(["x'y", "a/b/c", "\n", "", "Invoice/'"]) == ((), ())


# Reference data


def test_it_gives_the_reference_data_that_drafts_name(session):
    kinds = {entry.kind for entry in session.reference_values()}
    assert kinds >= {
        "account", "subaccount", "branch", "customer_class", "item", "currency", "payment_method", "cash_account",
        "terms", "tax_category", "tax_zone", "ledger", "period",
    }  # fmt: skip


def test_it_leaves_out_what_is_switched_off(bench, session):
    bench.control("POST options", subaccounts_on=False)
    kinds = {entry.kind for entry in session.reference_values()}
    assert "subaccount" not in kinds
    assert "account" in kinds


def test_it_tells_which_periods_are_open(bench, session):
    bench.control("POST periods", period="2026-10", status="closed")
    periods = {entry.number: entry for entry in session.reference_values() if entry.kind == "period"}
    assert (periods["2026-10"].is_active, periods["2026-11"].is_active) == (False, True)
    assert periods["2026-11"].details == {
        "start": "2026-11-01", "end": "2026-11-30", "gl": "open", "ar": "open", "ap": "open",
    }  # fmt: skip


def test_it_tells_what_is_inactive(bench, session):
    bench.control("POST inactivate", table="Account", key="40000", field="Active")
    accounts = {entry.code: entry.is_active for entry in session.reference_values() if entry.kind == "account"}
    assert accounts["40000"] is False
    assert accounts["10200"] is True
