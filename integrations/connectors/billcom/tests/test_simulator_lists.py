"""Filters, sorts and page tokens, as in section 4."""

import pytest

from integrations.connectors.billcom.tests.simulator_helpers import (
    advance,
    codes,
    control,
    good,
    make_bill,
    make_vendor,
    make_world,
    token_client,
    walk,
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


def numbers(page):
    return [bill["invoice"]["invoiceNumber"] for bill in page["results"]]


def bills(client, **params):
    return good(client.get("/v3/bills", params=params))


def test_it_gives_the_oldest_records_first_without_a_sort(client, vendor_id):
    for number in "abc":
        make_bill(client, vendor_id, number=number)
    assert numbers(bills(client)) == ["a", "b", "c"]


@pytest.mark.parametrize("size", ["0", "101", "-1", "x", ""])
def test_it_takes_max_from_1_to_100(client, size):
    assert client.get("/v3/bills", params={"max": size}).status_code == 400


def test_it_gives_twenty_without_max_or_as_switched(world, client, vendor_id):
    for number in range(25):
        make_bill(client, vendor_id, number=str(number))
    assert len(bills(client)["results"]) == 20
    control(world).post("/switches/billcom", json={"default_max": 100})
    assert len(bills(client)["results"]) == 25


@pytest.mark.parametrize("paging", ["offset", "keyset"])
def test_it_pages_forth_and_back(paging):
    client = token_client(make_world(paging=paging))
    vendor_id = make_vendor(client)["id"]
    for number in range(7):
        make_bill(client, vendor_id, number=str(number), dueDate=f"2026-12-{10 + number % 3}")
    query = {"max": 3, "sort": "dueDate:desc,createdTime:asc"}
    first = bills(client, **query)
    second = bills(client, **query, page=first["nextPage"])
    last = bills(client, **query, page=second["nextPage"])
    assert numbers(first) + numbers(second) + numbers(last) == ["2", "5", "1", "4", "0", "3", "6"]
    assert "nextPage" not in last
    assert "prevPage" not in first
    assert bills(client, **query, page=second["prevPage"])["results"] == first["results"]


def test_it_moves_rows_between_offset_pages_when_one_leaves_the_list(client, vendor_id):
    made = [make_bill(client, vendor_id, number=str(number)) for number in range(4)]
    query = {"max": 2, "filters": "archived:eq:false"}
    first = bills(client, **query)
    client.post(f"/v3/bills/{made[0]['id']}/archive")
    assert numbers(bills(client, **query, page=first["nextPage"])) == ["3"]


def test_it_keeps_keyset_pages_steady_when_a_row_leaves_the_list():
    client = token_client(make_world(paging="keyset"))
    vendor_id = make_vendor(client)["id"]
    made = [make_bill(client, vendor_id, number=str(number)) for number in range(4)]
    query = {"max": 2, "filters": "archived:eq:false"}
    first = bills(client, **query)
    client.post(f"/v3/bills/{made[0]['id']}/archive")
    assert numbers(bills(client, **query, page=first["nextPage"])) == ["2", "3"]


def test_it_refuses_a_token_of_another_query_and_nonsense(client, vendor_id):
    for number in "abc":
        make_bill(client, vendor_id, number=number)
    token = bills(client, max=1)["nextPage"]
    for params in ({"max": 2, "page": token}, {"max": 1, "page": "x"}, {"max": 1, "page": "bnVsbA"}):
        assert client.get("/v3/bills", params=params).status_code == 400


def test_it_lets_tokens_age_where_switched_so():
    world = make_world(page_token_life_s=60)
    client = token_client(world)
    vendor_id = make_vendor(client)["id"]
    for number in "ab":
        make_bill(client, vendor_id, number=number)
    token = bills(client, max=1)["nextPage"]
    assert numbers(bills(client, max=1, page=token)) == ["b"]
    world.advance(61)
    assert client.get("/v3/bills", params={"max": 1, "page": token}).status_code == 400


def test_it_ends_with_an_empty_token_where_switched_so():
    client = token_client(make_world(empty_next_page=True))
    assert bills(client)["nextPage"] == ""


def test_it_repeats_a_page_token_where_switched_so():
    client = token_client(make_world(repeats_page_token=True))
    vendor_id = make_vendor(client)["id"]
    for number in "abc":
        make_bill(client, vendor_id, number=number)
    token = bills(client, max=1)["nextPage"]
    assert bills(client, max=1, page=token)["nextPage"] == token


def test_it_filters_bills_by_vendor_and_time(world, client, vendor_id):
    make_bill(client, make_vendor(client, "Other")["id"], number="other")
    make_bill(client, vendor_id, number="old")
    world.advance(3600)
    make_bill(client, vendor_id, number="new")
    window = 'updatedTime:gte:"2026-11-21T12:30:00.000Z",updatedTime:lt:"2026-11-21T13:30:00.000+00:00"'
    assert numbers(bills(client, filters=f"vendorId:eq:{vendor_id},{window}")) == ["new"]


@pytest.mark.parametrize(
    "time",
    [
        '"2026-11-21T12:00:00.000Z"',
        '"2026-11-21T12:00:00Z"',
        '"2026-11-21T12:00:00.000"',
        '"2026-11-21T12:00:00"',
        '"2026-11-21T12:00"',
        '"2026-11-21"',
        "2026-11-21",
    ],
)
def test_it_reads_the_documented_forms_of_a_time(client, vendor_id, time):
    make_bill(client, vendor_id, number="a")
    assert numbers(bills(client, filters=f"createdTime:gte:{time}")) == ["a"]


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ("billId:eq:x", "BDC_1130"),
        ("invoice.invoiceNumber:eq:1", "BDC_1130"),
        ("purchaseOrderNumber:eq:1", "BDC_1130"),
        ("approvalStatus:eq:APPROVED", "BDC_1130"),
        ("vendorId:sw:009", "BDC_1131"),
        ("dueDate:eq:2026-11-21", "BDC_1131"),
        ("updatedTime:gte:2026-11-21T12:00:00.000Z", "BDC_1119"),
        ("vendorId:in:a,b", "BDC_1119"),
        ("vendorId:eq", "BDC_1119"),
        ("vendorId:eq:", "BDC_1119"),
        ("archived:eq:yes", "BDC_1119"),
        ("archived:eq:true,", "BDC_1119"),
        ('updatedTime:gte:"yesterday"', "BDC_1119"),
    ],
)
def test_it_refuses_filters_that_the_list_does_not_document(client, filters, code):
    answer = client.get("/v3/bills", params={"filters": filters})
    assert (answer.status_code, codes(answer)) == (400, [code])


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("name:eq:Acme", ["Acme"]),
        ('name:sw:"acm"', ["Acme", "Acme Two"]),
        ('accountType:nin:"NONE,PERSON"', ["Acme"]),
        ("address.country:ne:US", ["Berg"]),
        ("billCurrency:eq:EUR", ["Berg"]),
    ],
)
def test_it_filters_vendors(client, filters, found):
    make_vendor(client, "Acme", accountType="BUSINESS")
    make_vendor(client, "Acme Two", accountType="PERSON")
    abroad = {"line1": "Weg 1", "city": "Bonn", "zipOrPostalCode": "53111", "country": "DE"}
    make_vendor(client, "Berg", accountType="NONE", billCurrency="EUR", address=abroad)
    assert [row["name"] for row in good(client.get("/v3/vendors", params={"filters": filters}))["results"]] == found


