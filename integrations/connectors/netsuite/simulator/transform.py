"""Transforms: payment or credit memo from an invoice, deposit application from a deposit (vendor file, 3.1, 4.3)."""

from integrations.connectors.netsuite.simulator.answers import refuse
from integrations.connectors.netsuite.simulator.records.types import TYPES
from integrations.connectors.netsuite.simulator.schema import RecordType
from integrations.connectors.netsuite.simulator.store import Stored, Values

PATHS = {"invoice": ("customerPayment", "creditMemo"), "customerDeposit": ("depositApplication",)}
SHARED = ("currency", "subsidiary", "class", "department", "location")
SALE = ("account", "exchangeRate", "item", "taxDetails", "taxDetailsOverride", "discountItem", "discountRate", "memo")


def start_of(source: Stored, target_name: str) -> tuple[RecordType, Values]:
    """Give the target's type and the fields it starts with."""
    name = next((name for name in PATHS.get(source.kind, ()) if name.lower() == target_name.lower()), None)
    if name is None:
        refuse(400, "INVALID_REQUEST", f"The record {source.kind} cannot be transformed to {target_name}.")
    fields = {one: source.fields[one] for one in SHARED if one in source.fields}
    if name == "creditMemo":
        fields |= {one: source.fields[one] for one in SALE if one in source.fields}
        fields["item"] = [_copied(line) for line in source.fields["item"]]
        return TYPES[name], {**fields, "entity": source.fields["entity"], "createdFrom": source.id}
    if name == "depositApplication":
        return TYPES[name], {**fields, "customer": source.fields["customer"], "deposit": source.id}
    row = {"doc": source.id, "line": 0, "apply": True}
    if source.document is not None:
        row["amount"] = source.document.open
    fields |= {"customer": source.fields["entity"], "arAcct": source.fields["account"], "apply": [row]}
    return TYPES[name], fields


def _copied(line: Values) -> Values:
    return {name: value for name, value in line.items() if name != "lineUniqueKey"}
