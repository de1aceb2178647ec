"""Bills, as in 3.2 and the checklist's items 4 to 8."""

import pytest

from integrations.connectors.billcom.tests.simulator_helpers import (
    advance,
    bill_body,
    codes,
    control,
    good,
    make_bill,
    make_vendor,
    make_world,
    org_of,
    read_bill,
    token_client,
)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return token_client(world)


@pytest.fixture
def vendor_id(client):
    return make_vendor(client)["id"]


def accounts(client):
    rows = good(client.get("/v3/classifications/chart-of-accounts", params={"max": 100}))["results"]
    return {row["account"]["number"]: row["id"] for row in rows}


def named(answer):
    return [(entry["code"], entry.get("params", [{}])[0].get("name")) for entry in answer.json()]


def test_it_adds_up_the_lines(client, vendor_id):
    lines = [{"amount": 1200.00}, {"quantity": 3, "price": 19.95}, {"amount": 5, "quantity": 9, "price": 9}]
    bill = good(client.post("/v3/bills", json=bill_body(vendor_id, billLineItems=lines)))
    assert [line["amount"] for line in bill["billLineItems"]] == [1200, 59.85, 5]
    assert (bill["amount"], bill["dueAmount"], bill["paymentStatus"]) == (1264.85, 1264.85, "UNPAID")
    assert bill["id"].startswith("00n")
    assert all(line["id"].startswith("bli") for line in bill["billLineItems"])


def test_it_names_the_vendor_in_reads_only(client, vendor_id):
    bill = make_bill(client, vendor_id)
    assert "vendorName" not in bill
    assert read_bill(client, bill["id"])["vendorName"] == "Acme Bearings"


def test_it_keeps_the_purchase_order_number(client, vendor_id):
    bill = make_bill(client, vendor_id, purchaseOrderNumber="4711-OP-00100")
    assert read_bill(client, bill["id"])["purchaseOrderNumber"] == "4711-OP-00100"


def test_it_takes_invoice_numbers_of_up_to_21_characters(client, vendor_id):
    assert client.post("/v3/bills", json=bill_body(vendor_id, "X" * 21)).status_code == 201
    answer = client.post("/v3/bills", json=bill_body(vendor_id, "X" * 22))
    assert (answer.status_code, named(answer)) == (400, [("BDC_1143", "invoiceNumber")])
    assert answer.json()[0]["message"] == "invoiceNumber too long"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"amount": 100}, ("BDC_1119", "amount")),
        ({"billLineItems": []}, ("BDC_1117", "billLineItems")),
        ({"billLineItems": [{"description": "x"}]}, ("BDC_1117", "billLineItems[0].amount")),
        ({"billLineItems": [{"amount": 0}]}, ("BDC_1119", "billLineItems[0].amount")),
        ({"billLineItems": [{"amount": -5}]}, ("BDC_1119", "billLineItems[0].amount")),
        ({"billLineItems": [{"amount": "5"}]}, ("BDC_1124", "billLineItems[0].amount")),
        ({"billLineItems": [{"amount": 1.005}]}, ("BDC_1119", "billLineItems[0].amount")),
        ({"billLineItems": [{"amount": 1e15}]}, ("BDC_1119", "billLineItems[0].amount")),
        ({"dueDate": "30.12.2026"}, ("BDC_1119", "dueDate")),
        ({"dueDate": ""}, ("BDC_1117", "dueDate")),
        ({"invoice": {"invoiceNumber": "1"}}, ("BDC_1117", "invoice.invoiceDate")),
        ({"description": "x" * 4001}, ("BDC_1143", "description")),
        ({"vendorId": "00901NOSUCHVENDOR001"}, ("BDC_1143", "vendorId")),
        ({"classifications": {"chartOfAccountsId": "x"}}, ("BDC_1119", "classifications.chartOfAccountsId")),
        ({"classifications": {"employeeId": "x"}}, ("BDC_1119", "classifications.employeeId")),
        ({"classifications": {"departmentId": "x"}}, ("BDC_1143", "classifications.departmentId")),
        (
            {"billLineItems": [{"amount": 1, "classifications": {"locationId": "x"}}]},
            ("BDC_1143", "billLineItems[0].classifications.locationId"),
        ),
        ({"allowDuplicateInvoiceNumber": False}, ("BDC_1119", "allowDuplicateInvoiceNumber")),
    ],
)
def test_it_refuses_a_bad_field_and_names_it(client, vendor_id, change, found):
    answer = client.post("/v3/bills", json={**bill_body(vendor_id), **change})
    assert answer.status_code == 400
    assert found in named(answer)


