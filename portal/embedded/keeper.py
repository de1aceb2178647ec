"""The keeper: one detached process that runs both servers for as long as anybody uses them.

Run as `python -m portal.embedded.keeper FOLDER PIPE`; it answers on the pipe with one JSON line, then keeps watch.
"""

import contextlib
import fcntl
import json
import os
import select
import signal
import sys
import time
from pathlib import Path

from portal.embedded.local import EmbeddedError, Local, Urls, open_lock, try_exclusive
from portal.embedded.processes import Starter, choose_starter, wait_until
from portal.embedded.servers import (
    DATABASE,
    USER,
    Server,
    choose_port,
    is_free,
    make_cluster,
    postgres_program,
    postgres_server,
    redis_server,
    wait_for_postmaster,
)

LINGER_S = float(os.environ.get("EMBEDDED_LINGER_S", "2"))  # so that `migrate`, then `demo` share one start
LOOK_EVERY_S = 0.5
RESTART_TIMEOUT_S = 60.0
START_TRIES = 5
PORT_WAIT_S = 3.0
SERVERS = {"postgres": postgres_server, "redis": redis_server}


def main(folder: Path, answer_descriptor: int) -> None:
    """Detach, start both servers, answer, watch until the last user has left, stop both."""
    _detach(folder)
    local = Local(folder)
    keeper_lock = open_lock(local.path("keeper.lock"))
    if not try_exclusive(keeper_lock):
        _answer(answer_descriptor, "Another keeper already runs on this folder.")
        return
    os.pwrite(keeper_lock, f"{os.getpid()}\n".ljust(12).encode(), 0)  # for people and tests
    servers: list[Server] = []
    try:
        _answer(answer_descriptor, _start_all(local, servers))
        if servers:
            _watch(servers, open_lock(local.path("users.lock")))
    finally:
        local.forget_urls()
        _stop(servers)
        # Before users.lock, which the end of the process gives back: a waiting user must find no keeper.
        fcntl.flock(keeper_lock, fcntl.LOCK_UN)


def _detach(folder: Path) -> None:
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    os.umask(0o077)
    for signum in (signal.SIGINT, signal.SIGHUP):  # not SIG_IGN, which the servers would inherit
        signal.signal(signum, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    log = os.open(folder / "keeper.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)


def _answer(descriptor: int, error: str) -> None:
    with contextlib.suppress(BrokenPipeError):  # the starter was killed; the next user finds these servers
        os.write(descriptor, json.dumps({"error": error}).encode())
    os.close(descriptor)


def _start_all(local: Local, servers: list[Server]) -> str:
    try:
        program = postgres_program("postgres")
        starter = choose_starter(program, local.folder)
        make_cluster(local, starter)
        wait_for_postmaster(local.path("postgres"))
        for name in SERVERS:
            servers.append(_start(local, starter, name))
    except (EmbeddedError, OSError) as error:
        _stop(servers)
        return str(error)
    ports = {server.name: server.port for server in servers}
    local.write_ports(ports)
    local.write_urls(_urls(local, ports))
    return ""


def _start(local: Local, starter: Starter, name: str) -> Server:
    preferred = local.read_ports().get(name)
    if preferred:  # a killed keeper's server may still be leaving it
        wait_until(lambda: is_free(preferred), timeout_s=PORT_WAIT_S)
    for _ in range(START_TRIES):
        server = SERVERS[name](local, starter, choose_port(preferred))
        if server.start():
            return server
        server.stop()
        _pause(LOOK_EVERY_S)
    log = local.path(f"{name}.log")
    raise EmbeddedError(f"The embedded {name} does not start. The end of {log}:\n{log.read_text()[-1500:]}")


def _urls(local: Local, ports: dict[str, int]) -> Urls:
    postgres, redis = local.secret("postgres-password"), local.secret("redis-password")
    return Urls(
        database_url=f"postgres://{USER}:{postgres}@127.0.0.1:{ports['postgres']}/{DATABASE}",
        redis_url=f"redis://:{redis}@127.0.0.1:{ports['redis']}/0",
    )


def _watch(servers: list[Server], users_lock: int) -> None:
    """Restart what dies, until nobody has held the users' lock for the linger; ends holding it alone."""
    empty_since: float | None = None
    while True:
        _restart_dead(servers)
        if not try_exclusive(users_lock):
            empty_since = None
        elif empty_since is not None and time.monotonic() - empty_since >= LINGER_S:
            return
        else:
            empty_since = empty_since or time.monotonic()
            fcntl.flock(users_lock, fcntl.LOCK_UN)
        _pause(min(LOOK_EVERY_S, LINGER_S))


def _restart_dead(servers: list[Server]) -> None:
    for server in servers:
        deadline = time.monotonic() + RESTART_TIMEOUT_S
        while server.has_died():
            print(f"{server.name} has died: starting it again on port {server.port}", flush=True)  # noqa: T201
            # The first tries may fail while a killed server's own children still hold its shared memory.
            if not server.start():
                server.stop()
                _pause(LOOK_EVERY_S)
            if time.monotonic() > deadline:
                raise EmbeddedError(f"{server.name} does not start again on port {server.port}.")


def _stop(servers: list[Server]) -> None:
    while servers:
        servers.pop().stop()


def _pause(seconds: float) -> None:
    select.select([], [], [], seconds)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
