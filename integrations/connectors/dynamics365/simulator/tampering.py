"""Plants a mistake on purpose, posted or not, in the books and in the rows that the API shows."""

from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.dynamics365.simulator.drafting import drafts_of
from integrations.connectors.dynamics365.simulator.rules import headers
from integrations.connectors.dynamics365.simulator.rules.shapes import SHAPES
from integrations.connectors.dynamics365.simulator.schema import Values
from integrations.connectors.dynamics365.simulator.settling import forget, note_transaction, refresh, transaction_of
from integrations.connectors.dynamics365.simulator.site import Company, Posted, Site
from integrations.connectors.dynamics365.simulator.store import Row
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document, tamper
from integrations.sandbox.books.tamper import OPS

CENT = Decimal("0.01")
UNMARKED: Values = {"MarkedInvoice": "", "MarkedInvoiceCompany": "", "SettleVoucher": "None"}


def plant(site: Site, options: Json) -> Json:
    """Carry out `{"id", "op", "value"}`; `LookupError` and `ValueError` say what was not understood."""
    id, op, value = str(options.get("id", "")), str(options.get("op", "")), options.get("value")
    text = None if value is None else str(value)
    if op not in OPS:
        raise ValueError(f"Unknown op {op!r}. Known: {', '.join(OPS)}.")
    for company in site.companies.values():
        if id in company.books.documents:
            return {"touched": _posted(site, company, id, op, text)}
    for (set_name, area, _), row in list(site.waiting.items()):
        for draft in drafts_of(site, site.companies[area], set_name, row):
            if draft.document.id == id and set_name.endswith("JournalHeaders"):
                _waiting(site, row, draft.rows, op, text)
                return {"touched": [id]}
    raise LookupError(f"No document {id!r} in the environment.")


def _posted(site: Site, company: Company, id: str, op: str, text: str | None) -> list[str]:
    books, document = company.books, company.books.documents[id]
    before, posted = document.total, site.posted.get(id)
    row = transaction_of(site, company, document)
    touched = tamper(books, id, op, text, lambda: f"{id}:double")
    if op == "delete":
        _delete(site, company, document, posted)
    elif op == "duplicate":
        _duplicate(site, company, touched[0], posted, row)
    elif posted is not None and posted.set_name in SHAPES:
        _rewrite(site, posted, op, document.total - before, document.date)
    for one in touched:
        if one.id in books.documents:
            refresh(site, company, one, None)
    return [one.id for one in touched]


def _delete(site: Site, company: Company, document: Document, posted: Posted | None) -> None:
    forget(site, company, document)
    site.posted.pop(document.id, None)
    if posted is not None:
        _drop(site, posted.set_name, posted.lines)


def _duplicate(site: Site, company: Company, double: Document, posted: Posted | None, row: Row | None) -> None:
    if posted is None:
        return
    lines = [_copied(site, posted.set_name, line) for line in posted.lines]
    site.posted[double.id] = Posted(
        set_name=posted.set_name,
        company=company.area,
        journal=posted.journal,
        lines=lines,
        dimensions=posted.dimensions,
    )
    if row is not None:
        kept = ("Voucher", "Invoice", "DocumentNum", "PaymReference", "PaymId", "Txt", "DueDate")
        note_transaction(site, company, double, {name: row.values[name] for name in kept}, lines[0])


def _waiting(site: Site, header: Row, lines: list[Row], op: str, text: str | None) -> None:
    set_name = next(name for name in SHAPES if lines[0] in site.store.table(name))
    shape = SHAPES[set_name]
    if op == "delete":
        _drop(site, set_name, lines)
    elif op == "duplicate":
        for line in lines:
            _copied(site, set_name, line)
    elif op == "unapply":
        for line in lines:
            site.store.table(set_name).change(line, UNMARKED if "MarkedInvoice" in line.values else {})
    else:
        old = lines[0].values[shape.date]
        day = date.fromisoformat(text) if op == "date" and text else old + timedelta(days=1)
        total = max(line.values["DebitAmount"] + line.values["CreditAmount"] for line in lines)
        change = Decimal(text) - total if op == "amount" and text else CENT
        posted = Posted(set_name=set_name, company="", journal="", lines=lines, dimensions=[])
        _rewrite(site, posted, op, change, day)
    headers.recount(site, shape, header)


def _rewrite(site: Site, posted: Posted, op: str, change: Decimal, day: date) -> None:
    shape = SHAPES[posted.set_name]
    if op == "date":
        for line in posted.lines:
            line.values[shape.date] = day
            line.version += 1
    if op != "amount":
        return
    for side in ("DebitAmount", "CreditAmount"):
        heavy = max(posted.lines, key=lambda line, side=side: line.values[side])  # type: ignore[misc]
        if heavy.values[side]:
            heavy.values[side] += change
            heavy.version += 1


def _copied(site: Site, set_name: str, line: Row) -> Row:
    table = site.store.table(set_name)
    values = dict(line.values)
    number = max(one.values["LineNumber"] for one in table.where("JournalBatchNumber", values["JournalBatchNumber"]))
    values["LineNumber"] = number + 1
    row = Row(site.store.new_rec_id(), values)
    table.put(row)
    return row


def _drop(site: Site, set_name: str, lines: list[Row]) -> None:
    table = site.store.table(set_name)
    for line in lines:
        if line in list(table):
            table.drop(line)
