"""The simulator writes as section 4 of the vendor file says: upsert, wrapped values, rows by id, error bodies."""

import pytest

from integrations.connectors.acumatica.tests.simulator_helpers import (
    CB,
    control,
    errors_of,
    good,
    invoice_body,
    journal_body,
    line,
    make_customer,
    make_invoice,
    make_world,
    order,
    refused,
    released_invoice,
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


def lint_of(world):
    return control(world).get("/lint/acumatica").json()["ignored"]


# 4.1 upsert


def test_it_inserts_and_updates_with_200(client):
    first = make_customer(client, CustomerName="Northwind Two")
    assert first["CustomerName"]["value"] == "Northwind Two"
    assert len(good(client.get("/Customer"))) == 1


def test_it_updates_by_id_by_keys_and_by_filter(client):
    made = make_invoice(client)
    key = wrap(Type="Invoice", ReferenceNbr=made["ReferenceNbr"]["value"])
    for more, params in (({"id": made["id"]}, {}), (key, {}), ({}, {"$filter": "CustomerOrder eq 'CB-INV-900'"})):
        put = good(client.put("/SalesInvoice", params=params, json={**more, "Description": {"value": str(more)}}))
        assert (put["id"], put["Description"]["value"]) == (made["id"], str(more))


def test_it_numbers_documents_itself_and_so_doubles_a_repeated_put(client):
    assert make_invoice(client)["ReferenceNbr"] != make_invoice(client)["ReferenceNbr"]


def test_it_honours_the_preconditions(client):
    body = wrap(CustomerID=CB, CustomerName="X")
    assert client.put("/Customer", json=body, headers={"If-None-Match": "*"}).status_code == 412
    new = wrap(CustomerID="CB9", CustomerName="X")
    assert client.put("/Customer", json=new, headers={"If-Match": "*"}).status_code == 412
    assert client.put("/Customer", json=new, headers={"If-None-Match": "*"}).status_code == 200


def test_it_patches_what_exists_only(client):
    assert client.patch("/Customer", json=wrap(CustomerID=CB, CustomerName="P")).status_code == 200
    assert client.patch("/Customer", json=wrap(CustomerID="NOPE", CustomerName="P")).status_code == 404
    answer = client.patch("/Customer", json=wrap(CustomerID=CB), headers={"If-None-Match": "*"})
    assert answer.status_code == 412


def test_it_lacks_patch_on_older_builds(world, client):
    order(world, "options", patch_available=False)
    assert client.patch("/Customer", json=wrap(CustomerID=CB)).status_code == 405


def test_it_has_no_create_by_post(client):
    assert client.post("/Customer", json=wrap(CustomerName="X")).status_code == 406


def test_it_deletes_drafts_but_not_released_documents(client):
    draft, released = make_invoice(client), released_invoice(client, CustomerOrder="B")
    assert client.delete(f"/SalesInvoice/Invoice/{draft['ReferenceNbr']['value']}").status_code == 204
    assert client.delete(f"/SalesInvoice/{released['id']}").status_code == 500


def test_it_takes_branch_and_business_date_from_headers(client):
    headers = {"PX-CbApiBranch": "EMEA", "PX-CbApiBusinessDate": "2026/03/15"}
    body = invoice_body()
    del body["Date"]
    made = good(client.put("/SalesInvoice?$expand=FinancialDetails", json=body, headers=headers))
    assert made["FinancialDetails"]["Branch"]["value"] == "EMEA"
    assert made["Date"]["value"].startswith("2026-03-15")


# 4.2 values


@pytest.mark.parametrize(
    "bad", [{"CustomerName": "plain"}, {"Attributes": {"value": []}}, {"CreditLimit": wrap(value="x")}]
)
def test_it_answers_400_with_model_state_for_unwrapped_values(client, bad):
    answer = client.put("/Customer", json={**wrap(CustomerID="NEW"), **bad})
    assert answer.status_code == 400
    assert answer.json()["modelState"]


def test_it_answers_400_for_a_body_that_is_not_json(client):
    assert client.put("/Customer", content=b"{").status_code == 400


def test_it_drops_unknown_fields_without_a_word_but_notes_them(world, client):
    good(client.put("/Customer", json=wrap(CustomerID=CB, AcountRef="typo")))
    assert lint_of(world) == {"Customer.AcountRef": 1}


def test_it_can_refuse_unknown_fields(world, client):
    order(world, "options", unknown_fields="refuse")
    assert client.put("/Customer", json=wrap(CustomerID=CB, AcountRef="typo")).status_code == 400


def test_it_drops_fields_that_this_version_does_not_know(world, client):
    old = signed_in(world, "/entity/Default/23.200.001")
    good(old.put("/SalesInvoice", json=invoice_body()))
    assert {"SalesInvoice.Details.Account", "SalesInvoice.Details.SubAccount"} <= lint_of(world).keys()


def test_it_takes_numbers_as_text_codes_and_labels(client):
    made = make_invoice(client, Type="INV", lines=[line("100.00", Qty="2")])
    assert (made["Type"]["value"], made["Amount"]["value"]) == ("Invoice", 200)


def test_it_refuses_a_value_that_is_not_in_the_list(client):
    assert "Type" in refused(client.put("/SalesInvoice", json=invoice_body(Type="Bill")))


def test_it_takes_custom_fields(client):
    body = {**invoice_body(), "custom": {"Document": {"TermsID": {"type": "CustomStringField", "value": "60D"}}}}
    assert good(client.put("/SalesInvoice", json=body))["DueDate"]["value"].startswith("2026-05-30")


def test_it_clears_a_field_by_null_but_not_by_an_empty_object(client):
    good(client.put("/Customer", json={"CustomerID": {"value": CB}, "AccountRef": {}}))
    assert good(client.get(f"/Customer/{CB}"))["AccountRef"]["value"] == "cb_cust_8xQz"
    good(client.put("/Customer", json={"CustomerID": {"value": CB}, "AccountRef": {"value": None}}))
    assert good(client.get(f"/Customer/{CB}"))["AccountRef"] == {}


def test_it_inserts_rows_that_are_sent_without_their_id(client):
    made = make_invoice(client, expand="Details")
    put = good(client.put("/SalesInvoice?$expand=Details", json={"id": made["id"], "Details": [line(5)]}))
    assert [values(row)["Amount"] for row in put["Details"]] == [100, 5]


def test_it_changes_and_removes_rows_by_id(client):
    made = make_invoice(client, expand="Details", lines=[line(100), line(5)])
    first, second = made["Details"]
    rows = [{"id": first["id"], **wrap(UnitPrice=70)}, {"id": second["id"], "delete": True}]
    put = good(client.put("/SalesInvoice?$expand=Details", json={"id": made["id"], "Details": rows}))
    assert ([values(row)["Amount"] for row in put["Details"]], put["Amount"]["value"]) == ([70], 70)


@pytest.mark.parametrize("field", ["CustomerOrder", "Description"])
def test_it_refuses_texts_that_are_too_long(client, field):
    assert field in refused(client.put("/SalesInvoice", json=invoice_body(**{field: "x" * 513})))


def test_it_can_cut_texts_that_are_too_long(world, client):
    order(world, "options", overlong="truncate")
    assert make_invoice(client, CustomerOrder="x" * 50)["CustomerOrder"]["value"] == "x" * 40


def test_it_drops_what_it_derives_itself(client):
    made = make_invoice(client, Status="Closed", Balance=1, Amount=7)
    assert (made["Status"]["value"], made["Balance"]["value"]) == ("Balanced", 100)


# 4.3 and 4.5 errors


def test_it_echoes_the_body_with_errors_beside_the_values(client):
    answer = client.put("/SalesInvoice", json=invoice_body("NOPE"))
    body = answer.json()
    assert (answer.status_code, body["ReferenceNbr"]["value"]) == (422, "<NEW>")
    assert body["CustomerID"] == {"value": "NOPE", "error": "'Customer' cannot be found in the system."}
    assert isinstance(body["error"], str)


def test_it_gives_the_rows_of_a_refused_body_their_ids_and_numbers(client):
    row = client.put("/SalesInvoice", json=invoice_body(lines=[line(Account="99999")])).json()["Details"][0]
    assert row.keys() >= {"id", "rowNumber"}


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"InventoryID": "NOPE"}, "Details.0.InventoryID"),
        ({"Account": "99999"}, "Details.0.Account"),
        ({"SubAccount": "9"}, "Details.0.SubAccount"),
        ({"TaxCategory": "NOPE"}, "Details.0.TaxCategory"),
        ({"BranchID": "NOPE"}, "Details.0.BranchID"),
    ],
)
def test_it_says_at_any_depth_what_is_wrong(client, more, place):
    assert place in refused(client.put("/SalesInvoice", json=invoice_body(lines=[line(**more)])))


