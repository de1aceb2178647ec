"""The simulator reads as sections 0, 1 and 3 of the vendor file say: discovery, shapes, query options, errors."""

import pytest

from integrations.connectors.acumatica.tests.simulator_helpers import (
    CB,
    ENDPOINT,
    anonymous,
    fault,
    good,
    line,
    make_customer,
    make_invoice,
    make_world,
    released_invoice,
    released_payment,
    reread,
    signed_in,
    tenant_of,
    values,
    wrap,
)


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    client = signed_in(world)
    make_customer(client)
    return client


def found(client, text, entity="SalesInvoice", **params):
    return good(client.get(f"/{entity}", params={"$filter": text, **params}))


def numbers(rows):
    return {row["ReferenceNbr"]["value"] for row in rows}


# 1. discovery


def test_it_lists_system_endpoints_to_anybody(world):
    listed = good(anonymous(world).get("/entity"))
    assert {row["version"] for row in listed["endpoints"]} >= {"20.200.001", "24.200.001", "25.200.001"}
    assert {row["name"] for row in listed["endpoints"]} == {"Default"}


def test_it_lists_custom_endpoints_to_those_signed_in(world):
    names = {row["name"] for row in good(signed_in(world, "/entity").get(""))["endpoints"]}
    assert names == {"Default", "Connector"}


def test_it_can_list_endpoints_as_older_builds_did():
    assert isinstance(good(anonymous(make_world(endpoint_list="array")).get("/entity")), list)


@pytest.mark.parametrize("path", ["/entity/Default/18.200.001/Customer", "/entity/Mine/1/Customer", f"{ENDPOINT}/Nope"])
def test_it_answers_404_for_an_unknown_endpoint_version_or_entity(client, world, path):
    client.base_url = anonymous(world).base_url
    assert client.get(path).status_code == 404


def test_it_knows_fields_by_the_version_of_the_endpoint(world, client):
    make_invoice(client)
    old = good(signed_in(world, "/entity/Default/22.200.001").get("/SalesInvoice"))[0]
    assert "LastModifiedDateTime" not in old


def test_it_offers_cash_accounts_and_terms_only_at_the_custom_endpoint(world, client):
    assert client.get("/CashAccount").status_code == 404
    assert good(signed_in(world, "/entity/Connector/1.0.0").get("/Terms/30D"))["DueDay"]["value"] == 30


def test_it_serves_its_schema(client):
    schema = good(client.get("/swagger.json"))
    assert schema["openapi"] == "3.0.1"
    assert "/SalesInvoice/ReleaseSalesInvoice" in schema["paths"]


def test_it_wants_a_sign_in_for_entities(world):
    assert anonymous(world).get(ENDPOINT + "/Customer").status_code == 401


# 3.1 shapes


def test_it_wraps_values_and_shows_empty_ones_as_empty_objects(client):
    row = make_invoice(client)
    assert (row["CustomerID"], row["Project"]) == ({"value": CB}, {})
    assert {"id", "rowNumber", "note", "custom", "_links"} <= row.keys()


def test_it_expands_nothing_unless_named(client):
    assert "Details" not in make_invoice(client)
    assert len(make_invoice(client, expand="Details")["Details"]) == 1


def test_it_wants_parent_and_path_to_expand_what_is_nested(client):
    one = good(client.get(f"/Customer/{CB}", params={"$expand": "MainContact"}))
    assert "Address" not in one["MainContact"]
    one = good(client.get(f"/Customer/{CB}", params={"$expand": "MainContact,MainContact/Address"}))
    assert "Country" in one["MainContact"]["Address"]


def test_it_refuses_the_odata_form_of_expand(client):
    assert client.get("/Customer", params={"$expand": "MainContact($expand=Address)"}).status_code == 400


@pytest.mark.parametrize("option", ["$orderby", "$count", "$inlinecount"])
def test_it_refuses_options_that_the_contract_does_not_have(client, option):
    assert client.get("/Customer", params={option: "x"}).status_code == 400


def test_it_shows_dates_at_midnight_in_the_tenants_zone(world, client):
    order_zone = tenant_of(world).options
    order_zone.timezone_offset_min = 240
    assert make_invoice(client)["Date"]["value"] == "2026-03-31T00:00:00+04:00"


