"""Transactions: invoices and payments now; a credit memo or a refund is one more `Kind`."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.connectors.netsuite.client import Client
from integrations.connectors.netsuite.sinks.base import RecordSink
from integrations.connectors.netsuite.suiteql import Query, Row, amount, day, ids, marks
from integrations.contracts import Application, Draft, Facts, Found, LineFact, Stage

_HEADERS = """
SELECT t.id, t.externalid, t.tranid, t.entity, c.symbol AS currency, TO_CHAR(t.trandate, 'YYYY-MM-DD') AS trandate,
       t.foreigntotal, t.foreignamountunpaid, t.status, t.posting
FROM transaction t JOIN currency c ON c.id = t.currency
WHERE t.type = ? AND {condition}
ORDER BY t.id
"""
_LINES = """
SELECT l.transaction, l.id, l.item, l.foreignamount, l.taxline, l.accountinglinetype
FROM transactionline l
WHERE l.transaction IN ({ids}) AND l.mainline = 'F'
ORDER BY l.transaction, l.id
"""
_APPLICATIONS = """
SELECT k.nextdoc, k.previousdoc, k.foreignamount
FROM nexttransactionlinelink k
WHERE k.nextdoc IN ({ids})
ORDER BY k.nextdoc, k.previousdoc
"""
_NO_SALES_LINE = ("COGS", "ASSET")  # NetSuite's own lines of stocked items

Lines = Mapping[str, tuple[LineFact, ...]]
Applications = Mapping[str, tuple[Application, ...]]
Key = tuple[object, ...]
Wanted = Mapping[Key, Sequence[Draft]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of transaction. `stages` are status letters that do not mean posted."""

    slug: str
    record: str
    type_code: str
    stages: Mapping[str, Stage]
    has_lines: bool = False
    has_applications: bool = False


# The letters' meanings are inferred (the vendor lists only the letters): D and E wait for approval or were rejected.
INVOICES = Kind(
    slug="invoices",
    record="invoice",
    type_code="CustInvc",
    stages={"D": "on_hold", "E": "on_hold", "V": "voided"},
    has_lines=True,
)
PAYMENTS = Kind(
    slug="payments",
    record="customerPayment",
    type_code="CustPymt",
    stages={"A": "on_hold", "R": "on_hold", "V": "voided"},
    has_applications=True,
)


