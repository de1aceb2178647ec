"""The users' side: find the running servers or start their keeper, and be counted for as long as the process lives."""

import fcntl
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portal.embedded.local import EmbeddedError, Local, Urls, open_lock, try_exclusive
from portal.embedded.processes import wait_until

START_TIMEOUT_S = 120.0
_SOURCES = Path(__file__).resolve().parent.parent.parent
_held: dict[Path, int] = {}


def ensure(root: Path) -> Urls:
    """Set DATABASE_URL and REDIS_URL where they are unset, to the servers embedded under `root`/.local; give both.

    The servers are started if they do not run, and stay for at least as long as this process and its forks (not the
    programs it executes: whoever starts those stays). Safe to call twice. In production nothing is ever started.
    Raises EmbeddedError, with what to do, where the servers cannot be had.
    """
    given = {name: os.environ.get(name, "") for name in ("DATABASE_URL", "REDIS_URL")}
    if not all(given.values()) and os.environ.get("ENVIRONMENT") != "production":
        found = _join(Local(root.resolve() / ".local"))
        given["DATABASE_URL"] = given["DATABASE_URL"] or found.database_url
        given["REDIS_URL"] = given["REDIS_URL"] or found.redis_url
        os.environ.update(given)
    return Urls(database_url=given["DATABASE_URL"], redis_url=given["REDIS_URL"])


def _join(local: Local) -> Urls:
    local.make()
    with _starting(local):
        _count_me(local)
        running = _find_keeper(local)
        if running is None:
            local.forget_urls()
            _start_keeper(local)
            running = local.read_urls()
    if running is None:
        raise EmbeddedError(f"The embedded servers stopped at once. See keeper.log and postgres.log in {local.folder}.")
    return running


@contextmanager
def _starting(local: Local) -> Iterator[None]:
    """Let one process at a time look for the servers and start them."""
    descriptor = open_lock(local.path("start.lock"))
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _count_me(local: Local) -> None:
    """Hold the users' lock for the life of this process; waits while a keeper is stopping its servers."""
    if local.folder not in _held:
        descriptor = open_lock(local.path("users.lock"))
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held[local.folder] = descriptor


def _find_keeper(local: Local) -> Urls | None:
    """Give the running keeper's servers, waiting for one that is still starting; None where no keeper runs."""
    descriptor = open_lock(local.path("keeper.lock"))
    found: list[Urls] = []

    def is_settled() -> bool:
        if try_exclusive(descriptor):
            return True
        found.extend(urls for urls in [local.read_urls()] if urls)
        return bool(found)

    try:
        if not wait_until(is_settled, timeout_s=START_TIMEOUT_S):
            raise EmbeddedError(f"The embedded servers did not start. See keeper.log and postgres.log, {local.folder}.")
    finally:
        os.close(descriptor)
    return found[0] if found else None


def _start_keeper(local: Local) -> None:
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as answer:
        try:
            _spawn_keeper(local, write_end)
        finally:
            os.close(write_end)
        ready, _, _ = select.select([answer], [], [], START_TIMEOUT_S)
        line = answer.readline() if ready else ""
    error = json.loads(line)["error"] if line else f"The keeper ended. See {local.path('keeper.log')}."
    if error:
        raise EmbeddedError(error)


def _spawn_keeper(local: Local, answer: int) -> None:
    # The process waited for here is the keeper's short-lived parent: the keeper itself is nobody's child.
    subprocess.run(  # noqa: S603 (our own module)
        [sys.executable, "-m", "portal.embedded.keeper", str(local.folder), str(answer)],
        cwd=_SOURCES,
        pass_fds=[answer],
        stdin=subprocess.DEVNULL,
        check=True,
    )
