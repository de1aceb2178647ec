"""Transactions: invoices, credit memos, customer payments and customer refunds, written and read alike."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from integrations.connectors.netsuite.client import Client
from integrations.connectors.netsuite.records import ACCOUNT, DIMENSIONS, sublist
from integrations.connectors.netsuite.sinks.applying import Row as ApplyRow
from integrations.connectors.netsuite.sinks.applying import lacking, may_name_twice, names_of, naming_own, rows_of
from integrations.connectors.netsuite.sinks.base import RecordSink, is_creation
from integrations.connectors.netsuite.suiteql import Query, Row, amount, chunks, day, ids, marks
from integrations.contracts import Application, Booked, Draft, Facts, Found, LineFact, OpenItem, Receipt, Stage

_HEADERS = """
SELECT t.id, t.type, t.externalid, t.tranid, t.entity, c.symbol AS currency,
       TO_CHAR(t.trandate, 'YYYY-MM-DD') AS trandate, t.foreigntotal, t.foreignamountunpaid,
       t.foreignpaymentamountunused, t.exchangerate, t.status, t.posting
FROM transaction t JOIN currency c ON c.id = t.currency
WHERE {condition}
ORDER BY t.id
"""
_LINES = """
SELECT l.transaction, l.id, l.item, l.foreignamount, l.taxline, l.accountinglinetype, l.department, l.class, l.location
FROM transactionline l JOIN transaction t ON t.id = l.transaction
WHERE {condition} AND l.mainline = 'F'
ORDER BY l.transaction, l.id
"""
_CODED = """
SELECT l.transaction, l.department, l.class, l.location
FROM transactionline l JOIN transaction t ON t.id = l.transaction
WHERE {condition} AND l.mainline = 'T'
ORDER BY l.transaction
"""
_ACCOUNTS = """
SELECT DISTINCT a.transaction, a.account
FROM transactionaccountingline a JOIN transaction t ON t.id = a.transaction
WHERE {condition}
ORDER BY a.transaction, a.account
"""
_APPLICATIONS = """
SELECT k.nextdoc, k.previousdoc, k.foreignamount
FROM nexttransactionlinelink k JOIN transaction t ON t.id = k.nextdoc
WHERE {condition}
ORDER BY k.nextdoc, k.previousdoc
"""
_SETTLED_LATER = """
SELECT k.nextdoc, k.previousdoc, k.foreignamount, n.type AS nexttype, p.type AS previoustype
FROM nexttransactionlinelink k JOIN transaction n ON n.id = k.nextdoc JOIN transaction p ON p.id = k.previousdoc
WHERE (n.trandate > TO_DATE(?, 'YYYY-MM-DD') AND p.trandate <= TO_DATE(?, 'YYYY-MM-DD'))
   OR (n.trandate <= TO_DATE(?, 'YYYY-MM-DD') AND p.trandate > TO_DATE(?, 'YYYY-MM-DD'))
ORDER BY k.nextdoc, k.previousdoc
"""
_DATED = "t.trandate >= TO_DATE(?, 'YYYY-MM-DD') AND t.trandate <= TO_DATE(?, 'YYYY-MM-DD')"
_OPEN = "t.trandate <= TO_DATE(?, 'YYYY-MM-DD') AND (t.foreignamountunpaid <> 0 OR t.foreignpaymentamountunused <> 0)"
_NO_SALES_LINE = ("COGS", "ASSET")  # NetSuite's own lines of stocked items

Lines = Mapping[str, tuple[LineFact, ...]]
Applications = Mapping[str, tuple[Application, ...]]
Key = tuple[object, ...]
Wanted = Mapping[Key, Sequence[Draft]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A type of transaction. `stages` are status letters that do not mean posted; `is_owed` tells its sign.

    `has_number` says that people know it by its number; money is recognised by customer, amount and day.
    """

    slug: str
    record: str
    type_code: str
    stages: Mapping[str, Stage]
    has_lines: bool = False
    has_applications: bool = False
    is_owed: bool = False

    @property
    def has_number(self) -> bool:
        """Whether it is recognised by its number."""
        return self.has_lines


# The letters' meanings are inferred (the vendor lists only the letters): D and E wait for approval or were rejected.
INVOICES = Kind(
    slug="invoices",
    record="invoice",
    type_code="CustInvc",
    stages={"D": "on_hold", "E": "rejected", "V": "voided"},
    has_lines=True,
    is_owed=True,
)
CREDIT_MEMOS = Kind(
    slug="credit_memos",
    record="creditMemo",
    type_code="CustCred",
    stages={"V": "voided"},
    has_lines=True,
    has_applications=True,
)
PAYMENTS = Kind(
    slug="payments",
    record="customerPayment",
    type_code="CustPymt",
    stages={"A": "on_hold", "R": "rejected", "V": "voided"},
    has_applications=True,
)
REFUNDS = Kind(
    slug="refunds",
    record="customerRefund",
    type_code="CustRfnd",
    stages={"V": "voided"},
    has_applications=True,
    is_owed=True,
)
KINDS = {kind.type_code: kind for kind in (INVOICES, CREDIT_MEMOS, PAYMENTS, REFUNDS)}
_OURS = f"t.type IN ({', '.join(repr(code) for code in KINDS)})"


