"""The simple GET form of the data service, put into the words of the full one."""

from typing import Any

from integrations.connectors.jde.simulator.reading.query import BadQuery
from integrations.sandbox.app import Json, Request

OPERATORS = {
    "EQ": "EQUAL",
    "NE": "NOT_EQUAL",
    "LT": "LESS",
    "LE": "LESS_EQUAL",
    "GT": "GREATER",
    "GE": "GREATER_EQUAL",
    "STARTSWITH": "STR_START_WITH",
    "ENDSWITH": "STR_END_WITH",
    "CONTAINS": "STR_CONTAIN",
}


def full_request(request: Request, target: str, kind: str) -> Json:
    """Give the body that the full form would have; parameters that the server does not know are ignored."""
    fields = [value for key, value in request.query if key == "$field"]
    sorts = [value for key, value in request.query if key == "$sort"]
    return {
        "targetName": target,
        "targetType": kind,
        "dataServiceType": "BROWSE",
        "findOnEntry": "TRUE",
        "returnControlIDs": "|".join(fields),
        "maxPageSize": request.param("$limit") or "",
        "outputType": request.param("$outputType") or "",
        "query": {
            "autoFind": True,
            "matchType": request.param("$filterType") or "MATCH_ALL",
            "condition": [_filter(value) for key, value in request.query if key == "$filter"],
        },
        "aggregation": {"orderBy": [_sort(text) for text in sorts]},
    }


def _filter(text: str) -> Json:
    """Read `TABLE.ALIAS OP value`; a fourth word may be a special day. Values with spaces have no escape."""
    words = text.split(" ")
    if len(words) not in (3, 4) or words[1] not in OPERATORS:
        raise BadQuery(f"Invalid filter: {text}")
    value: dict[str, Any] = {"content": words[2], "specialValueId": words[3] if len(words) == 4 else "LITERAL"}
    return {"controlId": words[0], "operator": OPERATORS[words[1]], "value": [value]}


def _sort(text: str) -> Json:
    """Read `+TABLE.ALIAS` or `-TABLE.ALIAS`; an unescaped plus sign arrives as a blank and is refused."""
    if text[:1] not in ("+", "-"):
        raise BadQuery(f"Invalid sort: {text}")
    return {"column": text[1:], "direction": "DESC" if text[0] == "-" else "ASC"}
