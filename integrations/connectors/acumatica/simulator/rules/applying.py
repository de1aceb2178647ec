"""Applications: what a payment, memo or refund is to be used on, checked when saved, booked when released."""

from decimal import Decimal

from integrations.connectors.acumatica.simulator.rules import ar
from integrations.connectors.acumatica.simulator.rules.draft import ZERO, Draft
from integrations.connectors.acumatica.simulator.store import Record, Row
from integrations.connectors.acumatica.simulator.tenant import BASE, Tenant
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
        amount: Decimal = row.fields["CuryAdjgAmt"]
        target = ar.find_document(tenant, row.fields["AdjdDocType"], row.fields["AdjdRefNbr"])
        if target is None or not amount:
            continue
        _apply(tenant, record, target, amount)
        ar.refresh(tenant, target)
        record.rows.setdefault("ARPost", []).append(ar.history_row(tenant, target, record, amount, batch))
        touched.append(target)
    for row in record.rows.pop("adjusted", []):
        payer = ar.find_document(tenant, row.fields.get("AdjgDocType") or "Payment", row.fields["AdjgRefNbr"])
        if payer is not None and row.fields.get("CuryAdjdAmt"):
            _apply(tenant, payer, record, row.fields["CuryAdjdAmt"])
            touched.append(payer)
    return touched


def _apply(tenant: Tenant, payer: Record, target: Record, amount: Decimal) -> None:
    books = tenant.books
    before = books.get(payer.id).applied.get(target.id, ZERO)
    books.apply(payer.id, target.id, before + amount)
    _book_difference(tenant, books.get(payer.id), books.get(target.id), amount, target)


def _book_difference(tenant: Tenant, payer: Document, target: Document, amount: Decimal, record: Record) -> None:
    """Realised exchange gain or loss, in base currency only, where the two rates differ."""
    money = tenant.books.currencies.get(BASE).round
    change = money(amount * payer.rate) - money(amount * target.rate)
    if payer.currency == BASE or not change:
        return
    sign = change if payer.side == "credit" else -change
    account = str(record.fields.get("ARAccountID") or ar.customer_class(tenant, payer.party).get("ARAcctID"))
    receivable, gain = Entry(account, party=payer.party, has_base=True), Entry(EXCHANGE, has_base=True)
    receivable.base_debit, gain.base_credit = max(sign, ZERO), max(sign, ZERO)
    receivable.base_credit, gain.base_debit = max(-sign, ZERO), max(-sign, ZERO)
    tenant.books.add(
        Document(
            id=tenant.uuid(),
            kind="exchange_difference",
            record="GL Batch",
            number=target.number,
            party=payer.party,
            company=payer.company,
            currency=BASE,
            total=ZERO,
            date=payer.date,
            posting_date=payer.posting_date,
            status="Posted",
            entries=[receivable, gain],
        )
    )
