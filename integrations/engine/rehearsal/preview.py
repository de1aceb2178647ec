"""Previews: chosen records side by side with what the mapping and the drafting make of them; nothing is written."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from integrations.contracts import Draft, Flow, Value
from integrations.engine.rehearsal.choosing import Because, choose
from integrations.engine.rehearsal.faults import Fault, faults_of, static_faults
from integrations.engine.rehearsal.foreseeing import Foreseen, Name, foresee, label_of
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.ledger import shown_entries, unbalanced
from integrations.engine.rehearsal.mapped import Look, looks
from integrations.engine.rehearsal.reading import Read, read_dated, read_keys, read_year
from integrations.engine.work import State, Work
from integrations.money import to_json
from mappings.rows import ConstantSpec, FormulaSpec, Level, Row, SourceSpec
from mappings.rows_json import definition_from_json
from mappings.scope import LINE_PREFIX
from mappings.values import to_text

_RECENT = timedelta(days=90)
_LINES_SHOWN = 50
LATEST, EXAMPLES = "latest", "examples"


def preview(
    ground: Ground, flow_slug: str, *, keys: Sequence[str] = (), choice: str = EXAMPLES, number: int = 12
) -> dict[str, Any]:
    """Show records of a flow: these keys, the latest, or examples of every kind; the report is ready for JSON.

    `faults` are what stands against switching on, each with a name by which it can be accepted.
    """
    plan = ground.plan(flow_slug)
    read, because = _chosen(ground, plan.flow, keys, choice, number)
    seen = foresee(ground, read, is_forced=True)
    found = {look.record.key: look for look in looks(ground, plan, list(read.records.get(flow_slug, {}).values()))}
    names = [name for name in ((flow_slug, key) for key in because) if name in seen.works]
    faults = [*static_faults(ground, flow_slug), *faults_of(seen, names)]
    faults += _unbalanced(seen, names)
    return {
        "flow": flow_slug,
        "version": plan.mapping_version,
        "choice": choice,
        "faults": [fault.as_json() for fault in faults],
        "records": [_record(ground, seen, name, found.get(name[1]), because[name[1]]) for name in names],
        "not_found": [key for key in keys if (flow_slug, key) not in seen.works],
    }


def _chosen(ground: Ground, flow: Flow, keys: Sequence[str], choice: str, number: int) -> tuple[Read, Because]:
    asked = Read()
    if keys:
        asked.put(flow.slug, *read_keys(ground, flow, keys))
        return asked, {key: ["asked for"] for key in keys}
    today = ground.state.today
    recent = read_dated(ground, today - _RECENT, today, [flow.slug]) if flow.is_document else Read()
    whole = recent if recent.records.get(flow.slug) else read_year(ground, [flow.slug])
    records, base = whole.records.get(flow.slug, {}), ground.state.target_identity.base_currency
    most = 1 if choice == LATEST and number == 1 else number
    found = list(looks(ground, ground.plan(flow.slug), list(records.values())))
    because = choose(found, lambda look: flow.money(look.record), base, most=most)
    if choice == LATEST:
        newest = sorted(found, key=lambda look: (str(look.on or ""), look.record.key), reverse=True)[:number]
        because = {look.record.key: because.get(look.record.key, ["one of the latest"]) for look in newest}
    asked.put(flow.slug, [records[key] for key in because])
    return asked, because


def _record(ground: Ground, seen: Foreseen, name: Name, look: Look | None, because: Sequence[str]) -> dict[str, Any]:
    state, work = ground.state, seen.works[name]
    references = state.references_of(ground.plan(name[0]).flow)
    entries = seen.entries.get(name, ())
    stand_ins = {link.external_id: label_of(seen, each) for each, link in state.stand_ins.items()}
    drafts = [_draft(draft, stand_ins) for draft in (*seen.drafts.get(name, ()), *seen.reversals.get(name, ()))]
    return {
        "key": name[1],
        "label": work.label,
        "because": list(because),
        "date": work.document_date.isoformat() if work.document_date else "",
        "money": {"amount": str(work.money.amount), "currency": work.money.currency} if work.money else {},
        "outcome": _outcome(work, bool(drafts)),
        "code": work.code,
        "reason": work.reason,
        "source": _source(look),
        "values": _values(ground, name[0], look),
        "problems": _problems(look),
        "drafts": drafts,
        "entries": shown_entries(entries, references),
        "balance": str(unbalanced(entries)),
        "stand_ins": sorted({one for draft in drafts for one in draft["stand_ins"]}),
    }


def _outcome(work: Work, is_drafted: bool) -> str:
    """Give what would become of a record: a state, or "booked" for what would be sent."""
    return "booked" if is_drafted else "delivered" if work.state == State.DUE else str(work.state)


def _draft(draft: Draft, stand_ins: Mapping[str, str]) -> dict[str, Any]:
    payload = to_json(draft.payload)
    used = {
        external_id: record
        for external_id, record in stand_ins.items()
        if external_id in payload or external_id == draft.external_id
    }
    return {
        "operation": draft.operation,
        "sink": draft.sink,
        "reference": draft.reference,
        "payload": payload,
        "stand_ins": [f"{external_id} stands for {record}" for external_id, record in used.items()],
    }


def _source(look: Look | None) -> dict[str, Any]:
    if look is None:
        return {"header": {}, "lines": []}
    lines = [_texts(line) for line in look.document.lines[:_LINES_SHOWN]]
    return {"header": _texts(look.document.header), "lines": lines}


def _texts(values: Mapping[str, Value]) -> dict[str, str]:
    return {name: text for name, value in values.items() if (text := _text(value))}


def _text(value: Value) -> str:
    return to_text(value) if value is None or not isinstance(value, list | tuple | Mapping) else to_json(value)


def _values(ground: Ground, flow: str, look: Look | None) -> list[dict[str, Any]]:
    """List the target's values with the row that made each; `line` counts from 1, 0 is the header."""
    if look is None:
        return []
    version = ground.versions[flow]
    rows = {row.id: row for row in definition_from_json(version.rows, version.filters)[0].rows}
    labels = {(field.level, field.name): field.label for field in ground.fields[flow]}
    made = look.applied.provenance
    told = []
    for line, values in enumerate((look.applied.header, *look.applied.lines[:_LINES_SHOWN])):
        level: Level = "line" if line else "header"
        for target, value in values.items():
            row_id = made.get(f"{LINE_PREFIX if line else ''}{target}", "")
            told.append(
                {
                    "line": line,
                    "target": target,
                    "label": labels.get((level, target), target),
                    "value": _text(value),
                    "row": row_id,
                    "made_by": describe(rows[row_id]) if row_id in rows else "",
                }
            )
    return told


def describe(row: Row) -> str:
    """Say in a few words what a row does."""
    spec = row.spec
    if isinstance(spec, SourceSpec):
        said = f"field {spec.path}"
    elif isinstance(spec, ConstantSpec):
        said = f"always {to_text(spec.value)}"
    elif isinstance(spec, FormulaSpec):
        said = f"formula {spec.formula}"
    else:
        said = f"map {spec.map} by {', '.join(spec.keys)}"
    return said + "".join(f", then {transform.name.replace('_', ' ')}" for transform in row.transforms)


def _problems(look: Look | None) -> list[dict[str, Any]]:
    problems = look.applied.problems if look else ()
    return [
        {"row": one.row_id, "field": one.field, "code": one.code, "said": one.sentence, "line": one.line or 0}
        for one in problems
    ]


def _unbalanced(seen: Foreseen, names: Sequence[Name]) -> list[Fault]:
    return [
        Fault(
            code="unbalanced",
            field="entries",
            value=name[1],
            said=f"{seen.works[name].label}: its entries do not balance, {amount} is left over.",
            samples=(seen.works[name].label,),
            records=1,
        )
        for name in names
        if (amount := unbalanced(seen.entries.get(name, ())))
    ]
