"""The fields that an editor of mappings offers: those to be read with samples, those to be filled with their rules."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from integrations.engine.rehearsal import stored
from integrations.engine.rehearsal.sources import is_stale, kept_targets, known_fields, label_of
from integrations.models import Check, Sync
from mappings.catalogue import TargetField
from mappings.models import Mapping
from mappings.rows import Level, Row, SourceSpec, ValueMapSpec
from mappings.rows_json import definition_from_json
from mappings.scope import LINE_PREFIX, is_line_path
from portal.queries.syncs import flows_of

TYPE_WORDS = {
    "text": "text",
    "amount": "amount",
    "date": "date",
    "bool": "TRUE or FALSE",
    "enum": "one of a list",
    "reference": "one of its records",
    "integer": "whole number",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """A field that rows may read: `path` is what they name it by."""

    path: str
    label: str
    level: Level
    type: str = ""
    samples: tuple[str, ...] = ()
    is_custom: bool = False

    @property
    def said(self) -> str:
        """Say what it holds, for a pick list."""
        return ", ".join(part for part in (self.label, TYPE_WORDS.get(self.type, ""), self.example) if part)

    @property
    def example(self) -> str:
        """Give the samples in quotes."""
        return "e.g. " + " · ".join(self.samples) if self.samples else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fillable:
    """A field that rows may fill, and whether one does."""

    field: TargetField
    is_filled: bool

    @property
    def said(self) -> str:
        """Say what it takes, for a pick list."""
        notes = [self.field.label, *self.rules]
        return ", ".join(dict.fromkeys(notes))

    @property
    def rules(self) -> list[str]:
        """Give type, length and whether it is required."""
        field = self.field
        rules = [TYPE_WORDS[field.type]]
        if field.reference:
            rules = [field.reference.replace("_", " ")]
        if field.enum:
            rules.append("/".join(field.enum[:6]))
        if field.max_length:
            rules.append(f"at most {field.max_length} characters")
        return [*rules, *(["required"] if field.required else []), *(["each line"] if field.level == "line" else [])]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFields:
    """What is known of both sides, and when it was read."""

    readable: tuple[Readable, ...]
    fillable: tuple[Fillable, ...]
    check: Check | None
    is_being_read: bool
    fault: str = ""

    @property
    def targets(self) -> tuple[TargetField, ...]:
        """Give the fields to be filled as checks take them; none where they were not read."""
        return kept_targets(self.check)

    def label_of(self, path: str) -> str:
        """Give what a field that rows read is called."""
        return self.labels.get(path) or label_of(path.removeprefix(LINE_PREFIX))

    def label_of_target(self, level: str, name: str) -> str:
        """Give what a field that rows fill is called."""
        return next(
            (f.label for f in (each.field for each in self.fillable) if (f.level, f.name) == (level, name)), name
        )

    @property
    def labels(self) -> dict[str, str]:
        """Give what the fields that rows read are called, by the path that names them."""
        return {each.path: each.label for each in self.readable}

    @property
    def unfilled(self) -> list[TargetField]:
        """Give the required fields that no row fills."""
        return [each.field for each in self.fillable if each.field.required and not each.is_filled]


def fields_for(sync: Sync, mapping: Mapping) -> KnownFields:
    """Give the fields as last read, and those that the mapping names besides; no call is made."""
    _, check = known_fields(sync, mapping.flow)
    definition, _ = definition_from_json(mapping.rows, mapping.filters)
    last = stored.newest(sync, Check.Kind.FIELDS, mapping.flow)
    return KnownFields(
        readable=_readable(check, definition.rows),
        fillable=_fillable(sync, mapping.flow, check, definition.rows),
        check=check,
        is_being_read=last is not None and last.state in (Check.State.ASKED, Check.State.RUNNING),
        fault=last.reason if last is not None and last.state == Check.State.FAILED else "",
    )


def ask_for_fields(sync: Sync, flow: str, *, actor: str, is_forced: bool = False) -> None:
    """Have a worker read the fields where they were not read today; nothing for sides that were never pinged."""
    if is_forced and _is_open(sync):
        stored.ask(sync, Check.Kind.FIELDS, actor=actor, flow=flow)
        return
    last = stored.newest(sync, Check.Kind.FIELDS, flow)
    is_recent = last is not None and (timezone.now() - last.asked_at).total_seconds() < 3600
    known = known_fields(sync, flow)[1]
    if (is_stale(known) or not known or "targets" not in known.report) and not is_recent and _is_open(sync):
        stored.ask(sync, Check.Kind.FIELDS, actor=actor, flow=flow)


def _is_open(sync: Sync) -> bool:
    return bool(sync.source.fingerprint and sync.target.fingerprint)


def _readable(check: Check | None, rows: Iterable[Row]) -> tuple[Readable, ...]:
    found = {}
    for one in check.report.get("fields", ()) if check else ():
        path = LINE_PREFIX + one["name"] if one["level"] == "line" else one["name"]
        found[path] = Readable(
            path=path,
            label=one["label"],
            level=one["level"],
            type=one["type"],
            samples=tuple(one["samples"]),
            is_custom=one["is_custom"],
        )
    for path in (path for row in rows for path in paths_of(row)):
        level: Level = "line" if is_line_path(path) else "header"
        found.setdefault(path, Readable(path=path, label="", level=level))
    return tuple(sorted(found.values(), key=lambda each: (each.level, each.path)))


def paths_of(row: Row) -> tuple[str, ...]:
    """Give the fields that a row names outside formulas."""
    if isinstance(row.spec, SourceSpec):
        return (row.spec.path,)
    return row.spec.keys if isinstance(row.spec, ValueMapSpec) else ()


def _fillable(sync: Sync, flow: str, check: Check | None, rows: Iterable[Row]) -> tuple[Fillable, ...]:
    filled = {(row.level, row.target) for row in rows}
    own = next((each.fields for each in flows_of(sync.pair) if each.slug == flow), ())
    known = {(field.level, field.name): field for field in (*own, *kept_targets(check))}
    for level, name in sorted(filled):
        known.setdefault((level, name), TargetField(name=name, label=name, level=level))
    return tuple(Fillable(field=field, is_filled=key in filled) for key, field in known.items())
