"""A sync's whole configuration as one file: written, compared with what stands, taken over; it holds no secret."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

from django.db import transaction

from integrations import registry
from integrations.engine.syncs import change_sync
from integrations.errors import ConfigurationError
from integrations.mapping_changes import change_map, publish_mapping, save_mapping
from integrations.models import Sync
from integrations.policies import policies_of, stored_name
from mappings.as_code import Line, definition_lines, map_lines, read_definition, read_map, write_definition, write_map
from mappings.errors import InvalidMappingError, RowError
from mappings.map_versions import content_of, ensure_maps
from mappings.models import Mapping as Version
from mappings.models import ValueMap
from mappings.problems import RowProblem
from mappings.rows import Definition
from mappings.rows_json import definition_from_json
from mappings.schema import check
from mappings.validation import maps_read
from mappings.value_maps import ValueMap as Content
from mappings.versions import create_draft
from mappings.yaml_files import dump, load

FORMAT: Final = "ml-connector/sync/1"
_NAME, _TEXT = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}, {"type": "string", "maxLength": 8000}
_CLOCK = {"type": ["string", "null"], "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
_PART = {
    "type": "object",
    "required": ["id"],
    "properties": {"id": {"type": "string", "minLength": 1, "maxLength": 60}},
}
SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Configuration of a sync",
    "type": "object",
    "required": ["format", "pair", "flows"],
    "additionalProperties": False,
    "properties": {
        "format": {"const": FORMAT},
        "pair": _NAME,
        "start_date": {"type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "schedule": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "runs": {"enum": [value for value, _ in Sync.Schedule.choices]},
                "every_minutes": {"type": "integer", "minimum": 1, "maximum": 525_600},
                "at_times": {"type": "array", "maxItems": 96, "items": {**_CLOCK, "type": "string"}},
                "quiet_from": _CLOCK,
                "quiet_to": _CLOCK,
                "webhooks": {"type": "boolean"},
            },
        },
        "policies": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 200}},
        "maps": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["label", "gives", "key_labels", "entries"],
                "additionalProperties": False,
                "properties": {
                    "label": {"type": "string", "minLength": 1, "maxLength": 60},
                    "gives": {"type": "string", "minLength": 1, "maxLength": 60},
                    "key_labels": {"type": "array", "minItems": 1, "maxItems": 6, "items": _TEXT},
                    "entries": {
                        "type": "array",
                        "maxItems": 100_000,
                        "items": {
                            "type": "object",
                            "required": ["keys", "value"],
                            "additionalProperties": False,
                            "properties": {
                                "keys": {"type": "array", "minItems": 1, "maxItems": 6, "items": _TEXT},
                                "value": {"type": "string", "maxLength": 255},
                                "valid_from": {"type": "string"},
                                "valid_to": {"type": "string"},
                            },
                        },
                    },
                },
            },
        },
        "flows": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["rows"],
                "additionalProperties": False,
                "properties": {
                    "rows": {"type": "array", "maxItems": 500, "items": _PART},
                    "filters": {"type": "array", "maxItems": 50, "items": _PART},
                },
            },
        },
    },
}
_SCHEDULE: Final = {  # the file's name -> the sync's
    "runs": "schedule",
    "every_minutes": "every_minutes",
    "at_times": "at_times",
    "quiet_from": "quiet_from",
    "quiet_to": "quiet_to",
    "webhooks": "webhooks_on",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a file says: settings of the sync (by its own names; only those said), value maps, and flows."""

    pair: str
    settings: Mapping[str, Any]
    maps: Mapping[str, Content]
    flows: Mapping[str, Definition]


# Writing


