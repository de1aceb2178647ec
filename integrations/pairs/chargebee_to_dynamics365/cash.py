"""Payments, refunds and withheld taxes: one line each of a customer payment journal, marking what it settles."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.dynamics365.records import (
    APPLY,
    MAIN_ACCOUNT,
    payment_facts,
    payment_payload,
)
from integrations.contracts import Application, Context, Draft, Mapped, Record, Value
from integrations.entries import Entries, by_sink, named, of_cash, of_journal
from integrations.errors import MappingError, RejectedError
from integrations.pairs.chargebee_to_dynamics365.common import (
    CUSTOMER_DIMENSIONS,
    Document,
    Values,
    dated_text,
    default_dimensions,
    delimiter,
    is_ledger_mode,
    ledger_format,
    main_accounts,
    named_dimensions,
    posted_on,
    rate,
    reference,
)
from integrations.pairs.chargebee_to_dynamics365.journals import for_entries, journal
from integrations.pairs.chargebee_to_dynamics365.settling import Marks, marks, one_customer

_BY_HAND = "d365_settle_by_hand"
_HEADER = frozenset({"TransactionDate", "CurrencyCode", "JournalName", CUSTOMER_DIMENSIONS})
_OFFSET_KIND, _OFFSET = "OffsetAccountType", "OffsetAccountDisplayValue"


def payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a payment as a credit of the customer that marks the posted invoices; the rest stays on account."""
    document = lifecycle.payments.transaction_of(record)
    day, applied = lifecycle.payments.document_date(record, context), lifecycle.payments.applied(record)
    if is_ledger_mode(context):
        entries = lifecycle.journals.payment_entries(record, _with_clearing(mapped, context), context)
        return (journal("payments", document, day, entries, mapped, context),)
    own = context.links[("customers", document.customer_id)].external_id
    customer = one_customer(f"Payment {document.id}", applied, "invoices", own, context)
    settled = marks(applied, "invoices", context)
    return (_line("payments", document, day, document.amount, customer, settled, mapped.header, context),)


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund as a debit of the customer that marks the credit notes it pays out."""
    document = lifecycle.payments.transaction_of(record)
    day, notes = lifecycle.refunds.document_date(record, context), lifecycle.refunds.notes(record)
    if is_ledger_mode(context):
        entries = lifecycle.journals.refund_entries(record, _with_clearing(mapped, context), context)
        return (journal("refunds", document, day, entries, mapped, context),)
    own = context.links[("customers", document.customer_id)].external_id
    label = f"Refund {document.id}"
    customer = one_customer(label, notes, "credit_notes", own, context)
    if not notes:
        customer = one_customer(label, lifecycle.refunds.from_payment(record), "payments", own, context)
    settled = marks(notes, "credit_notes", context)
    return (_line("refunds", document, day, -document.amount, customer, settled, mapped.header, context),)


def amend_payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Settle what Chargebee applied since. Once a payment is posted, F&O settles it by itself or by hand.

    Policy `late_settlement`: target (default) or ask. An application that moved to another invoice is always asked.
    """
    link = context.links[("payments", record.key)]
    wanted = dict(marks(lifecycle.payments.applied(record), "invoices", context))
    stands = {one.external_id: one.amount for one in link.facts.applied or ()}
    if is_ledger_mode(context) or not wanted or wanted == stands:
        return ()
    if any(amount > wanted.get(number, 0) for number, amount in stands.items()):
        raise _by_hand(f"Payment {record.key} settles {_told(stands)} in F&O, but {_told(wanted)} in Chargebee.")
    is_whole = len(wanted) == 1 and sum(wanted.values()) == link.facts.total
    can_mark = is_whole and not link.is_posted and not stands
    if not can_mark and context.policy("payments", "late_settlement", "target") == "target":
        return ()
    number = next(iter(wanted))
    about = number if is_whole else lifecycle.common.digest(sorted(wanted.items()))[:12]
    applied = tuple(Application(external_id=one, amount=amount) for one, amount in wanted.items())
    return (
        Draft(
            flow="payments",
            key=record.key,
            sink="payment_journals",
            operation=f"{APPLY}:{about}",
            external_id=link.external_id,
            revision=context.revision,
            reference=link.reference,
            payload={"MarkedInvoice": number if is_whole else "", "SettledAmount": sum(wanted.values())},
            facts=replace(link.facts, name=None, open_amount=None, lines=None, applied=applied),
        ),
    )


def withheld(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the taxes that a customer withheld: they relieve the receivable like a payment, against a tax account.

    They mark the invoice where it is posted already; those booked before stay as they are.
    """
    document = lifecycle.invoices.invoice_of(record)
    link = context.links.get(("invoices", record.key))
    drafts = []
    for tax in lifecycle.invoices.withheld(record):
        day = lifecycle.common.day(tax.date or document.date, context)
        entries = lifecycle.journals.withheld_entries(record, tax, for_entries(mapped, context), context)
        operation = f"withheld:{tax.id}"
        if is_ledger_mode(context):
            number = f"{record.key}-{tax.id}"
            drafts.append(
                journal("invoices", document, day, entries, mapped, context, operation=operation, number=number)
            )
            continue
        header: Values = {
            _OFFSET_KIND: "Ledger",
            _OFFSET: entries[0].account,
            CUSTOMER_DIMENSIONS: mapped.header.get(CUSTOMER_DIMENSIONS),
            "TransactionText": entries[0].text,
        }
        settled = marks([(record.key, tax.amount)], "invoices", context) if link else ()
        customer = context.links[("customers", document.customer_id)].external_id
        drafts.append(_line("invoices", document, day, tax.amount, customer, settled, header, context, operation))
    return tuple(drafts)


def entries(draft: Draft, context: Context) -> Entries:
    """Give the entries of a draft: those of its journal, or of its line and the offset account."""
    side = -1 if draft.flow == "refunds" else 1
    paid = of_cash(side, f"Customer {draft.facts.customer}", named(_OFFSET))
    return by_sink(journals=of_journal, payment_journals=paid)(draft, context)


def _line(
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
        references=main_accounts([str(header[_OFFSET])]) if header.get(_OFFSET_KIND) == "Ledger" else (),
    )


def _offset(header: Mapping[str, Value], context: Context) -> Values:
    """Give the offset account: a bank account as it is, a main account with its dimensions in the format's order."""
    account = str(header.get(_OFFSET) or "")
    if not account:
        raise MappingError(
            "No bank or clearing account is mapped. Add it under Mappings > Bank accounts.",
            code="no_account",
            field=_OFFSET,
        )
    if header.get(_OFFSET_KIND) != "Ledger":
        return {_OFFSET_KIND: "Bank", _OFFSET: account}
    written = ledger_format(context).write({MAIN_ACCOUNT: account, **named_dimensions(header)})
    return {_OFFSET_KIND: "Ledger", _OFFSET: written}


def _with_clearing(mapped: Mapped, context: Context) -> Mapped:
    """Name the offset account as journal mode knows it."""
    named = for_entries(mapped, context)
    return replace(named, header={**named.header, lifecycle.journals.CLEARING: named.header.get(_OFFSET)})


def _told(applied: Mapping[str, Decimal]) -> str:
    return ", ".join(f"{amount} of {number}" for number, amount in applied.items()) or "nothing"


def _by_hand(told: str) -> RejectedError:
    return RejectedError(
        f"{told} F&O has no public call that undoes a settlement: change it there under Accounts receivable > "
        "Customers > All customers > Collect > Settle transactions, then accept it here with the reason.",
        code=_BY_HAND,
        field="applied",
    )
