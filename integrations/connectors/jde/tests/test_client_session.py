"""Sessions: device, cookies, renewal on 444 and 403, one try of a password, logout, nothing secret in what is told."""

import pytest

from integrations.connectors.jde.query import Query
from integrations.connectors.jde.tests.kit import DAY, book, canned, found, grid
from integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    PrivilegeError,
    UnavailableError,
    UnknownOutcomeError,
)
from integrations.sandbox.app import Response

COMPANIES = Query(table="F0010", columns=("CO",))


def test_it_signs_in_with_device_environment_and_role():
    with canned(lambda request: grid("F0010", []) if request.path.endswith("dataservice") else None) as (bench, system):
        bench.session(device_name="portal-7").client.page(COMPANIES)
    body = next(one for one in system.requests if one.path.endswith("/tokenrequest")).json()
    assert (body["deviceName"], body["environment"], body["role"]) == ("portal-7", "JPD920", "*ALL")


def test_it_sends_token_device_and_cookies():
    with canned(lambda request: grid("F0010", []) if request.path.endswith("dataservice") else None) as (bench, system):
        bench.session().client.page(COMPANIES)
    sent = system.requests[-1].headers
    assert sent["jde-ais-auth"].startswith("044+/")
    assert sent["jde-ais-auth-device"] == "ml-connector"
    assert sent["cookie"] == "JSESSIONID=abc!node1"


def test_it_keeps_a_session_for_four_fifths_of_its_life(bench):
    bench.session().client.page(COMPANIES)
    assert bench.tokens.lives == [720 * 60 * 8 // 10 - 60]


@pytest.mark.parametrize("status", [403, 444])
def test_it_signs_in_again_when_a_session_is_gone(bench, status):
    session = bench.session()
    session.client.page(COMPANIES)
    bench.control("POST options", dead_read_status=status)
    bench.control("POST restart")
    assert session.client.page(COMPANIES).rows
    assert len(bench.tokens.lives) == 2


def test_it_calls_a_write_of_an_ended_session_unknown(bench):
    session = bench.session()
    session.client.ping()
    bench.control("POST restart")
    with pytest.raises(UnknownOutcomeError) as caught:
        book(session, bench.journal())
    assert caught.value.code == "session_ended"


def test_it_does_not_sign_in_again_for_a_missing_permission():
    def answer(request):
        if request.path.endswith("/validate"):
            return Response.json(200, {"isValidSession": True})
        return Response.json(403, {"message": "Not licensed"}) if request.path.endswith("dataservice") else None

    with canned(answer) as (bench, _), pytest.raises(PrivilegeError):
        bench.session().client.page(COMPANIES)
    assert len(bench.tokens.lives) == 1


def test_it_reads_from_a_cluster_with_affinity(bench):
    session = bench.session(base_url="https://ais-cluster.acme.example:9300")
    assert [len(session.client.page(COMPANIES).rows) for _ in range(3)] == [4, 4, 4]


def test_it_finds_ais_without_jderest(bench):
    assert bench.session(base_url="https://ais-root.acme.example:9300").client.page(COMPANIES).rows


def test_it_uses_version_2_of_the_orchestrator_where_there_is_no_3(bench):
    session = bench.session(base_url="https://ais-v2.acme.example:9300")
    assert book(session, bench.journal()).startswith("JE-")


def test_it_never_tries_a_refused_password_twice(bench):
    session = bench.session(password="wrong")
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            session.client.page(COMPANIES)
    attempts = [one for one in bench.world.traffic["jde"].calls if one[1].endswith("/tokenrequest")]
    assert [bench.world.traffic["jde"].calls[one] for one in attempts] == [1]


def test_it_names_three_causes_of_a_405(bench):
    with pytest.raises(ConfigurationError) as caught:
        bench.session(base_url="https://ais-hosts.acme.example:9300").client.page(COMPANIES)
    assert caught.value.code == "jde_allowed_hosts"
    assert all(word in caught.value.message for word in ("Allowed Hosts", "allowlist", "address"))


def test_it_logs_out(bench):
    session = bench.session()
    session.client.page(COMPANIES)
    session.client.log_out()
    assert bench.tokens.kept == {}
    assert bench.control("POST restart") == {"dropped": 0}


def test_it_tells_no_token_and_no_password(bench, caplog):
    session = bench.session()
    session.client.page(COMPANIES)
    token = session.client.session.token
    bench.fault("server_error", rate=1.0)
    with pytest.raises(UnavailableError) as caught:
        session.client.page(COMPANIES)
    told = f"{caplog.text} {caught.value.message} {caught.value.answer} {session.client.session!r}"
    assert token not in told
    assert "sandbox-MLCONN" not in told


def test_it_writes_days_and_numbers_as_the_user_does(bench):
    session = bench.session(username="MLEURO", password="sandbox-MLEURO")
    draft = bench.journal(day=DAY)
    external_id = book(session, draft)
    assert found(session, draft)[draft.reference][0].external_id == external_id


def test_it_leaves_the_session_in_use_alone_when_it_looks_in(bench):
    session = bench.session()
    token = session.client.session.token
    session.client.sign_in()
    assert session.client.session.token == token
    assert bench.control("POST restart") == {"dropped": 1}


def test_it_calls_a_page_instead_of_an_answer_to_a_write_unknown():
    page = Response.text(200, "<html>Please sign in</html>", "text/html")
    answer = lambda request: page if "MLC_GL" in request.path else None  # noqa: E731
    with canned(answer) as (bench, _), pytest.raises(UnknownOutcomeError):
        book(bench.session(), bench.journal())


def test_it_sends_a_write_once(bench):
    session = bench.session()
    session.client.ping()
    bench.fault("answer_lost_before_commit", rate=1.0, path="MLC_GL_ADD_JE")
    with pytest.raises(UnknownOutcomeError):
        book(session, bench.journal())
    assert bench.world.traffic["jde"].calls["POST", "/jderest/v3/orchestrator/MLC_GL_ADD_JE"] == 1


def test_it_asks_for_the_single_queue():
    answer = lambda request: Response.json(200, {}) if "MLC_GL" in request.path else None  # noqa: E731
    with canned(answer) as (bench, system), pytest.raises(UnknownOutcomeError):
        book(bench.session(), bench.journal())
    body = system.requests[-1].json()
    assert body["jde__jobQueue"] == "JDE__USER_SINGLE"
    assert {type(value) for line in body["lines"] for value in line.values()} == {str}
