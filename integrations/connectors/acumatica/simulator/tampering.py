"""Mistakes planted in a tenant's books, with the records made to show them."""

from integrations.connectors.acumatica.simulator.rules import ar
from integrations.connectors.acumatica.simulator.rules.draft import ZERO
from integrations.connectors.acumatica.simulator.store import Record, Row
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document, tamper


def tamper_with(tenant: Tenant, options: Json) -> list[str]:
    """Do `{"id", "op", "value"}`; the id may be the document's, its number or its reference."""
    op, value = str(options.get("op", "")), options.get("value")
    id = document_id(tenant, str(options.get("id", "")))
    record = tenant.store.by_id(id)
    new_id = tenant.uuid()
    touched = tamper(tenant.books, id, op, None if value is None else str(value), lambda: new_id)
    if record is not None:
        _follow(tenant, record, op, touched)
    return [one.id for one in touched]


def document_id(tenant: Tenant, text: str) -> str:
    """Find a document by id, number or reference; gives the text back if none fits."""
    if text in tenant.books.documents:
        return text
    known = (one.id for one in tenant.books.documents.values() if text and text in (one.number, one.reference))
    return next(known, text)


def _follow(tenant: Tenant, record: Record, op: str, touched: list[Document]) -> None:
    if op == "delete":
        tenant.drop(record)
    elif op == "duplicate":
        record = _double(tenant, record, touched[0])
    elif op == "amount":
        _stretch(record, touched[0])
    elif op == "date":
        for key in ("DocDate", "AdjDate", "DateEntered"):
            if key in record.fields:
                record.fields[key] = touched[0].date
    if op == "unapply":
        record.rows.pop("ARPost", None)
    for document in touched:
        one = tenant.store.by_id(document.id)
        if one is not None:
            before = dict(one.fields)
            if one.table == "ar":
                ar.refresh(tenant, one)
            tenant.keep(one, before)


def _double(tenant: Tenant, record: Record, document: Document) -> Record:
    number = f"{record.key[1]}D"
    key = "RefNbr" if record.table == "ar" else "BatchNbr"
    copy = Record(
        id=document.id,
        table=record.table,
        key=(record.key[0], number),
        fields={**record.fields, key: number, "NoteID": document.id},
        rows={name: [Row(tenant.uuid(), dict(row.fields)) for row in rows] for name, rows in record.rows.items()},
        modified=record.modified,
        origin=record.origin,
        is_released=record.is_released,
    )
    copy.rows.pop("ARPost", None)
    document.number = number
    tenant.store.put(copy)
    return copy


def _stretch(record: Record, document: Document) -> None:
    fields = record.fields
    change = document.total - (fields.get("CuryOrigDocAmt") or ZERO)
    if record.table == "ar":
        fields["CuryOrigDocAmt"] = document.total
    lines = record.rows.get("Transactions") or []
    if lines:
        lines[0].fields["CuryTranAmt"] += change
        fields["CuryLineTotal"] = fields["CuryLineTotal"] + change
