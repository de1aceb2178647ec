"""Coverage: the codes met in the source against the value maps, what is missing and what that holds up, suggestions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.contracts import Money, ReferenceEntry
from integrations.engine.rehearsal.foreseeing import foresee
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.judging import judge
from integrations.engine.rehearsal.mapped import Look, looks
from integrations.engine.rehearsal.reading import YEAR, Read, read_year
from integrations.engine.rehearsal.uses import kinds_of_maps, uses_of
from integrations.engine.work import FlowPlan
from mappings.map_versions import content_of
from mappings.models import ValueMap
from mappings.rows_json import definition_from_json
from mappings.suggest import Candidate, suggest
from mappings.value_maps import WILDCARD, Entry, Identity, Keys
from mappings.value_maps import ValueMap as Content
from mappings.values import to_text
from mappings.versions import compiled, maps_of

_SAMPLES = 3
_SUGGESTED_AT_MOST = 500  # missing codes that are compared with all of the target's values
_SHOWN = 2_000  # codes kept per map
_USES_KEPT = 5_000  # entries of a map that are kept with their last use


@dataclass(slots=True)
class Met:
    """One code met in the source: how many documents hold it, their money, and some of them."""

    documents: int = 0
    money: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    samples: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    flows: set[str] = field(default_factory=set)
    fields: set[str] = field(default_factory=set)  # that stay empty for it, and hold the record up
    value: str | None = None

    @property
    def is_missing(self) -> bool:
        """Tell whether documents are held up because nothing is mapped."""
        return bool(self.fields)


@dataclass(slots=True)
class Use:
    """How often an entry of a value map answered, and the newest document that it answered for."""

    documents: int = 0
    last: date | None = None


@dataclass(slots=True)
class Table:
    """What was asked of one value map: the codes met, and the entries that answered."""

    codes: dict[Keys, Met] = field(default_factory=dict)
    uses: dict[Identity, Use] = field(default_factory=lambda: defaultdict(Use))


def measure(ground: Ground) -> dict[str, Any]:
    """Read the last 12 months and give the coverage report, ready to be kept as JSON; amounts are texts."""
    read = read_year(ground)
    foresee(ground, read, is_forced=True)
    tables: dict[str, Table] = defaultdict(Table)
    for plan in ground.state.plans.values():
        _meet(ground, plan, read, tables)
    held = sum(met.documents for table in tables.values() for met in table.codes.values() if met.is_missing)
    today = ground.state.today
    return {
        "start": (today - YEAR).isoformat(),
        "end": today.isoformat(),
        "records": read.number,
        "unreadable": sum(len(each) for each in read.unreadable.values()),
        "held": held,
        "maps": [_map_report(ground, value_map, tables[value_map.name]) for value_map in _maps(ground)],
        "fields": _field_problems(ground),
        "uses": [use.as_json() for use in uses_of(ground)],
    }


# What is met


def _meet(ground: Ground, plan: FlowPlan, read: Read, tables: dict[str, Table]) -> None:
    """Apply the mapping to a flow's records and note every look-up in a value map."""
    asked: dict[tuple[str, Keys], Entry | None] = {}

    def watch(name: str, keys: Keys, found: Entry | None) -> None:
        asked[(name, keys)] = found

    flow = plan.flow
    mapping = compiled(ground.versions[flow.slug], targets=ground.fields[flow.slug], watch=watch)
    records = list(read.records.get(flow.slug, {}).values())
    for look in looks(ground, plan, records, mapping):
        failed = {problem.value: problem.field for problem in look.applied.problems if problem.code == "no_mapping"}
        money, label = flow.money(look.record), flow.label_of(look.record)
        for (name, keys), found in asked.items():
            met = tables[name].codes.setdefault(keys, Met())
            _note(met, look, flow.slug, label, money, found.value if found else None)
            if found is not None:
                _note_use(tables[name].uses[found.identity], look)
            if found is None and (target := failed.get(" | ".join(keys)[:200])):
                met.fields.add(target)
        asked.clear()


def _note(met: Met, look: Look, flow: str, label: str, money: Money | None, found: str | None) -> None:
    met.documents += 1
    met.value = found
    met.flows.add(flow)
    if money:
        met.money[money.currency] += money.amount
    if len(met.samples) < _SAMPLES:
        met.samples.append(label)
        texts = (to_text(line.get("description")) for line in look.document.lines)  # type: ignore[arg-type]  # a text
        met.texts += [text for text in texts if text][:_SAMPLES]


