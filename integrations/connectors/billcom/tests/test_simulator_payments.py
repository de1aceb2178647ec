"""Payments and their life, as in 3.3, 6.3, 6.4 and the checklist's item 10."""

import pytest

from integrations.connectors.billcom.simulator.lifecycle import NEXT, PATH
from integrations.connectors.billcom.tests.simulator_helpers import (
    act,
    advance,
    codes,
    control,
    good,
    make_bill,
    make_vendor,
    make_world,
    org_of,
    read_bill,
    signed_in,
)

FUNDING = {"type": "BANK_ACCOUNT", "id": "bac01BANK0000000001"}


@pytest.fixture
def world():
    return make_world(mfa_required=False, settle_s=600)


@pytest.fixture
def client(world):
    return signed_in(world)


@pytest.fixture
def vendor_id(client):
    return make_vendor(client)["id"]


def body(bill, amount=100, **more):
    return {
        "vendorId": bill["vendorId"],
        "billId": bill["id"],
        "processDate": "2026-12-01",
        "fundingAccount": FUNDING,
        "amount": amount,
        **more,
    }


def read(client, payment):
    return good(client.get(f"/v3/payments/{payment['id']}"))


def figures(bill):
    return tuple(bill[name] for name in ("paidAmount", "scheduledAmount", "dueAmount", "paymentStatus"))


def test_it_schedules_a_payment(client, vendor_id):
    bill = make_bill(client, vendor_id)
    payment = good(client.post("/v3/payments", json=body(bill, 40, transactionNumber="T-1")))
    assert (payment["status"], payment["singleStatus"], payment["transactionNumber"]) == (
        "SCHEDULED",
        "SCHEDULED",
        "T-1",
    )
    assert [split["billId"] for split in payment["billPayments"]] == [bill["id"]]
    assert "archived" not in payment
    assert figures(read_bill(client, bill["id"])) == (0, 40, 60, "SCHEDULED")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 100.01}, "BDC_1159"),
        ({"amount": 0}, "BDC_1119"),
        ({"vendorId": "00901NOSUCHVENDOR001"}, "BDC_1143"),
        ({"transactionNumber": "x" * 51}, "BDC_1143"),
        ({"fundingAccount": {"type": "CASH"}}, "BDC_1119"),
        ({"processDate": ""}, "BDC_1117"),
    ],
)
def test_it_refuses_a_bad_payment(client, vendor_id, change, code):
    assert code in codes(client.post("/v3/payments", json={**body(make_bill(client, vendor_id)), **change}))


def test_it_pays_no_bill_that_waits_for_approval(world, client, vendor_id):
    bill = make_bill(client, vendor_id, amount=1000, billApprovals=True)
    assert codes(client.post("/v3/payments", json=body(bill))) == ["BDC_1143"]
    advance(world, bill["id"], "approved")
    assert client.post("/v3/payments", json=body(bill)).status_code == 201


def test_it_waits_two_business_days_for_a_vendors_new_bank_account(client, vendor_id):
    bill = make_bill(client, vendor_id)  # the sandbox's day is a Saturday
    account = {"nameOnAccount": "Acme", "accountNumber": "111222333", "routingNumber": "074000010"}
    good(client.post(f"/v3/vendors/{vendor_id}/bank-account", json=account))
    assert codes(client.post("/v3/payments", json=body(bill, processDate="2026-11-23"))) == ["BDC_1402"]
    assert good(client.post("/v3/payments", json=body(bill, processDate="2026-11-24")))["disbursementType"] == "ACH"


