"""The sandbox's HTTP server, spoken to over real sockets."""

import http.client
import json
import socket
from email.utils import parsedate_to_datetime

import httpx
import pytest

from integrations.sandbox.server import running
from integrations.sandbox.tests.echo import Echo
from integrations.sandbox.world import World


@pytest.fixture
def world():
    return World([Echo])


@pytest.fixture
def sandbox(world):
    with running(world) as where:
        yield where


def speak(port, raw):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(raw)
        parts = []
        while True:
            part = line.recv(65536)
            if not part:
                return b"".join(parts)
            parts.append(part)


def test_it_serves_many_requests_on_one_connection(sandbox):
    line = http.client.HTTPConnection("127.0.0.1", sandbox.ports["echo"], timeout=5)
    answers = []
    for number in range(3):
        line.request("GET", f"/a/{number}?x=%5B1%5D")
        answers.append(json.loads(line.getresponse().read()))
    line.close()
    assert [answer["path"] for answer in answers] == ["/a/0", "/a/1", "/a/2"]


def test_it_decodes_paths_and_repeated_query_pairs(sandbox):
    answer = httpx.get(sandbox.origin("echo") + "/a%20b?x=1&x=2&y=").json()
    assert (answer["path"], answer["query"]) == ("/a b", [["x", "1"], ["x", "2"], ["y", ""]])


def test_it_sees_the_host_the_caller_names(sandbox):
    answer = httpx.get(sandbox.origin("echo") + "/", headers={"Host": "Echo.Example:443"}).json()
    assert answer["host"] == "echo.example"


def test_it_reads_chunked_bodies(sandbox, world):
    httpx.post(sandbox.origin("echo") + "/", content=iter([b'{"a":', b"1}"]))
    assert world.simulators["echo"].stored == [{"a": 1}]


def test_it_says_continue_before_a_large_body(sandbox):
    raw = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    assert speak(sandbox.ports["echo"], raw).startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201")


def test_it_answers_head_without_a_body(sandbox):
    raw = b"HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert speak(sandbox.ports["echo"], raw).endswith(b"\r\n\r\n")


def test_it_answers_204_without_a_length(sandbox):
    answer = speak(sandbox.ports["echo"], b"GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert b"Content-Length" not in answer


def test_it_refuses_oversized_headers(sandbox):
    raw = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n"
    assert speak(sandbox.ports["echo"], raw).startswith(b"HTTP/1.1 431")


def test_it_refuses_oversized_bodies(sandbox):
    raw = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n"
    assert speak(sandbox.ports["echo"], raw).startswith(b"HTTP/1.1 413")


def test_it_refuses_what_is_not_http(sandbox):
    assert speak(sandbox.ports["echo"], b"hello\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_it_cuts_the_connection_before_the_commit(sandbox, world):
    world.faults("echo").set_rules({"rules": [{"kind": "answer_lost_before_commit", "times": 1}]})
    with pytest.raises(httpx.TransportError):
        httpx.post(sandbox.origin("echo") + "/", json={})
    assert world.simulators["echo"].stored == []


def test_it_cuts_the_connection_after_the_commit(sandbox, world):
    world.faults("echo").set_rules({"rules": [{"kind": "answer_lost_after_commit", "times": 1}]})
    with pytest.raises(httpx.TransportError):
        httpx.post(sandbox.origin("echo") + "/", json={"kept": True})
    assert world.simulators["echo"].stored == [{"kept": True}]


def test_it_commits_late_what_the_caller_gave_up_on(sandbox, world):
    world.faults("echo").set_rules({"rules": [{"kind": "commit_after_timeout", "times": 1, "value_s": 600}]})
    with pytest.raises(httpx.TransportError):
        httpx.post(sandbox.origin("echo") + "/", json={"late": True})
    httpx.post(sandbox.control + "/clock", json={"advance_s": 601})
    assert httpx.get(sandbox.control + "/state/echo").json()["documents"] == [{"late": True}]


def test_it_reports_a_port_that_is_taken(sandbox):
    with pytest.raises(OSError), running(World([Echo]), sandbox.base_port):
        pass


def test_it_dates_its_answers_by_the_worlds_clock(world, sandbox):
    world.clock.advance(-86400)
    dated = parsedate_to_datetime(httpx.get(sandbox.origin("echo") + "/a").headers["date"])
    assert abs((dated - world.clock.now()).total_seconds()) < 60
