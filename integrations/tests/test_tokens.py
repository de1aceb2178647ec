"""Tokens shared by workers: sealed, fetched by one at a time, done without Redis if need be."""

import subprocess
import sys
import threading

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from integrations.contracts import Settings
from integrations.engine.tokens import MemoryTokenStore, RedisTokenStore, token_store_for
from integrations.errors import AuthenticationError, UnavailableError
from integrations.tests.wire import FakeClock


@pytest.fixture
def make(session_redis):
    return lambda scope="c1", **options: RedisTokenStore(session_redis, scope, **options)


def connection(**values):
    return Settings(connection_id="7", environment="test", values=values)


def test_it_shares_a_token_between_workers(make):
    make().put("access", "tok-1", 60)
    assert make().get("access") == "tok-1"


def test_it_keeps_scopes_and_names_apart(make):
    make().put("access", "tok-1", 60)
    assert (make("c2").get("access"), make().get("refresh")) == (None, None)


def test_it_stores_tokens_sealed(make, session_redis):
    make().put("access", "tok-1", 60)
    assert [b"tok-1" in session_redis.get(key) for key in session_redis.keys("token:*")] == [False]


def test_it_forgets_a_token_for_all(make):
    first = make()
    first.put("access", "tok-1", 60)
    first.drop("access")
    assert (first.get("access"), make().get("access")) == (None, None)


def test_it_asks_redis_once_for_many_calls(make, session_redis):
    make().put("access", "tok-1", 60)
    store = make()
    store.get("access")
    session_redis.flushdb()
    assert store.get("access") == "tok-1"


def test_it_lets_a_token_end_with_its_time(make, session_redis):
    make().put("access", "tok-1", 1)
    store = make()
    store._local.put("access", "tok-1", -1)
    session_redis.flushdb()
    assert store.get("access") is None


def test_it_signs_in_anew_when_the_sealing_key_is_gone(make, settings):
    make().put("access", "tok-1", 60)
    settings.FERNET_KEYS = ["another key"]
    assert make().get("access") is None


def test_it_shows_inside_a_log_in_what_another_worker_stored(make):
    first, second = make(), make()
    first.put("access", "stale", 60)
    second.get("access")
    first.put("access", "fresh", 60)
    with second.login("access"):
        assert second.get("access") == "fresh"


def test_it_makes_others_wait_for_a_log_in(make):
    waiting = make(clock=FakeClock())
    with make().login("access"), pytest.raises(UnavailableError, match="signing in"), waiting.login("access"):
        pass


def test_it_goes_on_when_a_log_in_is_over(make):
    with make().login("access"):
        pass
    with make().login("access"):
        pass


def test_it_frees_the_lock_of_a_log_in_that_failed(make):
    with pytest.raises(UnavailableError), make().login("access"):
        raise UnavailableError("down")
    with make(clock=FakeClock()).login("access"):
        pass


def test_it_does_not_free_a_lock_that_passed_to_another(make, session_redis):
    with make().login("access"):
        session_redis.set("token:{c1}:access:login", "another")
    assert session_redis.get("token:{c1}:access:login") == b"another"


def test_it_believes_a_refusal_for_a_while_instead_of_locking_the_account(make):
    with pytest.raises(AuthenticationError), make().login("access"):
        raise AuthenticationError("The key is refused.", code="wrong_key")
    with pytest.raises(AuthenticationError, match="The key is refused") as caught, make().login("access"):
        raise AssertionError("must not try")
    assert caught.value.code == "wrong_key"


def test_it_works_alone_without_redis():
    store = RedisTokenStore(redis.Redis(port=1, retry=Retry(NoBackoff(), 0)), "c1")
    with store.login("access"):
        store.put("access", "tok-1", 60)
    assert store.get("access") == "tok-1"


def test_it_lets_one_thread_at_a_time_log_in(make):
    store, inside, most, lock = make(), [0], [0], threading.Lock()

    def log_in():
        with store.login("access"):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=log_in) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


WORKER = """
import sys, django
from portal.launch import prepare
prepare(servers=False)
django.setup()
import redis
from integrations.contracts import Clock, Dial, Tools
from integrations.auth import TokenAuth
from integrations.engine.tokens import RedisTokenStore
client = redis.Redis.from_url(sys.argv[1])
class Auth(TokenAuth):
    def log_in(self):
        return f"token-{client.incr('log_ins')}", 3600
tools = Tools(tokens=RedisTokenStore(client, "c9"), limiter=None, clock=None, egress=None)
client.rpush("tokens", Auth(tools).token())
"""


def test_it_lets_one_process_at_a_time_log_in(session_redis, settings):
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, settings.REDIS_URL]) for _ in range(3)]
    assert [worker.wait(timeout=300) for worker in workers] == [0, 0, 0]
    assert session_redis.lrange("tokens", 0, -1) == [b"token-1"] * 3


# Which store


def test_it_keeps_no_token_of_former_credentials(session_redis):
    token_store_for(connection(api_key="old")).put("access", "tok-old", 60)
    assert token_store_for(connection(api_key="new")).get("access") is None


def test_it_keeps_tokens_when_only_our_own_notes_change(session_redis):
    token_store_for(connection(api_key="k", subscription_checked_at="09:00")).put("access", "tok-1", 60)
    assert token_store_for(connection(api_key="k", subscription_checked_at="10:00")).get("access") == "tok-1"


def test_it_has_one_store_per_connection_and_process():
    assert token_store_for(connection(api_key="k")) is token_store_for(connection(api_key="k"))


def test_it_names_no_secret_in_redis(session_redis):
    token_store_for(connection(api_key="live_secret")).put("access", "tok", 60)
    assert not any(b"live_secret" in key for key in session_redis.keys("*"))


def test_it_keeps_a_pings_tokens_to_itself():
    store = MemoryTokenStore()
    store.put("access", "tok-1", 60)
    assert (store.get("access"), MemoryTokenStore().get("access")) == ("tok-1", None)
