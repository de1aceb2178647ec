"""Lists: envelope, cursor, order, filters, deleted rows, missing stamps, index lag: vendor sections 0 and 2."""

import base64
import json
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.connectors.chargebee.simulator import invoices, people
from integrations.connectors.chargebee.tests.simulator_helpers import (
    NOON,
    READ_ONLY,
    api,
    control,
    make_world,
    site_of,
    walk,
)
from integrations.sandbox.app import Request

RESOURCES = ("customers", "subscriptions", "invoices", "credit_notes", "transactions", "items", "item_prices", "events")
AUTHORIZED = {"authorization": "Basic " + base64.b64encode(f"{READ_ONLY}:".encode()).decode()}


@pytest.fixture(scope="module")
def world():
    return make_world(customers=30)


@pytest.fixture
def client(world):
    return api(world)


def test_it_wraps_each_object_under_its_singular_name(client):
    page = client.get("/invoices", params={"limit": 1}).json()
    assert page["list"][0]["invoice"]["object"] == "invoice"


def test_it_gives_ten_unless_asked(client):
    assert len(client.get("/invoices").json()["list"]) == 10


@pytest.mark.parametrize("limit", ["0", "101", "500", "x", "-1", ""])
def test_it_refuses_limits_outside_1_to_100(client, limit):
    answer = client.get("/invoices", params={"limit": limit})
    assert (answer.status_code, answer.json()["param"]) == (400, "limit")


def test_it_gives_the_cursor_as_a_string_that_holds_a_list(client):
    cursor = client.get("/invoices", params={"limit": 2}).json()["next_offset"]
    assert isinstance(cursor, str)
    assert [type(part) for part in json.loads(cursor)] == [str, str]


@pytest.mark.parametrize("offset", ["2", "[1,2]", "[", '["a","b"]', "x" * 1001])
def test_it_refuses_cursors_it_never_gave(client, offset):
    answer = client.get("/invoices", params={"offset": offset})
    assert (answer.status_code, answer.json()["param"]) == (400, "offset")


def test_it_leaves_the_cursor_out_at_the_end(client):
    assert "next_offset" not in client.get("/item_families", params={"limit": 100}).json()


def test_it_gives_an_empty_list_and_nothing_else():
    assert api(make_world()).get("/invoices").json() == {"list": []}


@pytest.mark.parametrize("path", RESOURCES)
def test_it_pages_through_everything_once(world, client, path):
    living = {
        one["id"] for one in site_of(world).every(path) if not one.get("deleted") and one.get("status") != "deleted"
    }
    walked = [one["id"] for one in walk(client, path, limit=7)]
    assert len(walked) == len(set(walked))
    assert set(walked) == living


def test_it_lists_currencies_under_a_path_of_their_own(client):
    answer = client.get("/currencies/list").json()
    assert {element["currency"]["currency_code"] for element in answer["list"]} == {"USD", "EUR", "GBP", "JPY", "KWD"}


def test_it_lists_newest_first_without_a_sort(client):
    numbers = [int(one["id"].removeprefix("INV-")) for one in walk(client, "invoices", limit=100)]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize("sort", [{"sort": "updated_at[asc]"}, {"sort_by[asc]": "created"}, {"sort_by": "updated_at"}])
def test_it_ignores_sorts_it_does_not_know(client, sort):
    usual = client.get("/invoices").json()
    assert client.get("/invoices", params=sort).json() == usual


def test_it_sorts_credit_notes_by_date_only(client):
    usual = client.get("/credit_notes").json()
    assert client.get("/credit_notes", params={"sort_by[asc]": "updated_at"}).json() == usual


@pytest.mark.parametrize(
    ("path", "attribute"),
    [
        ("invoices", "updated_at"),
        ("invoices", "date"),
        ("credit_notes", "date"),
        ("transactions", "updated_at"),
        ("customers", "updated_at"),
        ("item_prices", "name"),
        ("items", "id"),
        ("events", "occurred_at"),
    ],
)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_it_sorts_over_all_pages(client, path, attribute, direction):
    blank = "" if attribute in ("id", "name") else 0
    keys = [one.get(attribute, blank) for one in walk(client, path, limit=20, **{f"sort_by[{direction}]": attribute})]
    assert keys == sorted(keys, reverse=direction == "desc")


