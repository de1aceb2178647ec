"""Payments, prepayments and refunds: cash account, method, reference, charges, and the entries they make."""

from decimal import Decimal

from integrations.connectors.acumatica.simulator.rules import ar
from integrations.connectors.acumatica.simulator.rules.applying import check_adjusting
from integrations.connectors.acumatica.simulator.rules.draft import ZERO, Draft
from integrations.connectors.acumatica.simulator.store import Record
from integrations.connectors.acumatica.simulator.tenant import Tenant
from integrations.sandbox.books import Document
from integrations.sandbox.books.documents import credit, debit

MADE = ("Payment", "Prepayment", "Refund")
OUT = ("Refund", "Voided Payment")


def check_payment(draft: Draft) -> None:
    """Complete a payment and note what is wrong with it."""
    draft.take(ar.READONLY)
    draft.default("DocType", "Payment")
    draft.choose("DocType", ar.PAYMENTS)
    if draft.record is not None and draft.record.is_released:
        _check_released(draft)
        return
    if draft.fields["DocType"] not in MADE:
        draft.bad("DocType", f"A document of the {draft.fields['DocType']} type cannot be created on this form.")
        return
    if draft.is_new:
        draft.default("Hold", draft.tenant.options.hold_on_entry)
    ar.check_header(draft, "AdjDate", "AdjFinPeriodID")
    if draft.problems:
        return
    draft.fields["DocDate"] = draft.fields["AdjDate"]
    _check_money(draft)
    _check_charges(draft)
    check_adjusting(draft)


def _check_released(draft: Draft) -> None:
    if draft.changes() - {"adjusting"}:
        draft.bad("DocType", "The document has been released and cannot be changed.")
    elif draft.record and draft.record.fields["Status"] in ar.GONE and draft.sent.rows.get("adjusting"):
        draft.bad("DocType", f"The document has the {draft.record.fields['Status']} status.")
    else:
        check_adjusting(draft)


def _check_money(draft: Draft) -> None:
    fields, tenant = draft.fields, draft.tenant
    amount = fields.get("CuryOrigDocAmt") or ZERO
    fields["CuryOrigDocAmt"] = tenant.round(fields["CuryID"], amount)
    if amount <= 0:
        draft.bad("CuryOrigDocAmt", "The payment amount must be greater than zero.")
    if tenant.options.require_payment_ref and not fields.get("ExtRefNbr"):
        draft.bad("ExtRefNbr", "'Payment Ref.' cannot be empty.")
    method = tenant.find("PaymentMethod", fields.get("PaymentMethodID") or "")
    if method is None or not method.fields["IsActive"] or not method.fields["UseForAR"]:
        draft.bad("PaymentMethodID", "'Payment Method' cannot be found in the system.")
        return
    fields["IsCCPayment"] = bool(method.fields["ARIsProcessingRequired"])
    if fields["IsCCPayment"]:
        fields["Waits"] = "Pending Processing"
    elif fields["DocType"] == "Refund" and tenant.options.approve_refunds:
        fields["Waits"] = "Pending Approval"
    _check_cash_account(draft, method)


def _check_cash_account(draft: Draft, method: Record) -> None:
    fields = draft.fields
    flag = "ARIsDefaultForRefund" if fields["DocType"] == "Refund" else "ARIsDefault"
    allowed = [row.fields for row in method.rows["CashAccounts"] if row.fields["UseForAR"]]
    usual = next((row["CashAccountID"] for row in allowed if row.get(flag)), None)
    account = draft.default("CashAccountID", usual)
    if account not in [row["CashAccountID"] for row in allowed]:
        draft.bad("CashAccountID", "'Cash Account' cannot be found in the system.")
        return
    own = draft.tenant.field("CashAccount", account, "CuryID")
    if own and own != fields["CuryID"]:
        draft.bad("CuryID", f"The cash account {account} is denominated in {own}.")


def _check_charges(draft: Draft) -> None:
    for row in draft.rows.get("PaymentCharges", []):
        entry = draft.tenant.find("EntryType", row.fields.get("EntryTypeID") or "")
        if entry is None:
            draft.bad("EntryTypeID", "'Entry Type' cannot be found in the system.", row)
            continue
        row.fields["AccountID"] = row.fields.get("AccountID") or entry.fields["AccountID"]
        row.fields["SubID"] = row.fields.get("SubID") or "000000"
        row.fields["CuryTranAmt"] = row.fields.get("CuryTranAmt") or ZERO
        draft.must_exist("AccountID", "Account", "Account", row)


def save_payment(draft: Draft, record: Record) -> None:
    """Put an unreleased payment into the books, held; a released one shows its planned applications."""
    if not record.is_released:
        ar.place(draft.tenant, payment_document(draft.tenant, record), is_held=True)
    ar.refresh(draft.tenant, record)


def payment_document(tenant: Tenant, record: Record) -> Document:
    """Make the books' document of a payment with its entries; charges leave the cash account."""
    fields = record.fields
    total: Decimal = fields["CuryOrigDocAmt"]
    sign = -1 if fields["DocType"] in OUT else 1
    party = fields["CustomerID"]
    own = ar.customer_class(tenant, party)
    other = str(own["PrepaymentAcctID"] if fields["DocType"] == "Prepayment" else own["ARAcctID"])
    cash = str(tenant.field("CashAccount", fields["CashAccountID"], "AccountID"))
    entries = [debit(cash, sign * total), credit(other, sign * total, party=party)]
    for row in record.rows.get("PaymentCharges", []):
        amount = row.fields["CuryTranAmt"]
        entries += [debit(row.fields["AccountID"], amount, memo="charge"), credit(cash, amount, memo="charge")]
    return ar.document(tenant, record, total, entries)
