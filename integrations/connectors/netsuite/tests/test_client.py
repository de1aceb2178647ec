"""What the client sends and how it takes answers that no honest simulator gives."""

import json
from decimal import Decimal

import pytest

from integrations.connectors.netsuite.suiteql import Query
from integrations.connectors.netsuite.tests.client_kit import (
    OWN,
    SUITEQL_PATH,
    TOKEN_PATH,
    canned,
)
from integrations.contracts import Draft, Facts
from integrations.errors import (
    AuthenticationError,
    MappingError,
    RateLimitError,
    RejectedError,
    TransientError,
    UnknownOutcomeError,
)
from integrations.sandbox.app import Response

REFUSED = Response.json(
    401,
    {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "o:errorDetails": [{"detail": "Invalid login attempt.", "o:errorCode": "INVALID_LOGIN"}],
    },
    (("WWW-Authenticate", 'Bearer realm="1234567_SB1", error="invalid_token"'),),
)
CREATED = Response.empty(
    204, (("Location", "https://x.suitetalk.api.netsuite.com/services/rest/record/v1/invoice/7001"),)
)


def rows(*items, more=False):
    return Response.json(200, {"count": len(items), "hasMore": more, "offset": 0, "items": list(items)})


def draft(sink="invoices", operation="create", external_id="", **payload) -> Draft:
    return Draft(
        flow=sink,
        key="1",
        sink=sink,
        reference="CB-acme-INV-1",
        payload=payload,
        facts=Facts(),
        operation=operation,
        external_id=external_id,
    )


def sent(system, method=""):
    return [request for request in system.requests if request.path != TOKEN_PATH and method in ("", request.method)]


# Writing


def test_it_upserts_under_our_reference_and_takes_the_id_from_the_location():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else CREATED) as (bench, system):
        receipt = (
            bench.session().sink("invoices").book(draft(item={"items": [{"line": 1, "amount": Decimal("100.10")}]}))
        )
        [request] = sent(system)
    assert receipt.external_id == "7001"
    assert (request.method, request.path) == ("PUT", "/services/rest/record/v1/invoice/eid:CB-acme-INV-1")
    assert request.query == (("replace", "item"),)
    assert request.headers["x-netsuite-propertynamevalidation"] == "error"


def test_it_sends_amounts_exactly():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else CREATED) as (bench, system):
        bench.session().sink("payments").book(draft("payments", payment=Decimal("12345678901234567.10")))
        [request] = sent(system)
    assert request.body == b'{"payment":12345678901234567.10}'


def test_it_does_not_replace_the_list_that_a_payment_is_applied_to():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else CREATED) as (bench, system):
        bench.session().sink("payments").book(draft("payments", apply={"items": [{"doc": {"id": "7"}, "amount": 1}]}))
        [request] = sent(system)
    assert request.query == ()


def test_it_updates_by_internal_id_and_replaces_the_address_book():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else Response.empty(204)) as (bench, system):
        update = draft("customers", "update", "900", companyName="Orchid", addressBook={"items": []})
        receipt = bench.session().sink("customers").book(update)
        [request] = sent(system)
    assert (request.method, request.path) == ("PATCH", "/services/rest/record/v1/customer/900")
    assert request.query == (("replace", "addressBook"),)
    assert receipt.external_id == "900"


def test_it_takes_the_kind_of_item_from_the_draft_and_does_not_send_it():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else CREATED) as (bench, system):
        bench.session().sink("items").book(draft("items", recordType="nonInventorySaleItem", itemId="Pro"))
        [request] = sent(system)
    assert request.path == "/services/rest/record/v1/nonInventorySaleItem/eid:CB-acme-INV-1"
    assert request.body == b'{"itemId":"Pro"}'


def test_it_refuses_a_kind_of_item_that_it_does_not_make():
    with canned(lambda request: OWN) as (bench, _), pytest.raises(MappingError):
        bench.session().sink("items").book(draft("items", recordType="../customer"))


@pytest.mark.parametrize("location", ["", "https://x.example/services/rest/record/v1/invoice/eid:CB-acme-INV-1"])
def test_it_looks_the_id_up_where_the_answer_does_not_name_it(location):
    def answer(request):
        if request.path == SUITEQL_PATH:
            is_header = b"externalid IN" in request.body
            return rows({"id": "7001", "externalid": "CB-acme-INV-1", "foreigntotal": "5"}) if is_header else rows()
        return OWN if request.path == TOKEN_PATH else Response.empty(204, (("Location", location),) if location else ())

    with canned(answer) as (bench, _):
        assert bench.session().sink("invoices").book(draft()).external_id == "7001"


def test_it_calls_an_accepted_write_unknown_when_its_id_cannot_be_learned():
    def answer(request):
        if request.path == SUITEQL_PATH:
            return rows()
        return OWN if request.path == TOKEN_PATH else Response.empty(204)

    with canned(answer) as (bench, _), pytest.raises(UnknownOutcomeError):
        bench.session().sink("invoices").book(draft())


def test_it_never_sends_a_write_twice():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else REFUSED) as (bench, system):
        with pytest.raises(TransientError):
            bench.session().sink("invoices").book(draft())
        assert len(sent(system, "PUT")) == 1