class DocumentSink(RecordSink):
    """Writes and reads one type of transaction; a batch takes one query for headers and one for lines or links.

    External ids are unique over all types, so look-ups by id find a document of any of the four types: a reversal is
    of another type than what it reverses.
    """

    def __init__(self, client: Client, kind: Kind) -> None:
        super().__init__(client)
        self.slug = kind.slug
        self.record = kind.record
        self._kind = kind

    def book(self, draft: Draft) -> Receipt:
        """Write the document; where one may be named twice, only those applications that do not stand yet."""
        draft = naming_own(draft)
        rows = rows_of(draft)
        if draft.operation == "create" or not may_name_twice(rows):
            return super().book(draft)
        own, left = self._unsettled_rows(draft, rows)
        if own and not left:
            return Receipt(external_id=own, summary={"status": "stands already"})
        receipt = super().book(replace(draft, payload={**draft.payload, "apply": sublist(left)}))
        return replace(receipt, summary={**receipt.summary, "applications_left_out": len(rows) - len(left)})

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read by internal id what stands, and how it is coded where a draft states that: a query for each of both."""
        found = dict(super().read_back(booked))
        asked = [one for one in booked if one.draft.reference in found and one.draft.facts.dimensions]
        if asked:
            named = {name for one in asked for name, _ in one.draft.facts.dimensions}
            where = f"t.id IN ({ids(one.external_id for one in asked)})"
            coded = self._coded(where) if named & set(DIMENSIONS) else {}
            moved = self._accounts(where, ()) if ACCOUNT in named and self._kind.has_lines else {}
            for one in asked:
                stands = found[one.draft.reference]
                told = (*coded.get(one.external_id, ()), *_moving(moved.get(one.external_id, ())))
                facts = replace(stands.facts, dimensions=(*stands.facts.dimensions, *told))
                found[one.draft.reference] = replace(stands, facts=facts)
        return found

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List the documents of this type dated in [start, end], whoever made them: three queries, whatever they are.

        Source: section 5 of the vendor file (SuiteQL tables transaction, transactionline, nexttransactionlinelink).
        """
        condition = f"t.type = ? AND {_DATED}"
        params = (self._kind.type_code, start.isoformat(), end.isoformat())
        return self._complete(self._headers(condition, params), condition, params)

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """List what was open at the end of a day: open now, with what was settled by later documents put back.

        NetSuite keeps no date of an application of its own: it counts from the later of the two documents' dates.
        """
        later = self._settled_later(as_of.isoformat())
        condition, params = f"t.type = ? AND {_OPEN}", (self._kind.type_code, as_of.isoformat())
        rows = {row["id"]: row for row in self._headers(condition, params)}
        for part in chunks([id for id in later if id not in rows]):
            wanted = f"t.type = ? AND t.id IN ({ids(part)}) AND t.trandate <= TO_DATE(?, 'YYYY-MM-DD')"
            rows |= {row["id"]: row for row in self._headers(wanted, params)}
        for row in rows.values():
            left = (_unsettled(row) or Decimal(0)) + later.get(row["id"], Decimal(0))
            if left and self._stage(self._kind, row) == "posted":
                yield _open_item(row, left if self._kind.is_owed else -left)

    def _settled_later(self, day_: str) -> dict[str, Decimal]:
        """Give, by document, what was applied between it and a document dated after the day."""
        sums: dict[str, Decimal] = {}
        for row in self._client.rows(Query(sql=_SETTLED_LATER, params=(day_,) * 4)):
            value = abs(amount(row, "foreignamount") or Decimal(0))
            for side in ("next", "previous"):
                if row.get(f"{side}type") == self._kind.type_code:
                    id = row[f"{side}doc"]
                    sums[id] = sums.get(id, Decimal(0)) + value
        return sums

    def by_external_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find the documents that carry these external ids."""
        return self._documents(f"t.externalid IN ({marks(values)})", tuple(values))

    def by_internal_id(self, values: Sequence[str]) -> Iterator[Found]:
        """Find documents by their internal ids."""
        return self._documents(f"t.id IN ({ids(values)})", ())

    def by_business_key(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find invoices and credit memos by number, customer and currency, money by customer, currency, amount, day."""
        return self._same_number(drafts) if self._kind.has_number else self._same_money(drafts)

    def _same_number(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Look for the same number; two documents of one number in two currencies are two documents."""
        wanted = _keyed(
            drafts,
            lambda draft: (str(draft.payload.get("tranId") or ""), draft.facts.customer, draft.facts.currency),
        )
        numbers = list(dict.fromkeys(str(number) for number, *_ in wanted if number))
        if not numbers:
            return iter(())
        rows = self._headers(f"t.type = ? AND t.tranid IN ({marks(numbers)})", (self._kind.type_code, *numbers))
        keys = [((row.get("tranid"), row.get("entity"), row.get("currency")), row) for row in rows]
        return self._paired(wanted, keys)

    def _same_money(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        wanted = _keyed(
            drafts, lambda draft: (draft.facts.customer, draft.facts.currency, draft.facts.total, draft.facts.date)
        )
        customers = ids(draft.facts.customer or "" for draft in drafts)
        days = sorted(draft.facts.date for draft in drafts if draft.facts.date)
        if not days or not customers:
            return iter(())
        condition = f"t.type = ? AND t.entity IN ({customers}) AND {_DATED}"
        rows = self._headers(condition, (self._kind.type_code, days[0].isoformat(), days[-1].isoformat()))
        keys = [((row.get("entity"), row.get("currency"), _total(row), day(row, "trandate")), row) for row in rows]
        return self._paired(wanted, keys)

    def _paired(self, wanted: Wanted, keyed: Sequence[tuple[Key, Row]]) -> Iterator[tuple[Draft, Found]]:
        """Give each draft the rows of its key, completed."""
        hits = [(draft, row) for key, row in keyed for draft in wanted.get(key, ())]
        found = {one.external_id: one for one in self._complete([row for _, row in hits])}
        return ((draft, found[row["id"]]) for draft, row in hits)

    def _unsettled_rows(self, draft: Draft, rows: Sequence[ApplyRow]) -> tuple[str, Sequence[ApplyRow]]:
        """Give the id of the document, empty if it is not there yet, and its rows that do not stand."""
        by_reference = is_creation(draft)
        names = [*names_of(rows), *([draft.reference] if by_reference else [])]
        found = self._headers(f"{_OURS} AND t.externalid IN ({marks(names)})", tuple(names)) if names else []
        known = {row["externalid"]: row["id"] for row in found}
        own = known.get(draft.reference, "") if by_reference else draft.external_id
        if not own:
            return "", rows
        applied = self._applications(f"t.id IN ({ids([own])})", ()).get(own, ())
        return own, lacking(rows, {one.external_id: one.amount for one in applied}, known)

    def _documents(self, condition: str, params: tuple[str, ...]) -> Iterator[Found]:
        return self._complete(self._headers(f"{_OURS} AND {condition}", params))

    def _headers(self, condition: str, params: tuple[str, ...]) -> list[Row]:
        return list(self._client.rows(Query(sql=_HEADERS.format(condition=condition), params=params)))

    def _complete(self, rows: Sequence[Row], condition: str = "", params: tuple[str, ...] = ()) -> Iterator[Found]:
        """Add lines and applications to header rows, one query each for all of them, by ids or by the condition."""
        if not rows:
            return iter(())
        where = condition or f"t.id IN ({ids(row['id'] for row in rows)})"
        kinds = [self._kind_of(row) for row in rows]
        totals = {row["id"]: _total(row) for row in rows}
        lines = self._lines(where, params, totals) if any(kind.has_lines for kind in kinds) else {}
        applied = self._applications(where, params) if any(kind.has_applications for kind in kinds) else {}
        accounts = self._accounts(where, params) if not all(kind.has_lines for kind in kinds) else {}
        return (self._found(row, lines, applied, accounts.get(row["id"], ())) for row in rows)

    def _lines(self, where: str, params: tuple[str, ...], totals: Mapping[str, Decimal | None]) -> Lines:
        rows: dict[str, list[Row]] = {}
        for row in self._client.rows(Query(sql=_LINES.format(condition=where), params=params)):
            if row.get("accountinglinetype") not in _NO_SALES_LINE:
                rows.setdefault(row["transaction"], []).append(row)
        return {key: _as_printed(some, totals.get(key)) for key, some in rows.items()}

    def _coded(self, where: str) -> dict[str, tuple[tuple[str, str], ...]]:
        """Give, by document, department, class and location of its header."""
        rows = self._client.rows(Query(sql=_CODED.format(condition=where), params=()))
        return {row["transaction"]: _dimensions(row) for row in rows}

    def _accounts(self, where: str, params: tuple[str, ...]) -> dict[str, list[str]]:
        """Give, by document, every account that it moves."""
        moved: dict[str, list[str]] = {}
        for row in self._client.rows(Query(sql=_ACCOUNTS.format(condition=where), params=params)):
            moved.setdefault(row["transaction"], []).append(row.get("account", ""))
        return moved

    def _applications(self, where: str, params: tuple[str, ...]) -> Applications:
        sums: dict[str, dict[str, Decimal]] = {}
        for row in self._client.rows(Query(sql=_APPLICATIONS.format(condition=where), params=params)):
            applied = sums.setdefault(row["nextdoc"], {})
            value = abs(amount(row, "foreignamount") or Decimal(0))
            applied[row["previousdoc"]] = applied.get(row["previousdoc"], Decimal(0)) + value
        return {
            payment: tuple(Application(external_id=invoice, amount=value) for invoice, value in some.items() if value)
            for payment, some in sums.items()
        }

    def _found(self, row: Row, lines: Lines, applied: Applications, accounts: Sequence[str]) -> Found:
        kind = self._kind_of(row)
        return Found(
            external_id=row["id"],
            reference=row.get("externalid", ""),
            stage=self._stage(kind, row),
            number=row.get("tranid", ""),
            facts=Facts(
                customer=row.get("entity"),
                currency=row.get("currency"),
                total=_total(row),
                open_amount=_open_amount(row, applied.get(row["id"], ())),
                exchange_rate=_foreign_rate(row),
                date=day(row, "trandate"),
                dimensions=_moving(accounts),
                lines=lines.get(row["id"], ()) if kind.has_lines else None,
                applied=applied.get(row["id"], ()) if kind.has_applications else None,
            ),
        )

    def _kind_of(self, row: Row) -> Kind:
        return KINDS.get(row.get("type", ""), self._kind)

    def _stage(self, kind: Kind, row: Row) -> Stage:
        letter = row.get("status", "").rpartition(":")[2]  # "A", or "CustInvc:A" in some accounts
        if letter in kind.stages:
            return kind.stages[letter]
        return "unposted" if row.get("posting") == "F" else "posted"


def _total(row: Row) -> Decimal | None:
    """Give the document's total as printed: SuiteQL signs payments and credits by their effect on the receivable."""
    total = amount(row, "foreigntotal")
    return None if total is None else abs(total)


def _unsettled(row: Row) -> Decimal | None:
    """Give what is still due on an invoice, or left of a payment or credit; None where neither column says it."""
    for column in ("foreignamountunpaid", "foreignpaymentamountunused"):
        if (value := amount(row, column)) is not None:
            return abs(value)
    return None


def _open_amount(row: Row, applied: tuple[Application, ...]) -> Decimal | None:
    """Give what is open: by NetSuite's own column, else the total less what is applied; a refund is always used up."""
    left = _unsettled(row)
    total = _total(row)
    if left is not None or total is None or row.get("type") == INVOICES.type_code:
        return left
    return total - sum((one.amount for one in applied), Decimal(0))


def _foreign_rate(row: Row) -> Decimal | None:
    """Give the rate of a foreign document; one in the ledger's own currency has none."""
    rate = amount(row, "exchangerate")
    return None if rate == 1 else rate


def _open_item(row: Row, left: Decimal) -> OpenItem:
    return OpenItem(
        external_id=row["id"],
        reference=row.get("externalid", ""),
        customer=row.get("entity", ""),
        currency=row.get("currency", ""),
        amount=left,
        number=row.get("tranid", ""),
    )


def _moving(accounts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((ACCOUNT, id) for id in accounts)


def _dimensions(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple((name, id) for name in DIMENSIONS if (id := row.get(name)))


def _as_printed(rows: Sequence[Row], total: Decimal | None) -> tuple[LineFact, ...]:
    """Give the item lines with the document's own signs: in SuiteQL income lines are credits, so negative on an
    invoice.

    Should a version show them the other way round, then their sum has the total's sign: both readings end alike.
    """
    amounts = [amount(row, "foreignamount") or Decimal(0) for row in rows]
    is_plain = bool(total) and sum(amounts, Decimal(0)) == total
    return tuple(
        LineFact(account=row["item"], amount=value if is_plain else -value, dimensions=_dimensions(row))
        for row, value in zip(rows, amounts, strict=True)
        if row.get("item") and row.get("taxline") != "T"
    )


def _keyed(drafts: Sequence[Draft], key: Callable[[Draft], Key]) -> Wanted:
    """Group drafts by key: two payments may be alike."""
    groups: dict[Key, list[Draft]] = {}
    for draft in drafts:
        groups.setdefault(key(draft), []).append(draft)
    return groups
