"""Actions are polled and block their screen (4.4), limits queue and decline (2.3), and faults strike as a site's do."""

import httpx
import pytest

from integrations.connectors.acumatica.tests.simulator_helpers import (
    ENDPOINT,
    SITE,
    anonymous,
    books_of,
    control,
    fault,
    finish,
    good,
    invoice_body,
    key_of,
    login_body,
    make_customer,
    make_invoice,
    make_payment,
    make_world,
    order,
    reread,
    run,
    signed_in,
    site_of,
    start,
    tenant_of,
    values,
    wrap,
)
from integrations.sandbox.app import Request


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    client = signed_in(world)
    make_customer(client)
    return client


def release(client, record):
    return start(client, "SalesInvoice", "ReleaseSalesInvoice", record)


def status_of(client, record):
    return values(reread(client, "SalesInvoice", record))["Status"]


# 4.4 actions


def test_it_answers_202_with_a_relative_place_to_ask(client):
    answer = release(client, make_invoice(client))
    assert answer.status_code == 202
    assert answer.headers["Location"].startswith(f"/Acme{ENDPOINT}/SalesInvoice/ReleaseSalesInvoice/status/")


def test_it_runs_for_some_polls(client):
    place = SITE.removesuffix("/Acme") + release(client, make_invoice(client)).headers["Location"]
    assert [client.get(place).status_code for _ in range(3)] == [202, 204, 204]


def test_it_ends_an_operation_that_nobody_polls(world, client):
    made = make_invoice(client)
    release(client, made)
    world.advance(1)
    assert status_of(client, made) == "Open"


def test_it_refuses_the_screen_to_the_session_while_an_operation_runs(world, client):
    made = make_invoice(client)
    release(client, made)
    answer = client.get("/SalesInvoice")
    assert (answer.status_code, "previous operation" in answer.text) == (500, True)
    assert client.get("/Payment").status_code == 200
    assert signed_in(world).get("/SalesInvoice").status_code == 200


def test_it_gives_the_status_to_the_same_session_only(world, client):
    place = SITE.removesuffix("/Acme") + release(client, make_invoice(client)).headers["Location"]
    assert signed_in(world).get(place).status_code == 404


def test_it_answers_404_for_an_unknown_action(client):
    assert start(client, "SalesInvoice", "Publish", make_invoice(client)).status_code == 404


def test_it_answers_500_for_a_record_that_is_not_there(client):
    answer = release(client, wrap(Type="Invoice", ReferenceNbr="AR999999"))
    assert "NoEntitySatisfiesTheCondition" in answer.text


def test_it_takes_actions_by_their_screen_names_and_records_by_id(client):
    made = make_payment(client)
    answer = client.post("/Payment/Release", json={"entity": {"id": made["id"]}, "parameters": {}})
    assert finish(client, answer).status_code == 204


def test_it_fails_the_release_of_a_document_on_hold(client):
    made = make_invoice(client, Hold=True)
    answer = finish(client, release(client, made))
    assert (answer.status_code, "status is invalid" in answer.text) == (500, True)


def test_it_takes_a_document_off_hold_at_once(client):
    made = make_invoice(client, Hold=True)
    assert start(client, "SalesInvoice", "ReleaseFromHold", made).status_code == 204
    assert status_of(client, made) == "Balanced"


def test_it_can_answer_204_and_do_nothing(world, client):
    order(world, "options", silent_actions=1)
    made = make_invoice(client)
    assert release(client, made).status_code == 204
    assert status_of(client, made) == "Balanced"


def test_it_releases_a_document_once(client):
    made = make_invoice(client)
    run(client, "SalesInvoice", "ReleaseSalesInvoice", made)
    assert finish(client, release(client, made)).status_code == 500


def test_it_wants_the_entity_in_the_body(client):
    made = make_invoice(client)
    assert client.post("/SalesInvoice/ReleaseSalesInvoice", json=key_of(made)).status_code == 400


# 2.3 limits


def in_flight(world, number):
    request = Request.make("GET", "/Acme/entity")
    return [site_of(world).enter(request) for _ in range(number)]


