"""Vouchers, payments, pay statuses and voids: vendor sections 5.3, 5.4 and 6.2, DESIGN section 12."""

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    COMMON,
    act,
    add_supplier,
    bank_id,
    condition,
    control,
    document,
    enterprise_of,
    make_world,
    options,
    rows,
    run,
    signed_in,
    voucher,
)

VOUCHER, PAYMENT, STATUS = "MLC_AP_ADD_VOUCHER", "MLC_AP_RECORD_PAYMENT", "MLC_AP_SET_PAY_STATUS"
VOID_PAYMENT, VOID_VOUCHER = "MLC_AP_VOID_PAYMENT", "MLC_AP_VOID_VOUCHER"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return signed_in(world)


@pytest.fixture
def supplier(world):
    return add_supplier(world)


def said(answer):
    assert answer.status_code == 500, answer.text
    return answer.json()["jde__simpleMessage"]


def add(client, supplier, *args, **changes):
    answer = run(client, VOUCHER, **voucher(supplier, *args, **changes))
    assert answer.status_code == 200, answer.text
    return answer.json()


def keys(made):
    return {name: made[name] for name in ("documentCompany", "documentType", "documentNumber")}


def payment(world, supplier, made, amount="250.00", reference="BPAYMENT000000000001", **changes):
    return {
        **COMMON,
        "externalRef": reference,
        "sourceSystem": "BILL",
        "payee": str(supplier),
        "paymentDate": "2026-11-20",
        "glDate": "2026-11-20",
        "bankAccountId": bank_id(world),
        "currencyCode": "USD",
        "applyTo": [{**keys(made), "payItem": "001", "payItemExtension": "0", "amount": amount, "discount": "0"}],
        **changes,
    }


def void(reference, **inputs):
    return {**COMMON, "externalRef": reference, **inputs}


def item(client, made, **more):
    wanted = condition("F0411.DOC", "EQUAL", str(made["documentNumber"]))
    return rows(client, "F0411", wanted, condition("F0411.DCT", "EQUAL", made["documentType"]))[0]


def test_a_voucher_opens_a_pay_item_with_its_reference(client, supplier):
    made = add(client, supplier)
    row = item(client, made)
    assert (row["VINV"], row["VR01"], row["SFX"], made["payItem"]) == ("S-4711", "BAAAAAAAAAAAAAAAAAA1", "001", "001")
    assert (row["AG"], row["AAP"], row["PST"], row["POST"], row["ICUT"]) == (250, 250, "A", "", "V")
    assert row["DDJ"] == "20261218"  # terms of 30 days from the invoice date


def test_a_voucher_is_booked_once_per_reference(client, supplier):
    first, second = add(client, supplier), add(client, supplier)
    assert (second["result"], second["documentNumber"]) == ("DUPLICATE", first["documentNumber"])


def test_negative_amounts_make_a_debit_memo(client, supplier):
    made = add(client, supplier, gross="-80.00")
    assert (made["documentType"], item(client, made)["AAP"]) == ("PD", -80)


def test_tax_is_beside_the_lines(world, client, supplier):
    lines = [{"lineNumber": "1", "account": "120.8650", "amount": "200.00"}]
    made = add(client, supplier, gross="238.00", taxAmount="38.00", lines=lines)
    row = item(client, made)
    assert (row["AG"], row["STAM"], row["ATXA"]) == (238, 38, 200)
    lines = {line["account"]: line["debit"] for line in document(world, f"PV-{made['documentNumber']}-00001")["lines"]}
    assert (lines["120.8650"], lines["1.1240"]) == ("200.00", "38.00")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"supplier": "1"}, "not in the supplier master"),
        ({"company": "00099"}, "Company 00099"),
        ({"grossAmount": "251.00"}, "do not make the gross amount"),
        ({"taxAmount": "1.00"}, "do not make the gross amount"),
        ({"grossAmount": "0", "lines": [{"lineNumber": "1", "account": "120.8650", "amount": "0"}]}, "gross amount"),
        ({"currencyCode": "ABC"}, "Currency ABC"),
        ({"glDate": "2020-01-01"}, "(WACO)"),
    ],
)
def test_it_refuses_vouchers(world, client, supplier, changes, text):
    assert text in said(run(client, VOUCHER, **{**voucher(supplier), **changes}))
    assert len(enterprise_of(world).store["F0411"]) == 0


