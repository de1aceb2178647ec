"""Writes that arrive changed: a script of the account alters a value or drops a field, and says nothing."""

from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal

from integrations.sandbox.app import Json

DROPPABLE = ("apply", "tranDate", "email", "displayName", "memo")


def altered(body: Json, what: object) -> Json:
    """Give the body with one value changed: the field named, else the first line's amount, else the first text."""
    changed = deepcopy(body)
    if isinstance(what, str) and what not in ("amount", "date"):
        changed[what] = _other(changed.get(what))
        return changed
    lines = (changed.get("item") or changed.get("line") or {}).get("items") or []
    if what == "date":
        changed["tranDate"] = _other(changed.get("tranDate", "2026-01-01"))
    elif lines and "amount" in lines[0]:
        lines[0]["amount"] += 1
    elif "payment" in changed:
        changed["tranDate"] = _other(changed.get("tranDate", "2026-01-01"))
    else:
        name = next((name for name in ("companyName", "itemId", "memo") if name in changed), "memo")
        changed[name] = _other(changed.get(name, ""))
    return changed


def dropped(body: Json, what: object) -> Json:
    """Give the body without the field named (lines as `item.department`), else without one that matters."""
    changed = deepcopy(body)
    first, _, second = str(what or "").partition(".")
    if second:
        for line in (changed.get(first) or {}).get("items") or []:
            line.pop(second, None)
        return changed
    name = first or next((name for name in DROPPABLE if name in changed), "")
    changed.pop(name, None)
    return changed


def _other(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return not value
    if isinstance(value, int | Decimal):
        return value + 1
    try:
        return (date.fromisoformat(str(value)) + timedelta(days=1)).isoformat()
    except ValueError:
        return f"{value} (edited)"
