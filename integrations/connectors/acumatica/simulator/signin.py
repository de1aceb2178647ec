"""OAuth 2.0 (password, authorization code, refresh with rotation) and the legacy log-in with cookies."""

from dataclasses import dataclass
from html import escape
from secrets import token_urlsafe
from typing import NoReturn
from urllib.parse import urlencode

from integrations.connectors.acumatica.simulator.answers import OCCURRED, Refused, http_error, refuse
from integrations.connectors.acumatica.simulator.identities import (
    DEFAULT_TENANT,
    INSTANCE,
    TENANTS,
    Application,
    User,
    applications,
    users,
)
from integrations.connectors.acumatica.simulator.options import Options
from integrations.connectors.acumatica.simulator.sessions import Session, Sessions, set_cookies
from integrations.sandbox.app import Json, Request, Response
from integrations.sandbox.clock import SandboxClock

FORM = "application/x-www-form-urlencoded"
SCOPES = ("api", "offline_access", "api:concurrent_access", "openid", "profile", "email")
CODE_LIFE_S = 300
UNDEFINED_COMPANY = "PX.Data.PXUndefinedCompanyException"


@dataclass(slots=True, kw_only=True)
class Grant:
    """One consent: the user, the tenant and the scopes; refreshing keeps it, so its one session as well."""

    id: str
    application: Application
    user: User
    scopes: tuple[str, ...]
    began: float


@dataclass(slots=True, kw_only=True)
class Token:
    """An access or refresh token or an authorization code, with its end."""

    grant: Grant
    ends_at: float
    redirect: str = ""


