"""The wire below a call: whatever a server does with its socket, an answer belongs to its own request or to none."""

import socket
import threading

import pytest

from integrations.dial import trust
from integrations.errors import ContractError, RejectedError, UnknownOutcomeError
from integrations.http import Http
from integrations.tests.certificates import HOST, ca_pem, server_context
from integrations.tests.wire import Server, ToLoopback, answer, tools_for


def one_after_the_other(*replies):
    """Script a server that gives these answers in order, whatever is asked; the last one again and again."""
    left = list(replies)
    return lambda seen, connection: left.pop(0) if len(left) > 1 else left[0]


def client(server, **options):
    return Http("http://acme.example", tools_for(server.port), **options)


@pytest.mark.parametrize("status", [102, 103])
def test_it_waits_for_the_answer_behind_a_preliminary_one(status):
    hints = f"HTTP/1.1 {status} X\r\nLink: </style.css>\r\n\r\n".encode()
    with Server(one_after_the_other(hints + answer(400, b'{"no": 1}'), answer(200, b'{"second": 2}'))) as server:
        http = client(server)
        with pytest.raises(RejectedError):
            http.write("POST", "/x", json={})
        assert http.write("POST", "/y", json={}).json() == {"second": 2}


def test_it_does_not_know_the_outcome_of_a_write_answered_by_a_change_of_protocols():
    reply = b"HTTP/1.1 101 X\r\nUpgrade: other\r\n\r\n"
    with Server(lambda seen, connection: reply) as server, pytest.raises(UnknownOutcomeError):
        client(server).write("POST", "/x", json={})


def test_it_reads_an_answer_whose_headers_are_not_ascii():
    reply = b"HTTP/1.1 201 X\r\nX-Note: caf\xe9\r\nContent-Length: 2\r\n\r\n{}"
    with Server(lambda seen, connection: reply) as server:
        assert client(server).write("POST", "/x", json={}).status == 201


def test_it_reads_no_head_without_end():
    endless = b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 400_000
    with Server(lambda seen, connection: endless) as server, pytest.raises(UnknownOutcomeError):
        client(server).write("POST", "/x", json={})


def test_it_takes_no_answer_that_came_before_its_request(tmp_path):
    first, planted = answer(200, b'{"n": 1}'), answer(200, b'{"n": 9}')
    more = first + b" " * (8192 - len(first)) + planted  # what was read ahead ends where the planted answer begins
    with Server(one_after_the_other(more, answer(200, b'{"n": 2}')), server_context(tmp_path, [])) as server:
        tools = tools_for(0, egress=ToLoopback(server.port, scheme="https"))
        http = Http(f"https://{HOST}", tools, verify=trust(ca_pem()))
        http.read("GET", "/x")
        assert http.write("POST", "/y", json={}).json() == {"n": 2}


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 X\r\nContent-Length: 8\r\n\r\n" + b'{"n": 9}', b"rest"])
def test_it_takes_no_plain_answer_that_came_before_its_request(more):
    with Server(one_after_the_other(answer(200, b'{"n": 1}') + more, answer(200, b'{"n": 2}'))) as server:
        http = client(server)
        http.read("GET", "/x")
        assert http.write("POST", "/y", json={}).json() == {"n": 2}


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 204 X\r\n\r\n",
        b"HTTP/1.1 204 X\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_it_uses_a_connection_again_after_an_empty_answer(reply):
    with Server(lambda seen, connection: reply) as server:
        http = client(server)
        assert [http.write("PATCH", "/x", json={}).body for _ in range(3)] == [b"", b"", b""]
        assert server.connections == 1


@pytest.mark.parametrize(
    "half",
    [
        b"HTTP/1.1 200 X\r\nContent-Le",
        b"HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\n{",
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{}",
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\nzz\r\n",
        b"HTTP/1.1 2",
        b"",
    ],
)
def test_it_does_not_know_the_outcome_of_a_write_answered_in_part(half):
    def cut(seen, connection):
        connection.sendall(half)
        connection.shutdown(socket.SHUT_RDWR)
        return b""

    with Server(cut) as server, pytest.raises(UnknownOutcomeError):
        client(server).write("POST", "/x", json={})


def test_it_asks_over_a_new_connection_when_the_server_has_closed_the_kept_one():
    hung_up = threading.Event()

    def close_after(seen, connection):
        connection.sendall(answer())
        connection.shutdown(socket.SHUT_RDWR)
        hung_up.set()
        return b""

    with Server(close_after) as server:
        http = client(server)
        for _ in range(3):
            assert http.write("POST", "/x", json={}).status == 200
            assert hung_up.wait(5)
            hung_up.clear()
        assert server.connections == 3


def test_it_parks_nothing_on_an_answer_without_a_length_that_ends_early():
    def endless(seen, connection):
        connection.sendall(b'HTTP/1.1 200 X\r\n\r\n{"id": 1')
        connection.shutdown(socket.SHUT_RDWR)
        return b""

    with Server(endless) as server, pytest.raises(ContractError):
        client(server).write("POST", "/x", json={}).json()
