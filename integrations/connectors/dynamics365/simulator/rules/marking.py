"""Which open transactions a payment line settles: `MarkedInvoice`, or several through the settled-invoices set."""

from decimal import Decimal

from integrations.connectors.dynamics365.simulator.dimensions import account_key
from integrations.connectors.dynamics365.simulator.schema import EMPTY_DATE, ZERO, Values
from integrations.connectors.dynamics365.simulator.site import Company, Invalid, Site
from integrations.connectors.dynamics365.simulator.store import Row


def mark_invoice(site: Site, company: Company, whole: Values) -> None:
    """Check the marked invoice of a payment line and say so in `SettleVoucher`."""
    invoice = whole["MarkedInvoice"]
    if not invoice:
        return
    account = account_key(site, whole["AccountDisplayValue"], "AccountDisplayValue")
    is_receipt = whole["CreditAmount"] > 0
    open_transaction(site, company, account, invoice, whole["CurrencyCode"], is_receipt=is_receipt)
    whole["MarkedInvoiceCompany"] = company.area
    whole["SettleVoucher"] = "SelectedTransact"


def open_transaction(
    site: Site,
    company: Company,
    account: str,
    invoice: str,
    currency: str,
    *,
    is_receipt: bool,
    name: str = "MarkedInvoice",
) -> Row:
    """Give the open transaction of the other sign with this invoice number; only posted ones are found."""
    for row in site.store.table("CustTransactions").where("Invoice", invoice):
        values = row.values
        is_wanted = values["AccountNum"].lower() == account.lower() and values["dataAreaId"] == company.area
        is_fit = values["CurrencyCode"] == currency and (values["AmountCur"] > 0) == is_receipt
        if is_wanted and is_fit and values["Closed"] == EMPTY_DATE:
            return row
    raise Invalid(name, f"Invoice {invoice} is not an open transaction of customer {account} in currency {currency}.")


def create_settled(site: Site, set_name: str, given: Values, whole: Values) -> Values:
    """Check and complete a settled invoice of a payment line."""
    company = site.company(whole["JournalLineCompany"])
    area = company.area
    header = site.row("CustomerPaymentJournalHeaders", area, whole["JournalBatchNumber"])
    line = site.row("CustomerPaymentJournalLines", area, whole["JournalBatchNumber"], whole["JournalLineNumber"])
    if header is None or line is None:
        raise Invalid("JournalLineNumber", "The payment journal line does not exist.")
    if header.values["IsPosted"] == "Yes":
        raise Invalid("JournalBatchNumber", "The journal has been posted and can no longer be changed.")
    if str(whole["InvoiceCompany"]).lower() != area:
        raise Invalid("InvoiceCompany", "Intercompany settlement is not supported here.")
    account = account_key(site, line.values["AccountDisplayValue"], "AccountDisplayValue")
    is_receipt = line.values["CreditAmount"] > 0
    found = open_transaction(
        site, company, account, whole["InvoiceNumber"], line.values["CurrencyCode"], is_receipt=is_receipt,
        name="InvoiceNumber",
    )  # fmt: skip
    _check_settlement(found, whole)
    whole["AccountDisplayValue"] = line.values["AccountDisplayValue"]
    whole["invoiceAccount"] = account
    line.values["SettleVoucher"] = "SelectedTransact"
    return whole


def _check_settlement(found: Row, whole: Values) -> None:
    if whole["InvoiceDueDate"] != found.values["DueDate"]:
        raise Invalid("InvoiceDueDate", f"Invoice {whole['InvoiceNumber']} is due on {found.values['DueDate']}.")
    left = abs(found.values["AmountCur"]) - abs(found.values["SettleAmountCur"])
    amount = whole["SettlementAmountInInvoiceCurrency"]
    if not ZERO < amount <= left:
        raise Invalid("SettlementAmountInInvoiceCurrency", f"The amount to settle must be between 0 and {left}.")


def marks_of(site: Site, company: Company, line: Row) -> list[tuple[str, Decimal | None]]:
    """List the invoices that a payment line settles, with the amount where one is given."""
    values = line.values
    marks: list[tuple[str, Decimal | None]] = []
    if values.get("MarkedInvoice"):
        marks.append((values["MarkedInvoice"], None))
    for row in site.store.table("PaymentJournalLineSettledInvoices").where(
        "JournalBatchNumber", values["JournalBatchNumber"]
    ):
        settled = row.values
        if (
            settled["JournalLineNumber"] == values["LineNumber"]
            and settled["JournalLineCompany"].lower() == company.area
        ):
            marks.append((settled["InvoiceNumber"], settled["SettlementAmountInInvoiceCurrency"]))
    return marks
