"""Writes that arrive changed: a customization of the tenant alters a value or drops a field, and says nothing."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

from integrations.connectors.acumatica.simulator.call import Call

DROPPABLE = ("DocumentsToApply", "CustomerOrder", "PaymentRef", "AccountRef", "Description")
AMOUNTS = ("PaymentAmount", "UnitPrice", "DebitAmount", "Amount")


def spoiled(body: Any, call: Call) -> Any:
    """Give the body as it is, or as the faults in force will have it."""
    if not isinstance(body, dict):
        return body
    altered = call.tenant.faults.hit("write_altered", call.request)
    if altered:
        body = _altered(deepcopy(body), altered.value)
    dropped = call.tenant.faults.hit("write_dropped_field", call.request)
    if dropped:
        name = str(dropped.value or next((one for one in DROPPABLE if one in body), ""))
        body = {key: value for key, value in body.items() if key != name}
    return body


def _altered(body: dict[str, Any], what: object) -> dict[str, Any]:
    if isinstance(what, str) and isinstance(body.get(what), dict):
        body[what]["value"] = _other(body[what].get("value"))
        return body
    rows = [body, *(body.get("Details") or [])]
    for row in rows:
        name = next((one for one in AMOUNTS if isinstance(row.get(one), dict)), None)
        if name:
            row[name]["value"] = _other(row[name].get("value"))
            return body
    name = next((one for one in ("CustomerName", "Description") if isinstance(body.get(one), dict)), None)
    if name:
        body[name]["value"] = _other(body[name].get("value"))
    return body


def _other(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return not value
    return value + 1 if isinstance(value, int | Decimal) else f"{value} (edited)"
