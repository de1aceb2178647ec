"""Plants a mistake in a document of the books and lets the tables show it, so that checkers can prove they see it."""

from collections.abc import Sequence
from decimal import Decimal

from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.vouchers import OFFSET
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document, Entry, tamper

SERIES = {"journal": "JE", "bill": "PV", "debit_memo": "PD"}
DATES = {"F0411": ("DGJ", "DIVJ"), "F0413": ("DMTJ",)}
STAMPS = ("USER", "PID", "JOBN", "UPMJ", "UPMT")


def plant(enterprise: Enterprise, key: str, op: str, value: str | None) -> list[str]:
    """Do `op` to a document and its rows; gives the ids of the documents touched."""
    document = enterprise.books.documents.get(key)
    if document is None:
        raise LookupError(f"No document {key!r} in the books.")
    if op == "duplicate" and document.kind not in SERIES:
        raise ValueError(f"A {document.kind} cannot be doubled.")
    was_posted, total, rows = document.is_posted, document.total, ledger_rows(enterprise, document)
    new_number = enterprise.next_number(document.record) if op == "duplicate" else 0
    new_id = f"{document.record}-{new_number}-{document.company}"
    touched = tamper(enterprise.books, key, op, value, lambda: new_id)
    for one in touched:
        if not was_posted and one.is_posted and one.id in enterprise.books.documents:
            enterprise.books.force_out(one)
            enterprise.books.add(one, hold=True)
    if op == "amount":
        _show_amount(enterprise, document, rows, total)
    elif op == "date":
        _show_date(enterprise, document, rows)
    elif op == "delete":
        _show_absence(enterprise, document, rows)
    elif op == "duplicate":
        _show_double(enterprise, document, touched[0], new_number)
    elif op == "unapply":
        _show_unapplied(enterprise, document)
    return [one.id for one in touched]


def ledger_rows(enterprise: Enterprise, document: Document) -> list[Row]:
    """List a document's own ledger rows in the order of its lines, without the automatic ones."""
    number = int(document.number)
    rows = enterprise.store["F0911"].find(DOC=number, DCT=document.record, KCO=document.company)
    return sorted(rows, key=lambda row: row["JELN"])


def subledger_rows(enterprise: Enterprise, document: Document) -> list[tuple[str, Row]]:
    """List a document's rows of the payables tables, each with its table."""
    if document.kind in ("bill", "debit_memo"):
        items = enterprise.store["F0411"].find(DOC=int(document.number), DCT=document.record, KCO=document.company)
        return [("F0411", row) for row in items]
    if document.kind == "payment":
        number = int(document.id.partition("-")[2])
        return [(name, row) for name in ("F0413", "F0414") for row in enterprise.store[name].find(PYID=number)]
    return []


def _show_amount(enterprise: Enterprise, document: Document, rows: Sequence[Row], before: Decimal) -> None:
    table = enterprise.store["F0911"]
    for ledger in ("AA", "CA"):
        own = [row for row in rows if row["LT"] == ledger]
        entries = [entry for entry in document.entries if entry.memo != OFFSET]
        for row, entry in zip(own, entries, strict=False):
            table.put_quietly(row, AA=_amount(entry, ledger))
    change = document.total - before
    for name, row in subledger_rows(enterprise, document)[:2]:
        if name == "F0411":
            _grow(enterprise, name, row, change, ("AG", "AAP"), ("ACR", "FAP"))
            return
        _grow(enterprise, name, row, change, ("PAAP",), ("PFAP",))


def _grow(
    enterprise: Enterprise, table: str, row: Row, change: Decimal, home: Sequence[str], foreign: Sequence[str]
) -> None:
    is_foreign = row["CRRM"] == "F" and table != "F0413"
    rate = Decimal(row["CRR"]) if is_foreign else Decimal(1)
    values = {alias: row[alias] + change * rate for alias in home}
    values |= {alias: row[alias] + change for alias in foreign} if is_foreign else {}
    enterprise.store[table].put_quietly(row, **values)


def _show_date(enterprise: Enterprise, document: Document, rows: Sequence[Row]) -> None:
    for row in rows:
        enterprise.store["F0911"].put_quietly(row, DGJ=document.posting_date)
    for name, row in subledger_rows(enterprise, document):
        days = dict.fromkeys(DATES.get(name, ()), document.posting_date)
        enterprise.store[name].put_quietly(row, **days)


def _show_absence(enterprise: Enterprise, document: Document, rows: Sequence[Row]) -> None:
    for name, row in subledger_rows(enterprise, document):
        if name == "F0414":
            _reopen(enterprise, row)
        enterprise.store[name].drop(row)
    for row in rows:
        enterprise.store["F0911"].drop(row)
    for number, keys in enterprise.batch_documents.items():
        if document.id in keys:
            keys.remove(document.id)
            for batch in enterprise.store["F0911"].find(ICU=number):
                enterprise.store["F0911"].drop(batch)


def _show_double(enterprise: Enterprise, document: Document, double: Document, number: int) -> None:
    double.number = str(number)
    for row in ledger_rows(enterprise, document):
        enterprise.store["F0911"].add(**_copied(row), DOC=number)
    for name, row in subledger_rows(enterprise, document):
        enterprise.store[name].add(**_copied(row), DOC=number)
    keys = next((keys for keys in enterprise.batch_documents.values() if document.id in keys), [])
    keys.append(double.id)


def _show_unapplied(enterprise: Enterprise, document: Document) -> None:
    """Take the payment's rows away, or of a voucher those of every payment that paid it; what they paid is open."""
    table = enterprise.store["F0414"]
    if document.kind == "payment":
        details = table.find(PYID=int(document.id.partition("-")[2]))
    else:
        details = table.find(DOC=int(document.number), DCT=document.record, KCO=document.company)
    for detail in details:
        _reopen(enterprise, detail)
        table.drop(detail)
    for key, note in enterprise.notes.items():
        kept = [one for one in note.get("allocations", []) if document.id not in (key, one[1])]
        if "allocations" in note:
            note["allocations"] = kept


def _reopen(enterprise: Enterprise, detail: Row) -> None:
    items = enterprise.store["F0411"].find(DOC=detail["DOC"], DCT=detail["DCT"], KCO=detail["KCO"], SFX=detail["SFX"])
    for item in items:
        base = detail["PAAP"] + detail["ADSA"]
        foreign: Json = {"FAP": item["FAP"] + detail["PFAP"] + detail["CDSA"]} if item["CRRM"] == "F" else {}
        enterprise.store["F0411"].put_quietly(item, AAP=item["AAP"] + base, PST="A", **foreign)


def _copied(row: Row) -> Json:
    return {name: value for name, value in row.values.items() if name not in (*STAMPS, "DOC")}


def _amount(entry: Entry, ledger: str) -> Decimal:
    return entry.debit - entry.credit if ledger == "CA" else entry.base_debit - entry.base_credit
