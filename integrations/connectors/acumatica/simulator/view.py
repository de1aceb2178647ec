"""Shows records as the contract does: wrapped values, nothing expanded unless named, `custom` by view and field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from integrations.connectors.acumatica.simulator.answers import refuse
from integrations.connectors.acumatica.simulator.body import custom_key
from integrations.connectors.acumatica.simulator.contract import Entity, Field
from integrations.connectors.acumatica.simulator.store import Record, Row, Values
from integrations.connectors.acumatica.simulator.values import write_value
from integrations.sandbox.app import Json, Request

OPTIONS = ("$filter", "$select", "$expand", "$custom", "$skip", "$top")
GRAPHS = {
    "Customer": "PX.Objects.AR.CustomerMaint",
    "Invoice": "PX.Objects.AR.ARInvoiceEntry",
    "JournalTransaction": "PX.Objects.GL.JournalEntry",
    "NonStockItem": "PX.Objects.IN.NonStockItemMaint",
    "Payment": "PX.Objects.AR.ARPaymentEntry",
    "SalesInvoice": "PX.Objects.SO.SOInvoiceEntry",
    "StockItem": "PX.Objects.IN.InventoryItemMaint",
}
TYPES = {"bool": "Boolean", "int": "Int", "Decimal": "Decimal", "date": "DateTime", "datetime": "DateTime"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What of a record is to be shown: names as paths such as `MainContact/Address`."""

    select: frozenset[str]
    expand: frozenset[str]
    custom: tuple[tuple[str, str], ...]


def shape_of(request: Request, entity: Entity) -> Shape:
    """Read the options of a request that say what to show; refuses what the contract does not have."""
    for name, _ in request.query:
        if name.startswith("$") and name not in OPTIONS:
            refuse(400, "The request is invalid.", messageDetail=f"The query option {name} is not supported.")
    expand = _names(request, "$expand")
    if any("(" in one for one in expand):
        refuse(400, "The request is invalid.", messageDetail="The form A($expand=B) is not supported.")
    for path in expand - {"files"}:
        _require(path, entity)
    pairs = (one.partition(".") for one in _names(request, "$custom"))
    custom = tuple((view, column) for view, _, column in pairs)
    return Shape(select=_names(request, "$select"), expand=expand, custom=custom)


def _names(request: Request, option: str) -> frozenset[str]:
    text = request.param(option) or ""
    return frozenset(one.strip() for one in text.split(",") if one.strip())


def _require(path: str, entity: Entity) -> None:
    fields: Mapping[str, Field] = entity.fields
    for part in path.split("/"):
        known = fields.get(part)
        if known is None or known.kind == "value":
            refuse(
                400, "The request is invalid.", messageDetail=f"{entity.name} has no linked or detail entity {path}."
            )
        fields = known.fields


class Viewer:
    """Shows records of one entity in one shape."""

    def __init__(self, entity: Entity, shape: Shape, offset: timedelta, root: str) -> None:
        self._entity = entity
        self._shape = shape
        self._offset = offset
        self._root = root

    def show(self, record: Record, number: int = 1) -> Json:
        """Show one record."""
        out: Json = {"id": record.id, "rowNumber": number, "note": {"value": record.note}}
        self._fill(out, self._entity.fields, record.fields, record, "")
        out["custom"] = self._custom(record)
        if "files" in self._shape.expand:
            out["files"] = []
        link = f"{self._root}/{self._entity.name}/{record.id}"
        graph, view = GRAPHS.get(self._entity.name, "PX.Objects.CS.SetupMaint"), next(iter(self._entity.main), "Filter")
        put = f"{self._root}/files/{graph}/{view}/{record.id}/{{filename}}"
        out["_links"] = {"self": link, "files:put": put}
        return out

    def _fill(
        self,
        out: Json,
        fields: Mapping[str, Field],
        values: Values,
        record: Record,
        path: str,
        *,
        in_rows: bool = False,
    ) -> None:
        offset, shape = self._offset, self._shape
        for name, known in fields.items():
            here = path + name
            if known.kind == "value":
                if not shape.select or self._is_selected(here, path):
                    value = values.get(known.key) if known.key else None
                    out[name] = {} if value is None else {"value": write_value(value, offset)}
            elif here in shape.expand and not in_rows:
                out[name] = self._inner(known, record, here)

    def _inner(self, known: Field, record: Record, here: str) -> Any:
        if known.kind == "rows":
            rows = record.rows.get(known.key, [])
            return [self._row(row, number, known, record, here) for number, row in enumerate(rows, 1)]
        inner: Json = {"id": record.id, "rowNumber": 1, "note": {}}
        self._fill(inner, known.fields, record.fields, record, here + "/")
        return {**inner, "custom": {}}

    def _row(self, row: Row, number: int, known: Field, record: Record, here: str) -> Json:
        out: Json = {"id": row.id, "rowNumber": number, "note": {}}
        self._fill(out, known.fields, row.fields, record, here + "/", in_rows=True)
        shown: Json = {}
        for view, column in self._shape.custom:
            if view == known.view and column in row.fields:
                shown[view] = {**shown.get(view, {}), column: self._typed(row.fields[column])}
        return {**out, "custom": shown}

    def _is_selected(self, here: str, path: str) -> bool:
        select = self._shape.select
        return here in select or path.rstrip("/") in select

    def _custom(self, record: Record) -> Json:
        shown: Json = {}
        for view, column in self._shape.custom:
            key = custom_key(self._entity, view, column)
            if key in record.fields:
                shown.setdefault(view, {})[column] = self._typed(record.fields[key])
        return shown

    def _typed(self, value: Any) -> Json:
        kind = TYPES.get(type(value).__name__, "String")
        return {"type": f"Custom{kind}Field", "value": write_value(value, self._offset)}
