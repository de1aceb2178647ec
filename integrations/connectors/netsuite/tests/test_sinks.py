"""The sinks against the simulator: what is booked is found, stands as drafted, and is never doubled."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.connectors.netsuite.client import SUITEQL_PATH
from integrations.connectors.netsuite.records import body
from integrations.connectors.netsuite.tests.sandbox_kit import DAY, Ledger, open_ledger
from integrations.contracts import Booked, Facts
from integrations.engine.compare import differences
from integrations.errors import (
    ClosedPeriodError,
    ConnectorError,
    MissingReferenceError,
    RateLimitError,
    RejectedError,
    UnknownOutcomeError,
)


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


# Customers and items


def test_it_books_a_customer_that_stands_as_drafted(ledger):
    draft = ledger.customer()
    found = ledger.stands(draft, ledger.book(draft))
    assert (found.facts.name, found.facts.currency, found.by_reference) == ("Orchid Labs", "USD", True)


def test_it_finds_a_customer_by_our_reference(ledger):
    draft = ledger.customer()
    internal_id = ledger.book(draft)
    [found] = ledger.found(draft)[draft.reference]
    assert (found.external_id, found.by_reference) == (internal_id, True)


def test_it_updates_a_customer_in_place(ledger):
    draft = ledger.customer()
    internal_id = ledger.book(draft)
    update = replace(
        draft, operation="update", external_id=internal_id, payload=body("customers", {"companyName": "Orchid Ltd"})
    )
    assert ledger.book(update) == internal_id
    assert ledger.stands(draft, internal_id).facts.name == "Orchid Ltd"


def test_it_recognises_a_customer_that_somebody_else_made(ledger):
    stranger = replace(ledger.customer(email="AP@Orchid.example"), reference="legacy-77")
    internal_id = ledger.book(stranger)
    [found] = ledger.found(mine := ledger.customer(name="Orchid"))[mine.reference]
    assert (found.external_id, found.by_reference, found.reference) == (internal_id, False, "legacy-77")


def test_it_gives_a_customer_once_whose_mail_and_name_both_agree(ledger):
    ledger.book(replace(ledger.customer(), reference="legacy-77"))
    assert len(ledger.found(mine := ledger.customer())[mine.reference]) == 1


def test_it_does_not_offer_another_customer_of_ours_with_the_same_mail(ledger):
    ledger.book(ledger.customer())
    assert ledger.found(mine := ledger.customer())[mine.reference] == ()


def test_it_books_an_item_that_stands_as_drafted(ledger):
    draft = ledger.item()
    income = (("incomeAccount", draft.payload["incomeAccount"]["id"]),)
    assert ledger.stands(draft, ledger.book(draft)).facts == Facts(name="Pro plan", dimensions=income)


def test_it_recognises_an_item_by_its_name(ledger):
    internal_id = ledger.book(replace(ledger.item(), reference="legacy-item"))
    [found] = ledger.found(mine := ledger.item())[mine.reference]
    assert (found.external_id, found.by_reference) == (internal_id, False)


# Invoices


def test_it_books_an_invoice_that_stands_as_drafted(ledger, customer, item):
    draft = ledger.invoice(customer, item, "100.00", "-20.50", "0.01")
    found = ledger.stands(draft, ledger.book(draft))
    assert differences(draft.facts, found.facts) == []
    assert (found.stage, found.by_reference) == ("posted", True)


def test_it_books_with_one_call(ledger, customer, item):
    draft = ledger.invoice(customer, item, "100.00")
    before = ledger.bench.traffic()
    ledger.book(draft)
    after = ledger.bench.traffic()
    assert sum(after.values()) - sum(before.values()) == 1


def test_it_leaves_one_invoice_with_its_lines_when_a_draft_is_booked_twice(ledger, customer, item):
    draft = ledger.invoice(customer, item, "100.00", "5.00")
    first, second = ledger.book(draft), ledger.book(draft)
    assert first == second
    assert differences(draft.facts, ledger.stands(draft, first).facts) == []


def test_it_reads_many_back_with_two_queries_a_page(ledger, customer, item):
    drafts = [ledger.invoice(customer, item, "10.00", f"{n}.00") for n in range(1, 31)]
    booked = [Booked(draft=draft, external_id=ledger.book(draft)) for draft in drafts]
    before = ledger.bench.traffic()[("POST", SUITEQL_PATH)]
    found = ledger.session.sink("invoices").read_back(booked)
    assert [differences(draft.facts, found[draft.reference].facts) for draft in drafts] == [[]] * len(drafts)
    assert ledger.bench.traffic()[("POST", SUITEQL_PATH)] - before == 2


def test_it_reads_the_accounts_of_an_invoice_where_its_draft_states_one(ledger, customer, item):
    draft = ledger.invoice(customer, item, "10.00")
    stated = replace(draft, facts=replace(draft.facts, dimensions=(("account", "9999"),)))
    told = ledger.stands(stated, ledger.book(draft)).facts
    assert [one.field for one in differences(stated.facts, told)] == ["account"]
    assert len([id for name, id in told.dimensions if name == "account"]) == 2  # the receivable, and the income


def test_it_books_from_several_threads_at_once(ledger, customer, item):
    drafts = [ledger.invoice(customer, item, f"{n}.00") for n in range(1, 21)]
    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(ledger.book, drafts))
    assert len(set(ids)) == len(drafts)


def test_it_finds_an_invoice_after_its_answer_was_lost(ledger, customer, item):
    draft = ledger.invoice(customer, item, "100.00")
    ledger.fault("answer_lost_after_commit", times=1)
    with pytest.raises(UnknownOutcomeError):
        ledger.book(draft)
    [found] = ledger.found(draft)[draft.reference]
    assert (differences(draft.facts, found.facts), found.by_reference) == ([], True)


def test_it_finds_nothing_where_nothing_was_booked(ledger, customer, item):
    draft = ledger.invoice(customer, item, "100.00")
    assert ledger.found(draft) == {draft.reference: ()}


def test_it_finds_many_at_once_and_keeps_them_apart(ledger, customer, item):
    drafts = [ledger.invoice(customer, item, f"{n}.00") for n in range(1, 6)]
    ids = {draft.reference: ledger.book(draft) for draft in drafts[:3]}
    hits = ledger.found(*drafts)
    assert {reference: [one.external_id for one in found] for reference, found in hits.items()} == {
        draft.reference: [ids[draft.reference]] if draft.reference in ids else [] for draft in drafts
    }


def test_it_recognises_an_invoice_keyed_by_hand_by_number_and_customer(ledger, customer, item):
    by_hand = replace(ledger.invoice(customer, item, "70.00", tranId="CB-1001"), reference="by-hand")
    internal_id = ledger.book(by_hand)
    [found] = ledger.found(mine := ledger.invoice(customer, item, "70.00", tranId="CB-1001"))[mine.reference]
    assert (found.external_id, found.by_reference, found.facts.total) == (internal_id, False, Decimal("70.00"))


def test_it_names_a_value_that_does_not_exist(ledger, customer, item):
    with pytest.raises(ConnectorError) as caught:
        ledger.book(ledger.invoice(customer, item, "1.00", department="999999"))
    assert isinstance(caught.value, MissingReferenceError | RejectedError)
    assert caught.value.field == "department"


def test_it_says_that_a_field_is_unknown(ledger, customer, item):
    with pytest.raises(RejectedError) as caught:
        ledger.book(ledger.invoice(customer, item, "1.00", tranDatum="x"))
    assert caught.value.code == "netsuite_unknown_field"


def test_it_says_that_the_period_is_closed(ledger, customer, item):
    ledger.bench.world.simulators["netsuite"].controls()["POST periods"]({"period": f"{DAY:%Y-%m}", "status": "closed"})
    with pytest.raises(ClosedPeriodError) as caught:
        ledger.book(ledger.invoice(customer, item, "1.00"))
    assert caught.value.code == "netsuite_period_closed"


def test_it_says_that_it_is_told_to_slow_down(ledger, customer, item):
    draft = ledger.invoice(customer, item, "1.00")
    ledger.fault("rate_limit", method="PUT", times=1)
    with pytest.raises(RateLimitError):
        ledger.book(draft)
    assert ledger.found(draft)[draft.reference] == ()


# Payments


def test_it_books_a_payment_that_stands_as_drafted(ledger, customer, item):
    invoice = ledger.book(ledger.invoice(customer, item, "100.00"))
    draft = ledger.payment(customer, "80.00", {invoice: "80.00"})
    found = ledger.stands(draft, ledger.book(draft))
    assert differences(draft.facts, found.facts) == []


def test_it_shows_what_a_payment_leaves_open(ledger, customer, item):
    draft = ledger.invoice(customer, item, "100.00")
    invoice = ledger.book(draft)
    ledger.book(ledger.payment(customer, "80.00", {invoice: "80.00"}))
    assert ledger.stands(draft, invoice).facts.open_amount == Decimal("20.00")


def test_it_books_a_payment_over_several_invoices_with_a_rest(ledger, customer, item):
    one, two = (ledger.book(ledger.invoice(customer, item, "30.00")) for _ in range(2))
    draft = ledger.payment(customer, "70.00", {one: "30.00", two: "25.00"})
    facts = ledger.stands(draft, ledger.book(draft)).facts
    assert facts.open_amount == Decimal("15.00")
    assert {(a.external_id, a.amount) for a in facts.applied} == {(one, Decimal("30.00")), (two, Decimal("25.00"))}


def test_it_applies_a_payment_once_when_it_is_booked_twice(ledger, customer, item):
    draft_invoice = ledger.invoice(customer, item, "100.00")
    invoice = ledger.book(draft_invoice)
    draft = ledger.payment(customer, "100.00", {invoice: "100.00"})
    assert ledger.book(draft) == ledger.book(draft)
    assert ledger.stands(draft_invoice, invoice).facts.open_amount == 0


def test_it_books_a_payment_on_account(ledger, customer):
    draft = ledger.payment(customer, "15.00", {})
    facts = ledger.stands(draft, ledger.book(draft)).facts
    assert (facts.applied, facts.open_amount) == ((), Decimal("15.00"))


def test_it_says_that_an_invoice_is_paid_already(ledger, customer, item):
    invoice = ledger.book(ledger.invoice(customer, item, "10.00"))
    ledger.book(ledger.payment(customer, "10.00", {invoice: "10.00"}))
    with pytest.raises(RejectedError) as caught:
        ledger.book(ledger.payment(customer, "10.00", {invoice: "10.00"}))
    assert caught.value.code == "netsuite_apply_no_match"


def test_it_recognises_a_payment_keyed_by_hand_with_what_it_is_applied_to(ledger, customer, item):
    invoice = ledger.book(ledger.invoice(customer, item, "10.00"))
    by_hand = replace(ledger.payment(customer, "10.00", {invoice: "10.00"}), reference="by-hand")
    internal_id = ledger.book(by_hand)
    [found] = ledger.found(mine := ledger.payment(customer, "10.00", {invoice: "10.00"}))[mine.reference]
    assert (found.external_id, found.by_reference) == (internal_id, False)
    assert differences(by_hand.facts, found.facts) == []


def test_it_does_not_take_our_own_equal_payment_for_this_one(ledger, customer):
    ledger.book(ledger.payment(customer, "10.00", {}))
    assert ledger.found(mine := ledger.payment(customer, "10.00", {}))[mine.reference] == ()