def test_it_takes_throttling_of_a_write_for_not_booked():
    busy = Response.text(429, "busy")
    with (
        canned(lambda request: OWN if request.path == TOKEN_PATH else busy) as (bench, _),
        pytest.raises(RateLimitError),
    ):
        bench.session().sink("invoices").book(draft())


def test_it_refuses_a_reference_that_netsuite_would_misread():
    bad = Draft(flow="invoices", key="1", sink="invoices", reference="CB|1", payload={}, facts=Facts())
    with canned(lambda request: OWN) as (bench, system):
        with pytest.raises(RejectedError):
            bench.session().sink("invoices").book(bad)
        assert system.requests == []


# Tokens


def test_it_replays_a_read_once_with_a_new_token():
    def answer(request):
        if request.path == TOKEN_PATH:
            return OWN
        return REFUSED if request.headers["authorization"] == "Bearer stale" else rows({"id": "1"})

    with canned(answer) as (bench, system):
        session = bench.session()
        bench.tokens.kept[session.client._auth.name] = "stale"
        found = list(session.client.rows(Query(sql="SELECT a.id FROM account a")))
        tried = [request.headers["authorization"] for request in sent(system)]
    assert found == [{"id": "1"}]
    assert len(tried) == 2


def test_it_names_the_role_when_fresh_tokens_are_refused():
    refusing = canned(lambda request: OWN if request.path == TOKEN_PATH else REFUSED)
    with refusing as (bench, _), pytest.raises(AuthenticationError) as caught:
        list(bench.session().client.rows(Query(sql="SELECT a.id FROM account a")))
    assert caught.value.code == "netsuite_role_without_rest"


def test_it_names_the_role_for_writes_too_instead_of_coming_back_for_ever():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else REFUSED) as (bench, _):
        sink = bench.session().sink("invoices")
        codes = []
        for _ in range(3):
            with pytest.raises(Exception) as caught:
                sink.book(draft())
            codes.append(caught.value.code)
    assert codes[-1] == "netsuite_role_without_rest"


def test_it_keeps_a_token_for_less_than_its_hour():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else rows()) as (bench, _):
        list(bench.session().client.rows(Query(sql="SELECT a.id FROM account a")))
        assert bench.tokens.lives == [3300]


# SuiteQL


def test_it_reads_rows_in_lower_case_as_text_without_links_and_nulls():
    odd = {"links": [], "ID": 7, "ForeignTotal": Decimal("1.50"), "memo": None, "posting": True}
    with canned(lambda request: OWN if request.path == TOKEN_PATH else rows(odd)) as (bench, _):
        found = list(bench.session().client.rows(Query(sql="SELECT t.id FROM transaction t")))
    assert found == [{"id": "7", "foreigntotal": "1.5", "posting": "T"}]


def test_it_pages_by_multiples_of_the_limit_with_bound_values():
    def answer(request):
        if request.path == TOKEN_PATH:
            return OWN
        return rows({"id": request.param("offset")}, more=request.param("offset") == "0")

    with canned(answer) as (bench, system):
        query = Query(sql="SELECT t.id FROM transaction t WHERE t.externalid IN (?)", params=("x' OR 1=1",))
        found = [row["id"] for row in bench.session().client.rows(query)]
        requests = sent(system)
    assert found == ["0", "1000"]
    assert {request.headers["prefer"] for request in requests} == {"transient"}
    assert json.loads(requests[0].body)["params"] == ["x' OR 1=1"]


def test_it_reads_what_is_not_numeric_as_absent_instead_of_failing_the_batch():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else rows()) as (bench, system):
        sink = bench.session().sink("invoices")
        list(sink.by_internal_id(["7001", "7001 OR 1=1", "x"]))
        [request] = sent(system)
    assert "IN (7001)" in request.json()["q"]


# Metadata


def test_it_offers_the_accounts_own_custom_fields():
    schema = {
        "type": "object",
        "properties": {
            "memo": {"type": "string"},
            "custbody_region": {"title": "Region", "type": "string", "maxLength": 40, "x-ns-custom-field": True},
            "custbody_final": {"title": "Final", "type": "boolean"},
            "item": {
                "type": "object",
                "properties": {"items": {"type": "array", "items": {"$ref": "/services/rest/line"}}},
            },
        },
    }
    line = {"properties": {"custcol_seat": {"title": "Seat", "type": "integer"}}}

    def answer(request):
        if request.path == TOKEN_PATH:
            return OWN
        return Response.json(200, line if request.path == "/services/rest/line" else schema)

    with canned(answer) as (bench, _):
        fields = bench.session().sink("invoices").catalogue()
    own = [
        (field.name, field.label, field.type, field.level, field.max_length)
        for field in fields
        if field.name.startswith(("custbody", "custcol"))
    ]
    assert own == [
        ("custbody_final", "Final", "bool", "header", 0),
        ("custbody_region", "Region", "text", "header", 40),
        ("custcol_seat", "Seat", "integer", "line", 0),
    ]


def test_it_still_offers_the_standard_fields_without_metadata():
    with canned(lambda request: OWN if request.path == TOKEN_PATH else Response.text(404, "no")) as (bench, _):
        names = {field.name for field in bench.session().sink("payments").catalogue()}
    assert {"customer", "payment", "tranDate"} <= names
