"""The folder .local/: which files stand there, how they are written, and the kernel's locks on them."""

import contextlib
import fcntl
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


class EmbeddedError(RuntimeError):
    """An embedded server cannot be had here; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urls:
    """Where the embedded servers answer; both carry their password."""

    database_url: str
    redis_url: str


@dataclass(frozen=True, slots=True)
class Local:
    """The paths under one .local/ folder."""

    folder: Path

    def path(self, name: str) -> Path:
        """Give the path of one file in the folder."""
        return self.folder / name

    def make(self) -> None:
        """Create the folder, readable by its owner only; refuse one that this user may not write."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedError(f"Cannot create {self.folder} for the embedded servers: {error}") from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            owner = self.folder.stat().st_uid
            raise EmbeddedError(
                f"{self.folder} belongs to user id {owner}, and this is user id {os.geteuid()}. Run as its owner, "
                "remove it (the development data in it is lost), or set DATABASE_URL and REDIS_URL."
            )

    def read_urls(self) -> Urls | None:
        """Read where the running servers answer; None where no keeper has written it."""
        try:
            return Urls(**json.loads(self.path("urls.json").read_text()))
        except FileNotFoundError:
            return None

    def write_urls(self, urls: Urls) -> None:
        """Announce the running servers."""
        write_private(self.path("urls.json"), json.dumps(asdict(urls)))

    def forget_urls(self) -> None:
        """Take the announcement back."""
        self.path("urls.json").unlink(missing_ok=True)

    def read_ports(self) -> dict[str, int]:
        """Read the ports used last, by server; empty at the first start."""
        try:
            return {str(name): int(port) for name, port in json.loads(self.path("ports.json").read_text()).items()}
        except (FileNotFoundError, ValueError):
            return {}

    def write_ports(self, ports: dict[str, int]) -> None:
        """Remember the ports, so that users which outlive a keeper find the next one's servers."""
        write_private(self.path("ports.json"), json.dumps(ports))

    def secret(self, name: str) -> str:
        """Read a random secret of this folder, made at the first call; concurrent callers agree on one."""
        path = self.path(name)
        with contextlib.suppress(FileNotFoundError):
            return path.read_text()
        fresh = self.path(f"{name}.{os.getpid()}")
        write_private(fresh, secrets.token_urlsafe(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
        return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    fresh.rename(path)


def open_lock(path: Path) -> int:
    """Open a lock file; the descriptor is kept by forks and not by programs that are executed."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def try_exclusive(descriptor: int) -> bool:
    """Take the exclusive lock if nobody holds any; never wait."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
