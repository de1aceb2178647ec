"""The embedded servers, with real processes: found, shared, restarted, and nothing left behind."""

import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from portal.embedded import ensure_keys
from portal.embedded.processes import wait_until
from portal.launch import ROOT

DEADLINE_S = 60
USER = """
import json, signal, sys
from dataclasses import asdict
from pathlib import Path
from portal.embedded import ensure
signal.signal(signal.SIGINT, signal.default_int_handler)
print(json.dumps(asdict(ensure(Path(sys.argv[1])))), flush=True)
sys.stdin.read()
"""


class User:
    """A process that uses the servers until its input is closed or it is killed."""

    def __init__(self, root: Path, **environment: str) -> None:
        known = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER, str(root)],
            cwd=ROOT,
            env={**known, "EMBEDDED_LINGER_S": "0.1", **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def urls(self) -> dict[str, str]:
        return json.loads(self.process.stdout.readline())

    def leave(self) -> None:
        self.process.stdin.close()
        self.process.wait(DEADLINE_S)
        self.process.stdout.close()


@pytest.fixture
def root() -> Iterator[Path]:
    # Not tmp_path: where root may not make namespaces, the server runs as nobody and must reach the folder.
    folder = Path(tempfile.mkdtemp(prefix="embedded-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def join(root: Path) -> Iterator[Callable[[], User]]:
    users: list[User] = []

    def start() -> User:
        users.append(User(root))
        return users[-1]

    yield start
    left = running(root)
    for user in users:
        user.leave()
    assert_gone(left)


def running(root: Path) -> dict[int, str]:
    """Give pidfd -> name of the keeper and its two servers, as they run now."""
    keeper = int((root / ".local" / "keeper.lock").read_text())
    children = Path(f"/proc/{keeper}/task/{keeper}/children")
    processes = {}
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a probe of the keeper's may end meanwhile
        for pid in [keeper, *map(int, children.read_text().split())]:
            processes[os.pidfd_open(pid)] = Path(f"/proc/{pid}/comm").read_text().strip()
    return processes


def assert_gone(processes: dict[int, str]) -> None:
    poll = select.poll()
    left = dict(processes)
    for descriptor in left:
        poll.register(descriptor, select.POLLIN)
    deadline = time.monotonic() + DEADLINE_S
    while left and time.monotonic() < deadline:
        for descriptor, _ in poll.poll(1000):
            poll.unregister(descriptor)
            os.close(descriptor)
            del left[descriptor]
    assert not left


def kill(root: Path, name: str) -> None:
    """Kill the server of that name, or the keeper ("python"), and wait until it is gone."""
    for descriptor, command in running(root).items():
        if command.startswith(name):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            assert select.select([descriptor], [], [], DEADLINE_S)[0]
        os.close(descriptor)


def answers(urls: dict[str, str]) -> bool:
    try:
        with psycopg.connect(urls["database_url"], connect_timeout=5) as connection:
            connection.execute("SELECT 1")
        with redis.Redis.from_url(urls["redis_url"], socket_timeout=5) as client:
            return client.ping()
    except (psycopg.OperationalError, redis.ConnectionError):
        return False


def test_it_gives_concurrent_starters_one_server(join):
    users = [join() for _ in range(6)]
    urls = [user.urls() for user in users]
    assert urls == [urls[0]] * 6
    assert answers(urls[0])


def test_it_finds_running_servers_again(join, root):
    first = join()
    first_urls = first.urls()
    keeper = (root / ".local" / "keeper.lock").read_text()
    second = join()
    assert (second.urls(), (root / ".local" / "keeper.lock").read_text()) == (first_urls, keeper)


def test_it_keeps_the_servers_for_the_users_who_stay(join):
    first = join()
    first.urls()
    second = join()
    urls = second.urls()
    first.leave()
    assert answers(urls)


@pytest.mark.parametrize("name", ["postgres", "valkey-server"])
def test_it_restarts_a_killed_server_on_its_port(join, root, name):
    urls = join().urls()
    kill(root, name)
    assert wait_until(lambda: answers(urls), timeout_s=DEADLINE_S)


def test_it_returns_to_its_ports_after_its_keeper_was_killed(join, root):
    urls = join().urls()
    kill(root, "python")
    assert join().urls() == urls
    assert answers(urls)


def test_it_leaves_nothing_after_its_keeper_was_killed(join, root):
    join().urls()
    processes = running(root)
    kill(root, "python")
    assert_gone(processes)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_it_leaves_nothing_after_its_user_was_killed(join, root, signum):
    user = join()
    user.urls()
    processes = running(root)
    user.process.send_signal(signum)
    assert len(processes) == 3
    assert_gone(processes)


def test_it_makes_the_cluster_anew_after_a_killed_initdb(join, root):
    half_made = root / ".local" / "postgres.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    assert answers(join().urls())


def test_it_asks_redis_users_for_the_password(join):
    port = int(urlsplit(join().urls()["redis_url"]).port)
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")


def test_it_asks_database_users_for_the_password(join):
    url = urlsplit(join().urls()["database_url"])
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgres://portal:wrong@127.0.0.1:{url.port}/portal")


def test_it_listens_on_loopback_only(join):
    ports = {urlsplit(url).port for url in join().urls().values()}
    listening = {tuple(line.split()[1].split(":")) for line in sockets() if line.split()[3] == "0A"}
    assert {address for address, port in listening if int(port, 16) in ports} == {"0100007F"}


def sockets() -> list[str]:
    """Give the kernel's table of sockets; an address of the second kind would show as a longer one."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    return [line for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]


def test_it_keeps_the_secrets_private(join, root):
    join().urls()
    local = root / ".local"
    readable = [path.name for path in local.iterdir() if path.is_file() and path.stat().st_mode & 0o077]
    assert readable == []


def test_it_starts_nothing_where_both_urls_are_set(root):
    user = User(root, DATABASE_URL="postgres://elsewhere/portal", REDIS_URL="redis://elsewhere/0")
    urls = user.urls()
    user.leave()
    assert urls == {"database_url": "postgres://elsewhere/portal", "redis_url": "redis://elsewhere/0"}
    assert not (root / ".local").exists()


def test_it_starts_nothing_in_production(root):
    user = User(root, ENVIRONMENT="production")
    urls = user.urls()
    user.leave()
    assert urls == {"database_url": "", "redis_url": ""}
    assert not (root / ".local").exists()


def test_it_makes_one_set_of_development_keys_per_checkout(root, monkeypatch):
    keys = []
    for _ in range(2):
        monkeypatch.delenv("SECRET_KEY", raising=False)
        monkeypatch.delenv("FERNET_KEYS", raising=False)
        ensure_keys(root)
        keys.append((os.environ["SECRET_KEY"], os.environ["FERNET_KEYS"]))
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2


def test_it_makes_no_keys_in_production(root, monkeypatch):
    monkeypatch.delenv("FERNET_KEYS", raising=False)
    monkeypatch.setenv("ENVIRONMENT", "production")
    ensure_keys(root)
    assert "FERNET_KEYS" not in os.environ