def test_it_keeps_nothing_of_a_refused_write(world, client):
    refused(client.put("/SalesInvoice", json=invoice_body(lines=[line(), line(Account="99999")])))
    assert tenant_of(world).store.of("ar") == []
    assert make_invoice(client)["ReferenceNbr"]["value"] == "AR004711"


def test_it_words_a_concurrent_change_as_500(world, client):
    order(world, "options", concurrency_conflicts=1)
    answer = client.put("/Customer", json=wrap(CustomerID=CB, CustomerName="X"))
    assert (answer.status_code, "Another process has updated" in answer.text) == (500, True)
    assert client.put("/Customer", json=wrap(CustomerID=CB, CustomerName="X")).status_code == 200


# 5.1 customers, 5.7 items


def test_it_numbers_a_customer_that_has_no_id(client):
    assert good(client.put("/Customer", json=wrap(CustomerName="Auto")))["CustomerID"]["value"] == "C000123"


def test_it_follows_the_numbering_of_customers(world, client):
    order(world, "options", customer_numbering="auto")
    assert make_customer(client, "MINE")["CustomerID"]["value"] == "C000123"
    order(world, "options", customer_numbering="manual")
    assert "CustomerID" in refused(client.put("/Customer", json=wrap(CustomerName="X")))


def test_it_upper_cases_the_id_and_limits_its_length(client):
    assert make_customer(client, "abc")["CustomerID"]["value"] == "ABC"
    assert "CustomerID" in refused(client.put("/Customer", json=wrap(CustomerID="ABCDEFGHIJK", CustomerName="X")))


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"CurrencyID": "XXX"}, "CurrencyID"),
        ({"Terms": "NOPE"}, "Terms"),
        ({"CustomerClass": "NOPE"}, "CustomerClass"),
        ({"TaxZone": "NOPE"}, "TaxZone"),
        ({"Status": "Sleeping"}, "Status"),
        ({"MainContact": {"Address": wrap(Country="ZZ")}}, "MainContact.Address.Country"),
    ],
)
def test_it_refuses_customers_that_refer_to_nothing(client, more, place):
    assert place in refused(client.put("/Customer", json=wrap(CustomerID="NEW", CustomerName="X", **more)))