def test_it_may_ignore_the_sort_of_customers_as_was_once_captured():
    world = make_world(customers=12)
    client = api(world)
    control(world).post("/limits/chargebee", json={"honours_customer_sort": False})
    assert client.get("/customers", params={"sort_by[asc]": "updated_at"}).json() == client.get("/customers").json()


@pytest.mark.parametrize("spelled", ['["paid","posted"]', "['paid', 'posted']", "[paid,posted]", "[paid, posted]"])
def test_it_reads_lists_in_every_syntax_seen(client, spelled):
    found = walk(client, "invoices", limit=100, **{"status[in]": spelled})
    assert {one["status"] for one in found} == {"paid", "posted"}


@pytest.mark.parametrize(
    "spelled", ["[1700000000,1900000000]", "['1700000000', '1900000000']", '["1700000000","1900000000"]']
)
def test_it_reads_ranges_in_every_syntax_seen(client, spelled):
    assert walk(client, "invoices", limit=100, **{"date[between]": spelled})


def test_it_includes_both_ends_of_a_range(client):
    one = walk(client, "transactions", limit=100)[5]
    found = walk(client, "transactions", limit=100, **{"date[between]": f"[{one['date']},{one['date']}]"})
    assert one["id"] in {other["id"] for other in found}


@pytest.mark.parametrize(
    "params",
    [
        {"customer_id": "nobody"},
        {"customer_id[equals]": "nobody"},
        {"unheard_of[is]": "x"},
        {"date[gte]": "4000000000"},
        {"date[gt]": "4000000000"},
        {"total[after]": "1"},
        {"status[in]": "paid"},
        {"status[in]": '["paid"'},
        {"updated_at[between]": "[1]"},
        {"updated_at[after]": "yesterday"},
        {"status[starts_with]": "zzz"},
        {"total[is_present]": "false"},
        {"recurring[is]": "maybe"},
    ],
)
def test_it_silently_ignores_filters_it_cannot_read(client, params):
    assert client.get("/invoices", params=params).json() == client.get("/invoices").json()


@pytest.mark.parametrize(
    ("path", "params", "holds"),
    [
        ("invoices", {"status[is]": "posted"}, lambda one: one["status"] == "posted"),
        ("invoices", {"status[is_not]": "paid"}, lambda one: one["status"] != "paid"),
        ("invoices", {"total[gte]": "100000"}, lambda one: one["total"] >= 100_000),
        ("invoices", {"amount_due[gt]": "0"}, lambda one: one["amount_due"] > 0),
        ("invoices", {"recurring[is]": "true"}, lambda one: one["recurring"] is True),
        ("invoices", {"subscription_id[is_present]": "false"}, lambda one: "subscription_id" not in one),
        ("invoices", {"dunning_status[is_present]": "true"}, lambda one: "dunning_status" in one),
        ("credit_notes", {"type[in]": '["store","adjustment"]'}, lambda one: one["type"] in ("store", "adjustment")),
        ("transactions", {"type[is]": "refund"}, lambda one: one["type"] == "refund"),
        ("transactions", {"payment_method[not_in]": "[card]"}, lambda one: one["payment_method"] != "card"),
        ("customers", {"email[starts_with]": "billing+1"}, lambda one: one.get("email", "").startswith("billing+1")),
        ("customers", {"email[is_present]": "false"}, lambda one: "email" not in one),
        ("item_prices", {"currency_code[is]": "KWD"}, lambda one: one["currency_code"] == "KWD"),
        ("subscriptions", {"status[is]": "cancelled"}, lambda one: one["status"] == "cancelled"),
        ("events", {"event_type[in]": '["customer_created"]'}, lambda one: one["event_type"] == "customer_created"),
    ],
)
def test_it_filters_on_what_it_knows(client, path, params, holds):
    everything = walk(client, path, limit=100)
    wanted = [one["id"] for one in everything if holds(one)]
    assert wanted
    assert [one["id"] for one in walk(client, path, limit=100, **params)] == wanted


def test_it_filters_on_the_parent_of_a_customer(client):
    child = next(one for one in walk(client, "customers", limit=100) if "relationship" in one)
    parent = child["relationship"]["parent_id"]
    found = walk(client, "customers", limit=100, **{"relationship[parent_id][is]": parent})
    assert {one["relationship"]["parent_id"] for one in found} == {parent}


def test_it_filters_subscriptions_by_what_they_hold(client):
    price = walk(client, "subscriptions", limit=1)[0]["subscription_items"][0]["item_price_id"]
    found = walk(client, "subscriptions", limit=100, **{"item_price_id[is]": price})
    assert all(price in {line["item_price_id"] for line in one["subscription_items"]} for one in found)


