"""Journal lines: accounts, amounts, dates, rates, vouchers and marked invoices as they are checked and filled in."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from integrations.connectors.dynamics365.simulator.dimensions import (
    account_key,
    default_dimensions,
    delimiter,
    escaped,
    ledger_account,
)
from integrations.connectors.dynamics365.simulator.rules import calendars, headers
from integrations.connectors.dynamics365.simulator.rules.marking import mark_invoice
from integrations.connectors.dynamics365.simulator.rules.shapes import GENERAL, PAYMENT, SHAPES, Shape
from integrations.connectors.dynamics365.simulator.schema import EMPTY_DATE, ZERO, Values
from integrations.connectors.dynamics365.simulator.site import CHART, Company, Invalid, Site
from integrations.connectors.dynamics365.simulator.store import Row

PROFILE = "GEN"
HOLDS = {"Invoice": ("invoice",), "Payment": ("payment",), "All": ("invoice", "payment"), "Never": (), "No": ()}


def create(site: Site, set_name: str, given: Values, whole: Values) -> Values:
    """Check and complete a new line."""
    shape = SHAPES[set_name]
    company = site.company(whole["dataAreaId"])
    header = headers.of_line(site, shape, company, whole["JournalBatchNumber"])
    whole["JournalBatchNumber"] = header.values["JournalBatchNumber"]
    if "LineNumber" not in given:
        whole["LineNumber"] = header.links["last"] + 1
    if "AccountType" not in given and shape.account_types[0] != "Ledger":
        whole["AccountType"] = shape.account_types[0]
    _fill_from_method(site, company, shape, given, whole)
    whole["PostingProfile"] = whole["PostingProfile"] or PROFILE
    check(site, shape, company, whole)
    _number_voucher(site, company, shape, header, given, whole)
    return whole


def made(site: Site, set_name: str, row: Row) -> None:
    """Count a new line in its journal."""
    shape = SHAPES[set_name]
    header = site.row(shape.headers, row.values["dataAreaId"], row.values["JournalBatchNumber"])
    if header is not None:
        headers.count(shape, header, row.values)


def change(site: Site, set_name: str, row: Row, changes: Values) -> Values:
    """Check a change of a line of an unposted journal."""
    shape = SHAPES[set_name]
    company = site.company(row.values["dataAreaId"])
    header = headers.of_line(site, shape, company, row.values["JournalBatchNumber"])
    whole = {**row.values, **changes}
    check(site, shape, company, whole)
    old = dict(row.values)
    site.store.table(set_name).change(row, {name: value for name, value in whole.items() if value != old[name]})
    row.version -= 1
    headers.recount(site, shape, header)
    return {}


def delete(site: Site, set_name: str, row: Row) -> None:
    """Check that a line may go: its journal must be unposted."""
    shape = SHAPES[set_name]
    company = site.company(row.values["dataAreaId"])
    headers.of_line(site, shape, company, row.values["JournalBatchNumber"])


def gone(site: Site, set_name: str, row: Row) -> None:
    """Count a journal anew after a line went."""
    shape = SHAPES[set_name]
    header = site.row(shape.headers, row.values["dataAreaId"], row.values["JournalBatchNumber"])
    if header is not None:
        headers.recount(site, shape, header)


def check(site: Site, shape: Shape, company: Company, whole: Values) -> None:
    """Check a whole line and bring its display values into their form."""
    for name in (one for one in ("Company", "OffsetCompany", "MarkedInvoiceCompany") if whole.get(one)):
        if str(whole[name]).lower() != company.area:
            raise Invalid(name, "Intercompany transactions are not supported by this entity.")
    _check_date(site, company, shape, whole)
    _check_amounts(site, company, shape, whole)
    _check_sides(site, company, shape, whole)
    if shape is PAYMENT:
        mark_invoice(site, company, whole)
    whole["Company"], whole["OffsetCompany"] = company.area, company.area


def modules(shape: Shape, rows: Iterable[Values]) -> tuple[str, ...]:
    """Name the modules that lines post in: a general journal the ledger's, a customer's line receivables' too."""
    has_customer = shape is not GENERAL or any(row["AccountType"] == "Cust" for row in rows)
    own = (calendars.LEDGER,) if shape is GENERAL else ()
    return (*own, calendars.CUSTOMER) if has_customer else own


def check_customer(site: Site, company: Company, account: str, field_name: str, purpose: str) -> Values:
    """Give a customer that may be used for an invoice or a payment."""
    customer = site.require("CustomersV3", field_name, "Customer account", company.area, account)
    if purpose in HOLDS.get(customer["OnHoldStatus"], ()):
        raise Invalid(field_name, f"Customer {customer['CustomerAccount']} is on hold for {purpose}.")
    return customer


def _fill_from_method(site: Site, company: Company, shape: Shape, given: Values, whole: Values) -> None:
    if not whole.get(shape.method):
        return
    method = site.require(
        "CustomerPaymentMethods", shape.method, "Method of payment", company.area, whole[shape.method]
    )
    if shape is PAYMENT and "OffsetAccountDisplayValue" not in given and method["PaymentAccountDisplayValue"]:
        whole["OffsetAccountType"] = method["AccountType"]
        whole["OffsetAccountDisplayValue"] = method["PaymentAccountDisplayValue"]


