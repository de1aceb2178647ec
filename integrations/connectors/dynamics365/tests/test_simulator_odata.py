"""Reads, keys, filters, pages, batches, metadata (facts: vendor file, sections 1, 3 and 4)."""

import base64
import json
from xml.etree import ElementTree

import pytest

from integrations.connectors.dynamics365.simulator.directory import HOST
from integrations.connectors.dynamics365.tests.simulator_helpers import (
    CROSS,
    ENUM,
    add_line,
    good,
    listed,
    make_customer,
    make_journal,
    make_payment,
    make_world,
    ready,
    reason,
    sample,
    signed_in,
)


@pytest.fixture
def client():
    return ready()[1]


def names(rows):
    return [row["CustomerAccount"] for row in rows]


def test_a_read_without_cross_company_sees_the_default_company_alone(client):
    assert good(client.get("/CustomersV3"))["value"] == []
    assert names(listed(client, "CustomersV3")) == ["C-01"]


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_a_key_of_another_company_needs_cross_company_too(client, method):
    url = "/CustomersV3(dataAreaId='usmf',CustomerAccount='C-01')"
    content = {"json": {"OrganizationName": "X"}} if method == "PATCH" else {}
    assert client.request(method, url, **content).status_code == 404
    assert client.request(method, url, params=CROSS, **content).status_code in (200, 204)


def test_companies_compare_without_regard_to_case(client):
    assert names(listed(client, "CustomersV3", "dataAreaId eq 'USMF'")) == ["C-01"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CustomerAccount eq 'C-01'", ["C-01"]),
        ("CustomerAccount eq 'C*'", ["C-01"]),
        ("OrganizationName eq '*robot*'", ["C-01", "D-02"]),
        ("CustomerAccount ne 'C-01'", ["D-02"]),
        ("CustomerAccount gt 'C-01'", ["D-02"]),
        ("not (CustomerAccount eq 'C-01') and SalesCurrencyCode eq 'EUR'", ["D-02"]),
        ("CustomerAccount eq 'C-01' or CustomerAccount eq 'D-02'", ["C-01", "D-02"]),
        ("OrganizationName eq 'O''Brien Robots'", ["D-02"]),
        ("(CreditLimit add 5) mul 2 eq 30", ["D-02"]),
        ("CreditLimit ge 10 and CreditLimit lt 11", ["D-02"]),
        (f"OnHoldStatus eq {ENUM}.CustVendBlocked'All'", []),
        (f"OnHoldStatus ne {ENUM}.CustVendBlocked'All'", ["C-01", "D-02"]),
    ],
)
def test_it_filters_by_the_documented_grammar(client, text, found):
    make_customer(client, "D-02", OrganizationName="O'Brien Robots", SalesCurrencyCode="EUR", CreditLimit=10)
    assert names(listed(client, "CustomersV3", text)) == found


@pytest.mark.parametrize(
    "text",
    [
        "CustomerAccount in ('C-01')",
        "startswith(CustomerAccount,'C')",
        "contains(CustomerAccount,'C')",
        "OnHoldStatus eq 'No'",
        "OnHoldStatus eq CustVendBlocked'No'",
        f"OnHoldStatus gt {ENUM}.CustVendBlocked'No'",
        f"OnHoldStatus eq {ENUM}.CustVendBlocked'Nope'",
        "Unknown eq 'x'",
        "CustomerAccount eq",
        "CreditLimit eq 'x'",
        "CustomerAccount has 'x'",
    ],
)
def test_it_refuses_what_the_grammar_does_not_have(client, text):
    assert client.get("/CustomersV3", params={**CROSS, "$filter": text}).status_code == 400


@pytest.mark.parametrize("option", ["$search", "$apply", "$compute"])
def test_it_refuses_options_that_the_service_does_not_have(client, option):
    assert client.get("/CustomersV3", params={option: "x"}).status_code == 400


def test_a_date_field_sits_at_noon(client):
    journal = make_payment(client)
    one = f"JournalBatchNumber eq '{journal}' and TransactionDate"
    assert listed(client, "CustomerPaymentJournalLines", f"{one} eq 2026-11-21T00:00:00Z") == []
    half_open = f"{one} ge 2026-11-21T00:00:00Z and TransactionDate lt 2026-11-22T00:00:00Z"
    assert len(listed(client, "CustomerPaymentJournalLines", half_open)) == 1


def test_it_pages_with_a_link_to_the_next_rows_and_counts_all():
    world = make_world(page_size=10)
    client = signed_in(world)
    url, seen = f"https://{HOST}/data/Currencies?$count=true&$orderby=CurrencyCode%20desc", []
    page = good(client.get(url))
    assert page["@odata.count"] == 8
    world.simulators["dynamics365"].site.options.page_size = 3
    page = good(client.get(url))
    while page:
        seen += [row["CurrencyCode"] for row in page["value"]]
        page = good(client.get(page["@odata.nextLink"])) if "@odata.nextLink" in page else None
    assert seen == ["USD", "KWD", "JPY", "GBP", "EUR", "CHF", "CAD", "AUD"]


def test_it_skips_takes_and_selects(client):
    rows = listed(client, "Currencies", orderby="CurrencyCode", skip="1", top="2", select="CurrencyCode")
    assert [{name: row[name] for name in row if "@" not in name} for row in rows] == [
        {"CurrencyCode": "CAD"},
        {"CurrencyCode": "CHF"},
    ]


def test_it_expands_a_journal_with_its_lines(client):
    journal = make_journal(client)
    add_line(client, journal, AccountDisplayValue="401100", DebitAmount=5)
    (found,) = listed(client, "LedgerJournalHeaders", expand="LedgerJournalLine")
    assert [one["LineNumber"] for one in found["LedgerJournalLine"]] == [1]


