"""Journal entries: found in the account ledger (F0911) by company, dates and the start of our reference."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.ledger import account_number
from integrations.connectors.jde.orchestrations import ADD_JOURNAL
from integrations.connectors.jde.outcome import output
from integrations.connectors.jde.query import Query, any_of, between, equal
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import DocumentKey
from integrations.connectors.jde.sinks.base import WINDOW_DAYS, OrchestrationSink, day_of, grouped, text_of
from integrations.contracts import Draft, Facts, Found, LineFact, OpenItem, Owed, Stage
from integrations.errors import ConfigurationError

COLUMNS = tuple(
    "KCO DCT DOC DGJ JELN LT POST CO MCU OBJ SUB SBL SBLT CRCD CRR AA EXR R1 R2 EXA".split()  # noqa: SIM905
)
SHORT_REFERENCE = 8
OUR_ORIGIN = "MLC"
JOURNAL = "JE"
ZERO = Decimal(0)


class JournalSink(OrchestrationSink):
    """Writes and reads journal entries."""

    slug = "journal_entries"
    orchestration = ADD_JOURNAL

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give type, number and company."""
        name = self.orchestration.name
        number = output(name, said, "documentNumber")
        return f"{output(name, said, 'documentType')}-{number}-{output(name, said, 'documentCompany')}"

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find entries by the reference's start, company and dates; the whole reference is compared here.

        A date that was moved by up to a month is still found. Entries have no business key of their own.
        """
        for company, some in grouped(drafts, lambda draft: text_of(draft, "documentCompany")).items():
            for part in batches(some):
                wanted = {draft.reference: draft for draft in part}
                query = self._query(company, part)
                for found in _entries(rows(self._client, query, "DOC")):
                    if draft := wanted.get(found.reference):
                        yield draft, found

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List all journal entries whose G/L date is in [start, end], ours and others, reversals included."""
        every = (equal("DCT", JOURNAL), *between("DGJ", start, end))
        yield from _entries(rows(self._client, Query(table="F0911", columns=COLUMNS, every=every), "DOC"))

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """Raise ConfigurationError: a journal entry has no open amount of its own."""
        raise ConfigurationError(
            "Journal entries have no open amounts in JD Edwards: compare the balance of their account instead.",
            code="jde_no_open_items",
        )

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read entries by their document keys."""
        keys = [key for key in map(DocumentKey.parse, ids) if key]
        groups: dict[tuple[str, str], list[int]] = {}
        for key in keys:
            groups.setdefault((key.type, key.company), []).append(key.number)
        found: dict[str, Found] = {}
        for (kind, company), numbers in groups.items():
            for part in batches(numbers):
                query = Query(
                    table="F0911",
                    columns=COLUMNS,
                    every=(equal("DCT", kind), equal("KCO", company)),
                    either=any_of("DOC", part),
                )
                found |= {one.external_id: one for one in _entries(rows(self._client, query, "DOC"))}
        return found

    def _query(self, company: str, drafts: Sequence[Draft]) -> Query:
        days = [day for draft in drafts if (day := day_of(draft, "glDate") or draft.facts.posting_date)]
        margin = timedelta(days=WINDOW_DAYS)
        bounds = between("DGJ", min(days) - margin, max(days) + margin) if days else ()
        short = sorted({draft.reference[:SHORT_REFERENCE] for draft in drafts})
        return Query(table="F0911", columns=COLUMNS, every=(equal("KCO", company), *bounds), either=any_of("R1", short))


def _entries(found: Iterable[Row]) -> Iterator[Found]:
    """Put rows together to entries: the lines of ledger AA, or of CA where the entry is in a foreign currency."""
    entries: dict[str, list[Row]] = {}
    for row in found:
        entries.setdefault(str(key_of(row)), []).append(row)
    for key, lines in entries.items():
        yield _entry(key, lines)


def key_of(row: Row) -> DocumentKey:
    """Give the document key of a ledger row."""
    return DocumentKey(row.text("DCT"), row.whole("DOC"), row.text("KCO"))


def _entry(key: str, found: Sequence[Row]) -> Found:
    foreign = [row for row in found if row.text("LT") == "CA"]
    lines = sorted(foreign or [row for row in found if row.text("LT") == "AA"], key=lambda row: row.whole("JELN"))
    first = lines[0] if lines else found[0]
    day = first.day("DGJ")
    facts = tuple(LineFact(account=account_number(row), amount=row.amount("AA")) for row in lines)
    return Found(
        external_id=key,
        reference=first.text("EXR") if first.text("R2") == OUR_ORIGIN else "",
        number=key.split("-")[1],
        stage=_stage(lines or found),
        facts=Facts(
            customer=_customer(lines),
            currency=first.text("CRCD") or None,
            total=sum((fact.amount for fact in facts if fact.amount > 0), ZERO),
            exchange_rate=first.amount("CRR") if foreign else None,
            owed=_owed(foreign, found) if foreign else None,
            date=day,
            posting_date=day,
            lines=facts,
        ),
    )


def _customer(lines: Iterable[Row]) -> str | None:
    """Give the address number that the receivable carries as its subledger, without leading zeros."""
    return next((customer for row in lines if (customer := _subledger(row))), None)


def _subledger(row: Row) -> str:
    return row.text("SBL").lstrip("0") if row.text("SBLT") == "A" else ""


def _owed(foreign: Sequence[Row], found: Sequence[Row]) -> tuple[Owed, ...]:
    """Give what each customer owes by it: ledger CA has the document's currency, AA the company's."""
    amounts, bases = _by_customer(foreign), _by_customer(row for row in found if row.text("LT") == "AA")
    return tuple(Owed(customer=one, amount=amount, base=bases.get(one, ZERO)) for one, amount in amounts.items())


def _by_customer(lines: Iterable[Row]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in lines:
        if customer := _subledger(row):
            sums[customer] = sums.get(customer, ZERO) + row.amount("AA")
    return sums


def _stage(lines: Sequence[Row]) -> Stage:
    return "posted" if all(row.text("POST") == "P" for row in lines) else "unposted"
