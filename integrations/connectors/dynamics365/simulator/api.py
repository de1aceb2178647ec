"""The OData service: reads, writes, batches and the custom service that posts, for one signed-in user."""

from copy import deepcopy
from dataclasses import dataclass

from integrations.connectors.dynamics365.simulator import wire
from integrations.connectors.dynamics365.simulator.answers import (
    ACTION_EXCEPTION,
    TYPED,
    WRITE_EXCEPTION,
    Refused,
    bad_query,
    envelope,
    no_route,
    no_row,
    write_failed,
)
from integrations.connectors.dynamics365.simulator.faulty import bend
from integrations.connectors.dynamics365.simulator.odata import batch, metadata
from integrations.connectors.dynamics365.simulator.odata.keys import Address, NoRoute, address_of
from integrations.connectors.dynamics365.simulator.odata.pages import Query, page, query_of
from integrations.connectors.dynamics365.simulator.posting import post_by_number
from integrations.connectors.dynamics365.simulator.rules.book import RULES
from integrations.connectors.dynamics365.simulator.schema import EntitySet, Values, fold, key_of
from integrations.connectors.dynamics365.simulator.site import SETS, Invalid, ServiceUser, Site
from integrations.connectors.dynamics365.simulator.store import Row
from integrations.sandbox.app import Json, Request, Response

