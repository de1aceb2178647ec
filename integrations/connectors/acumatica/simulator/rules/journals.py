"""General-ledger batches: lines, balance, control accounts, and the entries they make."""

from decimal import Decimal

from integrations.connectors.acumatica.simulator.rules.ar import set_rate, take_rate
from integrations.connectors.acumatica.simulator.rules.draft import ZERO, Draft
from integrations.connectors.acumatica.simulator.store import Record, Row
from integrations.connectors.acumatica.simulator.tenant import BASE, MAIN_BRANCH, Tenant
from integrations.sandbox.books import Document, Entry, to_base

READONLY = frozenset({"Status", "CreatedDateTime", "LastModifiedDateTime", "NoteID"})
LINES = "GLTranModuleBatNbr"
RATE = "_Batch_CurrencyInfo_.SampleCuryRate"


def check_journal(draft: Draft) -> None:
    """Complete a batch and note what is wrong with it."""
    draft.take(READONLY)
    fields = draft.fields
    if draft.record is not None and (draft.record.is_released or draft.record.fields["Module"] != "GL"):
        if draft.changes():
            draft.bad("Module", "The batch has been released and cannot be changed.")
        return
    if draft.default("Module", "GL") != "GL":
        draft.bad("Module", "Only batches of the GL module can be created.")
    if draft.is_new:
        draft.default("Hold", draft.tenant.options.hold_on_entry)
    draft.default("DateEntered", draft.date)
    draft.default("LedgerID", "ACTUAL")
    draft.default("BranchID", MAIN_BRANCH)
    draft.default("CuryID", BASE)
    draft.must_exist("LedgerID", "Ledger", "Ledger")
    draft.must_exist("BranchID", "Branch", "Branch")
    if draft.must_exist("CuryID", "Currency", "Currency", flag="IsActive") and not draft.tenant.has_rate(
        fields["CuryID"]
    ):
        draft.bad("CuryID", f"The currency rate for {fields['CuryID']} is not defined for the date.")
    take_rate(draft, RATE, is_allowed=True)
    _set_period(draft)
    if not draft.problems:
        for row in draft.rows.get(LINES, []):
            _check_line(draft, row)
    if not draft.problems:
        _check_totals(draft)


def _set_period(draft: Draft) -> None:
    fields = draft.fields
    own = fields.get("FinPeriodID") if "FinPeriodID" in draft.sent.values else None
    period = draft.tenant.calendar.get(str(own)) if own else draft.tenant.calendar.of(fields["DateEntered"])
    trouble = draft.tenant.period_trouble(fields["DateEntered"], own, "GL")
    if trouble:
        draft.bad("FinPeriodID" if own else "DateEntered", trouble)
    fields["FinPeriodID"] = period.id if period else None


def _check_line(draft: Draft, row: Row) -> None:
    fields, currency = row.fields, draft.fields["CuryID"]
    for key in ("CuryDebitAmt", "CuryCreditAmt"):
        fields[key] = draft.tenant.round(currency, fields.get(key) or ZERO)
    fields["BranchID"] = fields.get("BranchID") or draft.fields["BranchID"]
    fields["SubID"] = fields.get("SubID") or "000000"
    if not fields.get("AccountID"):
        draft.bad("AccountID", "'Account' cannot be empty.", row)
        return
    draft.must_exist("SubID", "Subaccount", "Subaccount", row)
    draft.must_exist("BranchID", "Branch", "Branch", row)
    if not draft.must_exist("AccountID", "Account", "Account", row):
        return
    account = draft.tenant.find("Account", fields["AccountID"])
    if account and account.fields.get("ControlAccountModule"):
        module = account.fields["ControlAccountModule"]
        draft.bad("AccountID", f"The {account.key[0]} account is a control account for {module}.", row)
    if account and account.fields.get("CuryID") and account.fields["CuryID"] != currency:
        draft.bad("AccountID", f"The account is denominated in {account.fields['CuryID']}.", row)
    if account:
        fields["AccountID_Account_description"] = account.fields.get("Description")
    if fields["CuryDebitAmt"] and fields["CuryCreditAmt"]:
        draft.bad("CuryCreditAmt", "A line has either a debit or a credit amount.", row)


def _check_totals(draft: Draft) -> None:
    fields, rows = draft.fields, [row.fields for row in draft.rows.get(LINES, [])]
    debits = sum((row["CuryDebitAmt"] for row in rows), ZERO)
    credits_ = sum((row["CuryCreditAmt"] for row in rows), ZERO)
    fields["CuryDebitTotal"], fields["CuryCreditTotal"] = debits, credits_
    if fields.get("Hold"):
        return
    if debits != credits_:
        draft.bad("CuryCreditTotal", "The batch is not balanced. Review the debit and credit amounts.")
    if draft.tenant.options.require_control_total and fields.get("CuryControlTotal") != debits:
        draft.bad("CuryControlTotal", "The batch is out of balance: the control total differs.")


def save_journal(draft: Draft, record: Record) -> None:
    """Put an unreleased batch into the books, held."""
    if record.is_released:
        return
    record.fields["Status"] = "On Hold" if record.fields.get("Hold") else "Balanced"
    place(draft.tenant, record, is_held=True)


def place(tenant: Tenant, record: Record, *, is_held: bool) -> None:
    """Put a batch into the books, in the place of what stands under its id."""
    made = journal_document(tenant, record)
    if made.id in tenant.books.documents:
        tenant.books.replace(made, hold=is_held)
    else:
        tenant.books.add(made, hold=is_held)


def journal_document(tenant: Tenant, record: Record) -> Document:
    """Make the books' document of a batch."""
    fields = record.fields
    period = tenant.calendar.get(str(fields["FinPeriodID"]))
    day = fields["DateEntered"]
    posting = day if period is None or period.start <= day <= period.end else max(period.start, min(day, period.end))
    rate = set_rate(tenant, record, RATE, posting)
    entries = [_entry(row, at) for at, row in enumerate(record.rows.get(LINES, []), 1)]
    total: Decimal = fields.get("CuryDebitTotal", ZERO)
    return Document(
        id=record.id,
        kind="journal",
        record="GL",
        reference=str(fields.get("Description") or ""),
        number=str(fields["BatchNbr"]),
        company=str(fields["BranchID"]),
        currency=fields["CuryID"],
        rate=rate,
        total=total,
        date=day,
        posting_date=posting,
        status=str(fields["Status"]),
        memo=str(fields.get("Description") or ""),
        entries=to_base(entries, rate, tenant.books.currencies.get(tenant.base(fields["BranchID"]))),
    )


def _entry(row: Row, at: int) -> Entry:
    fields = row.fields
    debit, credit = fields["CuryDebitAmt"], fields["CuryCreditAmt"]
    party, memo = str(fields.get("ReferenceID") or ""), str(fields.get("TranDesc") or "")
    return Entry(fields["AccountID"], debit, credit, line=at, party=party, memo=memo)
