"""Journal mode: each document as one balanced batch of the general ledger, and the batches that move or reverse it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.acumatica.records import BESIDE, LINES, dimensions, document_id, payload
from integrations.connectors.chargebee.records import CreditNote, Invoice, Transaction, lifecycle
from integrations.contracts import (
    Booked,
    Context,
    Draft,
    Facts,
    LineFact,
    LinkView,
    Mapped,
    Record,
    Reference,
    Standing,
    Value,
    Verdict,
)
from integrations.pairs.chargebee_to_acumatica import withholding
from integrations.pairs.chargebee_to_acumatica.common import (
    BATCH,
    JOURNALS,
    Values,
    at_rate_of,
    mode,
    period,
    posted_on,
    reference,
    release,
    released_first,
)

Document = Invoice | CreditNote | Transaction
Entry = lifecycle.journals.Entry
Entries = lifecycle.journals.Entries
_HEADER = ("LedgerID", "BranchID", "Description")
_TYPES = {
    "invoices": "Invoice",
    "credit_memos": "Credit Memo",
    "payments": "Payment",
    "refunds": "Refund",
    "journals": BATCH.rstrip("/"),
}
_MARKS = {"invoices": "INV", "credit_notes": "CN", "payments": "TXN", "refunds": "RFD"}
ZERO = Decimal(0)
_IN_BASE = (lifecycle.settled.DIFFERENCE, lifecycle.settled.CENTS)


def invoice_verdict(record: Record, context: Context) -> Verdict:
    """Judge an invoice; in journal mode one whose lines are all zero has nothing that a journal could say."""
    found = lifecycle.invoices.verdict(record, context)
    invoice = lifecycle.invoices.invoice_of(record)
    if found.action not in ("deliver", "withdraw") or invoice.total or mode(record.key, context) != JOURNALS:
        return found
    if any(line.amount for line in lifecycle.lines.document_lines(invoice, context)):
        return found
    reason = f"Invoice {invoice.id} and all of its lines are zero: a journal has nothing to say of it."
    return Verdict(action="skip", code="moves_nothing", reason=reason)


def invoice(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft an invoice's journal, and one per tax withheld."""
    document, day = lifecycle.invoices.invoice_of(record), lifecycle.invoices.document_date(record, context)
    posting = _posting("invoices", document.id, day, context)
    entries = lifecycle.journals.invoice_entries(record, mapped, context, posting=posting)
    made = _journal("invoices", document, day, entries, mapped, context)
    return (made, release(made), *withheld(record, mapped, None, context))


def amend_invoice(record: Record, mapped: Mapped, link: LinkView, context: Context) -> tuple[Draft, ...]:
    """Draft the taxes withheld since, and the cents that parts have left on the receivable."""
    return (*withheld(record, mapped, link, context), *_cents(record, mapped, link, context))


def withheld(record: Record, mapped: Mapped, link: LinkView | None, context: Context) -> tuple[Draft, ...]:
    """Draft the journals of the taxes that a customer withheld and that are not booked yet."""
    document, drafts = lifecycle.invoices.invoice_of(record), list[Draft]()
    named = {tax.id: _reference("invoices", record.key, context, tax.id) for tax in lifecycle.invoices.withheld(record)}
    for tax in withholding.not_booked(record, named, link):
        day = lifecycle.common.day(tax.date or document.date, context)
        entries = lifecycle.journals.withheld_entries(record, tax, mapped, context)
        operation = withholding.operation_of(tax)
        drafts.append(_beside(_journal("invoices", document, day, entries, mapped, context, operation, tax.id)))
    return tuple(drafts)


