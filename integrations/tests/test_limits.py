"""Limits held across workers by Redis, and what happens without it."""

import itertools
import subprocess
import sys
import threading

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from integrations.contracts import Limits, SharedLimits
from integrations.engine.limits import RedisLimiter, limiter_for, share, sign_ins_for
from integrations.engine.limits_scripts import BORN
from integrations.errors import RateLimitError
from integrations.tests.wire import FakeClock

START = 1_000_000_000.0


class Watch(FakeClock):
    """One time for the clients and the server."""

    def server_time(self):
        return START + self.monotonic() - 1_000.0


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def counted(session_redis):
    """A Redis that counts the scripts run."""

    class Counting(redis.Redis):
        calls = 0

        def evalsha(self, *arguments):
            type(self).calls += 1
            return super().evalsha(*arguments)

    session_redis.set(BORN, "1")  # not flushed a moment ago
    return Counting(connection_pool=session_redis.connection_pool)


@pytest.fixture
def make(counted, watch):
    def limiter(concurrency=3, per_minute=None, per_hour=None, **changes):
        limits = Limits(concurrency=concurrency, per_minute=per_minute, per_hour=per_hour)
        options = {"call_s": 10.0, "patience_s": 0.0, "clock": watch, "server_time": watch.server_time, **changes}
        return RedisLimiter(options.pop("redis", counted), options.pop("scope", "netsuite:1"), limits, **options)

    return limiter


_open = []  # a permit that nobody refers to would be closed at once


@pytest.fixture(autouse=True)
def _close_permits():
    yield
    _open.clear()


def hold(limiter, number):
    """Take permits until told otherwise; give how many came."""
    taken = []
    limiter._clock.wait(0.001)  # one after the other
    for _ in range(number):
        permit = limiter.permit()
        try:
            permit.__enter__()
        except RateLimitError:
            break
        taken.append(permit)
    _open.extend(taken)
    return taken


def let_go(permits):
    for permit in permits:
        permit.__exit__(None, None, None)


def away():
    """Give a client of a Redis that is not there."""
    return redis.Redis(port=1, retry=Retry(NoBackoff(), 0))


# In flight


def test_it_holds_the_limit_across_workers(make):
    first, second = make(), make()
    assert (len(hold(first, 2)), len(hold(second, 5))) == (2, 1)


def test_it_gives_slots_back(make):
    first, second = make(), make()
    let_go(hold(first, 3))
    assert len(hold(second, 3)) == 3


def test_it_keeps_scopes_apart(make):
    assert (len(hold(make(), 3)), len(hold(make(scope="netsuite:2"), 3))) == (3, 3)


def test_it_frees_a_dead_holders_slots_by_itself(make, watch):
    hold(make(), 3)
    watch.wait(16.0)
    assert len(hold(make(), 3)) == 3


def test_it_says_when_to_come_back(make):
    hold(make(), 3)
    with pytest.raises(RateLimitError, match="netsuite:1") as caught, make().permit():
        pass
    assert caught.value.retry_after_s > 0


def test_it_lets_a_waiting_worker_have_a_slot_of_a_greedy_one(make, watch):
    greedy, modest = make(concurrency=2), make(concurrency=2)
    with greedy.reserve(2):
        permits = hold(greedy, 2)
        assert hold(modest, 1) == []
        let_go(permits[:1])
        watch.wait(1.1)
        assert hold(modest, 1) == []  # it asked again, and is first in the queue
        assert hold(greedy, 1) == []  # at its renewal the greedy one leaves a slot
        watch.wait(0.1)
        assert len(hold(modest, 1)) == 1


def test_it_serves_waiting_workers_in_their_order(make, watch):
    busy, first, second = make(concurrency=1), make(concurrency=1), make(concurrency=1)
    permits = hold(busy, 1)
    assert (hold(first, 1), hold(second, 1)) == ([], [])
    let_go(permits)
    watch.wait(0.1)
    assert (hold(second, 1), len(hold(first, 1))) == ([], 1)


def test_it_forgets_a_worker_that_no_longer_waits(make, watch):
    busy, gone, next_one = make(concurrency=1), make(concurrency=1), make(concurrency=1)
    permits = hold(busy, 1)
    hold(gone, 1)
    let_go(permits)
    watch.wait(1.5)
    assert len(hold(next_one, 1)) == 1


def test_it_changes_limits_at_once(make):
    limiter = make(concurrency=1)
    limiter.limits = Limits(concurrency=2)
    assert len(hold(limiter, 3)) == 2


# Reservations


