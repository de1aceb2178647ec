"""Signing in: a signed JWT buys a bearer token for an hour, and every refusal is named by its likely cause."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from uuid import uuid4

import httpx
import jwt
from cryptography.x509 import load_pem_x509_certificate

from integrations.auth import TokenAuth
from integrations.connectors.netsuite.credentials import Credentials, check_ids, check_key
from integrations.contracts import Tools
from integrations.errors import (
    AuthenticationError,
    ConnectorError,
    ContractError,
    RateLimitError,
    UnavailableError,
)
from integrations.http import Answer, Http

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105
TIME_PATH = "/services/rest/system/v1/serverTime"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE_S = 600
TOKEN_LIFE_S = 3600
RENEW_EARLY_S = 240  # with the shared store's own margin of 60 s a token is replaced at 55 minutes
CLOCK_TOLERANCE_S = 60.0
REFUSED_TOKENS = 2  # fresh tokens refused one after the other: then it is the role, not the token


class NetSuiteAuth(TokenAuth):
    """Puts the bearer token on calls. NetSuite's 401 proves that the call did not run.

    The same 401 covers an ended token and a role without the REST permission. So tokens are counted that were made
    and then refused without one good answer in between: at two, no more are made, and the judge says that the role is
    at fault.
    """

    write_signal_proves_not_run = True

    def __init__(self, tools: Tools, credentials: Credentials, http: Http) -> None:
        super().__init__(tools)
        self.name = token_name(credentials)
        self._tools = tools
        self._credentials = credentials
        self._http = http
        self._unproven = 0

    @property
    def is_role_refused(self) -> bool:
        """Whether fresh tokens are refused, so that a new one would not help."""
        return self._unproven >= REFUSED_TOKENS

    def log_in(self) -> tuple[str, int]:
        """Buy a token: see `sign_in`."""
        token, life_s = sign_in(self._http, self._credentials, self._tools)
        self._unproven += 1
        return token, max(60, life_s - RENEW_EARLY_S)

    def is_expired(self, response: httpx.Response) -> bool:
        """Tell whether a new token may help; any other answer than 401 proves the present one."""
        if response.status_code == 401:
            return not self.is_role_refused
        self._unproven = 0
        return False


def token_name(credentials: Credentials) -> str:
    """Name the shared token of an account, client and certificate: a new certificate never meets an old token."""
    digest = sha256(f"{credentials.client_id}\n{credentials.certificate_id}".encode()).hexdigest()[:16]
    return f"netsuite:{credentials.account}:{digest}"


def sign_in(http: Http, credentials: Credentials, tools: Tools) -> tuple[str, int]:
    """Trade a signed assertion for an access token and its life in seconds. Safe to repeat.

    Raises ConfigurationError for a key that NetSuite refuses, AuthenticationError with a code of the cause for every
    4xx, UnavailableError where NetSuite is down.

    Source: "POST Request to the Token Endpoint and the Access Token Response" (section_162755359851), read 2026-11-21.
    """
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(credentials, tools.clock.now()),
    }
    answer = http.read("POST", TOKEN_PATH, form=form)
    if answer.status >= 400:
        raise _refusal(answer, http, credentials, tools)
    return _token(answer)


def assertion(credentials: Credentials, now: datetime) -> str:
    """Sign the JWT that stands for the client: ten minutes long, for the token URL that is called.

    Source: "The Request Token Structure" (section_162790605110), read 2026-11-21; the scope is a list as in its sample.
    """
    check_ids(credentials)
    key = check_key(credentials.private_key_pem, credentials.algorithm, is_known=True)
    issued_s = int(now.timestamp())
    claims = {
        "iss": credentials.client_id,
        "scope": ["rest_webservices"],
        "aud": credentials.origin + TOKEN_PATH,
        "iat": issued_s,
        "exp": issued_s + ASSERTION_LIFE_S,
        "jti": str(uuid4()),
    }
    return jwt.encode(claims, key, algorithm=credentials.algorithm, headers={"kid": credentials.certificate_id})


def _token(answer: Answer) -> tuple[str, int]:
    given = answer.json()
    token = given.get("access_token") if isinstance(given, dict) else None
    if not isinstance(token, str) or not token:
        raise ContractError("NetSuite's token answer holds no access_token.", code="netsuite_unexpected_answer")
    life = str(given.get("expires_in", ""))
    return token, int(life) if life.isdecimal() else TOKEN_LIFE_S


# Refusals


def judge_token(answer: Answer, is_write: bool) -> None:
    """Raise what is worth another try; a refusal is left to `sign_in`, which knows clock and certificate."""
    if answer.status == 429:
        raise RateLimitError(
            "NetSuite has too many requests in flight to sign in.",
            code="netsuite_too_many_requests",
            retry_after_s=answer.retry_after_s,
        )
    if answer.status >= 500 or answer.status == 408:
        raise UnavailableError(
            f"NetSuite cannot sign anybody in now (status {answer.status}).",
            code="netsuite_down",
            answer=answer.summary,
        )


def _refusal(answer: Answer, http: Http, credentials: Credentials, tools: Tools) -> AuthenticationError:
    """Name the likeliest cause of a refused sign-in: clock, account, certificate's age, then what NetSuite says."""
    said = _error_of(answer)
    account_there = _realm(answer)
    skew_s = clock_skew_s(http, tools, answer)
    if skew_s is not None and abs(skew_s) > CLOCK_TOLERANCE_S:
        return _error("netsuite_clock_skew", answer, f"this server's clock is {describe_skew(skew_s)} NetSuite's", "")
    if not said or (account_there and account_there != credentials.account):
        return _error("netsuite_account_unknown", answer, f"no account {credentials.account} answers", "account_id")
    ended = _ended(credentials, tools.clock.now())
    if ended:
        return _error("netsuite_certificate_expired", answer, f"the certificate ended on {ended}", "certificate_id")
    code, sentence, field = _BY_ERROR.get(said, _BY_ERROR["invalid_request"])
    return _error(code, answer, sentence, field)


