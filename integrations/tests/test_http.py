"""The door out, over real sockets."""

import gzip
import itertools
import threading
from decimal import Decimal

import httpx
import pytest
import structlog

from integrations.auth import BasicAuth
from integrations.dial import DialTransport
from integrations.engine.egress import EgressGuard
from integrations.errors import (
    AuthenticationError,
    ContractError,
    LeaseLostError,
    MappingError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    UnavailableError,
    UnknownOutcomeError,
)
from integrations.http import READ_TRIES, Http
from integrations.tests.wire import FakeClock, OpenLimiter, Server, ToLoopback, answer, closed_port, drip, tools_for

BASE = "https://acme.example/api"


def replies(*answers):
    """Script the answers in turn, the last one for ever."""
    turns = itertools.chain(answers, itertools.repeat(answers[-1]))
    return lambda seen, connection: next(turns)


@pytest.fixture
def serve():
    with_open = []

    def start(script, context=None):
        server = Server(script, context).__enter__()
        with_open.append(server)
        return server

    yield start
    for server in with_open:
        server.__exit__()


def test_it_sends_the_vendors_real_host_over_the_dialled_port(serve):
    server = serve(replies(answer()))
    Http(BASE, tools_for(server.port)).read("GET", "/customers")
    assert (server.seen[0].headers["host"], server.seen[0].target) == ("acme.example", "/api/customers")


def test_it_sends_amounts_exactly(serve):
    server = serve(replies(answer(body=b'{"total":0.30}')))
    reply = Http(BASE, tools_for(server.port)).write("POST", "/invoices", json={"total": Decimal("10.10")})
    assert (server.seen[0].body, reply.json()) == (b'{"total":10.10}', {"total": Decimal("0.30")})


def test_it_sends_a_form(serve):
    server = serve(replies(answer()))
    Http(BASE, tools_for(server.port)).read("POST", "/token", form={"grant_type": "x y"})
    assert server.seen[0].body == b"grant_type=x+y"


def test_it_keeps_repeated_parameters_in_order(serve):
    server = serve(replies(answer()))
    Http(BASE, tools_for(server.port)).read("GET", "/list", params=[("id", "1"), ("id", "2")])
    assert server.seen[0].target == "/api/list?id=1&id=2"


def test_it_names_each_call_by_an_id_that_the_server_sees(serve):
    server = serve(replies(answer()))
    reply = Http(BASE, tools_for(server.port)).read("GET", "/x")
    assert reply.request_id == server.seen[0].headers["x-request-id"]


def test_it_dials_once_for_many_calls_over_one_connection(serve):
    server, tools = (server := serve(replies(answer()))), tools_for(server.port)
    http = Http(BASE, tools)
    for _ in range(5):
        http.read("GET", "/x")
    assert (len(tools.egress.asked), server.connections) == (1, 1)


