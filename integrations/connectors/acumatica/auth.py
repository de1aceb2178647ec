"""Signing in: OAuth with refresh tokens that rotate and are kept as one, or a cookie session that is always ended."""

import json
import threading
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlencode

import httpx

from integrations.answer import Answer
from integrations.auth import TokenAuth
from integrations.connectors.acumatica.credentials import CODE, PASSWORD, Credentials
from integrations.connectors.acumatica.explain import LOGIN_LIMIT, consent_ended, judge_login, judge_token
from integrations.contracts import Tools
from integrations.errors import AuthenticationError, ConnectorError, ContractError, TransientError
from integrations.http import IS_WRITE, Http

TOKEN_PATH = "identity/connect/token"  # noqa: S105
AUTHORIZE_PATH = "identity/connect/authorize"
LOGIN_PATH = "entity/auth/login"
LOGOUT_PATH = "entity/auth/logout"
SCOPE = "api offline_access"  # one licence session for the whole grant; api:concurrent_access would open several
REFRESHABLE_S = 30 * 86_400  # the chain ends 30 days after the first sign-in, unless SM303010 says otherwise
MARGIN_S = 60


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Grant:
    """An access token, when it ends (seconds since the epoch), and the newest refresh token, if one was given."""

    access: str
    ends_at: int
    refresh: str = ""

    def pack(self) -> str:
        """Write it as one text: both tokens are kept or none, whatever stops this process."""
        return json.dumps({"access_token": self.access, "ends_at": self.ends_at, "refresh_token": self.refresh})

    @classmethod
    def unpack(cls, packed: str) -> "Grant":
        """Read what `pack` wrote."""
        said = json.loads(packed)
        return cls(access=said["access_token"], ends_at=said["ends_at"], refresh=said["refresh_token"])


# OAuth


class GrantAuth(TokenAuth):
    """Keeps one grant per connection for all workers; whoever refreshes stores both new tokens in one step.

    401 means "not signed in", so a call answered so did not run. Who bought a grant with a password ends it, for
    it holds one of the licence's few sessions; workers that shared it sign in anew. A consent's grant is never ended.
    """

    write_signal_proves_not_run = True

    def __init__(self, tools: Tools, credentials: Credentials, http: Http) -> None:
        super().__init__(tools)
        self.name = token_name(credentials)
        self._credentials = credentials
        self._http = http
        self._clock = tools.clock
        self._own = ""  # the grant that this process bought, as it stands in the store

    def token(self) -> str:
        """Give the grant in use; refreshes one that has ended, signs in if there is none."""
        packed = self._tokens.get(self.name)
        if packed and Grant.unpack(packed).ends_at > self._now():
            return packed
        return self.renew(packed or "")

    def apply(self, request: httpx.Request, token: str) -> None:
        """Send the access token."""
        request.headers["Authorization"] = f"Bearer {Grant.unpack(token).access}"

    def renew(self, stale: str) -> str:
        """Replace a grant that proved stale, by its refresh token while that is good.

        The old one stays in the store until the new one takes its place. One worker at a time; the others take what
        it stored. Raises AuthenticationError, TransientError.
        """
        with self._tokens.login(self.name):
            current = self._tokens.get(self.name) or ""
            if current and current != stale:
                return current
            is_own = not current or current == self._own
            packed = self.keep(self._refreshed(Grant.unpack(current)) if current else self._first())
            self._own = packed if is_own and self._credentials.sign_in == PASSWORD else self._own
            return packed

    def keep(self, grant: Grant) -> str:
        """Store a grant as a whole."""
        packed = grant.pack()
        life_s = REFRESHABLE_S if grant.refresh else max(1, grant.ends_at - self._now())
        self._tokens.put(self.name, packed, life_s)
        return packed

    def log_in(self) -> tuple[str, int]:
        """Buy a new grant with the user's password. Raises AuthenticationError where only a person can consent."""
        credentials = self._credentials
        if credentials.sign_in != PASSWORD:
            raise consent_ended()
        form = {"grant_type": "password", "username": credentials.username, "password": credentials.password}
        grant = self._grant({**form, "scope": SCOPE})
        return grant.pack(), REFRESHABLE_S

    def redeem(self, code: str) -> None:
        """Trade the code of a consent for the first grant of a chain, and keep it.

        Source: "Authorization Code Flow" (OAuthOIDC_*), read 2026-11-21.
        """
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._credentials.redirect_uri}
        with self._tokens.login(self.name):
            self.keep(self._grant(form))

    def log_out(self) -> None:
        """End the grant that this process bought, if it is still the one in use; others are left alone.

        Source: "Logout" and "Scopes" (OAuthOIDC_*), read 2026-11-21: the licence's session is free again at once.
        """
        own, self._own = self._own, ""
        if not own:
            return
        try:
            with self._tokens.login(self.name):
                if self._tokens.get(self.name) == own:
                    self._tokens.drop(self.name)
            grant = Grant.unpack(own)
            if not self._end(grant) and grant.refresh:  # its access token ran out: a fresh one ends the session, too
                self._end(self._grant({"grant_type": "refresh_token", "refresh_token": grant.refresh}))
        except ConnectorError:
            return  # it ends by itself

    def _end(self, grant: Grant) -> bool:
        headers = {"Authorization": f"Bearer {grant.access}"}
        return self._http.read("POST", LOGOUT_PATH, headers=headers).is_success

    def _first(self) -> Grant:
        try:
            packed, _ = self._log_in()
        except TransientError as error:
            cause = error.__cause__
            if isinstance(cause, TransientError) and cause.code == LOGIN_LIMIT:
                raise cause from error
            raise
        return Grant.unpack(packed)

    def _refreshed(self, grant: Grant) -> Grant:
        """Refresh; a chain that has ended begins anew with the password, where there is one."""
        if not grant.refresh:
            return self._first()
        try:
            fresh = self._grant({"grant_type": "refresh_token", "refresh_token": grant.refresh})
        except AuthenticationError as error:
            if self._credentials.sign_in == CODE:
                self._tokens.drop(self.name)
                raise consent_ended() from error
            return self._first()
        return fresh if fresh.refresh else Grant(access=fresh.access, ends_at=fresh.ends_at, refresh=grant.refresh)

    def _grant(self, form: Mapping[str, str]) -> Grant:
        """Ask the token endpoint.

        Source: "Token endpoint" (OAuthOIDC_*, `identity/connect/token`), read 2026-11-21.
        """
        client = {"client_id": self._credentials.client_id, "client_secret": self._credentials.client_secret}
        answer = self._http.read("POST", TOKEN_PATH, form={**form, **client})
        judge_token(answer, form["grant_type"])
        return _grant_of(answer, self._now())

    def _now(self) -> int:
        return int(self._clock.now().timestamp())


