"""GET: lists with their options, single records by key or id, and the custom-field schema."""

import hashlib
from typing import Any

from integrations.connectors.acumatica.simulator.answers import UNOPTIMIZED, no_entity, refuse, server_error
from integrations.connectors.acumatica.simulator.call import Call
from integrations.connectors.acumatica.simulator.contract import INQUIRIES
from integrations.connectors.acumatica.simulator.query import Filter, FilterParser
from integrations.connectors.acumatica.simulator.store import Record
from integrations.sandbox.app import Response

UNOPTIMIZED_TEXT = (
    "Optimization cannot be performed. The following fields cause the error: {fields}. "
    "Retrieve the data record by record or exclude the fields."
)


def get(call: Call) -> Response:
    """Answer a GET of an entity."""
    if call.entity.name in INQUIRIES:
        server_error(UNOPTIMIZED_TEXT.format(fields="Results"), UNOPTIMIZED)
    if not call.rest:
        return Response.json(200, _list(call))
    if call.rest == ("$adHocSchema",):
        return Response.json(200, _schema(call))
    record = call.find(call.rest)
    if record is None:
        no_entity()
    return Response.json(200, call.viewer().show(record))


def filter_of(call: Call) -> Filter | None:
    """Parse the call's $filter, if it has one."""
    text = call.request.param("$filter")
    return FilterParser(text, call.entity, call.tenant.offset).parse() if text else None


def matching(call: Call, wanted: Filter | None) -> list[Record]:
    """List the records that satisfy a filter; one on details or over several views finds nothing."""
    now = call.tenant.clock.now().timestamp()
    rows = [one for one in call.tenant.store.of(call.table) if call.shows(one) and one.seen_from <= now]
    if wanted is None:
        return rows
    if wanted.on_details or (len(wanted.views) > 1 and call.tenant.options.cross_view_and_is_empty):
        return []
    return [one for one in rows if wanted.test(one)]


def _list(call: Call) -> list[dict[str, Any]]:
    viewer, shape = call.viewer(), call.shape()
    if call.entity.name == "Payment" and "ApplicationHistory" in shape.expand:
        server_error(UNOPTIMIZED_TEXT.format(fields="ApplicationHistory"), UNOPTIMIZED)
    wanted = filter_of(call)
    rows = _ordered(call, matching(call, wanted), wanted)
    skip, top = _number(call, "$skip"), _number(call, "$top")
    rows = rows[skip or 0 :][: top if top is not None else None]
    return [viewer.show(record, number) for number, record in enumerate(rows, 1)]


def _ordered(call: Call, rows: list[Record], wanted: Filter | None) -> list[Record]:
    """The order is not documented: by key only where the filter walks the keys, else stable but arbitrary."""
    order = call.tenant.options.row_order
    if order == "key" or (wanted is not None and wanted.keyset):
        return sorted(rows, key=lambda record: record.key[::-1])
    salt = call.tenant.uuid() if order == "random" else ""
    return sorted(rows, key=lambda record: hashlib.md5((record.id + salt).encode(), usedforsecurity=False).digest())


def _number(call: Call, option: str) -> int | None:
    text = call.request.param(option)
    if text is None:
        return None
    if not text.isdecimal():
        refuse(400, "The request is invalid.", messageDetail=f"{option} must be a whole number.")
    return int(text)


def _schema(call: Call) -> dict[str, Any]:
    """Give the fields that are not in the contract but on the screen."""
    empty = {"type": "CustomStringField"}
    views = {"ar": {"Document": {"TermsID": empty, "CuryID": empty, "FinPeriodID": empty, "AdjFinPeriodID": empty}}}
    out: dict[str, Any] = {"id": None, "rowNumber": 1, "custom": views.get(call.table, {})}
    for name, known in call.entity.fields.items():
        if known.kind == "value":
            out[name] = {}
    return out
