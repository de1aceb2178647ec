"""One AIS server: its switches, its sessions, its nodes; and one call to it with all that judges it."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from integrations.connectors.jde.simulator.options import AisOptions
from integrations.connectors.jde.simulator.sessions import Session, Sessions
from integrations.sandbox.app import Request
from integrations.sandbox.clock import SandboxClock

_NODE = re.compile(r"JSESSIONID=[^;]*!node(\d+)")


@dataclass(slots=True)
class AisServer:
    """An AIS server under its host name."""

    host: str
    clock: SandboxClock
    options: AisOptions
    sessions: Sessions = field(init=False)
    failed_sign_ins: dict[str, int] = field(default_factory=dict)
    turn: int = 0

    def __post_init__(self) -> None:
        self.sessions = Sessions(self.clock, self.options)

    @property
    def now(self) -> datetime:
        """The present in UTC."""
        return self.clock.now()

    def node_of(self, request: Request) -> int:
        """Tell which node a request reaches: the one its cookie names, else each in its turn."""
        match = _NODE.search(request.headers.get("cookie", ""))
        if match and int(match[1]) <= self.options.nodes:
            return int(match[1])
        self.turn += 1
        return self.turn % self.options.nodes + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to a server: the path below the root without its version, the version (1, 2 or 3), the node."""

    server: AisServer
    request: Request
    path: str
    version: int
    node: int = 1

    @property
    def now(self) -> datetime:
        """The present in UTC."""
        return self.server.now


def address_of(request: Request) -> str:
    """Tell the caller's address, as far as a sandbox can."""
    return request.headers.get("x-forwarded-for", "127.0.0.1").partition(",")[0].strip()


def device_of(request: Request, session: Session) -> bool:
    """Tell whether a request comes from the device or the address that its session is bound to."""
    if session.device:
        return request.headers.get("jde-ais-auth-device", "") == session.device
    return address_of(request) == session.address