@pytest.mark.parametrize(("policy", "status", "warned"), [("error", 500, 0), ("warning", 200, 1), ("ignore", 200, 0)])
def test_a_repeated_invoice_number_is_treated_by_the_constants(world, client, supplier, policy, status, warned):
    options(world, erp={"duplicate_invoice": policy})
    add(client, supplier)
    answer = run(client, VOUCHER, **voucher(supplier, "BAAAAAAAAAAAAAAAAAA2"))
    assert (answer.status_code, len(answer.json().get("warnings", []))) == (status, warned)


def test_a_supplier_on_hold_gets_held_vouchers(world, client, supplier):
    act(world, "change_supplier", supplier=supplier, hold="Y")
    assert item(client, add(client, supplier))["PST"] == "H"


def test_a_payment_closes_the_pay_item_at_once(world, client, supplier):
    made = add(client, supplier)
    paid = run(client, PAYMENT, **payment(world, supplier, made)).json()
    row = item(client, made)
    head = rows(client, "F0413", condition("F0413.PYID", "EQUAL", str(paid["paymentId"])))[0]
    part = rows(client, "F0414", condition("F0414.DOC", "EQUAL", str(made["documentNumber"])))[0]
    assert (row["AAP"], row["PST"]) == (0, "P")
    assert (head["DOCM"], head["PAAP"], head["DMTJ"], head["GLBA"]) == (
        paid["matchingDocument"], 250, "20261120", bank_id(world),
    )  # fmt: skip
    assert (part["PYID"], part["PAAP"], part["RMK"]) == (paid["paymentId"], 250, "BPAYMENT000000000001")


def test_a_payment_is_booked_once_per_reference(world, client, supplier):
    made = add(client, supplier)
    first, second = (run(client, PAYMENT, **payment(world, supplier, made)).json() for _ in range(2))
    assert (second["result"], second["paymentId"]) == ("DUPLICATE", first["paymentId"])


def test_a_part_payment_leaves_the_rest_open(world, client, supplier):
    made = add(client, supplier)
    run(client, PAYMENT, **payment(world, supplier, made, "100.00"))
    assert (item(client, made)["AAP"], item(client, made)["PST"]) == (150, "A")


def test_a_discount_closes_what_is_not_paid(world, client, supplier):
    made = add(client, supplier)
    inputs = payment(world, supplier, made, "245.00")
    inputs["applyTo"][0]["discount"] = "5.00"
    paid = run(client, PAYMENT, **inputs).json()
    assert (item(client, made)["AAP"], item(client, made)["PST"]) == (0, "P")
    lines = {line["account"]: line["credit"] for line in document(world, f"PN-{paid['paymentId']}")["lines"]}
    assert (lines["1.1115"], lines["110.9110"]) == ("245.00", "5.00")


def test_a_debit_memo_is_netted_against_a_voucher(world, client, supplier):
    bill, memo = add(client, supplier), add(client, supplier, "BAAAAAAAAAAAAAAAAAA2", "-80.00", supplierInvoice="CM")
    inputs = payment(world, supplier, bill)
    inputs["applyTo"].append({**keys(memo), "payItem": "001", "amount": "-80.00"})
    paid = run(client, PAYMENT, **inputs).json()
    assert rows(client, "F0413", condition("F0413.PYID", "EQUAL", str(paid["paymentId"])))[0]["PAAP"] == 170
    assert (item(client, bill)["AAP"], item(client, memo)["AAP"]) == (0, 0)
    world.advance(31)
    assert enterprise_of(world).books.faults() == []


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"payee": "1"}, "is payable to"),
        ({"currencyCode": "EUR"}, "is in USD"),
        ({"bankAccountId": "1.1115"}, "not a short account id"),
        ({"bankAccountId": "99999999"}, "does not exist"),
        ({"paymentNumber": "stp01AB"}, "not numeric"),
        ({"glDate": "2020-01-01"}, "(WACO)"),
    ],
)
def test_it_refuses_payments(world, client, supplier, changes, text):
    made = add(client, supplier)
    assert text in said(run(client, PAYMENT, **payment(world, supplier, made, **changes)))
    assert item(client, made)["AAP"] == 250


