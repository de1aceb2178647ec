"""The calls that the contract-based REST API is asked: discovery, lists, single records, upserts, actions, swagger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from integrations.answer import Answer
from integrations.connectors.acumatica.auth import CookieAuth, GrantAuth
from integrations.connectors.acumatica.credentials import Credentials
from integrations.connectors.acumatica.explain import NOT_FOUND, judge, judge_discovery, judge_plain
from integrations.connectors.acumatica.query import Query, compare, every
from integrations.connectors.acumatica.rules import RECORD_CHANGED
from integrations.connectors.acumatica.screens import Screens
from integrations.connectors.acumatica.values import Row, wrapped
from integrations.contracts import Tools, Value
from integrations.dial import DialTransport
from integrations.errors import (
    ConnectorError,
    ContractError,
    MissingReferenceError,
    RejectedError,
    UnknownOutcomeError,
)
from integrations.http import Http

QUEUEING = 4  # a busy licence lets calls wait in its queue: reads may take so many times the usual timeout
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 2.0
FIRST_GUESS_S = 0.4  # so long an action is thought to take before one was seen
MOST_PAUSES_S = 120.0  # so long an action is followed
Mode = Literal["upsert", "create", "update"]
Keys = Mapping[str, str]  # key fields in the screen's order

_PRECONDITIONS: Mapping[Mode, Mapping[str, str]] = {
    "upsert": {},
    "create": {"If-None-Match": "*"},
    "update": {"If-Match": "*"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One line of the site's endpoint list."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a site says of itself."""

    build: str
    endpoints: tuple[Endpoint, ...]

    def versions(self, name: str) -> tuple[str, ...]:
        """Give the listed versions of an endpoint."""
        return tuple(one.version for one in self.endpoints if one.name.lower() == name.lower())


