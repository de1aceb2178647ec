"""List requests: limit, keyset cursor, order and filters over one shelf."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from integrations.connectors.chargebee.simulator.errors import wrong_param
from integrations.connectors.chargebee.simulator.filters import Test, as_test, read_filters
from integrations.connectors.chargebee.simulator.resources import Resource
from integrations.connectors.chargebee.simulator.shelf import Row, Shelf, SortKey, sort_key
from integrations.sandbox.app import JSON_TYPE, Request, Response

OFFSET_LIMIT = 1000
STATUS_KEPT_S = 6 * 86_400

Siblings = Callable[[Row], dict[str, bytes]]


@dataclass(frozen=True, slots=True)
class Page:
    """What one list request asks for."""

    limit: int
    after: SortKey | None
    attribute: str
    descending: bool
    tests: tuple[Test, ...]


def answer_list(request: Request, resource: Resource, shelf: Shelf, siblings: Siblings, now_s: int) -> Response:
    """Answer one list request from the indexed rows of a shelf."""
    page = read_page(request, resource, now_s)
    if isinstance(page, Response):
        return page
    matching = (
        row
        for row in shelf.walk(page.attribute, page.after, descending=page.descending)
        if all(test(row.obj) for test in page.tests)
    )
    rows = list(islice(matching, page.limit + 1))
    more = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = _cursor(sort_key(rows[-1], page.attribute)) if more else None
    return Response(200, (("Content-Type", JSON_TYPE),), envelope(resource, rows, cursor, siblings))


def envelope(resource: Resource, rows: Iterable[Row], cursor: str | None, siblings: Siblings) -> bytes:
    """Wrap rows as `{"list":[{"invoice":{...}}]}`, with `next_offset` only where there is more."""
    elements = b",".join(wrap(resource, row, siblings) for row in rows)
    tail = b"" if cursor is None else b',"next_offset":' + json.dumps(cursor).encode()
    return b'{"list":[' + elements + b"]" + tail + b"}"


def wrap(resource: Resource, row: Row, siblings: Siblings) -> bytes:
    """Wrap one object under its name, beside its siblings."""
    parts = [b'"%s":%s' % (resource.wrap.encode(), row.encoded)]
    parts += [b'"%s":%s' % (name.encode(), encoded) for name, encoded in siblings(row).items()]
    return b"{" + b",".join(parts) + b"}"


def read_page(request: Request, resource: Resource, now_s: int) -> Page | Response:
    """Read paging, order and filters; only limit and offset can be refused."""
    limit = request.param("limit")
    if limit is not None and not (limit.isdecimal() and 1 <= int(limit) <= 100):
        return wrong_param("limit", "must be between 1 and 100")
    attribute, descending = _order(request, resource)
    offset = request.param("offset")
    after = None
    if offset is not None:
        after = read_cursor(offset, attribute)
        if after is None:
            return wrong_param("offset", "invalid offset")
    return Page(int(limit or 10), after, attribute, descending, tuple(_tests(request, resource, now_s)))


def read_cursor(offset: str, attribute: str) -> SortKey | None:
    """Read a cursor this API has given out; None if it cannot be one."""
    try:
        key, number = json.loads(offset) if len(offset) <= OFFSET_LIMIT else (None, 0)
        if not isinstance(key, str):
            return None
        return (key if attribute in ("id", "name") else int(key)), int(number)
    except (ValueError, TypeError, RecursionError):
        return None


def _cursor(key: SortKey) -> str:
    return json.dumps([str(key[0]), str(key[1])], separators=(",", ":"), ensure_ascii=False)


def _order(request: Request, resource: Resource) -> tuple[str, bool]:
    """Give attribute and direction; a sort key that this list does not know is ignored: newest first."""
    for key, value in request.query:
        if key in ("sort_by[asc]", "sort_by[desc]") and value in resource.sorts:
            return value, key == "sort_by[desc]"
    return resource.order, True


def _tests(request: Request, resource: Resource, now_s: int) -> Iterable[Test]:
    filters = read_filters(request.query, resource.filters)
    for attribute, operator, value in filters:
        yield as_test(attribute, operator, value)
    if resource.include_deleted and (request.param("include_deleted") or "").lower() != "true":
        yield lambda obj: not obj.get("deleted")
    if resource.wrap in ("item", "item_price") and not any(attribute == "status" for attribute, _, _ in filters):
        yield lambda obj: obj["status"] != "deleted"
    if resource.wrap == "event":
        yield from _event_tests(request)
        if any(attribute == "webhook_status" for attribute, _, _ in filters):
            yield as_test("occurred_at", "gte", now_s - STATUS_KEPT_S)


def _event_tests(request: Request) -> Iterable[Test]:
    for name, operator in (("start_time", "gte"), ("end_time", "lte")):
        raw = request.param(name) or ""
        if raw.isdecimal():
            yield as_test("occurred_at", operator, int(raw))
