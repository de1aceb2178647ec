"""The calls that BILL is asked: lists and single records, creates, changes, archiving, the session, subscriptions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from integrations.answer import Answer
from integrations.connectors.billcom.auth import SESSION_LIFE_S, BillAuth, log_in
from integrations.connectors.billcom.credentials import Credentials
from integrations.connectors.billcom.explain import judge
from integrations.connectors.billcom.query import MOST, any_of, checked, chunks
from integrations.connectors.billcom.rules import UNKNOWN_RECORD
from integrations.contracts import Tools, Value
from integrations.dial import DialTransport
from integrations.errors import ContractError, MissingReferenceError
from integrations.http import Http
from integrations.paging import by_token

Raw: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What to list: a path below v3, filters (joined by AND) and a sort order."""

    path: str
    filters: tuple[str, ...] = ()
    sort: str = "createdTime:asc"


class Client:
    """One organization over one HTTP pool; safe to share between threads."""

    def __init__(self, credentials: Credentials, tools: Tools) -> None:
        transport = DialTransport(tools.egress)
        self.credentials = credentials
        self.clock = tools.clock
        self._tokens = tools.tokens
        self._plain = Http(credentials.base_url, tools, judge=self._judge_login, transport=transport)
        self._auth = BillAuth(tools, credentials, self._plain)
        self._http = Http(credentials.base_url, tools, auth=self._auth, judge=self._judge, transport=transport)
        self.events = Http(credentials.events_url, tools, auth=self._auth, judge=self._judge, transport=transport)

    def close(self) -> None:
        """Close the connections. The session stays: others share it, and log-ins are counted."""
        self._http.close()

    # Reads

    def page(self, listing: Listing, token: str = "", limit: int = MOST) -> tuple[tuple[Raw, ...], str]:
        """Read one page and the next page's token, empty at the end; size, order and filters go with every page.

        Source: developer.bill.com/docs/search-op-with-lists, read 2026-11-21.
        """
        params = {"max": str(limit), "sort": listing.sort}
        if listing.filters:
            params["filters"] = ",".join(listing.filters)
        if token:
            params["page"] = token
        return listed(self._http.read("GET", f"v3/{listing.path}", params=params))

    def walk(self, listing: Listing) -> Iterator[Raw]:
        """Read a list to its end. Raises ContractError when its pages turn in a circle."""
        for page in by_token(lambda token: self.page(listing, token)):
            yield from page.items

    def one(self, path: str, record_id: str) -> Raw | None:
        """Read one record; None if BILL does not know the id.

        Source: developer.bill.com/reference (GET by id), read 2026-11-21.
        """
        try:
            return one_of(self._http.read("GET", f"v3/{path}/{checked(record_id, path)}"))
        except MissingReferenceError as error:
            if error.code != UNKNOWN_RECORD:
                raise
            return None

    def some(self, path: str, ids: Sequence[str]) -> Mapping[str, Raw]:
        """Read records by their ids: one singly, several from the list; those that a list still hides singly, too."""
        found: dict[str, Raw] = {}
        for part in chunks(ids):
            if len(part) > 1:
                rows = self.walk(Listing(path=path, filters=(any_of("id", part),)))
                found |= {str(raw.get("id")): raw for raw in rows}
            for record_id in part:
                raw = found.get(record_id) or self.one(path, record_id)
                if raw is not None:
                    found[record_id] = raw
        return found

    def session(self) -> Raw:
        """Read whose session this is. Source: developer.bill.com/reference (login/session), read 2026-11-21."""
        return one_of(self._http.read("GET", "v3/login/session"))

    # Writes

    def create(self, path: str, body: Mapping[str, Value]) -> Raw:
        """Create a record. Not safe to call twice: BILL keeps no idempotency key for data.

        Source: developer.bill.com/reference/createvendor, /createbill, read 2026-11-21.
        """
        return one_of(self._http.write("POST", f"v3/{path}", json=body))

    def change(self, path: str, record_id: str, body: Mapping[str, Value]) -> Raw:
        """Change the fields of the body, others stay. Safe to call twice.

        Source: developer.bill.com/docs/ap-bills (PATCH), read 2026-11-21.
        """
        return one_of(self._http.write("PATCH", f"v3/{path}/{checked(record_id, path)}", json=body))

    def replace(self, path: str, record_id: str, body: Mapping[str, Value]) -> Raw:
        """Make a bill equal to the body: lines without an id are made anew, those not named are removed.

        Source: developer.bill.com/docs/ap-bills (PUT), read 2026-11-21.
        """
        return one_of(self._http.write("PUT", f"v3/{path}/{checked(record_id, path)}", json=body))

    def set_archived(self, path: str, record_id: str, *, archived: bool) -> Raw:
        """Archive or restore a record: nothing is ever deleted. Safe to call twice.

        Source: developer.bill.com/docs/ap-bills (archive, restore), read 2026-11-21.
        """
        verb = "archive" if archived else "restore"
        return one_of(self._http.write("POST", f"v3/{path}/{checked(record_id, path)}/{verb}"))

    # Signing in

    def sign_in(self) -> None:
        """Sign in afresh, whatever is cached, and share the session. Raises AuthenticationError."""
        self._tokens.put(self._auth.name, log_in(self._plain, self.credentials), SESSION_LIFE_S)

    def _judge(self, answer: Answer, is_write: bool) -> None:
        judge(answer, is_write, now=self.clock.now(), is_session_refused=self._auth.is_session_refused)

    def _judge_login(self, answer: Answer, is_write: bool) -> None:
        judge(answer, is_write, now=self.clock.now(), is_session_refused=True)


def listed(answer: Answer) -> tuple[tuple[Raw, ...], str]:
    """Take rows and the next token of a list's answer; a missing and an empty token both end it."""
    body = one_of(answer)
    rows, token = body.get("results"), body.get("nextPage") or ""
    if not isinstance(rows, list) or not isinstance(token, str):
        raise unexpected(answer, "gave no list")
    return tuple(row for row in rows if isinstance(row, dict)), token


def one_of(answer: Answer) -> Raw:
    """Take an answer's object. Raises ContractError."""
    body = answer.json()
    if not isinstance(body, dict):
        raise unexpected(answer, "gave no object")
    return body


def unexpected(answer: Answer, what: str) -> ContractError:
    """Make the error of an answer that is not as documented."""
    return ContractError(
        f"{answer.where} {what}, against BILL's documentation. Report this to our support.",
        code="billcom_unexpected_answer",
        answer=answer.summary,
    )