_BY_ERROR = {
    "invalid_client": (
        "netsuite_client_unknown",
        "this account knows no such client with this certificate. The account id may be another environment's, the "
        "client id or certificate id mistyped, or the certificate not uploaded there",
        "account_id",
    ),
    "invalid_grant": (
        "netsuite_certificate_refused",
        "it no longer accepts this certificate: revoked or expired, or its user or role was made inactive",
        "certificate_id",
    ),
    "unauthorized_client": (
        "netsuite_grant_not_allowed",
        "the integration record does not allow Client Credentials (Machine to Machine) Grant",
        "client_id",
    ),
    "invalid_scope": (
        "netsuite_scope_missing",
        "the integration record does not allow the scope REST Web Services",
        "client_id",
    ),
    "invalid_request": (
        "netsuite_token_request_refused",
        "it does not accept the signed request: the feature OAuth 2.0 may be off, or the ids belong to another account",
        "client_id",
    ),
}


def _error(code: str, answer: Answer, sentence: str, field: str) -> AuthenticationError:
    return AuthenticationError(
        f"NetSuite refused the sign-in (status {answer.status}): {sentence}.",
        code=code,
        field=field,
        answer=answer.summary,
    )


def _error_of(answer: Answer) -> str:
    """Give OAuth's `error`, or an empty text where what answered is no token endpoint."""
    try:
        said = json.loads(answer.text)
    except ValueError:
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    return error.lower() if isinstance(error, str) else ""


def _realm(answer: Answer) -> str:
    """Give the account that the refusal names, as an account id; empty if it names none."""
    _, found, rest = answer.headers.get("www-authenticate", "").partition('realm="')
    return rest.partition('"')[0].strip().upper().replace("-", "_") if found else ""


def _ended(credentials: Credentials, now: datetime) -> str:
    if not credentials.certificate_pem:
        return ""
    end = load_pem_x509_certificate(credentials.certificate_pem.encode()).not_valid_after_utc
    return end.date().isoformat() if end <= now else ""


# The clock


def clock_skew_s(http: Http, tools: Tools, answer: Answer | None = None) -> float | None:
    """Give by how many seconds our clock is ahead of NetSuite's (negative: behind); None if no answer tells its time.

    Needs no token: a refused call tells the time in its Date header, a served one in its body.

    Source: "Get Server Time" (article_0528010158), read 2026-11-21; the body `{"serverTime": "...Z"}` is from public
    clients.
    """
    theirs = _time_of(answer) if answer else None
    if theirs is None:
        theirs = _asked_time(http)
    return None if theirs is None else (tools.clock.now() - theirs).total_seconds()


def describe_skew(skew_s: float) -> str:
    """Say a skew in words: “7 minutes ahead of”."""
    size = f"{abs(skew_s) / 60:.0f} minutes" if abs(skew_s) >= 120 else f"{abs(skew_s):.0f} seconds"
    return f"{size} {'ahead of' if skew_s > 0 else 'behind'}"


def _asked_time(http: Http) -> datetime | None:
    try:
        return _time_of(http.read("GET", TIME_PATH))
    except ConnectorError:
        return None  # the clock is only one of the causes looked into


def _time_of(answer: Answer) -> datetime | None:
    try:
        said = json.loads(answer.text)
        return datetime.fromisoformat(said["serverTime"]).astimezone(UTC)
    except (ValueError, KeyError, TypeError):
        pass
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC) + timedelta(milliseconds=500)
    except ValueError:
        return None
