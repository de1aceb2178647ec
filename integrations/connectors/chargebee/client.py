"""Calls Chargebee's REST API v2, reads only: lists page by page, single objects, configuration. Nothing is written."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from integrations.answer import Answer
from integrations.auth import BasicAuth
from integrations.connectors.chargebee.explain import UNKNOWN_RECORD, judge
from integrations.contracts import Tools
from integrations.errors import ConnectorError, ContractError, RejectedError, UnavailableError
from integrations.http import Http

PAGE_SIZE = 100
LONGEST_LIST = 3000  # of a list value in the URL: gateways refuse lines of over 8 KB

Raw: TypeAlias = Mapping[str, Any]
Query: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One page of a list: its elements as they came, and the offset of the next page, empty on the last."""

    elements: tuple[Raw, ...]
    next_offset: str

    def objects(self, name: str) -> Iterator[Raw]:
        """Give the objects that are wrapped under a name; rows without one are left out."""
        for element in self.elements:
            raw = element.get(name) if isinstance(element, dict) else None
            if isinstance(raw, dict):
                yield raw


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a site is: its domain and its product catalogue, `v1` or `v2`."""

    domain: str
    catalogue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency of the site."""

    code: str
    is_base: bool
    is_enabled: bool


class Client:
    """One site's API under one key; thread-safe."""

    def __init__(self, origin: str, api_key: str, tools: Tools) -> None:
        self._http = Http(f"{origin}/api/v2", tools, auth=BasicAuth(api_key), judge=judge)

    def page(self, path: str, query: Query, offset: str = "", limit: int = PAGE_SIZE) -> Listed:
        """Read one page of a list; `offset` goes back exactly as it came, with the same query.

        Source: List operations (apidocs, read 2026-11-21).
        """
        params = {"limit": str(limit), **query, **({"offset": offset} if offset else {})}
        answer = self._http.read("GET", path, params=params)
        body = _body(answer)
        elements, next_offset = body.get("list"), body.get("next_offset", "")
        if not isinstance(elements, list) or not isinstance(next_offset, str):
            raise _unexpected(answer, "gave no list")
        if next_offset and next_offset == offset:
            raise _unexpected(answer, "gave the same page twice")
        return Listed(elements=tuple(elements), next_offset=next_offset)

    def one(self, path: str, name: str, key: str) -> Raw | None:
        """Read one object by its id; None if Chargebee does not know it.

        Source: Retrieve operations (apidocs, read 2026-11-21); ids are quoted as the SDKs do, with `/` left as it is.
        """
        try:
            answer = self._http.read("GET", f"{path}/{quote(key, safe='/')}")
        except RejectedError as error:
            if error.code == UNKNOWN_RECORD:
                return None
            raise
        found = _body(answer).get(name)
        if not isinstance(found, dict):
            raise _unexpected(answer, f"gave no {name}")
        return found

    def configuration(self) -> Configuration:
        """Read what the site is. Source: Configurations (openapi, read 2026-11-21)."""
        answer = self._http.read("GET", "configurations")
        rows = _body(answer).get("configurations")
        row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        domain, catalogue = row.get("domain"), row.get("product_catalog_version")
        if not isinstance(domain, str) or catalogue not in ("v1", "v2"):
            raise ContractError(
                f"{answer.where} does not say which product catalogue the site uses. Ask Chargebee's support.",
                code="chargebee_unknown_catalogue",
                answer=answer.summary,
            )
        return Configuration(domain=domain.lower(), catalogue=catalogue)

    def currencies(self) -> tuple[Currency, ...]:
        """Read the site's currencies; the list has a path of its own. Source: Currencies (openapi, read 2026-11-21)."""
        rows = self.walk("currencies/list", "currency")
        return tuple(
            Currency(
                code=str(row.get("currency_code", "")),
                is_base=row.get("is_base_currency") is True,
                is_enabled=row.get("enabled") is not False,
            )
            for row in rows
        )

    def walk(self, path: str, name: str) -> Iterator[Raw]:
        """Read a list to its end, object by object."""
        offset = ""
        while True:
            listed = self.page(path, {}, offset)
            yield from listed.objects(name)
            offset = listed.next_offset
            if not offset:
                return

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def as_list(values: Sequence[str | int]) -> str:
    """Write a filter's list as the Node SDK does: JSON."""
    return json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))


def batches(keys: Sequence[str]) -> Iterator[list[str]]:
    """Cut ids into lists for `id[in]`: up to a page's worth, and short enough for a URL."""
    batch: list[str] = []
    length = 0
    for key in keys:
        size = len(quote(key)) + 9  # with quotes and comma, percent-encoded
        if batch and (len(batch) == PAGE_SIZE or length + size > LONGEST_LIST):
            yield batch
            batch, length = [], 0
        batch.append(key)
        length += size
    if batch:
        yield batch


def _body(answer: Answer) -> Raw:
    """Give the answer's object. One cut short is as good as none: it is asked for again."""
    try:
        body = answer.json()
    except ContractError as error:
        raise UnavailableError(
            f"{answer.where} broke off. It is tried again.", code="chargebee_cut_short", answer=answer.summary
        ) from error
    if not isinstance(body, dict):
        raise _unexpected(answer, "gave no object")
    return body


def _unexpected(answer: Answer, what: str) -> ConnectorError:
    return ContractError(
        f"{answer.where} {what}, against Chargebee's documentation. Report this to our support.",
        code="chargebee_unexpected_answer",
        answer=answer.summary,
    )
