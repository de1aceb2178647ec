"""General journals, and credit notes as such: one document, one voucher, all debits before all credits."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

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
)
from integrations.contracts import Context, Draft, Mapped, Record, Value
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
_OF_JOURNAL = frozenset({"JournalName", "TransDate", "CurrencyCode", "DueDate", CUSTOMER_DIMENSIONS})


def credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a credit note's journal: the mirror of an invoice's."""
    document = lifecycle.credit_notes.note_of(record)
    day = lifecycle.credit_notes.document_date(record, context)
    posting = posted_on("credit_notes", day, f"Credit note {document.id}", context)
    entries = lifecycle.journals.credit_note_entries(record, for_entries(mapped, context), context, posting=posting)
    return (journal("credit_notes", document, day, entries, mapped, context),)


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
) -> Draft:
    """Draft a general journal of entries. The posting date may move; the document date stays on the customer's line."""
    label = f"{flow.removesuffix('s').replace('_', ' ').capitalize()} {document.id}"
    posting = posted_on(flow, day, label, context)
    own = {**mapped.header, "Invoice": number or number_of(document.id, context.revision), "DocumentDate": day}
    own["Text"] = dated_text(own.get("Text") or label, day, posting)
    own["DueDate"] = due
    rates = rate("ExchRate", document, context)
    has_owner = any(one.role == "receivable" for one in entries)
    lines = [
        {**_line(one, own, context), **({} if has_owner else {"Invoice": own["Invoice"]}), **rates}
        for one in lifecycle.journals.debits_first(entries)
    ]
    payload = journal_payload(
        on=posting,
        currency=document.currency_code,
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
