"""Signing in and out, grants that rotate, licence limits, and actions that run one at a time on a screen."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from integrations.connectors.acumatica.auth import Grant, authorize_url
from integrations.connectors.acumatica.client import Client
from integrations.connectors.acumatica.credentials import Credentials
from integrations.connectors.acumatica.query import Query
from integrations.connectors.acumatica.screens import Screens
from integrations.connectors.acumatica.session import open_session
from integrations.connectors.acumatica.tests.client_kit import (
    Bench,
    book,
    canned,
    operation,
    released,
    stands,
)
from integrations.contracts import Settings
from integrations.errors import (
    AuthenticationError,
    RateLimitError,
    RejectedError,
    TransientError,
    UnavailableError,
    UnknownOutcomeError,
)
from integrations.sandbox.app import Request, Response

LEDGERS = Query(entity="Ledger")
COOKIE = {"grant": "cookie"}


def open_sessions(bench: Bench) -> int:
    return bench.control("GET sessions")["open"]


# Grants


def test_it_shares_one_grant_between_sessions(bench):
    for _ in range(5):
        bench.session().client.rows(LEDGERS)
    assert (len(bench.tokens.ever), open_sessions(bench)) == (1, 1)


def test_it_keeps_both_tokens_as_one_and_the_newest(bench):
    session = bench.session()
    session.client.rows(LEDGERS)
    bench.world.advance(3600)
    session.client.rows(LEDGERS)
    first, second = (Grant.unpack(packed) for packed in bench.tokens.ever)
    assert first.access != second.access
    assert first.refresh != second.refresh
    assert list(bench.tokens.kept.values()) == [bench.tokens.ever[-1]]


def test_it_refreshes_before_a_token_ends(bench):
    session = bench.session()
    session.client.rows(LEDGERS)
    bench.world.advance(3570)
    session.client.rows(LEDGERS)
    assert len(bench.tokens.ever) == 2


def test_it_begins_anew_when_the_chain_of_refreshes_has_ended(bench):
    session = bench.session()
    session.client.rows(LEDGERS)
    bench.world.advance(timedelta(days=31).total_seconds())
    session.client.rows(LEDGERS)
    assert len(bench.tokens.ever) == 2


def test_it_does_without_refresh_tokens(bench):
    bench.control("POST options", gives_refresh_token=False)
    session = bench.session()
    session.client.rows(LEDGERS)
    bench.world.advance(3600)
    session.client.rows(LEDGERS)
    assert [Grant.unpack(packed).refresh for packed in bench.tokens.ever] == ["", ""]


@pytest.mark.parametrize("typed", [{}, COOKIE])
@pytest.mark.parametrize("kind", ["token_expired", "session_lost"])
def test_it_repeats_a_read_whose_session_ended(bench, typed, kind):
    session = bench.session(**typed)
    session.client.rows(LEDGERS)
    bench.fault(kind, times=1)
    assert session.client.rows(LEDGERS)


@pytest.mark.parametrize("typed", [{}, COOKIE])
def test_it_sends_no_write_twice_when_the_session_ended(bench, typed):
    session, draft = bench.session(**typed), bench.customer()
    session.client.rows(LEDGERS)
    bench.fault("session_lost", times=1)
    with pytest.raises(TransientError) as caught:
        book(session, draft)
    assert caught.value.code == "session_ended"
    assert book(session, draft)


def test_it_refreshes_within_one_session_of_the_licence(bench):
    session = bench.session()
    for _ in range(4):
        bench.world.advance(3600)
        session.client.rows(LEDGERS)
    assert (len(bench.tokens.ever), open_sessions(bench)) == (4, 1)


def consented(bench: Bench):
    """Give a session whose grant came from elsewhere, as that of a consent does: it has no password to fall back on."""
    bench.session().client.rows(LEDGERS)
    return bench.session(grant="authorization_code")


def test_it_lives_on_a_consents_refresh_tokens_alone(bench):
    session = consented(bench)
    for _ in range(3):
        bench.world.advance(3600)
        session.client.rows(LEDGERS)
    refreshes = [Grant.unpack(packed).refresh for packed in bench.tokens.ever]
    assert len(set(refreshes)) == 4


def test_it_never_ends_the_grant_of_a_consent(bench):
    session = consented(bench)
    bench.world.advance(3600)
    session.client.rows(LEDGERS)
    session.close()
    assert (open_sessions(bench), len(bench.tokens.kept)) == (1, 1)


def test_it_says_so_when_a_consents_chain_has_ended(bench):
    session = consented(bench)
    bench.world.advance(timedelta(days=31).total_seconds())
    with pytest.raises(AuthenticationError) as caught:
        session.client.rows(LEDGERS)
    assert (caught.value.code, bench.tokens.kept) == ("acumatica_consent_ended", {})


def test_it_trades_the_code_of_a_consent(bench):
    session = bench.session(grant="authorization_code")
    with pytest.raises(AuthenticationError) as caught:
        session.consent("no such code")
    assert caught.value.code == "acumatica_consent_ended"


def test_it_keeps_the_grant_of_a_consent():
    with canned(lambda _: Response.json(200, [])) as (bench, system):
        session = canned_session(bench, grant="authorization_code", redirect_uri="https://portal.example/back")
        session.consent("code-1")
        session.client.rows(LEDGERS)
    form = dict(system.requests[0].form())
    assert (form["grant_type"], form["code"], form["redirect_uri"]) == (
        "authorization_code",
        "code-1",
        "https://portal.example/back",
    )
    assert system.requests[1].headers["authorization"] == "Bearer token-1"


def test_it_lets_one_worker_at_a_time_sign_in(bench):
    sessions = [bench.session() for _ in range(6)]
    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(lambda session: session.client.rows(LEDGERS), sessions))
    assert (bench.calls("POST", "token"), open_sessions(bench)) == (1, 1)


def test_it_asks_for_consent_again_when_the_grant_has_ended(bench):
    session = bench.session(grant="authorization_code")
    with pytest.raises(AuthenticationError) as caught:
        session.client.rows(LEDGERS)
    assert caught.value.code == "acumatica_consent_ended"


def test_it_names_the_page_of_a_consent(bench):
    url = authorize_url(bench.session(grant="authorization_code").credentials, "state-1")
    assert url.startswith("https://northwind.acumatica.com/Acme/identity/connect/authorize?response_type=code")
    assert "%40ACME" in url
    assert "state=state-1" in url


def test_it_says_nothing_secret_of_itself(bench):
    session = bench.session()
    session.client.rows(LEDGERS)
    said = repr(session.credentials) + repr(Grant.unpack(bench.tokens.ever[0])) + repr(session.client.auth)
    assert "sandbox-" not in said
    assert Grant.unpack(bench.tokens.ever[0]).access not in said


# Sessions of the licence


@pytest.mark.parametrize("typed", [{}, COOKIE])
def test_it_signs_out_of_what_it_opened(bench, typed):
    session = bench.session(**typed)
    session.client.rows(LEDGERS)
    assert open_sessions(bench) == 1
    session.close()
    assert open_sessions(bench) == 0


@pytest.mark.parametrize("typed", [{}, COOKIE])
def test_it_signs_out_after_a_failure_too(bench, typed):
    session = bench.session(**typed)
    with pytest.raises(RejectedError):
        book(session, bench.invoice("NOBODY", "1.00"))
    session.close()
    assert open_sessions(bench) == 0


def test_it_leaves_the_grant_of_another_worker_alone(bench):
    first, second = bench.session(), bench.session()
    first.client.rows(LEDGERS)
    second.client.rows(LEDGERS)
    second.close()
    assert (open_sessions(bench), len(bench.tokens.kept)) == (1, 1)


def test_it_tries_again_later_when_all_sessions_are_in_use(bench):
    bench.control("POST options", api_users=0)
    with pytest.raises(RateLimitError) as caught:
        bench.session().client.rows(LEDGERS)
    assert (caught.value.code, caught.value.retry_after_s) == ("acumatica_login_limit", 60.0)
    assert bench.calls("POST", "token") == 1


def test_it_tells_the_others_to_slow_down(bench):
    session = bench.session()
    session.client.rows(LEDGERS)
    bench.fault("rate_limit_no_hint", times=1)
    session.client.rows(LEDGERS)
    assert bench.limiter.pauses == [None]


# Actions


@pytest.mark.parametrize("polls", [0, 1, 9])
def test_it_follows_an_action_to_its_end(bench, polls):
    bench.control("POST options", operation_polls=polls)
    session = bench.session()
    draft = bench.invoice(book(session, bench.customer()), "10.00")
    assert stands(session, draft, released(session, draft)).stage == "posted"


def test_it_does_not_follow_an_action_for_ever(bench):
    bench.control("POST options", operation_polls=100_000, operation_s=100_000.0)
    session = bench.session()
    draft = bench.invoice(book(session, bench.customer()), "10.00")
    release = operation(draft, "release", book(session, draft))
    with pytest.raises(UnknownOutcomeError) as caught:
        book(session, release)
    assert caught.value.code == "acumatica_action_endless"


def test_it_believes_no_action_that_did_nothing(bench):
    session = bench.session()
    draft = bench.invoice(book(session, bench.customer()), "10.00")
    release = operation(draft, "release", book(session, draft))
    bench.control("POST options", silent_actions=1)
    with pytest.raises(RejectedError) as caught:
        book(session, release)
    assert caught.value.code == "acumatica_not_released"
    book(session, release)
    assert stands(session, draft, release.external_id).stage == "posted"


def test_it_releases_the_document_of_a_void_where_that_is_needed(bench):
    bench.control("POST options", void_needs_release=True)
    session = bench.session()
    draft = bench.payment(book(session, bench.customer()), "10.00")
    external_id = released(session, draft)
    void = operation(draft, "void", external_id, reference=f"{draft.reference}-REV")
    assert stands(session, replace(void, facts=replace(draft.facts, total=None)), book(session, void)).stage == "posted"
    assert stands(session, draft, external_id).stage == "voided"


def test_it_lets_calls_of_a_screen_wait_for_its_action():
    screens, order = Screens(), []
    acting, may_end = threading.Event(), threading.Event()

    def act() -> None:
        with screens.acting("Payment"):
            acting.set()
            may_end.wait(5)
            order.append("action")

    def call() -> None:
        with screens.calling("Payment"):
            order.append("call")

    threads = [threading.Thread(target=act), threading.Thread(target=call)]
    threads[0].start()
    acting.wait(5)
    threads[1].start()
    with screens.calling("Invoice"):
        order.append("other screen")
    may_end.set()
    for thread in threads:
        thread.join(5)
    assert order == ["other screen", "action", "call"]


def test_it_gives_a_busy_screen_up_without_sending():
    screens = Screens(patience_s=0.01)
    with screens.acting("Payment"), pytest.raises(UnavailableError) as caught, screens.calling("Payment"):
        pass
    assert caught.value.code == "acumatica_screen_busy"


def test_it_books_from_several_threads_on_one_screen(bench):
    session = bench.session()
    customer = book(session, bench.customer())
    drafts = [bench.invoice(customer, f"{number}.00") for number in range(1, 9)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        ids = list(pool.map(lambda draft: released(session, draft), drafts))
    assert len(set(ids)) == len(drafts)
    assert {hits[0].stage for hits in session.sink("invoices").find(drafts).values()} == {"posted"}


# Answers that no honest simulator gives


def canned_session(bench: Bench, **typed: str):
    values = {**bench.world.simulators["acumatica"].credentials(), **typed}
    settings = Settings(connection_id="1", environment="sandbox", values=values)
    session = open_session(settings, bench.tools)
    bench.opened.callback(session.close)
    return session


@pytest.mark.parametrize("location", ["https://inside.example:8443/Acme/x/status/1", "/Acme/x/status/1"])
def test_it_follows_an_action_at_its_own_address_only(location):
    def answer(request: Request) -> Response:
        if request.method == "POST":
            return Response.empty(202, (("Location", location),))
        return Response.empty(204)

    with canned(answer) as (bench, system):
        client: Client = canned_session(bench).client
        client.act("Invoice", "ReleaseInvoice", {"Type": "Invoice", "ReferenceNbr": "1"})
        polled = next(each for each in system.requests if "/status/" in each.path)
    assert (polled.host, polled.path) == ("acme.example", "/Acme/x/status/1")


def test_it_calls_an_unreadable_answer_to_a_write_unknown():
    page = Response.text(200, "<html>hello</html>", "text/html")
    with canned(lambda _: page) as (bench, _), pytest.raises(UnknownOutcomeError):
        book(canned_session(bench), bench.customer())


def test_it_sends_wrapped_values_and_the_branch():
    with canned(lambda _: Response.json(200, {"CustomerID": {"value": "C1"}})) as (bench, system):
        settings = Settings(
            connection_id="1",
            environment="sandbox",
            values={**bench.world.simulators["acumatica"].credentials(), "branch": "MAIN"},
        )
        session = open_session(settings, bench.tools)
        book(session, bench.customer())
        put = next(each for each in system.requests if each.method == "PUT")
        session.close()
    assert put.headers["px-cbapibranch"] == "MAIN"
    assert put.json()["MainContact"]["Address"]["City"] == {"value": "Portland"}
    assert put.json()["CustomerName"] == {"value": "Orchid Labs"}


def test_it_reads_the_endpoint_list_of_older_builds():
    listed = [{"name": "Default", "version": "20.200.001", "href": "/"}]
    with canned(lambda _: Response.json(200, listed)) as (bench, _):
        assert canned_session(bench).client.site(signed_in=False).versions("default") == ("20.200.001",)


def test_it_names_its_credentials_without_showing_them():
    assert "secret" not in repr(Credentials.of(Settings(connection_id="1", environment="test", values=VALUES)))


VALUES = {"instance_url": "https://acme.example/Acme", "client_secret": "secret", "password": "secret"}


def test_it_sends_again_what_met_a_running_action_of_another_worker(bench):
    first, second = bench.session(), bench.session()
    customer = book(first, bench.customer())
    draft = bench.invoice(customer, "10.00")
    external_id = book(first, draft)
    bench.control("POST options", operation_polls=100_000, operation_s=100_000.0)
    with pytest.raises(UnknownOutcomeError):
        book(first, operation(draft, "release", external_id))
    with pytest.raises(UnavailableError) as caught:
        book(second, bench.invoice(customer, "11.00"))
    assert caught.value.code == "acumatica_screen_busy"