def test_it_gives_fields_off_the_contract_by_custom(client):
    made = make_invoice(client)
    one = reread(client, "SalesInvoice", made, **{"$custom": "Document.TermsID,Document.FinPeriodID"})
    assert one["custom"]["Document"]["FinPeriodID"] == {"type": "CustomStringField", "value": "032026"}
    assert one["custom"]["Document"]["TermsID"]["value"] == "30D"


# 3.2 query options


def test_it_filters_by_text_and_key(client):
    number = make_invoice(client)["ReferenceNbr"]["value"]
    make_invoice(client, CustomerOrder="CB-INV-901")
    assert numbers(found(client, "CustomerOrder eq 'CB-INV-900' and Type eq 'Invoice'")) == {number}
    assert numbers(found(client, "substringof('inv-900', CustomerOrder)")) == {number}
    assert numbers(found(client, "startswith(CustomerOrder, 'CB-INV') and endswith(CustomerOrder, '900')")) == {number}


def test_it_takes_a_doubled_quote_in_text(client):
    made = make_invoice(client, CustomerOrder="O'Hara")
    assert numbers(found(client, "CustomerOrder eq 'O''Hara'")) == {made["ReferenceNbr"]["value"]}


def test_it_filters_by_moment_date_number_and_truth(world, client):
    make_invoice(client)
    world.advance(60)
    later = make_invoice(client, CustomerOrder="B", Hold=True, Date="2026-04-01", lines=[line(120.5)])
    number = {later["ReferenceNbr"]["value"]}
    assert numbers(found(client, "LastModifiedDateTime gt datetimeoffset'2026-11-21T12:00:30.000+00:00'")) == number
    assert numbers(found(client, "Date gt date'2026-03-31'")) == number
    assert numbers(found(client, "Amount eq 120.5M")) == number
    assert numbers(found(client, "Hold eq true or Amount gt 1000")) == number


@pytest.mark.parametrize("text", ["Hold eq 'true'", "Amount eq '100'", "CustomerOrder eq 100", "Date gt '2026-04-01'"])
def test_it_answers_500_for_a_literal_of_the_wrong_type(client, text):
    answer = client.get("/SalesInvoice", params={"$filter": text})
    assert (answer.status_code, "incompatible types" in answer.text) == (500, True)


def test_it_finds_nothing_by_a_filter_on_details(client):
    make_invoice(client)
    assert found(client, "Details/InventoryID eq 'SAAS-PRO'") == []


def test_it_finds_nothing_by_fields_of_two_views(client):
    assert found(client, "AccountRef eq 'cb_cust_8xQz'", "Customer") != []
    assert found(client, f"AccountRef eq 'cb_cust_8xQz' and CustomerID eq '{CB}'", "Customer") == []


def test_it_filters_by_a_linked_field_and_by_a_field_off_the_contract(client):
    make_customer(client, "MAIL", MainContact=wrap(Email="ap@northwind.test"))
    assert len(found(client, "MainContact/Email eq 'ap@northwind.test'", "Customer")) == 1
    make_invoice(client)
    assert len(found(client, "cf.String(f='Document.FinPeriodID') eq '032026'")) == 1


def test_it_gives_all_rows_without_top_and_pages_a_quiet_list(client):
    made = {make_invoice(client, CustomerOrder=str(at))["ReferenceNbr"]["value"] for at in range(7)}
    assert numbers(good(client.get("/SalesInvoice"))) == made
    pages = [good(client.get("/SalesInvoice", params={"$top": 3, "$skip": at})) for at in (0, 3, 6, 9)]
    assert pages[3] == []
    assert set().union(*map(numbers, pages)) == made


def test_it_lists_in_no_order_to_rely_on(client):
    made = [make_invoice(client, CustomerOrder=str(at))["ReferenceNbr"]["value"] for at in range(12)]
    assert [row["ReferenceNbr"]["value"] for row in good(client.get("/SalesInvoice"))] != made


