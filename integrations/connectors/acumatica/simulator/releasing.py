"""Releasing, voiding and holding: what moves a document from one status to the next, and the batch it makes."""

from datetime import date

from integrations.connectors.acumatica.simulator.rules import ar
from integrations.connectors.acumatica.simulator.rules.applying import apply_planned, reverse_applications
from integrations.connectors.acumatica.simulator.rules.draft import ZERO
from integrations.connectors.acumatica.simulator.rules.invoices import invoice_document
from integrations.connectors.acumatica.simulator.rules.journals import LINES, journal_document
from integrations.connectors.acumatica.simulator.rules.journals import place as place_journal
from integrations.connectors.acumatica.simulator.rules.payments import payment_document
from integrations.connectors.acumatica.simulator.store import Record, Row
from integrations.connectors.acumatica.simulator.tenant import BASE, Tenant
from integrations.sandbox.books import Document, Entry
from integrations.sandbox.books.ledger import NOTHING

INVALID = "The document status is invalid for processing."


class Failed(Exception):  # noqa: N818 - an answer of the simulated system, not an error of ours
    """The operation fails with this text; the document stays as it was."""


def release(tenant: Tenant, record: Record) -> None:
    """Release a document or batch, or the applications added to a released one."""
    if record.table == "gl":
        _release_batch(tenant, record)
    elif record.is_released:
        _release_applications(tenant, record)
    else:
        _release_document(tenant, record)


def hold(tenant: Tenant, record: Record) -> None:
    """Put an unreleased document on hold."""
    _set_hold(tenant, record, is_on=True)


def unhold(tenant: Tenant, record: Record) -> None:
    """Take a document off hold."""
    _set_hold(tenant, record, is_on=False)


def reject(tenant: Tenant, record: Record) -> None:
    """Let an approver reject what waits for approval."""
    if record.is_released or record.fields["Status"] != "Pending Approval":
        raise Failed(INVALID)
    before = dict(record.fields)
    record.fields["Waits"] = "Rejected"
    ar.refresh(tenant, record)
    tenant.keep(record, before)


def void(tenant: Tenant, record: Record, on: date | None = None) -> None:
    """Void a released payment or refund: its applications are reversed, a voiding document stands against it.

    It is dated by the business date, today's if None.
    """
    kind = record.fields["DocType"]
    if not record.is_released or record.fields["Status"] == "Voided" or kind not in ("Payment", "Prepayment", "Refund"):
        raise Failed(INVALID)
    if tenant.books.paid_by(record.id):
        raise Failed("The payment has been refunded; void the refund first.")
    before = dict(record.fields)
    voiding = _voiding(tenant, record, on or tenant.today())
    if tenant.options.void_needs_release:
        tenant.keep(voiding, None)
        return
    _complete_void(tenant, record, voiding)
    tenant.keep(record, before)
    tenant.keep(voiding, None)


def _release_document(tenant: Tenant, record: Record) -> None:
    fields = record.fields
    if fields["DocType"].startswith("Voided"):
        _release_voiding(tenant, record)
        return
    if fields["Status"] not in ("Balanced", "Open"):
        raise Failed(INVALID)
    _require_period(tenant, record, ar.posting_day(tenant, record))
    if not tenant.has_rate(fields["CuryID"]):
        raise Failed(f"The currency rate for {fields['CuryID']} is not defined for the date.")
    before = dict(fields)
    is_payment = record.origin == "PM"
    made = payment_document(tenant, record) if is_payment else invoice_document(tenant, record)
    _require_applicable(tenant, record, made)
    tenant.books.replace(made)
    record.is_released = True
    fields["AdjDate"] = fields.get("AdjDate") or fields.get("DocDate")
    batch = _batch(tenant, made)
    fields["BatchNbr"] = batch
    _conclude(tenant, record, before, batch)