def test_it_asks_redis_nothing_per_call_of_a_batch(make, counted):
    limiter = make()
    with limiter.reserve(3) as slots:
        before = type(counted).calls
        for _ in range(500):
            let_go(hold(limiter, 3))
        assert (slots, type(counted).calls - before) == (3, 0)


def test_it_counts_calls_of_a_batch_in_chunks(make, counted):
    limiter = make(per_minute=1000)
    with limiter.reserve(3):
        before = type(counted).calls
        for _ in range(500):
            let_go(hold(limiter, 1))
        assert type(counted).calls - before <= 10


def test_it_renews_each_second(make, counted, watch):
    limiter = make()
    with limiter.reserve(3):
        before = type(counted).calls
        for _ in range(10):
            watch.wait(1.01)
            let_go(hold(limiter, 3))
        assert type(counted).calls - before == 10


def test_it_keeps_a_renewed_reservation_beyond_its_lease(make, watch):
    limiter = make()
    with limiter.reserve(3):
        for _ in range(10):
            watch.wait(5.0)
            let_go(hold(limiter, 1))
        assert hold(make(), 1) == []


def test_it_reserves_what_there_is(make):
    hold(make(), 2)
    with make().reserve(3) as slots:
        assert slots == 1


def test_it_gives_a_reservation_back(make):
    limiter = make()
    with limiter.reserve(3):
        pass
    assert len(hold(make(), 3)) == 3


def test_it_registers_anew_after_a_flush_in_mid_batch(make, session_redis, watch):
    limiter = make()
    with limiter.reserve(3):
        session_redis.flushdb()
        watch.wait(1.1)
        let_go(hold(limiter, 3))
        assert hold(make(), 1) == []


# Windows


def test_it_counts_calls_a_minute_across_workers(make):
    first, second = make(per_minute=10), make(per_minute=10)
    made = 0
    for limiter in (first, second):
        for _ in range(8):
            permits = hold(limiter, 1)
            made += len(permits)
            let_go(permits)
    assert made == 10


def test_it_has_room_again_when_the_minute_has_passed(make, watch):
    limiter = make(per_minute=10)
    for _ in range(10):
        let_go(hold(limiter, 1))
    assert hold(limiter, 1) == []
    watch.wait(62.0)
    assert len(hold(limiter, 1)) == 1


def test_it_never_passes_the_limit_in_any_minute(make, watch):
    limiter, calls = make(per_minute=30, patience_s=100.0), []
    for _ in range(150):
        with limiter.permit():
            calls.append(watch.server_time())
        watch.wait(0.3)
    assert max(sum(start <= call < start + 60 for call in calls) for start in calls) <= 30


def test_it_counts_calls_an_hour(make, watch):
    limiter = make(per_hour=5)
    for _ in range(5):
        let_go(hold(limiter, 1))
    with pytest.raises(RateLimitError) as caught, limiter.permit():
        pass
    assert 3500 < caught.value.retry_after_s <= 3660


def test_it_gives_unused_calls_of_a_chunk_back(make):
    limiter = make(per_minute=100)
    with limiter.reserve(3):
        let_go(hold(limiter, 1))
    other, made = make(per_minute=100), 0
    while permits := hold(other, 1):
        made += 1
        let_go(permits)
    assert made == 99


# Pauses


def test_it_pauses_every_worker(make, watch):
    first, second = make(), make()
    first.slow_down(7.0)
    assert (hold(first, 1), hold(second, 1)) == ([], [])
    watch.wait(7.1)
    assert len(hold(second, 1)) == 1


def test_it_tells_a_worker_in_mid_batch_of_a_pause(make, watch):
    first, second = make(), make()
    with first.reserve(2):
        second.slow_down(20.0)
        watch.wait(1.1)
        assert hold(first, 1) == []


def test_it_waits_out_a_pause_within_its_patience(make, watch):
    limiter = make(patience_s=30.0)
    limiter.slow_down(7.0)
    with limiter.permit():
        assert sum(watch.waits) >= 7.0


def test_it_doubles_pauses_of_unsaid_length_and_counts_a_volley_once(make, watch):
    limiter, pauses = make(), []
    for _ in range(4):
        for _ in range(5):
            limiter.slow_down(None)
        with pytest.raises(RateLimitError) as caught, limiter.permit():
            pass
        pauses.append(round(caught.value.retry_after_s))
        watch.wait(caught.value.retry_after_s + 0.1)
    assert pauses == [1, 2, 4, 8]


