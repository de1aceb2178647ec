"""What the faults `write_altered` and `write_dropped_field` do to the inputs of a run: what is booked then differs."""

from copy import deepcopy
from decimal import Decimal, InvalidOperation

from integrations.sandbox.app import Json
from integrations.sandbox.faults import Rule

CENT = Decimal("0.01")
DROPPED = {
    "MLC_GL_ADD_JE": "subledger",
    "MLC_AB_UPSERT_CUSTOMER": "taxId",
    "MLC_AP_ADD_VOUCHER": "dueDate",
}


def alter(raw: Json, rule: Rule) -> Json:
    """Change an amount by a cent (balanced where lines must balance), or with value "date" the G/L date by a day."""
    found = deepcopy(raw)
    if rule.value == "date" and isinstance(found.get("glDate"), str):
        found["glDate"] = found["glDate"][:-2] + ("01" if found["glDate"][-2:] != "01" else "02")
        return found
    lines = found.get("lines")
    if isinstance(lines, list) and lines:
        _alter_lines(found, lines)
    elif isinstance(found.get("applyTo"), list) and found["applyTo"]:
        _add(found["applyTo"][0], "amount", -CENT)
    elif "alphaName" in found:
        found["alphaName"] = str(found["alphaName"])[:-1] or "?"
    return found


def drop(name: str, raw: Json, rule: Rule) -> Json:
    """Lose an optional input: the one that the rule names, else the orchestration's usual victim."""
    victim = str(rule.value or DROPPED.get(name, ""))
    found = deepcopy(raw)
    found.pop(victim, None)
    for row in found.get("lines") or []:
        if isinstance(row, dict):
            row.pop(victim, None)
            if victim == "subledger":
                row.pop("subledgerType", None)
    return found


def _alter_lines(found: Json, lines: list[Json]) -> None:
    if "grossAmount" in found:
        for owner, member in ((found, "grossAmount"), (lines[0], "amount")):
            _add(owner, member, CENT)
        return
    debit = next((line for line in lines if not str(line.get("amount", "-")).startswith("-")), None)
    credit = next((line for line in lines if str(line.get("amount", "")).startswith("-")), None)
    if debit is not None and credit is not None:
        for member in ("amount", "currencyAmount"):
            _add(debit, member, CENT)
            _add(credit, member, -CENT)


def _add(row: Json, member: str, step: Decimal) -> None:
    """Add a smallest unit in the decimals the amount is written with."""
    try:
        number = Decimal(str(row[member]))
    except (KeyError, InvalidOperation):
        return
    exponent = number.as_tuple().exponent
    unit = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    row[member] = str(number + (unit if step > 0 else -unit))