@pytest.mark.parametrize("name", ["name:eq:Smith, John", 'name:eq:"Smith, John"', 'name:eq:"A:B"', 'name:eq:5" pipe'])
def test_it_cannot_filter_by_a_value_with_a_delimiter(client, name):
    assert client.get("/v3/vendors", params={"filters": name}).status_code == 400


@pytest.mark.parametrize("field", ["taxId", "email", "accountNumber"])
def test_it_does_not_filter_vendors_by_what_is_not_documented(client, field):
    assert codes(client.get("/v3/vendors", params={"filters": f"{field}:eq:x"})) == ["BDC_1130"]


def test_it_rejects_payments_filtered_by_bill(client):
    assert codes(client.get("/v3/payments", params={"filters": "billId:eq:00n"})) == ["BDC_1130"]


def test_it_filters_payments_by_vendor_and_status(world, client, vendor_id):
    for number in "ab":
        advance(
            world,
            make_bill(client, vendor_id, number=number)["id"],
            "paid",
            status={"a": "SENT", "b": "SCHEDULED"}[number],
        )
    for status in ("PAID", "SCHEDULED"):
        found = walk(client, "/v3/payments", max=10, filters=f"vendorId:eq:{vendor_id},status:eq:{status}")
        assert [row["status"] for row in found] == [status]


@pytest.mark.parametrize("sort", ["amount:asc", "dueDate", "dueDate:up", "vendorId:asc"])
def test_it_refuses_sorts_that_the_list_does_not_document(client, sort):
    assert client.get("/v3/bills", params={"sort": sort}).status_code == 400


def test_it_refuses_parameters_that_do_not_exist(client):
    assert client.get("/v3/bills", params={"limit": "5"}).status_code == 400


def test_it_shows_an_older_version_while_the_search_lags(world, client, vendor_id):
    bill = make_bill(client, vendor_id, description="old")
    world.advance(120)
    client.patch(f"/v3/bills/{bill['id']}", json={"description": "new"})
    make_bill(client, vendor_id, number="unseen")
    control(world).post("/faults/billcom", json={"rules": [{"kind": "search_lag", "value_s": 60}]})
    assert [row["description"] for row in bills(client)["results"]] == ["old"]
    assert good(client.get(f"/v3/bills/{bill['id']}"))["description"] == "new"
    world.advance(61)
    assert len(bills(client)["results"]) == 2