def test_it_ignores_proxies_of_the_environment(serve, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    server = serve(replies(answer()))
    assert Http(BASE, tools_for(server.port)).read("GET", "/x").status == 200


def test_it_keeps_no_cookies(serve):
    server = serve(replies(answer(200, b"{}", ("Set-Cookie", "session=1"))))
    http = Http(BASE, tools_for(server.port))
    http.read("GET", "/x")
    http.read("GET", "/x")
    assert "cookie" not in server.seen[1].headers


# Reads are repeated, writes never


def test_it_repeats_a_read_until_the_system_is_back(serve):
    server = serve(replies(answer(503), answer(502), answer(200, b'{"ok":true}')))
    assert Http(BASE, tools_for(server.port)).read("GET", "/x").json() == {"ok": True}


def test_it_gives_a_read_up_after_its_tries(serve):
    server = serve(replies(answer(503)))
    with pytest.raises(UnavailableError):
        Http(BASE, tools_for(server.port)).read("GET", "/x")
    assert len(server.seen) == READ_TRIES


def test_it_waits_with_full_jitter_below_a_growing_ceiling(serve):
    server, clock = serve(replies(answer(503))), FakeClock()
    with pytest.raises(UnavailableError):
        Http(BASE, tools_for(server.port, clock=clock)).read("GET", "/x")
    assert all(wait <= ceiling for wait, ceiling in zip(clock.waits, (0.5, 1.0, 2.0), strict=True))


def test_it_waits_as_long_as_retry_after_says(serve):
    server, clock = serve(replies(answer(429, b"{}", ("Retry-After", "7")), answer())), FakeClock()
    Http(BASE, tools_for(server.port, clock=clock)).read("GET", "/x")
    assert clock.waits == [7.0]


def test_it_leaves_a_long_retry_after_to_the_engine(serve):
    server, clock = serve(replies(answer(429, b"{}", ("Retry-After", "600")))), FakeClock()
    with pytest.raises(RateLimitError) as caught:
        Http(BASE, tools_for(server.port, clock=clock)).read("GET", "/x")
    assert (caught.value.retry_after_s, clock.waits) == (600.0, [])


def test_it_reads_retry_after_given_as_a_date(serve):
    server = serve(replies(answer(429, b"{}", ("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"))))
    with pytest.raises(RateLimitError) as caught:
        Http(BASE, tools_for(server.port)).write("POST", "/x", json={})
    assert caught.value.retry_after_s == 0.0


@pytest.mark.parametrize("nonsense", ["soon", "inf", "nan", "-5"])
def test_it_ignores_a_retry_after_that_is_no_pause(serve, nonsense):
    server = serve(replies(answer(429, b"{}", ("Retry-After", nonsense))))
    with pytest.raises(RateLimitError) as caught:
        Http(BASE, tools_for(server.port)).write("POST", "/x", json={})
    assert caught.value.retry_after_s is None


def test_it_tells_every_worker_of_throttling(serve):
    server, limiter = serve(replies(answer(429, b"{}", ("Retry-After", "3")))), OpenLimiter()
    with pytest.raises(RateLimitError):
        Http(BASE, tools_for(server.port, limiter=limiter)).write("POST", "/x", json={})
    assert limiter.pauses == [3.0]


def test_it_never_repeats_a_write(serve):
    server = serve(replies(answer(503)))
    with pytest.raises(UnknownOutcomeError):
        Http(BASE, tools_for(server.port)).write("POST", "/x", json={})
    assert len(server.seen) == 1


def test_it_does_not_trust_the_verb_to_tell_a_read(serve):
    server = serve(replies(answer(503), answer()))
    Http(BASE, tools_for(server.port)).read("POST", "/suiteql", json={"q": "SELECT 1"})
    assert len(server.seen) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RejectedError),
        (401, AuthenticationError),
        (403, PrivilegeError),
        (404, RejectedError),
        (500, UnknownOutcomeError),
    ],
)
def test_it_judges_a_write_by_its_status(serve, status, error):
    server = serve(replies(answer(status, b"no")))
    with pytest.raises(error):
        Http(BASE, tools_for(server.port)).write("POST", "/x", json={})


def test_it_asks_the_connectors_judge(serve):
    server, asked = serve(replies(answer(404))), []
    http = Http(BASE, tools_for(server.port), judge=lambda reply, is_write: asked.append((reply.status, is_write)))
    assert (http.read("GET", "/x").status, asked) == (404, [(404, False)])


# Broken connections


def test_it_knows_that_nothing_was_sent_when_it_cannot_connect():
    with pytest.raises(UnavailableError, match="Nothing was sent"):
        Http(BASE, tools_for(closed_port())).write("POST", "/x", json={})


def test_it_does_not_know_the_outcome_of_a_write_whose_answer_was_lost(serve):
    server = serve(lambda seen, connection: None)
    with pytest.raises(UnknownOutcomeError):
        Http(BASE, tools_for(server.port)).write("POST", "/x", json={})
    assert len(server.seen) == 1


def test_it_repeats_a_read_whose_answer_was_lost(serve):
    server = serve(replies(None, answer()))
    assert Http(BASE, tools_for(server.port)).read("GET", "/x").status == 200


