"""The record API as the vendor file, sections 3 and 6, describes it."""

import pytest

from integrations.connectors.netsuite.tests.simulator_kit import (
    HOST,
    RECORDS,
    Account,
    error,
    id_of,
    line,
    read,
    said,
    sale,
)

STRICT = {"x_netsuite_propertynamevalidation": "error"}


@pytest.fixture
def account():
    signed_in = Account().sign_in()
    signed_in.customer()
    return signed_in


def amounts(account, record, id):
    return [row["amount"] for row in account.get(record, id)["item"]["items"]]


def test_it_answers_a_write_with_204_and_an_absolute_location(account):
    """3.1: 204 + Location, no body."""
    response = account.send("PUT", f"{RECORDS}/invoice/eid:CB-acme-INV-1", sale())
    assert (response.status, response.body) == (204, b"")
    assert response.header("Location") == f"https://{HOST}/services/rest/record/v1/invoice/7001"


def test_it_upserts_under_the_same_status_and_id(account):
    """3.1: create and update give the same status."""
    assert account.invoice() == account.invoice(memo="again")


def test_put_needs_an_external_id(account):
    id = account.invoice()
    assert error(account.send("PUT", f"{RECORDS}/invoice/{id}", sale()))[:2] == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("external_id", ["CB|1", "CB 1", "CB.1", "CB%2F1", "C\u00e9"])
def test_it_refuses_other_characters_in_external_ids(account, external_id):
    """3.3: letters, digits, underscore, hyphen."""
    assert account.send("PUT", f"{RECORDS}/invoice/eid:{external_id}", sale()).status == 400


def test_all_transactions_share_one_space_of_external_ids(account):
    """3.3: uniqueness is per record group; 6.2: "This record already exists"."""
    account.invoice("1")
    response = account.send("PUT", f"{RECORDS}/creditMemo/eid:CB-acme-INV-1", sale())
    assert error(response)[:2] == (400, "USER_ERROR")
    assert "This record already exists" in said(response)


def test_customers_and_transactions_do_not_share_external_ids(account):
    assert account.put("invoice", "CB-acme-CUS-cus_77", sale())


def test_post_refuses_an_external_id_that_is_taken(account):
    account.invoice("1")
    response = account.send("POST", f"{RECORDS}/invoice", {**sale(), "externalId": "CB-acme-INV-1"})
    assert "This record already exists" in said(response)


def test_an_external_id_in_the_body_must_be_the_paths(account):
    response = account.send("PUT", f"{RECORDS}/invoice/eid:A", {**sale(), "externalId": "B"})
    assert error(response) == (400, "INVALID_CONTENT", "externalId")


def test_record_names_are_case_tolerant(account):
    """1: Oracle writes both customerPayment and customerpayment."""
    assert account.send("GET", f"{RECORDS}/customerpayment").status == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "invoice/99"), ("GET", "invoice/eid:no"), ("PATCH", "invoice/9")])
def test_it_says_404_for_what_is_not_there(account, method, path):
    """6.2: NONEXISTENT_ID."""
    body = {} if method == "PATCH" else None
    assert error(account.send(method, f"{RECORDS}/{path}", body))[:2] == (404, "NONEXISTENT_ID")


def test_a_credit_memo_is_not_found_as_an_invoice(account):
    id = account.put("creditMemo", "CB-acme-CN-1", sale())
    assert account.send("GET", f"{RECORDS}/invoice/{id}").status == 404


# 3.5 Sublists


def test_put_without_replace_and_keys_doubles_the_lines(account):
    """3.5: the trap of the second PUT."""
    id = account.invoice(query="")
    account.invoice(query="")
    assert amounts(account, "invoice", id) == [100, 100]


def test_put_with_replace_makes_the_body_the_list(account):
    id = account.invoice()
    account.put("invoice", "CB-acme-INV-1001", sale(0, line(30.0), line(12.5)), "?replace=item")
    assert amounts(account, "invoice", id) == [30, 12.5]


