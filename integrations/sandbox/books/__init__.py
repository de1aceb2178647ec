"""Double-entry books shared by the simulators of ledgers: chart, currencies, periods, documents, applications."""

from integrations.sandbox.books.chart import Account, Chart
from integrations.sandbox.books.currency import Currencies, Currency
from integrations.sandbox.books.documents import Application, Document, Entry, to_base
from integrations.sandbox.books.ledger import Books
from integrations.sandbox.books.periods import Period, Periods, Status
from integrations.sandbox.books.refusal import BooksRefusal, Reason
from integrations.sandbox.books.tamper import tamper

__all__ = [
    "Account",
    "Application",
    "Books",
    "BooksRefusal",
    "Chart",
    "Currencies",
    "Currency",
    "Document",
    "Entry",
    "Period",
    "Periods",
    "Reason",
    "Status",
    "tamper",
    "to_base",
]
