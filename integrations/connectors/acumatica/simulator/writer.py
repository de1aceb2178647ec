"""PUT, PATCH and DELETE: find the record or insert one, hold it to the rules, keep it and show it."""

from collections.abc import Callable
from decimal import Decimal

from integrations.connectors.acumatica.simulator.answers import Refused, http_error, no_entity, refuse, server_error
from integrations.connectors.acumatica.simulator.body import BodyReader, Sent, json_of
from integrations.connectors.acumatica.simulator.call import Call
from integrations.connectors.acumatica.simulator.faulty import spoiled
from integrations.connectors.acumatica.simulator.inquiries import is_inquiry, run_inquiry
from integrations.connectors.acumatica.simulator.reader import filter_of, matching
from integrations.connectors.acumatica.simulator.rules.customers import check_customer
from integrations.connectors.acumatica.simulator.rules.draft import Draft
from integrations.connectors.acumatica.simulator.rules.invoices import check_invoice, save_invoice
from integrations.connectors.acumatica.simulator.rules.items import check_item
from integrations.connectors.acumatica.simulator.rules.journals import check_journal, save_journal
from integrations.connectors.acumatica.simulator.rules.lists import check_list
from integrations.connectors.acumatica.simulator.rules.payments import check_payment, save_payment
from integrations.connectors.acumatica.simulator.store import Record, Values
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.sandbox.app import Response

CONCURRENT = "Another process has updated the 'ARRegister' record. Your changes will be lost."
CHECKS: dict[str, Callable[[Draft], None]] = {
    "Customer": check_customer,
    "Invoice": check_invoice,
    "SalesInvoice": check_invoice,
    "Payment": check_payment,
    "JournalTransaction": check_journal,
    "NonStockItem": check_item,
    "StockItem": check_item,
}
SAVES: dict[str, Callable[[Draft, Record], None]] = {
    "Invoice": save_invoice,
    "SalesInvoice": save_invoice,
    "Payment": save_payment,
    "JournalTransaction": save_journal,
}
ORIGINS = {"Invoice": "AR", "SalesInvoice": "SO", "Payment": "PM"}
NUMBERED = {"Invoice": "RefNbr", "SalesInvoice": "RefNbr", "Payment": "RefNbr", "JournalTransaction": "BatchNbr"}
SEQUENCES = {"Invoice": "AR{:06}", "Debit Memo": "DM{:06}", "Overdue Charge": "AR{:06}", "Credit Memo": "{:06}",
             "Payment": "{:06}", "Prepayment": "{:06}", "Refund": "{:06}", "GL": "GL{:06}"}  # fmt: skip


def put(call: Call) -> Response:
    """Insert or update one record; always 200 with the record, nothing expanded but what is named."""
    if is_inquiry(call.entity.name):
        return Response.json(200, run_inquiry(call))
    return _write(call, read_body(call), is_patch=False)


def patch(call: Call) -> Response:
    """Update one record: 404 where there is none."""
    if not call.tenant.options.patch_available:
        refuse(405, "The requested resource does not support http method 'PATCH'.")
    if call.request.headers.get("if-none-match"):
        refuse(412, "The If-None-Match header cannot be used with PATCH.")
    return _write(call, read_body(call), is_patch=True)


def delete(call: Call) -> Response:
    """Delete one record; released documents stay."""
    record = call.find(call.rest)
    if record is None:
        no_entity()
    if record.is_released:
        server_error("The document has been released and cannot be deleted.")
    if record.table == "Customer" and any(one.party == record.key[0] for one in call.tenant.books.documents.values()):
        server_error("The customer cannot be deleted because documents refer to it.")
    if record.id in call.tenant.books.documents:
        call.tenant.books.remove(record.id)
    call.tenant.drop(record)
    return Response.empty(204)


def read_body(call: Call) -> Sent:
    """Read the record in a call's body."""
    tenant = call.tenant
    refuses = tenant.options.unknown_fields == "refuse"
    reader = BodyReader(call.entity, tenant.offset, tenant.lint, refuses_unknown=refuses)
    return reader.read(spoiled(json_of(call.request), call))