def test_it_declines_with_429_only_when_the_queue_is_full(world):
    refusals = in_flight(world, 25)
    assert refusals[:24] == [None] * 24
    assert (refusals[24].status, refusals[24].header("Retry-After")) == (429, None)


def test_it_lets_a_log_out_pass_the_queue(world):
    in_flight(world, 24)
    assert site_of(world).enter(Request.make("POST", "/Acme/entity/auth/logout")) is None


def test_it_paces_requests_from_half_of_the_minute_on():
    world = make_world(requests_per_minute=10)
    request = Request.make("GET", "/Acme/entity")
    waits = [world.plan("acumatica", request).delay_s for _ in range(10)]
    assert waits[:5] == [0.0] * 5
    assert waits[5] == pytest.approx(15.0)
    assert waits[5:] == sorted(waits[5:])


# faults


def test_it_loses_the_answer_after_the_commit(world, client):
    fault(world, "answer_lost_after_commit", method="PUT", times=1)
    with pytest.raises(httpx.ReadError):
        client.put("/SalesInvoice", json=invoice_body())
    assert len(good(client.get("/SalesInvoice", params={"$filter": "CustomerOrder eq 'CB-INV-900'"}))) == 1


def test_it_commits_after_the_caller_gave_up(world, client):
    fault(world, "commit_after_timeout", method="PUT", times=1, value_s=5)
    with pytest.raises(httpx.ReadError):
        client.put("/SalesInvoice", json=invoice_body())
    assert good(client.get("/SalesInvoice")) == []
    world.advance(6)
    assert len(good(client.get("/SalesInvoice"))) == 1


@pytest.mark.parametrize(("kind", "status", "hint"), [("rate_limit", 429, "1"), ("rate_limit_no_hint", 429, None)])
def test_it_words_throttling(world, client, kind, status, hint):
    fault(world, kind)
    answer = client.get("/Customer")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, hint)


def test_it_words_a_server_error_as_an_http_error(world, client):
    fault(world, "server_error")
    assert client.get("/Customer").json().keys() >= {"message", "exceptionMessage", "exceptionType"}


def test_it_redirects_to_an_error_page(world, client):
    order(world, "options", html_redirects=1)
    answer = client.get("/Customer")
    assert (answer.status_code, answer.headers["Content-Type"]) == (302, "text/html")


def test_it_alters_and_drops_what_is_written(world, client):
    fault(world, "write_altered", times=1)
    assert make_invoice(client)["Amount"]["value"] == 101
    fault(world, "write_dropped_field", value="CustomerOrder", times=1)
    assert make_invoice(client)["CustomerOrder"] == {}


def test_it_can_leave_out_the_applications_without_a_word(world, client):
    invoice = run(client, "SalesInvoice", "ReleaseSalesInvoice", make_invoice(client))
    fault(world, "write_dropped_field", times=1)
    payment = make_payment(client, 100.0, [("Invoice", invoice["ReferenceNbr"]["value"], 100.0)])
    assert payment["AppliedToDocuments"]["value"] == 0


# the site


def test_it_counts_reads_and_writes(world, client):
    make_invoice(client)
    good(client.get("/SalesInvoice"))
    found = control(world).get("/state/acumatica").json()
    assert (found["reads"], found["writes"]) == (2, 2)


def test_it_answers_for_its_host_alone(world):
    stranger = httpx.Client(
        transport=httpx.WSGITransport(world.wsgi("acumatica")), base_url="https://other.acumatica.com"
    )
    assert stranger.get("/Acme/entity").status_code == 404
    bare = httpx.Client(transport=httpx.WSGITransport(world.wsgi("acumatica")), base_url="http://127.0.0.1:8105")
    assert bare.get("/Acme/entity").status_code == 200


def test_it_serves_a_session_by_cookie_as_by_token(world):
    client = anonymous(world)
    client.post("/entity/auth/login", json=login_body())
    client.base_url = SITE + ENDPOINT
    make_customer(client)
    assert run(client, "SalesInvoice", "ReleaseSalesInvoice", make_invoice(client))["Status"]["value"] == "Open"


def test_it_keeps_sound_books_through_it_all(world, client):
    run(client, "SalesInvoice", "ReleaseSalesInvoice", make_invoice(client))
    assert books_of(world).faults() == []
    assert tenant_of(world).lint == {}
