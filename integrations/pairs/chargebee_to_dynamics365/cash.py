"""Payments and refunds: a line each of a customer payment journal for every customer, marking what it settles."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.dynamics365.records import (
    MAIN_ACCOUNT,
    payment_facts,
    payment_payload,
)
from integrations.contracts import Context, Draft, Mapped, Record, Value
from integrations.entries import RECEIVABLES, Entries, by_sink, named, of_cash, of_journal
from integrations.errors import MappingError
from integrations.pairs.chargebee_to_dynamics365.common import (
    CUSTOMER_DIMENSIONS,
    Document,
    Values,
    dated_text,
    default_dimensions,
    delimiter,
    is_ledger_mode,
    ledger_format,
    named_dimensions,
    posted_on,
    rate,
    reference,
    references,
)
from integrations.pairs.chargebee_to_dynamics365.journals import differences, for_entries, journal
from integrations.pairs.chargebee_to_dynamics365.settling import Marks, cash_would_move, marks, refunded

_HEADER = frozenset({"TransactionDate", "CurrencyCode", "JournalName", CUSTOMER_DIMENSIONS})
OFFSET_KIND, OFFSET = "OffsetAccountType", "OffsetAccountDisplayValue"


def payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a payment as a credit of each customer whose posted invoices it marks; the rest stays on the payer's."""
    document = lifecycle.payments.transaction_of(record)
    day = lifecycle.payments.document_date(record, context)
    if is_ledger_mode(context):
        entries = lifecycle.journals.payment_entries(record, _with_clearing(mapped, context), context)
        return (journal("payments", document, day, entries, mapped, context),)
    drafts, shares = list[Draft](), lifecycle.payments.shares(record, context)
    if late := lifecycle.payments.split_since(record, shares, context):
        parts = lifecycle.payments.parts(context.links[("payments", record.key)])
        raise cash_would_move(record, late.customer, late.amount, parts)
    for share in shares:
        operation = f"create-share:{share.customer}" if drafts else "create"
        settled = marks(share.applied, "invoices", context)
        made = line("payments", document, day, share.amount, share.customer, settled, mapped.header, context, operation)
        drafts.append(replace(made, makes="share") if drafts else made)
    return tuple(drafts)


def amend_payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft, in ledger mode, the exchange difference between a payment and what it pays."""
    entries = lifecycle.journals.payment_entries(record, _with_clearing(mapped, context), context)
    document = lifecycle.payments.transaction_of(record)
    return differences("payments", record, document, entries, mapped, context)


def amend_refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft, in ledger mode, the exchange difference between a refund and what it pays out."""
    if not is_ledger_mode(context):
        return ()
    entries = lifecycle.journals.refund_entries(record, _with_clearing(mapped, context), context)
    document = lifecycle.payments.transaction_of(record)
    return differences("refunds", record, document, entries, mapped, context)


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund as a debit of each customer whose credits it pays out, which marks those that are notes."""
    document = lifecycle.payments.transaction_of(record)
    day = lifecycle.refunds.document_date(record, context)
    if is_ledger_mode(context):
        entries = lifecycle.journals.refund_entries(record, _with_clearing(mapped, context), context)
        return (journal("refunds", document, day, entries, mapped, context),)
    drafts = list[Draft]()
    for customer, amount, notes in refunded(record, context):
        operation = f"create-share:{customer}" if drafts else "create"
        settled = marks(notes, "credit_notes", context)
        made = line("refunds", document, day, -amount, customer, settled, mapped.header, context, operation)
        drafts.append(replace(made, makes="share") if drafts else made)
    return tuple(drafts)


def entries(draft: Draft, context: Context) -> Entries:
    """Give the entries of a draft: those of its journal, or of its line and the offset account."""
    side = -1 if draft.flow == "refunds" else 1
    return by_sink(journals=_of_journal, payment_journals=of_cash(side, RECEIVABLES, named(OFFSET)))(draft, context)


def _of_journal(draft: Draft, context: Context) -> Entries:
    """Give a journal's lines; those of its customer are on receivables, on an account that F&O knows."""
    return tuple(
        replace(one, account="", text=RECEIVABLES) if one.account == draft.facts.customer else one
        for one in of_journal(draft, context)
    )


def line(
    flow: str,
    document: Document,
    day: date,
    amount: Decimal,
    customer: str,
    settled: Marks,
    header: Mapping[str, Value],
    context: Context,
    operation: str = "create",
) -> Draft:
    """Draft one line of a payment journal: a credit of a customer for an amount above zero, else a debit."""
    label = f"{flow.removesuffix('s').capitalize()} {document.id}"
    posting = posted_on(flow, day, label, context)
    is_one = len(settled) == 1 and settled[0][1] == abs(amount)
    fields = {
        **{name: value for name, value in header.items() if name not in (*_HEADER, *lifecycle.journals.HEADER_NAMES)},
        **_offset(header, context),
        **rate("ExchangeRate", document, context),
        "TransactionText": dated_text(header.get("TransactionText") or label, day, posting),
        "DefaultDimensionsForAccountDisplayValue": default_dimensions(header, context),
    }
    payload: Values = payment_payload(
        customer=customer,
        amount=amount,
        currency=document.currency_code,
        on=posting,
        delimiter=delimiter(context),
        fields=fields,
        invoice=settled[0][0] if is_one else "",
        company=context.target.details.get("company", ""),
        settled=() if is_one else [(number, part, None) for number, part in settled],
    )
    if header.get("JournalName"):
        payload["JournalName"] = header["JournalName"]
    return Draft(
        flow=flow,
        key=document.id,
        sink="payment_journals",
        operation=operation,
        revision=context.revision,
        reference=reference(context, flow, document.id, operation, context.revision),
        payload=payload,
        facts=payment_facts(payload, delimiter(context)),
        references=references(
            document.currency_code, [str(header[OFFSET])] if header.get(OFFSET_KIND) == "Ledger" else ()
        ),
    )


def _offset(header: Mapping[str, Value], context: Context) -> Values:
    """Give the offset account: a bank account as it is, a main account with its dimensions in the format's order."""
    account = str(header.get(OFFSET) or "")
    if not account:
        raise MappingError(
            "No bank or clearing account is mapped. Add it under Mappings > Bank accounts.",
            code="no_account",
            field=OFFSET,
        )
    if header.get(OFFSET_KIND) != "Ledger":
        return {OFFSET_KIND: "Bank", OFFSET: account}
    written = ledger_format(context).write({MAIN_ACCOUNT: account, **named_dimensions(header)})
    return {OFFSET_KIND: "Ledger", OFFSET: written}


def _with_clearing(mapped: Mapped, context: Context) -> Mapped:
    """Name the offset account as journal mode knows it."""
    named = for_entries(mapped, context)
    return replace(named, header={**named.header, lifecycle.journals.CLEARING: named.header.get(OFFSET)})
