"""Signing in: a session per organization, kept in the shared store and renewed when BILL lets it end in silence."""

import httpx

from integrations.auth import TokenAuth
from integrations.connectors.billcom.credentials import Credentials
from integrations.connectors.billcom.explain import faults_in, has_session_ended
from integrations.contracts import Tools
from integrations.errors import ContractError
from integrations.http import Http

LOGIN = "v3/login"
SESSION_LIFE_S = 1_800  # a user's session ends after 35 idle minutes; renewed at 30 it never does under our hands
REFUSED_SESSIONS = 5  # fresh ones refused in a row: by then it is no bad luck, and log-ins are limited to 200 an hour


class BillAuth(TokenAuth):
    """Puts developer key and session on calls. BILL's refusal of a session proves that the call did not run.

    Sessions made and refused without one good answer in between are counted: at five, no more are made.
    """

    write_signal_proves_not_run = True

    def __init__(self, tools: Tools, credentials: Credentials, http: Http) -> None:
        super().__init__(tools)
        self.name = credentials.session_name
        self._credentials = credentials
        self._http = http
        self._unproven = 0

    @property
    def is_session_refused(self) -> bool:
        """Whether fresh sessions are refused, so that a new one would not help."""
        return self._unproven >= REFUSED_SESSIONS

    def log_in(self) -> tuple[str, int]:
        """Make a session: see `log_in`."""
        session_id = log_in(self._http, self._credentials)
        self._unproven += 1
        return session_id, SESSION_LIFE_S

    def apply(self, request: httpx.Request, token: str) -> None:
        """Put both headers on a request."""
        request.headers["devKey"] = self._credentials.dev_key
        request.headers["sessionId"] = token

    def is_expired(self, response: httpx.Response) -> bool:
        """Tell whether a new session may help; any other answer proves the present one."""
        if response.status_code < 400 or not has_session_ended(faults_in(response.text), response.status_code):
            self._unproven = 0
            return False
        return not self.is_session_refused


def log_in(http: Http, credentials: Credentials) -> str:
    """Sign in and give the session's id. Raises AuthenticationError with a code of the cause.

    The key travels in the body here, in headers everywhere else.

    Source: developer.bill.com/reference/login, read 2026-11-21.
    """
    body = {
        "username": credentials.username,
        "password": credentials.password,
        "organizationId": credentials.organization_id,
        "devKey": credentials.dev_key,
    }
    given = http.read("POST", LOGIN, json=body).json()
    session_id = given.get("sessionId") if isinstance(given, dict) else None
    if not isinstance(session_id, str) or not session_id:
        raise ContractError("BILL's log-in answer holds no sessionId.", code="billcom_unexpected_answer")
    return session_id