def test_it_takes_event_times_at_and_after_their_bounds(client):
    one = walk(client, "events", limit=100)[50]
    bounds = {"start_time": one["occurred_at"], "end_time": one["occurred_at"]}
    found = walk(client, "events", limit=100, **bounds)
    assert one["id"] in {other["id"] for other in found}
    assert {other["occurred_at"] for other in found} == {one["occurred_at"]}


def test_it_finds_events_by_their_ids(client):
    ids = sorted(one["id"] for one in walk(client, "events", limit=100)[:40:3])
    found = walk(client, "events", limit=100, **{"id[in]": json.dumps(ids)})
    assert sorted(one["id"] for one in found) == ids


@pytest.mark.parametrize("path", ["customers", "invoices"])
def test_it_shows_deleted_rows_only_on_request(client, path):
    usual = walk(client, path, limit=100)
    whole = walk(client, path, limit=100, include_deleted="true")
    assert not any(one["deleted"] for one in usual)
    assert any(one["deleted"] for one in whole)


def test_it_shows_deleted_items_by_status_only(client):
    usual = {one["status"] for one in walk(client, "items", limit=100, include_deleted="true")}
    asked = {one["status"] for one in walk(client, "items", limit=100, **{"status[in]": '["deleted"]'})}
    assert (usual, asked) == ({"active", "archived"}, {"deleted"})


@pytest.mark.parametrize("path", ["customers", "invoices", "transactions"])
def test_it_hides_rows_without_a_stamp_from_every_stamp_filter(client, path):
    whole = {one["id"] for one in walk(client, path, limit=100, include_deleted="true")}
    bare = {one["id"] for one in walk(client, path, limit=100, include_deleted="true") if "updated_at" not in one}
    filtered = {
        one["id"] for one in walk(client, path, limit=100, include_deleted="true", **{"updated_at[after]": "0"})
    }
    assert bare
    assert filtered == whole - bare


def test_it_lists_a_card_beside_its_customer(client):
    elements = client.get("/customers", params={"limit": 100}).json()["list"]
    assert {frozenset(element) for element in elements} == {frozenset({"customer"}), frozenset({"customer", "card"})}


def test_it_lists_the_customer_beside_a_subscription(client):
    element = client.get("/subscriptions", params={"limit": 1}).json()["list"][0]
    assert element["customer"]["id"] == element["subscription"]["customer_id"]


def test_it_reads_one_object_by_an_id_with_a_slash(world, client):
    key = next(one["id"] for one in site_of(world).every("customers") if "/" in one["id"])
    assert client.get(f"/customers/{key}").json()["customer"]["id"] == key


def test_it_reads_the_payments_of_an_invoice(client):
    invoice = next(one for one in walk(client, "invoices", limit=100) if len(one["linked_payments"]) > 1)
    answer = client.get(f"/invoices/{invoice['id']}/payments").json()
    ids = [element["transaction"]["id"] for element in answer["list"]]
    assert ids == [row["txn_id"] for row in invoice["linked_payments"]]


def test_it_does_not_read_a_deleted_object_singly(world, client):
    key = next(one["id"] for one in site_of(world).every("invoices") if one["deleted"])
    assert client.get(f"/invoices/{key}").status_code == 404


def test_it_never_writes_null(client):
    bodies = [client.get(f"/{path}", params={"limit": 100}).text for path in RESOURCES]
    assert not any(":null" in body for body in bodies)


def test_it_loses_and_doubles_nothing_of_what_was_there_when_rows_are_added():
    world = make_world(customers=12)
    client, site = api(world), site_of(world)
    there = {one["id"] for one in walk(client, "customers", limit=100)}
    params, seen = {"limit": 5}, []
    for _ in range(20):
        page = client.get("/customers", params=params).json()
        seen += [element["customer"]["id"] for element in page["list"]]
        people.add_customer(site, preferred_currency_code="USD")
        if "next_offset" not in page:
            break
        params["offset"] = page["next_offset"]
    assert sorted(seen) == sorted(there)


def test_it_gives_a_changed_row_again_when_walking_by_stamp():
    world = make_world(customers=12)
    client, site = api(world), site_of(world)
    first = client.get("/invoices", params={"limit": 10, "sort_by[asc]": "updated_at"}).json()
    moved = first["list"][3]["invoice"]["id"]
    invoices.edit_invoice(site, moved, "seen twice")
    rest = walk(client, "invoices", limit=100, offset=first["next_offset"], **{"sort_by[asc]": "updated_at"})
    assert rest[-1]["id"] == moved