DATA = "/data/"
META = "/Metadata/"
SERVICES = "/api/services/"
CONFLICT = (
    "Cannot edit a record in Ledger journal table (LedgerJournalTable). An update conflict occurred due to another "
    "user process deleting the record or changing one or more fields in the record."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and under which origin."""

    user: ServiceUser
    origin: str


class Api:
    """Answers requests that have a good token."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def answer(self, request: Request, caller: Caller, *, in_conflict: bool = False) -> Response:
        """Answer one request."""
        try:
            return self._answer(request, caller, in_conflict=in_conflict)
        except NoRoute:
            return no_route(caller.origin + request.raw_path).response
        except Refused as refused:
            return refused.response

    def _answer(self, request: Request, caller: Caller, *, in_conflict: bool) -> Response:
        if request.path.startswith(SERVICES):
            return self._service(request)
        if request.path.startswith(META):
            found = metadata.light(request.path[len(META) :], SETS)
            if request.method != "GET" or found is None:
                raise NoRoute
            return Response.json(200, found, TYPED)
        if not f"{request.path}/".startswith(DATA):
            raise NoRoute
        rest = request.path[len(DATA) :]
        if rest == "$batch" and request.method == "POST":
            return batch.answer(batch.groups_of(request), lambda group: self._group(group, caller))
        if rest in ("", "$metadata") and request.method == "GET":
            return self._describe(rest, caller)
        return self._data(request, address_of(rest, SETS), caller, in_conflict=in_conflict)

    def _describe(self, rest: str, caller: Caller) -> Response:
        if rest:
            return Response.text(200, metadata.edmx(SETS), "application/xml", (("OData-Version", "4.0"),))
        return Response.json(200, metadata.service_document(caller.origin + DATA, SETS), TYPED)

    def _data(self, request: Request, address: Address, caller: Caller, *, in_conflict: bool) -> Response:
        entity_set, method = address.set, request.method
        if address.rest:
            raise NoRoute
        if entity_set.name in self.site.options.denied_sets:
            words = f"The user {caller.user.name} is not authorized for the entity {entity_set.type}."
            raise Refused(envelope(403, words, "System.UnauthorizedAccessException"))
        query = query_of(entity_set, request.query)
        if method == "GET":
            return self._read(request, address, query, caller)
        if not entity_set.is_writable:
            raise bad_query(f"The entity set '{entity_set.name}' is read-only here.")
        if in_conflict:
            text = f"Write failed for table row of type '{entity_set.aot}'. Infolog: Error: {CONFLICT}"
            return envelope(self.site.options.conflict_status, text, WRITE_EXCEPTION)
        try:
            return self._write(request, address, query, caller)
        except Invalid as invalid:
            raise write_failed(entity_set.aot, invalid.reasons, invalid.field, invalid.status or 400) from None

    def _read(self, request: Request, address: Address, query: Query, caller: Caller) -> Response:
        table = self.site.store.table(address.set.name)
        context = f"{caller.origin}{DATA}$metadata#{address.set.name}"
        if address.key is not None:
            row = self._row(address, query, caller)
            body: Json = {"@odata.context": f"{context}/$entity", **wire.entity(address.set, row, query.only)}
            self._expand(address.set, query, [row], [body])
            return Response.json(200, body, TYPED)
        url, size = caller.origin + request.raw_path, self.site.options.page_size
        found, rows = page(table, query, caller.user.company, size, url, request.query)
        self._expand(address.set, query, rows, found["value"])
        return Response.json(200, {"@odata.context": context, **found}, TYPED)

    def _expand(self, entity_set: EntitySet, query: Query, rows: list[Row], shown: list[Json]) -> None:
        for name in query.expand:
            target, pairs = entity_set.navigation[name]
            table = self.site.store.table(target)
            for row, body in zip(rows, shown, strict=True):
                found = table.where("JournalBatchNumber", row.values["JournalBatchNumber"])
                body[name] = [
                    wire.entity(table.set, one)
                    for one in found
                    if all(one.values[theirs] == row.values[own] for own, theirs in pairs)
                ]

    def _row(self, address: Address, query: Query, caller: Caller) -> Row:
        assert address.key is not None
        row = self.site.store.table(address.set.name).get(*address.key)
        is_hidden = address.set.is_company and not query.is_cross_company
        if row is None or (is_hidden and fold(row.values["dataAreaId"]) != caller.user.company):
            raise no_row(address.set.name, is_empty=self.site.options.empty_row_404)
        return row

    def _write(self, request: Request, address: Address, query: Query, caller: Caller) -> Response:
        method = request.method
        if method == "POST" and address.key is None:
            return self._create(request, address.set, caller)
        if method in ("PATCH", "PUT") and address.key is not None:
            row = self._row(address, query, caller)
            self._match(request, row)
            self._change(address.set, row, bend(self.site.faults, request, self._body(request, address.set)))
            return Response.empty(204, (("OData-Version", "4.0"),))
        if method == "DELETE" and address.key is not None:
            row = self._row(address, query, caller)
            self._match(request, row)
            RULES[address.set.name].delete(self.site, address.set.name, row)
            self.site.store.table(address.set.name).drop(row)
            RULES[address.set.name].gone(self.site, address.set.name, row)
            return Response.empty(204, (("OData-Version", "4.0"),))
        raise bad_query(f"{method} is not supported on this address. An entity is addressed by its whole key.")

    def _create(self, request: Request, entity_set: EntitySet, caller: Caller) -> Response:
        given = bend(self.site.faults, request, self._body(request, entity_set))
        whole = {name: one.empty for name, one in entity_set.fields.items()} | given
        if entity_set.is_company:
            area = str(whole["dataAreaId"] or caller.user.company)
            whole["dataAreaId"] = area.lower()
        self._check_given(entity_set, given)
        table = self.site.store.table(entity_set.name)
        rules = RULES[entity_set.name]
        whole = rules.create(self.site, entity_set.name, given, whole)
        if key_of(entity_set, whole) in table.rows:
            raise self._duplicate(entity_set, whole)
        row = Row(self.site.store.new_rec_id(), whole)
        table.put(row)
        rules.made(self.site, entity_set.name, row)
        context = f"{caller.origin}{DATA}$metadata#{entity_set.name}/$entity"
        body = {"@odata.context": context, **wire.entity(entity_set, row)}
        return Response.json(self.site.options.post_status, body, TYPED)

    def _change(self, entity_set: EntitySet, row: Row, given: Values) -> None:
        for name, value in given.items():
            field = entity_set.fields[name]
            if (field.is_fixed or field.is_read_only or field.is_key) and fold(value) != fold(row.values[name]):
                raise Invalid(name, f"The field {name} cannot be edited.")
        changes = RULES[entity_set.name].change(self.site, entity_set.name, row, given)
        self.site.store.table(entity_set.name).change(row, changes)

    def _check_given(self, entity_set: EntitySet, given: Values) -> None:
        for field in entity_set.fields.values():
            value = given.get(field.name, field.empty)
            if field.is_read_only and value != field.empty:
                raise Invalid(field.name, f"The field {field.name} cannot be edited.")
            if field.is_required and value in (field.empty, ""):
                raise Invalid(field.name, f"Field '{field.name}' must be filled in.")

    def _duplicate(self, entity_set: EntitySet, whole: Values) -> Refused:
        shown = ", ".join(f"{one.name}: {whole[one.name]}" for one in entity_set.keys)
        reason = (
            f"Cannot create a record in {entity_set.label} ({entity_set.table}). {shown}. The record already exists."
        )
        return write_failed(entity_set.aot, (reason,), status=self.site.options.duplicate_status)

    @staticmethod
    def _body(request: Request, entity_set: EntitySet) -> Values:
        if "json" not in request.headers.get("content-type", ""):
            raise bad_query("The content type of the request body is not supported.", 415)
        try:
            return wire.parsed(entity_set, request.json())
        except ValueError:
            raise bad_query("The request body is not valid JSON.") from None

    @staticmethod
    def _match(request: Request, row: Row) -> None:
        wanted = request.headers.get("if-match", "*")
        if wanted != "*" and wire.version_of(wanted) != row.version:
            raise Refused(envelope(412, "The record was changed in the meantime.", WRITE_EXCEPTION))

    # Batches and services

    def _group(self, group: batch.Group, caller: Caller) -> list[Response]:
        if not group.is_changeset:
            return [self.answer(part.request, caller) for part in group.parts]
        kept = deepcopy(self.site, self.site.keep())
        responses: list[Response] = []
        for part in group.parts:
            responses.append(self.answer(part.request, caller))
            if responses[-1].status >= 400:
                self.site.__dict__.update(kept.__dict__)
                return [responses[-1]]
        return responses

    def _service(self, request: Request) -> Response:
        wanted = self.site.options.posting_service
        if not wanted or request.path[len(SERVICES) :] != wanted or request.method != "POST":
            raise NoRoute
        try:
            body = request.json()
            company = self.site.company(body["dataAreaId"])
            reasons = post_by_number(self.site, company, str(body["journalNumber"]))
        except (ValueError, KeyError, TypeError):
            raise bad_query("The service wants dataAreaId and journalNumber.") from None
        except Invalid as invalid:
            reasons = list(invalid.reasons)
        if reasons:
            words = f"Exception occurred while executing action postJournal: {' '.join(reasons)}"
            return envelope(500, words, ACTION_EXCEPTION)
        return Response.json(200, {"$id": "1", "posted": True}, TYPED)