def export_sync(sync: Sync) -> str:
    """Write a sync's configuration as it is published: schedule, policies, value maps in use, and each flow's rows."""
    flows, maps = _published(sync)
    return dump(
        {
            "format": FORMAT,
            "pair": sync.pair,
            "start_date": _written(sync.start_date),
            "schedule": {name: _written(getattr(sync, field)) for name, field in _SCHEDULE.items()},
            "policies": dict(sorted(sync.policies.items())),
            "maps": {name: write_map(maps[name]) for name in sorted(maps)},
            "flows": {slug: write_definition(definition) for slug, definition in flows.items()},
        }
    )


def _written(value: Any) -> Any:
    if isinstance(value, list):
        return [_written(one) for one in value]
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, str):
        return str(value)  # a choice of the model is a text to the file
    return value.isoformat() if isinstance(value, date) else value


def _published(sync: Sync) -> tuple[dict[str, Definition], dict[str, Content]]:
    """Give what is published, flows in the pair's order; a map as the newest publication pinned it."""
    rows = Version.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, status=Version.Status.PUBLISHED)
    versions, pins = {row.flow: row for row in rows}, dict[str, int]()
    flows: dict[str, Definition] = {}
    for flow in registry.pair(sync.pair).flows:
        if version := versions.get(flow.slug):
            flows[flow.slug], _ = definition_from_json(version.rows, version.filters)
            for name, revision in version.value_maps.items():
                pins[name] = max(revision, pins.get(name, 0))
    stored = ValueMap.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, name__in=pins)
    return flows, {one.name: content_of(one, pins[one.name]) for one in stored}


# Reading


def read_configuration(text: str) -> Configuration:
    """Read a file. Raises InvalidMappingError naming all that is wrong with it, so that it is taken whole or not."""
    try:
        document = load(text)
    except RowError as fault:
        raise _refused(f"The file cannot be read: {fault.reason}.") from None
    if faults := list(check(document, SCHEMA))[:50]:
        raise _refused(*(f"{fault[:1].upper()}{fault[1:]}" for fault in faults))
    given: Mapping[str, Any] = document  # type: ignore[assignment]  # an object, by the schema
    pair = registry.pairs().get(given["pair"])
    if pair is None:
        raise _refused(f"There is no pair {given['pair']} here.")
    problems: list[RowProblem] = []
    flows, maps = dict[str, Definition](), dict[str, Content]()
    for slug, payload in given["flows"].items():
        flows[slug], found = read_definition(slug, payload)
        problems += found
    for name, payload in given.get("maps", {}).items():
        content, found = read_map(name, payload)
        problems += found
        maps |= {name: content} if content else {}
    unknown = sorted(flows.keys() - {flow.slug for flow in pair.flows})
    problems += [_problem(f"{pair.name} has no flow {slug}.") for slug in unknown]
    settings = _settings(given, pair.slug, problems)
    if problems:
        raise InvalidMappingError(tuple(problems))
    return Configuration(pair=pair.slug, settings=settings, maps=maps, flows=flows)


def _problem(sentence: str) -> RowProblem:
    return RowProblem(row_id="", field="", code="bad_file", sentence=sentence)


def _refused(*sentences: str) -> InvalidMappingError:
    return InvalidMappingError(tuple(map(_problem, sentences)))


