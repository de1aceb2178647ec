"""The calls that F&O is asked: rows of entity sets, create, change, delete, metadata, the posting service."""

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import Any

from integrations.answer import Answer
from integrations.connectors.dynamics365.auth import EntraAuth, judge_token, sign_in, token_name
from integrations.connectors.dynamics365.credentials import Credentials
from integrations.connectors.dynamics365.explain import judge
from integrations.connectors.dynamics365.odata import UNEXPECTED, Keys, Query, Row, key_path
from integrations.contracts import Tools, Value
from integrations.dial import DialTransport
from integrations.errors import ContractError, MissingReferenceError, UnknownOutcomeError
from integrations.http import Http
from integrations.paging import by_token

METADATA_CAP = 96_000_000  # the whole metadata is reported at 50 MB and more
METADATA_TIMEOUT_S = 120.0
_HEADERS = {"OData-Version": "4.0", "OData-MaxVersion": "4.0"}


class Client:
    """One environment over one HTTP pool; safe to share between threads."""

    def __init__(self, credentials: Credentials, tools: Tools) -> None:
        transport = DialTransport(tools.egress, None)
        self.credentials = credentials
        self.clock = tools.clock
        self._tools = tools
        self._entra = Http(f"https://{credentials.authority}", tools, judge=judge_token, transport=transport)
        self._auth = EntraAuth(tools, credentials, self._entra)
        self._http = Http(
            credentials.origin, tools, auth=self._auth, judge=self._judge, headers=_HEADERS, transport=transport
        )
        self._big = Http(
            credentials.origin,
            tools,
            auth=self._auth,
            judge=self._judge,
            transport=transport,
            max_body_bytes=METADATA_CAP,
            timeout_s=METADATA_TIMEOUT_S,
        )
        self.customers = Lock()  # Microsoft's guidance for CustomersV3: one call at a time

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def sign_in(self) -> int:
        """Buy a token with today's secret, whatever is cached, and give its life in seconds."""
        token, life_s = sign_in(self._entra, self.credentials)
        self._tools.tokens.put(token_name(self.credentials), token, life_s)
        return life_s

    # Reads

    def rows(self, query: Query) -> Iterator[Row]:
        """Read all rows, following next links as they are given.

        Source: DOCS data-entities/odata.md ($filter, $orderby, cross-company, 10,000 rows a page), read 2026-11-21.
        """
        first = f"/data/{query.entity_set}?{query.options}"

        def fetch(link: str) -> tuple[list[Row], str | None]:
            return _page(self._http.read("GET", link or first))

        for page in by_token(fetch):
            yield from page.items

    def row(self, entity_set: str, keys: Keys) -> Row | None:
        """Read one row by its whole key; None where there is none.

        Source: DOCS data-entities/odata.md; every key field is required. Read 2026-11-21.
        """
        try:
            answer = self._http.read("GET", self._url(entity_set, keys))
        except MissingReferenceError as error:
            if error.code == "d365_not_found":
                return None
            raise
        return _object(answer)

    # Writes

    def create(self, entity_set: str, body: Mapping[str, Value]) -> Row:
        """Create a row and give it as F&O filled it. The company is the body's `dataAreaId`.

        Source: OAS-47 (201 with the whole entity) and WIRE-26 (200 behind a proxy); read 2026-11-21.
        """
        answer = self._http.write("POST", f"/data/{entity_set}?cross-company=true", json=body)
        try:
            return _object(answer)
        except ContractError as error:
            raise UnknownOutcomeError(
                f"{entity_set} was written, but the answer cannot be read. It is looked up before it is repeated.",
                code=UNEXPECTED,
                answer=error.answer,
            ) from error

    def change(self, entity_set: str, keys: Keys, body: Mapping[str, Value]) -> None:
        """Change some fields of a row. Source: WIRE-26 (PATCH answers 204 without If-Match), read 2026-11-21."""
        self._http.write("PATCH", self._url(entity_set, keys), json=body)

    def delete(self, entity_set: str, keys: Keys) -> None:
        """Delete a row. Source: WIRE-26 (DELETE answers 204), read 2026-11-21."""
        self._http.write("DELETE", self._url(entity_set, keys))

    def post_journal(self, batch: str) -> Any:
        """Ask the customer's own custom service to post a journal; what it answers is not judged: `IsPosted` is read.

        Source: DOCS data-entities/services-home-page.md (/api/services/Group/Service/Operation, JSON named after the
        X++ parameters), read 2026-11-21; the parameters are our contract, see guide.md.
        """
        body = {"dataAreaId": self.credentials.company, "journalNumber": batch}
        return self._http.write("POST", self.credentials.posting_service, json=body).status

    # Metadata

    def public_entity(self, name: str) -> Mapping[str, Any]:
        """Read one entity's light metadata. Source: d365fo-client metadata_api.py, read 2026-11-21."""
        return _object(self._http.read("GET", f"/Metadata/PublicEntities('{name}')"))

    def metadata(self) -> bytes:
        """Read the whole metadata: XML, tens of megabytes. Source: EDMX-CUST, read 2026-11-21."""
        return self._big.read("GET", "/data/$metadata", headers={"Accept": "application/xml"}).body

    def _url(self, entity_set: str, keys: Keys) -> str:
        return f"/data/{entity_set}{key_path(keys)}?cross-company=true"

    def _judge(self, answer: Answer, is_write: bool) -> None:
        judge(answer, is_write, is_refused=self._auth.is_refused, lacks_principal=self._auth.lacks_principal)


def _page(answer: Answer) -> tuple[list[Row], str | None]:
    said = _object(answer)
    rows, link = said.get("value"), said.get("@odata.nextLink")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ContractError(f"The answer of {answer.path} holds no rows.", code=UNEXPECTED, answer=answer.summary)
    return rows, link if isinstance(link, str) else None


def _object(answer: Answer) -> Mapping[str, Any]:
    said = answer.json()
    if not isinstance(said, dict):
        raise ContractError(f"The answer of {answer.path} is no object.", code=UNEXPECTED, answer=answer.summary)
    return said