def locate(call: Call, sent: Sent) -> Record | None:
    """Find the record that a body means: by id, by keys, or by the call's $filter."""
    if sent.id:
        found = call.tenant.store.by_id(sent.id)
        if found is not None and found.table == call.table and call.shows(found):
            return found
    stored = [call.entity.stored(name) for name in call.entity.keys]
    if call.table == "ar" and not sent.values.get("DocType") and sent.values.get("RefNbr"):
        sent.values["DocType"] = "Payment" if call.entity.name == "Payment" else "Invoice"
        sent.paths["DocType"] = ("Type",)
    if call.table == "gl" and sent.values.get("BatchNbr"):
        sent.values.setdefault("Module", "GL")
        sent.paths.setdefault("Module", ("Module",))
    keys = tuple(str(sent.values.get(key) or "") for key in stored)
    if keys and all(keys):
        return _by_keys(call, keys)
    wanted = filter_of(call)
    found_rows = matching(call, wanted) if wanted else []
    if len(found_rows) > 1:
        server_error("More than one entity satisfies the condition.")
    return found_rows[0] if found_rows else None


def _by_keys(call: Call, keys: tuple[str, ...]) -> Record | None:
    found = call.find(keys)
    if found is None and call.table == "ar":
        from_code = call.tenant.find("ar", *keys)
        found = from_code if from_code is not None and call.shows(from_code) else None
    return found


def _write(call: Call, sent: Sent, *, is_patch: bool) -> Response:
    call.shape()
    record = locate(call, sent)
    headers = call.request.headers
    if is_patch and record is None:
        refuse(404, "The record to be updated cannot be found.")
    if headers.get("if-none-match") == "*" and record is not None:
        refuse(412, "The record already exists.")
    if headers.get("if-match") == "*" and record is None:
        refuse(412, "The record does not exist.")
    if call.tenant.options.strike("concurrency_conflicts"):
        server_error(CONCURRENT)
    draft = Draft(call.tenant, call.entity, sent, record, call.table)
    draft.date = call.business_date()
    branch = call.branch()
    if branch and record is None:
        draft.fields["BranchID"] = branch
    CHECKS.get(call.entity.name, check_list)(draft)
    if draft.problems:
        raise Refused(Response.json(422, draft.echo()))
    record = _keep(call, draft)
    if sent.note is not None:
        record.note = sent.note
    return Response.json(200, call.viewer().show(record))


def _keep(call: Call, draft: Draft) -> Record:
    tenant, record = call.tenant, draft.record
    before: Values | None = None
    if record is None:
        record = _insert(call, draft)
    else:
        before = dict(record.fields)
        record.fields, record.rows = draft.fields, draft.rows
    SAVES.get(call.entity.name, _nothing_to_book)(draft, record)
    tenant.keep(record, before)
    return record


def _insert(call: Call, draft: Draft) -> Record:
    tenant, name, fields = call.tenant, call.entity.name, draft.fields
    if name in NUMBERED:
        _number(tenant, draft, NUMBERED[name])
    key = tuple(str(fields[call.entity.stored(one)]) for one in call.entity.keys)
    now = tenant.now()
    fields |= {"CreatedDateTime": now, "LastModifiedDateTime": now}
    record = Record(
        id=tenant.uuid(),
        table=call.table,
        key=key,
        fields=fields,
        rows=draft.rows,
        modified=now,
        origin=ORIGINS.get(name, ""),
    )
    fields["NoteID"] = record.id
    if call.table == "Customer":
        fields["BAccountID"] = tenant.store.next_number("baccount")
    if call.table == "ar":
        fields.setdefault("Status", "Balanced")
        fields["CuryDocBal"] = Decimal(fields["CuryOrigDocAmt"])
    return record


def _number(tenant: Tenant, draft: Draft, key: str) -> None:
    """Draw the next number; a number that was sent counts only with manual numbering."""
    fields = draft.fields
    kind = str(fields.get("DocType") or fields.get("Module"))
    if tenant.options.manual_numbering:
        if not fields.get(key):
            draft.bad(key, "'Reference Nbr.' cannot be empty.")
            raise Refused(Response.json(422, draft.echo()))
        return
    sequence = SEQUENCES.get(kind, "{:06}")
    fields[key] = sequence.format(tenant.store.next_number(kind))


def _nothing_to_book(draft: Draft, record: Record) -> None:
    """Records of the set-up have no place in the books."""


def not_creatable(call: Call) -> Response:
    """Refuse POST of an entity: there is no create by POST."""
    return http_error(406, f"The entity {call.entity.name} cannot be created by POST; use PUT.")