def _note_use(use: Use, look: Look) -> None:
    use.documents += 1
    if look.on and (use.last is None or look.on > use.last):
        use.last = look.on


# The report


def _maps(ground: Ground) -> list[Content]:
    """Give the value maps that the mappings read, as these versions read them."""
    found: dict[str, Content] = {}
    for version in ground.versions.values():
        definition, _ = definition_from_json(version.rows, version.filters)
        found |= {each.name: each for each in maps_of(version, definition)}
    return [found[name] for name in sorted(found)]


def _map_report(ground: Ground, value_map: Content, table: Table) -> dict[str, Any]:
    sides = kinds_of_maps(ground).get(value_map.name, set())
    candidates = [one for reads, kind in sorted(sides) for one in _candidates(_references(ground, reads), kind)]
    entries = {entry.keys: entry for entry in value_map.entries}
    order = sorted(table.codes.items(), key=lambda pair: (not pair[1].is_missing, -pair[1].documents, pair[0]))
    codes, left = [], _SUGGESTED_AT_MOST
    for keys, met in order[:_SHOWN]:
        found = suggest(keys, candidates, known=value_map.entries, texts=met.texts) if met.is_missing and left else ()
        left -= met.is_missing
        codes.append(
            {
                "keys": list(keys),
                "value": met.value,
                "by_default": met.value is not None and keys not in entries,
                "documents": met.documents,
                "money": {currency: str(amount) for currency, amount in met.money.items() if amount},
                "samples": met.samples,
                "flows": sorted(met.flows),
                "is_missing": met.is_missing,
                "fields": sorted(met.fields),
                "suggestions": [
                    {"value": one.value, "name": one.name, "score": one.score, "reason": one.reason} for one in found
                ],
            }
        )
    return {
        "name": value_map.name,
        "label": value_map.label,
        "gives": value_map.gives,
        "key_labels": list(value_map.key_labels),
        "kinds": sorted(kind for _, kind in sides),
        "met": len(table.codes),
        "missing": sum(met.is_missing for met in table.codes.values()),
        "codes": codes,
        "uses": _uses(table),
    }


def _uses(table: Table) -> list[dict[str, Any]]:
    """Give the entries that answered, those of most documents first."""
    order = sorted(table.uses.items(), key=lambda pair: (-pair[1].documents, pair[0][0]))
    return [
        {
            "keys": list(keys),
            "valid_from": starts.isoformat() if starts else None,
            "documents": use.documents,
            "last": use.last.isoformat() if use.last else None,
        }
        for (keys, starts), use in order[:_USES_KEPT]
    ]


def _references(ground: Ground, reads: str) -> Mapping[tuple[str, str], ReferenceEntry]:
    return ground.state.references if reads == "source" else ground.state.source_references


def _candidates(references: Mapping[tuple[str, str], ReferenceEntry], kind: str) -> list[Candidate]:
    """Give the active values of a kind; maps hold the number that people know, else the target's code."""
    entries = {entry.code: entry for (its_kind, _), entry in references.items() if its_kind == kind and entry.is_active}
    return [Candidate(value=entry.number or entry.code, name=entry.name) for entry in entries.values()]


def _field_problems(ground: Ground) -> list[dict[str, str]]:
    """Name required fields that no row fills, and rows that do not agree with the target's fields."""
    return [
        {"flow": slug, "field": problem.field, "row": problem.row_id, "code": problem.code, "said": str(problem)}
        for slug, version in ground.versions.items()
        for problem in judge(ground.plan(slug).flow, version, ground.fields[slug])
    ]


def with_newer_entries(tenant_id: int, sync_id: int, report: Mapping[str, Any]) -> set[tuple[str, Keys]]:
    """Give the missing codes of a report that have got an entry since: they count once the maps are published."""
    stored = {each.name: each for each in ValueMap.objects.for_tenant(tenant_id).filter(sync_id=sync_id)}
    answered: set[tuple[str, Keys]] = set()
    for one in report.get("maps", ()):
        if one["missing"] and one["name"] in stored:
            entries = content_of(stored[one["name"]]).entries
            missing = [tuple(code["keys"]) for code in one["codes"] if code["is_missing"]]
            answered |= {(one["name"], keys) for keys in missing if _is_known(keys, [e.keys for e in entries])}
    return answered


def _is_known(keys: Sequence[str], entries: Iterable[Sequence[str]]) -> bool:
    return any(all(key in (WILDCARD, mine) for key, mine in zip(entry, keys, strict=True)) for entry in entries)
