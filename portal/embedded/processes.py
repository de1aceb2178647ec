"""Processes that die with their parent, servers that must not run as root, and waiting for a process to be gone."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portal.embedded.local import EmbeddedError

PARENT_DEATH_SIGNAL = "PARENT_DEATH_SIGNAL"
_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_NOBODY = 65534
_LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signum: int, parent_pid: int) -> None:
    """Ask the kernel to send this process `signum` when its parent's thread ends; Linux only, elsewhere nothing.

    Set it after any change of user: that clears it. A parent that is already gone counts as dying now.
    """
    if sys.platform != "linux":
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, signum, 0, 0, 0)
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), signum)


def parent_death_environment(signum: signal.Signals) -> dict[str, str]:
    """Give the variable that makes a child started with it die with this process (see die_if_asked)."""
    return {PARENT_DEATH_SIGNAL: f"{signum.name}:{os.getpid()}"}


def die_if_asked() -> None:
    """Obey PARENT_DEATH_SIGNAL, "SIGTERM:<pid of the parent>"; one meant for another parent's child is ignored."""
    name, _, pid = os.environ.pop(PARENT_DEATH_SIGNAL, "").partition(":")
    if name and (os.getppid() == int(pid) or not _exists(int(pid))):
        die_with_parent(signal.Signals[name], int(pid))


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """How to start a server program as somebody who is not root."""

    user: int | None = None
    group: int | None = None
    in_namespace: bool = False

    def start(self, command: Sequence[str], *, death_signal: int, **options: Any) -> subprocess.Popen[bytes]:
        """Start the program; it receives `death_signal` when this process dies."""
        parent = os.getpid()

        def prepare() -> None:
            if self.in_namespace:
                _become_nobody_in_namespace()
            die_with_parent(death_signal, parent)

        extra_groups: list[int] | None = None if self.user is None else []
        return subprocess.Popen(  # noqa: S603 (our own binaries)
            command,
            user=self.user,
            group=self.group,
            extra_groups=extra_groups,
            preexec_fn=prepare,
            cwd="/",
            **options,
        )

    def run(self, command: Sequence[str], **options: Any) -> tuple[int, str]:
        """Run the program to its end; give its exit code and what it printed."""
        process = self.start(
            command, death_signal=signal.SIGKILL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
        )
        output, _ = process.communicate()
        return process.returncode, output.decode(errors="replace")

    def own(self, path: Path) -> None:
        """Hand a file or folder to the user the server will run as."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def choose_starter(program: Path, folder: Path) -> Starter:
    """Find a way to run `program` without root's rights, with `folder` as its place.

    An ordinary user needs nothing. Root, and a user without a name, enters a user namespace in which it is nobody
    (files stay its own); where those are forbidden, as in many containers, root's servers run as the user nobody, who
    must be able to reach both.
    """
    if _is_ordinary_user():
        return Starter()
    inside = Starter(in_namespace=True)
    with contextlib.suppress(subprocess.SubprocessError, OSError):
        if inside.run([str(program), "--version"])[0] == 0 and _reaches(inside, folder):
            return inside
    return Starter() if os.geteuid() else _as_nobody(program, folder)


def _is_ordinary_user() -> bool:
    try:
        return pwd.getpwuid(os.geteuid()).pw_uid != 0
    except KeyError:
        return False


def _as_nobody(program: Path, folder: Path) -> Starter:
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedError(
            "PostgreSQL does not run as root, user namespaces are forbidden here and there is no user 'nobody'. "
            "Run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        ) from error
    starter = Starter(user=nobody.pw_uid, group=nobody.pw_gid)
    folder.chmod(0o711)
    for path in (program, folder):
        if not _reaches(starter, path):
            raise EmbeddedError(
                "PostgreSQL does not run as root, user namespaces are forbidden here, and the user 'nobody' cannot "
                f"reach {path}: every folder above it must be searchable (chmod o+x). Allow that, move the checkout "
                "(for example to /srv), run as an ordinary user, or set DATABASE_URL and REDIS_URL."
            )
    return starter


def _reaches(starter: Starter, path: Path) -> bool:
    return starter.run(["/bin/sh", "-c", 'test -x "$0"', str(path)])[0] == 0


def _become_nobody_in_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    if _LIBC.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are forbidden")
    maps = (("setgroups", "deny"), ("uid_map", f"{_NOBODY} {user} 1"), ("gid_map", f"{_NOBODY} {group} 1"))
    for name, content in maps:
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        os.write(descriptor, content.encode())
        os.close(descriptor)


def wait_until(condition: Callable[[], bool], *, timeout_s: float, pause_s: float = 0.02) -> bool:
    """Ask `condition` again and again until it holds; False when the time is over."""
    deadline = time.monotonic() + timeout_s
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(pause_s)
    return True


def is_running(pid: int, program: str) -> bool:
    """Tell whether the process exists, is not a zombie and still is `program` (a pid may have been given anew)."""
    if sys.platform != "linux":
        return _exists(pid)
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        name = Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in {"Z", "X"} and program.startswith(name)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
