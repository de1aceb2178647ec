"""Signing in at Microsoft Entra ID: the application's secret buys a bearer token for about an hour."""

import json
from base64 import urlsafe_b64decode
from hashlib import sha256

import httpx

from integrations.answer import Answer
from integrations.auth import TokenAuth
from integrations.connectors.dynamics365.credentials import Credentials
from integrations.connectors.dynamics365.entra import refusal
from integrations.contracts import Tools
from integrations.errors import ContractError, RateLimitError, UnavailableError
from integrations.http import Http

REFUSED_TOKENS = 2  # fresh tokens refused one after the other: then it is F&O's list of applications, not the token
SHORTEST_LIFE_S = 60


class EntraAuth(TokenAuth):
    """Puts the bearer token on calls. F&O's 401 proves that the call did not run.

    The same 401 covers an ended token and an application that F&O does not know. So tokens are counted that were made
    and then refused without one good answer in between: at two, no more are made.
    """

    write_signal_proves_not_run = True

    def __init__(self, tools: Tools, credentials: Credentials, http: Http) -> None:
        super().__init__(tools)
        self.name = token_name(credentials)
        self._credentials = credentials
        self._http = http
        self._unproven = 0
        self.lacks_principal = False  # the token last made names no service principal

    @property
    def is_refused(self) -> bool:
        """Whether fresh tokens are refused, so that a new one would not help."""
        return self._unproven >= REFUSED_TOKENS

    def log_in(self) -> tuple[str, int]:
        """Buy a token: see `sign_in`."""
        token, life_s = sign_in(self._http, self._credentials)
        self._unproven += 1
        self.lacks_principal = is_without_principal(token)
        return token, life_s

    def is_expired(self, response: httpx.Response) -> bool:
        """Tell whether a new token may help; any other answer than 401 proves the present one."""
        if response.status_code == 401:
            return not self.is_refused
        self._unproven = 0
        return False


def token_name(credentials: Credentials) -> str:
    """Name the shared token by all it depends on: a new secret never meets an old token."""
    parts = (credentials.authority, credentials.tenant, credentials.client_id, credentials.client_secret)
    digest = sha256("\n".join(parts).encode()).hexdigest()[:16]
    return f"d365:{credentials.host}:{digest}"


def sign_in(http: Http, credentials: Credentials) -> tuple[str, int]:
    """Trade the secret for an access token and its life in seconds. Safe to repeat.

    The audience is the environment's address in lower case, without a slash at its end, or F&O refuses the token.

    Source: DOCS data-entities/services-home-page.md, troubleshoot-service-authentication.md, read 2026-11-21.
    """
    form = {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
        "scope": f"{credentials.origin}/.default",
    }
    answer = http.read("POST", f"/{credentials.tenant}/oauth2/v2.0/token", form=form)
    if answer.status >= 400:
        raise refusal(answer, credentials)
    return _token(answer)


def is_without_principal(token: str) -> bool:
    """Tell whether a token lacks the claim `oid`: the application has no service principal in the tenant.

    F&O refuses such a token with the 401 that it also has for an application missing in its own list. A token that
    cannot be read tells nothing.

    Source: DOCS troubleshoot-service-authentication.md, read 2026-11-21.
    """
    part = [*token.split("."), ""][1]
    try:
        claims = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return False
    return isinstance(claims, dict) and "oid" not in claims


def judge_token(answer: Answer, is_write: bool) -> None:
    """Raise what is worth another try; a refusal is left to `sign_in`, which knows what was asked."""
    if answer.status == 429:
        raise RateLimitError(
            "Microsoft Entra ID asks for a pause before the next sign-in.",
            code="d365_throttled",
            retry_after_s=answer.retry_after_s,
        )
    if answer.status >= 500 or answer.status == 408:
        raise UnavailableError(
            f"Microsoft Entra ID cannot sign anybody in now (status {answer.status}).",
            code="d365_down",
            answer=answer.summary,
        )


def _token(answer: Answer) -> tuple[str, int]:
    given = answer.json()
    token = given.get("access_token") if isinstance(given, dict) else None
    if not isinstance(token, str) or not token:
        raise ContractError("Entra's token answer holds no access_token.", code="d365_unexpected_answer")
    life = str(given.get("expires_in", ""))
    return token, max(SHORTEST_LIFE_S, int(life)) if life.isdecimal() else SHORTEST_LIFE_S
