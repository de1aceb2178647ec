"""The fields that a flow's records offer a mapping, with types and samples from real records, custom ones too."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone

from integrations.contracts import Flow, Record
from integrations.engine.rehearsal.foreseeing import foresee
from integrations.engine.rehearsal.ground import Ground, open_ground
from integrations.engine.rehearsal.mapped import looks
from integrations.engine.rehearsal.reading import Read, read_dated
from integrations.models import Check, Sync
from mappings.catalogue import FieldType, SourceField, TargetField
from mappings.rows import Level
from mappings.values import to_text

_READ = 40  # records looked at
_SAMPLES = 3
_SAMPLE_CHARS = 80
_SPANS_DAYS = (7, 31, 92, 365)  # how far back to look until there are enough
GOOD_FOR: Final = timedelta(hours=24)
_CUSTOM = "cf_"
_SHORT: Final = {"po": "PO", "vat": "VAT", "gl": "G/L"}
_TYPES: Final[tuple[tuple[type, FieldType], ...]] = (
    (bool, "bool"),
    (int, "integer"),
    (Decimal, "amount"),
    (datetime, "date"),
    (date, "date"),
)


def source_fields(ground: Ground, flow_slug: str) -> list[dict[str, Any]]:
    """Read a few records of a flow and give its fields, header before lines, ready for JSON.

    A field is what `SourceField` says, with up to three `samples`, `is_custom`, and in how many records it is filled.
    """
    flow = ground.plan(flow_slug).flow
    read = Read()
    read.put(flow_slug, _some_records(ground, flow))
    foresee(ground, read, is_forced=True)
    found: dict[tuple[Level, str], list[Any]] = defaultdict(list)
    for look in looks(ground, ground.plan(flow_slug), list(read.records[flow_slug].values())):
        for name, value in look.document.header.items():
            found[("header", name)].append(value)
        for line in look.document.lines:
            for name, value in line.items():
                found[("line", name)].append(value)
    return [_field(level, name, values) for (level, name), values in found.items()]


def _some_records(ground: Ground, flow: Flow) -> Iterable[Record]:
    """Give the latest records, of the shortest span that has enough of them."""
    records: list[Record] = []
    if not flow.is_document:
        stream = ground.state.session(flow).stream(flow.stream)
        keys = []
        for entry in stream.index(None):
            keys.append(entry.key)
            if len(keys) >= _READ:
                break
        return stream.read(keys)[0] if keys else []
    for days in _SPANS_DAYS:
        today = ground.state.today
        records = list(
            read_dated(ground, today - timedelta(days=days), today, [flow.slug]).records.get(flow.slug, {}).values()
        )
        if len(records) >= _READ:
            break
    return records[-_READ * 3 :]


def _field(level: Level, name: str, values: list[Any]) -> dict[str, Any]:
    filled = [value for value in values if value is not None and value != ""]
    samples = list(dict.fromkeys(to_text(value)[:_SAMPLE_CHARS] for value in filled))[:_SAMPLES]
    return {
        "name": name,
        "label": label_of(name),
        "type": _type_of(filled),
        "level": level,
        "samples": samples,
        "filled": len(filled),
        "seen": len(values),
        "is_custom": name.startswith(_CUSTOM),
    }


def label_of(name: str) -> str:
    """Give a field's name as people write it: "Billing address: line1", "Due date"."""
    plain = name.removeprefix(_CUSTOM).replace("_", " ").replace(".", ": ").strip() or name
    plain = " ".join(_SHORT.get(word, word) for word in plain.split(" "))
    return plain[:1].upper() + plain[1:]


def _type_of(values: Iterable[Any]) -> FieldType:
    """Give the type of the values met; text where they are of several, or none was met."""
    met = {next((named for kind, named in _TYPES if isinstance(value, kind)), "text") for value in values}
    if met == {"integer", "amount"}:
        return "amount"
    return met.pop() if len(met) == 1 else "text"  # type: ignore[return-value]  # one of the list above


# Kept with its age


def fields_report(ground: Ground, flow: str) -> dict[str, Any]:
    """Give the fields of both sides of a flow, ready for JSON: `fields` to be read, `targets` to be filled."""
    return {"fields": source_fields(ground, flow), "targets": [asdict(field) for field in ground.fields[flow]]}


def kept_targets(check: Check | None) -> tuple[TargetField, ...]:
    """Give the fields that a flow may fill, as a look has kept them."""
    kept = check.report.get("targets", ()) if check else ()
    return tuple(TargetField(**{**one, "enum": tuple(one["enum"])}) for one in kept)


def known_fields(sync: Sync, flow: str) -> tuple[tuple[SourceField, ...], Check | None]:
    """Give a flow's fields as last read and the look that read them (`made_at` is the age); nothing where none was.

    No call is made: have `read_fields` make one, or ask for it in the background by `stored.ask(sync, "fields", ...)`.
    """
    rows = Check.objects.for_tenant(sync.tenant_id).filter(sync=sync, kind=Check.Kind.FIELDS, flow=flow)
    check = rows.filter(state=Check.State.DONE).order_by("-id").first()
    return (as_fields(check.report.get("fields", ())), check) if check else ((), None)


def is_stale(check: Check | None) -> bool:
    """Tell whether the fields should be read again: never read, or a day old."""
    return check is None or check.made_at is None or check.made_at < timezone.now() - GOOD_FOR


def read_fields(sync: Sync, flow: str, *, actor: str) -> Check:
    """Read the fields now, in the caller's own time (a few calls), and keep them. Raises ConnectorError."""
    with open_ground(sync) as ground:
        report = fields_report(ground, flow)
    return Check.objects.create(
        tenant_id=sync.tenant_id,
        sync=sync,
        kind=Check.Kind.FIELDS,
        flow=flow,
        state=Check.State.DONE,
        report=report,
        asked_by=actor,
        made_at=timezone.now(),
    )


def as_fields(kept: Iterable[Mapping[str, Any]]) -> tuple[SourceField, ...]:
    """Give kept fields as a mapping's checks take them."""
    return tuple(
        SourceField(
            name=one["name"],
            label=one["label"],
            type=one["type"],
            level=one["level"],
            sample=one["samples"][0] if one["samples"] else "",
        )
        for one in kept
    )
