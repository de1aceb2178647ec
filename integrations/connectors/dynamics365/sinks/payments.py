"""Customer payment journals: a payment or refund is one line with its offset account, whole or not there at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.dynamics365.dimensions import escape, unescape
from integrations.connectors.dynamics365.odata import Row, amount, between, day, either, text
from integrations.connectors.dynamics365.records import REVERSES, offset_of, signed_amount
from integrations.connectors.dynamics365.sinks.base import is_ours, row_of
from integrations.connectors.dynamics365.sinks.journals import Body, JournalSink
from integrations.connectors.dynamics365.sinks.rates import LINE_ORDER
from integrations.connectors.dynamics365.sinks.standing import Kind, Standing, transaction_found
from integrations.connectors.dynamics365.sinks.vouchers import other_side
from integrations.connectors.dynamics365.transactions import ORDER, SET, facts_of_transaction
from integrations.contracts import Application, Draft, Facts, Found, Receipt, Value
from integrations.errors import MappingError, RejectedError

SETTLED = "PaymentJournalLineSettledInvoices"
MARKS = ("MarkedInvoice", "MarkedInvoiceCompany", "SettleVoucher")
RESERVED = frozenset({"dataAreaId", "JournalBatchNumber", "LineNumber", "Voucher", "PaymentReference"})
BESIDE_LINE = frozenset({"JournalName", "settled", REVERSES})


class PaymentJournalSink(JournalSink):
    """Writes and reads customer payment journals: a receipt is a credit, a refund a debit."""

    kind = Kind(
        slug="payment_journals",
        headers="CustomerPaymentJournalHeaders",
        lines="CustomerPaymentJournalLines",
        date="TransactionDate",
        rate="ExchangeRate",
        transaction_reference="PaymReference",
    )

    def journal_name(self, draft: Draft) -> str:
        """Give the draft's journal name, else the connection's."""
        return str(draft.payload.get("JournalName") or self._ground.client.credentials.payment_journal)

    def line_count(self, draft: Draft) -> int:
        """Give one: the line carries its offset."""
        return 1

    def bodies(self, draft: Draft) -> list[Body]:
        """Write the one line. Raises MappingError for what F&O would refuse or change."""
        values = {name: value for name, value in draft.payload.items() if name not in BESIDE_LINE}
        for name in values.keys() & RESERVED:
            raise _wrong(f"{name} is set by the connector", name)
        self._ground.check_names(self.slug, set(values))
        self._check_amount(values)
        for name in ("TransactionDate", "CurrencyCode", "AccountDisplayValue"):
            if not values.get(name):
                raise _wrong(f"{name} is missing", name)
        made = {**values, **self.rate_of_reversed(draft), **self._accounts(draft), "PaymentReference": draft.reference}
        return [{"LineNumber": 1, **row_of(made)}]

    def _accounts(self, draft: Draft) -> Mapping[str, Value]:
        setup, values = self._ground.setup, draft.payload
        on = draft.facts.posting_date or draft.facts.date
        made: dict[str, Value] = {"AccountType": values.get("AccountType") or "Cust"}
        made["AccountDisplayValue"] = self._escaped(str(values["AccountDisplayValue"]))
        for name in ("DefaultDimensionsForAccountDisplayValue", "DefaultDimensionsForOffsetAccountDisplayValue"):
            setup.check_default_dimensions(str(values.get(name) or ""), on)
        offset = str(values.get("OffsetAccountDisplayValue") or "")
        if offset and values.get("OffsetAccountType") == "Ledger":
            setup.check_ledger_account(offset, on)
        elif offset:
            made["OffsetAccountDisplayValue"] = self._escaped(offset)
        return made

    def _escaped(self, account: str) -> str:
        delimiter = self._ground.setup.delimiter
        return escape(unescape(account, delimiter), delimiter)

    def _check_amount(self, values: Mapping[str, Value]) -> None:
        sides = [values.get(name) for name in ("DebitAmount", "CreditAmount") if values.get(name)]
        if len(sides) != 1 or not isinstance(sides[0], int | Decimal) or sides[0] <= 0:
            raise _wrong("A payment needs either a credit (receipt) or a debit (refund) above zero", "CreditAmount")

    # What it settles

    def after_lines(self, draft: Draft, batch: str) -> None:
        """Write the invoices that the payment settles, those that stand left out."""
        standing = (
            {text(row, "InvoiceNumber") for row in self._settled([batch]).get(batch, ())} if settles(draft) else set()
        )
        rows = [row for row in settles(draft) if str(row.get("InvoiceNumber")) not in standing]
        due = self._due_dates(draft, [str(row["InvoiceNumber"]) for row in rows if not row.get("InvoiceDueDate")])
        for row in rows:
            when = row.get("InvoiceDueDate") or due.get(str(row.get("InvoiceNumber")))
            if when:  # what is not open there cannot be settled: the money stays on account, and reading back tells
                self._settle(draft, batch, {**row, "InvoiceDueDate": when})

    def _line(self, draft: Draft, batch: str, body: Body, standing: Mapping[Decimal, Row]) -> Row:
        """Write the line; where F&O refuses because the marked invoice is not open, without the mark.

        The money is booked then, on account, and reading back shows that it settles nothing.
        """
        try:
            return super()._line(draft, batch, body, standing)
        except RejectedError:
            invoice = str(body.get("MarkedInvoice") or "")
            if not invoice or self._due_dates(draft, [invoice]):
                raise
        return super()._line(draft, batch, {name: one for name, one in body.items() if name not in MARKS}, standing)

    def _due_dates(self, draft: Draft, numbers: Sequence[str]) -> dict[str, date | None]:
        """Give F&O's own due dates of the customer's documents: they are part of what a settlement is known by."""
        if not numbers:
            return {}
        mine = [row for row in self._ground.among(SET, "Invoice", numbers, ORDER) if self._is_open(draft, row)]
        return {text(row, "Invoice"): day(row, "DueDate") for row in mine}

    def _is_open(self, draft: Draft, row: Row) -> bool:
        """Tell whether a transaction is of the draft's customer and currency, on the other side, and not closed."""
        facts, owed = draft.facts, amount(row, "AmountCur")
        is_other_side = owed < 0 if _is_refund(draft) else owed > 0
        is_mine = text(row, "AccountNum") == facts.customer and text(row, "CurrencyCode") == facts.currency
        return is_mine and is_other_side and owed != amount(row, "SettleAmountCur")

    def _settle(self, draft: Draft, batch: str, row: Mapping[str, Value]) -> None:
        company = self._ground.company
        body = {
            "JournalLineCompany": company,
            "JournalBatchNumber": batch,
            "JournalLineNumber": 1,
            "InvoiceCompany": company,
            **row_of(row),
        }
        self._ground.client.create(SETTLED, body)

    def is_complete(self, draft: Draft, standing: Standing) -> bool:
        """Tell whether line and settled invoices stand."""
        if not super().is_complete(draft, standing):
            return False
        wanted = {str(row.get("InvoiceNumber")) for row in settles(draft)}
        if standing.is_posted or not wanted:
            return True
        return wanted <= {text(row, "InvoiceNumber") for row in standing.settled}

    def apply(self, draft: Draft) -> Receipt:
        """Mark an invoice on a payment that is not posted yet. Raises RejectedError once it is, unless it is settled.

        `payload` names `MarkedInvoice`, and as `SettledAmount` how much must be settled where it is posted.
        """
        standing = self._by_batch([draft.external_id]).get(draft.external_id)
        if standing is not None and _is_settled(draft, standing):
            return Receipt(external_id=draft.external_id)
        if standing is None or not draft.payload.get("MarkedInvoice") or standing.is_posted or not standing.lines:
            raise RejectedError(
                f"The payment {draft.external_id} is posted already, or gone: settle it in F&O under Accounts "
                "receivable > Customers > All customers > Collect > Settle transactions.",
                code="d365_settle_by_hand",
                value=draft.external_id,
            )
        number = amount(standing.lines[0], "LineNumber")
        mark = {
            "MarkedInvoice": draft.payload.get("MarkedInvoice"),
            "MarkedInvoiceCompany": self._ground.company,
            "SettleVoucher": "SelectedTransact",
        }
        self._ground.client.change(self.kind.lines, self._line_keys(standing.batch, number), row_of(mark))
        return Receipt(external_id=draft.external_id)

    def is_applied(self, draft: Draft, standing: Standing) -> bool:
        """Tell whether the invoice is marked, or as much settled."""
        return _is_settled(draft, standing) or any(
            text(row, "MarkedInvoice") == str(draft.payload.get("MarkedInvoice")) for row in standing.lines
        )

    def _completed(self, headers: Sequence[Row]) -> list[Standing]:
        """Add what payments settle: one look-up for all of them."""
        standing = super()._completed(headers)
        settled = self._settled([one.batch for one in standing])
        return [replace(one, settled=tuple(settled.get(one.batch, ()))) for one in standing]

    def _settled(self, batches: Sequence[str]) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        company = self._ground.company
        for condition in either("JournalBatchNumber", batches):
            for row in self._ground.settled_rows(condition):
                if text(row, "JournalLineCompany").lower() == company:
                    found.setdefault(text(row, "JournalBatchNumber"), []).append(row)
        return found

    # Reading

    def facts(self, draft: Draft | None, standing: Standing) -> Facts:
        """Give the facts of the line; what it settles as marked, or, once posted, as the transaction confirms."""
        booked = standing.transactions[0] if standing.transactions else None
        if not standing.lines:
            facts = facts_of_transaction(booked) if booked is not None else Facts()
            return replace(facts, applied=_confirmed(draft, booked), dimensions=self._offset_told(draft, standing))
        line = standing.lines[0]
        on = day(line, "TransactionDate")
        facts = Facts(
            customer=unescape(text(line, "AccountDisplayValue"), self._ground.setup.delimiter),
            currency=text(line, "CurrencyCode"),
            total=abs(signed_amount(line)),
            date=on,
            posting_date=on,
            dimensions=offset_of(line),
            applied=self._applied(standing) or _confirmed(draft, booked) or (),
        )
        return facts if booked is None else replace(facts, open_amount=facts_of_transaction(booked).open_amount)

    def _offset_told(self, draft: Draft | None, standing: Standing) -> tuple[tuple[str, str], ...]:
        """Give the offset account of a line that is gone: as the ledger tells it, else as drafted.

        A bank's is not told: the ledger has the main account that F&O posts the bank to.
        """
        if draft is None:
            return ()
        drafted = offset_of(draft.payload)
        if not drafted or draft.payload.get("OffsetAccountType") != "Ledger" or not standing.transactions:
            return draft.facts.dimensions
        moved = amount(standing.transactions[0], "AmountCur")
        told = other_side(standing.entries, moved, drafted[0][1], self._ground.setup.delimiter)
        return ((drafted[0][0], told),) if told else draft.facts.dimensions

    def _applied(self, standing: Standing) -> tuple[Application, ...]:
        line = standing.lines[0]
        invoice = text(line, "MarkedInvoice")
        if invoice:
            return (Application(external_id=invoice, amount=abs(signed_amount(line))),)
        return tuple(
            Application(external_id=text(row, "InvoiceNumber"), amount=amount(row, "SettlementAmountInInvoiceCurrency"))
            for row in standing.settled
        )

    def is_kind(self, transaction: Row) -> bool:
        """Tell a payment or refund: it has no invoice number."""
        return not text(transaction, "Invoice")

    def business_hits(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find payments of others: same customer, currency, day and signed amount, posted or still in a journal."""
        wanted: dict[tuple[object, ...], list[Draft]] = {}
        for draft in drafts:
            facts = draft.facts
            if facts.customer and facts.date and facts.total:
                key = (facts.customer, facts.currency, facts.date, facts.total, _is_refund(draft))
                wanted.setdefault(key, []).append(draft)
        days = sorted(draft.facts.date for some in wanted.values() for draft in some if draft.facts.date)
        if not days:
            return
        period = between("TransDate", days[0], days[-1])
        customers = [str(key[0]) for key in wanted]
        for condition in either("AccountNum", customers):
            for row in self._ground.rows(SET, f"{period} and {condition}", ORDER):
                if self.is_kind(row) and not is_ours(text(row, "PaymReference")):
                    for draft in wanted.get(_transaction_key(row), ()):
                        yield draft, transaction_found(row)
        yield from self._unposted(wanted, between(self.kind.date, days[0], days[-1]))

    def _unposted(
        self, wanted: Mapping[tuple[object, ...], Sequence[Draft]], dated: str
    ) -> Iterator[tuple[Draft, Found]]:
        keys: dict[str, tuple[object, ...]] = {}
        for row in self._ground.rows(self.kind.lines, dated, LINE_ORDER):
            key = self._line_key(row)
            if key in wanted and not is_ours(text(row, "PaymentReference")):
                keys[text(row, "JournalBatchNumber")] = key
        for batch, standing in self._by_batch(list(keys)).items():
            if not standing.is_posted:
                for draft in wanted[keys[batch]]:
                    yield draft, replace(self._found(standing, None), by_reference=False)

    def _line_key(self, row: Row) -> tuple[object, ...]:
        account = unescape(text(row, "AccountDisplayValue"), self._ground.setup.delimiter)
        signed = signed_amount(row)
        return (account, text(row, "CurrencyCode"), day(row, "TransactionDate"), abs(signed), signed > 0)


def settles(draft: Draft) -> list[Mapping[str, Value]]:
    """Give the invoices that a draft settles beside the one marked on its line."""
    rows = draft.payload.get("settled")
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []


def _transaction_key(row: Row) -> tuple[object, ...]:
    signed = amount(row, "AmountCur")
    return (text(row, "AccountNum"), text(row, "CurrencyCode"), day(row, "TransDate"), abs(signed), signed > 0)


def _is_settled(draft: Draft, standing: Standing) -> bool:
    """Tell whether a posted payment is settled by just what is to be settled of it: F&O did, or its people."""
    wanted = draft.payload.get("SettledAmount")
    booked = standing.transactions[0] if standing.transactions else None
    return bool(wanted) and booked is not None and abs(amount(booked, "SettleAmountCur")) == Decimal(str(wanted))


def _is_refund(draft: Draft) -> bool:
    return bool(draft.payload.get("DebitAmount"))


def _confirmed(draft: Draft | None, booked: Row | None) -> tuple[Application, ...] | None:
    """Take the drafted settlement as done where the posted transaction is settled by just its sum."""
    if draft is None or booked is None or not draft.facts.applied:
        return None
    settled = abs(amount(booked, "SettleAmountCur"))
    return draft.facts.applied if settled == sum((one.amount for one in draft.facts.applied), Decimal(0)) else None


def _wrong(said: str, field: str) -> MappingError:
    return MappingError(
        f"{said}: the payment is not sent. Mend the mapping, then replay the record.",
        code="d365_invalid_journal",
        field=field,
    )
