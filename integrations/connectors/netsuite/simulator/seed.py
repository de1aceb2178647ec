"""What a new sandbox account is set up with: subsidiaries, currencies, chart, items, tax codes, dimensions, periods."""

from datetime import date
from decimal import Decimal

from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Values
from integrations.sandbox.books import Account, Books, Chart, Currencies, Currency, Period, Periods

MONTHS_BACK, MONTHS_AHEAD = 30, 12

CURRENCIES = (
    ("1", "USD", "US Dollar", 2, "1"),
    ("2", "GBP", "British Pound", 2, "1.27"),
    ("3", "JPY", "Japanese Yen", 0, "0.0067"),
    ("4", "EUR", "Euro", 2, "1.08"),
    ("5", "KWD", "Kuwaiti Dinar", 3, "3.25"),
)
SUBSIDIARIES = (
    ("1", "Orchard Holdings Inc.", "1", None, "US"),
    ("2", "Orchard Software Inc.", "1", "1", "US"),
    ("3", "Orchard Software Europe B.V.", "4", "1", "NL"),
)
ACCOUNTS = (
    ("101", "1000", "Operating Bank", "Bank"),
    ("102", "1005", "Operating Bank Europe", "Bank"),
    ("119", "1100", "Accounts Receivable", "AcctRec"),
    ("120", "1110", "Accounts Receivable - Partners", "AcctRec"),
    ("121", "1150", "Undeposited Funds", "OthCurrAsset"),
    ("122", "1210", "Stripe Clearing", "Bank"),
    ("123", "1211", "PayPal Clearing", "Bank"),
    ("124", "1212", "GoCardless Clearing", "Bank"),
    ("125", "1213", "Adyen Clearing", "Bank"),
    ("126", "1214", "Bank Transfer Clearing", "Bank"),
    ("127", "1220", "Payouts in Transit", "OthCurrAsset"),
    ("128", "1230", "Withholding Tax Receivable", "OthCurrAsset"),
    ("199", "2000", "Accounts Payable", "AcctPay"),
    ("210", "2100", "Sales Tax Payable", "OthCurrLiab"),
    ("211", "2110", "VAT Payable", "OthCurrLiab"),
    ("212", "2120", "Customer Deposits", "OthCurrLiab"),
    ("220", "2600", "Deferred Revenue", "DeferRevenue"),
    ("301", "3000", "Retained Earnings", "Equity"),
    ("401", "4000", "Subscription Revenue", "Income"),
    ("402", "4010", "Usage Revenue", "Income"),
    ("403", "4020", "Setup and Service Revenue", "Income"),
    ("404", "4030", "Support Revenue", "Income"),
    ("410", "4900", "Discounts Given", "Income"),
    ("411", "4910", "Promotional Credits", "Income"),
    ("412", "4920", "Returns and Allowances", "Income"),
    ("651", "6500", "Bad Debt Expense", "Expense"),
    ("655", "6550", "Payment Processing Fees", "Expense"),
    ("656", "6560", "Chargeback Losses", "Expense"),
    ("701", "7000", "Rounding Differences", "OthExpense"),
    ("702", "7100", "Realized Exchange Gain/Loss", "OthExpense"),
)
ITEMS = (
    ("310", "serviceSaleItem", "Subscription Services", "401", "220"),
    ("311", "nonInventorySaleItem", "Usage and Overage", "402", None),
    ("312", "otherChargeSaleItem", "Setup Fee", "403", None),
    ("313", "discountItem", "Discount", "410", None),
    ("314", "otherChargeSaleItem", "Rounding", "701", None),
    ("315", "otherChargeSaleItem", "Tax from Billing", "210", None),
    ("316", "otherChargeSaleItem", "Bad Debt Write-off", "651", None),
    ("317", "otherChargeSaleItem", "Promotional Credit", "411", None),
    ("318", "otherChargeSaleItem", "Returns and Allowances", "412", None),
    ("319", "serviceSaleItem", "Taxable Support", "404", None),
    ("320", "subtotalItem", "Subtotal", None, None),
    ("321", "otherChargeSaleItem", "Tax Withheld", "128", None),
)
TAX_TYPES = (
    ("1", "US Sales Tax", "US"),
    ("2", "GB VAT", "GB"),
    ("3", "EU VAT", "DE"),
    ("4", "JP Consumption Tax", "JP"),
    ("5", "NO VAT", "NO"),
    ("6", "Tax from Billing", "US"),
)
TAX_CODES = (
    ("12", "NO Standard", "25", "5", "211", "NO"),
    ("13", "GB Standard", "20", "2", "211", "GB"),
    ("14", "DE Standard", "19", "3", "211", "DE"),
    ("15", "FR Standard", "20", "3", "211", "FR"),
    ("16", "NL Standard", "21", "3", "211", "NL"),
    ("17", "US California", "7.25", "1", "210", None),
    ("18", "US New York", "8.875", "1", "210", None),
    ("19", "JP Standard", "10", "4", "210", "JP"),
    ("20", "Not Taxable", "0", "1", "210", None),
    ("21", "Tax from Billing", "0", "6", "210", None),
)
SIMPLE = {
    "term": (("1", "Net 15"), ("2", "Net 30"), ("3", "Net 60"), ("4", "Due on receipt")),
    "taxSchedule": (("1", "Taxable"), ("2", "Not Taxable")),
    "department": (("5", "Sales"), ("6", "Customer Success"), ("7", "Engineering"), ("8", "Europe")),
    "classification": (("2", "Hardware"), ("3", "Software"), ("4", "Services")),
    "location": (("1", "Oakland"), ("2", "New York"), ("3", "Amsterdam")),
    "paymentMethod": (("1", "Cash"), ("2", "Check"), ("5", "Visa"), ("7", "ACH"), ("8", "PayPal")),
    "priceLevel": (("-1", "Custom"), ("1", "Base Price")),
    "revenueRecognitionRule": (("1", "Straight-line, by line dates"), ("2", "Immediate")),
    "revRecSchedule": (("1", "Straight-line"),),
    "customForm": (("118", "Standard Product Invoice"), ("100", "Standard Credit Memo")),
    "customerCategory": (("1", "Corporate"), ("2", "Individual")),
    "customerStatus": (("13", "CUSTOMER-Closed Won"),),
}
COUNTRIES = "US GB DE FR NL NO JP KW IE ES IT SE DK FI PL PT BE AT CH CA AU NZ SG IN BR MX AE SA ZA"
ROLES_OF_ACCOUNTS = {
    "receivable": "119",
    "undeposited": "121",
    "deposits": "212",
    "exchange": "702",
}
DAYS = {"Net 15": 15, "Net 30": 30, "Net 60": 60}


