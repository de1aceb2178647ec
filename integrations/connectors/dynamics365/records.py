"""What pairs may know of F&O: our references, the payloads that sinks write, their facts, and what streams read."""

from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from integrations.connectors.dynamics365.dimensions import (
    DELIMITERS,
    MAIN_ACCOUNT,
    Format,
    escape,
    format_of,
    unescape,
)
from integrations.contracts import Application, Day, Facts, LineFact, ReferenceEntry, Value

__all__ = ["DELIMITERS", "MAIN_ACCOUNT", "Format", "escape", "unescape"]

POST, APPLY = "post", "apply"  # operations on a journal that stands; `apply:<invoice>` marks an invoice
LEDGER_FORMAT, DEFAULT_FORMAT = "ledger", "default"  # codes of the reference kind `dimension_format`
DIMENSION = "Dimension."  # mapping fields of a line: `Dimension.BusinessUnit`
REVERSES = "ReversesJournal"  # beside a reversal's payload: the journal whose exchange rate it takes over
LONGEST_REFERENCE = 20
_MARKS = ("MarkedInvoice", "MarkedInvoiceCompany", "SettleVoucher", "settled")

Payload = dict[str, Value]


# Read by streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer."""

    account: str
    name: str
    group: str
    currency: str
    email: str
    on_hold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """A journal's header, as polled until it is posted."""

    batch: str
    journal_name: str
    description: str  # our reference, where we wrote it
    is_posted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A posted customer transaction. Payments and credits have negative amounts."""

    id: str
    account: str
    voucher: str
    invoice: str
    date: Day | None
    due_date: Day | None
    currency: str
    amount: Decimal
    settled: Decimal
    document: str
    payment_reference: str
    text: str

    @property
    def open_amount(self) -> Decimal:
        """What is not settled, with the amount's sign."""
        return self.amount - self.settled


# References


def reference(site: str, kind: str, key: str, operation: str = "create", revision: int = 1) -> str:
    """Give our reference of a document: 20 characters, always the same for the same arguments.

    It is a journal's description, its lines' document or payment reference, and a customer's account: letters and
    digits only, so that no dimension delimiter and no wildcard can be in it. How long F&O's own columns are is not
    documented; 20 fits those known of.
    """
    raw = "\n".join((site, kind, key, operation, str(revision)))
    return "C" + b32encode(sha256(raw.encode()).digest()).decode("ascii")[: LONGEST_REFERENCE - 1]


# Dimensions


def active_format(references: Mapping[tuple[str, str], ReferenceEntry], kind: str) -> Format | None:
    """Give the active format (`LEDGER_FORMAT` or `DEFAULT_FORMAT`) out of the reference data; None without one."""
    entry = references.get(("dimension_format", kind))
    if entry is None or not entry.is_active:
        return None
    return format_of(entry.details.get("pattern", ""), entry.details.get("delimiter", "-"))


def account_of(values: Mapping[str, Value], ledger: Format) -> str:
    """Build a ledger string of a mapped line's `MainAccount` and `Dimension.<name>`. Raises MappingError."""
    return ledger.write({MAIN_ACCOUNT: str(values.get(MAIN_ACCOUNT) or ""), **dimensions_of(values)})


def dimensions_of(values: Mapping[str, Value]) -> dict[str, str]:
    """Give the dimensions that a mapped line names; blanks are left out."""
    return {
        name[len(DIMENSION) :]: str(value) for name, value in values.items() if name.startswith(DIMENSION) and value
    }


def plain_fields(values: Mapping[str, Value]) -> Payload:
    """Give what goes to F&O as it stands: without the mapping's own fields, and without blanks."""
    return {
        name: value
        for name, value in values.items()
        if name != MAIN_ACCOUNT and not name.startswith(DIMENSION) and value not in (None, "")
    }


# Journals


def sided(amount: Decimal) -> Payload:
    """Write a signed amount: positive is debit."""
    return {"DebitAmount": amount} if amount >= 0 else {"CreditAmount": -amount}


def customer_line(account: str, amount: Decimal, delimiter: str, fields: Mapping[str, Value] | None = None) -> Payload:
    """Write a journal's line on a customer; positive is what the customer owes."""
    line: Payload = {"AccountType": "Cust", "AccountDisplayValue": escape(account, delimiter), **sided(amount)}
    return {**line, **plain_fields(fields or {})}


def ledger_line(amount: Decimal, ledger: Format, fields: Mapping[str, Value]) -> Payload:
    """Write a journal's line on a main account with dimensions; positive is debit."""
    line: Payload = {"AccountType": "Ledger", "AccountDisplayValue": account_of(fields, ledger), **sided(amount)}
    return {**line, **plain_fields(fields)}


def journal_payload(*, on: date, currency: str, lines: Sequence[Payload], journal_name: str = "") -> Payload:
    """Put a journal together: one date and currency, lines without an amount left out.

    Without a name it gets the connection's. The sink adds company, reference, order and line numbers.
    """
    kept: list[Value] = [dict(line) for line in lines if line.get("DebitAmount") or line.get("CreditAmount")]
    named: Payload = {"JournalName": journal_name} if journal_name else {}
    return {**named, "TransDate": on, "CurrencyCode": currency, "lines": kept}


def journal_facts(payload: Mapping[str, Value], delimiter: str) -> Facts:
    """Give the facts of a journal as the sink will read them back. The total is the customer's part, unsigned."""
    return facts_of(_lines(payload), str(payload["CurrencyCode"]), _day(payload["TransDate"]), delimiter)


