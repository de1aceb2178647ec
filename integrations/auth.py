"""Auth flows shared by systems, as `httpx.Auth`: one worker logs in at a time, only reads are replayed."""

import base64
from collections.abc import Generator
from typing import NoReturn

import httpx

from integrations.contracts import Tools
from integrations.errors import TransientError, UnknownOutcomeError
from integrations.http import IS_WRITE, SIGN_IN_UNAVAILABLE

MARGIN_S = 60


class BasicAuth(httpx.Auth):
    """HTTP Basic with an API key as user name and an empty password (the colon is sent: Chargebee's way)."""

    def __init__(self, user: str, password: str = "") -> None:
        packed = base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
        self._header = f"Basic {packed}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign the request."""
        request.headers["Authorization"] = self._header
        yield request


class TokenAuth(httpx.Auth):
    """Log in when needed, keep the token in the shared store, log in once more on the vendor's signal.

    Fill in `log_in`; override `apply`, `is_expired`, `name`, `write_signal_proves_not_run` where the vendor differs.
    After a signal a read is replayed once. A write never is: the token is renewed, then TransientError is raised where
    the vendor proves that a call answered so did not run, else UnknownOutcomeError.
    """

    name = "access"
    write_signal_proves_not_run = False

    def __init__(self, tools: Tools) -> None:
        self._tokens = tools.tokens

    def log_in(self) -> tuple[str, int]:
        """Fetch a fresh token and say how many seconds it lives. Raises AuthenticationError or TransientError."""
        raise NotImplementedError

    def apply(self, request: httpx.Request, token: str) -> None:
        """Put the token on a request; called again with a fresh one before a replay."""
        request.headers["Authorization"] = f"Bearer {token}"

    def is_expired(self, response: httpx.Response) -> bool:
        """Tell whether the answer says that the token is no longer good. The body has been read."""
        return response.status_code == 401

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Drive one call; see the class."""
        token = self.token()
        self.apply(request, token)
        response = yield request
        if not self.is_expired(response):
            return
        fresh = self.renew(token)
        if request.extensions.get(IS_WRITE, True):
            self._refuse_replay(request)
        self.apply(request, fresh)
        yield request

    def token(self) -> str:
        """Give the token in use, logging in if there is none."""
        return self._tokens.get(self.name) or self.renew("")

    def renew(self, stale: str) -> str:
        """Replace a token that proved stale; where another worker has done so already, take its token."""
        with self._tokens.login(self.name):
            current = self._tokens.get(self.name)
            if current and current != stale:
                return current
            self._tokens.drop(self.name)
            token, ttl_s = self._log_in()
            self._tokens.put(self.name, token, max(1, ttl_s - min(MARGIN_S, ttl_s // 5)))
            return token

    def _log_in(self) -> tuple[str, int]:
        try:
            return self.log_in()
        except TransientError as error:
            raise type(error)(
                f"Signing in is not possible just now: {error.message}",
                code=SIGN_IN_UNAVAILABLE,
                answer=error.answer,
                retry_after_s=error.retry_after_s,
            ) from error

    def _refuse_replay(self, request: httpx.Request) -> NoReturn:
        where = f"{request.method} {request.url.path} at {request.url.host}"
        if self.write_signal_proves_not_run:
            raise TransientError(
                f"{where} did not run: the session had ended. Signed in again; it is sent again.",
                code="session_ended",
                retry_after_s=0.0,
            )
        raise UnknownOutcomeError(
            f"{where}: the session ended during the call. It is looked up before anything is repeated.",
            code="session_ended",
        )