def seed(site: Site) -> None:
    """Set up the account anew; nothing has been booked."""
    site.books = Books(_chart(), _currencies(), _periods(site))
    site.accounts = dict(ROLES_OF_ACCOUNTS)
    site.country_tax = {country: id for id, *_, country in TAX_CODES if country}
    for group, first in (("entity", 900), ("item", 330), ("transaction", 7001)):
        site.store.start_ids(group, first)
    _organisation(site)
    _codes(site)
    _items(site)


def set_period(site: Site, text: str, status: str) -> Period:
    """Open, close or lock a period and let its record show it; `LookupError` or `ValueError` if not understood."""
    period = site.books.periods.set_status(text, status)
    fields = site.fields_of("accountingPeriod", period.id)
    fields["closed"] = status == "closed"
    fields["arLocked"] = fields["allLocked"] = status != "open"
    return period


def _chart() -> Chart:
    return Chart(
        Account(id=id, number=number, name=name, kind=kind, control={"AcctRec": "ar", "AcctPay": "ap"}.get(kind, ""))
        for id, number, name, kind in ACCOUNTS
    )


def _currencies() -> Currencies:
    return Currencies(
        Currency(code=code, name=name, decimals=decimals, per_unit=Decimal(price))
        for _, code, name, decimals, price in CURRENCIES
    )


def _periods(site: Site) -> Periods:
    today = site.today()
    months = today.year * 12 + today.month - 1 - MONTHS_BACK
    periods = Periods()
    periods.add_months(date(months // 12, months % 12 + 1, 1), MONTHS_BACK + MONTHS_AHEAD + 1, first_id=100)
    return periods


def _organisation(site: Site) -> None:
    for code in COUNTRIES.split():
        site.seed_record("country", code, name=code)
    for id, code, name, decimals, price in CURRENCIES:
        site.seed_record(
            "currency",
            id,
            name=name,
            symbol=code,
            displaySymbol=code,
            currencyPrecision=decimals,
            exchangeRate=Decimal(price),
            isBaseCurrency=id == "1",
            isInactive=False,
        )
    for id, name, currency, parent, country in SUBSIDIARIES:
        family = {"parent": parent} if parent else {}
        site.seed_record(
            "subsidiary", id, name=name, legalName=name, currency=currency, country=country, isInactive=False, **family
        )
    for id, number, name, kind in ACCOUNTS:
        site.seed_record(
            "account",
            id,
            acctNumber=number,
            acctName=name,
            accountSearchDisplayName=f"{number} {name}",
            acctType=kind,
            isInactive=False,
        )
    for period in site.books.periods.all():
        site.seed_record(
            "accountingPeriod",
            period.id,
            periodName=period.name,
            startDate=period.start,
            endDate=period.end,
            closed=False,
            arLocked=False,
            apLocked=False,
            allLocked=False,
            isQuarter=False,
            isYear=False,
            isAdjust=False,
            allowNonGLChanges=True,
        )


def _codes(site: Site) -> None:
    for type_name, rows in SIMPLE.items():
        for id, name in rows:
            more: Values = {"daysUntilNetDue": DAYS.get(name, 0)} if type_name == "term" else {}
            if name in ("Europe", "Amsterdam"):
                more = {"subsidiary": ["3"]}
            site.seed_record(type_name, id, name=name, isInactive=False, **more)
    for id, name, country in TAX_TYPES:
        site.seed_record("taxType", id, name=name, country=country, isInactive=False)
    for id, name, rate, tax_type, account, _ in TAX_CODES:
        site.seed_record(
            "salesTaxItem",
            id,
            name=name,
            itemId=name,
            rate=Decimal(rate),
            taxType=tax_type,
            taxAccount=account,
            isInactive=False,
        )


def _items(site: Site) -> None:
    for id, type_name, name, account, deferred in ITEMS:
        field = "account" if type_name == "discountItem" else "incomeAccount"
        accounts = {field: account} if account else {}
        if deferred:
            accounts["deferredRevenueAccount"] = deferred
        schedule = "1" if name.startswith("Taxable") else "2"
        site.seed_record(type_name, id, itemId=name, isInactive=False, taxSchedule=schedule, **accounts)
        site.names["item", name] = id
