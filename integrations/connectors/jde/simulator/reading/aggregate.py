"""Aggregations: sums by the dictionary's decimals, group keys with dots, days as the server's midnight."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.connectors.jde.simulator.erp.clock import last_midnight_ms
from integrations.connectors.jde.simulator.reading.browse import Browse
from integrations.connectors.jde.simulator.reading.dictionary import MONEY, Alias
from integrations.connectors.jde.simulator.reading.query import BadQuery, column, plain
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json

DecimalsOf = Callable[[Alias, Row], int]

_SUMS: dict[str, Callable[[Sequence[Decimal]], Any]] = {
    "SUM": sum,
    "MIN": min,
    "MAX": max,
    "AVG": lambda values: sum(values) / len(values),
    "COUNT": len,
    "COUNT_DISTINCT": lambda values: len(set(values)),
    "SUM_DISTINCT": lambda values: sum(set(values)),
    "AVG_DISTINCT": lambda values: sum(set(values)) / len(set(values)),
}


def aggregate(browse: Browse, rows: Sequence[Row], spec: Json, zone: ZoneInfo, decimals_of: DecimalsOf) -> list[Json]:
    """Give one object for each group, in the order asked for."""
    groups = [column(browse.schema, one.get("column")) for one in spec.get("groupBy") or []]
    wanted = [_wanted(browse, one) for one in spec.get("aggregations") or []]
    if not wanted:
        raise BadQuery("An aggregation needs aggregations.")
    sets: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        sets[tuple(plain(alias, row.values.get(alias.name)) for alias in groups)].append(row)
    if not groups:
        sets.setdefault((), list(rows))
    output = []
    for key in _sorted_keys(list(sets), groups, browse):
        found: Json = {}
        if groups:
            found["groupBy"] = {
                f"{browse.schema.name}.{alias.name}": _group_key(alias, value, zone)
                for alias, value in zip(groups, key, strict=True)
            }
        for function, alias in wanted:
            found[_label(browse, function, alias)] = _result(function, alias, sets[key], decimals_of)
        output.append(found)
    return output


def _wanted(browse: Browse, one: Json) -> tuple[str, Alias | None]:
    function, name = str(one.get("aggregation")), one.get("column")
    if function not in _SUMS:
        raise BadQuery(f"Unknown aggregation {function}.")
    if name == "*":
        if function != "COUNT":
            raise BadQuery(f"{function} needs a column.")
        return function, None
    return function, column(browse.schema, name)


def _label(browse: Browse, function: str, alias: Alias | None) -> str:
    return function if alias is None else f"{browse.schema.name}.{alias.name}_{function}"


def _result(function: str, alias: Alias | None, rows: Sequence[Row], decimals_of: DecimalsOf) -> Any:
    if alias is None:
        return len(rows)
    values = [_stored(alias, row, decimals_of) for row in rows]
    if not values:
        return 0
    if function not in ("COUNT", "COUNT_DISTINCT") and not alias.is_numeric:
        raise BadQuery(f"{function} does not fit {alias.name}.")
    return _SUMS[function](values)


def _stored(alias: Alias, row: Row, decimals_of: DecimalsOf) -> Any:
    """Give a value as the database adds it up: money without regard to its currency's own decimals."""
    value = plain(alias, row.values.get(alias.name))
    if alias.kind not in MONEY:
        return Decimal(value) if alias.is_numeric else value
    return Decimal(value).scaleb(decimals_of(alias, row) - alias.decimals)


def _group_key(alias: Alias, value: Any, zone: ZoneInfo) -> Any:
    return last_midnight_ms(value, zone) if alias.kind == "date" else value


def _sorted_keys(keys: list[tuple[Any, ...]], groups: Sequence[Alias], browse: Browse) -> list[tuple[Any, ...]]:
    for alias, falls in reversed(browse.order):
        if alias not in groups:
            raise BadQuery(f"An aggregation cannot be ordered by {alias.name}, which is no group.")
        at = groups.index(alias)
        keys = sorted(keys, key=lambda key, at=at: key[at], reverse=falls)  # type: ignore[misc]
    return keys
