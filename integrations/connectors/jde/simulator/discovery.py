"""Discovery: the orchestrations a user may see, plainly and as OpenAPI."""

from integrations.connectors.jde.simulator.orchestrator.contract import Input
from integrations.connectors.jde.simulator.orchestrator.library import Imported, Library
from integrations.connectors.jde.simulator.server import Call
from integrations.connectors.jde.simulator.sessions import Session
from integrations.sandbox.app import Json, Response

_NUMERIC = ("amount", "rate", "number")


def discover(library: Library, session: Session, name: str) -> Response:
    """List the orchestrations, or the one that is named; what security hides is simply not there."""
    found = [
        one.described()
        for one in library.listed(session.user)
        if not name or name in (one.design.name, one.described()["omwObjectName"])
    ]
    return Response.json(200, {"orchestrations": found})


def catalogue(call: Call, library: Library, session: Session, name: str) -> Response:
    """Give OpenAPI 3 (`open-api-catalog3`) or Swagger 2 (`open-api-catalog`) of the same list."""
    listed = [one for one in library.listed(session.user) if not name or name == one.design.name]
    is_three = "open-api-catalog3" in call.path
    paths = {f"/v3/orchestrator/{one.design.name}": {"post": _operation(one, is_three=is_three)} for one in listed}
    head: Json = {"openapi": "3.0.1"} if is_three else {"swagger": "2.0", "basePath": "/jderest"}
    info = {"title": "JD Edwards EnterpriseOne Orchestrator", "version": call.server.options.version}
    return Response.json(200, {**head, "info": info, "paths": paths})


def _operation(one: Imported, *, is_three: bool) -> Json:
    schema = {"type": "object", "properties": {part.name: _schema(part) for part in one.inputs()}}
    summary = {"summary": one.design.description, "operationId": one.design.name}
    outputs = {"type": "object", "properties": {name: {} for name in one.design.outputs}}
    if is_three:
        body = {"content": {"application/json": {"schema": schema}}}
        answers = {"200": {"description": "Outputs", "content": {"application/json": {"schema": outputs}}}}
        return {**summary, "requestBody": body, "responses": answers}
    parameters = [{"in": "body", "name": "inputs", "schema": schema}]
    return {**summary, "parameters": parameters, "responses": {"200": {"description": "Outputs", "schema": outputs}}}


def _schema(one: Input) -> Json:
    if one.kind in ("list", "object"):
        properties = {"type": "object", "properties": {part.name: _schema(part) for part in one.parts}}
        return {"type": "array", "items": properties} if one.kind == "list" else properties
    return {"type": "number" if one.kind in _NUMERIC else "string"}
