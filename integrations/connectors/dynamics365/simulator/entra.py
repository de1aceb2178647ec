"""The simulated Microsoft Entra ID: its two token endpoints and the discovery that Microsoft's own library asks for."""

from collections.abc import Mapping

from integrations.connectors.dynamics365.simulator.directory import CLIENT_ID, TENANT, App, Directory, Token
from integrations.sandbox.app import ControlCall, Json, Request, Response
from integrations.sandbox.clock import SandboxClock

LOGIN_HOST = "login.microsoftonline.com"
DEFAULT_SCOPE = "/.default"
SHARED_AUTHORITIES = ("common", "organizations", "consumers")
FORM = "application/x-www-form-urlencoded"


class TokenRefusal(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """Entra refuses to give a token."""

    def __init__(self, status: int, error: str, code: int, words: str) -> None:
        super().__init__(words)
        self.status, self.error, self.code, self.words = status, error, code, words


class Entra:
    """The token service of all tenants of the sandbox."""

    slug = "entra"
    port_offset = 7

    def __init__(self, directory: Directory, clock: SandboxClock) -> None:
        self._directory = directory
        self._clock = clock

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if not request.is_bare_address and request.host != LOGIN_HOST:
            return _not_found()
        tenant, _, rest = request.path.strip("/").partition("/")
        if rest in ("oauth2/v2.0/token", "oauth2/token"):
            return self._token(request, tenant, is_v2=rest == "oauth2/v2.0/token")
        if rest.endswith(".well-known/openid-configuration") and request.method == "GET":
            return Response.json(200, _configuration(request, tenant, is_v2=rest.startswith("v2.0")))
        if request.path == "/common/discovery/instance" and request.method == "GET":
            return Response.json(200, _instances())
        return _not_found()

    def _token(self, request: Request, tenant: str, *, is_v2: bool) -> Response:
        if request.method != "POST":
            return Response.json(405, {"error": "invalid_request"}, (("Allow", "POST"),))
        try:
            return Response.json(200, self._given(request, tenant, is_v2=is_v2), (("Cache-Control", "no-store"),))
        except TokenRefusal as refusal:
            return self._refused(refusal, is_v2=is_v2)

    def _given(self, request: Request, tenant: str, *, is_v2: bool) -> Json:
        form = dict(request.form()) if FORM in request.headers.get("content-type", "") else {}
        for name in ("grant_type", "client_id"):
            _require(form, name)
        if form["grant_type"] != "client_credentials":
            raise TokenRefusal(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        tenant_id = self._tenant(tenant)
        app = self._directory.app(form["client_id"], tenant_id)
        if app is None:
            words = f"Application with identifier '{form['client_id']}' was not found in the directory '{tenant_id}'."
            raise TokenRefusal(400, "unauthorized_client", 700016, words)
        _require(form, "client_secret")
        _check_secret(app, form["client_secret"])
        audience = self._audience(form, is_v2=is_v2)
        text, token = self._directory.issue(app, audience)
        return _answer(text, token, self._clock.epoch_s(), is_v2=is_v2)

    def _tenant(self, name: str) -> str:
        if name in SHARED_AUTHORITIES:
            words = "No tenant-identifying information found in either the request or implied by any credentials."
            raise TokenRefusal(400, "invalid_request", 50059, words)
        tenant = self._directory.tenant(name)
        if tenant is None:
            raise TokenRefusal(400, "invalid_request", 90002, f"Tenant '{name}' not found. Check the tenant ID.")
        return tenant

    def _audience(self, form: Mapping[str, str], *, is_v2: bool) -> str:
        name = "scope" if is_v2 else "resource"
        _require(form, name)
        wanted = form[name]
        if is_v2:
            if not wanted.endswith(DEFAULT_SCOPE):
                words = f"The provided value for scope {wanted} is not valid. Client credential flows need /.default."
                raise TokenRefusal(400, "invalid_scope", 1002012, words)
            wanted = wanted[: -len(DEFAULT_SCOPE)]
        scheme, _, host = wanted.partition("://")
        if scheme.lower() != "https" or host.lower().rstrip("/") not in self._directory.resources:
            words = f"The resource principal named {wanted} was not found in the tenant."
            raise TokenRefusal(400, "invalid_resource", 500011, words)
        return wanted

    def _refused(self, refusal: TokenRefusal, *, is_v2: bool) -> Response:
        trace, correlation = self._directory.uuid(), self._directory.uuid()
        at = self._clock.now().strftime("%Y-%m-%d %H:%M:%SZ")
        described = (
            f"AADSTS{refusal.code}: {refusal.words}\r\nTrace ID: {trace}\r\n"
            f"Correlation ID: {correlation}\r\nTimestamp: {at}"
        )
        body = {
            "error": refusal.error,
            "error_description": described,
            "error_codes": [refusal.code],
            "timestamp": at,
            "trace_id": trace,
            "correlation_id": correlation,
        }
        more = {"error_uri": f"https://{LOGIN_HOST}/error?code={refusal.code}"} if is_v2 else {}
        return Response.json(refusal.status, {**body, **more})

    # What the kit asks

    def credentials(self) -> Json:
        """Give nothing of its own: the Dynamics 365 connection names tenant and app."""
        return {"tenant_id": TENANT, "client_id": CLIENT_ID}

    def hosts(self) -> tuple[str, ...]:
        """Name the public sign-in host."""
        return (LOGIN_HOST,)

    def state(self) -> Json:
        """Give no documents: only how many tokens are out."""
        return {"documents": [], "tokens": len(self._directory.tokens)}

    def is_write(self, request: Request) -> bool:
        """Getting a token changes no record."""
        return False

    def tick(self) -> None:
        """Nothing here waits for the clock."""

    def reset(self) -> None:
        """Return to the apps and secrets of the start."""
        self._directory.reset()

    def controls(self) -> Mapping[str, ControlCall]:
        """Offer the control calls of the sign-in."""
        return {"POST tokens": self._tokens, "POST secrets": self._secrets, "POST principal": self._principal}

    def _tokens(self, options: Json) -> Json:
        """End tokens (`{"end": true}`) or shorten their life (`{"lifetime_s": 60}`)."""
        self._directory.lifetime_s = int(options.get("lifetime_s", self._directory.lifetime_s))
        ended = self._directory.forget() if options.get("end") else 0
        return {"ended": ended, "lifetime_s": self._directory.lifetime_s}

    def _secrets(self, options: Json) -> Json:
        """Expire a secret of an app: `{"client_id": "...", "expire": "..."}`, or add one with `add`."""
        app = self._app(options)
        if secret := options.get("expire"):
            app.secrets = tuple(one for one in app.secrets if one != secret)
            app.expired = (*app.expired, str(secret))
        if secret := options.get("add"):
            app.secrets = (*app.secrets, str(secret))
        return {"client_id": app.client_id, "secrets": len(app.secrets)}

    def _principal(self, options: Json) -> Json:
        """Take an app's service principal out of the tenant, or put it back: `{"present": false}`."""
        app = self._app(options)
        app.has_principal = bool(options.get("present", True))
        return {"client_id": app.client_id, "present": app.has_principal}

    def _app(self, options: Json) -> App:
        return self._directory.apps[str(options.get("client_id", CLIENT_ID))]


def _check_secret(app: App, secret: str) -> None:
    if secret in app.expired:
        raise TokenRefusal(401, "invalid_client", 7000222, "The provided client secret keys are expired.")
    if secret not in app.secrets:
        words = "Invalid client secret provided. Ensure the secret being sent is the client secret value, not its ID."
        raise TokenRefusal(401, "invalid_client", 7000215, words)


def _require(form: Mapping[str, str], name: str) -> None:
    if not form.get(name):
        words = f"The request body must contain the following parameter: '{name}'."
        raise TokenRefusal(400, "invalid_request", 900144, words)


def _answer(text: str, token: Token, now: int, *, is_v2: bool) -> Json:
    life = token.expires_at - now
    if is_v2:
        return {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": text}
    return {
        "token_type": "Bearer",
        "expires_in": str(life),
        "ext_expires_in": str(life),
        "expires_on": str(token.expires_at),
        "not_before": str(now),
        "resource": token.audience,
        "access_token": text,
    }


def _configuration(request: Request, tenant: str, *, is_v2: bool) -> Json:
    root = f"https://{LOGIN_HOST}/{tenant}"
    return {
        "token_endpoint": f"{root}/oauth2/v2.0/token" if is_v2 else f"{root}/oauth2/token",
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "issuer": f"{root}/v2.0",
        "tenant_region_scope": "EU",
    }


def _instances() -> Json:
    aliases = [LOGIN_HOST, "login.windows.net"]
    return {
        "tenant_discovery_endpoint": f"https://{LOGIN_HOST}/common/v2.0/.well-known/openid-configuration",
        "metadata": [{"preferred_network": LOGIN_HOST, "preferred_cache": aliases[1], "aliases": aliases}],
    }


def _not_found() -> Response:
    return Response.text(404, "<html><body><h1>404 Not Found</h1></body></html>", "text/html")
