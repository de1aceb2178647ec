"""The faults that the simulator plays itself on what is written: altered amounts and fields that get lost."""

from decimal import Decimal

from integrations.sandbox.app import Json, Request
from integrations.sandbox.faults import Faults

CENT = Decimal("0.01")
DROPPED = ("purchaseOrderNumber", "description", "email", "phone")
KEPT = ("name", "vendorId", "invoice", "billLineItems", "vendorCreditLineItems")


def bend(faults: Faults, request: Request, values: Json, lines: str = "") -> Json:
    """Give the values as they are stored when `write_altered` or `write_dropped_field` strikes.

    An altered document has a cent more on its first line (`lines` names them), an altered record another name.
    A rule's `value` names the field to drop; else the first optional one that was sent goes.
    """
    if faults.hit("write_altered", request):
        values = _altered(values, lines)
    dropped = faults.hit("write_dropped_field", request)
    if dropped:
        wanted = (str(dropped.value),) if dropped.value else DROPPED
        lost = next((name for name in wanted if name in values and name not in KEPT), None)
        values = {name: value for name, value in values.items() if name != lost}
    return values


def _altered(values: Json, lines: str) -> Json:
    if lines and values.get(lines):
        first, *rest = values[lines]
        return {**values, lines: [{**first, "amount": first["amount"] + CENT}, *rest]}
    if "name" in values:
        return {**values, "name": f"{values['name'][:99]}~"}
    return values
