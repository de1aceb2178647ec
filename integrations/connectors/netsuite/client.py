"""The calls that NetSuite is asked: upsert and update of records, SuiteQL, metadata and the clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from integrations.connectors.netsuite.auth import NetSuiteAuth, clock_skew_s, judge_token, sign_in, token_name
from integrations.connectors.netsuite.credentials import Credentials
from integrations.connectors.netsuite.explain import judge
from integrations.connectors.netsuite.suiteql import PAGE_ROWS, Query, Row, is_id, rows_of
from integrations.contracts import Tools, Value
from integrations.dial import DialTransport
from integrations.errors import ContractError, RejectedError
from integrations.http import Answer, Http

RECORD_PATH = "/services/rest/record/v1"
SUITEQL_PATH = "/services/rest/query/v1/suiteql"
REPLACED = ("item", "taxDetails", "addressBook", "taxRegistration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write gave: the internal id (empty if the answer did not name it) and the request's id."""

    internal_id: str
    status: int
    request_id: str


class Client:
    """One NetSuite account over one HTTP pool; safe to share between threads."""

    def __init__(self, credentials: Credentials, tools: Tools) -> None:
        transport = DialTransport(tools.egress)
        self.credentials = credentials
        self._tools = tools
        self._plain = Http(credentials.origin, tools, judge=judge_token, transport=transport)
        self._auth = NetSuiteAuth(tools, credentials, self._plain)
        self._http = Http(
            credentials.origin,
            tools,
            auth=self._auth,
            judge=self._judge,
            headers={"X-NetSuite-PropertyNameValidation": "error"},
            transport=transport,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # Writes

    def upsert(self, record: str, external_id: str, body: Mapping[str, Value]) -> Written:
        """Create the record with this external id, or make the one that has it equal to the body. Safe to call twice.

        Sublists whose unkeyed lines NetSuite would append are replaced.

        Source: RRD/records/invoice.md (PUT eid:) and section_1545141395 (`replace`), read 2026-11-21.
        """
        url = f"{RECORD_PATH}/{record}/eid:{external_id}{_replace(body)}"
        return _written(self._http.write("PUT", url, json=body))

    def update(self, record: str, internal_id: str, body: Mapping[str, Value]) -> Written:
        """Change the fields of the body on a record that stands; others stay. Safe to call twice.

        Source: RRD/records/invoice.md (PATCH) and section_1545141395 (`replace`), read 2026-11-21.
        """
        if not is_id(internal_id):
            raise RejectedError(
                f"“{internal_id}” is not a NetSuite id. Look the record up again.",
                code="netsuite_not_found",
                value=internal_id,
            )
        url = f"{RECORD_PATH}/{record}/{internal_id}{_replace(body)}"
        return _written(self._http.write("PATCH", url, json=body))

    # Reads

    def rows(self, query: Query, limit: int | None = None) -> Iterator[Row]:
        """Run a query and give its rows, page by page; `limit` asks for the first so many only.

        Source: "Executing SuiteQL Queries Through REST Web Services" (section_157909186990), read 2026-11-21.
        """
        size = limit or PAGE_ROWS
        offset = 0
        while True:
            page = self._page(query, size, offset)
            yield from rows_of(page.get("items"))
            if limit or page.get("hasMore") is not True:
                return
            offset += size

    def listed(self, record: str) -> int:
        """Ask for one record of a type and say how many there are; raises PrivilegeError where the role may not.

        Source: RRD/records/invoice.md (GET collection), read 2026-11-21.
        """
        given = self._http.read("GET", f"{RECORD_PATH}/{record}?limit=1").json()
        total = given.get("totalResults") if isinstance(given, dict) else None
        return total if isinstance(total, int) else 0

    def metadata(self, name: str) -> Mapping[str, Any]:
        """Read the JSON Schema of a record type, custom fields included; an absolute path is one of its `$ref`.

        Source: section_161488248489 (metadata-catalog) and third-party clients for its form, read 2026-11-21.
        """
        path = name if name.startswith("/") else f"{RECORD_PATH}/metadata-catalog/{quote(name, safe='')}"
        schema = self._http.read("GET", path, headers={"Accept": "application/schema+json"}).json()
        if not isinstance(schema, dict):
            raise ContractError(f"The metadata of {name} is no object.", code="netsuite_unexpected_answer")
        return schema

    # Signing in

    def sign_in(self) -> int:
        """Buy a token with today's certificate, whatever is cached, and give its life in seconds."""
        token, life_s = sign_in(self._plain, self.credentials, self._tools)
        self._tools.tokens.put(token_name(self.credentials), token, life_s)
        return life_s

    def clock_skew_s(self) -> float | None:
        """Give by how many seconds our clock is ahead of NetSuite's; None if it does not tell its time."""
        return clock_skew_s(self._plain, self._tools)

    def _page(self, query: Query, size: int, offset: int) -> dict[str, Any]:
        url = f"{SUITEQL_PATH}?limit={size}&offset={offset}"
        body = {"q": query.sql, "params": query.params} if query.params else {"q": query.sql}
        page = self._http.read("POST", url, json=body, headers={"Prefer": "transient"}).json()
        if not isinstance(page, dict):
            raise ContractError("SuiteQL's answer is no object.", code="netsuite_unexpected_answer")
        return page

    def _judge(self, answer: Answer, is_write: bool) -> None:
        judge(answer, is_write, is_role_refused=self._auth.is_role_refused)


def _replace(body: Mapping[str, Value]) -> str:
    """Name the sublists of the body that must become the record's whole list; without it lines would pile up."""
    names = ",".join(name for name in REPLACED if name in body)
    return f"?replace={names}" if names else ""


def _written(answer: Answer) -> Written:
    """Take the internal id from the Location's last segment; what is no number (an `eid:`) is none."""
    last = answer.headers.get("location", "").rstrip("/").rpartition("/")[2]
    return Written(internal_id=last if is_id(last) else "", status=answer.status, request_id=answer.request_id)