@pytest.mark.parametrize("amount", ["250.01", "-1.00", "0"])
def test_it_refuses_to_pay_what_is_not_open(world, client, supplier, amount):
    made = add(client, supplier)
    answer = run(client, PAYMENT, **payment(world, supplier, made, amount))
    assert "is open for 250" in said(answer)


def test_a_paid_item_cannot_be_paid_again(world, client, supplier):
    made = add(client, supplier)
    run(client, PAYMENT, **payment(world, supplier, made))
    again = payment(world, supplier, made, reference="BPAYMENT000000000002")
    assert "pay status P" in said(run(client, PAYMENT, **again))


def test_a_payment_number_is_used_once_per_bank_account(world, client, supplier):
    first, second = add(client, supplier), add(client, supplier, "BAAAAAAAAAAAAAAAAAA2", supplierInvoice="S-2")
    run(client, PAYMENT, **payment(world, supplier, first, paymentNumber="77"))
    inputs = payment(world, supplier, second, reference="BPAYMENT000000000002", paymentNumber="77")
    assert "entered before" in said(run(client, PAYMENT, **inputs))
    inputs["bankAccountId"] = bank_id(world, "1.1110.BEAR")
    assert run(client, PAYMENT, **inputs).json()["matchingDocument"] == 77


def test_a_voucher_may_be_entered_as_paid(world, client, supplier):
    paid = {"paymentNumber": "", "paymentDate": "2026-11-20", "bankAccountId": bank_id(world)}
    made = add(client, supplier, paid=paid)
    assert item(client, made)["PST"] == "P"
    again = add(client, supplier, paid=paid)
    assert (again["result"], again["paymentId"]) == ("DUPLICATE", made["paymentId"])


def test_a_voucher_whose_payment_is_refused_is_not_entered_either(world, client, supplier):
    paid = {"paymentDate": "2020-01-01", "bankAccountId": bank_id(world)}
    said(run(client, VOUCHER, **voucher(supplier, paid=paid)))
    assert len(enterprise_of(world).store["F0411"]) == 0


def test_a_foreign_voucher_is_paid_at_another_rate(world, client, supplier):
    made = add(client, supplier, currencyCode="EUR", exchangeRate="1.50")
    world.advance(31)
    paid = run(client, PAYMENT, **payment(world, supplier, made, currencyCode="EUR")).json()
    world.advance(31)
    row = item(client, made)
    assert (row["ACR"], row["FAP"], row["AG"], row["AAP"]) == (250, 0, 375, 0)
    entries = {line["account"]: line for line in document(world, f"PN-{paid['paymentId']}")["lines"]}
    assert (entries["1.4110"]["base_debit"], entries["1.4110"]["debit"]) == ("375.00", "250.00")
    assert float(entries["110.9145"]["base_credit"]) > 0
    assert enterprise_of(world).books.balance(entries_account(world, "1.4110"), "00001") == 0


def entries_account(world, number):
    return enterprise_of(world).books.chart.numbered(number).id


def test_a_pay_status_is_set_once_per_reference(world, client, supplier):
    made = add(client, supplier)
    inputs = {**COMMON, "externalRef": "BSTATUS0000000000001", **keys(made), "payStatus": "B", "reason": "Paid by BILL"}
    first, second = (run(client, STATUS, **inputs).json() for _ in range(2))
    assert (first["result"], first["payStatus"], first["previousPayStatus"]) == ("CREATED", "B", "A")
    assert second["result"] == "DUPLICATE"
    assert (item(client, made)["PST"], item(client, made)["RMK"]) == ("B", "BSTATUS0000000000001")


def test_a_voucher_with_another_pay_status_can_still_be_paid_by_hand(world, client, supplier):
    made = add(client, supplier)
    act(world, "set_pay_status", document=f"PV-{made['documentNumber']}-00001", status="B")
    assert act(world, "payment_run", up_to="2027-01-31") == {"payments": []}
    assert run(client, PAYMENT, **payment(world, supplier, made)).json()["result"] == "CREATED"


def test_the_payment_run_takes_what_is_approved(world, client, supplier):
    made = add(client, supplier)
    assert len(act(world, "payment_run", up_to="2027-01-31")["payments"]) == 1
    assert item(client, made)["PST"] == "P"