def _release_applications(tenant: Tenant, record: Record) -> None:
    if not record.rows.get("adjusting"):
        raise Failed(INVALID)
    _require_period(tenant, record, ar.posting_day(tenant, record))
    _require_applicable(tenant, record, tenant.books.get(record.id))
    _conclude(tenant, record, dict(record.fields), str(record.fields.get("BatchNbr") or ""))


def _conclude(tenant: Tenant, record: Record, before: dict[str, object], batch: str) -> None:
    touched = [(one, dict(one.fields)) for one in apply_planned(tenant, record, batch)]
    for one, was in touched:
        ar.refresh(tenant, one)
        tenant.keep(one, was)
    ar.refresh(tenant, record)
    tenant.keep(record, before)


def _require_period(tenant: Tenant, record: Record, day: date) -> None:
    trouble = tenant.period_trouble(day, None, "GL" if record.table == "gl" else "AR")
    if trouble:
        raise Failed(trouble)


def _require_applicable(tenant: Tenant, record: Record, made: Document) -> None:
    """Check all planned applications before anything is booked."""
    total = ZERO
    for row in record.rows.get("adjusting", []):
        target = ar.find_document(tenant, row.fields["AdjdDocType"], row.fields["AdjdRefNbr"])
        amount = row.fields["CuryAdjgAmt"]
        total += amount
        if target is None or not target.is_released or amount > tenant.books.get(target.id).open:
            raise Failed(f"The application to {row.fields['AdjdRefNbr']} exceeds the balance of the document.")
    for row in record.rows.get("adjusted", []):
        payer = ar.find_document(tenant, row.fields.get("AdjgDocType") or "Payment", row.fields["AdjgRefNbr"])
        if payer is None or (row.fields.get("CuryAdjdAmt") or ZERO) > tenant.books.get(payer.id).open:
            raise Failed(f"The application of {row.fields['AdjgRefNbr']} exceeds its available balance.")
    if total > made.open:
        raise Failed("The total application amount exceeds the available amount of the document.")
    for entry in made.entries:
        account = tenant.books.chart.get(entry.account)
        if account is None or not tenant.is_active("Account", entry.account):
            raise Failed(f"The account {entry.account} is inactive or cannot be found in the system.")


def _set_hold(tenant: Tenant, record: Record, *, is_on: bool) -> None:
    if record.is_released:
        raise Failed(INVALID)
    before = dict(record.fields)
    record.fields["Hold"] = is_on
    if record.table == "ar":
        ar.refresh(tenant, record)
    else:
        if not is_on and record.fields.get("CuryDebitTotal") != record.fields.get("CuryCreditTotal"):
            record.fields["Hold"] = True
            raise Failed("The batch is not balanced. Review the debit and credit amounts.")
        record.fields["Status"] = "On Hold" if is_on else "Balanced"
        tenant.books.get(record.id).status = record.fields["Status"]
    tenant.keep(record, before)


# Batches


def _release_batch(tenant: Tenant, record: Record) -> None:
    fields = record.fields
    if record.is_released or fields["Status"] != "Balanced":
        raise Failed("The batch status is invalid for processing.")
    _require_period(tenant, record, journal_document(tenant, record).posting_date)
    before = dict(fields)
    fields["Status"] = "Posted" if tenant.options.auto_post else "Unposted"
    try:
        place_journal(tenant, record, is_held=not tenant.options.auto_post)
    finally:
        if not tenant.books.get(record.id).is_posted and tenant.options.auto_post:
            fields["Status"] = "Balanced"
    record.is_released = True
    tenant.keep(record, before)


def post_batch(tenant: Tenant, record: Record) -> None:
    """Post a released batch that waits for it."""
    before = dict(record.fields)
    if record.id in tenant.books.documents:
        tenant.books.release(record.id)
        tenant.books.get(record.id).status = "Posted"
    record.fields["Status"] = "Posted"
    tenant.keep(record, before)