def test_it_walks_through_the_life_of_a_payment(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    payment = advance(world, bill["id"], "paid", status="SCHEDULED")
    seen = []
    for status in PATH[1:]:
        act(world, "walk", payment=payment["id"], to=status)
        now = read(client, payment)
        seen.append((now["singleStatus"], now["status"], read_bill(client, bill["id"])["paymentStatus"]))
    assert seen == [
        ("READY_TO_FUND", "SCHEDULED", "IN_PROCESS"),
        ("FUNDING_STARTED", "SCHEDULED", "IN_PROCESS"),
        ("PROCESSED", "PAID", "PAID"),
        ("SENT", "PAID", "PAID"),
        ("DELIVERED", "PAID", "PAID"),
        ("CLEARED", "PAID", "PAID"),
    ]


def test_it_gives_a_check_its_number_and_dates(world, client, vendor_id):
    payment = advance(world, make_bill(client, vendor_id)["id"], "paid")
    check = read(client, payment)["disbursementInfo"]["checkDisbursement"]
    assert check == {"arrivesByDate": "2026-11-27", "sentDate": "2026-11-21", "checkNumber": 20_001}


def test_it_moves_updated_time_of_the_payment_at_each_step_but_not_of_the_bill(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    payment = advance(world, bill["id"], "paid", status="PROCESSED")
    act(world, "walk", payment=payment["id"], to="SENT")
    assert read(client, payment)["updatedTime"] > payment["updatedTime"]
    assert read_bill(client, bill["id"])["updatedTime"] == bill["updatedTime"]


def test_it_moves_the_bill_with_its_payment_where_switched_so():
    world = make_world(payment_moves_bill=True)
    client = signed_in(world)
    bill = make_bill(client)
    advance(world, bill["id"], "paid")
    assert read_bill(client, bill["id"])["updatedTime"] > bill["updatedTime"]


def test_it_pays_in_part_and_the_rest_later(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    advance(world, bill["id"], "paid", amount="40")
    assert figures(read_bill(client, bill["id"])) == (40, 0, 60, "PARTIALLY_PAID")
    advance(world, bill["id"], "paid")
    assert figures(read_bill(client, bill["id"])) == (100, 0, 0, "PAID")


def test_it_pays_several_bills_of_a_vendor_at_once(world, client, vendor_id):
    bills = [make_bill(client, vendor_id, number=str(number)) for number in range(2)]
    payment = act(world, "pay", bills=[{"bill": bills[0]["id"]}, {"bill": bills[1]["id"], "amount": 25}])
    assert (payment["amount"], [split["amount"] for split in payment["billPayments"]]) == (125, [100, 25])
    assert "billId" not in payment
    assert [figures(read_bill(client, bill["id"]))[0] for bill in bills] == [100, 25]


def test_it_books_money_out_only_when_it_moves(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    payment = advance(world, bill["id"], "paid", status="FUNDING_STARTED")
    books = org_of(world).books
    assert books.documents[payment["id"]].is_posted is False
    act(world, "walk", payment=payment["id"], to="PROCESSED")
    [document] = [one for one in world.state("billcom")["documents"] if one["kind"] == "payment"]
    assert document["applied"] == [{"id": bill["id"], "amount": "100.00"}]
    assert [line["account"] for line in document["lines"]] == ["2000", "1090"]
    assert books.faults() == []


def test_it_voids_and_credits_so_that_the_bill_is_unpaid_again(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    payment = advance(world, bill["id"], "voided", reason="Paid twice")
    now = read(client, payment)
    assert (now["singleStatus"], now["status"]) == ("VOIDED", "VOID")
    assert (now["voidInfo"][0]["type"], now["voidInfo"][0]["status"]) == ("VOID_AND_CREDIT", "ACCEPTED")
    assert figures(read_bill(client, bill["id"])) == (0, 0, 100, "UNPAID")
    assert org_of(world).books.balance(org_of(world).clearing_account, org_of(world).id) == 0


def test_it_keeps_a_void_pending_until_the_clock_says_otherwise(world, client, vendor_id):
    payment = advance(world, make_bill(client, vendor_id)["id"], "paid")
    answer = client.post(f"/v3/payments/{payment['id']}/void", json={"type": "VOID_AND_CREDIT", "reason": "r"})
    assert (answer.json()["singleStatus"], answer.json()["status"]) == ("VOID_PENDING", "PAID")
    world.advance(601)
    assert read(client, payment)["singleStatus"] == "VOIDED"


def test_it_reissues_under_the_same_id_without_moving_the_books(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    payment = advance(world, bill["id"], "paid")
    before = org_of(world).books.trial_balance()
    after = act(world, "void", payment=payment["id"], type="VOID_AND_REISSUE")
    assert (after["id"], after["singleStatus"]) == (payment["id"], "PROCESSED")
    assert after["transactionNumber"] != payment["transactionNumber"]
    assert after["disbursementInfo"]["checkDisbursement"]["checkNumber"] == 20_002
    assert org_of(world).books.trial_balance() == before
    assert figures(read_bill(client, bill["id"]))[3] == "PAID"


def test_it_reissues_as_a_new_payment_where_switched_so(world, client, vendor_id):
    control(world).post("/switches/billcom", json={"reissue": "new_payment"})
    bill = make_bill(client, vendor_id)
    payment = advance(world, bill["id"], "paid")
    before = org_of(world).books.trial_balance()
    after = act(world, "void", payment=payment["id"], type="VOID_AND_REISSUE")
    assert after["id"] != payment["id"]
    assert read(client, payment)["singleStatus"] == "VOIDED"
    assert (after["singleStatus"], org_of(world).books.trial_balance()) == ("PROCESSED", before)


def test_it_bounces_an_ach_payment_after_it_was_cleared(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    payment = advance(world, bill["id"], "paid", disbursement_type="ACH")
    assert payment["singleStatus"] == "CLEARED"
    bounced = advance(world, bill["id"], "bounced")
    assert bounced["id"] == payment["id"]
    assert (bounced["singleStatus"], bounced["disbursementStatus"]) == ("DISBURSEMENT_FAILED_ACTION_NEEDED", "FAILED")
    assert advance(world, bill["id"], "voided")["singleStatus"] == "VOIDED"
    assert figures(read_bill(client, bill["id"]))[3] == "UNPAID"


def test_it_cancels_only_what_is_scheduled(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    payment = good(client.post("/v3/payments", json=body(bill)))
    asked = good(client.post(f"/v3/payments/{payment['id']}/cancel"))
    assert (asked["singleStatus"], asked["cancelRequestSubmitted"]) == ("CANCELLATION_IN_PROGRESS", True)
    world.advance(601)
    now = read(client, payment)
    assert (now["singleStatus"], now["status"]) == ("CANCELED", "CANCELLED")
    assert figures(read_bill(client, bill["id"])) == (0, 0, 100, "UNPAID")
    paid = advance(world, bill["id"], "paid")
    assert codes(client.post(f"/v3/payments/{paid['id']}/cancel")) == ["BDC_1143"]


@pytest.mark.parametrize(
    "steps",
    [
        ("READY_TO_FUND", "DISBURSEMENT_ON_HOLD", "PROCESSED"),
        ("FUNDING_STARTED", "FUNDING_FAILED_ACTION_NEEDED", "FUNDING_FAILED_VOIDED"),
        ("SENT", "DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED", "VOID_PENDING"),
        ("SENT", "PARTIALLY_CLAIMED", "CLEARED"),
        ("DELIVERED", "EXPIRING", "FUNDS_ESCHEATED"),
    ],
)
def test_it_plays_the_ways_off_the_usual_path(world, client, vendor_id, steps):
    payment = advance(world, make_bill(client, vendor_id)["id"], "paid", status="SCHEDULED")
    seen = [act(world, "walk", payment=payment["id"], to=step)["singleStatus"] for step in steps]
    assert tuple(seen) == steps
    assert org_of(world).books.faults() == []


def test_it_refuses_a_step_that_does_not_follow(world, client, vendor_id):
    payment = advance(world, make_bill(client, vendor_id)["id"], "paid", status="SCHEDULED")
    answer = control(world).post("/act/billcom", json={"do": "walk", "payment": payment["id"], "to": "VOIDED"})
    assert (answer.status_code, "does not follow" in answer.json()["error"]) == (400, True)


def test_it_can_be_forced_into_a_status_nobody_documented(world, client, vendor_id):
    payment = advance(world, make_bill(client, vendor_id)["id"], "paid")
    act(world, "walk", payment=payment["id"], to="FUNDING_ON_HOLD", force=True)
    assert read(client, payment)["singleStatus"] == "FUNDING_ON_HOLD"


def test_it_lets_every_status_be_left_or_end():
    ends = {follower for followers in NEXT.values() for follower in followers} - set(NEXT)
    assert ends == {"CANCELED", "VOIDED", "FUNDING_FAILED_VOIDED", "FUNDS_ESCHEATED"}


def test_it_advances_payments_by_timers_where_switched_so():
    world = make_world(payment_step_s=60, mfa_required=False)
    client = signed_in(world)
    payment = good(client.post("/v3/payments", json=body(make_bill(client), processDate="2026-11-21")))
    for status in PATH[1:]:
        world.advance(61)
        assert read(client, payment)["singleStatus"] == status


def test_it_records_a_payment_made_elsewhere(client, vendor_id):
    bill = make_bill(client, vendor_id)
    asked = {"vendorId": vendor_id, "processDate": "2026-11-20", "toPrintCheck": False}
    answer = client.post(
        "/v3/bills/record-payment", json={**asked, "payments": [{"billId": bill["id"], "amount": 100}]}
    )
    made = answer.json()
    assert (answer.status_code, made["onlinePayment"], made["disbursementType"]) == (200, False, "OFFLINE")
    assert figures(read_bill(client, bill["id"])) == (100, 0, 0, "PAID")


def test_it_pays_bills_in_bulk_or_none(client, vendor_id):
    bills = [make_bill(client, vendor_id, number=str(number)) for number in range(2)]
    rows = [{"billId": bill["id"], "amount": 100} for bill in bills]
    common = {"processDate": "2026-12-01", "fundingAccount": FUNDING}
    bad = client.post("/v3/payments/bulk", json={**common, "payments": [rows[0], {**rows[1], "amount": 101}]})
    assert codes(bad) == ["BDC_1159", "BDC_1246"]
    assert good(client.get("/v3/payments"))["results"] == []
    made = good(client.post("/v3/payments/bulk", json={**common, "payments": rows}))["payments"]
    assert [len(payment["billPayments"]) for payment in made] == [1, 1]
    assert client.post("/v3/payments/bulk", json={**common, "payments": rows * 26}).status_code == 400


def test_it_combines_up_to_35_bills_of_a_vendor_that_wants_it(client):
    vendor = make_vendor(client, additionalInfo={"combinePayments": True})
    bills = [make_bill(client, vendor["id"], number=str(number)) for number in range(36)]
    rows = [{"billId": bill["id"], "amount": 100} for bill in bills]
    asked = {"processDate": "2026-12-01", "fundingAccount": FUNDING, "payments": rows}
    made = good(client.post("/v3/payments/bulk", json=asked))["payments"]
    assert [len(payment["billPayments"]) for payment in made] == [35, 1]


def test_it_funds_foreign_payments_in_dollars(world, client):
    vendor = make_vendor(client, billCurrency="EUR")
    payment = advance(world, make_bill(client, vendor["id"], amount=1000)["id"], "paid")
    assert payment["amount"] == 1000
    assert payment["fundingAmount"] == pytest.approx(1000 * payment["exchangeRate"], abs=0.01)
    assert org_of(world).books.faults() == []
