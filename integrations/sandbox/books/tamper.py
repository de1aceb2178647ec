"""Plants a mistake in the books on purpose, so that checkers can prove that they see it."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from decimal import Decimal

from integrations.sandbox.books.documents import ZERO, Document, Entry
from integrations.sandbox.books.ledger import Books

OPS = ("amount", "date", "delete", "duplicate", "unapply")


def tamper(books: Books, document_id: str, op: str, value: str | None, new_id: Callable[[], str]) -> list[Document]:
    """Do `op` to a document past every check and give the documents touched; `value` is the new amount or date.

    Without a value the amount grows by one minor unit and the date moves by one day. `duplicate` stands under a new id
    with the same reference. `LookupError` and `ValueError` say what was not understood.
    """
    document = books.documents.get(document_id)
    if document is None:
        raise LookupError(f"No document {document_id!r} in the books.")
    if op == "amount":
        return _change_amount(books, document, Decimal(value) if value is not None else None)
    if op == "date":
        return _change_date(document, value)
    if op == "duplicate":
        return _duplicate(books, document, new_id())
    if op == "unapply":
        return _unapply(books, document)
    if op == "delete":
        return _delete(books, document)
    raise ValueError(f"Unknown op {op!r}. Known: {', '.join(OPS)}.")


def _change_amount(books: Books, document: Document, value: Decimal | None) -> list[Document]:
    currency = books.currencies.get(document.currency)
    total = currency.round(value) if value is not None else document.total + Decimal(1).scaleb(-currency.decimals)
    change = total - document.total
    heavy_debit = max(document.entries, key=lambda entry: entry.debit, default=None)
    heavy_credit = max(document.entries, key=lambda entry: entry.credit, default=None)
    books.force_out(document)
    if heavy_debit is not None and heavy_credit is not None:
        _grow(heavy_debit, heavy_credit, change, document.rate)
    document.total = total
    document.applicable = max(document.applicable + change, document.used) if document.applicable else ZERO
    books.force_in(document)
    return [document]


def _grow(left: Entry, right: Entry, change: Decimal, rate: Decimal) -> None:
    left.debit += change
    right.credit += change
    left.base_debit += change * rate
    right.base_credit += change * rate


def _change_date(document: Document, value: str | None) -> list[Document]:
    day = date.fromisoformat(value) if value else date.fromordinal(document.date.toordinal() + 1)
    document.date = document.posting_date = day
    return [document]


def _duplicate(books: Books, document: Document, new_id: str) -> list[Document]:
    double = deepcopy(document)
    double.id, double.applied, double.used = new_id, {}, ZERO
    books.force_in(double)
    return [double]


def _unapply(books: Books, document: Document) -> list[Document]:
    others = [books.documents[id] for id in document.applied]
    for other in others:
        books.apply(document.id, other.id, ZERO)
    payers = [books.documents[id] for id in list(books.paid_by(document.id))]
    for payer in payers:
        books.apply(payer.id, document.id, ZERO)
    return [document, *others, *payers]


def _delete(books: Books, document: Document) -> list[Document]:
    touched = _unapply(books, document)
    books.force_out(document)
    return touched
