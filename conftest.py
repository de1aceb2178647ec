"""The whole suite's ground: embedded servers, one database and one Redis number per pytest process, and their resets.

Which fixture to ask for:

- `db` (or the mark `django_db`): the test runs in a transaction that is rolled back. The usual choice.
- `live_db`: real commits, seen by threads and by other processes. Afterwards what was filled is emptied (some 5 ms)
  as the owner of the database may, because Django's own reset is TRUNCATE, which the audit trail's triggers rightly
  refuse; no test drops them. `transactional_db`, `live_server` and the mark `django_db(transaction=True)` are reset
  in the same way. Programs started by such a test inherit DATABASE_URL and REDIS_URL of this session.
- Redis is emptied after every test.

The servers are the embedded ones unless DATABASE_URL and REDIS_URL are set. `--create-db` migrates the template anew;
it happens by itself when a migration or the lock file has changed.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import django
import pytest
import redis
from django.conf import settings
from django.test import TransactionTestCase
from pytest_django.plugin import blocking_manager_key
from xdist.scheduler import LoadScopeScheduling

from portal.launch import prepare
from portal.tests import databases

JOURNEYS = "tests/journeys/"
PORTION = 12  # tests; the last portions of all are of the shortest tests

# All this at import, because a folder's own conftest.py may import models before any hook of this file is called.
if settings.configured:
    pytest.exit("Unset DJANGO_SETTINGS_MODULE: the tests import the settings after their servers are up.", 4)
os.environ.setdefault("LOG_LEVEL", "WARNING")
prepare()
databases.take_slot()
django.setup()
# The workers of pytest-xdist inherit the environment and must not import the settings before taking their own slot.
del os.environ["DJANGO_SETTINGS_MODULE"]
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveDb:
    """The session's database and Redis as other processes reach them; both are in the environment already."""

    database_url: str
    redis_url: str


class Portions(LoadScopeScheduling):
    """Gives each worker some tests of a module at a time, and all browser journeys to one: stacks would wait in turn.

    Tests of a module share what its fixtures and this process's caches hold. What is finished is forgotten, and a
    test's number looked up: pytest-xdist itself goes through all tests for each of them.
    """

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._portions: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def schedule(self) -> None:
        """Portion what was collected, the first time."""
        if self.collection is None:
            collected = next(iter(self.registered_collections.values()))
            self._portions = _portions(collected)
            self._numbers = {nodeid: number for number, nodeid in enumerate(collected)}
        super().schedule()

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """Note that a worker has done a test."""
        work, nodeid = self.assigned_work[node], self.registered_collections[node][item_index]
        portion = self._portions[nodeid]
        work[portion][nodeid] = True
        if all(work[portion].values()):
            del work[portion]
        self._reschedule(node)

    def _split_scope(self, nodeid: str) -> str:
        return self._portions[nodeid]

    def _assign_work_unit(self, node: Any) -> None:
        portion, tests = self.workqueue.popitem(last=False)
        self.assigned_work[node][portion] = tests
        node.send_runtest_some([self._numbers[nodeid] for nodeid, is_done in tests.items() if not is_done])


def _portions(collected: Sequence[str]) -> dict[str, str]:
    """Name each test's portion."""
    seen: Counter[str] = Counter()
    portions = {}
    for nodeid in collected:
        module = nodeid.partition("::")[0]
        portions[nodeid] = JOURNEYS if module.startswith(JOURNEYS) else f"{module} {seen[module] // PORTION}"
        seen[module] += 1
    return portions


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist there is nothing to schedule
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Portions:
    """Schedule the tests of several workers; pytest-xdist 3.8 no longer sees its own groups under pytest 9.2."""
    return Portions(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Migrate the template while the workers of pytest-xdist collect: each of them would wait for it."""
    config = session.config
    if not _is_alone(config) and not hasattr(config, "workerinput"):
        with config.stash[blocking_manager_key].unblock():
            databases.make_template(migrate_anew=config.getvalue("create_db"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that kill real processes, the longest of all: at the end one worker would be left alone."""
    items.sort(key=lambda item: item.get_closest_marker("chaos") is None)


def _is_alone(config: pytest.Config) -> bool:
    """Tell whether this process neither has workers nor is one."""
    return not hasattr(config, "workerinput") and config.getoption("dist", "no") == "no"


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Make this session's database from the template; pytest-django's own would migrate at every start."""
    with django_db_blocker.unblock():
        databases.create(migrate_anew=_is_alone(request.config) and request.config.getvalue("create_db"))
    yield
    with django_db_blocker.unblock():
        databases.drop()


@pytest.fixture(scope="session", autouse=True)
def _reset_by_template() -> Iterator[None]:
    """Let Django's tests with real commits end in our own reset instead of TRUNCATE."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: databases.reset())
        yield


@pytest.fixture
def live_db(transactional_db: None) -> LiveDb:
    """Give a clean database with real commits, for tests of several threads or processes."""
    return LiveDb(database_url=os.environ["DATABASE_URL"], redis_url=os.environ["REDIS_URL"])


@pytest.fixture(scope="session")
def session_redis() -> Iterator[redis.Redis]:
    """Give a client of this session's Redis database."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    yield client
    client.close()


@pytest.fixture(autouse=True)
def _empty_redis(session_redis: redis.Redis) -> Iterator[None]:
    """Leave nothing of a test in the cache, the queues and the limits."""
    yield
    session_redis.flushdb()