def test_it_walks_the_keys_in_their_order(client):
    made = [make_invoice(client, CustomerOrder=str(at))["ReferenceNbr"]["value"] for at in range(5)]
    rows = found(client, f"Type eq 'Invoice' and ReferenceNbr gt '{made[1]}'", **{"$top": 2})
    assert [row["ReferenceNbr"]["value"] for row in rows] == made[2:4]


def test_it_selects_fields(client):
    make_invoice(client)
    row = found(client, "Type eq 'Invoice'", **{"$select": "ReferenceNbr,Details/Qty", "$expand": "Details"})[0]
    assert "Amount" not in row
    assert row["Details"][0].keys() - {"id", "rowNumber", "note", "custom"} == {"Qty"}


# 3.3 single records, and 0.2, 0.4


def test_it_finds_by_keys_pipe_and_id(client):
    made = make_invoice(client)
    number = made["ReferenceNbr"]["value"]
    for path in (f"Invoice/{number}", f"Invoice|{number}", made["id"]):
        assert good(client.get(f"/SalesInvoice/{path}"))["id"] == made["id"]


def test_it_answers_500_for_a_missing_key(client):
    answer = client.get("/SalesInvoice/Invoice/AR999999")
    assert answer.status_code == 500
    assert answer.json()["exceptionType"].endswith("NoEntitySatisfiesTheConditionException")


def test_it_cannot_list_the_application_history_but_shows_it_by_key(client):
    invoice = released_invoice(client)
    payment = released_payment(client, 100.0, [("Invoice", invoice["ReferenceNbr"]["value"], 100.0)])
    answer = client.get("/Payment", params={"$expand": "ApplicationHistory"})
    assert (answer.status_code, "Optimization cannot be performed" in answer.text) == (500, True)
    one = reread(client, "Payment", payment, **{"$expand": "ApplicationHistory"})
    assert values(one["ApplicationHistory"][0])["AmountPaid"] == 100


def test_it_shows_new_records_late_under_search_lag(world, client):
    fault(world, "search_lag", value_s=30)
    made = make_invoice(client)
    assert good(client.get("/SalesInvoice")) == []
    reread(client, "SalesInvoice", made)
    world.advance(31)
    assert numbers(good(client.get("/SalesInvoice"))) == {made["ReferenceNbr"]["value"]}


@pytest.mark.parametrize("entity", ["Account", "Currency", "Ledger", "NonStockItem", "PaymentMethod", "TaxZone", "Tax"])
def test_it_is_set_up_with_reference_records(client, entity):
    assert good(client.get(f"/{entity}"))


def test_it_names_the_cash_accounts_of_a_payment_method(client):
    one = good(client.get("/PaymentMethod/WIRE", params={"$expand": "AllowedCashAccounts"}))
    assert values(one["AllowedCashAccounts"][0])["CashAccount"] == "10200"


def test_it_gives_branches_by_an_inquiry_that_is_put(client):
    rows = good(client.put("/CompaniesStructure", params={"$expand": "Results"}, json={}))["Results"]
    assert {values(row)["BranchID"] for row in rows} == {"MAIN", "EMEA"}
    assert client.get("/CompaniesStructure").status_code == 500


def test_it_sums_accounts_by_an_inquiry(client):
    released_invoice(client)
    asked = wrap(Ledger="ACTUAL", Period="032026")
    rows = good(client.put("/AccountSummaryInquiry", params={"$expand": "Results"}, json=asked))["Results"]
    assert {values(row)["Account"]: values(row)["EndingBalance"] for row in rows} == {"11000": 100, "40000": 100}


def test_it_answers_403_where_the_feature_is_off():
    assert signed_in(make_world(subaccounts_on=False)).get("/Subaccount").status_code == 403


@pytest.mark.parametrize(
    "text", ["Hold", "Hold eq", "(Hold eq true", "Nope eq 1", "Date gt datetimeoffset'x'", "substringof('a')", "%"]
)
def test_it_answers_500_for_a_filter_that_it_cannot_read(client, text):
    assert client.get("/SalesInvoice", params={"$filter": text}).status_code == 500


def test_it_compares_an_empty_field_with_null(client):
    make_invoice(client)
    assert len(found(client, "Project eq null")) == 1
    assert found(client, "Hold gt null") == []