def _check_date(site: Site, company: Company, shape: Shape, whole: Values) -> None:
    on = whole[shape.date]
    if on == EMPTY_DATE:
        raise Invalid(shape.date, "Field 'Date' must be filled in.")
    calendars.check_insert(site, company, on, shape.date, modules(shape, [whole]))
    if "DueDate" in whole and whole["DueDate"] == EMPTY_DATE:
        whole["DueDate"] = on


def _check_amounts(site: Site, company: Company, shape: Shape, whole: Values) -> None:
    debit, credit = whole["DebitAmount"], whole["CreditAmount"]
    field_name = "CreditAmount" if credit else "DebitAmount"
    if debit < 0 or credit < 0:
        raise Invalid(field_name, "The amount must not be negative. Use the other side.")
    if bool(debit) == bool(credit):
        raise Invalid(field_name, "Either a debit or a credit amount must be given.")
    code = whole[shape.currency]
    currency = site.row("Currencies", code)
    if currency is None:
        raise Invalid(shape.currency, f"The value '{code}' in field 'Currency' is not found in 'Currencies'.")
    whole[shape.currency] = code = currency.values["CurrencyCode"]
    rule = currency.values["GeneralRoundingRule"]
    if (debit + credit) % rule:
        raise Invalid(field_name, f"The amount must be rounded to {rule} for currency {code}.")
    if whole[shape.rate] < 0:
        raise Invalid(shape.rate, "The exchange rate must not be negative.")
    whole[shape.rate] = whole[shape.rate] or site.rate(company, code, whole[shape.date], shape.rate)


def _check_sides(site: Site, company: Company, shape: Shape, whole: Values) -> None:
    kind = whole["AccountType"]
    if kind not in shape.account_types:
        raise Invalid("AccountType", f"Account type {kind} is not supported in this journal.")
    names = (shape.account, shape.dimensions)
    main = _side(site, company, shape, whole, kind, *names)
    is_wanted = main and site.values("MainAccounts", CHART, main)["MandatoryPaymentReference"] == "Yes"
    if is_wanted and shape.reference and not whole[shape.reference]:
        raise Invalid(shape.reference, f"A payment reference is mandatory for main account {main}.")
    if whole["OffsetAccountDisplayValue"]:
        kind = whole["OffsetAccountType"]
        if kind not in ("Ledger", "Bank"):
            raise Invalid("OffsetAccountType", f"Account type {kind} is not supported as an offset in this journal.")
        _side(site, company, shape, whole, kind, "OffsetAccountDisplayValue", shape.offset_dimensions)


def _side(site: Site, company: Company, shape: Shape, whole: Values, kind: str, name: str, dimensions: str) -> str:
    """Check one side, show it in its form, and give the main account where it is one."""
    on, given = whole[shape.date], whole.get(dimensions, "") if dimensions else ""
    if not whole[name]:
        raise Invalid(name, "Account number must be filled in.")
    if kind == "Ledger":
        if given and dimensions not in ("", "DefaultDimensionsForOffsetAccountDisplayValue"):
            raise Invalid(dimensions, "Default dimensions are for accounts that are no ledger accounts.")
        found = ledger_account(site, company, whole[name], on, name)
        whole[name] = found.display
        return found.main
    key = account_key(site, whole[name], name)
    if kind == "Bank":
        whole[name] = escaped(_bank(company, key, name), delimiter(site))
    else:
        purpose = "payment" if shape is PAYMENT else "invoice"
        customer = check_customer(site, company, key, name, purpose)
        whole[name] = escaped(customer["CustomerAccount"], delimiter(site))
        if "CustomerName" in whole:
            whole["CustomerName"] = customer["OrganizationName"] or customer["NameAlias"]
        if "DueDate" in whole and whole["DueDate"] == on:
            whole["DueDate"] = on + timedelta(days=_days(site, company, customer))
    if dimensions:
        whole[dimensions] = default_dimensions(site, company, given, on, dimensions)
    return ""


def _bank(company: Company, key: str, name: str) -> str:
    for id in company.banks:
        if id.lower() == key.lower():
            return id
    raise Invalid(name, f"The value '{key}' in field 'Bank account' is not found in 'Bank accounts'.")


def _days(site: Site, company: Company, customer: Values) -> int:
    terms = site.values("PaymentTerms", company.area, customer["PaymentTerms"])
    return int(terms["NumberOfDays"]) if terms else 0


def _number_voucher(site: Site, company: Company, shape: Shape, header: Row, given: Values, whole: Values) -> None:
    name = site.values("JournalNames", company.area, header.values["JournalName"])
    links, voucher = header.links, whole["Voucher"]
    if name["NewVoucher"] == "Manually":
        if not voucher:
            raise Invalid("Voucher", "Field 'Voucher' must be filled in.")
        return
    if voucher:
        if voucher not in links["balances"] and not site.options.free_vouchers:
            raise Invalid(
                "Voucher", f"Voucher {voucher} is not one of the number sequence {name['VoucherSeriesCode']}."
            )
        return
    last = links["voucher"]
    if last and (name["NewVoucher"] == "OneVoucher" or links["balances"].get(last, ZERO) != 0):
        whole["Voucher"] = last
    else:
        series = str(name["VoucherSeriesCode"])
        whole["Voucher"] = company.next_number(series, f"{series}{{:08d}}")


def total(row: Row) -> Decimal:
    """Give a line's amount, debits positive."""
    return Decimal(row.values["DebitAmount"] - row.values["CreditAmount"])
