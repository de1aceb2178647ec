"""A formula tried on the sample values of its fields, so that whoever types it sees what it gives."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from mappings.errors import FormulaError
from mappings.formula import compile_formula
from mappings.map_versions import content_of
from mappings.models import Mapping, ValueMap
from mappings.rows import Level
from mappings.scope import LINE_PREFIX
from mappings.validation import formula_maps
from mappings.value_maps import ready
from mappings.values import Value, to_text
from portal.queries.mapping_fields import Readable


def tried(mapping: Mapping, text: str, level: Level, fields: Sequence[Readable]) -> dict[str, object]:
    """Give what a readable formula makes of the first samples: `result` or `reason`, and the fields it `read`.

    `unknown` names fields of which no record is known to have any.
    """
    stored = ValueMap.objects.for_tenant(mapping.tenant_id).filter(sync_id=mapping.sync_id, name__in=formula_maps(text))
    formula = compile_formula(text, level=level, maps={each.name: ready(content_of(each)) for each in stored})
    known = {each.path: each for each in fields}
    read = [known[name] for name in sorted(formula.fields) if name in known and known[name].samples]
    unknown = sorted(name for name in formula.fields if name not in known)
    header = {each.path: _sample(each) for each in fields if each.level == "header"}
    line = {each.path.removeprefix(LINE_PREFIX): _sample(each) for each in fields if each.level == "line"}
    answer: dict[str, object] = {"read": read, "unknown": unknown if any(each.samples for each in fields) else []}
    try:
        return {**answer, "result": to_text(formula.evaluate(header, line=line, lines=[line]))}
    except FormulaError as fault:
        return {**answer, "reason": fault.reason, "position": fault.position}


def _sample(field: Readable) -> Value:
    """Give a field's first sample in its own type; what was cut short stays text."""
    text = field.samples[0] if field.samples else ""
    try:
        if field.type in ("amount", "integer"):
            return Decimal(text)
        if field.type == "date":
            return date.fromisoformat(text[:10])
    except (ValueError, InvalidOperation):
        return text
    return text == "TRUE" if field.type == "bool" else text