class SignIn:
    """The site's identity server and its log-in call."""

    def __init__(self, clock: SandboxClock, options: Options, sessions: Sessions) -> None:
        self._clock = clock
        self._options = options
        self._sessions = sessions
        self.users = users()
        self.applications = applications()
        self._access: dict[str, Token] = {}
        self._refresh: dict[str, Token] = {}
        self._codes: dict[str, Token] = {}

    def discovery(self, origin: str) -> Json:
        """Give the OpenID configuration."""
        root = f"{origin}{INSTANCE}/identity"
        return {
            "issuer": root,
            "authorization_endpoint": f"{root}/connect/authorize",
            "token_endpoint": f"{root}/connect/token",
            "scopes_supported": list(SCOPES),
            "grant_types_supported": ["authorization_code", "implicit", "password", "refresh_token"],
        }

    def token(self, request: Request) -> Response:
        """Answer the token endpoint."""
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        form = dict(request.form()) if content_type == FORM else {}
        kind = form.get("grant_type", "")
        if not kind:
            _oauth_error("invalid_request")
        application = self.applications.get(form.get("client_id", ""))
        if application is None or form.get("client_secret") != application.secret:
            _oauth_error("invalid_client")
        if kind == "password":
            return self._issue(self._password_grant(application, form))
        if kind == "authorization_code":
            return self._issue(self._code_grant(application, form))
        if kind != "refresh_token":
            _oauth_error("unauthorized_client" if kind == "client_credentials" else "unsupported_grant_type")
        return self._issue(self._refreshed(application, form))

    def authorize(self, request: Request) -> Response:
        """Answer the authorize endpoint: a page to sign in on (GET), then the code at the redirect address (POST)."""
        given = dict(request.query) | (dict(request.form()) if request.method == "POST" else {})
        application = self.applications.get(given.get("client_id", ""))
        if application is None or given.get("redirect_uri") not in application.redirects:
            return Response.text(400, "<html><body><h1>unauthorized_client</h1></body></html>", "text/html")
        if given.get("response_type") != "code":
            return _redirected(given, error="unsupported_response_type")
        if request.method != "POST":
            return Response.text(200, _page(given), "text/html")
        user = self.users.get(given.get("username", ""))
        if given.get("deny"):
            return _redirected(given, error="access_denied")
        if user is None or user.password != given.get("password"):
            return Response.text(200, _page(given, "Invalid credentials. Please try again."), "text/html")
        grant = self._grant(application, user, given.get("scope", ""))
        code = token_urlsafe(24)
        self._codes[code] = Token(grant=grant, ends_at=self._now() + CODE_LIFE_S, redirect=given["redirect_uri"])
        return _redirected(given, code=code, scope=" ".join(grant.scopes))

    def session_of_token(self, value: str, request: Request) -> tuple[Session, bool]:
        """Give the session behind a bearer token, and whether its cookie is to be handed out; 401 for a bad token."""
        token = self._access.get(value)
        if token is None or token.ends_at <= self._now():
            unauthorized()
        grant = token.grant
        if "api:concurrent_access" in grant.scopes:
            own = self._sessions.of_cookie(request)
            if own is not None:
                return own, False
            return self._sessions.open(grant.application.tenant, grant.user), True
        session = self._sessions.of_grant(grant.id)
        if session is None:
            life_s = None if "offline_access" in grant.scopes else max(token.ends_at - self._now(), 1.0)
            session = self._sessions.open(grant.application.tenant, grant.user, grant=grant.id, life_s=life_s)
        return session, False

    def log_in(self, request: Request) -> Response:
        """Open a cookie session; without a tenant it is that of the default tenant, with 204 all the same."""
        given = _login_body(request)
        if given.get("tenant") and given.get("company"):
            refuse(
                400, "The request is invalid.", modelState={"credentials": ["company and tenant cannot be both set"]}
            )
        tenant = str(given.get("tenant") or given.get("company") or DEFAULT_TENANT)
        user = self._checked(str(given.get("name", "")), str(given.get("password", "")))
        named = next((one for one in TENANTS if one.lower() == tenant.lower()), None)
        if named is None or named not in user.tenants:
            text = f"The {tenant} company is undefined."
            raise Refused(http_error(500, OCCURRED, text, UNDEFINED_COMPANY))
        session = self._sessions.open(named, user, branch=str(given.get("branch") or ""))
        return Response.empty(204, set_cookies(session, request))

    def expire(self, value: str) -> None:
        """Let one access token end."""
        self._access.pop(value, None)

    def forget(self, *, refresh: bool = False) -> None:
        """Let all access tokens end; with `refresh` the refresh tokens too."""
        self._access.clear()
        if refresh:
            self._refresh.clear()

    def _password_grant(self, application: Application, form: dict[str, str]) -> Grant:
        user = self.users.get(form.get("username", ""))
        if user is None or user.failures >= self._options.lockout_after or user.password != form.get("password"):
            if user is not None:
                user.failures += 1
            _oauth_error("invalid_grant", "invalid_username_or_password")
        user.failures = 0
        return self._grant(application, user, form.get("scope", ""))

    def _code_grant(self, application: Application, form: dict[str, str]) -> Grant:
        token = self._codes.pop(form.get("code", ""), None)
        if token is None or token.ends_at <= self._now() or token.redirect != form.get("redirect_uri"):
            _oauth_error("invalid_grant")
        if token.grant.application is not application:
            _oauth_error("invalid_grant")
        return token.grant

    def _refreshed(self, application: Application, form: dict[str, str]) -> Grant:
        value = form.get("refresh_token", "")
        token = self._refresh.get(value)
        if token is None or token.ends_at <= self._now() or token.grant.application is not application:
            _oauth_error("invalid_grant")
        if self._options.refresh_rotates:
            del self._refresh[value]
        return token.grant

    def _grant(self, application: Application, user: User, scope: str) -> Grant:
        scopes = tuple(scope.split())
        if not scopes or any(one not in SCOPES for one in scopes):
            _oauth_error("invalid_scope")
        return Grant(id=token_urlsafe(9), application=application, user=user, scopes=scopes, began=self._now())

    def _issue(self, grant: Grant) -> Response:
        now, value = self._now(), token_urlsafe(48)
        self._access[value] = Token(grant=grant, ends_at=now + self._options.token_life_s)
        body: Json = {
            "access_token": value,
            "expires_in": self._options.token_life_s,
            "token_type": "Bearer",
            "scope": " ".join(grant.scopes),
        }
        if "offline_access" in grant.scopes and self._options.gives_refresh_token:
            body["refresh_token"] = token_urlsafe(32)
            ends_at = grant.began + self._options.refresh_life_s  # the chain ends so long after the first sign-in
            self._refresh[body["refresh_token"]] = Token(grant=grant, ends_at=ends_at)
        return Response.json(200, body, (("Cache-Control", "no-store"),))

    def _checked(self, name: str, password: str) -> User:
        user = self.users.get(name)
        if user is None or user.password != password or user.failures >= self._options.lockout_after:
            if user is not None:
                user.failures += 1
            raise Refused(
                http_error(self._options.login_error_status, OCCURRED, "Invalid credentials. Please try again.")
            )
        user.failures = 0
        return user

    def _now(self) -> float:
        return self._clock.now().timestamp()


def unauthorized() -> NoReturn:
    """Refuse a call that is not signed in, or no longer."""
    refuse(401, "You are not logged in.")


def _login_body(request: Request) -> Json:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type == FORM:
        return dict(request.form())
    try:
        given = request.json()
    except ValueError:
        given = None
    if not isinstance(given, dict) or not given.get("name"):
        refuse(400, "The request is invalid.", modelState={"credentials": ["The name and password are required."]})
    return given


def _oauth_error(code: str, text: str = "") -> NoReturn:
    body = {"error": code, "error_description": text} if text else {"error": code}
    raise Refused(Response.json(400, body, (("Cache-Control", "no-store"),)))


def _redirected(given: dict[str, str], **more: str) -> Response:
    state = {"state": given["state"]} if given.get("state") else {}
    joint = "&" if "?" in given["redirect_uri"] else "?"
    return Response.empty(302, (("Location", f"{given['redirect_uri']}{joint}{urlencode({**more, **state})}"),))


def _page(given: dict[str, str], text: str = "") -> str:
    kept = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce")
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{escape(given[name])}">' for name in kept if name in given
    )
    return (
        f"<html><head><title>Sign in</title></head><body><h1>Acumatica ERP (sandbox)</h1><p>{escape(text)}</p>"
        f'<form method="post">{inputs}<label>Username <input name="username"></label>'
        '<label>Password <input name="password" type="password"></label><button>Sign In</button></form></body></html>'
    )
