"""Invoices and memos of both screens: lines, totals, terms, and the entries they make."""

from datetime import timedelta
from decimal import Decimal

from integrations.connectors.acumatica.simulator.rules import ar
from integrations.connectors.acumatica.simulator.rules.applying import check_adjusted, check_adjusting
from integrations.connectors.acumatica.simulator.rules.draft import ZERO, Draft
from integrations.connectors.acumatica.simulator.rules.taxes import set_taxes
from integrations.connectors.acumatica.simulator.store import Record, Row
from integrations.connectors.acumatica.simulator.tenant import MAIN_BRANCH, Tenant
from integrations.sandbox.books import Document, Entry
from integrations.sandbox.books.documents import credit, debit

SO_TYPES = ("Invoice", "Debit Memo", "Credit Memo", "Cash Sale", "Cash Return")
TYPES = {label: code for label, code in ar.INVOICES.items() if label not in ("Cash Sale", "Cash Return", "Credit WO")}
FROM_LINE = ("OrigInvoiceType", "OrigInvoiceNbr", "OrigInvoiceLineNbr")
RELEASED = "The document has been released and cannot be changed."


def check_invoice(draft: Draft) -> None:
    """Complete an invoice or memo and note what is wrong with it."""
    draft.take(ar.READONLY | {"CuryOrigDocAmt"} if not draft.tenant.options.validate_totals else ar.READONLY)
    if draft.record is not None and draft.record.is_released:
        if draft.changes():
            draft.bad("DocType", RELEASED)
        return
    draft.default("DocType", "Invoice")
    draft.choose("DocType", TYPES)
    if draft.is_new:
        draft.default("Hold", draft.tenant.options.hold_on_entry)
    ar.check_header(draft, "DocDate", "FinPeriodID")
    if draft.problems:
        return
    _set_terms(draft)
    _set_accounts(draft)
    for row in draft.rows.get("Transactions", []):
        _check_line(draft, row)
    if draft.problems:
        return
    set_taxes(draft)
    _set_totals(draft)
    check_adjusting(draft)
    check_adjusted(draft)


def _set_terms(draft: Draft) -> None:
    fields, options = draft.fields, draft.tenant.options
    if fields["DocType"] == "Credit Memo" and not options.credit_terms_in_memos:
        for key, what in (("TermsID", "Terms"), ("DueDate", "Due Date")):
            if draft.sent.values.get(key) is not None:
                draft.bad(key, f"The {what} field is not available for credit memos.")
            fields[key] = None
        return
    customer = draft.tenant.find("Customer", fields["CustomerID"])
    draft.default("TermsID", customer.fields.get("TermsID") if customer else None)
    if draft.must_exist("TermsID", "Terms", "Terms"):
        days = draft.tenant.field("Terms", fields.get("TermsID") or "", "DayDue00") or 0
        draft.default("DueDate", fields["DocDate"] + timedelta(days=int(str(days))))


def _set_accounts(draft: Draft) -> None:
    fields, tenant = draft.fields, draft.tenant
    own = ar.customer_class(tenant, fields["CustomerID"])
    draft.default("ARAccountID", own.get("ARAcctID"))
    draft.must_exist("ARAccountID", "Account", "AR Account")
    draft.default("TaxZoneID", tenant.field("Customer", fields["CustomerID"], "DefLocation.CTaxZoneID"))
    draft.must_exist("TaxZoneID", "TaxZone", "Customer Tax Zone")


def _check_line(draft: Draft, row: Row) -> None:
    fields, options = row.fields, draft.tenant.options
    is_so = draft.entity.name == "SalesInvoice"
    item = draft.tenant.find("item", fields.get("InventoryID") or "")
    if fields.get("InventoryID") and item is None:
        draft.bad("InventoryID", "'Inventory ID' cannot be found in the system.", row)
        return
    if item is not None and item.fields["ItemStatus"] not in ("Active", "No Request"):
        draft.bad("InventoryID", f"The inventory item status is '{item.fields['ItemStatus']}'.", row)
    if is_so and item is None and options.sales_lines_need_item:
        draft.bad("InventoryID", "'Inventory ID' cannot be empty.", row)
    is_linked = any(fields.get(key) is not None for key in FROM_LINE)
    if is_so and not options.advanced_so_invoices and (is_linked or (item and item.fields.get("IsStock"))):
        draft.bad("InventoryID", "The line can be added only if the Advanced SO Invoices feature is enabled.", row)
    _set_coding(draft, row, item, is_so=is_so)
    _set_amount(draft, row, item)


