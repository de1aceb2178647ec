"""Sign-in flows: who logs in, when, and what is replayed."""

import itertools
import threading

import pytest

from integrations.auth import BasicAuth, TokenAuth
from integrations.errors import AuthenticationError, TransientError, UnavailableError, UnknownOutcomeError
from integrations.http import Http
from integrations.tests.wire import OpenLimiter, Server, answer, closed_port, tools_for

BASE = "https://acme.example"


class CountingAuth(TokenAuth):
    """Hands out token-1, token-2 and so on."""

    def __init__(self, tools):
        super().__init__(tools)
        self.numbers = itertools.count(1)
        self.log_ins = 0

    def log_in(self):
        self.log_ins += 1
        return f"token-{next(self.numbers)}", 3600


class ProvenAuth(CountingAuth):
    write_signal_proves_not_run = True


def accepting(*tokens):
    """Answer 200 to these tokens and 401 to others."""
    good = {f"Bearer {token}" for token in tokens}
    return lambda seen, connection: answer(200 if seen.headers.get("authorization") in good else 401)


def test_it_sends_the_key_with_an_empty_password():
    with Server(lambda seen, connection: answer()) as server:
        Http(BASE, tools_for(server.port), auth=BasicAuth("key")).read("GET", "/x")
    assert server.seen[0].headers["authorization"] == "Basic a2V5Og=="


def test_it_logs_in_once_for_many_calls():
    with Server(accepting("token-1")) as server:
        tools = tools_for(server.port)
        auth = CountingAuth(tools)
        http = Http(BASE, tools, auth=auth)
        http.read("GET", "/x")
        http.write("POST", "/x", json={})
    assert auth.log_ins == 1


def test_it_logs_in_again_and_replays_a_read():
    with Server(accepting("token-2")) as server:
        tools = tools_for(server.port)
        reply = Http(BASE, tools, auth=CountingAuth(tools)).read("GET", "/x")
    assert (reply.status, len(server.seen)) == (200, 2)


def test_it_replays_a_read_with_its_body():
    with Server(accepting("token-2")) as server:
        tools = tools_for(server.port)
        Http(BASE, tools, auth=CountingAuth(tools)).read("POST", "/query", json={"q": 1})
    assert [seen.body for seen in server.seen] == [b'{"q":1}', b'{"q":1}']


def test_it_logs_in_again_only_once():
    with Server(accepting()) as server:
        tools = tools_for(server.port)
        auth = CountingAuth(tools)
        with pytest.raises(AuthenticationError):
            Http(BASE, tools, auth=auth).read("GET", "/x")
    assert (auth.log_ins, len(server.seen)) == (2, 2)


@pytest.mark.parametrize(("kind", "error"), [(ProvenAuth, TransientError), (CountingAuth, UnknownOutcomeError)])
def test_it_never_replays_a_write(kind, error):
    with Server(accepting("token-2")) as server:
        tools = tools_for(server.port)
        http = Http(BASE, tools, auth=kind(tools))
        with pytest.raises(error):
            http.write("POST", "/x", json={})
        assert len(server.seen) == 1


def test_it_has_a_fresh_token_for_the_next_try_of_a_write():
    with Server(accepting("token-2")) as server:
        tools = tools_for(server.port)
        http = Http(BASE, tools, auth=ProvenAuth(tools))
        with pytest.raises(TransientError):
            http.write("POST", "/x", json={})
        assert http.write("POST", "/x", json={}).status == 200


def test_it_takes_the_token_that_another_worker_fetched():
    with Server(accepting("token-9")) as server:
        tools = tools_for(server.port)
        auth = CountingAuth(tools)
        tools.tokens.put("access", "token-0", 60)
        http = Http(BASE, tools, auth=auth)
        auth.apply = lambda request, token: (
            tools.tokens.put("access", "token-9", 60),
            TokenAuth.apply(auth, request, token),
        )
        assert (http.read("GET", "/x").status, auth.log_ins) == (200, 0)


def test_it_lets_one_thread_at_a_time_log_in():
    tools = tools_for(0)
    auth = CountingAuth(tools)
    threads = [threading.Thread(target=auth.token) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert auth.log_ins == 1


def test_it_keeps_a_token_a_little_shorter_than_it_lives():
    tools, kept = tools_for(0), []
    tools.tokens.put = lambda name, token, ttl_s: kept.append(ttl_s)
    CountingAuth(tools).token()
    assert kept == [3540]


def test_it_logs_in_outside_the_calls_permit():
    limiter = OpenLimiter()
    tools, open_at_log_in = tools_for(closed_port(), limiter=limiter), []

    class WatchingAuth(TokenAuth):
        def log_in(self):
            open_at_log_in.append(limiter.open)
            return "t", 60

    with pytest.raises(UnavailableError):
        Http(BASE, tools, auth=WatchingAuth(tools)).write("POST", "/x", json={})
    assert open_at_log_in == [0]


def test_it_does_not_repeat_a_read_whose_sign_in_gave_up_already():
    tools, tries = tools_for(closed_port()), []

    class DownAuth(TokenAuth):
        def log_in(self):
            tries.append(1)
            raise UnavailableError("the token endpoint is down")

    with pytest.raises(UnavailableError, match="Signing in is not possible just now"):
        Http(BASE, tools, auth=DownAuth(tools)).read("GET", "/x")
    assert len(tries) == 1