def test_it_does_not_know_the_outcome_of_half_an_answer(serve):
    def half(seen, connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

    server = serve(half)
    with pytest.raises(UnknownOutcomeError):
        Http(BASE, tools_for(server.port)).write("POST", "/x", json={})


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_it_ends_a_slow_drip_by_the_calls_deadline(serve, head):
    server = serve(lambda seen, connection: drip(connection, head))
    with pytest.raises(UnknownOutcomeError):
        Http(BASE, tools_for(server.port), timeout_s=1).write("POST", "/x", json={})


def test_it_gives_a_call_a_deadline_of_its_own(serve):
    server = serve(lambda seen, connection: drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: "))
    with pytest.raises(UnknownOutcomeError):
        Http(BASE, tools_for(server.port), timeout_s=60).write("POST", "/x", json={}, timeout_s=1)


def test_it_sends_nothing_once_the_lease_is_lost(serve):
    server = serve(replies(answer()))

    def refuse(timeout_s):
        raise LeaseLostError(f"no lease for {timeout_s} s")

    http = Http(BASE, tools_for(server.port, may_write=refuse), timeout_s=12)
    with pytest.raises(LeaseLostError, match="12 s"):
        http.write("POST", "/x", json={})
    assert server.seen == []


def test_it_reads_without_a_lease(serve):
    def refuse(timeout_s):
        raise LeaseLostError("no lease")

    server = serve(replies(answer()))
    assert Http(BASE, tools_for(server.port, may_write=refuse)).read("GET", "/x").status == 200


def test_it_sends_nothing_after_the_calls_deadline(serve):
    server = serve(replies(answer()))

    class SlowNames(ToLoopback):
        def dial(self, scheme, host, port):
            threading.Event().wait(0.2)
            return super().dial(scheme, host, port)

    with pytest.raises(UnavailableError, match="Nothing was sent"):
        Http(BASE, tools_for(0, egress=SlowNames(server.port)), timeout_s=0.1).write("POST", "/x", json={})
    assert server.seen == []


def test_it_gives_its_permit_back_after_a_failure(serve):
    server, limiter = serve(replies(answer(500))), OpenLimiter()
    with pytest.raises(UnknownOutcomeError):
        Http(BASE, tools_for(server.port, limiter=limiter)).write("POST", "/x", json={})
    assert limiter.open == 0


# Answers that are not what they should be


def test_it_stops_reading_an_answer_above_ten_megabytes(serve):
    server = serve(replies(answer(body=b"[" + b"0," * 5_500_000)))
    with pytest.raises(ContractError, match="10,000,000 bytes"):
        Http(BASE, tools_for(server.port)).read("GET", "/x")


def test_it_does_not_know_the_outcome_of_a_write_with_an_endless_answer(serve):
    server = serve(replies(answer(body=b"x" * 2_000)))
    with pytest.raises(UnknownOutcomeError):
        Http(BASE, tools_for(server.port), max_body_bytes=1_000).write("POST", "/x", json={})


def test_it_measures_a_gzipped_answer_unpacked(serve):
    bomb = gzip.compress(b"0" * 20_000_000)
    server = serve(replies(answer(200, bomb, ("Content-Encoding", "gzip"))))
    with pytest.raises(ContractError, match="10,000,000 bytes"):
        Http(BASE, tools_for(server.port)).read("GET", "/x")


def test_it_unpacks_gzip(serve):
    server = serve(replies(answer(200, gzip.compress(b'{"a":1}'), ("Content-Encoding", "gzip"))))
    assert Http(BASE, tools_for(server.port)).read("GET", "/x").json() == {"a": 1}


def test_it_does_not_know_the_outcome_of_a_write_with_broken_gzip(serve):
    server = serve(replies(answer(200, b"not gzip", ("Content-Encoding", "gzip"))))
    with pytest.raises(UnknownOutcomeError):
        Http(BASE, tools_for(server.port)).write("POST", "/x", json={})


@pytest.mark.parametrize("location", ["https://login.example/sso", "/login", "https://[", ""])
def test_it_follows_no_redirect(serve, location):
    server = serve(replies(answer(302, b"", ("Location", location))))
    with pytest.raises(ContractError, match="redirects to"):
        Http(BASE, tools_for(server.port)).read("GET", "/x")
    assert len(server.seen) == 1


def test_it_says_that_html_came_instead_of_json(serve):
    server = serve(replies(answer(body=b"<!doctype html><html>Sign in</html>")))
    with pytest.raises(ContractError, match=r"GET /api/x at acme\.example answered 200 with an HTML page"):
        Http(BASE, tools_for(server.port)).read("GET", "/x").json()


@pytest.mark.parametrize("body", [b"", b"oops", b'{"a":NaN}', b"[" * 100_000, b"\xff\xfe\x00"])
def test_it_refuses_what_is_not_json(serve, body):
    server = serve(replies(answer(body=body)))
    with pytest.raises(ContractError, match="instead of JSON"):
        Http(BASE, tools_for(server.port)).read("GET", "/x").json()


def test_it_sends_no_credentials_to_another_origin(serve):
    server = serve(replies(answer()))
    with pytest.raises(ContractError, match="elsewhere"):
        Http(BASE, tools_for(server.port)).read("GET", "https://evil.example/next")
    assert server.seen == []


def test_it_follows_a_next_link_of_the_same_origin(serve):
    server = serve(replies(answer()))
    Http(BASE, tools_for(server.port)).read("GET", "https://acme.example/api/x?page=2", params={"limit": 5})
    assert server.seen[0].target == "/api/x?page=2&limit=5"


@pytest.mark.parametrize("payload", [{"a": Decimal("NaN")}, {"a": object()}])
def test_it_parks_a_record_whose_payload_is_no_json(serve, payload):
    server = serve(replies(answer()))
    with pytest.raises(MappingError):
        Http(BASE, tools_for(server.port)).write("POST", "/x", json=payload)


def test_it_refuses_a_header_that_no_wire_can_carry(serve):
    server = serve(replies(answer()))
    with pytest.raises(MappingError):
        Http(BASE, tools_for(server.port)).write("POST", "/x", json={}, headers={"devKey": "schlüssel“"})


# What is logged


def test_it_logs_no_secrets(serve):
    server = serve(replies(answer(500, b'{"access_token":"tok-123456"}')))
    http = Http(BASE, tools_for(server.port), auth=BasicAuth("live_secretkey"), headers={"devKey": "dev-987"})
    with structlog.testing.capture_logs() as lines, pytest.raises(UnknownOutcomeError) as caught:
        http.write("POST", "/x", json={"password": "hunter2"}, params={"token": "qtoken"})
    told = f"{lines} {caught.value} {caught.value.answer}"
    assert [word for word in ("live_secretkey", "dev-987", "tok-123456", "hunter2", "qtoken") if word in told] == []


def test_it_logs_each_call(serve):
    server = serve(replies(answer()))
    with structlog.testing.capture_logs() as lines:
        reply = Http(BASE, tools_for(server.port)).read("GET", "/x")
    told = {key: lines[0][key] for key in ("method", "host", "path", "status", "request_id")}
    wanted = ("GET", "acme.example", "/api/x", 200, reply.request_id)
    assert tuple(told.values()) == wanted


def test_it_logs_a_call_that_failed():
    with structlog.testing.capture_logs() as lines, pytest.raises(UnavailableError):
        Http(BASE, tools_for(closed_port())).write("POST", "/x", json={})
    assert (lines[0]["event"], lines[0]["log_level"], lines[0]["failure"]) == ("call failed", "warning", "ConnectError")


# Where it dials


def test_it_connects_to_the_address_that_was_judged_whatever_dns_says_next(serve):
    server, answers = serve(replies(answer())), iter([["127.0.0.1"], ["127.0.0.2"]])
    guard = EgressGuard(["acme.example"], resolver=lambda host, port: next(answers))
    http = Http(f"http://acme.example:{server.port}", tools_for(0, egress=guard))
    http.read("GET", "/x")
    http.read("GET", "/x")
    assert [seen.headers["host"] for seen in server.seen] == [f"acme.example:{server.port}"] * 2


def test_it_asks_for_the_address_again_after_it_failed(serve):
    server, dead = serve(replies(answer())), closed_port()
    egress = ToLoopback(dead)
    http = Http(BASE, tools_for(0, egress=egress))
    with pytest.raises(UnavailableError):
        http.write("POST", "/x", json={})
    egress.port = server.port
    assert http.write("POST", "/x", json={}).status == 200


def test_it_translates_every_failure_of_the_sockets_below(serve):
    server = serve(lambda seen, connection: b"not http at all\r\n\r\n")
    with pytest.raises(httpx.RemoteProtocolError):
        DialTransport(ToLoopback(server.port)).handle_request(httpx.Request("GET", BASE))