def credit_note(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a credit note's journal."""
    document, day = lifecycle.credit_notes.note_of(record), lifecycle.credit_notes.document_date(record, context)
    posting = _posting("credit_notes", document.id, day, context)
    entries = lifecycle.journals.credit_note_entries(record, mapped, context, posting=posting)
    made = _journal("credit_notes", document, day, entries, mapped, context)
    return (made, release(made))


def payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a payment's journal."""
    document, day = lifecycle.payments.transaction_of(record), lifecycle.payments.document_date(record, context)
    made = _journal(
        "payments", document, day, lifecycle.journals.payment_entries(record, mapped, context), mapped, context
    )
    return (made, release(made))


def refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund's journal."""
    document, day = lifecycle.payments.transaction_of(record), lifecycle.refunds.document_date(record, context)
    made = _journal(
        "refunds", document, day, lifecycle.journals.refund_entries(record, mapped, context), mapped, context
    )
    return (made, release(made))


def moved_payment(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft what moves a payment from one customer's receivable to another's, or between exchange rates."""
    wanted = lifecycle.journals.payment_entries(record, mapped, context)
    return _moved("payments", record, lifecycle.payments.transaction_of(record), wanted, mapped, context)


def moved_credit(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft what moves a credit note between exchange rates; between receivables nothing, for it is its customer's."""
    wanted = lifecycle.journals.credit_note_entries(record, mapped, context)
    return _moved("credit_notes", record, lifecycle.credit_notes.note_of(record), wanted, mapped, context)


def moved_refund(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the exchange difference between a refund and what it pays out."""
    wanted = lifecycle.journals.refund_entries(record, mapped, context)
    return _moved("refunds", record, lifecycle.payments.transaction_of(record), wanted, mapped, context)


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take every journal of a document back, the newest first, by one with debits and credits exchanged."""
    own, beside = list[Draft](), list[Draft]()
    for one in reversed([one for one in standing.booked if one.draft.payload.get(LINES)]):
        made = _reversal(one, standing, context)
        if one.external_id == standing.link.external_id:
            own += [made, release(made, "reversal")]
        else:
            beside.append(_beside(made))
    return (*released_first(standing), *beside, *own)


def id_of(draft: Draft, made: str) -> str:
    """Give the id of what a draft makes as Acumatica forms it: type and number."""
    return document_id(_TYPES[draft.sink], made) if draft.sink in _TYPES else made


def _moved(
    flow: str, record: Record, document: Document, wanted: Entries, mapped: Mapped, context: Context
) -> tuple[Draft, ...]:
    """Draft what moves between customers; once its rate is known, what moves between exchange rates."""
    own = [one for one in context.booked if one.draft.facts.currency == document.currency_code]
    entries = lifecycle.journals.amended(wanted, (entry for one in own for entry in _standing(one)), mapped)
    if not entries:
        return _difference(flow, record, document, wanted, mapped, context)
    count = sum(one.draft.operation.startswith("moved:") for one in context.booked) + 1
    day = lifecycle.settled.changed_on(document, context)
    made = _journal(flow, document, day, entries, mapped, context, f"{lifecycle.settled.MOVED}:{count}", f"M{count}")
    return (_beside(made),)


def _difference(
    flow: str, record: Record, document: Document, wanted: Entries, mapped: Mapped, context: Context
) -> tuple[Draft, ...]:
    """Draft, in the ledger's own currency, what exchange rates have left on the receivables; nothing where untold."""
    link, books = context.links[(flow, record.key)], _books(context)
    if not link.is_ours or link.facts.exchange_rate is None:
        return ()
    standing = [entry for one in context.booked for entry in _weighed(one, document, link, books)]
    full = lifecycle.entries.weighed(wanted, link.facts.exchange_rate, books)
    moved = lifecycle.journals.amended(full, standing, mapped)
    day = lifecycle.settled.moved_on(flow, record, document, link, context)
    return _in_base(flow, document, day, moved, mapped, context, lifecycle.settled.DIFFERENCE)


def _cents(record: Record, mapped: Mapped, link: LinkView, context: Context) -> tuple[Draft, ...]:
    """Draft what rounding has left on the receivable of an invoice settled in parts, or take it back."""
    document, books = lifecycle.invoices.invoice_of(record), _books(context)
    mark = lifecycle.settled.CENTS
    booked = (one for one in context.booked if one.draft.operation.startswith(mark))
    standing = [entry for one in booked for entry in _weighed(one, document, link, books)]
    receivable = next((entry for one in context.booked[:1] for entry in _standing(one)), None)
    entries = lifecycle.settled.lacking(record, link, standing, receivable, mapped, books)
    return _in_base("invoices", document, lifecycle.settled.cents_on(record, context), entries, mapped, context, mark)


def _in_base(
    flow: str, document: Document, day: date, moved: Entries, mapped: Mapped, context: Context, mark: str
) -> tuple[Draft, ...]:
    books, count = _books(context), sum(one.draft.operation.startswith(mark) for one in context.booked) + 1
    entries, currency = lifecycle.entries.in_base_only(moved, books, document.currency_code)
    if not entries or currency != books:
        return ()
    operation, part = f"{mark}:{count}", _part_of(mark, str(count))
    made = _journal(flow, document, day, entries, mapped, context, operation, part, currency=books)
    return (_beside(made),)


def _part_of(mark: str, about: str) -> str:
    """Give what tells the reference of a batch beside another one apart."""
    return f"{mark[0].upper()}{about}" if mark in _IN_BASE else about


def _books(context: Context) -> str:
    """Give the currency of the ledger in which a document was booked: its branch's, else the company's."""
    branch = str(context.booked[0].draft.payload.get("BranchID") or "") if context.booked else ""
    entry = context.references.get(("branch", branch))
    return (entry.details.get("currency") if entry else "") or context.target.base_currency


def _standing(booked: Booked) -> Iterable[Entry]:
    """Give the receivables as they were booked."""
    for row in _rows(booked.draft):
        if customer := row.get("VendorOrCustomer"):
            yield Entry(account=str(row["Account"]), amount=_signed(row), role="receivable", customer=str(customer))


def _weighed(booked: Booked, document: Document, link: LinkView, books: str) -> Entries:
    """Give the receivables with what they are worth in the ledger's own currency, as far as their rate is told."""
    entries = tuple(_standing(booked))
    if booked.draft.facts.currency != document.currency_code:  # it moved nothing in the document's
        return tuple(replace(entry, amount=ZERO, base=entry.amount) for entry in entries)
    told = {link.external_id: link.facts.exchange_rate}
    told |= {one.external_id: one.facts.exchange_rate for one in link.companions}
    return lifecycle.entries.weighed(entries, told.get(booked.external_id), books)


def _posting(flow: str, key: str, day: date, context: Context) -> date:
    return posted_on(flow, day, f"{flow.rstrip('s').replace('_', ' ').capitalize()} {key}", context, "gl")


def _journal(
    flow: str,
    document: Document,
    day: date,
    entries: Entries,
    mapped: Mapped,
    context: Context,
    operation: str = "create",
    part: str = "",
    *,
    currency: str = "",
) -> Draft:
    """Write entries as one batch, in the document's currency unless another is said."""
    currency = currency or document.currency_code
    posting = _posting(flow, document.id, day, context)
    rows = [_line(entry) for entry in lifecycle.journals.debits_first(entries)]
    text = mapped.header.get("Description") or f"Chargebee {_MARKS[flow]} {document.id}"
    header: Values = {
        **{name: mapped.header.get(name) for name in _HEADER},
        "TransactionDate": day,
        "CurrencyID": currency,
        "Description": str(text),
        **period("PostPeriod", day, posting, context),
    }
    return Draft(
        flow=flow,
        key=document.id,
        sink="journals",
        operation=operation,
        revision=context.revision,
        reference=_reference(flow, document.id, context, part),
        payload=payload(header, rows),
        facts=_facts(currency, day, None if posting == day else posting, rows),
        references=(
            Reference(kind="currency", code=currency, field="CurrencyID"),
            *(Reference(kind="account", code=entry.account, field="Account") for entry in entries),
        ),
    )


def _reference(flow: str, key: str, context: Context, part: str = "") -> str:
    return reference(context, "JE", f"{_MARKS[flow]}-{key}", context.revision, part)


def _beside(made: Draft) -> Draft:
    """Let a journal be made and released in one step, as one that stands beside the record's own."""
    return replace(made, payload={**made.payload, BESIDE: True}, makes="companion")


def _line(entry: Entry) -> Values:
    side = "DebitAmount" if entry.amount > 0 else "CreditAmount"
    return {
        "Account": entry.account,
        "Subaccount": entry.values.get("Subaccount"),
        side: abs(entry.amount),
        "TransactionDescription": entry.text[:512],
        "VendorOrCustomer": entry.customer or None,
    }


def _facts(currency: str, day: date, posting: date | None, rows: list[Values]) -> Facts:
    facts = tuple(
        LineFact(account=str(row["Account"]), amount=_signed(row), dimensions=dimensions(row.get("Subaccount")))
        for row in rows
    )
    named = {str(row["VendorOrCustomer"]) for row in rows if row.get("VendorOrCustomer")}
    total = sum((fact.amount for fact in facts if fact.amount > 0), ZERO)
    customer = named.pop() if len(named) == 1 else None
    return Facts(customer=customer, currency=currency, total=total, date=day, posting_date=posting, lines=facts)


def _signed(row: Mapping[str, Value]) -> Decimal:
    return _number(row.get("DebitAmount")) - _number(row.get("CreditAmount"))


def _number(value: Value) -> Decimal:
    return Decimal(str(value)) if value else ZERO


def _rows(draft: Draft) -> list[Mapping[str, Value]]:
    given = draft.payload.get(LINES)
    return [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []


def _reversal(booked: Booked, standing: Standing, context: Context) -> Draft:
    sent = booked.draft
    mark, _, about = sent.operation.partition(":")
    named = sent.operation if mark in _IN_BASE else about
    rows = [_swapped(row) for row in _rows(sent)]
    header = {name: value for name, value in sent.payload.items() if name not in (LINES, "PostPeriod", BESIDE)}
    day = posted_on(sent.flow, standing.on, f"Reversal of {standing.label}", context, "gl")
    part = f"{_part_of(mark, about)}-REV" if about else "REV"
    text = f"Reversal of {standing.label}"
    shared = at_rate_of(booked.external_id, sent.facts.currency, context)
    return Draft(
        flow=sent.flow,
        key=standing.key,
        sink="journals",
        operation=f"reverse:{named}" if about else "reverse",
        revision=standing.link.revision,
        reference=reference(context, "JE", f"{_MARKS[sent.flow]}-{standing.key}", standing.link.revision, part),
        payload=payload({**header, "TransactionDate": day, "Description": text, **shared}, rows),
        facts=_facts(sent.facts.currency or "", day, None, rows),
    )


def _swapped(row: Mapping[str, Value]) -> Values:
    kept = {name: value for name, value in row.items() if name not in ("DebitAmount", "CreditAmount")}
    if row.get("DebitAmount"):
        return {**kept, "CreditAmount": row["DebitAmount"]}
    return {**kept, "DebitAmount": row.get("CreditAmount")}