def authorize_url(credentials: Credentials, state: str) -> str:
    """Give the page on which a person consents; it comes back to the redirect address with `code` and `state`.

    Source: "Authorization Code Flow" (OAuthOIDC_*), read 2026-11-21.
    """
    asked = {
        "response_type": "code",
        "client_id": credentials.client_id,
        "redirect_uri": credentials.redirect_uri,
        "scope": SCOPE,
        "state": state,
    }
    return f"{credentials.base}/{AUTHORIZE_PATH}?{urlencode(asked)}"


def token_name(credentials: Credentials) -> str:
    """Name the shared grant of a site, client and user: changed credentials never meet an old one."""
    values = (credentials.base, credentials.client_id, credentials.client_secret, credentials.username)
    return f"acumatica:{sha256(chr(10).join((*values, credentials.password)).encode()).hexdigest()[:24]}"


def _grant_of(answer: Answer, now_s: int) -> Grant:
    said = answer.json()
    access = said.get("access_token") if isinstance(said, dict) else None
    if not isinstance(access, str) or not access:
        raise ContractError("Acumatica's token answer holds no access_token.", code="acumatica_unexpected_answer")
    life = str(said.get("expires_in") or "")
    life_s = int(life) if life.isdecimal() else 3600
    return Grant(
        access=access,
        ends_at=now_s + max(1, life_s - min(MARGIN_S, life_s // 5)),
        refresh=str(said.get("refresh_token") or ""),
    )


# Cookies


class CookieAuth(httpx.Auth):
    """A session of this process alone, so that `log_out` may end it: every one counts against the licence.

    A session that ended is opened anew: a read is repeated, a write raises TransientError, for 401 means that it did
    not run.
    """

    def __init__(self, tools: Tools, credentials: Credentials, http: Http) -> None:
        self._tokens = tools.tokens
        self._credentials = credentials
        self._http = http
        self._cookies: dict[str, str] = {}
        self._number = 0  # of the session in use
        self._lock = threading.RLock()

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Drive one call; see the class."""
        number = self._opened(0)
        self._apply(request)
        response = yield request
        self._keep(response)
        if response.status_code != 401:
            return
        self._opened(number)
        if request.extensions.get(IS_WRITE, True):
            raise TransientError(
                f"{request.method} {request.url.path} did not run: the session had ended. Signed in again; it is sent "
                "again.",
                code="session_ended",
                retry_after_s=0.0,
            )
        self._apply(request)
        yield request

    def log_out(self) -> None:
        """End the session, if there is one; an unreachable server ends it by itself after some 20 minutes.

        Source: "Logout" (Basic_Login), read 2026-11-21.
        """
        with self._lock:
            cookies, self._cookies = self._cookies, {}
        if not cookies:
            return
        try:
            self._http.read("POST", LOGOUT_PATH, headers={"Cookie": _header(cookies)})
        except ConnectorError:
            return

    def _opened(self, stale: int) -> int:
        """Give the number of a session other than the stale one, opening it if need be; one thread at a time."""
        with self._lock:
            if self._cookies and self._number != stale:
                return self._number
            with self._tokens.login(f"{token_name(self._credentials)}:cookie"):
                self._log_in()
            self._number += 1
            return self._number

    def _log_in(self) -> None:
        """Sign in; `tenant` alone, for with `company` beside it the call is an error.

        Source: "Login" (Basic_Login), read 2026-11-21.
        """
        credentials = self._credentials
        body = {"name": credentials.username, "password": credentials.password}
        body |= {name: value for name in ("tenant", "branch") if (value := getattr(credentials, name))}
        answer = self._http.read("POST", LOGIN_PATH, json=body)
        judge_login(answer)
        self._cookies = _cookies_of(answer.headers)
        if not self._cookies:
            raise ContractError("Acumatica signed us in without a cookie.", code="acumatica_unexpected_answer")

    def _apply(self, request: httpx.Request) -> None:
        with self._lock:
            request.headers["Cookie"] = _header(self._cookies)

    def _keep(self, response: httpx.Response) -> None:
        fresh = _cookies_of(response.headers)
        if fresh:
            with self._lock:
                self._cookies |= fresh if self._cookies else {}


def _cookies_of(headers: httpx.Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in headers.get_list("set-cookie"):
        try:
            parsed: SimpleCookie = SimpleCookie(line.partition(";")[0])
        except CookieError:
            continue
        found |= {name: morsel.coded_value for name, morsel in parsed.items()}
    return found


def _header(cookies: Mapping[str, Any]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