def test_it_lists_what_is_new_only_when_the_index_has_caught_up():
    world = make_world(customers=3)
    control(world).post("/limits/chargebee", json={"index_lag_s": 30})
    client, made = api(world), people.add_customer(site_of(world), "late-one")
    before = {one["id"] for one in walk(client, "customers", limit=100)}
    world.advance(31)
    after = {one["id"] for one in walk(client, "customers", limit=100)}
    assert (made["id"] in before, made["id"] in after) == (False, True)


def test_it_lists_the_old_version_while_the_index_lags():
    world = make_world(customers=3)
    control(world).post("/faults/chargebee", json={"rules": [{"kind": "index_lag", "value_s": 300}]})
    client, site = api(world), site_of(world)
    key = site.every("customers")[0]["id"]
    people.change_customer(site, key, company="Renamed Ltd")
    listed = next(one for one in walk(client, "customers", limit=100) if one["id"] == key)
    single = client.get(f"/customers/{key}").json()["customer"]
    assert (listed.get("company") == "Renamed Ltd", single["company"]) == (False, "Renamed Ltd")


def test_it_finds_events_at_once_whatever_the_index():
    world = make_world(customers=3)
    control(world).post("/faults/chargebee", json={"rules": [{"kind": "index_lag"}]})
    site = site_of(world)
    people.change_customer(site, site.every("customers")[0]["id"], company="Renamed Ltd")
    newest = api(world).get("/events", params={"limit": 1}).json()["list"][0]["event"]
    assert newest["content"]["customer"]["company"] == "Renamed Ltd"


def test_it_serves_plans_and_addons_of_the_older_catalogue():
    world = make_world()
    control(world).post("/generate/chargebee", json={"site": "acme-classic-test", "customers": 5, "months": 2})
    client = api(world, "test_SandboxClassicReadOnly", "acme-classic-test.chargebee.com")
    kinds = {line["entity_type"] for one in walk(client, "invoices", limit=100) for line in one["line_items"]}
    assert walk(client, "plans", limit=100)
    assert walk(client, "addons", limit=100)
    assert kinds <= {"plan", "addon", "adhoc"}


@settings(max_examples=150, deadline=None)
@given(
    path=st.sampled_from([*RESOURCES, "currencies/list", "currencies", "invoices/x/payments", "../..", "%00", "é"]),
    params=st.dictionaries(
        st.sampled_from(
            ["limit", "offset", "sort_by[asc]", "status[in]", "updated_at[between]", "id[is]", "total[gt]",
             "start_time", "include_deleted", "relationship[parent_id][is]", "x", "[", "is_present[is_present]"]
        ),
        st.text(max_size=20) | st.sampled_from(["[" * 990, "[1,2]", "['", '["a"]', "100", "²", "-0", "9" * 40]),
        max_size=4,
    ),
)  # fmt: skip
def test_it_never_breaks_on_what_is_asked(world, path, params):
    request = Request.make("GET", f"/api/v2/{path}?{urlencode(params)}", {"host": "127.0.0.1", **AUTHORIZED})
    assert world.simulators["chargebee"].handle(request).status in (200, 400, 404)


@pytest.mark.parametrize("header", ["Basic é", "Basic " + "A" * 999, "\x00"])
def test_it_never_breaks_on_credentials(world, header):
    request = Request.make("GET", "/api/v2/customers", {"host": "127.0.0.1", "authorization": header})
    assert world.simulators["chargebee"].handle(request).status == 401


def test_it_knows_webhook_statuses_of_six_days_only(world, client):
    midnight = int(NOON.timestamp()) - 6 * 86_400
    found = walk(client, "events", limit=100, **{"webhook_status[is]": "not_configured"})
    assert found
    assert all(one["occurred_at"] >= midnight for one in found)


def test_it_lists_the_version_without_stamps_once_the_index_has_caught_up():
    world = make_world(customers=3)
    control(world).post("/limits/chargebee", json={"index_lag_s": 30})
    site = site_of(world)
    key = site.every("customers")[0]["id"]
    site.change_quietly("customers", key, updated_at=None, resource_version=None)
    world.advance(31)
    listed = next(one for one in walk(api(world), "customers", limit=100) if one["id"] == key)
    assert "updated_at" not in listed