@pytest.mark.parametrize("status", ["P", "#", "Z"])
def test_it_refuses_pay_statuses_that_are_not_for_users(client, supplier, status):
    made = add(client, supplier)
    inputs = {**COMMON, "externalRef": "BSTATUS0000000000001", **keys(made), "payStatus": status}
    assert "Pay status" in said(run(client, STATUS, **inputs))


def test_a_paid_voucher_keeps_its_pay_status(world, client, supplier):
    made = add(client, supplier)
    run(client, PAYMENT, **payment(world, supplier, made))
    inputs = {**COMMON, "externalRef": "BSTATUS0000000000001", **keys(made), "payStatus": "H"}
    assert "cannot be changed" in said(run(client, STATUS, **inputs))


@pytest.mark.parametrize("is_posted", [True, False])
def test_a_voided_payment_reopens_its_voucher(world, client, supplier, is_posted):
    options(world, erp={"void_pay_status": "H"})
    made = add(client, supplier)
    paid = run(client, PAYMENT, **payment(world, supplier, made)).json()
    world.advance(31 if is_posted else 0)
    inputs = void("BVOID000000000000001", paymentId=str(paid["paymentId"]), voidDate="2026-11-21", glDate="2026-11-21")
    first, second = (run(client, VOID_PAYMENT, **inputs).json() for _ in range(2))
    assert (first["result"], second["result"]) == ("CREATED", "DUPLICATE")
    assert (item(client, made)["AAP"], item(client, made)["PST"]) == (250, "H")
    assert rows(client, "F0413", condition("F0413.PYID", "EQUAL", str(paid["paymentId"])))[0]["VDGJ"] == "20261121"
    details = rows(client, "F0414", columns="DCTM PAAP RMK", order=["RC5"])
    assert [(row["DCTM"], row["PAAP"]) for row in details] == [("PN", 250), ("PO", -250)]
    assert details[1]["RMK"] == "BVOID000000000000001"
    world.advance(31)
    books = enterprise_of(world).books
    assert (books.faults(), books.balance(bank_id(world), "00001")) == ([], 0)
    assert books.get(f"PV-{made['documentNumber']}-00001").open == 250


def test_a_payment_is_voided_only_once(world, client, supplier):
    made = add(client, supplier)
    paid = run(client, PAYMENT, **payment(world, supplier, made)).json()
    inputs = void("BVOID000000000000001", paymentId=str(paid["paymentId"]), voidDate="2026-11-21", glDate="2026-11-21")
    run(client, VOID_PAYMENT, **inputs)
    assert "was voided on" in said(run(client, VOID_PAYMENT, **{**inputs, "externalRef": "BVOID000000000000002"}))


def test_a_voided_voucher_has_an_opposite_row(world, client, supplier):
    made = add(client, supplier)
    inputs = void("BVOID000000000000003", **keys(made), glDate="2026-11-21")
    first, second = (run(client, VOID_VOUCHER, **inputs).json() for _ in range(2))
    assert (first["result"], second["result"]) == ("CREATED", "DUPLICATE")
    row = item(client, made)
    opposite = item(client, {**made, "documentType": "PE"})
    assert (row["AAP"], row["PST"], row["VOD"]) == (0, "P", "V")
    assert (opposite["AG"], opposite["VR01"], opposite["SFXE"]) == (-250, "BVOID000000000000003", 1)
    world.advance(31)
    books = enterprise_of(world).books
    assert (books.faults(), books.trial_balance("00001")) == ([], {})


def test_a_paid_voucher_cannot_be_voided(world, client, supplier):
    made = add(client, supplier)
    run(client, PAYMENT, **payment(world, supplier, made, "1.00"))
    assert "void its payments first" in said(
        run(client, VOID_VOUCHER, **void("BVOID000000000000003", **keys(made), glDate="2026-11-21"))
    )


def test_a_payment_waits_for_the_posting_of_its_voucher(world, client, supplier):
    made = add(client, supplier)
    run(client, PAYMENT, **payment(world, supplier, made))
    control(world).post("/post/jde", json={"auto": False})
    batch = enterprise_of(world).store["F0011"].find(ICU=made["batchNumber"])[0]
    enterprise_of(world).store["F0011"].put_quietly(batch, IST="P")
    answer = control(world).post("/post/jde").json()
    assert (answer["posted"], answer["errors"]) == (0, 1)
    enterprise_of(world).store["F0011"].put_quietly(batch, IST="A")
    assert control(world).post("/post/jde").json()["posted"] == 2
