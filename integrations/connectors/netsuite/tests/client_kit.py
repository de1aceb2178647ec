"""Tools, credentials and sessions for the client's tests: against the simulator, or against canned answers."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import ClassVar

from integrations.answer import Answer
from integrations.connectors.netsuite.connector import CONNECTOR
from integrations.connectors.netsuite.credentials import generate
from integrations.connectors.netsuite.session import NetSuiteSession
from integrations.sandbox import testing
from integrations.sandbox.app import Request, Response

START = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
ACCOUNT = "1234567_SB1"
TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"
TIME_PATH = "/services/rest/system/v1/serverTime"
SUITEQL_PATH = "/services/rest/query/v1/suiteql"


@cache
def key_pair(algorithm: str = "PS256") -> dict[str, str]:
    """Make one pair per kind and test run: RSA keys take their time."""
    return generate({"algorithm": algorithm, "account_id": ACCOUNT})


def credentials(**typed: str) -> dict[str, str]:
    """Give what a customer would type."""
    ids = {"account_id": ACCOUNT, "client_id": "client-0123456789", "certificate_id": "certificate-01"}
    pair = key_pair(typed.get("algorithm", "PS256"))
    return {"algorithm": "PS256", **pair, **ids, **typed}


@dataclass(slots=True, kw_only=True)
class Bench(testing.Bench):
    """A running world, and sessions against its NetSuite."""

    slug: ClassVar[str] = "netsuite"
    start: ClassVar[datetime] = START

    typed: Mapping[str, str] = field(default_factory=dict)  # into the form; empty: the simulator's own

    def session(self, **typed: str) -> NetSuiteSession:
        """Open a session as the portal would, with what is typed into the form."""
        session = self.open(CONNECTOR.open, CONNECTOR.clean({**self.typed, **typed}))
        assert isinstance(session, NetSuiteSession)
        return session

    def traffic(self) -> dict[tuple[str, str], int]:
        """Give the calls so far by method and path, the token's left out."""
        calls = self.world.traffic["netsuite"].calls
        return {key: count for key, count in calls.items() if key[1] != TOKEN_PATH}


# Canned answers: what no honest simulator does


class Canned(testing.Canned):
    """Answers by a function of the request; grants tokens by itself."""

    slug = "netsuite"
    port_offset = 4

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        super().__init__()
        self._answer = answer

    def answer(self, request: Request) -> Response:
        answered = self._answer(request)
        if answered.status == 599 and request.path == TOKEN_PATH:
            return Response.json(
                200, {"access_token": f"t{len(self.requests)}", "expires_in": 3600, "token_type": "Bearer"}
            )
        return answered

    def is_write(self, request: Request) -> bool:
        return request.method in ("PUT", "PATCH")


OWN = Response.empty(599)  # the canned system's own answer: a token, or what the test sees as a mistake


@contextmanager
def canned(answer: Callable[[Request], Response]) -> Iterator[tuple[Bench, Canned]]:
    """Run a canned NetSuite on a real socket."""
    system = Canned(answer)
    with testing.running_bench(Bench, lambda _: system, typed=credentials()) as bench:
        yield bench, system


def answer_of(status: int, said: object, **headers: str) -> Answer:
    """Make an answer as the HTTP client gives it."""
    return testing.made_answer(
        status,
        said,
        method="PUT",
        host="1234567-sb1.suitetalk.api.netsuite.com",
        path="/services/rest/record/v1/invoice/eid:CB-acme-INV-1",
        headers=headers,
    )


def fault(status: int, code: str, detail: str, path: str = "") -> Answer:
    """Make an error answer in NetSuite's form."""
    entry = {"detail": detail, "o:errorCode": code, **({"o:errorPath": path} if path else {})}
    return answer_of(status, {"type": "about:blank", "title": "Error", "status": status, "o:errorDetails": [entry]})
