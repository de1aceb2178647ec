"""Signing in: sessions that end silently, lock-outs, and the trust that MFA gives."""

from dataclasses import dataclass, field
from typing import Any

from integrations.connectors.billcom.simulator.answers import Problem, Refused, refuse
from integrations.connectors.billcom.simulator.identities import DEV_KEYS, MESSAGES, ORGS, OrgSetup, User
from integrations.connectors.billcom.simulator.limits import Limits
from integrations.connectors.billcom.simulator.switches import Switches
from integrations.sandbox.app import Json
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.dice import dice

USER_IDLE_S = 35 * 60
TOKEN_IDLE_S = 48 * 3600
REMEMBERED_S = 30 * 86_400
LOGIN_FIELDS = ("username", "password", "organizationId", "devKey")
OPTIONAL_FIELDS = ("rememberMeId", "device", "consoleApiToken")


@dataclass(slots=True, kw_only=True)
class Session:
    """One session; it stays known after its end, so that calls under way can be told apart."""

    id: str
    dev_key: str
    org_id: str
    user: User
    used_at: float
    is_trusted: bool = False
    has_ended: bool = False

    @property
    def idle_s(self) -> int:
        """How long it lives without a call."""
        return TOKEN_IDLE_S if self.user.is_token else USER_IDLE_S


@dataclass(slots=True)
class Tries:
    """Wrong passwords in a row for one login."""

    count: int = 0
    locked_until: float = 0.0


@dataclass(slots=True, kw_only=True)
class Mfa:
    """What MFA knows: who is enrolled, open challenges, and devices remembered until a time."""

    enrolled: set[str] = field(default_factory=set)
    challenges: dict[str, str] = field(default_factory=dict)
    remembered: dict[str, tuple[str, str, float]] = field(default_factory=dict)


class Sessions:
    """All sessions of the sandbox, and the log-in that makes them."""

    def __init__(self, clock: SandboxClock, switches: Switches, limits: Limits, seed: int) -> None:
        self._clock = clock
        self._switches = switches
        self._limits = limits
        self._dice = dice(seed, "billcom", "sessions")
        self._sessions: dict[str, Session] = {}
        self._tries: dict[tuple[str, str], Tries] = {}
        self.mfa = Mfa()
        self.locked = {setup.id for setup in ORGS if setup.is_locked}

    def login(self, environment: str, body: Any) -> Json:
        """Sign in; every refusal has its code."""
        values = self._login_fields(body)
        check_dev_key(values["devKey"], environment)
        self._limits.count_login(values["devKey"])
        setup = _org(environment, values["organizationId"])
        user = self._authenticate(setup, values)
        assert setup is not None
        if setup.id in self.locked:
            refuse("BDC_1107", MESSAGES["BDC_1107"])
        if self._switches.second_login_ends_first:
            self.end_all(setup.id, user.id)
        session = self._open(setup, user, values)
        return {
            "sessionId": session.id,
            "organizationId": setup.id,
            "userId": user.id,
            "trusted": session.is_trusted,
        }

    def known(self, session_id: str) -> Session | None:
        """Give a session dead or alive, or None."""
        return self._sessions.get(session_id)

    def use(self, session_id: str, dev_key: str) -> Session:
        """Give the live session and start its clock anew; refuses one that ended, silently as it may have."""
        session = self._sessions.get(session_id)
        now = self._clock.now().timestamp()
        if session is None or session.has_ended or session.dev_key != dev_key or now - session.used_at > session.idle_s:
            refuse("BDC_1109", MESSAGES["BDC_1109"])
        session.used_at = now
        return session

    def require_trust(self, session: Session) -> None:
        """Refuse what only an MFA-trusted session may do; a sync token never may."""
        if session.user.is_token:
            refuse("BDC_1145", "A sync token may not perform this operation.")
        if self._switches.mfa_required and not session.is_trusted:
            refuse("BDC_1361", MESSAGES["BDC_1361"])

    def end_all(self, org_id: str = "", user_id: str = "") -> int:
        """End the sessions of an organization or of a user, or all; gives how many lived."""
        living = [
            one
            for one in self._sessions.values()
            if not one.has_ended and org_id in ("", one.org_id) and user_id in ("", one.user.id)
        ]
        for session in living:
            session.has_ended = True
        return len(living)

    def remember(self, user_id: str, device: str) -> str:
        """Remember a device for 30 days."""
        remember_id = self.token("rmb")
        self.mfa.remembered[remember_id] = (user_id, device, self._clock.now().timestamp() + REMEMBERED_S)
        return remember_id

    def is_remembered(self, remember_id: str, user_id: str, device: str) -> bool:
        """Tell whether this device of this user is still remembered."""
        kept = self.mfa.remembered.get(remember_id)
        return kept is not None and kept[:2] == (user_id, device) and kept[2] > self._clock.now().timestamp()

    def token(self, prefix: str) -> str:
        """Make an opaque id."""
        return f"{prefix}-{self._dice.getrandbits(96):024x}"

    def _login_fields(self, body: Any) -> dict[str, str]:
        if not isinstance(body, dict):
            refuse("BDC_1122", "The request body must be a JSON object.")
        problems = [
            Problem("BDC_1119", f"{name}: unknown field", name)
            for name in body
            if name not in (*LOGIN_FIELDS, *OPTIONAL_FIELDS) and self._switches.unknown_fields != "ignore"
        ]
        for name in LOGIN_FIELDS:
            if name == "password" and "consoleApiToken" in body:
                continue
            if not body.get(name):
                problems.append(Problem("BDC_1108", f"{name}: is required", name))
        problems += [
            Problem("BDC_1124", f"{name}: must be a string", name)
            for name in (*LOGIN_FIELDS, *OPTIONAL_FIELDS)
            if body.get(name) and not isinstance(body[name], str)
        ]
        if problems:
            raise Refused(problems)
        return {name: value for name, value in body.items() if isinstance(value, str)}

    def _authenticate(self, setup: OrgSetup | None, values: dict[str, str]) -> User:
        users = setup.users if setup else ()
        user = next((one for one in users if one.username == values["username"]), None)
        tries = self._tries.setdefault((values["organizationId"], values["username"]), Tries())
        now = self._clock.now().timestamp()
        if tries.locked_until > now:
            refuse("BDC_1110", MESSAGES["BDC_1110"])
        if user is None or user.password != values.get("password"):
            tries.count += 1
            if tries.count >= self._switches.lockout_after:
                tries.count, tries.locked_until = 0, now + self._switches.lockout_s
            refuse("BDC_1101", MESSAGES["BDC_1101"])
        tries.count = 0
        if user.refusal:
            refuse(user.refusal, MESSAGES[user.refusal])
        return user

    def _open(self, setup: OrgSetup, user: User, values: dict[str, str]) -> Session:
        is_trusted = self.is_remembered(values.get("rememberMeId", ""), user.id, values.get("device", ""))
        session = Session(
            id=self.token("sess"),
            dev_key=values["devKey"],
            org_id=setup.id,
            user=user,
            used_at=self._clock.now().timestamp(),
            is_trusted=is_trusted and not user.is_token,
        )
        self._sessions[session.id] = session
        return session


def check_dev_key(dev_key: str, environment: str) -> None:
    """Refuse a developer key that is unknown here (another environment's is unknown too), inactive or unsigned."""
    known = DEV_KEYS.get(dev_key)
    code = "BDC_1102" if known is None or known.environment != environment else known.refusal
    if code:
        refuse(code, MESSAGES[code])


def _org(environment: str, org_id: str) -> OrgSetup | None:
    return next((one for one in ORGS if one.id == org_id and one.environment == environment), None)
