"""Applications: what a payment, memo or refund is to be used on, checked when saved, booked when released."""

from datetime import date
from decimal import Decimal

from integrations.connectors.acumatica.simulator.rules import ar
from integrations.connectors.acumatica.simulator.rules.draft import ZERO, Draft
from integrations.connectors.acumatica.simulator.store import Record, Row
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.sandbox.books import Document, Entry

PAYERS = ("Payment", "Prepayment", "Credit Memo")
PAYABLE = ("Invoice", "Debit Memo", "Overdue Charge")
EXCHANGE = "70000"


def check_adjusting(draft: Draft) -> None:
    """Check what this document is to be applied to (`DocumentsToApply`, `ApplicationsCreditMemo`)."""
    rows = [row for row in draft.rows.get("adjusting", []) if row.fields.get("AdjdRefNbr")]
    if "adjusting" in draft.rows:
        draft.rows["adjusting"] = rows  # a row that names no document is dropped without a word
    kinds = PAYERS if draft.fields["DocType"] == "Refund" else PAYABLE
    seen: set[str] = set()
    for row in rows:
        _check_row(draft, row, kinds, seen)
    planned = sum((row.fields.get("CuryAdjgAmt") or ZERO for row in rows), ZERO)
    booked = draft.tenant.books.documents.get(draft.record.id) if draft.record else None
    left = booked.open if booked and draft.record and draft.record.is_released else draft.fields.get("CuryOrigDocAmt")
    if planned > (left or ZERO):
        draft.bad("CuryApplAmt", "The total application amount exceeds the available amount of the document.")


def _check_row(draft: Draft, row: Row, kinds: tuple[str, ...], seen: set[str]) -> None:
    fields = row.fields
    fields["AdjdDocType"] = fields.get("AdjdDocType") or kinds[0]
    target = ar.find_document(draft.tenant, fields["AdjdDocType"], fields["AdjdRefNbr"])
    ours = draft.fields["CustomerID"]
    usable = target is not None and target.is_released and target.fields["DocType"] in kinds
    if target is None or not usable or target.fields["CustomerID"] != ours or target.id in seen:
        draft.bad("AdjdRefNbr", f"'Reference Nbr.' {fields['AdjdRefNbr']} cannot be found in the system.", row)
        return
    seen.add(target.id)
    fields["AdjdDocType"] = target.fields["DocType"]
    fields["ARInvoice__InvoiceNbr"] = target.fields.get("InvoiceNbr")
    fields["ARInvoice__DocDesc"] = target.fields.get("DocDesc")
    fields["CuryAdjgAmt"] = draft.tenant.round(draft.fields["CuryID"], fields.get("CuryAdjgAmt") or ZERO)
    if target.fields["CuryID"] != draft.fields["CuryID"]:
        draft.bad("AdjdRefNbr", "The document to be applied has another currency.", row)
    if fields["CuryAdjgAmt"] < 0 or fields["CuryAdjgAmt"] > draft.tenant.books.get(target.id).open:
        draft.bad("CuryAdjgAmt", "The application amount cannot exceed the balance of the document.", row)
    for key in ("CuryAdjgWOAmt", "CuryAdjgPPDAmt"):
        if fields.get(key):
            draft.bad(key, "Write-offs and cash discounts are not allowed for the customer.", row)


def check_adjusted(draft: Draft) -> None:
    """Check which released payments an invoice is to take (`ApplicationsInvoice`, `ApplicationsDefault`)."""
    total = ZERO
    for row in draft.rows.get("adjusted", []):
        fields = row.fields
        payer = ar.find_document(draft.tenant, fields.get("AdjgDocType") or "Payment", fields.get("AdjgRefNbr"))
        ours = draft.fields["CustomerID"]
        if payer is None or not payer.is_released or payer.fields["CustomerID"] != ours:
            draft.bad("AdjgRefNbr", "'Reference Nbr.' cannot be found in the system.", row)
            continue
        amount = fields.get("CuryAdjdAmt") or ZERO
        total += amount
        if amount < 0 or amount > draft.tenant.books.get(payer.id).open or total > draft.fields["CuryOrigDocAmt"]:
            draft.bad("CuryAdjdAmt", "The application amount cannot exceed the balance of the document.", row)