def test_it_refuses_an_archived_vendor_and_an_archived_account(client, vendor_id):
    account = accounts(client)["6300"]
    good(client.post(f"/v3/classifications/chart-of-accounts/{account}/archive"))
    body = bill_body(vendor_id, classifications={"chartOfAccountId": account})
    assert named(client.post("/v3/bills", json=body)) == [("BDC_1143", "classifications.chartOfAccountId")]
    good(client.post(f"/v3/vendors/{vendor_id}/archive"))
    assert ("BDC_1143", "vendorId") in named(client.post("/v3/bills", json=bill_body(vendor_id)))


def test_it_refuses_decimals_that_the_vendors_currency_does_not_have(client):
    vendor = make_vendor(client, billCurrency="JPY")
    assert client.post("/v3/bills", json=bill_body(vendor["id"], amount=100.5)).status_code == 400


def test_it_bills_in_the_vendors_currency_and_funds_in_dollars(client):
    vendor = make_vendor(client, billCurrency="EUR")
    bill = make_bill(client, vendor["id"], amount=1000)
    assert bill["amount"] == 1000
    assert bill["fundingAmount"] == pytest.approx(1000 * bill["exchangeRate"], abs=0.01)


@pytest.mark.parametrize(
    ("mode", "same_vendor", "other_vendor"),
    [("allow", 201, 201), ("per_vendor", 422, 201), ("per_org", 422, 422)],
)
def test_it_judges_duplicate_numbers_as_the_switch_says(mode, same_vendor, other_vendor):
    client = token_client(make_world(duplicate_invoices=mode))
    first, second = make_vendor(client)["id"], make_vendor(client, "Other")["id"]
    make_bill(client, first, number="7")
    answers = [client.post("/v3/bills", json=bill_body(vendor, "7")) for vendor in (first, second)]
    assert [answer.status_code for answer in answers] == [same_vendor, other_vendor]
    assert {code for answer in answers if answer.status_code == 422 for code in codes(answer)} <= {"BDC_1171"}


def test_it_allows_nonpositive_lines_where_switched_so():
    client = token_client(make_world(nonpositive_lines="allow"))
    body = bill_body(make_vendor(client)["id"], billLineItems=[{"amount": 10}, {"amount": -4}, {"amount": 0}])
    assert good(client.post("/v3/bills", json=body))["amount"] == 6


def test_it_patches_header_and_lines_whose_ids_stay(client, vendor_id):
    bill = make_bill(client, vendor_id, billLineItems=[{"amount": 10}, {"quantity": 2, "price": 5}])
    first, second = bill["billLineItems"]
    change = {"description": "d", "billLineItems": [{"id": second["id"], "quantity": 3}]}
    changed = good(client.patch(f"/v3/bills/{bill['id']}", json=change))
    assert [line["id"] for line in changed["billLineItems"]] == [first["id"], second["id"]]
    assert (changed["amount"], changed["description"]) == (25, "d")
    assert changed["updatedTime"] > bill["updatedTime"]


def test_it_patches_no_line_without_an_id_of_the_bill(client, vendor_id):
    bill = make_bill(client, vendor_id)
    for line in ({"amount": 5}, {"id": "bli01NOSUCHLINE00001", "amount": 5}):
        answer = client.patch(f"/v3/bills/{bill['id']}", json={"billLineItems": [line]})
        assert named(answer) == [("BDC_1143", "billLineItems[0].id")]


