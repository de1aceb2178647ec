"""Mutated copies of a mapping, drawn by seed: each operator makes one believable mistake."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from mappings.rows import ConstantSpec, Definition, FormulaSpec, Row, SourceSpec, ValueMapSpec
from mappings.value_maps import ValueMap


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A whole mapping: rows, filters and the maps that they read."""

    definition: Definition
    maps: tuple[ValueMap, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A mapping with one mistake."""

    operator: str
    told: str
    content: Content


def _with_row(content: Content, old: Row, *new: Row) -> Content:
    rows = tuple(each for row in content.definition.rows for each in (new if row is old else (row,)))
    return replace(content, definition=replace(content.definition, rows=rows))


def _with_entry(content: Content, value_map: ValueMap, number: int, value: str | None) -> Content:
    entries = list(value_map.entries)
    if value is None:
        del entries[number]
    else:
        entries[number] = replace(entries[number], value=value)
    changed = replace(value_map, entries=tuple(entries))
    return replace(content, maps=tuple(changed if one is value_map else one for one in content.maps))


def _sources(content: Content) -> list[Row]:
    return [row for row in content.definition.rows if isinstance(row.spec, SourceSpec)]


def _amounts(content: Content) -> list[Row]:
    return [row for row in _sources(content) if row.spec.path in ("line.amount", "amount", "total")]


def _entries(content: Content) -> Iterator[tuple[ValueMap, int]]:
    return ((one, number) for one in content.maps for number, entry in enumerate(one.entries) if entry.value)


def field_swapped(content: Content) -> Iterator[tuple[str, Content]]:
    """A row reads another field of the same level."""
    for row in _sources(content):
        for other in _sources(content):
            if other.level == row.level and other.spec.path != row.spec.path:
                changed = replace(row, spec=SourceSpec(path=other.spec.path))
                yield f"{row.target} reads {other.spec.path} for {row.spec.path}", _with_row(content, row, changed)


def row_dropped(content: Content) -> Iterator[tuple[str, Content]]:
    """A row is gone."""
    for row in content.definition.rows:
        yield f"no row for {row.target}", _with_row(content, row)


def entry_removed(content: Content) -> Iterator[tuple[str, Content]]:
    """An entry of a value map is gone."""
    for one, number in _entries(content):
        yield f"{one.name}: no {one.entries[number].keys}", _with_entry(content, one, number, None)


def account_exchanged(content: Content) -> Iterator[tuple[str, Content]]:
    """An entry gives what another entry of its map gives."""
    for one, number in _entries(content):
        for value in sorted({entry.value for entry in one.entries if entry.value} - {one.entries[number].value}):
            yield f"{one.name}: {one.entries[number].keys} -> {value}", _with_entry(content, one, number, value)


def account_unknown(content: Content) -> Iterator[tuple[str, Content]]:
    """An entry gives a value with two figures exchanged, or another letter."""
    for one, number in _entries(content):
        value = one.entries[number].value
        yield f"{one.name}: {value} -> {value}9", _with_entry(content, one, number, f"{value}9")


def sign_wrong(content: Content) -> Iterator[tuple[str, Content]]:
    """An amount has the wrong sign."""
    for row in _amounts(content):
        for formula in (f"-{row.spec.path}", f"0 - {row.spec.path}", f"{row.spec.path} * -1"):
            yield f"{row.target} = {formula}", _with_row(content, row, replace(row, spec=FormulaSpec(formula=formula)))


def scale_wrong(content: Content) -> Iterator[tuple[str, Content]]:
    """An amount is taken in cents, or in thousands."""
    for row in _amounts(content):
        for formula in (f"{row.spec.path} * 100", f"{row.spec.path} / 100", f"ROUND({row.spec.path}, 0)"):
            yield f"{row.target} = {formula}", _with_row(content, row, replace(row, spec=FormulaSpec(formula=formula)))


def currency_confused(content: Content) -> Iterator[tuple[str, Content]]:
    """A currency is always the same, or a map is looked up by another currency."""
    for row in content.definition.rows:
        if isinstance(row.spec, SourceSpec) and row.spec.path.endswith("currency"):
            for code in ("USD", "EUR", "GBP"):
                yield f"{row.target} = {code}", _with_row(content, row, replace(row, spec=ConstantSpec(value=code)))


def key_changed(content: Content) -> Iterator[tuple[str, Content]]:
    """A map is looked up by another field, or by its keys the wrong way round."""
    for row in content.definition.rows:
        spec = row.spec
        if isinstance(spec, ValueMapSpec) and any(
            entry.keys != ("*",) * len(entry.keys) for entry in _map(content, spec)
        ):
            keys = tuple(reversed(spec.keys)) if len(spec.keys) > 1 else ("currency",)
            if keys != spec.keys:
                yield f"{row.target} by {keys}", _with_row(content, row, replace(row, spec=replace(spec, keys=keys)))


def _map(content: Content, spec: ValueMapSpec) -> Sequence:
    return next((one.entries for one in content.maps if one.name == spec.map), ())


def default_forced(content: Content) -> Iterator[tuple[str, Content]]:
    """A row gives a text that somebody left from a trial."""
    for row in content.definition.rows:
        if isinstance(row.spec, SourceSpec | FormulaSpec):
            yield f"{row.target} = 1", _with_row(content, row, replace(row, spec=ConstantSpec(value="1")))


Operator = Callable[[Content], Iterator[tuple[str, Content]]]
Name = tuple[str, str]  # pair, flow; of the maps of a whole pair the flow is empty
ON_MAPS: tuple[Operator, ...] = (entry_removed, account_exchanged, account_unknown)
ON_ROWS: tuple[Operator, ...] = (
    field_swapped,
    row_dropped,
    sign_wrong,
    scale_wrong,
    currency_confused,
    key_changed,
    default_forced,
)


def draw(contents: dict[Name, Content], *, seed: int, each: int = 10) -> Iterator[tuple[Name, Mutant]]:
    """Draw `each` mutants per operator out of all that the operator can make of these mappings."""
    dice = random.Random(seed)
    for operator in (*ON_MAPS, *ON_ROWS):
        among = {name: one for name, one in contents.items() if (name[1] == "") == (operator in ON_MAPS)}
        made = [(name, told, content) for name, one in among.items() for told, content in operator(one)]
        for name, told, content in dice.sample(made, each):
            yield name, Mutant(operator=operator.__name__, told=told, content=content)
