"""Signing in to AIS: one token per connection, bound to our device name, kept with cookies and the user's formats."""

import json
import threading
from dataclasses import dataclass, field
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any

import httpx

from integrations.auth import TokenAuth
from integrations.connectors.jde.aliases import Formats
from integrations.connectors.jde.configuration import Locator
from integrations.connectors.jde.credentials import Credentials
from integrations.connectors.jde.explain import judge_sign_in
from integrations.contracts import Tools
from integrations.errors import AuthenticationError, ConfigurationError, ConnectorError, ContractError
from integrations.http import Http, judge_by_status

TOKEN_HEADER = "jde-AIS-Auth"  # noqa: S105
DEVICE_HEADER = "jde-AIS-Auth-Device"
RENEW_AT = 0.8  # of the server's own time to live


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SignIn:
    """A signed-in session: its token, the node's cookies, and how the user writes days and numbers."""

    token: str
    environment: str
    role: str
    user: str
    zone: str
    formats: Formats
    cookies: dict[str, str] = field(default_factory=dict)

    def pack(self) -> str:
        """Write it as one text for the sealed token store."""
        said = {
            "token": self.token,
            "environment": self.environment,
            "role": self.role,
            "user": self.user,
            "zone": self.zone,
            "date": self.formats.simple_date,
            "decimal": self.formats.decimal,
            "cookies": self.cookies,
        }
        return json.dumps(said)

    @classmethod
    def unpack(cls, packed: str) -> "SignIn":
        """Read what `pack` wrote."""
        said = json.loads(packed)
        formats = Formats(simple_date=said["date"], decimal=said["decimal"])
        names = ("token", "environment", "role", "user", "zone", "cookies")
        return cls(formats=formats, **{name: said[name] for name in names})


class JdeAuth(TokenAuth):
    """Puts token, device and cookies on calls.

    444 means that the session is gone. 403 may mean that too, or that the user may not do this: the session itself is
    asked. A write whose session ended is unknown, for AIS does not say whether the call ran.
    """

    def __init__(self, tools: Tools, credentials: Credentials, http: Http, locator: Locator) -> None:
        super().__init__(tools)
        self.name = token_name(credentials)
        self._credentials = credentials
        self._http = http
        self._locator = locator
        self._cookies: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()
        self._refused: AuthenticationError | None = None

    @property
    def sign_in(self) -> SignIn:
        """The session in use; signs in if there is none."""
        return SignIn.unpack(self.token())

    def log_in(self) -> tuple[str, int]:
        """Sign in; a refusal is remembered and not tried again, as JD Edwards locks users after a few."""
        configuration = self._locator.configuration()
        return self._request().pack(), round(configuration.time_to_live_s * RENEW_AT)

    def look_in(self) -> SignIn:
        """Open a session beside the one in use and end it: others may be writing with theirs."""
        session = self._request()
        self._end(session)
        return session

    def apply(self, request: httpx.Request, token: str) -> None:
        """Send token, device and the node's cookies."""
        session = SignIn.unpack(token)
        request.headers[TOKEN_HEADER] = session.token
        request.headers[DEVICE_HEADER] = self._credentials.device
        with self._lock:
            cookies = {**session.cookies, **self._cookies.get(session.token, {})}
        if cookies:
            request.headers["Cookie"] = cookie_header(cookies)

    def is_expired(self, response: httpx.Response) -> bool:
        """Tell whether the session is gone; keeps the cookies that came."""
        sent = response.request.headers
        token = sent.get(TOKEN_HEADER, "")
        self._keep_cookies(token, response)
        if response.status_code == 444:
            return True
        return response.status_code == 403 and not self._is_alive(token, sent.get("Cookie", ""))

    def log_out(self) -> None:
        """End the session on the server, which holds two for it; one that is gone already is as good."""
        packed = self._tokens.get(self.name)
        if not packed:
            return
        self._tokens.drop(self.name)
        self._end(SignIn.unpack(packed))

    def _request(self) -> SignIn:
        if self._refused:
            raise self._refused
        try:
            return request_token(self._http, self._locator.root(), self._credentials)
        except AuthenticationError as error:
            self._refused = error
            raise

    def _end(self, session: SignIn) -> None:
        try:
            end_session(self._http, self._locator.root(), session, self._credentials.device)
        except ConnectorError:
            return  # it ends by itself when it has been idle

    def _is_alive(self, token: str, cookies: str) -> bool:
        """Ask whether a session lives. Source: op-v2-tokenrequest-validate-post, read 2026-11-21."""
        body = {"token": token, "deviceName": self._credentials.device, "touch": True}
        headers = {"Cookie": cookies} if cookies else {}
        try:
            url = f"{self._locator.root()}/v2/tokenrequest/validate"
            answer = self._http.read("POST", url, json=body, headers=headers)
            return answer.is_success and bool(answer.json().get("isValidSession"))
        except (ConnectorError, AttributeError):
            return False

    def _keep_cookies(self, token: str, response: httpx.Response) -> None:
        fresh = cookies_of(response.headers)
        if fresh and token:
            with self._lock:
                self._cookies = {token: {**self._cookies.get(token, {}), **fresh}}


