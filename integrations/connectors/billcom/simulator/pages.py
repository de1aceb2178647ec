"""One page of a list: filter, sort, cut, and tokens for the pages beside it."""

import base64
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.filters import Clause, Listing, read_filters, read_sort, value_of
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.store import Record, Version
from integrations.sandbox.app import Json, Request

MOST = 100
LAG_S = 60.0
PARAMS = ("max", "sort", "filters", "page")

Row = tuple[Record, Version]
Place = list[Any]


def list_page(org: Org, request: Request, listing: Listing) -> tuple[list[Row], Json]:
    """Give the rows of the page asked for, and `nextPage` / `prevPage` where there are such pages."""
    unknown = [name for name, _ in request.query if name not in PARAMS]
    if unknown and org.switches.unknown_fields != "ignore":
        refuse("BDC_1119", f"{unknown[0]}: unknown parameter", unknown[0])
    size = _size(org, request.param("max"))
    clauses = read_filters(request.param("filters") or "", listing)
    keys = [*read_sort(request.param("sort") or "", listing), ("", False)]
    rows = _sorted(_matching(org, request, listing, clauses), keys)
    digest = hashlib.sha256(repr((listing.kind, size, clauses, keys)).encode()).hexdigest()[:12]
    start = _start(org, request.param("page"), digest, rows, keys, size)
    tokens: Json = {}
    if start + size < len(rows):
        tokens["nextPage"] = _token(org, digest, "a", start + size, _place(rows[start + size - 1], keys))
    elif org.switches.empty_next_page:
        tokens["nextPage"] = ""
    if start > 0:
        tokens["prevPage"] = _token(org, digest, "b", max(0, start - size), _place(rows[start], keys))
    if tokens.get("nextPage") and request.param("page") and org.switches.repeats_page_token:
        tokens["nextPage"] = request.param("page")
    return rows[start : start + size], tokens


def _size(org: Org, raw: str | None) -> int:
    if raw is None:
        return org.switches.default_max
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 6 and 1 <= int(raw) <= MOST):
        refuse("BDC_1119", f"max: must be between 1 and {MOST}", "max", raw)
    return int(raw)


def _matching(org: Org, request: Request, listing: Listing, clauses: list[Clause]) -> Iterable[Row]:
    moment = _seen_until(org, request)
    vendors = [clause.values for clause in clauses if clause.path == "vendorId" and clause.operator in ("eq", "in")]
    records = org.store.of_vendors(listing.kind, vendors[0]) if vendors else org.store.all(listing.kind)
    for record in records:
        version = record.as_of(moment)
        if version is not None and all(clause.holds(record, version) for clause in clauses):
            yield record, version


def _seen_until(org: Org, request: Request) -> datetime | None:
    """Tell from when on a lagging search has seen nothing; None while it sees all."""
    rule = org.faults.standing("search_lag") or org.faults.standing("index_lag")
    if rule is None or (rule.path and rule.path not in request.path):
        return None
    return org.now() - timedelta(seconds=LAG_S if rule.value_s is None else rule.value_s)


def _sorted(rows: Iterable[Row], keys: list[tuple[str, bool]]) -> list[Row]:
    """Sort by the keys; rows that are equal, or all without a sort, stand in the order they were made."""
    found = list(rows)
    for at, (_, descending) in reversed(list(enumerate(keys))):
        found.sort(key=lambda row: _rank(row, keys[at][0]), reverse=descending)
    return found


def _rank(row: Row, path: str) -> Any:
    """Give a value that sorts and survives JSON; a missing one comes first."""
    if not path:
        return row[0].number
    value = value_of(*row, path)
    if isinstance(value, datetime):
        return int(value.timestamp() * 1000)
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, bool) else value or (0 if path in ("fundingAmount", "exchangeRate") else "")


def _place(row: Row, keys: list[tuple[str, bool]]) -> Place:
    return [_rank(row, path) for path, _ in keys]


def _token(org: Org, digest: str, side: str, offset: int, place: Place) -> str:
    where = offset if org.switches.paging == "offset" else place
    text = json.dumps([digest, org.clock.epoch_s(), side, where], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _start(org: Org, token: str | None, digest: str, rows: list[Row], keys: list[tuple[str, bool]], size: int) -> int:
    """Find where the page begins; a token of another query, or one too old, is refused."""
    if not token:
        return 0
    try:
        made_for, made_at, side, where = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        if made_for != digest:
            refuse("BDC_1119", "page: the token belongs to other parameters", "page", token)
        life_s = org.switches.page_token_life_s
        if life_s and org.clock.epoch_s() - made_at > life_s:
            refuse("BDC_1119", "page: the token has expired", "page", token)
        if isinstance(where, int):
            return min(max(0, where), len(rows))
        behind = sum(1 for row in rows if _compare(_place(row, keys), where, keys) < (side == "a"))
        return behind if side == "a" else max(0, behind - size)
    except (ValueError, TypeError, IndexError, RecursionError):
        refuse("BDC_1119", "page: not a page token", "page", token)


def _compare(left: Place, right: Place, keys: list[tuple[str, bool]]) -> int:
    for one, other, (_, descending) in zip(left, right, keys, strict=True):
        if one != other:
            return 1 if (one > other) != descending else -1
    return 0
