"""Refused sign-ins, each named by its likeliest cause."""

from email.utils import format_datetime

import pytest

from integrations.connectors.netsuite.credentials import generate
from integrations.connectors.netsuite.tests.client_kit import START, TIME_PATH, TOKEN_PATH, canned
from integrations.errors import AuthenticationError, ConfigurationError, UnavailableError
from integrations.sandbox.app import Response

NOW = (("Date", format_datetime(START, usegmt=True)),)
UNDATED = (("Date", "once upon a time"),)
CAUSES = (
    (401, "invalid_client", "netsuite_client_unknown"),
    (400, "invalid_grant", "netsuite_certificate_refused"),
    (400, "unauthorized_client", "netsuite_grant_not_allowed"),
    (400, "invalid_scope", "netsuite_scope_missing"),
    (400, "invalid_request", "netsuite_token_request_refused"),
    (400, "something_new", "netsuite_token_request_refused"),
)


def refusal(answer: Response, *, ahead_s=0.0, served_time: Response | None = None) -> AuthenticationError:
    def serve(request):
        if request.path == TOKEN_PATH:
            return answer
        assert request.path == TIME_PATH
        return served_time or Response.empty(401, NOW)

    with canned(serve) as (bench, _):
        bench.ahead_s = ahead_s
        with pytest.raises(AuthenticationError) as caught:
            bench.session().client.sign_in()
    return caught.value


@pytest.mark.parametrize(("status", "said", "code"), CAUSES)
def test_it_names_what_oauth_says(status, said, code):
    assert refusal(Response.json(status, {"error": said}, NOW)).code == code


def test_it_looks_at_the_clock_first():
    error = refusal(Response.json(400, {"error": "invalid_grant"}, NOW), ahead_s=420)
    assert error.code == "netsuite_clock_skew"
    assert "7 minutes ahead of" in error.message


def test_it_asks_for_the_time_where_the_refusal_does_not_tell_it():
    served = Response.json(200, {"serverTime": "2026-11-21T11:50:00Z"})
    error = refusal(Response.json(400, {"error": "invalid_grant"}, UNDATED), served_time=served)
    assert error.code == "netsuite_clock_skew"


def test_it_goes_on_where_nobody_tells_the_time():
    error = refusal(Response.json(400, {"error": "invalid_grant"}, UNDATED), served_time=Response.empty(404, UNDATED))
    assert error.code == "netsuite_certificate_refused"


def test_it_sees_that_another_account_answers():
    headers = (*NOW, ("WWW-Authenticate", 'Basic realm="7654321"'))
    assert refusal(Response.json(401, {"error": "invalid_client"}, headers)).code == "netsuite_account_unknown"


def test_it_sees_that_no_token_endpoint_answers():
    assert refusal(Response.text(404, "<html>Not found</html>", headers=NOW)).code == "netsuite_account_unknown"


def test_it_sees_that_the_certificate_has_ended():
    late = 800 * 86400
    with canned(lambda request: Response.json(400, {"error": "invalid_grant"})) as (bench, _):
        bench.world.advance(late)
        with pytest.raises(AuthenticationError) as caught:
            bench.session().client.sign_in()
    assert caught.value.code == "netsuite_certificate_expired"


def test_it_takes_a_server_error_for_passing():
    with canned(lambda request: Response.text(503, "maintenance")) as (bench, _), pytest.raises(UnavailableError):
        bench.session().client.sign_in()


def test_it_shares_tokens_by_account_client_and_certificate():
    with canned(lambda request: Response.json(200, {"access_token": "t", "expires_in": "3600"})) as (bench, _):
        bench.session().client.sign_in()
        bench.session(certificate_id="certificate-02").client.sign_in()
        assert len(bench.tokens.kept) == 2


def test_it_refuses_a_key_that_does_not_fit_before_anything_is_sent():
    with canned(lambda request: Response.empty(500)) as (bench, system):
        session = bench.session()
        other = session.credentials.__class__(
            **{
                name: getattr(session.credentials, name)
                for name in ("account", "client_id", "certificate_id", "certificate_pem", "algorithm", "concurrency")
            },
            private_key_pem=generate({"algorithm": "ES256"})["private_key_pem"],
        )
        session.client.credentials = other
        with pytest.raises(ConfigurationError):
            session.client.sign_in()
        assert system.requests == []