def apply_planned(tenant: Tenant, record: Record, batch: str) -> list[Record]:
    """Book the planned applications of a released document; gives the other documents touched."""
    touched = []
    for row in record.rows.pop("adjusting", []):
        target = ar.find_document(tenant, row.fields["AdjdDocType"], row.fields["AdjdRefNbr"])
        if target is not None and row.fields["CuryAdjgAmt"]:
            _apply(tenant, record, target, row.fields["CuryAdjgAmt"], batch)
            touched.append(target)
    for row in record.rows.pop("adjusted", []):
        payer = ar.find_document(tenant, row.fields.get("AdjgDocType") or "Payment", row.fields["AdjgRefNbr"])
        if payer is not None and row.fields.get("CuryAdjdAmt"):
            _apply(tenant, payer, record, row.fields["CuryAdjdAmt"], batch)
            touched.append(payer)
    return touched


def reverse_applications(tenant: Tenant, record: Record, on: date) -> list[Record]:
    """Take back all that a payment was applied to, with what its applications moved; gives the documents touched."""
    booked = tenant.books.get(record.id)
    targets = [tenant.store.by_id(id) for id in booked.applied]
    for id in list(booked.applied):
        tenant.books.apply(record.id, id, ZERO)
    for row in record.rows.pop("ARPost", []):
        moved = tenant.books.documents.get(str(row.fields.get("MovedBy")))
        if moved is not None:
            entries = [Entry(one.account, party=one.party, has_base=True) for one in moved.entries]
            for back, one in zip(entries, moved.entries, strict=True):
                back.base_debit, back.base_credit = one.base_credit, one.base_debit
            _book_move(tenant, booked, moved.number, on, entries)
    return [one for one in targets if one is not None]


def _apply(tenant: Tenant, payer: Record, target: Record, amount: Decimal, batch: str) -> None:
    books = tenant.books
    before = books.get(payer.id).applied.get(target.id, ZERO)
    books.apply(payer.id, target.id, before + amount)
    ar.refresh(tenant, target)
    row = ar.history_row(tenant, target, payer, amount, batch)
    row.fields["MovedBy"] = _move(tenant, books.get(payer.id), books.get(target.id), amount)
    payer.rows.setdefault("ARPost", []).append(row)


def _move(tenant: Tenant, payer: Document, target: Document, amount: Decimal) -> str | None:
    """Clear the receivable of both in base currency: prepayments leave their account, rates differ by gain or loss."""
    money = tenant.books.currencies.get(tenant.base(payer.company)).round
    ours, theirs = _control(payer), _control(target)
    paid, owed = money(amount * payer.rate), money(amount * target.rate)
    if (ours, paid) == (theirs, owed):
        return None
    sign = 1 if payer.side == "credit" else -1
    moves = (
        (ours, sign * paid, payer.party),
        (theirs, -sign * owed, payer.party),
        (EXCHANGE, sign * (owed - paid), ""),
    )
    entries = []
    for account, amount_base, party in moves:
        if amount_base:
            entry = Entry(account, party=party, has_base=True)
            entry.base_debit, entry.base_credit = max(amount_base, ZERO), max(-amount_base, ZERO)
            entries.append(entry)
    return _book_move(tenant, payer, target.number, payer.posting_date, entries)


def _control(document: Document) -> str:
    """Give the receivable account of a document: the one whose entry names the customer."""
    return next(entry.account for entry in document.entries if entry.party)


def _book_move(tenant: Tenant, payer: Document, number: str, on: date, entries: list[Entry]) -> str:
    made = Document(
        id=tenant.uuid(),
        kind="application",
        record="GL Batch",
        number=number,
        reference=f"{payer.reference}-APPLIED" if payer.reference else "",
        party=payer.party,
        company=payer.company,
        currency=tenant.base(payer.company),
        total=ZERO,
        date=on,
        posting_date=on,
        status="Posted",
        entries=entries,
    )
    tenant.books.add(made)
    return made.id
