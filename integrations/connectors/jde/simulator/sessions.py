"""AIS sessions: tokens bound to a device and a node, their two clocks, and the one cursor each may hold."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from integrations.connectors.jde.simulator.options import AisOptions
from integrations.connectors.jde.simulator.reading.dictionary import Alias
from integrations.connectors.jde.simulator.reading.schema import Schema
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.connectors.jde.simulator.users import JdeUser
from integrations.sandbox.clock import SandboxClock


@dataclass(slots=True, kw_only=True)
class Cursor:
    """A result set on the HTML server: what is left of it, and until when it lives without being asked."""

    rid: str
    target: str
    schema: Schema
    aliases: Sequence[Alias]
    output: str
    rows: list[Row]
    size: int
    dies_s: float
    state: int = 1


@dataclass(slots=True, kw_only=True)
class Session:
    """One signed-in token. Without a device name it is bound to the address that asked for it."""

    token: str
    user: JdeUser
    role: str
    environment: str
    device: str
    address: str
    node: int
    born_s: float
    touched_s: float
    cursor: Cursor | None = None


@dataclass(slots=True)
class Sessions:
    """The sessions of one AIS server."""

    clock: SandboxClock
    options: AisOptions
    by_token: dict[str, Session] = field(default_factory=dict)

    def open(self, user: JdeUser, role: str, environment: str, device: str, address: str, node: int) -> Session:
        """Start a session under a new token."""
        now_s = self.clock.now().timestamp()
        session = Session(
            token=new_token(),
            user=user,
            role=role,
            environment=environment,
            device=device,
            address=address,
            node=node,
            born_s=now_s,
            touched_s=now_s,
        )
        self.by_token[session.token] = session
        return session

    def alive(self, token: str, node: int) -> Session | None:
        """Give the live session of a token as seen from a node, or None."""
        session = self.by_token.get(token)
        if session is None:
            return None
        now_s = self.clock.now().timestamp()
        idle_s, age_s = now_s - session.touched_s, now_s - session.born_s
        if idle_s > self.options.session_timeout_min * 60 or age_s > self.options.time_to_live_min * 60:
            del self.by_token[token]
            return None
        return session if session.node == node or self.options.stateless_balancing else None

    def touch(self, session: Session) -> None:
        """Start the inactivity clock anew."""
        session.touched_s = self.clock.now().timestamp()

    def close(self, session: Session) -> None:
        """End a session."""
        self.by_token.pop(session.token, None)

    def drop_all(self) -> int:
        """Forget all sessions, as a restart does; gives how many there were."""
        count = len(self.by_token)
        self.by_token.clear()
        return count


def new_token() -> str:
    """Make an opaque token that holds `+`, `/` and `=`, as Base64 may."""
    noise = base64.b64encode(secrets.token_bytes(45)).decode()
    return f"044{noise[:24]}+{noise[24:48]}/{noise[48:]}MDE5MDEw=="