def test_it_lets_two_customers_share_a_reference(client):
    make_customer(client, "OTHER")
    assert len(good(client.get("/Customer", params={"$filter": "AccountRef eq 'cb_cust_8xQz'"}))) == 2


def test_it_makes_non_stock_items_with_a_deferral_account(client):
    body = wrap(InventoryID="new-plan", Description="New plan", SalesAccount="40100", DeferralAccount="24000")
    assert good(client.put("/NonStockItem", json=body))["InventoryID"]["value"] == "NEW-PLAN"
    assert "SalesAccount" in refused(client.put("/NonStockItem", json=wrap(InventoryID="X", SalesAccount="1")))
    assert good(client.get("/NonStockItem/NEW-PLAN"))["DeferralAccount"]["value"] == "24000"


def test_it_keeps_stock_items_apart(client):
    assert {values(row)["InventoryID"] for row in good(client.get("/StockItem"))} == {"BOXED"}


# 5.6 journals


def put_journal(client, **more):
    return client.put("/JournalTransaction", json=journal_body(**more))


def test_it_refuses_a_batch_out_of_balance_unless_on_hold(client):
    rows = [wrap(Account="61000", DebitAmount=12.34), wrap(Account="10200", CreditAmount=12.33)]
    assert put_journal(client, Details=rows).status_code == 422
    assert good(put_journal(client, Details=rows, Hold=True))["Status"]["value"] == "On Hold"


@pytest.mark.parametrize("account", ["11000", "20000", "25000"])
def test_it_refuses_journals_on_control_accounts(client, account):
    rows = [wrap(Account=account, DebitAmount=1), wrap(Account="10200", CreditAmount=1)]
    assert "control account" in refused(put_journal(client, Details=rows))["Details.0.Account"]


@pytest.mark.parametrize(
    ("more", "place"),
    [({"LedgerID": "NOPE"}, "LedgerID"), ({"Module": "AR"}, "Module"), ({"PostPeriod": "132026"}, "PostPeriod")],
)
def test_it_refuses_journals_of_another_kind(client, more, place):
    assert place in refused(put_journal(client, **more))


def test_it_can_demand_a_control_total(world, client):
    order(world, "options", require_control_total=True)
    assert put_journal(client).status_code == 422
    custom = {"BatchModule": {"CuryControlTotal": {"type": "CustomDecimalField", "value": 12.34}}}
    good(client.put("/JournalTransaction", json={**journal_body(), "custom": custom}))


def test_it_walks_the_errors_it_gives(client):
    assert errors_of({"A": {"error": "x"}, "B": [{"C": {"error": "y"}}]}) == {"A": "x", "B.0.C": "y"}


def test_it_finds_a_journal_by_its_description(client):
    made = good(put_journal(client))
    rows = good(client.get("/JournalTransaction", params={"$filter": "Description eq 'CB:fees:2026-03'"}))
    assert [row["id"] for row in rows] == [made["id"]]
    assert reread(client, "JournalTransaction", made)["Status"]["value"] == "Balanced"


@pytest.mark.parametrize("value", [1e30, "x", True, []])
def test_it_answers_400_for_amounts_that_are_none(client, value):
    assert client.put("/SalesInvoice", json=invoice_body(lines=[line(UnitPrice={"value": value})])).status_code == 400


def test_it_takes_an_empty_text_as_no_value(client):
    assert make_invoice(client, Currency="")["Currency"]["value"] == "USD"