def _batch(tenant: Tenant, made: Document) -> str:
    """Make the AR batch that a released document posts by; the books hold its entries with the document itself."""
    number = f"AR{tenant.store.next_number('AR'):06}"
    rows = [_line(tenant, made, entry, at) for at, entry in enumerate(made.entries, 1)]
    period = tenant.calendar.of(made.posting_date)
    record = tenant.add(
        "gl",
        ("AR", number),
        {
            "Module": "AR",
            "BatchNbr": number,
            "DateEntered": made.posting_date,
            "FinPeriodID": period.id if period else None,
            "LedgerID": "ACTUAL",
            "BranchID": made.company,
            "CuryID": made.currency or BASE,
            "Description": made.memo,
            "Hold": False,
            "Status": "Posted",
        },
        {LINES: rows},
    )
    record.is_released = True
    return number


def _line(tenant: Tenant, made: Document, entry: Entry, at: int) -> Row:
    return tenant.row(
        AccountID=entry.account,
        SubID="000000",
        BranchID=made.company,
        CuryDebitAmt=entry.debit,
        CuryCreditAmt=entry.credit,
        RefNbr=made.number,
        TranDesc=entry.memo,
        ReferenceID=made.party,
        LineNbr=at,
    )


# Voiding


def _voiding(tenant: Tenant, record: Record, on: date) -> Record:
    kind = "Voided Refund" if record.fields["DocType"] == "Refund" else "Voided Payment"
    if tenant.find("ar", kind, record.fields["RefNbr"]):
        raise Failed("The document is being voided already.")
    fields = {
        **record.fields,
        "DocType": kind,
        "Status": "Balanced",
        "Hold": False,
        "AdjDate": max(on, record.fields["AdjDate"]),
        "AdjFinPeriodID": None,
        "FinPeriodID": None,
        "Voids": record.id,
    }
    made = Record(
        id=tenant.uuid(), table="ar", key=(kind, record.key[1]), fields=fields, modified=tenant.now(), origin="PM"
    )
    fields["NoteID"] = made.id
    return made


def _release_voiding(tenant: Tenant, voiding: Record) -> None:
    original = tenant.store.by_id(str(voiding.fields["Voids"]))
    if original is None or original.fields["Status"] == "Voided":
        raise Failed(INVALID)
    before, was = dict(original.fields), dict(voiding.fields)
    _complete_void(tenant, original, voiding)
    tenant.keep(original, before)
    tenant.keep(voiding, was)


def _complete_void(tenant: Tenant, record: Record, voiding: Record) -> None:
    booked = tenant.books.get(record.id)
    voiding.fields["DocDate"] = voiding.fields["AdjDate"]
    trouble = tenant.period_trouble(ar.posting_day(tenant, voiding), None, "AR")
    if trouble:
        raise Failed(trouble)
    for target in reverse_applications(tenant, record, voiding.fields["AdjDate"]):
        was = dict(target.fields)
        ar.refresh(tenant, target)
        tenant.keep(target, was)
    tenant.books.add(_counter_document(tenant, booked, voiding), {record.id: booked.total} if booked.total else NOTHING)
    voiding.is_released = True
    record.fields["Status"] = "Voided"
    ar.refresh(tenant, record)
    ar.refresh(tenant, voiding)
    voiding.fields["BatchNbr"] = _batch(tenant, tenant.books.get(voiding.id))


def _counter_document(tenant: Tenant, booked: Document, voiding: Record) -> Document:
    entries = [
        Entry(one.account, one.credit, one.debit, one.base_credit, one.base_debit, one.line, one.party, "void", True)
        for one in booked.entries
    ]
    day = voiding.fields["AdjDate"]
    return Document(
        id=voiding.id,
        kind="void",
        record=str(voiding.fields["DocType"]),
        reference=booked.reference,
        number=booked.number,
        party=booked.party,
        company=booked.company,
        currency=booked.currency,
        rate=booked.rate,
        total=booked.total,
        applicable=booked.total,
        side="debit" if booked.side == "credit" else "credit",
        date=day,
        posting_date=day,
        entries=entries,
    )
