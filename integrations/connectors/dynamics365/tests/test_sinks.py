"""Sinks against the simulator: what is booked is found, read back and never doubled."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from integrations.connectors.dynamics365.records import reference, reversed_payload
from integrations.connectors.dynamics365.tests.kit import (
    DAY,
    Bench,
    bank,
    customer,
    invoice,
    payment,
    post,
    revenue,
    sandbox,
)
from integrations.contracts import Booked, Draft, Found
from integrations.engine.compare import differences
from integrations.errors import DuplicateError, MappingError, RejectedError, UnknownOutcomeError


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as running:
        yield running


@pytest.fixture
def session(bench: Bench):
    return bench.session()


@pytest.fixture
def debtor(session) -> str:
    """Give a customer that stands."""
    return session.sink("customers").book(customer()).external_id


def stands(session, draft: Draft, external_id: str) -> Found:
    return session.sink(draft.sink).read_back([Booked(draft=draft, external_id=external_id)])[draft.reference]


def found(session, draft: Draft) -> tuple[Found, ...]:
    return session.sink(draft.sink).find([draft])[draft.reference]


def journals(bench: Bench) -> list[dict]:
    return bench.world.simulators["dynamics365"].state()["documents"]


def test_it_creates_a_customer_under_our_reference(session, debtor: str):
    (hit,) = found(session, customer())
    assert hit.external_id == debtor == customer().reference
    assert hit.by_reference
    assert differences(customer().facts, stands(session, customer(), debtor).facts) == []


def test_it_offers_others_customers_of_the_same_name(session):
    session.client.create(
        "CustomersV3",
        {"dataAreaId": "usmf", "CustomerAccount": "HAND1", "OrganizationName": "ACME robotics",
         "CustomerGroupId": "30", "SalesCurrencyCode": "USD"},
    )  # fmt: skip
    (hit,) = found(session, customer())
    assert (hit.external_id, hit.by_reference) == ("HAND1", False)


def test_it_changes_a_customer(session, debtor: str):
    change = customer("Acme Robotics Ltd")
    session.sink("customers").book(
        Draft(
            flow="customers", key=change.key, sink="customers", reference=change.reference, operation="update",
            external_id=debtor, payload={"OrganizationName": "Acme Robotics Ltd"}, facts=change.facts,
        )
    )  # fmt: skip
    assert stands(session, change, debtor).facts.name == "Acme Robotics Ltd"


def test_it_says_that_a_customer_stands_already(session, debtor: str):
    with pytest.raises(DuplicateError):
        session.sink("customers").book(customer())


def test_it_books_an_invoice_as_one_journal_and_one_voucher(session, debtor: str):
    draft = invoice(debtor, account=revenue(session))
    batch = session.sink("journals").book(draft).external_id
    standing = stands(session, draft, batch)
    assert standing.stage == "unposted"
    assert differences(draft.facts, standing.facts) == []
    lines = list(session.ground.among("LedgerJournalLines", "JournalBatchNumber", [batch], "LineNumber"))
    assert [bool(line["DebitAmount"]) for line in lines] == [True, False]
    assert len({line["Voucher"] for line in lines}) == 1
    assert {line["OffsetAccountDisplayValue"] for line in lines} <= {"", None}


def test_it_finds_what_it_booked(session, debtor: str):
    draft = invoice(debtor, account=revenue(session))
    batch = session.sink("journals").book(draft).external_id
    (hit,) = found(session, draft)
    assert (hit.external_id, hit.reference, hit.by_reference) == (batch, draft.reference, True)


def test_it_finds_a_document_whose_date_was_moved(session, debtor: str):
    session.sink("journals").book(invoice(debtor, account=revenue(session)))
    moved = invoice(debtor, account=revenue(session), on=DAY + timedelta(days=9))
    assert len(found(session, moved)) == 1


def test_it_gives_both_of_two_documents(session, debtor: str):
    draft = invoice(debtor, account=revenue(session))
    sink = session.sink("journals")
    sink.book(draft)
    sink._absent.add(draft.reference)  # as if the first call had committed after the look-up
    sink.book(draft)
    assert len(found(session, draft)) == 2
    with pytest.raises(DuplicateError):
        sink.book(draft)


@pytest.mark.parametrize("lost", ["LedgerJournalHeaders", "LedgerJournalLines"])
@pytest.mark.parametrize("kind", ["answer_lost_after_commit", "answer_lost_before_commit", "commit_after_timeout"])
def test_it_goes_on_with_a_half_written_journal(bench: Bench, session, debtor: str, lost: str, kind: str):
    draft = invoice(debtor, account=revenue(session))
    rule = {"kind": kind, "method": "POST", "path": lost, "times": 1}
    bench.world.faults("dynamics365").set_rules({"seed": 1, "rules": [rule]})
    sink = session.sink("journals")
    with pytest.raises(UnknownOutcomeError):
        sink.book(draft)
    bench.world.faults("dynamics365").reset()
    bench.world.advance(600)
    assert found(session, draft) == ()
    batch = sink.book(draft).external_id
    assert differences(draft.facts, stands(session, draft, batch).facts) == []
    assert len(found(session, draft)) == 1


def test_it_writes_stale_lines_of_a_half_written_journal_anew(bench: Bench, session, debtor: str):
    first = invoice(debtor, "50.00", account=revenue(session))
    rule = {"kind": "answer_lost_after_commit", "method": "POST", "path": "LedgerJournalLines", "times": 1}
    bench.world.faults("dynamics365").set_rules({"seed": 1, "rules": [rule]})
    with pytest.raises(UnknownOutcomeError):
        session.sink("journals").book(first)
    bench.world.faults("dynamics365").reset()
    anew = invoice(debtor, "75.00", account=revenue(session))
    batch = session.sink("journals").book(anew).external_id
    assert stands(session, anew, batch).facts.total == Decimal("75.00")


def test_it_leaves_nothing_behind_when_a_line_is_refused(session, debtor: str):
    draft = invoice("NOBODY", account=revenue(session))
    with pytest.raises(RejectedError):
        session.sink("journals").book(draft)
    assert list(session.ground.among("LedgerJournalHeaders", "Description", [draft.reference])) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"AccountDisplayValue": "999999---"}, "MainAccount"),
        ({"AccountDisplayValue": "401100-999--"}, "BusinessUnit"),
        ({"AccountDisplayValue": "401100-1-2-3-4"}, "AccountDisplayValue"),
        ({"CreditAmount": Decimal("1.00")}, "lines"),
        ({"OffsetAccountType": "Ledger"}, "OffsetAccountType"),
        ({"Voucher": "X1"}, "Voucher"),
        ({"Text": "a\x00b"}, "Text"),
        ({"Nonsense": "x"}, "Nonsense"),
    ],
)
def test_it_refuses_before_any_write_and_names_the_field(bench: Bench, session, debtor: str, change, field: str):
    draft = invoice(debtor, account=revenue(session))
    draft.payload["lines"][0].update(change)
    writes = bench.world.traffic["dynamics365"].writes
    with pytest.raises(MappingError) as caught:
        session.sink("journals").book(draft)
    assert caught.value.field == field
    assert bench.world.traffic["dynamics365"].writes == writes


def test_it_reads_posting_back(bench: Bench, session, debtor: str):
    draft = invoice(debtor, account=revenue(session))
    batch = session.sink("journals").book(draft).external_id
    post(bench)
    standing = stands(session, draft, batch)
    assert standing.stage == "posted"
    assert standing.facts.open_amount == Decimal("129.95")
    assert differences(draft.facts, standing.facts) == []


def test_it_settles_a_marked_invoice_once_posted(bench: Bench, session, debtor: str):
    bill = invoice(debtor, account=revenue(session))
    batch = session.sink("journals").book(bill).external_id
    post(bench)
    draft = payment(debtor, invoice="INV-1", bank=bank(session))
    paid = session.sink("payment_journals").book(draft).external_id
    assert differences(draft.facts, stands(session, draft, paid).facts) == []
    post(bench)
    standing = stands(session, draft, paid)
    assert (standing.stage, differences(draft.facts, standing.facts)) == ("posted", [])
    assert stands(session, bill, batch).facts.open_amount == 0


def test_it_books_a_refund_as_a_debit(session, debtor: str):
    draft = payment(debtor, "-20.00", key="refund_1", bank=bank(session))
    batch = session.sink("payment_journals").book(draft).external_id
    (line,) = session.ground.among("CustomerPaymentJournalLines", "JournalBatchNumber", [batch])
    assert (line["DebitAmount"], line["CreditAmount"]) == (20, 0)
    there = stands(session, draft, batch).facts
    assert differences(draft.facts, there) == []
    elsewhere = replace(draft.facts, dimensions=(("offset account", "ELSEWHERE"),))
    assert [one.field for one in differences(elsewhere, there)] == ["offset account"]


@pytest.mark.parametrize("lost", ["CustomerPaymentJournalHeaders", "CustomerPaymentJournalLines"])
def test_it_settles_a_lost_payment_by_looking(bench: Bench, session, debtor: str, lost: str):
    draft = payment(debtor, bank=bank(session))
    rule = {"kind": "answer_lost_after_commit", "method": "POST", "path": lost, "times": 1}
    bench.world.faults("dynamics365").set_rules({"seed": 1, "rules": [rule]})
    sink = session.sink("payment_journals")
    with pytest.raises(UnknownOutcomeError):
        sink.book(draft)
    bench.world.faults("dynamics365").reset()
    if not found(session, draft):
        sink.book(draft)
    assert len(found(session, draft)) == 1


def test_it_finds_a_payment_entered_by_hand(bench: Bench, session, debtor: str):
    hand = payment(debtor, key="by hand", bank=bank(session))
    session.client.create(
        "CustomerPaymentJournalHeaders", {"dataAreaId": "usmf", "JournalName": "CustPay", "Description": "Hand"}
    )
    header = next(iter(session.ground.rows("CustomerPaymentJournalHeaders")))
    body = session.sink("payment_journals").bodies(hand)[0]
    session.client.create(
        "CustomerPaymentJournalLines",
        {**body, "dataAreaId": "usmf", "JournalBatchNumber": header["JournalBatchNumber"], "PaymentReference": "hand"},
    )
    (hit,) = found(session, payment(debtor, key="txn_9", bank=bank(session)))
    assert (hit.by_reference, hit.reference) == (False, "")
    post(bench)
    (hit,) = found(session, payment(debtor, key="txn_9", bank=bank(session)))
    assert (hit.by_reference, hit.stage) == (False, "posted")


def test_it_finds_an_invoice_entered_by_hand(bench: Bench, session, debtor: str):
    hand = invoice(debtor, number="INV-9", account=revenue(session))
    sink = session.sink("journals")
    header = session.client.create(
        "LedgerJournalHeaders", {"dataAreaId": "usmf", "JournalName": "GenJrn", "Description": "Hand"}
    )
    for body in sink.bodies(hand):
        session.client.create(
            "LedgerJournalLines",
            {**body, "dataAreaId": "usmf", "JournalBatchNumber": header["JournalBatchNumber"], "Document": "hand"},
        )
    (hit,) = found(session, hand)
    assert (hit.by_reference, hit.external_id) == (False, header["JournalBatchNumber"])


def test_it_reverses_by_a_journal_of_its_own(bench: Bench, session, debtor: str):
    draft = invoice(debtor, account=revenue(session))
    session.sink("journals").book(draft)
    post(bench)
    payload = reversed_payload(draft.payload, DAY + timedelta(days=2), "Reversal of INV-1")
    undo = Draft(
        flow="invoices", key=draft.key, sink="journals", operation="reverse",
        reference=reference("acme", "invoice", "INV-1", "reverse"), payload=payload, facts=draft.facts,
    )  # fmt: skip
    assert found(session, undo) == ()
    batch = session.sink("journals").book(undo).external_id
    (hit,) = found(session, undo)
    assert hit.external_id == batch
    assert hit.facts.total == Decimal("129.95")
    assert sum(line.amount for line in hit.facts.lines) == 0


def test_it_lists_what_is_dated_in_a_range(bench: Bench, session, debtor: str):
    inside, outside = invoice(debtor, account=revenue(session)), invoice(
        debtor, number="INV-2", account=revenue(session), on=DAY - timedelta(days=20)
    )  # fmt: skip
    for draft in (inside, outside):
        session.sink("journals").book(draft)
    post(bench)
    listed = list(session.sink("journals").listing(date(2026, 11, 1), date(2026, 11, 30)))
    assert [one.reference for one in listed] == [inside.reference]
    assert listed[0].stage == "posted"


def test_it_lists_open_items_with_their_signs(bench: Bench, session, debtor: str):
    bill = invoice(debtor, account=revenue(session))
    batch = session.sink("journals").book(bill).external_id
    session.sink("payment_journals").book(payment(debtor, "30.00", bank=bank(session)))
    post(bench)
    today = bench.world.clock.now().date()
    (owed,) = session.sink("journals").open_items(today)
    (cash,) = session.sink("payment_journals").open_items(today)
    assert (owed.external_id, owed.reference, owed.amount) == (batch, bill.reference, Decimal("129.95"))
    assert cash.amount == Decimal("-30.00")