def test_unset_properties_have_their_sentinels(client):
    journal = make_journal(client)
    made = add_line(client, journal, AccountDisplayValue="401100", DebitAmount=129.95, TransDate="2026-07-23")
    assert (made["ReverseDate"], made["TransDate"]) == ("1900-01-01T12:00:00Z", "2026-07-23T12:00:00Z")
    assert (made["Invoice"], made["ReverseEntry"], made["DebitAmount"]) == ("", "No", 129.95)


def test_an_etag_holds_record_version_and_id(client):
    made = make_customer(client, "E1")
    assert base64.b64decode(made["@odata.etag"][3:-1]).decode().startswith("'1,56371")


@pytest.mark.parametrize(
    "path",
    ["/Customersv3", "/CustomersV3(dataAreaId='usmf')", "/CustomersV3('C-01')", "/CustomersV3(CustomerAccount=1)/x"],
)
def test_an_address_that_matches_no_route_answers_with_a_capital_message(client, path):
    answer = client.get(path)
    assert (answer.status_code, list(answer.json())) == (404, ["Message"])


def test_a_quote_in_a_key_is_doubled(client):
    make_customer(client, "O'B")
    assert client.get("/CustomersV3(dataAreaId='usmf',CustomerAccount='O''B')", params=CROSS).status_code == 200


def test_a_missing_row_is_told_apart_from_a_missing_route(client):
    answer = client.get("/CustomersV3(dataAreaId='usmf',CustomerAccount='none')", params=CROSS)
    assert "segment" in reason(answer, 404)


def test_it_refuses_unknown_properties_wrong_types_and_deep_inserts(client):
    body = {"dataAreaId": "usmf", "JournalName": "GenJrn"}
    for extra in ({"Foo": 1}, {"Description": 5}, {"LedgerJournalLine": [{}]}, {"PostingLayer": "Nope"}):
        assert client.post("/LedgerJournalHeaders", json={**body, **extra}).status_code == 400
    assert listed(client, "LedgerJournalHeaders") == []


def test_it_refuses_a_patch_of_the_collection(client):
    assert client.patch("/CustomersV3", json={"OrganizationName": "X"}).status_code == 400


def test_a_stale_etag_is_refused(client):
    url = "/CustomersV3(dataAreaId='usmf',CustomerAccount='C-01')"
    etag = good(client.get(url, params=CROSS))["@odata.etag"]
    sent = {"params": CROSS, "json": {"OrganizationName": "New"}, "headers": {"If-Match": etag}}
    assert [client.patch(url, **sent).status_code for _ in range(2)] == [204, 412]


def test_a_duplicate_key_is_refused_with_the_infolog(client):
    answer = client.post("/CustomersV3", json={**sample("customer_request"), "CustomerAccount": "c-01"})
    assert "The record already exists." in reason(answer)


def batch(*changesets):
    lines = []
    for number, parts in enumerate(changesets):
        lines += ["--batch_1", f"Content-Type: multipart/mixed; boundary=changeset_{number}", ""]
        for id, (set_name, body) in enumerate(parts, 1):
            lines += [f"--changeset_{number}", "Content-Type: application/http", "Content-Transfer-Encoding: binary"]
            lines += [f"Content-ID: {id}", "", f"POST https://{HOST}/data/{set_name} HTTP/1.1"]
            lines += ["Content-Type: application/json;odata.metadata=minimal", "", json.dumps(body)]
        lines.append(f"--changeset_{number}--")
    return "\r\n".join([*lines, "--batch_1--", ""])


def test_a_changeset_is_all_or_nothing_and_others_are_independent(client):
    fine = {**sample("customer_request"), "CustomerAccount": "B1"}
    other, bad = {**fine, "CustomerAccount": "B2"}, {**fine, "CustomerAccount": "B3", "CustomerGroupId": "none"}
    content = batch([("CustomersV3", fine), ("CustomersV3", bad)], [("CustomersV3", other)])
    answer = client.post("/$batch", content=content, headers={"Content-Type": "multipart/mixed; boundary=batch_1"})
    assert (answer.text.count("HTTP/1.1 201"), answer.text.count("HTTP/1.1 400")) == (1, 1)
    assert names(listed(client, "CustomersV3")) == ["C-01", "B2"]


def test_the_metadata_is_edmx_with_annotations(client):
    tree = ElementTree.fromstring(client.get("/$metadata").text)
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    assert tree.find(f".//{edm}EntityContainer").get("Name") == "Resources"
    customer = next(one for one in tree.iter(f"{edm}EntityType") if one.get("Name") == "CustomerV3")
    needed = [
        one.get("Name") for one in customer.iter(f"{edm}Property") if "IsRequired" in ElementTree.tostring(one).decode()
    ]
    assert needed == ["CustomerGroupId", "SalesCurrencyCode"]


def test_the_light_metadata_tells_of_properties(client):
    found = good(client.get(f"https://{HOST}/Metadata/PublicEntities('LedgerJournalLine')"))
    assert (found["EntitySetName"], found["IsReadOnly"]) == ("LedgerJournalLines", False)
    assert {"Name", "TypeName", "DataType", "IsKey", "IsMandatory", "AllowEdit"} <= set(found["Properties"][0])


def test_the_service_document_lists_the_sets_with_or_without_a_slash(client):
    for url in ("/data", "/data/"):
        found = good(client.get(f"https://{HOST}{url}"))
        assert {"name": "CustomersV3", "kind": "EntitySet", "url": "CustomersV3"} in found["value"]


def test_a_label_has_a_text(client):
    assert good(client.get(f"https://{HOST}/Metadata/Labels(Id='@SYS:1',Language='en-us')"))["Value"]
