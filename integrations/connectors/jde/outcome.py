"""Judges what an orchestration answered with 200: only a full and plain success is one."""

from collections.abc import Mapping
from typing import Any

from integrations.connectors.jde.explain import safe, texts, words_of
from integrations.contracts import Receipt, Value
from integrations.errors import UnknownOutcomeError

GOOD = ("CREATED", "DUPLICATE")


def require_success(name: str, said: Mapping[str, Any]) -> None:
    """Raise UnknownOutcomeError for a run that went on after an error, or does not say that it succeeded."""
    if said.get("continuedOnError"):
        raise _unknown(
            name,
            "went on after an error in one of its steps: " + _short("; ".join(texts(said["continuedOnError"]))),
            "jde_continued_on_error",
        )
    status = str(said.get("jde__status") or "SUCCESS").upper()
    if status != "SUCCESS":
        raise _unknown(name, f"ended with {status}: {_short(words_of(dict(said)))}", "jde_status_not_success")
    if said.get("result") not in GOOD:
        raise _unknown(name, "does not say CREATED or DUPLICATE", "jde_outputs_missing")


def output(name: str, said: Mapping[str, Any], field: str) -> str:
    """Give an output that must be there. Raises UnknownOutcomeError: it ran, so the document has to be looked up."""
    value = said.get(field)
    text = "" if value is None or isinstance(value, bool | dict | list) else str(value).strip()
    if not text:
        raise _unknown(name, f"gave no {field}", "jde_outputs_missing")
    return text


def receipt(external_id: str, said: Mapping[str, Any]) -> Receipt:
    """Make the receipt: result, batch and warnings."""
    warnings = said.get("warnings")
    summary: dict[str, Value] = {
        "result": str(said.get("result")),
        "batch": f"{said.get('batchNumber') or ''}{said.get('batchType') or ''}",
        "warnings": _short("; ".join(texts(warnings))) if warnings else "",
    }
    return Receipt(external_id=external_id, summary=summary)


def _unknown(name: str, what: str, code: str) -> UnknownOutcomeError:
    return UnknownOutcomeError(f"{name} {what}. It is looked up before anything is repeated.", code=code, value=name)


def _short(text: str) -> str:
    return safe(text)[:200]
