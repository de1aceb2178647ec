"""Credit memos, refunds, changed applications, listings and open items against the simulator."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.connectors.netsuite.client import SUITEQL_PATH
from integrations.connectors.netsuite.records import (
    application,
    application_to,
    sublist,
    unapplication,
)
from integrations.connectors.netsuite.tests.sandbox_kit import DAY, Ledger, memo, open_ledger, refund
from integrations.contracts import Application

LATER = DAY + timedelta(days=10)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with open_ledger() as opened:
        yield opened


@pytest.fixture
def customer(ledger) -> str:
    return ledger.book(ledger.customer())


@pytest.fixture
def item(ledger) -> str:
    return ledger.book(ledger.item())


def writes(ledger: Ledger) -> int:
    return sum(number for (_, path), number in ledger.bench.traffic().items() if path != SUITEQL_PATH)


def test_it_books_a_credit_memo_that_stands_as_drafted(ledger, customer, item):
    invoice = ledger.book(ledger.invoice(customer, item, "100.00"))
    draft = memo(ledger, customer, item, "30.00", {invoice: "20.00"})
    found = ledger.stands(draft, ledger.book(draft))
    assert (found.facts.total, found.facts.lines, found.facts.applied, found.facts.open_amount) == (
        Decimal(30),
        draft.facts.lines,
        draft.facts.applied,
        Decimal(10),
    )


def test_it_books_a_refund_of_a_credit_memo(ledger, customer, item):
    credit = ledger.book(memo(ledger, customer, item, "30.00"))
    draft = refund(ledger, customer, {credit: "30.00"})
    found = ledger.stands(draft, ledger.book(draft))
    assert (found.facts.total, found.facts.applied, found.facts.open_amount) == (
        Decimal(30),
        draft.facts.applied,
        Decimal(0),
    )


def test_it_moves_an_application_without_touching_the_cash(ledger, customer, item):
    first, second = (ledger.book(ledger.invoice(customer, item, "100.00")) for _ in range(2))
    draft = ledger.payment(customer, "100.00", {first: "100.00"})
    payment = ledger.book(draft)
    rows = [unapplication(first), application(second, Decimal(60))]
    change = replace(
        draft, operation="apply:1", external_id=payment, payload={"autoApply": False, "apply": sublist(rows)}
    )
    ledger.book(change)
    facts = ledger.stands(change, payment).facts
    assert (facts.applied, facts.open_amount, facts.total) == (
        (Application(external_id=second, amount=Decimal("60")),),
        Decimal(40),
        Decimal(100),
    )


def test_it_reverses_a_payment_by_a_refund_found_under_its_own_reference(ledger, customer):
    draft = ledger.payment(customer, "80.00", {})
    payment = ledger.book(draft)
    back = replace(
        refund(ledger, customer, {payment: "80.00"}), operation="reverse", reference=f"{draft.reference}-REV"
    )
    made = ledger.book(back)
    [found] = ledger.found(back)[back.reference]
    assert (found.external_id, ledger.stands(draft, payment).facts.open_amount) == (made, Decimal(0))


def test_it_applies_a_credit_memo_to_an_invoice_named_by_its_reference(ledger, customer, item):
    credit = memo(ledger, customer, item, "30.00")
    credit_id = ledger.book(credit)
    invoice = ledger.invoice(customer, item, "30.00")
    ledger.book(invoice)
    payload = {"autoApply": False, "apply": sublist([application_to(invoice.reference, Decimal(30))])}
    ledger.book(replace(credit, operation="settle", external_id=credit_id, payload=payload))
    assert ledger.stands(credit, credit_id).facts.open_amount == 0


def test_it_sends_nothing_of_an_application_that_stands(ledger, customer, item):
    draft = memo(ledger, customer, item, "30.00")
    standing = ledger.book(draft)
    invoice = ledger.invoice(customer, item, "30.00")
    taken_back = ledger.book(invoice)
    rows = [application_to(invoice.reference, Decimal(30))]
    settled = replace(draft, operation="settle", external_id=standing, payload={"apply": sublist(rows)})
    ledger.book(settled)
    before = writes(ledger)
    again = [unapplication(taken_back), *rows]
    assert ledger.book(replace(settled, payload={"apply": sublist(again)})) == standing
    assert (writes(ledger), ledger.stands(draft, standing).facts.open_amount) == (before, Decimal(0))


def test_it_sends_only_what_lacks_of_a_documents_applications(ledger, customer, item):
    stands, lacks, gone = (ledger.book(ledger.invoice(customer, item, "30.00")) for _ in range(3))
    draft = ledger.payment(customer, "90.00", {stands: "30.00"})
    payment = ledger.book(draft)
    rows = [unapplication(gone), application(stands, Decimal(30)), application(lacks, Decimal(20))]
    ledger.book(replace(draft, operation="apply:1", external_id=payment, payload={"apply": sublist(rows)}))
    applied = ledger.stands(draft, payment).facts.applied
    assert {one.external_id: one.amount for one in applied} == {stands: Decimal(30), lacks: Decimal(20)}


def test_it_applies_a_companion_to_the_document_that_its_facts_name(ledger, customer, item):
    invoice = ledger.book(ledger.invoice(customer, item, "100.00"))
    beside = memo(ledger, customer, item, "10.00")
    applied = replace(beside.facts, applied=(Application(external_id=invoice, amount=Decimal(10)),))
    payload = {**beside.payload, "apply": sublist([application("", Decimal(10))])}
    step = replace(beside, operation="withheld:1", payload=payload, facts=applied, makes="companion")
    own = ledger.book(step)
    assert ledger.book(step) == own  # an upsert: sent again it does no harm
    assert ledger.stands(step, own).facts.applied == applied.applied


def test_it_takes_two_documents_of_one_number_in_two_currencies_for_two(ledger, customer, item):
    standing = ledger.invoice(customer, item, "100.00", tranId="N-7")
    number = ledger.session.sink("invoices")
    ledger.book(replace(standing, reference="OTHER-N-7"))
    same = ledger.invoice(customer, item, "100.00", tranId="N-7")
    other = replace(same, reference=f"{same.reference}-X", facts=replace(same.facts, currency="EUR"))
    found = number.find([same, other])
    assert (len(found[same.reference]), len(found[other.reference])) == (1, 0)


def test_it_lists_a_period_with_what_others_made(ledger, customer, item):
    ours = ledger.invoice(customer, item, "100.00", "20.00")
    ledger.book(ours)
    ledger.book(replace(ledger.invoice(customer, item, "5.00"), reference="BY-HAND"))
    ledger.book(ledger.invoice(customer, item, "7.00", day=LATER))
    listed = {one.reference: one for one in ledger.session.sink("invoices").listing(DAY, DAY)}
    assert set(listed) == {ours.reference, "BY-HAND"}
    assert (listed[ours.reference].facts.total, len(listed[ours.reference].facts.lines)) == (Decimal(120), 2)
    assert listed[ours.reference].number


def test_it_tells_what_was_open_before_a_later_payment(ledger, customer, item):
    invoice = ledger.book(ledger.invoice(customer, item, "100.00"))
    ledger.book(ledger.payment(customer, "150.00", {invoice: "100.00"}, day=LATER))
    invoices, payments = ledger.session.sink("invoices"), ledger.session.sink("payments")
    before = [(one.external_id, one.amount) for one in invoices.open_items(LATER - timedelta(days=1))]
    assert before == [(invoice, Decimal(100))]
    assert list(payments.open_items(LATER - timedelta(days=1))) == []
    assert list(invoices.open_items(LATER)) == []
    assert [one.amount for one in payments.open_items(LATER)] == [Decimal(-50)]