def test_it_goes_on_narrower_after_a_pause_and_widens(make, watch):
    limiter = make(concurrency=4)
    limiter.slow_down(1.0)
    watch.wait(1.1)
    narrow = hold(limiter, 4)
    let_go(narrow)
    watch.wait(60.0)
    assert (len(narrow), len(hold(limiter, 4))) == (2, 4)


# Redis wiped or away


def test_it_starts_with_one_in_flight_after_a_flush_and_widens(make, session_redis, watch):
    session_redis.flushdb()
    first, second = make(), make()
    assert (len(hold(first, 1)), hold(second, 1)) == (1, [])
    watch.wait(3.0)
    assert len(hold(second, 3)) == 2


def test_it_makes_one_call_at_a_time_without_redis(make, watch):
    limiter = make(redis=away())
    permits = hold(limiter, 3)
    let_go(permits)
    assert (len(permits), len(hold(limiter, 3))) == (1, 1)


def test_it_keeps_the_pace_of_its_windows_without_redis(make, watch):
    limiter, calls = make(redis=away(), per_minute=30, patience_s=100.0), []
    for _ in range(20):
        with limiter.permit():
            calls.append(watch.monotonic())
    assert min(later - earlier for earlier, later in itertools.pairwise(calls)) >= 2.0


def test_it_returns_to_redis_when_that_is_back(make, counted, watch):
    limiter = make(redis=away())
    let_go(hold(limiter, 1))
    limiter._redis = counted
    limiter._scripts = make()._scripts
    watch.wait(3.0)
    assert len(hold(limiter, 3)) == 3


def test_it_leaves_a_reservation_though_redis_went_away(make):
    limiter = make(redis=away())
    with limiter.reserve(3) as slots:
        assert slots == 1


# Real time, real processes


def test_it_holds_the_limit_over_many_threads(counted):
    limiter = RedisLimiter(counted, "threads", Limits(concurrency=3))
    lock, now, most = threading.Lock(), [0], [0]

    def work():
        for _ in range(20):
            with limiter.permit():
                with lock:
                    now[0] += 1
                    most[0] = max(most[0], now[0])
                with lock:
                    now[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most[0] <= 3


WORKER = """
import sys, redis
from integrations.contracts import Limits, SharedLimits
from integrations.engine.limits import RedisLimiter
client = redis.Redis.from_url(sys.argv[1])
limiter = RedisLimiter(client, "processes", Limits(concurrency=2), patience_s=60.0)
for _ in range(30):
    with limiter.permit():
        client.rpush("seen", client.incr("now"))
        client.decr("now")
"""


def test_it_holds_the_limit_over_processes(counted, session_redis, live_redis_url):
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, live_redis_url]) for _ in range(4)]
    assert [worker.wait(timeout=300) for worker in workers] == [0, 0, 0, 0]
    in_flight = [int(count) for count in session_redis.lrange("seen", 0, -1)]
    assert (len(in_flight), max(in_flight) <= 2) == (120, True)


@pytest.fixture
def live_redis_url(settings):
    return settings.REDIS_URL


# Shares


def test_it_takes_the_share_that_the_tenant_grants():
    limits = share(Limits(concurrency=5, per_minute=150, per_hour=None), 80)
    assert limits == Limits(concurrency=4, per_minute=120, per_hour=None)


def test_it_takes_at_least_one():
    assert share(Limits(concurrency=1, per_minute=1), 10) == Limits(concurrency=1, per_minute=1)


def test_it_has_one_limiter_per_scope_and_process():
    first = limiter_for("one", Limits(concurrency=1), call_s=30.0)
    assert limiter_for("one", Limits(concurrency=2), call_s=30.0) is first


# What a vendor counts over several connections


def test_it_holds_what_several_connections_share(make):
    shared = make(concurrency=100, per_hour=3, scope="key")
    one, other = make(scope="org-1"), make(scope="org-2")
    one.shared = other.shared = shared
    for limiter in (one, other, one):
        with limiter.permit():
            pass
    with pytest.raises(RateLimitError), other.permit():
        pass


def test_it_gives_connections_of_one_key_the_same_shared_scope(session_redis):
    limits = Limits(concurrency=3, shared=SharedLimits(scope="key-7", per_hour=20_000, sign_ins_per_hour=200))
    one, other = limiter_for("org-7", limits, call_s=1), limiter_for("org-8", limits, call_s=1)
    assert one.shared is other.shared is not None
    assert sign_ins_for(limits, call_s=1) is sign_ins_for(limits, call_s=1)
    assert sign_ins_for(Limits(concurrency=1), call_s=1) is None