class DocumentSink(RecordSink):
    """Writes and reads one type of transaction; a batch takes one query for headers and one for lines or links."""

    def __init__(self, client: Client, kind: Kind) -> None:
        super().__init__(client)
        self.slug = kind.slug
        self.record = kind.record
        self._kind = kind

    def by_external_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find the documents of this type that carry these external ids."""
        return self._documents(f"t.externalid IN ({marks(values)})", tuple(values))

    def by_internal_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find documents by their internal ids."""
        return self._documents(f"t.id IN ({ids(values)})", ())

    def by_business_key(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find invoices by number and customer, payments by customer, currency, amount and day."""
        if self._kind.has_applications:
            return self._same_money(drafts)
        return self._same_number(drafts)

    def _same_number(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        wanted = _keyed(drafts, lambda draft: (str(draft.payload.get("tranId") or ""), draft.facts.customer))
        numbers = list(dict.fromkeys(str(number) for number, _ in wanted if number))
        if not numbers:
            return iter(())
        rows = self._headers(f"t.tranid IN ({marks(numbers)})", tuple(numbers))
        return self._paired(wanted, [((row.get("tranid"), row.get("entity")), row) for row in rows])

    def _same_money(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        wanted = _keyed(
            drafts, lambda draft: (draft.facts.customer, draft.facts.currency, draft.facts.total, draft.facts.date)
        )
        customers = ids(draft.facts.customer or "" for draft in drafts)
        days = sorted(draft.facts.date for draft in drafts if draft.facts.date)
        if not days or not customers:
            return iter(())
        condition = (
            f"t.entity IN ({customers})"
            " AND t.trandate >= TO_DATE(?, 'YYYY-MM-DD') AND t.trandate <= TO_DATE(?, 'YYYY-MM-DD')"
        )
        rows = self._headers(condition, (days[0].isoformat(), days[-1].isoformat()))
        keys = [((row.get("entity"), row.get("currency"), _total(row), day(row, "trandate")), row) for row in rows]
        return self._paired(wanted, keys)

    def _paired(self, wanted: Wanted, keyed: Sequence[tuple[Key, Row]]) -> Iterator[tuple[Draft, Found]]:
        """Give each draft the rows of its key, completed."""
        hits = [(draft, row) for key, row in keyed for draft in wanted.get(key, ())]
        found = {one.external_id: one for one in self._complete([row for _, row in hits])}
        return ((draft, found[row["id"]]) for draft, row in hits)

    def _documents(self, condition: str, params: tuple[str, ...]) -> Iterator[Found]:
        return self._complete(self._headers(condition, params))

    def _headers(self, condition: str, params: tuple[str, ...]) -> list[Row]:
        query = Query(sql=_HEADERS.format(condition=condition), params=(self._kind.type_code, *params))
        return list(self._client.rows(query))

    def _complete(self, rows: Sequence[Row]) -> Iterator[Found]:
        """Add lines and applications to header rows, one query each for all of them."""
        wanted = ids(row["id"] for row in rows)
        if not wanted:
            return iter(())
        totals = {row["id"]: _total(row) for row in rows}
        lines = self._lines(wanted, totals) if self._kind.has_lines else None
        applied = self._applications(wanted) if self._kind.has_applications else None
        return (self._found(row, lines, applied) for row in rows)

    def _lines(self, wanted: str, totals: Mapping[str, Decimal | None]) -> Lines:
        rows: dict[str, list[tuple[str, Decimal]]] = {}
        for row in self._client.rows(Query(sql=_LINES.format(ids=wanted))):
            if row.get("accountinglinetype") not in _NO_SALES_LINE:
                value = amount(row, "foreignamount")
                item = "" if row.get("taxline") == "T" else row.get("item", "")
                rows.setdefault(row["transaction"], []).append((item, value or Decimal(0)))
        return {key: _as_printed(some, totals.get(key)) for key, some in rows.items()}

    def _applications(self, wanted: str) -> Applications:
        sums: dict[str, dict[str, Decimal]] = {}
        for row in self._client.rows(Query(sql=_APPLICATIONS.format(ids=wanted))):
            applied = sums.setdefault(row["nextdoc"], {})
            value = abs(amount(row, "foreignamount") or Decimal(0))
            applied[row["previousdoc"]] = applied.get(row["previousdoc"], Decimal(0)) + value
        return {
            payment: tuple(Application(external_id=invoice, amount=value) for invoice, value in some.items() if value)
            for payment, some in sums.items()
        }

    def _found(self, row: Row, lines: Lines | None, applied: Applications | None) -> Found:
        total = _total(row)
        applications = None if applied is None else applied.get(row["id"], ())
        return Found(
            external_id=row["id"],
            reference=row.get("externalid", ""),
            stage=self._stage(row),
            facts=Facts(
                customer=row.get("entity"),
                currency=row.get("currency"),
                total=total,
                open_amount=_open_amount(row, total, applications),
                date=day(row, "trandate"),
                lines=None if lines is None else lines.get(row["id"], ()),
                applied=applications,
            ),
        )

    def _stage(self, row: Row) -> Stage:
        letter = row.get("status", "").rpartition(":")[2]  # "A", or "CustInvc:A" in some accounts
        if letter in self._kind.stages:
            return self._kind.stages[letter]
        return "unposted" if row.get("posting") == "F" else "posted"


def _total(row: Row) -> Decimal | None:
    """Give the document's total as printed: SuiteQL signs payments and credits by their effect on the receivable."""
    total = amount(row, "foreigntotal")
    return None if total is None else abs(total)


def _open_amount(row: Row, total: Decimal | None, applied: tuple[Application, ...] | None) -> Decimal | None:
    """Give what is still due on an invoice, or not yet applied of a payment."""
    if applied is not None:
        return None if total is None else total - sum((one.amount for one in applied), Decimal(0))
    unpaid = amount(row, "foreignamountunpaid")
    return None if unpaid is None else abs(unpaid)


def _as_printed(lines: Sequence[tuple[str, Decimal]], total: Decimal | None) -> tuple[LineFact, ...]:
    """Give the item lines with the document's own signs: in SuiteQL income lines are credits, so negative on an
    invoice.

    Should a version show them the other way round, then their sum has the total's sign: both readings end alike.
    """
    is_plain = bool(total) and sum((value for _, value in lines), Decimal(0)) == total
    return tuple(LineFact(account=item, amount=value if is_plain else -value) for item, value in lines if item)


def _keyed(drafts: Sequence[Draft], key: Callable[[Draft], Key]) -> Wanted:
    """Group drafts by key: two payments may be alike."""
    groups: dict[Key, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(key(draft), []).append(draft)
    return groups