def facts_of(lines: Sequence[Mapping[str, Value]], currency: str, on: date | None, delimiter: str) -> Facts:
    """Give the facts of journal lines, drafted or read. Without a customer, lines with an invoice number are owed."""
    facts = tuple(LineFact(account=line_account(line, delimiter), amount=signed_amount(line)) for line in lines)
    parties = [fact for line, fact in zip(lines, facts, strict=True) if line.get("AccountType") == "Cust"]
    owed = parties or [fact for line, fact in zip(lines, facts, strict=True) if line.get("Invoice")]
    debits = sum((fact.amount for fact in facts if fact.amount > 0), Decimal(0))
    return Facts(
        customer=parties[0].account if parties else None,
        currency=currency,
        total=abs(sum((fact.amount for fact in owed), Decimal(0))) if owed else debits,
        date=on,
        posting_date=on,
        lines=facts,
    )


def line_account(line: Mapping[str, Value], delimiter: str) -> str:
    """Give a line's account to compare: customers unescaped, ledger strings without trailing blanks."""
    display = str(line.get("AccountDisplayValue") or "")
    if line.get("AccountType", "Ledger") != "Ledger":
        return unescape(display, delimiter)
    while display.endswith(delimiter) and not display.endswith("\\" + delimiter):
        display = display[: -len(delimiter)]
    return display


def signed_amount(line: Mapping[str, Value]) -> Decimal:
    """Give debit less credit."""
    return _number(line.get("DebitAmount")) - _number(line.get("CreditAmount"))


def reversed_payload(payload: Mapping[str, Value], on: date, text: str = "") -> Payload:
    """Turn a journal's payload around: debits are credits, on another day. Nothing is deleted."""
    return {**payload, "TransDate": on, "lines": [_turned(line, text) for line in _lines(payload)]}


def _lines(payload: Mapping[str, Value]) -> list[Mapping[str, Value]]:
    lines = payload.get("lines")
    return [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list | tuple) else []


def _turned(line: Mapping[str, Value], text: str) -> Payload:
    kept = {name: value for name, value in line.items() if name not in ("DebitAmount", "CreditAmount", "DueDate")}
    return {**kept, **sided(-signed_amount(line)), **({"Text": text} if text else {})}


# Payments and refunds


def payment_payload(
    *,
    customer: str,
    amount: Decimal,
    currency: str,
    on: date,
    delimiter: str,
    fields: Mapping[str, Value] | None = None,
    invoice: str = "",
    company: str = "",
    settled: Sequence[tuple[str, Decimal, date | None]] = (),
) -> Payload:
    """Write a payment (positive) or a refund (negative) as the one line of a customer payment journal.

    `invoice` marks one posted invoice by its number; `settled` several, each with amount and due date, which the sink
    looks up where it is None. Both need the invoice's company, which is the connection's.
    """
    side: Payload = {"CreditAmount": amount} if amount >= 0 else {"DebitAmount": -amount}
    marks: Payload = (
        {"MarkedInvoice": invoice, "MarkedInvoiceCompany": company, "SettleVoucher": "SelectedTransact"}
        if invoice
        else {}
    )
    rows: list[Value] = [
        {"InvoiceNumber": number, "SettlementAmountInInvoiceCurrency": part, "InvoiceDueDate": due}
        for number, part, due in settled
    ]
    base: Payload = {
        "TransactionDate": on,
        "CurrencyCode": currency,
        "AccountType": "Cust",
        "AccountDisplayValue": escape(customer, delimiter),
        **side,
        **marks,
        **plain_fields(fields or {}),
    }
    return {**base, "settled": rows} if rows else base


def payment_facts(payload: Mapping[str, Value], delimiter: str) -> Facts:
    """Give the facts of a payment or refund as the sink will read them back.

    Applications name an invoice by its number, as F&O's own marks do.
    """
    amount = abs(signed_amount(payload))
    rows = payload.get("settled")
    invoice = str(payload.get("MarkedInvoice") or "")
    applied = [Application(external_id=invoice, amount=amount)] if invoice else []
    if isinstance(rows, list):
        applied += [
            Application(external_id=str(row["InvoiceNumber"]), amount=_number(row["SettlementAmountInInvoiceCurrency"]))
            for row in rows
            if isinstance(row, Mapping)
        ]
    on = _day(payload["TransactionDate"])
    return Facts(
        customer=unescape(str(payload["AccountDisplayValue"]), delimiter),
        currency=str(payload["CurrencyCode"]),
        total=amount,
        date=on,
        posting_date=on,
        dimensions=offset_of(payload),
        applied=tuple(applied),
    )


def offset_of(line: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """Give the bank or main account on the other side of a payment line, without the escapes of its delimiters."""
    account = str(line.get("OffsetAccountDisplayValue") or "").replace("\\", "")
    return (("offset account", account),) if account else ()


def reversed_payment(payload: Mapping[str, Value], on: date, text: str = "") -> Payload:
    """Turn a payment around on another day; what it marks stays settled in F&O, and the reversal stands open."""
    kept = {name: value for name, value in payload.items() if name not in ("DebitAmount", "CreditAmount", *_MARKS)}
    told: Payload = {"TransactionText": text} if text else {}
    return {**kept, "TransactionDate": on, **told, **sided(-signed_amount(payload))}


def _number(value: Value) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def _day(value: Value) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)[:10]) if value else None
