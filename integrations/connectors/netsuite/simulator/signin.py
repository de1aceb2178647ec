"""OAuth 2.0 client credentials with a signed assertion: the token endpoint and the tokens it gave (vendor file, 2)."""

import base64
import binascii
import json
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Any, NoReturn

import jwt

from integrations.connectors.netsuite.simulator.answers import Refused, problem
from integrations.connectors.netsuite.simulator.keys import (
    Certificate,
    Integration,
    make_key_and_certificate,
    new_client_id,
    read_certificate,
)
from integrations.connectors.netsuite.simulator.roles import OAUTH, REST, Role, integration_role
from integrations.connectors.netsuite.simulator.site import Site
from integrations.sandbox.app import Json, Request, Response

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - a path
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES = ("restlets", "rest_webservices", "suite_analytics")
ALGORITHMS = ("PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LIFE_S = 3600
SKEW_S = 60
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True, kw_only=True)
class Token:
    """An access token that was given out."""

    expires_at: float
    certificate: Certificate
    scopes: tuple[str, ...]


class SignIn:
    """Integration records, certificates, roles and tokens of one account."""

    def __init__(self, site: Site, account: str) -> None:
        self._site = site
        self.account = account
        self.roles: dict[str, Role] = {}
        self.integrations: dict[str, Integration] = {}
        self.certificates: dict[str, Certificate] = {}
        self.tokens: dict[str, Token] = {}
        self.private_key, self._pem = make_key_and_certificate(site.clock.now())
        self._client = new_client_id()
        self.reset()
        self.default = self.register({"client_id": self._client, "certificate_pem": self._pem})

    def reset(self) -> None:
        """Forget what was registered; the sandbox's own credentials stay good."""
        admin = Role(id="3", name="Administrator", is_administrator=True)
        admin.levels = dict.fromkeys(integration_role("", "").levels, "full")
        own = integration_role("1001", "ml-connector Integration")
        self.roles = {"3": admin, "1001": own}
        self.integrations = {self._client: Integration(client_id=self._client, name="ml-connector")}
        self.tokens = {}
        self.certificates = {id: one for id, one in self.certificates.items() if one is self.default}
        for kept in self.certificates.values():
            kept.is_revoked = False

    def restart(self, site: Site) -> None:
        """Serve another site, as after a reset."""
        self._site = site
        self.reset()

    def integration(self, client_id: object) -> Integration:
        """Give an integration record, the sandbox's own unless named; `LookupError` for an unknown one."""
        found = self.integrations.get(str(client_id or self._client))
        if found is None:
            raise LookupError(f"No integration record with the client id {client_id!r}.")
        return found

    def register(self, options: Json) -> Certificate:
        """Map a certificate: `client_id` and `role` default to the sandbox's own, `entity` to a user of its own.

        `ValueError` for a certificate NetSuite would refuse, `LookupError` for an unknown client or role.
        """
        client = options.get("client_id") or self._client
        role = str(options.get("role", "1001"))
        entity = str(options.get("entity", f"user-{len(self.certificates) + 1}"))
        if client not in self.integrations:
            raise LookupError(f"No integration record with the client id {client!r}.")
        if role not in self.roles:
            raise LookupError(f"No role {role!r}. There are: {', '.join(self.roles)}.")
        for other in self.certificates.values():
            if (other.client_id, other.role, other.entity) == (client, role, entity) and not other.is_revoked:
                raise ValueError("There is a certificate for this integration record, role and entity already.")
        certificate = read_certificate(str(options.get("certificate_pem", "")), client, role, entity)
        self.certificates[certificate.id] = certificate
        return certificate

    def set_revoked(self, certificate_id: str, *, is_revoked: bool) -> None:
        """Revoke a certificate with the tokens got by it, or take that back; `LookupError` for an unknown one."""
        if certificate_id not in self.certificates:
            raise LookupError(f"No certificate {certificate_id!r}.")
        self.certificates[certificate_id].is_revoked = is_revoked
        if is_revoked:
            self.forget(lambda token: token.certificate.id == certificate_id)

    def forget(self, is_meant: Any = lambda token: True) -> None:
        """Let tokens end at once, all of them unless told which."""
        self.tokens = {value: token for value, token in self.tokens.items() if not is_meant(token)}

    def role_of(self, request: Request) -> Role:
        """Give the role behind a request's bearer token, or refuse with 401 `INVALID_LOGIN`."""
        header = request.headers.get("authorization")
        if header is None:
            self.invalid_login()
        kind, _, value = header.partition(" ")
        if kind.lower() != "bearer" or not value:
            self._bad_bearer()
        token = self.tokens.get(value)
        if token is None or token.expires_at <= self._site.clock.now().timestamp():
            self.invalid_login()
        role = self.roles[token.certificate.role]
        if "rest_webservices" not in token.scopes or not role.may(REST) or not self._site.options.rest_web_services:
            self.invalid_login()
        return role

    def invalid_login(self, account: str | None = None) -> NoReturn:
        """Refuse a call as NetSuite does for a bad token and for a role without REST alike."""
        realm = f'Bearer realm="{account or self.account}", error="invalid_token", error_description="Invalid login."'
        detail = (
            "Invalid login attempt. For more details, see the Login Audit Trail in the NetSuite UI at "
            "Setup > Users/Roles > User Management > View Login Audit Trail."
        )
        raise Refused(problem(401, "INVALID_LOGIN", detail, headers=(("WWW-Authenticate", realm),)))

    def _bad_bearer(self) -> NoReturn:
        realm = f'Bearer realm="{self.account}", error="invalid_request"'
        detail = "The Authorization header is malformed."
        raise Refused(problem(400, "INVALID_REQUEST", detail, headers=(("WWW-Authenticate", realm),)))

    def give_token(self, request: Request, account: str | None, urls: tuple[str, ...]) -> Response:
        """Answer the token endpoint; `account` is the one addressed, `urls` what `aud` may hold."""
        try:
            assertion = _assertion(request)
            if account != self.account:
                raise _OAuth("invalid_client", account)
            return self._grant(assertion, urls)
        except _OAuth as error:
            return error.answer(self.account)

    def _grant(self, assertion: str, urls: tuple[str, ...]) -> Response:
        header, claims = _opened(assertion)
        if header.get("alg") not in ALGORITHMS or header.get("typ", "JWT") != "JWT" or not header.get("kid"):
            raise _OAuth("invalid_request")
        certificate = self.certificates.get(str(header["kid"]))
        if certificate is None or claims.get("iss") != certificate.client_id or claims.get("aud") not in urls:
            raise _OAuth("invalid_client")
        if header["alg"] not in certificate.algorithms:
            raise _OAuth("invalid_client")
        try:
            jwt.PyJWS().decode(assertion, certificate.public_key, algorithms=[str(header["alg"])])
        except (jwt.PyJWTError, ValueError, TypeError, NotImplementedError) as error:
            raise _OAuth("invalid_client") from error
        self._check_times(certificate, claims)
        scopes = self._scopes(certificate, claims.get("scope"))
        if not self._site.options.oauth2 or not self.roles[certificate.role].may(OAUTH):
            raise _OAuth("unauthorized_client")
        return self._issue(certificate, scopes)

    def _check_times(self, certificate: Certificate, claims: Json) -> None:
        issued, expires = claims.get("iat"), claims.get("exp")
        if type(issued) is not int or type(expires) is not int or not 0 < expires - issued <= LIFE_S:
            raise _OAuth("invalid_request")
        now = self._site.clock.now()
        seconds = now.timestamp()
        if issued > seconds + SKEW_S or expires <= seconds - SKEW_S:
            raise _OAuth("invalid_grant")
        if certificate.is_revoked or not certificate.valid_from <= now <= certificate.valid_to:
            raise _OAuth("invalid_grant")

    def _scopes(self, certificate: Certificate, claim: object) -> tuple[str, ...]:
        integration = self.integrations[certificate.client_id]
        if not integration.has_client_credentials:
            raise _OAuth("unauthorized_client")
        asked = claim if isinstance(claim, list) else str(claim).split(",") if isinstance(claim, str) else []
        scopes = tuple(str(scope).strip() for scope in asked)
        if not scopes or any(scope not in SCOPES or scope not in integration.scopes for scope in scopes):
            raise _OAuth("invalid_scope")
        return scopes

    def _issue(self, certificate: Certificate, scopes: tuple[str, ...]) -> Response:
        value = token_urlsafe(96)
        expires_at = self._site.clock.now().timestamp() + LIFE_S
        self.tokens[value] = Token(expires_at=expires_at, certificate=certificate, scopes=scopes)
        body = {"access_token": value, "expires_in": LIFE_S, "token_type": "Bearer"}
        return Response.json(200, body, (("Cache-Control", "no-store"),))


