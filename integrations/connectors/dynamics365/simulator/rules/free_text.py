"""Free text invoices: headers under a record id, lines under their header."""

from datetime import timedelta

from integrations.connectors.dynamics365.simulator.dimensions import default_dimensions, ledger_account
from integrations.connectors.dynamics365.simulator.rules import calendars
from integrations.connectors.dynamics365.simulator.rules.lines import PROFILE, check_customer
from integrations.connectors.dynamics365.simulator.schema import EMPTY_DATE, Values
from integrations.connectors.dynamics365.simulator.site import Invalid, Site
from integrations.connectors.dynamics365.simulator.store import Row

HEADERS, LINES = "FreeTextInvoiceHeaders", "FreeTextInvoiceLines"
NOT_POSTED = "Not posted"


def create_header(site: Site, set_name: str, given: Values, whole: Values) -> Values:
    """Check and complete a new free text invoice."""
    company = site.company(whole["dataAreaId"])
    customer = check_customer(site, company, whole["CustomerAccount"], "CustomerAccount", "invoice")
    if whole["InvoiceDate"] == EMPTY_DATE:
        raise Invalid("InvoiceDate", "Field 'Date' must be filled in.")
    calendars.check_insert(site, company, whole["InvoiceDate"], "InvoiceDate", [calendars.CUSTOMER])
    whole["CustomerAccount"] = customer["CustomerAccount"]
    whole["CurrencyCode"] = whole["CurrencyCode"] or customer["SalesCurrencyCode"]
    site.require("Currencies", "CurrencyCode", "Currency", whole["CurrencyCode"])
    whole["InvoiceAccount"] = whole["InvoiceAccount"] or customer["InvoiceAccount"]
    whole["TermsOfPayment"] = whole["TermsOfPayment"] or customer["PaymentTerms"]
    terms = site.values("PaymentTerms", company.area, whole["TermsOfPayment"])
    if whole["DueDate"] == EMPTY_DATE:
        whole["DueDate"] = whole["InvoiceDate"] + timedelta(days=terms["NumberOfDays"] if terms else 0)
    whole |= {"PostingProfile": whole["PostingProfile"] or PROFILE, "FreeTextNumber": NOT_POSTED, "IsPosted": "No"}
    whole["InvoiceIdentifier"] = site.store.new_rec_id()
    return whole


def header_made(site: Site, set_name: str, row: Row) -> None:
    """Note a new invoice as one that waits for posting."""
    site.waiting[set_name, row.values["dataAreaId"], str(row.values["InvoiceIdentifier"])] = row


def create_line(site: Site, set_name: str, given: Values, whole: Values) -> Values:
    """Check and complete a new line."""
    company = site.company(whole["dataAreaId"])
    header = _header(site, whole)
    if "LineNumber" not in given:
        whole["LineNumber"] = 1 + max((one.values["LineNumber"] for one in lines_of(site, header)), default=0)
    on = header.values["InvoiceDate"]
    account = ledger_account(site, company, whole["MainAccountDisplayValue"], on, "MainAccountDisplayValue")
    whole["MainAccountDisplayValue"] = account.display
    whole["DefaultDimensionDisplayValue"] = default_dimensions(
        site, company, whole["DefaultDimensionDisplayValue"], on, "DefaultDimensionDisplayValue"
    )
    currency = company.books.currencies.get(header.values["CurrencyCode"])
    if not whole["TransactionCurrencyAmount"]:
        whole["TransactionCurrencyAmount"] = currency.round(whole["Quantity"] * whole["UnitPrice"])
    if not whole["TransactionCurrencyAmount"]:
        raise Invalid("TransactionCurrencyAmount", "An amount must be given.")
    return whole


def change(site: Site, set_name: str, row: Row, changes: Values) -> Values:
    """Check a change: a posted invoice stays as it is."""
    delete(site, set_name, row)
    return changes


def delete(site: Site, set_name: str, row: Row) -> None:
    """Check that an invoice or a line may go."""
    header = row if set_name == HEADERS else _header(site, row.values)
    if header.values["IsPosted"] == "Yes":
        raise Invalid("IsPosted", f"Invoice {header.values['FreeTextNumber']} has been posted.")
    if set_name == HEADERS:
        site.waiting.pop((HEADERS, row.values["dataAreaId"], str(row.values["InvoiceIdentifier"])), None)
        for line in lines_of(site, row):
            site.store.table(LINES).drop(line)


def lines_of(site: Site, header: Row) -> list[Row]:
    """List an invoice's lines by number."""
    found = site.store.table(LINES).where("ParentRecId", header.values["InvoiceIdentifier"])
    return sorted(found, key=lambda one: one.values["LineNumber"])


def _header(site: Site, values: Values) -> Row:
    header = site.row(HEADERS, values["dataAreaId"], values["ParentRecId"])
    if header is None:
        raise Invalid("ParentRecId", f"Free text invoice {values['ParentRecId']} does not exist.")
    if header.values["IsPosted"] == "Yes":
        raise Invalid("ParentRecId", f"Invoice {header.values['FreeTextNumber']} has been posted.")
    return header