def test_put_with_line_keys_changes_those_lines(account):
    """3.5: with `line` the existing line is changed, without it a new one is added."""
    id = account.put("invoice", "CB-acme-INV-1001", sale(0, line(10.0, line=1), line(20.0, line=2)))
    account.put("invoice", "CB-acme-INV-1001", sale(0, line(25.0, line=2), line(5.0)))
    assert amounts(account, "invoice", id) == [10, 25, 5]


def test_replace_keeps_what_a_matched_line_does_not_send(account):
    id = account.put(
        "invoice", "CB-acme-INV-1001", sale(0, line(10.0, line=1, description="Seats"), line(20.0, line=2))
    )
    account.put("invoice", "CB-acme-INV-1001", {"item": {"items": [{"line": 1, "amount": 11.0}]}}, "?replace=item")
    (only,) = account.get("invoice", id)["item"]["items"]
    assert (only["description"], only["amount"], only["rate"]) == ("Seats", 11, 11)


def test_invoice_lines_number_from_one_and_journals_from_zero(account):
    id = account.put("invoice", "I", sale(0, line(1.0), line(2.0)))
    rows = [{"account": {"id": "101"}, "debit": 5}, {"account": {"id": "655"}, "credit": 5}]
    journal = account.put("journalEntry", "J", {"subsidiary": {"id": "2"}, "line": {"items": rows}})
    assert [row["line"] for row in account.get("invoice", id)["item"]["items"]] == [1, 2]
    assert [row["line"] for row in account.get("journalEntry", journal)["line"]["items"]] == [0, 1]


def test_null_does_not_clear_a_mandatory_sublist(account):
    """3.5: fails if the sublist is mandatory."""
    id = account.invoice()
    response = account.send("PATCH", f"{RECORDS}/invoice/{id}", {"item": None})
    assert error(response)[:2] == (400, "USER_ERROR")


def test_replace_names_sublists_only(account):
    response = account.send("PUT", f"{RECORDS}/invoice/eid:X?replace=memo", sale())
    assert read(response)["o:errorDetails"][0]["o:errorQueryParam"] == "replace"


def test_every_update_without_replace_adds_an_address(account):
    """4.1: without replace=addressBook every update may append another address."""
    book = {"items": [{"defaultBilling": True, "addressBookAddress": {"addr1": "9 Quay St", "country": {"id": "NO"}}}]}
    id = account.customer(addressBook=book)
    account.customer(addressBook=book)
    assert account.get("customer", id)["addressBook"]["count"] == 2


def test_patch_leaves_what_it_does_not_name(account):
    """3.1: omitted fields unchanged; null clears."""
    id = account.invoice(memo="one", otherRefNum="PO-1")
    account.send("PATCH", f"{RECORDS}/invoice/{id}", {"otherRefNum": None})
    shown = account.get("invoice", id)
    assert (shown["memo"], "otherRefNum" in shown) == ("one", False)


# 3.6 Property names and values


def test_a_misspelled_field_is_dropped_with_a_warning_by_default(account):
    """3.6: with the default Warning a misspelled field is dropped and the post succeeds."""
    response = account.send("PUT", f"{RECORDS}/invoice/eid:X", {**sale(), "trandate": "2026-03-05"})
    assert response.status == 204
    assert "trandate" in response.header("Warning")


def test_a_misspelled_field_is_refused_on_request(account):
    body = sale(0, line(1.0, departement={"id": "7"}))
    response = account.send("PUT", f"{RECORDS}/invoice/eid:X", body, **STRICT)
    assert error(response) == (400, "INVALID_CONTENT", "item.items[0].departement")


