"""Journal entries: checked line by line, entered unposted, one batch each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrations.connectors.jde.simulator.erp import batches
from integrations.connectors.jde.simulator.erp.accounts import require_company, require_open_period, require_postable
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import ZERO, Heading, Line, entries_of, rows_of, write_rows
from integrations.connectors.jde.simulator.erp.refusal import refuse
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.books import Document

BATCH_TYPE = "G"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """A journal to be entered; its lines are complete, with both amounts."""

    company: str
    type: str
    day: date
    currency: str
    rate: Decimal
    lines: Sequence[Line]
    explanation: str = ""
    reference: str = ""
    short_reference: str = ""
    origin: str = ""
    reverses: str = ""


def enter(enterprise: Enterprise, journal: JournalEntry, user: str) -> tuple[Document, int, list[str]]:
    """Check and enter a journal; gives the document, its batch and the warnings."""
    require_company(enterprise, journal.company, "documentCompany")
    warnings = require_open_period(enterprise, journal.day, journal.company, "gl")
    if not journal.lines:
        refuse("Document Has No Lines", "A journal entry needs lines.", "lines")
    for line in journal.lines:
        require_postable(
            enterprise,
            line.account,
            company=journal.company,
            currency=journal.currency,
            subledger=line.subledger,
            kind=line.kind,
        )
    _require_balance(journal)
    number = enterprise.next_number(journal.type)
    document = _document(journal, number)
    enterprise.books.add(document, hold=True)
    batch = batches.open_batch(enterprise, BATCH_TYPE, user, document.id, document.total)
    heading = Heading(
        company=journal.company,
        type=journal.type,
        number=number,
        day=journal.day,
        currency=journal.currency,
        rate=journal.rate,
        batch_type=BATCH_TYPE,
        batch=batch,
        explanation=journal.explanation,
        remark=journal.reference,
        columns={"R1": journal.short_reference, "R2": journal.origin, "TORG": user},
    )
    write_rows(enterprise, heading, journal.lines, user)
    if journal.reverses:
        enterprise.notes[document.id] = {"reverses": journal.reverses}
    return document, batch, warnings


def after_post(enterprise: Enterprise, document: Document) -> None:
    """Mark the ledger rows of a posted journal."""
    for row in rows_of(enterprise, document.record, int(document.number), document.company):
        enterprise.store["F0911"].change(row, "R09801", "R09801", POST="P")


def sums_by_account(rows: Sequence[Row]) -> dict[tuple[str, str], Decimal]:
    """Add up ledger rows by account and subledger, in the transaction's currency."""
    ledger = "CA" if any(row["LT"] == "CA" for row in rows) else "AA"
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["LT"] == ledger:
            sums[row["AID"], row["SBL"] or ""] += row["AA"]
    return dict(sums)


def _require_balance(journal: JournalEntry) -> None:
    for name, total in (
        (journal.currency, sum((line.amount for line in journal.lines), ZERO)),
        ("the company's currency", sum((line.base for line in journal.lines), ZERO)),
    ):
        if total:
            text = f"Debits and credits of company {journal.company} differ by {total} in {name}."
            refuse("Document Out of Balance", text, "lines")


def _document(journal: JournalEntry, number: int) -> Document:
    party = next((line.party for line in journal.lines if line.party), "")
    return Document(
        id=f"{journal.type}-{number}-{journal.company}",
        kind="journal",
        record=journal.type,
        reference=journal.reference,
        number=str(number),
        party=party,
        company=journal.company,
        currency=journal.currency,
        rate=journal.rate,
        total=sum((line.amount for line in journal.lines if line.amount > 0), ZERO),
        date=journal.day,
        posting_date=journal.day,
        status="unposted",
        memo=journal.explanation,
        entries=entries_of(journal.lines),
    )