def test_it_replaces_a_bill_by_put(client, vendor_id):
    lines = [{"amount": 10}, {"amount": 20}, {"amount": 30}]
    bill = make_bill(client, vendor_id, billLineItems=lines, description="goes")
    kept, changed = bill["billLineItems"][0]["id"], bill["billLineItems"][1]["id"]
    lines = [{"amount": 1}, {"id": kept}, {"id": changed, "amount": 21}]
    after = good(client.put(f"/v3/bills/{bill['id']}", json=bill_body(vendor_id, billLineItems=lines)))
    assert [line["amount"] for line in after["billLineItems"]] == [1, 10, 21]
    assert [line["id"] for line in after["billLineItems"]][1:] == [kept, changed]
    assert "description" not in after


def test_it_archives_and_restores_a_bill(world, client, vendor_id):
    bill = make_bill(client, vendor_id)
    archived = good(client.post(f"/v3/bills/{bill['id']}/archive"))
    again = good(client.post(f"/v3/bills/{bill['id']}/archive"))
    assert (archived["archived"], archived["updatedTime"]) == (True, again["updatedTime"])
    [document] = [one for one in world.state("billcom")["documents"] if one["kind"] == "bill"]
    assert (document["status"], document["posted"]) == ("archived", False)
    assert good(client.post(f"/v3/bills/{bill['id']}/restore"))["archived"] is False
    assert org_of(world).books.faults() == []


@pytest.mark.parametrize("status", [400, 409, 422])
def test_it_refuses_to_change_a_bill_that_is_being_paid(status):
    world = make_world(paid_edit_status=status)
    client = token_client(world)
    bill = make_bill(client)
    advance(world, bill["id"], "paid", status="SCHEDULED")
    path = f"/v3/bills/{bill['id']}"
    answers = [client.patch(path, json={"description": "x"}), client.post(f"{path}/archive")]
    assert [answer.status_code for answer in answers] == [status, status]


def test_it_creates_up_to_100_bills_of_several_vendors_as_a_bare_array(client, vendor_id):
    other = make_vendor(client, "Other")["id"]
    rows = [bill_body(vendor_id if n % 2 else other, f"B-{n}") for n in range(100)]
    made = good(client.post("/v3/bills/bulk", json=rows))
    assert [bill["invoice"]["invoiceNumber"] for bill in made] == [f"B-{n}" for n in range(100)]
    assert client.post("/v3/bills/bulk", json=[*rows, bill_body(other, "101")]).status_code == 400


def test_it_rolls_a_bulk_back_and_says_so_for_the_siblings(world, client, vendor_id):
    control(world).post("/switches/billcom", json={"duplicate_invoices": "per_vendor"})
    rows = [bill_body(vendor_id, "1"), bill_body(vendor_id, "2"), bill_body(vendor_id, "1")]
    answer = client.post("/v3/bills/bulk", json=rows)
    assert (answer.status_code, codes(answer)) == (422, ["BDC_1171", "BDC_1246", "BDC_1246"])
    assert good(client.get("/v3/bills"))["results"] == []
    assert org_of(world).books.documents == {}


def test_it_books_a_bill_against_payables(world, client, vendor_id):
    number_to_id = accounts(client)
    lines = [{"amount": 70, "classifications": {"chartOfAccountId": number_to_id["6100"]}}, {"amount": 30}]
    codes_ = {"chartOfAccountId": number_to_id["5000"]}
    make_bill(client, vendor_id, billLineItems=lines, classifications=codes_)
    [document] = [one for one in world.state("billcom")["documents"] if one["kind"] == "bill"]
    shown = [(line["account"], line["debit"], line["credit"]) for line in document["lines"]]
    assert shown == [("6100", "70.00", "0.00"), ("5000", "30.00", "0.00"), ("2000", "0.00", "100.00")]
    assert (document["reference"], document["open"], document["status"]) == ("INV-88213", "100.00", "unpaid")


def test_it_limits_the_purchase_order_number_where_switched_so():
    client = token_client(make_world(po_number_max=10))
    body = bill_body(make_vendor(client)["id"], purchaseOrderNumber="4711-OP-00100")
    assert named(client.post("/v3/bills", json=body)) == [("BDC_1143", "purchaseOrderNumber")]