def test_a_read_only_field_goes_by_the_same_header(account):
    assert error(account.send("PUT", f"{RECORDS}/invoice/eid:X", {**sale(), "total": 5}, **STRICT))[2] == "total"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"tranDate": "03/01/2026"}, "tranDate"),
        ({"tranDate": "2026-02-30"}, "tranDate"),
        ({"toBeEmailed": "no"}, "toBeEmailed"),
        ({"exchangeRate": "1.1"}, "exchangeRate"),
        ({"memo": 5}, "memo"),
        ({"memo": "two\nlines"}, "memo"),
        ({"department": {"id": "88"}}, "department"),
        ({"department": {"refName": "Sales"}}, "department"),
        ({"department": {"externalId": "none"}}, "department"),
        ({"approvalStatus": {"id": "9"}}, "approvalStatus"),
        ({"item": [1]}, "item"),
        ({"item": {"items": [{"item": {"id": "310"}, "amount": 1, "class": {"id": "9"}}]}}, "item.items[0].class"),
    ],
)
def test_it_names_the_field_with_the_wrong_value(account, changes, path):
    """6.1: o:errorPath is a JSON path."""
    response = account.send("PUT", f"{RECORDS}/invoice/eid:X", {**sale(), **changes})
    assert error(response) == (400, "INVALID_CONTENT", path)


@pytest.mark.parametrize("reference", [{"id": "7"}, "7", 7])
def test_it_tolerates_plain_references(account, reference):
    """3.4: `"location":"5"` and `"id":107` appear in Oracle's samples."""
    id = account.invoice(department=reference)
    assert account.get("invoice", id)["department"]["refName"] == "Engineering"


def test_it_refuses_an_inactive_reference(account):
    account.control("POST inactivate", type="department", id="7")
    response = account.send("PUT", f"{RECORDS}/invoice/eid:X", {**sale(), "department": {"id": "7"}})
    assert error(response)[2] == "department"


def test_it_refuses_a_dimension_of_another_subsidiary(account):
    response = account.send("PUT", f"{RECORDS}/invoice/eid:X", {**sale(), "department": {"id": "8"}})
    assert error(response) == (400, "INVALID_CONTENT", "department")


def test_it_names_what_the_form_insists_on(account):
    """6.2: form-dependent mandatory field."""
    account.control("POST options", mandatory={"invoice": ["otherRefNum", "item.department"]})
    response = account.send("PUT", f"{RECORDS}/invoice/eid:X", sale())
    assert "Please enter value(s) for: PO #, Department." in said(response)


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"{", "application/json"), (b"[]", "application/json"), (b"{}", "text/plain")]
)
def test_it_refuses_what_is_not_a_json_object(account, body, content_type):
    response = account.send("POST", f"{RECORDS}/invoice", body, content_type=content_type)
    assert error(response)[:2] == (400, "INVALID_REQUEST")


# Reading


def test_sublists_come_as_links_unless_expanded(account):
    """3.5: without expandSubResources a GET returns only a link."""
    id = account.invoice()
    assert list(account.get("invoice", id, "")["item"]) == ["links"]
    assert account.get("invoice", id)["item"]["totalResults"] == 1


def test_enumerations_come_as_objects_unless_simple(account):
    id = account.invoice()
    assert account.get("invoice", id)["status"] == {"id": "A", "refName": "Open"}
    assert account.get("invoice", id, "?simpleEnumFormat=true")["status"] == "A"


def test_it_shows_only_the_fields_asked_for(account):
    shown = account.get("invoice", account.invoice(), "?fields=tranDate,total")
    assert shown == {**shown, "tranDate": "2026-03-01", "total": 100}
    assert set(shown) == {"links", "tranDate", "total"}


def test_a_collection_gives_ids_and_links(account):
    account.invoice("1")
    account.invoice("2")
    page = read(account.send("GET", f"{RECORDS}/invoice?limit=1&offset=1"))
    assert [set(item) for item in page["items"]] == [{"links", "id"}]
    assert (page["totalResults"], page["hasMore"]) == (2, False)