def token_name(credentials: Credentials) -> str:
    """Name the shared session of a server, user, environment, role and password: changed ones never meet an old one."""
    values = (credentials.origin, *credentials.roots, credentials.username, credentials.password)
    more = (credentials.environment, credentials.role, credentials.device)
    return f"jde:{sha256(chr(10).join((*values, *more)).encode()).hexdigest()[:24]}"


def request_token(http: Http, root: str, credentials: Credentials) -> SignIn:
    """Sign in with an explicit device name, environment and role.

    Raises AuthenticationError for a refusal (never retried), ConfigurationError with the causes of a 405 or where the
    server signed us in to another environment or role.

    Source: op-v2-tokenrequest-post, "Requesting a Token", read 2026-11-21.
    """
    body = {
        "username": credentials.username,
        "password": credentials.password,
        "deviceName": credentials.device,
        "environment": credentials.environment,
        "role": credentials.role,
    }
    answer = http.read("POST", f"{root}/v2/tokenrequest", json=body)
    judge_sign_in(answer)
    session = _session(answer.json(), cookies_of(answer.headers))
    for name, wanted, given in (
        ("environment", credentials.environment, session.environment),
        ("role", credentials.role, session.role),
    ):
        if given and given.upper() != wanted.upper():
            raise ConfigurationError(
                f"JD Edwards signed us in with the {name} {given} instead of {wanted}. Give the user {wanted}, or "
                "change the connection.",
                code="jde_environment_differs",
                field=name,
                value=given,
            )
    return session


def end_session(http: Http, root: str, session: SignIn, device: str) -> None:
    """Log out. Source: op-v2-tokenrequest-logout-post, read 2026-11-21."""
    headers = {DEVICE_HEADER: device}
    if session.cookies:
        headers["Cookie"] = cookie_header(session.cookies)
    answer = http.read("POST", f"{root}/v2/tokenrequest/logout", json={"token": session.token}, headers=headers)
    if answer.status != 444:
        judge_by_status(answer, is_write=False)


def cookies_of(headers: httpx.Headers) -> dict[str, str]:
    """Read the cookies that an answer sets."""
    found: dict[str, str] = {}
    for line in headers.get_list("set-cookie"):
        first = line.partition(";")[0]
        try:
            found |= {name: morsel.coded_value for name, morsel in SimpleCookie(first).items()}
        except CookieError:
            continue
    return found


def cookie_header(cookies: dict[str, str]) -> str:
    """Write cookies for a request."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _session(said: Any, cookies: dict[str, str]) -> SignIn:
    info = said.get("userInfo") if isinstance(said, dict) else None
    token = info.get("token") if isinstance(info, dict) else None
    if not isinstance(info, dict) or not isinstance(token, str) or not token:
        raise ContractError("The AIS server's sign-in answer holds no token.", code="jde_unexpected_answer")
    return SignIn(
        token=token,
        environment=str(said.get("environment") or "").strip(),
        role=str(said.get("role") or "").strip(),
        user=str(info.get("username") or said.get("username") or "").strip(),
        zone=str(info.get("timeZoneOffset") or "").strip(),
        formats=Formats(
            simple_date=str(info.get("simpleDateFormat") or "MM/dd/yyyy").strip(),
            decimal=str(info.get("decimalFormat") or ".").strip() or ".",
        ),
        cookies=cookies,
    )
