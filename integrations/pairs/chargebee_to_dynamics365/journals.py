"""General journals, and credit notes as such: one document, one voucher, all debits before all credits."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.dynamics365.records import (
    DIMENSION,
    MAIN_ACCOUNT,
    customer_line,
    escape,
    journal_facts,
    journal_payload,
    ledger_line,
    sided,
    signed_amount,
)
from integrations.contracts import Booked, Context, Draft, LinkView, Mapped, Record, Value
from integrations.pairs.chargebee_to_dynamics365.common import (
    CUSTOMER_DIMENSIONS,
    LONGEST_TEXT,
    Document,
    Values,
    dated_text,
    default_dimensions,
    delimiter,
    is_ledger_mode,
    ledger_format,
    named_dimensions,
    number_of,
    posted_on,
    rate,
    reference,
    references,
)

Entry = lifecycle.journals.Entry
Entries = lifecycle.journals.Entries
_NOT_SENT = frozenset({"amount", "description", "date_to", "kind", "account", "deferred_account"})
_CENTS, _ALL, _NOTHING = lifecycle.settled.CENTS, "*", Decimal(0)
_OF_JOURNAL = frozenset({"JournalName", "TransDate", "CurrencyCode", "DueDate", CUSTOMER_DIMENSIONS})


def credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a credit note's journal: the mirror of an invoice's."""
    document = lifecycle.credit_notes.note_of(record)
    day = lifecycle.credit_notes.document_date(record, context)
    posting = posted_on("credit_notes", day, f"Credit note {document.id}", context)
    entries = lifecycle.journals.credit_note_entries(record, for_entries(mapped, context), context, posting=posting)
    return (journal("credit_notes", document, day, entries, mapped, context),)


def amend_credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft, in ledger mode, the exchange difference between a credit note and what it is applied to."""
    if not is_ledger_mode(context):
        return ()
    entries = lifecycle.journals.credit_note_entries(record, for_entries(mapped, context), context)
    document = lifecycle.credit_notes.note_of(record)
    return differences("credit_notes", record, document, entries, mapped, context)


def journal(
    flow: str,
    document: Document,
    day: date,
    entries: Entries,
    mapped: Mapped,
    context: Context,
    *,
    operation: str = "create",
    number: str = "",
    due: date | None = None,
    currency: str = "",
) -> Draft:
    """Draft a general journal of entries. The posting date may move; the document date stays on the customer's line.

    It is in the document's currency unless another is said.
    """
    label = f"{flow.removesuffix('s').replace('_', ' ').capitalize()} {document.id}"
    posting = posted_on(flow, day, label, context)
    own = {**mapped.header, "Invoice": number or number_of(document.id, context.revision), "DocumentDate": day}
    own["Text"] = dated_text(own.get("Text") or label, day, posting)
    own["DueDate"] = due
    rates = {} if currency else rate("ExchRate", document, context)
    has_owner = any(one.role == "receivable" for one in entries)
    lines = [
        {**_line(one, own, context), **({} if has_owner else {"Invoice": own["Invoice"]}), **rates}
        for one in lifecycle.journals.debits_first(entries)
    ]
    payload = journal_payload(
        on=posting,
        currency=currency or document.currency_code,
        lines=lines,
        journal_name=str(mapped.header.get("JournalName") or ""),
    )
    return Draft(
        flow=flow,
        key=document.id,
        sink="journals",
        operation=operation,
        revision=context.revision,
        reference=reference(context, flow, document.id, operation, context.revision),
        payload=payload,
        facts=journal_facts(payload, delimiter(context)),
        references=references(document.currency_code, (one.account for one in entries if is_account(one, context))),
    )


def differences(
    flow: str, record: Record, document: Document, wanted: Entries, mapped: Mapped, context: Context
) -> tuple[Draft, ...]:
    """Draft, in ledger mode, what exchange rates have left on the receivable, in the company's own currency.

    Nothing where F&O does not tell them. On its customers' accounts F&O books them itself.
    """
    link = context.links.get((flow, record.key))
    if link is None or not link.is_ours or link.facts.exchange_rate is None:
        return ()
    day = lifecycle.settled.moved_on(flow, record, document, link, context)
    standing = [entry for one in context.booked for entry in _weighed(one, document, link, context)]
    full = lifecycle.entries.weighed(map(_on_ledger, wanted), link.facts.exchange_rate, context.target.base_currency)
    moved = lifecycle.journals.amended(full, standing, for_entries(mapped, context))
    return in_base(flow, document, day, moved, mapped, context, lifecycle.settled.DIFFERENCE)


def cents(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft what rounding has left on the receivable of an invoice settled in parts, or take it back."""
    document, link, mark = lifecycle.invoices.invoice_of(record), context.links[("invoices", record.key)], _CENTS
    if not context.booked or link.facts.exchange_rate is None:
        return ()
    first, *others = [(one, _weighed(one, document, link, context)) for one in context.booked]
    booked = [entry for one, entries in others if one.draft.operation.startswith(mark) for entry in entries]
    receivable, day = next(iter(first[1]), None), lifecycle.settled.cents_on(record, context)
    own, books = for_entries(mapped, context), context.target.base_currency
    lacking = lifecycle.settled.lacking(record, link, booked, receivable, own, books)
    return in_base("invoices", document, day, lacking, mapped, context, mark)