def test_one_page_past_the_end_is_not_an_empty_page(account):
    """7.7: 404 NONEXISTENT_OFFSET."""
    account.invoice()
    assert error(account.send("GET", f"{RECORDS}/invoice?limit=1&offset=1"))[:2] == (404, "NONEXISTENT_OFFSET")


def test_the_offset_is_a_multiple_of_the_limit(account):
    """7.6."""
    assert account.send("GET", f"{RECORDS}/invoice?limit=10&offset=5").status == 400


def test_it_filters_a_collection(account):
    account.invoice("1", memo="alpha")
    second = account.invoice("2", memo="beta", tranDate="2026-04-01")
    target = f'{RECORDS}/invoice?q=memo START_WITH "be" AND tranDate ON_OR_AFTER "4/1/2026"'
    assert [item["id"] for item in read(account.send("GET", target))["items"]] == [second]


def test_it_does_not_understand_an_iso_date_in_a_filter(account):
    """5: 400 INVALID_PARAMETER "Unparseable date"."""
    response = account.send("GET", f'{RECORDS}/invoice?q=lastModifiedDate AFTER "2026-03-01"')
    assert error(response)[:2] == (400, "INVALID_PARAMETER")
    assert "Unparseable date" in said(response)


# The rest of 3.1


def test_it_deletes_what_nothing_depends_on(account):
    id = account.invoice()
    assert account.send("DELETE", f"{RECORDS}/invoice/{id}").status == 204
    assert account.send("GET", f"{RECORDS}/invoice/{id}").status == 404


def test_it_does_not_delete_a_paid_invoice(account):
    id = account.invoice()
    account.payment(applied={id: 100})
    assert account.send("DELETE", f"{RECORDS}/invoice/{id}").status == 400


def test_it_transforms_an_invoice_into_its_payment(account):
    id = account.invoice()
    response = account.send("POST", f"{RECORDS}/invoice/{id}/!transform/customerPayment", {"account": {"id": "122"}})
    assert account.get("customerPayment", id_of(response))["applied"] == 100
    assert account.get("invoice", id)["status"]["id"] == "B"


def test_a_credit_memo_by_transform_is_applied_only_on_request(account):
    """4.3: the doc id of the invoice must still be given."""
    id = account.invoice()
    target = f"{RECORDS}/invoice/{id}/!transform/creditMemo"
    alone = id_of(account.send("POST", target, {}))
    rows = {"items": [{"doc": {"id": id}, "line": 0, "apply": True}]}
    applied = id_of(account.send("POST", target, {"apply": rows}))
    shown = [account.get("creditMemo", one) for one in (alone, applied)]
    assert [one["applied"] for one in shown] == [0, 100]
    assert shown[0]["createdFrom"]["id"] == id


def test_a_transform_wants_an_internal_id(account):
    """3.3: the browser types it as an integer; whether eid: works is not established."""
    account.invoice("1")
    response = account.send("POST", f"{RECORDS}/invoice/eid:CB-acme-INV-1/!transform/creditMemo", {})
    assert error(response)[:2] == (400, "INVALID_REQUEST")


def test_it_patches_a_collection_only_asynchronously(account):
    assert error(account.send("PATCH", f"{RECORDS}/invoice", {"items": []}))[:2] == (400, "INVALID_REQUEST")


def test_an_idempotency_key_does_nothing_for_a_synchronous_call(account):
    """3.7: silently ignored."""
    key = {"x_netsuite_idempotency_key": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}
    ids = [id_of(account.send("POST", f"{RECORDS}/invoice", sale(), **key)) for _ in range(2)]
    assert len(set(ids)) == 2


@pytest.mark.parametrize("path", ["/services/rest/record/v1/invoice/1/2/3/4", "/services/rest/other"])
def test_it_names_the_form_of_a_url(account, path):
    assert error(account.send("GET", path))[:2] == (400, "INVALID_URL")


# 4.1, 4.4: customers and items


