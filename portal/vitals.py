"""Whether the portal's parts answer, for monitors and for the public status page; never anything of a company's."""

import time
from dataclasses import dataclass
from functools import lru_cache

import django_rq
from django.db import DatabaseError, connection
from redis.exceptions import RedisError
from rq import Worker

from portal.queries.service import Figure, backlog

LATE_S = 300  # a planned run, or a webhook, that waits longer than this is a delay worth telling
FRESH_S = 15  # how long the figures of the public page are kept, however often it is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the service; `state` is up, slow or down."""

    name: str
    state: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """How the service is now: its parts, and counts over all companies."""

    parts: tuple[Part, ...]
    figures: tuple[Figure, ...]

    @property
    def state(self) -> str:
        """Give the worst state of a part."""
        states = {part.state for part in self.parts}
        return "down" if "down" in states else "slow" if "slow" in states else "up"


def database_answers() -> bool:
    """Ask the database for something."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def redis_answers() -> bool:
    """Ask Redis for something."""
    try:
        return bool(django_rq.get_connection("default").ping())
    except RedisError:
        return False


def vitals() -> Vitals:
    """Give how the service is; looked up every few seconds at most."""
    return _vitals(int(time.time() // FRESH_S))


@lru_cache(maxsize=1)
def _vitals(moment: int) -> Vitals:
    if not database_answers():
        return Vitals(parts=(_part("Portal and database", "down", "The database does not answer."),), figures=())
    figures = backlog()
    late, waits = figures["run_late_seconds"].value, figures["inbox_oldest_seconds"].value
    parts = (
        _part("Portal and database", "up", "Pages, sign-in and the audit trail answer."),
        _queue(),
        _timely("Scheduled runs", late, "start on time", "start late"),
        _timely(
            "Webhooks", waits, "are taken in and worked on within minutes", "are taken in and wait to be worked on"
        ),
    )
    shown = ("runs_running", "records_due", "inbox_new")
    return Vitals(parts=parts, figures=tuple(figures[name] for name in shown))


def _queue() -> Part:
    name = "Workers"
    if not redis_answers():
        return _part(name, "down", "The queue does not answer. Nothing is lost: runs go on when it is back.")
    working = Worker.count(connection=django_rq.get_connection("default"))
    if not working:
        return _part(name, "down", "No worker is running. Nothing is lost: runs go on when one starts.")
    return _part(name, "up", f"{working} running." if working > 1 else "Running.")


def _timely(name: str, seconds: float, well: str, late: str) -> Part:
    return _part(name, "slow", f"They {late}.") if seconds > LATE_S else _part(name, "up", f"They {well}.")


def _part(name: str, state: str, said: str) -> Part:
    return Part(name=name, state=state, said=said)
