"""Which values of the target a sync's mappings name, and which of those have vanished or become inactive there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from integrations.engine.rehearsal.ground import Ground
from integrations.models import ReferenceValue, Sync
from mappings.rows import ConstantSpec, FormulaSpec, Row, ValueMapSpec
from mappings.rows_json import definition_from_json
from mappings.validation import formula_maps
from mappings.values import to_text
from mappings.versions import maps_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One value of the target's reference data that a mapping names: in a value map, or as a constant of a row."""

    kind: str
    value: str
    reads: str  # the side that the flow reads: its values are of the other
    flow: str
    map: str = ""
    row: str = ""
    field: str = ""

    def as_json(self) -> dict[str, str]:
        """Give it as the report keeps it."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A value that a mapping names and the target no longer has, or has made inactive."""

    use: Use
    state: str  # "vanished" | "inactive"
    name: str

    def __str__(self) -> str:
        where = f"map {self.use.map}" if self.use.map else f"the row for {self.use.field}"
        what = f"{self.use.kind.replace('_', ' ')} {self.use.value}"
        happened = "is not in the target" if self.state == "vanished" else "is no longer active in the target"
        return f"{what.capitalize()} {happened}; {where} uses it."


def uses_of(ground: Ground) -> list[Use]:
    """List the reference values that the mappings name, each once per map or row."""
    found: dict[tuple[str, ...], Use] = {}
    for slug, version in ground.versions.items():
        reads = ground.plan(slug).flow.reads
        definition, _ = definition_from_json(version.rows, version.filters)
        kinds = {(field.level, field.name): field.reference for field in ground.fields[slug] if field.reference}
        maps = {each.name: each for each in maps_of(version, definition)}
        for row in definition.rows:
            kind = kinds.get((row.level, row.target), "")
            for name in _maps_in(row) if kind else ():
                values = {entry.value for entry in maps[name].entries if entry.value} if name in maps else set()
                for value in sorted(values):
                    use = Use(kind=kind, value=value, reads=reads, flow=slug, map=name)
                    found.setdefault((kind, value, reads, name), use)
            if kind and (value := _constant(row)):
                use = Use(kind=kind, value=value, reads=reads, flow=slug, row=row.id, field=row.target)
                found[(kind, value, reads, slug, row.id)] = use
    return list(found.values())


def kinds_of_maps(ground: Ground) -> dict[str, set[tuple[str, str]]]:
    """Give for each value map what it gives: (side read, kind of reference data)."""
    found: dict[str, set[tuple[str, str]]] = {}
    for slug, version in ground.versions.items():
        definition, _ = definition_from_json(version.rows, version.filters)
        kinds = {(field.level, field.name): field.reference for field in ground.fields[slug] if field.reference}
        for row in definition.rows:
            if kind := kinds.get((row.level, row.target)):
                for name in _maps_in(row):
                    found.setdefault(name, set()).add((ground.plan(slug).flow.reads, kind))
    return found


def _maps_in(row: Row) -> Iterator[str]:
    if isinstance(row.spec, ValueMapSpec):
        yield row.spec.map
    elif isinstance(row.spec, FormulaSpec):
        yield from sorted(formula_maps(row.spec.formula))


def _constant(row: Row) -> str:
    return to_text(row.spec.value) if isinstance(row.spec, ConstantSpec) else ""


def lost_references(sync: Sync, uses: Sequence[Mapping[str, Any]]) -> list[Lost]:
    """Judge the values that a report's mappings name by the reference data as it was last read; no call is made.

    Values are looked at only where the system tells any of their kind.
    """
    sides = {"source": sync.target, "target": sync.source}
    known = {reads: _known(sync, connection.pk) for reads, connection in sides.items()}
    lost = []
    for use in (Use(**each) for each in uses):
        values = known[use.reads].get(use.kind)
        if not values:
            continue
        found = values.get(use.value)
        if found is None or not found[1]:
            lost.append(Lost(use=use, state="inactive" if found else "vanished", name=found[0] if found else ""))
    return lost


def _known(sync: Sync, connection_id: int) -> dict[str, dict[str, tuple[str, bool]]]:
    """Give (name, is active) by kind and by code or number; active ones win over inactive ones of the same number."""
    rows = ReferenceValue.objects.for_tenant(sync.tenant_id).filter(connection_id=connection_id)
    known: dict[str, dict[str, tuple[str, bool]]] = {}
    for kind, code, number, name, is_active in rows.order_by("is_active", "id").values_list(
        "kind", "code", "number", "name", "is_active"
    ):
        values = known.setdefault(kind, {})
        values[code] = (name, is_active)
        if number and number != code:
            values[number] = (name, is_active)
    return known