def _set_coding(draft: Draft, row: Row, item: Record | None, *, is_so: bool) -> None:
    fields = row.fields
    usual = item.fields if item else {}
    is_expense = is_so and draft.tenant.options.direct_line_account == "expense"
    account = usual.get("COGSAcctID" if is_expense else "SalesAcctID")
    own = ar.customer_class(draft.tenant, draft.fields["CustomerID"])
    fields["AccountID"] = fields.get("AccountID") or account or own.get("SalesAcctID")
    fields["SubID"] = fields.get("SubID") or usual.get("SalesSubID") or "000000"
    fields["BranchID"] = fields.get("BranchID") or draft.fields["BranchID"] or MAIN_BRANCH
    fields.setdefault("TaxCategoryID", usual.get("TaxCategoryID"))
    fields.setdefault("UOM", usual.get("SalesUnit"))
    fields["TranDesc"] = fields.get("TranDesc") or usual.get("Descr")
    if draft.tenant.options.account_checked_at_save:
        draft.must_exist("AccountID", "Account", "Account", row)
    draft.must_exist("SubID", "Subaccount", "Subaccount", row)
    draft.must_exist("BranchID", "Branch", "Branch", row)
    draft.must_exist("TaxCategoryID", "TaxCategory", "Tax Category", row)
    fields["AccountID_Account_description"] = draft.tenant.field("Account", fields["AccountID"], "Description")


def _set_amount(draft: Draft, row: Row, item: Record | None) -> None:
    fields, currency = row.fields, draft.fields["CuryID"]
    if fields.get("Qty") is None:
        fields["Qty"] = Decimal(1) if item is not None else ZERO
    if fields.get("CuryUnitPrice") is None and item is not None:
        fields["CuryUnitPrice"] = item.fields.get("BasePrice") or ZERO
    price = fields.get("CuryUnitPrice") or ZERO
    extended = draft.tenant.round(currency, fields["Qty"] * price)
    if not extended and fields.get("CuryExtPrice") is not None:
        extended = draft.tenant.round(currency, fields["CuryExtPrice"])
    fields["CuryExtPrice"] = extended
    discount = fields.get("CuryDiscAmt")
    if discount is None:
        discount = draft.tenant.round(currency, extended * (fields.get("DiscPct") or ZERO) / 100)
    fields["CuryDiscAmt"] = discount
    given = fields.get("CuryTranAmt")
    if given is None or price or not given:
        fields["CuryTranAmt"] = extended - discount
    else:
        fields["CuryTranAmt"] = fields["CuryExtPrice"] = draft.tenant.round(currency, given)


def _set_totals(draft: Draft) -> None:
    fields = draft.fields
    fields["CuryLineTotal"] = sum((row.fields["CuryTranAmt"] for row in draft.rows.get("Transactions", [])), ZERO)
    total = draft.tenant.round(fields["CuryID"], fields["CuryLineTotal"] + fields["CuryTaxTotal"])
    fields["CuryDiscTot"] = ZERO
    if draft.tenant.options.validate_totals and not fields.get("Hold") and fields.get("CuryOrigDocAmt") != total:
        draft.bad("CuryOrigDocAmt", "The document is out of balance.")
        return
    if total < 0:
        draft.bad("CuryOrigDocAmt", "The document total cannot be negative.")
    fields["CuryOrigDocAmt"] = total


def save_invoice(draft: Draft, record: Record) -> None:
    """Put an unreleased invoice into the books, held."""
    ar.place(draft.tenant, invoice_document(draft.tenant, record), is_held=True)
    ar.refresh(draft.tenant, record)


def invoice_document(tenant: Tenant, record: Record) -> Document:
    """Make the books' document of an invoice or memo with all its entries."""
    fields = record.fields
    total: Decimal = fields["CuryOrigDocAmt"]
    sign = -1 if fields["DocType"] == "Credit Memo" else 1
    party = fields["CustomerID"]
    entries: list[Entry] = [debit(fields["ARAccountID"], sign * total, party=party)]
    for at, row in enumerate(record.rows.get("Transactions", []), 1):
        line = row.fields
        memo = str(line.get("TranDesc") or "")
        entries.append(credit(line["AccountID"], sign * line["CuryTranAmt"], at, memo=memo))
    for row in record.rows.get("Taxes", []):
        account = tenant.field("Tax", row.fields["TaxID"], "SalesTaxAcctID")
        entries.append(credit(str(account), sign * row.fields["CuryTaxAmt"], memo=str(row.fields["TaxID"])))
    return ar.document(tenant, record, total, entries)
