"""What sinks ask of a draft: which operation, whether its reference fits, its payload as Acumatica nests it."""

from collections.abc import Mapping

from integrations.connectors.acumatica.faces import DETAILS
from integrations.connectors.acumatica.records import BEFORE_REVERSAL, BESIDE, LINES, MARKS, account_of
from integrations.connectors.acumatica.values import nested
from integrations.contracts import Draft, Value
from integrations.errors import MappingError


def is_operation(draft: Draft) -> bool:
    """Tell whether a draft acts on a document that stands."""
    return bool(draft.external_id) and base_operation(draft) not in ("create", "reverse") and not is_beside(draft)


def is_beside(draft: Draft) -> bool:
    """Tell whether a draft makes a document beside the record's own: it is known by its reference only."""
    return bool(draft.payload.get(BESIDE))


def is_before_reversal(draft: Draft) -> bool:
    """Tell whether a release is for a document that is taken back next: it must not stay unreleased."""
    return draft.operation.startswith(f"release:{BEFORE_REVERSAL}")


def base_operation(draft: Draft) -> str:
    """Give the operation without what it is about: `apply` of `apply:Invoice/AR004711:2`, `create` of a share."""
    return draft.operation.partition(":")[0].partition("-")[0]


def check_reference(draft: Draft, longest: int) -> None:
    """Refuse a reference that would be cut or changed. Raises MappingError before any call."""
    text = draft.reference
    if not text or len(text) > longest or not text.isprintable() or text != text.strip():
        raise MappingError(
            f"“{text[:60]}” cannot be a reference in Acumatica: at most {longest} signs, no line breaks, no blanks "
            "around it.",
            code="acumatica_bad_reference",
            field="reference",
            value=text[:60],
        )


def plain(draft: Draft) -> dict[str, Value]:
    """Give the payload as Acumatica nests it: lines as Details, our own marks left out."""
    values = {name: value for name, value in draft.payload.items() if name not in MARKS}
    if lines := draft.payload.get(LINES):
        values[DETAILS] = lines
    return nested(values)


def is_by_account(draft: Draft) -> bool:
    """Tell whether a draft names accounts on its lines; else its items stand for them."""
    lines = draft.payload.get(LINES) or draft.payload.get(DETAILS)
    rows = [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list | tuple) else []
    return not rows or all(line.get("Account") or not account_of(line) for line in rows)
