"""Open sessions and the slots they hold: by cookie, or one for each grant of tokens."""

from dataclasses import dataclass
from secrets import token_hex

from integrations.connectors.acumatica.simulator.answers import OCCURRED, Refused, http_error
from integrations.connectors.acumatica.simulator.identities import User
from integrations.connectors.acumatica.simulator.options import Options
from integrations.sandbox.app import Request
from integrations.sandbox.clock import SandboxClock

COOKIE, AUTH_COOKIE = "ASP.NET_SessionId", ".ASPXAUTH"
LOGIN_LIMIT = "API Login Limit. The maximum number of sessions that the license allows has been reached."


@dataclass(slots=True, kw_only=True, eq=False)
class Session:
    """One open session, holding a slot until it is logged out or idle too long."""

    id: str
    tenant: str
    user: User
    branch: str = ""
    grant: str = ""
    ends_at: float


class Sessions:
    """All open sessions of the site."""

    def __init__(self, clock: SandboxClock, options: Options) -> None:
        self._clock = clock
        self._options = options
        self._open: dict[str, Session] = {}

    def open(self, tenant: str, user: User, branch: str = "", grant: str = "", life_s: float | None = None) -> Session:
        """Open a session, refused when the licence's sessions are all taken."""
        self._sweep()
        if len(self._open) >= self._options.api_users:
            raise Refused(http_error(self._options.login_limit_status, OCCURRED, LOGIN_LIMIT))
        ends_at = self._now() + (self._options.session_idle_s if life_s is None else life_s)
        made = Session(id=token_hex(12), tenant=tenant, user=user, branch=branch, grant=grant, ends_at=ends_at)
        self._open[made.id] = made
        return made

    def of_cookie(self, request: Request) -> Session | None:
        """Give the session of a request's cookies, kept open by being used."""
        return self._use(cookies(request).get(COOKIE, ""))

    def of_grant(self, grant: str) -> Session | None:
        """Give the session that a grant holds."""
        found = next((one for one in self._open.values() if one.grant == grant), None)
        return self._use(found.id) if found else None

    def close(self, session: Session) -> None:
        """Log a session out and free its slot."""
        self._open.pop(session.id, None)

    def close_all(self) -> None:
        """End every session, as a restart of the site does."""
        self._open.clear()

    def count(self) -> int:
        """Count the open sessions."""
        self._sweep()
        return len(self._open)

    def _use(self, id: str) -> Session | None:
        self._sweep()
        found = self._open.get(id)
        if found is not None:
            found.ends_at = max(found.ends_at, self._now() + self._options.session_idle_s)
        return found

    def _sweep(self) -> None:
        now = self._now()
        if any(one.ends_at <= now for one in self._open.values()):
            self._open = {id: one for id, one in self._open.items() if one.ends_at > now}

    def _now(self) -> float:
        return self._clock.now().timestamp()


def cookies(request: Request) -> dict[str, str]:
    """Read the cookies of a request."""
    pairs = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return {name: value for name, _, value in pairs if name}


def set_cookies(session: Session, request: Request) -> tuple[tuple[str, str], ...]:
    """Give the headers that hand a session to the caller; a bare address is not served over TLS."""
    more = "HttpOnly" if request.is_bare_address else "secure; HttpOnly; SameSite=None"
    return (
        ("Set-Cookie", f"{COOKIE}={session.id}; path=/; {more}"),
        ("Set-Cookie", f"{AUTH_COOKIE}={session.id[::-1]}; path=/; {more}"),
    )
