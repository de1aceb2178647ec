"""The record API: collections, records, sublists, upserts by external id, transforms (vendor file, 3)."""

from dataclasses import dataclass

from integrations.connectors.netsuite.simulator import metadata
from integrations.connectors.netsuite.simulator.answers import (
    Refused,
    bad_value,
    problem,
    refuse,
    user_error,
    wrong_url,
)
from integrations.connectors.netsuite.simulator.faulty import altered, dropped
from integrations.connectors.netsuite.simulator.filters import matching
from integrations.connectors.netsuite.simulator.merge import merge
from integrations.connectors.netsuite.simulator.reader import EXTERNAL_ID, Reader, policy
from integrations.connectors.netsuite.simulator.records.types import BY_PATH, PRIVATE
from integrations.connectors.netsuite.simulator.roles import Role, require
from integrations.connectors.netsuite.simulator.schema import RecordType
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored, Values
from integrations.connectors.netsuite.simulator.suiteql.run import page_of
from integrations.connectors.netsuite.simulator.transform import start_of
from integrations.connectors.netsuite.simulator.views import RECORDS, View
from integrations.connectors.netsuite.simulator.writing import delete, save
from integrations.sandbox.app import Json, Pairs, Request, Response
from integrations.sandbox.faults import Faults

LARGEST_PAGE = 1000
NAMES, VALUES = "X-NetSuite-PropertyNameValidation", "X-NetSuite-PropertyValueValidation"
PARAMETERS = frozenset((
    "expandSubResources", "expand", "fields", "replace", "replaceSelectedFields", "simpleEnumFormat", "ids",
    "expandRecords", "q", "limit", "offset",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the record API, with what is known about it."""

    request: Request
    role: Role
    origin: str

    def is_set(self, name: str) -> bool:
        """Tell whether a query parameter is true."""
        return (self.request.param(name) or "").lower() == "true"


class RecordApi:
    """Answers `/services/rest/record/v1/...`."""

    def __init__(self, site: Site, faults: Faults) -> None:
        self._site = site
        self._faults = faults

    def answer(self, call: Call) -> Response:
        """Answer one request; raises `Refused`."""
        path = call.request.path[len(RECORDS) :].rstrip("/")
        if path.partition("/")[0] == "metadata-catalog":
            return metadata.answer(call.request, path.partition("/")[2], call.origin)
        self._check(call.request)
        segments = path.split("/")
        type = BY_PATH.get(segments[0].lower())
        if type is None or type.name in PRIVATE:
            refuse(404, "NONEXISTENT_ID", f"Record type '{segments[0]}' does not exist.")
        require(call.role, type, call.request.method)
        if len(segments) == 1:
            return self._collection(call, type)
        if len(segments) == 2:
            return self._instance(call, type, segments[1])
        if len(segments) == 4 and segments[2] == "!transform" and call.request.method == "POST":
            return self._transform(call, self._found(type, segments[1]), segments[1], segments[3])
        if len(segments) == 3 and call.request.method == "GET" and self._is_sublist(type, segments[2]):
            view = View(self._site, call.origin, is_expanded=True)
            return Response.json(200, view.lines(self._found(type, segments[1]), segments[2]))
        raise wrong_url()

    def _check(self, request: Request) -> None:
        if request.method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            raise Refused(problem(405, "METHOD_NOT_ALLOWED", f"Method {request.method} is not allowed."))
        for name, _ in request.query:
            if name not in PARAMETERS:
                refuse(400, "INVALID_PARAMETER", f"Unknown query parameter '{name}'.", param=name)
        if "respond-async" in request.headers.get("prefer", ""):
            refuse(400, "INVALID_REQUEST", "Asynchronous processing is not part of this sandbox.", header="Prefer")

    @staticmethod
    def _is_sublist(type: RecordType, name: str) -> bool:
        return name in type.fields and type.fields[name].kind in ("list", "object")

    def _collection(self, call: Call, type: RecordType) -> Response:
        method = call.request.method
        if method == "POST":
            return self._write(call, type, None, {})
        if method != "GET":
            refuse(400, "INVALID_REQUEST", f"{method} on a collection is only possible asynchronously.")
        found = matching(self._site, type, call.request.param("q"))
        limit, offset = page_of(call.request, LARGEST_PAGE)
        if offset and offset >= len(found):
            refuse(404, "NONEXISTENT_OFFSET", f"The offset {offset} is beyond the end.", param="offset")
        page = found[offset : offset + limit]
        here = f"{call.origin}{RECORDS}{type.name}"
        return Response.json(200, View(self._site, call.origin).collection(page, here, limit, offset, len(found)))

    def _instance(self, call: Call, type: RecordType, id: str) -> Response:
        method = call.request.method
        if method == "PUT":
            return self._upsert(call, type, id)
        if method == "POST":
            refuse(400, "INVALID_REQUEST", "POST is for collections; use PATCH to change a record.")
        stored = self._found(type, id)
        if method == "GET":
            return self._get(call, stored)
        self._require_writable(type)
        if method == "PATCH":
            return self._write(call, type, stored, {})
        delete(self._site, stored)
        return Response.empty(204)

    def _get(self, call: Call, stored: Stored) -> Response:
        is_expanded = call.is_set("expandSubResources")
        view = View(self._site, call.origin, is_expanded=is_expanded, simple_enums=call.is_set("simpleEnumFormat"))
        only = [name for name in (call.request.param("fields") or "").split(",") if name]
        for name in only:
            if name not in stored.type.fields:
                refuse(400, "INVALID_PARAMETER", f"Unknown field '{name}'.", param="fields")
        return Response.json(200, view.record(stored, only))

    def _upsert(self, call: Call, type: RecordType, id: str) -> Response:
        if not id.startswith("eid:"):
            refuse(400, "INVALID_REQUEST", "PUT is only possible with an external id: eid:<external id>.")
        external_id = id[4:]
        self._check_external_id(external_id)
        current = self._site.store.named(type.group, external_id)
        if current is not None and current.kind != type.name:
            user_error("This record already exists.")
        return self._write(call, type, current, {}, external_id)

    def _transform(self, call: Call, source: Stored, id: str, target: str) -> Response:
        if id.startswith("eid:"):
            refuse(400, "INVALID_REQUEST", "A transform needs the internal id of its source.")
        type, start = start_of(source, target)
        require(call.role, type, "POST")
        return self._write(call, type, None, start)

    def _write(
        self, call: Call, type: RecordType, current: Stored | None, start: Values, external_id: str | None = None
    ) -> Response:
        self._require_writable(type)
        reader, incoming = self._read(call.request, type)
        if external_id is not None and incoming.setdefault("externalId", external_id) != external_id:
            bad_value(incoming["externalId"], "externalId")
        self._stumble(current)
        replace = self._replaced(call.request, type)
        fields = merge(current.fields if current else start, incoming, type.fields, replace)
        stored = save(self._site, type, current, fields, frozenset(incoming))
        if self._strikes("error_after_commit"):
            raise Refused(server_fault())
        headers: Pairs = (("Location", View(self._site, call.origin).href(stored)),)
        if reader.warnings:
            headers += tuple(("Warning", f'199 - "{_ascii(text)}"') for text in reader.warnings)
        return Response.empty(204, headers)

    def _read(self, request: Request, type: RecordType) -> tuple[Reader, Values]:
        body = self._body(request)
        names = policy(request.headers.get(NAMES.lower()), NAMES, "warning")
        values = policy(request.headers.get(VALUES.lower()), VALUES, "error")
        reader = Reader(self._site, names, values)
        return reader, reader.read(body, type.fields)

    def _body(self, request: Request) -> Json:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if not request.body and request.path.find("!transform") > 0:
            return {}
        if kind != "application/json":
            refuse(400, "INVALID_REQUEST", "The content type must be application/json.", header="Content-Type")
        try:
            body = request.json()
        except (ValueError, RecursionError):
            refuse(400, "INVALID_REQUEST", "The request body is not valid JSON.")
        if not isinstance(body, dict):
            refuse(400, "INVALID_REQUEST", "The request body must be a JSON object.")
        rule = self._faults.hit("write_altered", request)
        if rule is not None:
            body = altered(body, rule.value)
        rule = self._faults.hit("write_dropped_field", request)
        return dropped(body, rule.value) if rule is not None else body

    def _replaced(self, request: Request, type: RecordType) -> frozenset[str]:
        text = request.param("replace")
        names = frozenset(name.strip() for name in text.split(",")) if text else frozenset()
        for name in names:
            if name not in type.fields or type.fields[name].kind != "list":
                refuse(400, "INVALID_PARAMETER", f"'{name}' is not a sublist of {type.name}.", param="replace")
        return names

    def _found(self, type: RecordType, id: str) -> Stored:
        store = self._site.store
        if id.startswith("eid:"):
            self._check_external_id(id[4:])
            found = store.named(type.group, id[4:])
        else:
            found = store.get(type.group, id)
        if found is None or found.kind != type.name:
            refuse(404, "NONEXISTENT_ID", "The record instance does not exist. Provide a valid record instance ID.")
        return found

    def _check_external_id(self, external_id: str) -> None:
        if not EXTERNAL_ID.fullmatch(external_id):
            refuse(400, "INVALID_REQUEST", f"The external id '{external_id}' has characters that are not allowed.")

    def _require_writable(self, type: RecordType) -> None:
        if not type.is_writable:
            raise Refused(problem(405, "METHOD_NOT_ALLOWED", f"The record {type.name} cannot be changed here."))

    def _stumble(self, current: Stored | None) -> None:
        """Answer as when a script saved the record in between, if that was ordered."""
        if current is not None and self._strikes("record_changed"):
            refuse(400, "RCRD_HAS_BEEN_CHANGED", "Error while accessing a resource. Record has been changed.")

    def _strikes(self, quirk: str) -> bool:
        if self._site.quirks[quirk] <= 0:
            return False
        self._site.quirks[quirk] -= 1
        return True


def _ascii(text: str) -> str:
    return "".join(letter if " " <= letter <= "~" else "?" for letter in text)


def server_fault() -> Response:
    """Make the answer of a system fault."""
    return problem(500, "UNEXPECTED_ERROR", "An unexpected error occurred. Error ID: sandbox-fault")


def writes(request: Request) -> bool:
    """Tell whether a request changes a record."""
    return request.method != "GET" and request.path.startswith(RECORDS)