def in_base(
    flow: str, document: Document, day: date, moved: Entries, mapped: Mapped, context: Context, mark: str
) -> tuple[Draft, ...]:
    """Draft what moves nothing in the document's currency as a journal beside it, in the company's own."""
    entries, currency = lifecycle.entries.in_base_only(moved, context.target.base_currency, document.currency_code)
    if not entries or currency == document.currency_code:
        return ()
    count = sum(one.draft.operation.startswith(mark) for one in context.booked) + 1
    operation, number = f"{mark}:{count}", f"{document.id}-{mark[0].upper()}{count}"
    made = journal(flow, document, day, entries, mapped, context, operation=operation, number=number, currency=currency)
    return (replace(made, makes="companion"),)


def _weighed(booked: Booked, document: Document, link: LinkView, context: Context) -> Entries:
    """Give the receivables of a journal with their worth in the company's own currency, as far as F&O tells it."""
    entries, books = tuple(_receivables(booked.draft, context)), context.target.base_currency
    if booked.draft.facts.currency != document.currency_code:  # it moved nothing in the document's
        return tuple(replace(entry, amount=_NOTHING, base=entry.amount) for entry in entries)
    told = {link.external_id: link.facts.exchange_rate}
    told |= {one.external_id: one.facts.exchange_rate for one in link.companions}
    return lifecycle.entries.weighed(entries, told.get(booked.external_id), books)


def _receivables(draft: Draft, context: Context) -> Iterator[Entry]:
    """Read the lines of a journal that are receivables: those with a number."""
    lines = draft.payload.get("lines")
    for one in lines if isinstance(lines, list | tuple) else ():
        if isinstance(one, Mapping) and one.get("Invoice"):
            account = ledger_format(context).read(str(one.get("AccountDisplayValue") or "")).get(MAIN_ACCOUNT, "")
            yield _on_ledger(Entry(account=account, amount=signed_amount(one), role="receivable"))


def _on_ledger(entry: Entry) -> Entry:
    """Let all receivables be one: their account knows no customers."""
    return replace(entry, customer=_ALL if entry.role == "receivable" else "")


def for_entries(mapped: Mapped, context: Context) -> Mapped:
    """Name what a mapping gives as journal mode knows it; F&O itself knows the account of its customers."""
    names = lifecycle.journals
    lines = tuple({**line, names.ACCOUNT: line.get(MAIN_ACCOUNT)} for line in mapped.lines)
    if is_ledger_mode(context):
        return replace(mapped, lines=lines)
    return replace(mapped, header={**mapped.header, names.RECEIVABLE: "customer"}, lines=lines)


def is_account(entry: Entry, context: Context) -> bool:
    """Tell whether an entry is on a main account, not on a customer or a bank."""
    if entry.role == "receivable":
        return is_ledger_mode(context)
    return entry.role != "clearing" or entry.values.get("OffsetAccountType") == "Ledger"


def _line(entry: Entry, own: Values, context: Context) -> Values:
    """Write a line; the receivable's carries what the header says: number, due date, document date, text."""
    if not is_account(entry, context) and entry.role == "clearing":
        account = escape(entry.account, delimiter(context))
        return {"AccountType": "Bank", "AccountDisplayValue": account, **sided(entry.amount), "Text": own["Text"]}
    if entry.role != "receivable":
        return ledger_line(entry.amount, ledger_format(context), _fields(entry))
    if is_ledger_mode(context):
        dimensions = {f"{DIMENSION}{name}": value for name, value in named_dimensions(own).items()}
        kept = {name: own[name] for name in ("Invoice", "DocumentDate", "Text")}
        return ledger_line(entry.amount, ledger_format(context), {**kept, **dimensions, MAIN_ACCOUNT: entry.account})
    fields = {
        name: value for name, value in own.items() if name not in (*_OF_JOURNAL, *lifecycle.journals.HEADER_NAMES)
    }
    fields |= {"DueDate": own.get("DueDate"), "DefaultDimensionDisplayValue": default_dimensions(own, context)}
    return customer_line(entry.customer, entry.amount, delimiter(context), fields)


def _fields(entry: Entry) -> Mapping[str, Value]:
    """Give what a line says beside its amount: dimensions, tax groups, text."""
    kept = {name: value for name, value in entry.values.items() if name not in _NOT_SENT}
    if entry.role != "line" or MAIN_ACCOUNT not in entry.values:
        kept = {}
    text = str(kept.get("Text") or entry.text)[:LONGEST_TEXT]
    return {**kept, "Text": text, MAIN_ACCOUNT: entry.account}
