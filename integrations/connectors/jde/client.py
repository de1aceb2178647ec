"""The calls that AIS is asked: data service pages, orchestrations, discovery, signing in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.connectors.jde.aliases import Row, row_of
from integrations.connectors.jde.auth import JdeAuth, SignIn
from integrations.connectors.jde.configuration import Configuration, Locator
from integrations.connectors.jde.credentials import Credentials
from integrations.connectors.jde.explain import judge, judge_plain, words_of
from integrations.connectors.jde.orchestrations import CONTRACT_VERSION, PING
from integrations.connectors.jde.query import PAGE_ROWS, Query, request
from integrations.contracts import Tools, Value
from integrations.dial import DialTransport
from integrations.errors import ConfigurationError, ContractError, UnavailableError, UnknownOutcomeError
from integrations.http import Http

NEXT_PATH = "/dataservice/next"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One page of rows; `has_more` is the server's word, `next` the path of its cursor's next page."""

    rows: tuple[Row, ...]
    has_more: bool
    next: str = ""


class Client:
    """One AIS server over one HTTP pool; safe to share between threads. Writes go one at a time."""

    def __init__(self, credentials: Credentials, tools: Tools) -> None:
        transport = DialTransport(tools.egress, credentials.trust)
        self.credentials = credentials
        self._plain = Http(credentials.origin, tools, judge=judge_plain, transport=transport)
        self.locator = Locator(credentials, self._plain)
        self.auth = JdeAuth(tools, credentials, self._plain, self.locator)
        self._http = Http(credentials.origin, tools, auth=self.auth, judge=judge, transport=transport)
        self._clock = tools.clock
        self._writing = Lock()
        self._version = 0  # of the orchestrator; 0: not known yet

    def close(self) -> None:
        """Close the connections. The session stays: other workers use it; `log_out` ends it."""
        self._http.close()

    # Signing in

    def sign_in(self) -> SignIn:
        """Sign in for a look and out again: a changed password must show, and the session in use must live on."""
        return self.auth.look_in()

    def log_out(self) -> None:
        """End the session."""
        self.auth.log_out()

    @property
    def session(self) -> SignIn:
        """The session in use."""
        return self.auth.sign_in

    def readiness(self) -> Configuration:
        """Ask AIS and its HTML server whether they are ready."""
        return self.locator.readiness()

    def today(self) -> date:
        """Give today in UTC."""
        return self._clock.now().date()

    # Reads

    def page(self, query: Query, size: int = PAGE_ROWS, *, follows: bool = False) -> Grid:
        """Read the first rows of a query.

        Source: op-dataservice-post; the answer's form from "Example: Links Section in a Data Service Response" and
        public clients, read 2026-11-21.
        """
        body = request(query, self.session.formats, size, follows=follows)
        return self._grid(query.table, self._http.read("POST", self._url("/v2/dataservice"), json=body).json())

    def next_page(self, table: str, url: str) -> Grid:
        """Follow a cursor. The link may name an inside host: only its path and query are used, at our own address.

        Source: op-v2-dataservice-next-post, read 2026-11-21.
        """
        parts = urlsplit(url)
        if not parts.path.endswith(NEXT_PATH):
            raise ContractError("The link to the next page leads elsewhere.", code="jde_unexpected_answer")
        target = f"{self._url('/v2' + NEXT_PATH)}?{parts.query}"
        return self._grid(table, self._http.read("POST", target, json={}).json())

    def discover(self, name: str) -> Mapping[str, Any] | None:
        """Ask what an orchestration takes and gives; None if there is none that this user may see.

        Source: op-discover-orchestration-get, read 2026-11-21.
        """
        said = self._http.read("GET", self._url(f"/discover/{quote(name, safe='')}")).json()
        found = said.get("orchestrations") if isinstance(said, dict) else None
        if not isinstance(found, list):
            raise ContractError("The discovery answer lists no orchestrations.", code="jde_unexpected_answer")
        return next((one for one in found if isinstance(one, dict) and one.get("name") == name), None)

    # Orchestrations

    def ping(self) -> Mapping[str, Any]:
        """Run MLC_SYS_PING, which only reads: the server's day, time, environment and user.

        Tools before 9.2.4 have no version 3 of the orchestrator: then version 2 is used from here on.

        Source: op-v2-orchestrator-orchestration-post, "Version 1 and Version 2 AIS Services Endpoints", 2026-11-21.
        """
        try:
            return self._ping(self._version or 3)
        except ConfigurationError as error:
            if self._version or error.code not in ("jde_not_found", "jde_orchestration_missing"):
                raise
        return self._ping(2)

    def run(self, name: str, inputs: Mapping[str, Value]) -> Mapping[str, Any]:
        """Run an orchestration that writes: once, and never two at a time. The answer is for `outcome.py` to judge.

        Source: op-v2-orchestrator-orchestration-post; `jde__jobQueue` from "Overriding the AIS Job Queue", read
        2026-11-21.
        """
        if not self._version:
            self.ping()
        url = self._url(f"/v{self._version}/orchestrator/{name}")
        with self._writing:
            answer = self._http.write("POST", url, json={**inputs, "jde__jobQueue": "JDE__USER_SINGLE"})
        try:
            return _object(answer.json())
        except ContractError as error:
            raise UnknownOutcomeError(
                f"{name} was run, but its answer cannot be read. It is looked up before anything is repeated.",
                code="jde_outputs_missing",
                value=name,
                answer=error.answer,
            ) from error

    def _ping(self, version: int) -> Mapping[str, Any]:
        url = self._url(f"/v{version}/orchestrator/{PING.name}")
        said = _object(self._http.read("POST", url, json={"contractVersion": CONTRACT_VERSION}).json())
        self._version = version
        return said

    def _url(self, path: str) -> str:
        return f"{self.locator.root()}{path}"

    def _grid(self, table: str, said: Any) -> Grid:
        if not isinstance(said, dict):
            raise ContractError("The data service's answer is no object.", code="jde_unexpected_answer")
        form = next((value for name, value in said.items() if name.startswith("fs_") and name.endswith(table)), None)
        grid = form.get("data", {}).get("gridData") if isinstance(form, dict) else None
        rowset = grid.get("rowset") if isinstance(grid, dict) else None
        if not isinstance(grid, dict) or not isinstance(rowset, list):
            raise _without_rows(table, said)
        if form and form.get("errors"):
            raise _without_rows(table, form)
        summary = grid.get("summary")
        more = summary.get("moreRecords") if isinstance(summary, dict) else None
        rows = tuple(row_of(table, raw) for raw in rowset if isinstance(raw, dict))
        has_more = more if isinstance(more, bool) else bool(rows)
        return Grid(rows=rows, has_more=has_more, next=_next_of(said.get("links")))


def _object(said: Any) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise ContractError("The orchestration's answer is no object.", code="jde_unexpected_answer")
    return said


def _without_rows(table: str, said: dict[str, Any]) -> UnavailableError | ContractError:
    words = words_of(said)
    if words:
        return UnavailableError(f"JD Edwards could not read {table}: {words}.", code="jde_down")
    return ContractError(f"The data service's answer on {table} holds no rows.", code="jde_unexpected_answer")


def _next_of(links: object) -> str:
    rows: Sequence[Any] = links if isinstance(links, list) else []
    return next((str(one.get("href", "")) for one in rows if isinstance(one, dict) and one.get("rel") == "next"), "")
