"""What BILL did about bills, as one stream; vendor credits; what stands, by date and open."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.connectors.billcom.records import credit_body, reference
from integrations.connectors.billcom.tests.client_kit import sandbox
from integrations.connectors.billcom.tests.test_payments import advance, bill
from integrations.contracts import Draft, Facts, Window

LONG = timedelta(days=400)


@pytest.fixture
def bench():
    with sandbox() as made:
        yield made


def everything(session):
    window = Window(start=None, end=session.client.clock.now())
    return {record.key: record for page in session.stream("settlements").pages(window) for record in page.records}


def test_a_payment_comes_with_the_bills_that_it_settles(bench):
    session = bench.session()
    bill_id = bill(bench, session)
    advance(bench, bill_id, "approved", "paid")
    (record,) = everything(session).values()
    (settled,) = record.body.settled
    assert (settled.id, record.body.currency) == (bill_id, "USD")
    assert settled.reference


def test_a_bill_put_away_is_a_settlement_without_a_payment(bench):
    session = bench.session()
    bill_id = bill(bench, session)
    session.client.set_archived("bills", bill_id, archived=True)
    (record,) = everything(session).values()
    assert (record.key, record.body.payment, record.body.settled[0].archived) == (bill_id, None, True)


def test_it_reads_the_same_by_key(bench):
    session = bench.session()
    bill_id = bill(bench, session)
    advance(bench, bill_id, "approved", "paid")
    whole = everything(session)
    records, unreadable = session.stream("settlements").read([*whole, bill_id])
    assert {record.key for record in records} == {*whole, bill_id}
    assert not unreadable


def test_it_lists_bills_by_their_dates_and_what_they_leave_open(bench):
    session = bench.session()
    bill_id = bill(bench, session)
    today = session.client.clock.now().date()
    sink = session.sink("bills")
    assert [one.external_id for one in sink.listing(today - LONG, today + LONG)] == [bill_id]
    assert [one.external_id for one in sink.open_items(today + LONG)] == [bill_id]
    advance(bench, bill_id, "approved", "paid")
    assert list(sink.open_items(today + LONG)) == []


def test_a_credit_can_be_found_again_and_stands_negative(bench):
    session = bench.session()
    bill_id = bill(bench, session)
    vendor = session.stream("bills").read([bill_id])[0][0].body.vendor_id
    account = next(entry.code for entry in session.reference_values() if entry.kind == "account")
    header = {"vendorId": vendor, "invoice.invoiceNumber": "CR-1", "invoice.invoiceDate": "2026-03-01"}
    lines = [{"amount": Decimal(30), "classifications.chartOfAccountId": account}]
    draft = Draft(
        flow="bills",
        key="PD-1-00001",
        sink="vendor_credits",
        reference=reference("JDE-abc123", "CRE", "PD-1-00001"),
        payload=credit_body(header, lines),
        facts=Facts(customer=vendor, total=Decimal(-30)),
    )
    sink = session.sink("vendor_credits")
    made = sink.book(draft)
    (found,) = sink.find([draft])[draft.reference]
    assert (found.external_id, found.by_reference, found.facts.total) == (made.external_id, True, Decimal(-30))
