"""Vendors and bills written to the sandbox BILL: booked once, found again, changed only while unpaid."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.connectors.billcom.simulator.approvals import act
from integrations.connectors.billcom.tests.client_kit import Bench, sandbox, stands, unlike
from integrations.contracts import Booked
from integrations.errors import (
    ConnectorError,
    DuplicateError,
    MappingError,
    MissingReferenceError,
    RejectedError,
    TransientError,
    UnknownOutcomeError,
)

ANY = {"key": "BILL_AMOUNT", "op": "gt", "values": ["0"]}
LONG_NUMBER = "SUPPLIER-INVOICE-2026-000017"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as opened:
        yield opened


def book(session, draft) -> str:
    return session.sink(draft.sink).book(draft).external_id


def hits(session, draft):
    return session.sink(draft.sink).find([draft])[draft.reference]


def test_it_books_a_vendor_that_reads_back_as_drafted(bench):
    session, draft = bench.session(), bench.vendor()
    found = stands(session, draft, book(session, draft))
    assert (found.reference, found.facts.name, found.facts.currency) == (draft.reference, "Orchid Bearings", "USD")


def test_it_books_a_bill_that_reads_back_without_a_difference(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "1200.00", "59.85")
    found = stands(session, draft, book(session, draft))
    assert unlike(draft, found) == []


def test_it_finds_a_bill_by_our_reference(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00")
    external_id = book(session, draft)
    (hit,) = hits(session, draft)
    assert (hit.external_id, hit.by_reference) == (external_id, True)


def test_it_finds_a_vendor_whose_name_no_filter_can_hold(bench):
    session, draft = bench.session(), bench.vendor('Söhne: "A", B & Co, 東京')
    external_id = book(session, draft)
    assert [hit.external_id for hit in hits(session, draft)] == [external_id]


def test_it_finds_a_vendor_that_was_renamed_in_bill(bench):
    session, draft = bench.session(), bench.vendor()
    external_id = book(session, draft)
    session.client.change("vendors", external_id, {"name": "Orchid Network Name"})
    assert [hit.by_reference for hit in hits(session, draft)] == [True]


def test_it_finds_nothing_where_nothing_stands(bench):
    session = bench.session()
    vendor = bench.vendor()
    assert hits(session, vendor) == ()


def test_it_finds_a_vendor_made_by_hand_by_its_name_only(bench):
    session, draft = bench.session(), bench.vendor("Orchid  bearings")
    payload = {**draft.payload, "name": "Orchid Bearings"}
    external_id = str(session.client.create("vendors", payload)["id"])
    (hit,) = hits(session, draft)
    assert (hit.external_id, hit.by_reference) == (external_id, False)


def test_it_finds_a_bill_made_by_hand_by_vendor_and_number_only(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), LONG_NUMBER, "10.00")
    session.client.create("bills", draft.payload)
    assert [hit.by_reference for hit in hits(session, draft)] == [False]


def test_it_does_not_take_another_objects_bill_of_the_same_number(bench):
    session = bench.session()
    vendor_id = book(session, bench.vendor())
    book(session, bench.bill(vendor_id, "INV-1", "10.00"))
    assert hits(session, bench.bill(vendor_id, "INV-1", "10.00")) == ()


def test_it_tells_two_hits_apart(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00")
    booked = {book(session, draft), book(session, draft)}
    assert {hit.external_id for hit in hits(session, draft)} == booked


def test_it_finds_120_bills_in_batches(bench):
    session = bench.session()
    vendor_id = book(session, bench.vendor())
    drafts = [bench.bill(vendor_id, f"INV-{number}", "10.00") for number in range(120)]
    for draft in drafts:
        book(session, draft)
    before = bench.calls("GET", "/connect/v3/bills")
    found = session.sink("bills").find(drafts)
    assert [len(found[draft.reference]) for draft in drafts] == [1] * 120
    assert bench.calls("GET", "/connect/v3/bills") - before == 2


def test_it_shortens_a_long_invoice_number_and_keeps_the_whole_in_the_description(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), LONG_NUMBER, "10.00")
    raw = session.client.one("bills", book(session, draft))
    assert len(raw["invoice"]["invoiceNumber"]) == 21
    assert raw["description"].startswith(f"Invoice {LONG_NUMBER}.")


@pytest.mark.parametrize("kind", ["answer_lost_after_commit", "answer_lost_before_commit"])
def test_a_lost_answer_is_unknown_and_find_tells_what_stands(bench, kind):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00")
    bench.fault(kind, method="POST", path="/connect/v3/bills", times=1)
    with pytest.raises(UnknownOutcomeError):
        book(session, draft)
    assert len(hits(session, draft)) == (1 if kind == "answer_lost_after_commit" else 0)


def test_a_system_error_after_the_commit_is_unknown(bench):
    session = bench.session()
    draft = bench.vendor()
    hits(session, draft)
    bench.switch(fail_after_commit=1)
    with pytest.raises(UnknownOutcomeError):
        book(session, draft)
    assert len(hits(session, draft)) == 1


@pytest.mark.parametrize("kind", ["session_lost", "token_expired"])
def test_a_write_after_an_ended_session_did_not_run_and_goes_through_the_next_time(bench, kind):
    session, draft = bench.session(), bench.vendor()
    session.identity()
    bench.fault(kind, method="POST", path="/connect/v3/vendors", times=1)
    with pytest.raises(TransientError) as caught:
        book(session, draft)
    assert caught.value.code == "session_ended"
    book(session, draft)
    assert len(hits(session, draft)) == 1


@pytest.mark.parametrize("status", [422, 429])
def test_throttling_is_not_booked_whatever_its_status(bench, status):
    session, draft = bench.session(), bench.vendor()
    session.identity()
    bench.switch(statuses={"BDC_1322": status})
    bench.fault("rate_limit_no_hint", method="POST", path="/connect/v3/vendors", times=1)
    with pytest.raises(TransientError) as caught:
        book(session, draft)
    assert caught.value.code == "billcom_too_many_at_once"


def test_it_replaces_the_lines_of_an_unpaid_bill(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00", "5.00")
    external_id = book(session, draft)
    changed = bench.bill(draft.facts.customer, "INV-1", "20.00")
    changed = replace(changed, operation="update", external_id=external_id, reference=draft.reference)
    book(session, changed)
    assert unlike(changed, stands(session, changed, external_id)) == []


def test_it_changes_a_header_field_of_an_unpaid_bill(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00")
    external_id = book(session, draft)
    book(session, replace(draft, operation="update", external_id=external_id, payload={"dueDate": "2027-01-15"}))
    raw = session.client.one("bills", external_id)
    assert (raw["dueDate"], raw["amount"]) == ("2027-01-15", Decimal("10.00"))


def pay(session, bill_id: str) -> None:
    raw = session.client.one("bills", bill_id)
    body = {"billId": bill_id, "amount": raw["amount"]}
    day = raw["invoice"]["invoiceDate"]
    session.client.create(
        "bills/record-payment",
        {"vendorId": raw["vendorId"], "processDate": day, "toPrintCheck": False, "payments": [body]},
    )


@pytest.mark.parametrize("operation", ["update", "archive"])
def test_it_refuses_to_touch_a_paid_bill(bench, operation):
    session = bench.session(username="svc-portal@acme.example", password="Sandbox-1!")
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00", billApprovals=False)
    external_id = book(session, draft)
    pay(session, external_id)
    with pytest.raises(RejectedError) as caught:
        book(session, replace(draft, operation=operation, external_id=external_id))
    assert caught.value.code == "billcom_bill_locked"


def test_it_archives_a_bill_twice_without_harm(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00")
    gone = replace(draft, operation="archive", external_id=book(session, draft))
    book(session, gone)
    book(session, gone)
    assert stands(session, draft, gone.external_id).stage == "voided"


def test_it_names_an_account_that_is_not_there(bench):
    session = bench.session()
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00")
    lines = [{"amount": Decimal("10.00"), "classifications": {"chartOfAccountId": "0ca01NOWHERE"}}]
    with pytest.raises(MissingReferenceError) as caught:
        book(session, replace(draft, payload={**draft.payload, "billLineItems": lines}))
    assert caught.value.field == "billLineItems[0].classifications.chartOfAccountId"


def test_it_says_that_a_number_exists_already(bench):
    session = bench.session()
    bench.switch(duplicate_invoices="per_vendor")
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00")
    book(session, draft)
    with pytest.raises(DuplicateError):
        book(session, bench.bill(draft.facts.customer, "INV-1", "10.00"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "x" * 101),
        ("name", "bell\x07"),
        ("name", "half \ud800 pair"),
        ("accountType", "COMPANY"),
        ("externalId", "42"),
        ("address", {"city": "Austin"}),
    ],
)
def test_it_refuses_what_bill_cannot_keep_before_any_call(bench, field, value):
    session, draft = bench.session(), bench.vendor()
    with pytest.raises(MappingError) as caught:
        book(session, replace(draft, payload={**draft.payload, field: value}))
    assert caught.value.field.startswith(field)
    assert bench.calls("POST", "/connect/v3/vendors") == 0


def test_it_refuses_a_bill_dated_far_ahead(bench):
    session = bench.session()
    draft = bench.bill("00901VENDOR00000001", "INV-1", "10.00")
    payload = {**draft.payload, "invoice": {"invoiceNumber": "INV-1", "invoiceDate": "2027-06-01"}}
    with pytest.raises(ConnectorError) as caught:
        book(session, replace(draft, payload=payload))
    assert caught.value.field == "invoice.invoiceDate"


def test_a_changed_bill_reads_back_as_changed_though_lists_lag(bench):
    session = bench.session()
    vendor_id = book(session, bench.vendor())
    drafts = [bench.bill(vendor_id, f"INV-{number}", "10.00") for number in range(3)]
    ids = [book(session, draft) for draft in drafts]
    bench.world.advance(600)
    bench.fault("search_lag", value=300)
    changed = [
        replace(draft, operation="update", external_id=id, payload={"dueDate": "2027-01-15"})
        for draft, id in zip(drafts, ids, strict=True)
    ]
    for draft in changed:
        book(session, draft)
    before = bench.calls("GET", f"/connect/v3/bills/{ids[0]}")
    booked = [Booked(draft=draft, external_id=draft.external_id) for draft in changed]
    assert len(session.sink("bills").read_back(booked)) == 3
    assert bench.calls("GET", f"/connect/v3/bills/{ids[0]}") == before + 1


@pytest.mark.parametrize("sink", ["vendors", "bills"])
def test_what_a_lagging_list_hides_is_found_once_it_has_caught_up(bench, sink):
    session = bench.session()
    vendor = bench.vendor()
    draft = vendor if sink == "vendors" else bench.bill(book(session, vendor), "INV-1", "10.00")
    bench.world.advance(600)
    bench.fault("search_lag", value=120)
    external_id = book(session, draft)
    assert hits(session, draft) == ()
    bench.world.advance(session.sink(sink).settle_s)
    assert [hit.external_id for hit in hits(session, draft)] == [external_id]


@pytest.mark.parametrize(("asked", "stage"), [(True, "unposted"), (False, "posted")])
def test_a_bill_waits_for_its_approvers_where_approval_is_asked_for(bench, asked, stage):
    session = bench.session()
    users = list(bench.simulator.org.users())[1:2]
    bench.simulator.controls()["POST policies"](
        {"policies": [{"policyName": "All", "rules": [ANY], "approvers": users}]}
    )
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00", billApprovals=asked)
    assert stands(session, draft, book(session, draft)).stage == stage


def test_a_bill_that_an_approver_denied_is_rejected(bench):
    session, controls = bench.session(), bench.simulator.controls()
    user = list(bench.simulator.org.users())[1]
    controls["POST policies"]({"policies": [{"policyName": "All", "rules": [ANY], "approvers": [user]}]})
    draft = bench.bill(book(session, bench.vendor()), "INV-1", "10.00", billApprovals=True)
    external_id = book(session, draft)
    act(bench.simulator.org, bench.simulator.org.record("bill", external_id), user, "DENY")
    assert stands(session, draft, external_id).stage == "rejected"


def test_it_changes_a_vendor_made_by_hand_and_leaves_its_short_name(bench):
    session, draft = bench.session(), bench.vendor()
    external_id = str(session.client.create("vendors", {**draft.payload, "shortName": "Orchid"})["id"])
    book(session, replace(draft, operation="update", external_id=external_id, payload={"phone": "555"}))
    raw = session.client.one("vendors", external_id)
    assert (raw["phone"], raw["shortName"], raw["name"]) == ("555", "Orchid", "Orchid Bearings")
