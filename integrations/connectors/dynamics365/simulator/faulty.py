"""The faults that the simulator plays itself on what is written: altered amounts and fields that get lost."""

from decimal import Decimal

from integrations.connectors.dynamics365.simulator.schema import Values
from integrations.sandbox.app import Request
from integrations.sandbox.faults import Faults

CENT = Decimal("0.01")
AMOUNTS = ("CreditAmount", "DebitAmount", "TransactionCurrencyAmount")
NAMES = ("OrganizationName", "Name", "Description")
DROPPED = (
    "DefaultDimensionDisplayValue",
    "PaymentReference",
    "Document",
    "MarkedInvoice",
    "Text",
    "PrimaryContactEmail",
)


def bend(faults: Faults, request: Request, values: Values) -> Values:
    """Give the values as they are stored when `write_altered` or `write_dropped_field` strikes.

    An altered line has a cent more, anything else another name; a rule's `value` names the field to drop.
    """
    if faults.hit("write_altered", request):
        values = _altered(values)
    dropped = faults.hit("write_dropped_field", request)
    if dropped:
        wanted = (str(dropped.value),) if dropped.value else DROPPED
        lost = next((name for name in wanted if name in values), None)
        values = {name: value for name, value in values.items() if name != lost}
    return values


def _altered(values: Values) -> Values:
    for name in AMOUNTS:
        if values.get(name):
            return {**values, name: values[name] + CENT}
    for name in NAMES:
        if values.get(name):
            return {**values, name: f"{values[name]}~"}
    return values