def test_a_customer_needs_a_name_and_a_subsidiary(account):
    response = account.send("PUT", f"{RECORDS}/customer/eid:C", {"email": "a@b.example"})
    assert "Please enter value(s) for: Company Name, Subsidiary." in said(response)


def test_a_person_needs_both_names(account):
    response = account.send("PUT", f"{RECORDS}/customer/eid:C", {"isPerson": True, "subsidiary": {"id": "2"}})
    assert "Please enter value(s) for: First Name, Last Name." in said(response)


def test_a_sent_number_is_ignored_where_override_is_off(account):
    """8.1: honoured only if "Allow Override" is ticked, otherwise silently ignored."""
    account.control("POST options", allow_override=False)
    customer, invoice = account.customer("c2", entityId="mine"), account.invoice(tranId="mine")
    assert account.get("customer", customer)["entityId"] != "mine"
    assert account.get("invoice", invoice)["tranId"] != "mine"


def test_customer_numbers_are_their_own(account):
    account.customer("a", entityId="ACME")
    body = {"companyName": "B", "subsidiary": {"id": "2"}, "entityId": "ACME"}
    assert "This record already exists" in said(account.send("PUT", f"{RECORDS}/customer/eid:B", body))


def test_the_currency_of_a_customer_in_use_stays(account):
    account.invoice()
    id = account.customer()
    response = account.send("PATCH", f"{RECORDS}/customer/{id}", {"currency": {"id": "4"}})
    assert error(response)[:2] == (400, "USER_ERROR")


def test_an_item_needs_its_account(account):
    response = account.send("PUT", f"{RECORDS}/serviceSaleItem/eid:P", {"itemId": "Pro"})
    assert "Please enter value(s) for: Income Account." in said(response)


def test_it_books_to_the_account_of_a_new_item(account):
    """4.4: the GL revenue account comes from the item."""
    body = {"itemId": "Pro", "incomeAccount": {"id": "404"}, "subsidiary": {"items": [{"id": "2"}]}}
    item = account.put("serviceSaleItem", "CB-acme-ITM-pro", body)
    account.put("invoice", "I", sale(0, line(10.0, item={"id": item})))
    assert account.books.trial_balance()["404"] == -10


def test_it_refuses_an_item_of_another_subsidiary(account):
    body = {"itemId": "Euro", "incomeAccount": {"id": "404"}, "subsidiary": {"items": [{"id": "3"}]}}
    item = account.put("serviceSaleItem", "CB-acme-ITM-eu", body)
    response = account.send("PUT", f"{RECORDS}/invoice/eid:X", sale(0, line(1.0, item={"id": item})))
    assert error(response)[2] == "item.items[0].item"


def test_reference_records_are_read_only_here(account):
    assert account.get("account", "119")["acctType"]["id"] == "AcctRec"
    assert account.send("POST", f"{RECORDS}/account", {}).status == 405


def test_the_catalogue_tells_the_fields(account):
    """1: application/schema+json gives JSON Schema."""
    target = f"{RECORDS}/metadata-catalog/invoice"
    schema = read(account.send("GET", target, accept="application/schema+json"))
    assert schema["properties"]["tranDate"]["format"] == "date"
    assert schema["properties"]["custbody_cb_site"]["x-ns-custom-field"] is True
    assert "grossAmt" in schema["properties"]["item"]["properties"]["items"]["items"]["properties"]


def test_the_catalogue_gives_several_types_as_openapi(account):
    target = f"{RECORDS}/metadata-catalog?select=customer,invoice"
    described = read(account.send("GET", target, accept="application/swagger+json"))
    assert {"customer", "invoice"} <= set(described["components"]["schemas"])


def test_it_tells_its_time(account):
    assert read(account.send("GET", "/services/rest/system/v1/serverTime")) == {"serverTime": "2026-11-21T12:00:00Z"}


def test_only_administrators_see_the_limits(account):
    """1: answers only for administrators."""
    assert account.send("GET", "/services/rest/system/v1/governanceLimits").status == 403