class _OAuth(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    def __init__(self, code: str, realm: str | None = None) -> None:
        super().__init__(code)
        self._code = code
        self._realm = realm

    def answer(self, account: str) -> Response:
        """The body is the error's name alone; only a failed client authentication is 401."""
        if self._code != "invalid_client":
            return Response.json(400, {"error": self._code})
        realm = (("WWW-Authenticate", f'Basic realm="{self._realm or account}"'),)
        return Response.json(401, {"error": self._code}, realm)


def _assertion(request: Request) -> str:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    pairs = request.form() if content_type == FORM else ()
    names = [name for name, _ in pairs]
    form = dict(pairs)
    if "authorization" in request.headers or len(names) != len(form) or not form.get("grant_type"):
        raise _OAuth("invalid_request")
    if form["grant_type"] in ("authorization_code", "refresh_token"):
        raise _OAuth("unauthorized_client")
    if form["grant_type"] != "client_credentials":
        raise _OAuth("unsupported_grant_type")
    if form.get("client_assertion_type") != ASSERTION_TYPE or not form.get("client_assertion"):
        raise _OAuth("invalid_request")
    return form["client_assertion"]


def _opened(assertion: str) -> tuple[Json, Json]:
    parts = assertion.split(".")
    if len(parts) != 3:
        raise _OAuth("invalid_request")
    try:
        header, claims = (json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in parts[:2])
    except (ValueError, binascii.Error) as error:
        raise _OAuth("invalid_request") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _OAuth("invalid_request")
    return header, claims