class Client:
    """One tenant over one HTTP pool; safe to share between threads."""

    def __init__(self, credentials: Credentials, tools: Tools) -> None:
        transport = DialTransport(tools.egress, None)
        self.credentials = credentials
        self.clock = tools.clock
        self._plain = Http(credentials.base, tools, judge=judge_plain, transport=transport)
        make = CookieAuth if credentials.uses_cookies else GrantAuth
        self.auth: CookieAuth | GrantAuth = make(tools, credentials, self._plain)
        self._http = Http(credentials.base, tools, auth=self.auth, judge=judge, transport=transport)
        self._read_s = tools.timeout_s * QUEUEING
        self._screens = Screens()
        self._took_s: dict[str, float] = {}  # how long an action took when last followed

    def close(self) -> None:
        """Sign out of what this process opened, whatever happened before, then close the connections."""
        try:
            self.auth.log_out()
        finally:
            self._http.close()

    # Discovery

    def site(self, *, signed_in: bool) -> Site:
        """Ask which endpoints there are; signed in, the tenant's own come too.

        Source: "Get List of Endpoints" (Basic_Get_List_of_Endpoints), read 2026-11-21.
        """
        answer = (self._http if signed_in else self._plain).read("GET", "entity")
        judge_discovery(answer)
        return _site(answer)

    def swagger(self) -> Mapping[str, Any]:
        """Read the tenant's own schema, some 2.6 MB for Default.

        Source: `swagger.json` as the official client reads it (vendor file section 1), read 2026-11-21.
        """
        said = self._http.read("GET", self._url("swagger.json"), timeout_s=self._read_s).json()
        if not isinstance(said, dict):
            raise ContractError("Acumatica's swagger.json is no object.", code="acumatica_unexpected_answer")
        return said

    # Reads

    def rows(self, query: Query) -> tuple[Row, ...]:
        """Read a list, in no order that may be relied upon.

        Source: "Retrieval of Records by Conditions" (Basic_Get_Records, Parameter_*), read 2026-11-21.
        """
        with self._screens.calling(query.entity):
            answer = self._http.read("GET", self._url(query.entity), params=query.params, timeout_s=self._read_s)
        said = answer.json()
        if not isinstance(said, list):
            raise ContractError(f"Acumatica's list of {query.entity} is none.", code="acumatica_unexpected_answer")
        return tuple(Row(one) for one in said if isinstance(one, dict))

    def row(self, entity: str, keys: Keys, expand: Sequence[str] = (), custom: Sequence[str] = ()) -> Row | None:
        """Read one record by its keys; None if there is none (which Acumatica answers with 500).

        Source: "Retrieval of a Record by Key Fields" (Get_Record_by_Key), read 2026-11-21.
        """
        query = Query(entity=entity, expand=tuple(expand), custom=tuple(custom))
        if any(not value or set(value) & set("/|\\?#%") for value in keys.values()):
            where = every(*(compare(name, "eq", value) for name, value in keys.items()))
            return next(iter(self.rows(query.plus(where))), None)
        path = "/".join(quote(value, safe="") for value in keys.values())
        try:
            with self._screens.calling(entity):
                url = self._url(f"{entity}/{path}")
                answer = self._http.read("GET", url, params=query.params, timeout_s=self._read_s)
        except MissingReferenceError as error:
            if error.code == NOT_FOUND:
                return None
            raise
        return _row(answer)

    # Writes

    def put(self, entity: str, body: Mapping[str, Value], mode: Mode = "upsert", expand: Sequence[str] = ()) -> Row:
        """Insert or change a record. Sent once; waits while an action of this screen runs.

        Raises DuplicateError (412) where `mode` says create or update only. The answer holds only what is expanded.

        Source: "Creation of a Record", "Update of a Record" (Create_Record, Update_Record), read 2026-11-21.
        """
        headers = {**_PRECONDITIONS[mode], **self._branch()}
        params = Query(entity=entity, expand=tuple(expand)).params
        with self._screens.calling(entity):
            answer = self._http.write("PUT", self._url(entity), json=wrapped(body), params=params, headers=headers)
        return _written(answer)

    def act(self, entity: str, action: str, keys: Keys, on: date | None = None) -> None:
        """Run an action and follow it from 202 to 204, alone on its screen. The caller reads what became of it.

        `on` is the business date that it runs under, today's if None.

        204 at once means finished, or that nothing was started. Raises RejectedError where the action failed,
        UnknownOutcomeError where its end is not known.

        Source: "Execution of an Action" (Action_Execution), read 2026-11-21.
        """
        url = self._url(f"{entity}/{action}")
        headers = {**self._branch(), **({"PX-CbApiBusinessDate": f"{on:%Y/%m/%d}"} if on else {})}
        with self._screens.acting(entity):
            answer = self._http.write("POST", url, json={"entity": wrapped(dict(keys))}, headers=headers)
            if answer.status == 202:
                self._follow(answer, f"{entity}/{action}")

    def _follow(self, answer: Answer, what: str) -> None:
        """Ask at once, then ever more rarely; the first pause is a part of what the action took the last time."""
        location = answer.headers.get("location", "")
        if not location:
            raise UnknownOutcomeError(f"{what} runs, but nobody says where.", code="acumatica_action_forgotten")
        parts = urlsplit(location)
        url = f"{self.credentials.origin}{parts.path}{f'?{parts.query}' if parts.query else ''}"
        pause_s, paused_s = max(SHORTEST_PAUSE_S, self._took_s.get(what, FIRST_GUESS_S) / 4), 0.0
        while self._is_running(url, what):
            if paused_s >= MOST_PAUSES_S:
                raise UnknownOutcomeError(
                    f"{what} has not ended after {MOST_PAUSES_S:.0f} seconds. Its document is looked up later.",
                    code="acumatica_action_endless",
                )
            self.clock.wait(pause_s)
            paused_s += pause_s
            pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
        self._took_s[what] = paused_s

    def _is_running(self, url: str, what: str) -> bool:
        try:
            return self._http.read("GET", url).status == 202
        except ConnectorError as error:
            has_ended = isinstance(error, RejectedError) or error.code == RECORD_CHANGED.code
            if has_ended or isinstance(error, UnknownOutcomeError):
                raise
            raise UnknownOutcomeError(
                f"{what} was started, but its end is not known: {error.message}", code="acumatica_action_endless"
            ) from error

    def _branch(self) -> Mapping[str, str]:
        return {"PX-CbApiBranch": self.credentials.branch} if self.credentials.branch else {}

    def _url(self, path: str) -> str:
        return f"{self.credentials.endpoint}/{path}"


def _site(answer: Answer) -> Site:
    """Read the object of today's builds, or the bare list of older ones."""
    said = answer.json()
    listed = said.get("endpoints") if isinstance(said, dict) else said
    if not isinstance(listed, list):
        raise ContractError("Acumatica's list of endpoints is none.", code="acumatica_unexpected_answer")
    version = said.get("version") if isinstance(said, dict) else None
    build = str(version.get("acumaticaBuildVersion") or "") if isinstance(version, dict) else ""
    endpoints = tuple(
        Endpoint(name=str(one.get("name") or ""), version=str(one.get("version") or ""))
        for one in listed
        if isinstance(one, dict)
    )
    return Site(build=build, endpoints=endpoints)


def _row(answer: Answer) -> Row:
    said = answer.json()
    if not isinstance(said, dict):
        raise ContractError(f"{answer.where} gave no record.", code="acumatica_unexpected_answer")
    return Row(said)


def _written(answer: Answer) -> Row:
    try:
        return _row(answer)
    except ContractError as error:
        raise UnknownOutcomeError(
            f"{answer.where} was done, but its answer cannot be read. It is looked up before anything is repeated.",
            code="acumatica_unexpected_answer",
            answer=error.answer,
        ) from error
