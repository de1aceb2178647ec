"""General journals: invoices, credit notes and their reversals, all debits first, then all credits, one voucher."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from integrations.connectors.dynamics365.dimensions import MAIN_ACCOUNT, escape, unescape
from integrations.connectors.dynamics365.odata import Row, amount, text
from integrations.connectors.dynamics365.records import DIMENSION, REVERSES, facts_of
from integrations.connectors.dynamics365.setup import LEDGER
from integrations.connectors.dynamics365.sinks.base import is_ours, row_of
from integrations.connectors.dynamics365.sinks.journals import Body, JournalSink
from integrations.connectors.dynamics365.sinks.rates import LINE_ORDER
from integrations.connectors.dynamics365.sinks.standing import Kind, Standing, date_of, transaction_found
from integrations.connectors.dynamics365.sinks.vouchers import lines_told
from integrations.connectors.dynamics365.transactions import ORDER, SET, facts_of_transaction
from integrations.contracts import Draft, Facts, Found, Value
from integrations.errors import ConnectorError, MappingError
from mappings.catalogue import TargetField

ACCOUNT_TYPES = ("Ledger", "Cust", "Vend", "Bank")
PER = 100  # exchange rates are stated per 100 units
HEADER = frozenset({"JournalName", "TransDate", "CurrencyCode", "lines", REVERSES})
RESERVED = frozenset({"dataAreaId", "JournalBatchNumber", "LineNumber", "Voucher", "Document", "TransDate"})


class GeneralJournalSink(JournalSink):
    """Writes and reads general journals that touch a customer."""

    kind = Kind(
        slug="journals",
        headers="LedgerJournalHeaders",
        lines="LedgerJournalLines",
        date="TransDate",
        rate="ExchRate",
        transaction_reference="DocumentNum",
    )

    def journal_name(self, draft: Draft) -> str:
        """Give the draft's journal name, else the connection's."""
        return str(draft.payload.get("JournalName") or self._ground.client.credentials.general_journal)

    def line_count(self, draft: Draft) -> int:
        """Count the lines."""
        return len(lines_of(draft))

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields of header and lines, with a field for every dimension of the active ledger format."""
        try:
            found = self._ground.setup.formats.get(LEDGER)
        except ConnectorError:
            found = None
        names = [name for name in found.segments if name != MAIN_ACCOUNT] if found else []
        own = [
            TargetField(
                name=f"{DIMENSION}{name}",
                label=f"Dimension {name}",
                type="reference",
                level="line",
                reference=f"dimension:{name}"[:40],
            )
            for name in names
        ]
        return (*super().catalogue(), *own)

    def bodies(self, draft: Draft) -> list[Body]:
        """Write the lines: debits first, then credits, numbered, of one date, none with an offset account."""
        lines = lines_of(draft)
        if not draft.payload.get("TransDate") or not draft.payload.get("CurrencyCode"):
            raise _wrong("The journal has no date or no currency", "TransDate")
        for name in draft.payload.keys() - HEADER:
            raise _wrong(f"{name} belongs to the journal's lines, not to its header", name)
        self._ground.check_names(self.slug, {name for line in lines for name in line if name not in RESERVED})
        self._check_balance(lines)
        ordered = sorted(lines, key=lambda line: not _number(line, "DebitAmount"))
        rate = self.rate_of_reversed(draft)
        return [self._body(draft, {**line, **rate}, number) for number, line in enumerate(ordered, 1)]

    def _body(self, draft: Draft, line: Mapping[str, Value], number: int) -> Body:
        for name in line.keys() & RESERVED:
            raise _wrong(f"{name} is set by the connector for all lines alike", name)
        if any(name.startswith("Offset") for name in line):
            raise _wrong("A line with an offset account could post before the document is whole", "OffsetAccountType")
        header = {"TransDate": draft.payload["TransDate"], "CurrencyCode": draft.payload["CurrencyCode"]}
        values = {**header, **line, "AccountDisplayValue": self._account(draft, line), "Document": draft.reference}
        return {"LineNumber": number, **row_of(values)}

    def _account(self, draft: Draft, line: Mapping[str, Value]) -> str:
        """Check the account and its dimensions, and give it escaped. Raises MappingError."""
        kind, display = str(line.get("AccountType") or "Ledger"), str(line.get("AccountDisplayValue") or "")
        on, setup = draft.facts.posting_date or draft.facts.date, self._ground.setup
        if kind not in ACCOUNT_TYPES or not display:
            raise _wrong(f"A line has no account, or one of the unknown kind {kind}", "AccountDisplayValue", display)
        default = str(line.get("DefaultDimensionDisplayValue") or "")
        if kind != "Ledger":
            setup.check_default_dimensions(default, on)
            return escape(unescape(display, setup.delimiter), setup.delimiter)
        if default:
            raise _wrong("A ledger account carries its dimensions itself", "DefaultDimensionDisplayValue", default)
        setup.check_ledger_account(display, on)
        return display

    def _check_balance(self, lines: Sequence[Mapping[str, Value]]) -> None:
        for line in lines:
            debit, credit = _number(line, "DebitAmount"), _number(line, "CreditAmount")
            if debit < 0 or credit < 0 or bool(debit) == bool(credit):
                raise _wrong("A line needs either a debit or a credit above zero", "DebitAmount", f"{debit}/{credit}")
        debits = sum((_number(line, "DebitAmount") for line in lines), Decimal(0))
        credits = sum((_number(line, "CreditAmount") for line in lines), Decimal(0))
        if debits != credits or not lines:
            raise _wrong(
                f"Debits of {debits} and credits of {credits} do not balance", "lines", f"{debits - credits}",
                code="d365_unbalanced",
            )  # fmt: skip

    # Reading

    def facts(self, draft: Draft | None, standing: Standing) -> Facts:
        """Give the facts of the lines; of a posted journal the open amount, too.

        A journal name may delete lines at posting: then the customer's transaction and the general ledger speak; where
        that is not published and the journal's total agrees with the draft, so must the lines have.
        """
        booked = standing.transactions[0] if standing.transactions else None
        if not standing.lines and booked is not None:
            facts = facts_of_transaction(booked)
            if draft and draft.facts.lines and standing.entries:
                party, delimiter = draft.facts.customer or "", self._ground.setup.delimiter
                return replace(facts, lines=lines_told(draft.facts.lines, standing.entries, party, delimiter))
            debits = (
                sum((line.amount for line in (draft.facts.lines or ()) if line.amount > 0), Decimal(0)) if draft else 0
            )
            is_whole = draft is not None and amount(standing.header, "JournalTotalDebit") in (debits, Decimal(0))
            return replace(facts, lines=draft.facts.lines) if draft and is_whole else facts
        currency = text(standing.lines[0], "CurrencyCode") if standing.lines else ""
        facts = facts_of(standing.lines, currency, date_of(standing.lines, "TransDate"), self._ground.setup.delimiter)
        if booked is None:
            return replace(facts, exchange_rate=None if facts.customer else self._rate(standing, currency))
        left = sum(
            (amount(row, "AmountCur") - amount(row, "SettleAmountCur") for row in standing.transactions), Decimal(0)
        )
        return replace(facts, open_amount=abs(left))

    def _rate(self, standing: Standing, currency: str) -> Decimal | None:
        """Give the exchange rate that a foreign journal's lines show, for one unit; on customers F&O settles itself."""
        is_own = currency == text(self._ground.setup.ledger, "AccountingCurrency")
        told = () if is_own else (amount(row, self.kind.rate) for row in standing.lines)
        return next((rate / PER for rate in told if rate), None)

    def is_kind(self, transaction: Row) -> bool:
        """Tell an invoice or credit note: it has a number."""
        return bool(text(transaction, "Invoice"))

    def business_hits(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find documents of others with the same invoice number and customer, posted or still in a journal."""
        wanted: dict[tuple[str, str], list[Draft]] = {}
        for draft in drafts:
            if number := _invoice_of(draft):
                wanted.setdefault((number, draft.facts.customer or ""), []).append(draft)
        numbers = list(dict.fromkeys(number for number, _ in wanted))
        if not numbers:
            return
        for row in self._ground.among(SET, "Invoice", numbers, ORDER):
            if not is_ours(text(row, "DocumentNum")):
                for draft in wanted.get((text(row, "Invoice"), text(row, "AccountNum")), ()):
                    yield draft, transaction_found(row)
        yield from self._unposted(wanted, numbers)

    def _unposted(
        self, wanted: Mapping[tuple[str, str], Sequence[Draft]], numbers: Sequence[str]
    ) -> Iterator[tuple[Draft, Found]]:
        delimiter = self._ground.setup.delimiter
        lines = self._ground.among(self.kind.lines, "Invoice", numbers, LINE_ORDER)
        batches: dict[str, tuple[str, str]] = {}
        for row in lines:
            if text(row, "AccountType") == "Cust" and not is_ours(text(row, "Document")):
                key = (text(row, "Invoice"), unescape(text(row, "AccountDisplayValue"), delimiter))
                batches[text(row, "JournalBatchNumber")] = key
        for batch, standing in self._by_batch(list(batches)).items():
            if not standing.is_posted:  # posted ones came as transactions
                for draft in wanted.get(batches[batch], ()):
                    yield draft, replace(self._found(standing, None), by_reference=False)


def lines_of(draft: Draft) -> list[Mapping[str, Value]]:
    """Give a draft's lines."""
    lines = draft.payload.get("lines")
    return [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list | tuple) else []


def _invoice_of(draft: Draft) -> str:
    return next((str(line["Invoice"]) for line in lines_of(draft) if line.get("Invoice")), "")


def _number(line: Mapping[str, Value], name: str) -> Decimal:
    value = line.get(name)
    if value in (None, ""):
        return Decimal(0)
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise _wrong(f"{name} is no amount", name, str(value)) from error


def _wrong(said: str, field: str, value: str = "", code: str = "d365_invalid_journal") -> MappingError:
    return MappingError(
        f"{said}: the journal is not sent. Mend the mapping, then replay the record.",
        code=code,
        field=field,
        value=ascii(value)[1:-1][:80],
    )
