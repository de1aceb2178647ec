"""The client's calls, against answers that no honest simulator gives."""

import pytest

from integrations.connectors.dynamics365.odata import Query
from integrations.connectors.dynamics365.tests.kit import HOST, canned, error_body, invoice, rows_of
from integrations.errors import (
    AuthenticationError,
    ContractError,
    MappingError,
    RateLimitError,
    TransientError,
    UnknownOutcomeError,
)
from integrations.sandbox.app import Request, Response


def is_token(request: Request) -> bool:
    return request.path.endswith("/oauth2/v2.0/token")


def test_it_signs_in_by_form_for_the_environment_itself():
    with canned(lambda request: None) as (bench, system):
        bench.session().client.sign_in()
        form = dict(system.asked("token")[0].form())
    assert form["grant_type"] == "client_credentials"
    assert form["scope"] == f"https://{HOST}/.default"
    assert form["client_secret"] == "sandbox~client.secret-not-real"


def test_it_encodes_a_secret_with_signs_of_its_own():
    secret = "a+b&c=d%~x"
    with canned(lambda request: None) as (bench, system):
        bench.session(client_secret=secret).client.sign_in()
        assert dict(system.asked("token")[0].form())["client_secret"] == secret


def test_it_asks_for_all_companies_everywhere():
    with canned(lambda request: None) as (bench, system):
        session = bench.session()
        list(session.client.rows(Query(entity_set="CustomersV3")))
        session.client.row("CustomersV3", {"dataAreaId": "usmf", "CustomerAccount": "C1"})
        asked = system.asked("/data/")
    assert asked
    assert all(request.param("cross-company") == "true" for request in asked)


def test_it_follows_next_links_as_they_are_given():
    link = f"https://{HOST}/data/CustomersV3?cross-company=true&$skiptoken=opaque%3D1"

    def answer(request: Request) -> Response | None:
        if not request.path.startswith("/data/CustomersV3"):
            return None
        return rows_of([{"n": 2}]) if request.param("$skiptoken") == "opaque=1" else rows_of([{"n": 1}], link)

    with canned(answer) as (bench, _):
        rows = list(bench.session().client.rows(Query(entity_set="CustomersV3")))
    assert [row["n"] for row in rows] == [1, 2]


def test_it_sends_no_token_to_another_host():
    link = "https://evil.example/data/CustomersV3?page=2"
    with (
        canned(lambda request: rows_of([], link) if "CustomersV3" in request.path else None) as (bench, system),
        pytest.raises(ContractError) as caught,
    ):
        list(bench.session().client.rows(Query(entity_set="CustomersV3")))
    assert caught.value.code == "foreign_address"
    assert len(system.asked("CustomersV3")) == 1


def test_it_signs_in_once_more_and_replays_a_read():
    seen: list[str] = []

    def answer(request: Request) -> Response | None:
        if is_token(request):
            return None
        seen.append(request.headers["authorization"])
        return Response.empty(401) if len(seen) == 1 else None

    with canned(answer) as (bench, _):
        assert list(bench.session().client.rows(Query(entity_set="CustomersV3"))) == []
    assert len(set(seen)) == 2


def test_it_never_replays_a_write():
    def answer(request: Request) -> Response | None:
        return Response.empty(401) if request.method == "POST" and not is_token(request) else None

    with canned(answer) as (bench, system):
        with pytest.raises(TransientError) as caught:
            bench.session().client.create("LedgerJournalHeaders", {"dataAreaId": "usmf"})
        assert len(system.asked("LedgerJournalHeaders")) == 1
    assert caught.value.code == "session_ended"


def test_it_names_the_list_of_applications_when_fresh_tokens_are_refused():
    with canned(lambda request: None if is_token(request) else Response.empty(401)) as (bench, system):
        with pytest.raises(AuthenticationError) as caught:
            list(bench.session().client.rows(Query(entity_set="LegalEntities")))
        assert len(system.asked("token")) == 2
    assert caught.value.code == "d365_app_not_registered"


def test_it_tells_all_workers_to_pause_when_throttled():
    def answer(request: Request) -> Response | None:
        return None if is_token(request) else Response.json(429, {}, (("Retry-After", "60"),))

    with canned(answer) as (bench, _):
        with pytest.raises(RateLimitError) as caught:
            list(bench.session().client.rows(Query(entity_set="LegalEntities")))
        assert bench.limiter.pauses
    assert 60 <= caught.value.retry_after_s < 61


def test_it_takes_a_created_row_from_either_status():
    for status in (200, 201):
        with canned(lambda request, status=status: _created(request, status)) as (bench, _):
            row = bench.session().client.create("LedgerJournalHeaders", {"dataAreaId": "usmf"})
            assert row["JournalBatchNumber"] == "USMF-000412"


def _created(request: Request, status: int) -> Response | None:
    return (
        Response.json(status, {"JournalBatchNumber": "USMF-000412"}) if "LedgerJournalHeaders" in request.path else None
    )


def test_it_holds_a_write_unknown_whose_answer_cannot_be_read():
    def answer(request: Request) -> Response | None:
        return Response.text(201, "<html>") if "LedgerJournalHeaders" in request.path else None

    with canned(answer) as (bench, _), pytest.raises(UnknownOutcomeError):
        bench.session().client.create("LedgerJournalHeaders", {"dataAreaId": "usmf"})


def test_it_reads_a_missing_row_as_none():
    body = error_body("Error: No such row.")
    with canned(lambda request: Response.json(404, body) if "Customers" in request.path else None) as (bench, _):
        assert bench.session().client.row("CustomersV3", {"dataAreaId": "usmf", "CustomerAccount": "x"}) is None


def test_it_drops_what_a_wildcard_or_another_company_brings():
    rows = [
        {"dataAreaId": "USMF", "JournalBatchNumber": "1", "Description": "CABC"},
        {"dataAreaId": "usmf", "JournalBatchNumber": "2", "Description": "CABCD"},
        {"dataAreaId": "demf", "JournalBatchNumber": "3", "Description": "CABC"},
    ]
    with canned(lambda request: rows_of(rows) if "LedgerJournalHeaders" in request.path else None) as (bench, _):
        found = list(bench.session().ground.among("LedgerJournalHeaders", "Description", ["CABC"]))
    assert [row["JournalBatchNumber"] for row in found] == ["1"]


def test_it_refuses_an_unknown_field_before_any_write():
    draft = invoice("CB10042")
    draft.payload["lines"][0]["Nonsense"] = "x"
    with canned(lambda request: None) as (bench, system):
        with pytest.raises(MappingError) as caught:
            bench.session().sink("journals").book(draft)
        assert [request for request in system.asked("/data/") if request.method != "GET"] == []
    assert (caught.value.code, caught.value.field) == ("d365_unknown_field", "Nonsense")