def _settings(given: Mapping[str, Any], pair_slug: str, problems: list[RowProblem]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name, value in given.get("schedule", {}).items():
        settings[_SCHEDULE[name]] = _clocks(value) if name in ("at_times", "quiet_from", "quiet_to") else value
    if "start_date" in given:
        try:
            settings["start_date"] = date.fromisoformat(given["start_date"]) if given["start_date"] else None
        except ValueError:
            problems.append(_problem(f"{given['start_date']} is no day of the calendar."))
    if "policies" in given:
        known = {stored_name(field): dict(field.choices) for field in policies_of(registry.pair(pair_slug))}
        for name, choice in given["policies"].items():
            if name not in known:
                problems.append(_problem(f"There is no policy {name}. There are {', '.join(known)}."))
            elif choice not in known[name]:
                problems.append(_problem(f"Policy {name} is one of {', '.join(known[name])}, not {choice}."))
        settings["policies"] = dict(given["policies"])
    return settings


def _clocks(value: Any) -> Any:
    if isinstance(value, list):
        return [time.fromisoformat(one) for one in value]
    return time.fromisoformat(value) if value else None


# Comparing and taking over


def differences(sync: Sync, wanted: Configuration) -> list[Line]:
    """List what taking a file over would change. Raises InvalidMappingError for a file of another pair."""
    if wanted.pair != sync.pair:
        raise _refused(f"The file is for {wanted.pair}, this sync for {sync.pair}.")
    flows, maps = _published(sync)
    lines = [
        Line(where=name.replace("_", " "), before=str(_written(getattr(sync, name))), after=str(_written(value)))
        for name, value in wanted.settings.items()
        if name != "policies" and getattr(sync, name) != value
    ]
    was, now = sync.policies, wanted.settings.get("policies", sync.policies)
    lines += [
        Line(where=f"policy {name}", before=was.get(name, ""), after=now.get(name, ""))
        for name in dict.fromkeys((*was, *now))
        if was.get(name) != now.get(name)
    ]
    for name, content in wanted.maps.items():
        lines += map_lines(name, maps.get(name), content)
    for slug, definition in wanted.flows.items():
        lines += definition_lines(slug, flows.get(slug), definition)
    return lines


def import_sync(sync: Sync, wanted: Configuration, *, actor: str, publishes: bool = True) -> list[Line]:
    """Take a file over, all of it or nothing, and give what changed; safe to call twice.

    What differs becomes new versions of mappings and maps, published unless `publishes` is False; then they stay
    drafts. Raises InvalidMappingError and ConfigurationError.
    """
    lines = differences(sync, wanted)
    with transaction.atomic():
        changes = {name: value for name, value in wanted.settings.items() if getattr(sync, name) != value}
        if changes:
            change_sync(sync, changes=changes, actor=actor)
        touched = {name for name, content in wanted.maps.items() if _take_map(sync, content, actor)}
        flows, _ = _published(sync)
        for slug, definition in wanted.flows.items():
            if flows.get(slug) != definition or touched & maps_read(definition):
                draft = _draft(sync, slug, definition, actor)
                if publishes:
                    publish_mapping(mapping=draft, actor=actor)
    return lines


def _take_map(sync: Sync, content: Content, actor: str) -> bool:
    """Make a value map hold what the file says; tell whether that is not what is published."""
    ensure_maps(tenant_id=sync.tenant_id, sync_id=sync.pk, value_maps=[content], actor=actor)
    stored = ValueMap.objects.for_tenant(sync.tenant_id).get(sync_id=sync.pk, name=content.name)
    if len(stored.key_labels) != len(content.key_labels):
        raise ConfigurationError(
            f"Value map {content.name} has {len(stored.key_labels)} key columns here and {len(content.key_labels)} in "
            "the file. Give the file's another name.",
            field="maps",
        )
    standing = {entry.identity: entry for entry in content_of(stored).entries}
    wanted = {entry.identity: entry for entry in content.entries}
    put = [entry for identity, entry in wanted.items() if standing.get(identity) != entry]
    remove = [identity for identity in standing if identity not in wanted]
    if put or remove:
        change_map(value_map=stored, actor=actor, put=put, remove=remove)
        stored.refresh_from_db()
    return int(stored.revision) > int(stored.pinned_revision)


def _draft(sync: Sync, slug: str, definition: Definition, actor: str) -> Version:
    versions = Version.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, flow=slug)
    base = versions.filter(status=Version.Status.PUBLISHED).first() or versions.order_by("-version").first()
    if base is None:
        return create_draft(
            tenant_id=sync.tenant_id,
            sync_id=sync.pk,
            flow=slug,
            actor=actor,
            rows=definition.rows,
            filters=definition.filters,
        )
    written = write_definition(definition)
    return save_mapping(mapping=base, actor=actor, rows=written["rows"], filters=written.get("filters", [])).mapping
