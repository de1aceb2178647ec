"""What a new sandbox tenant is set up with: chart, currencies, periods, methods, taxes, terms, items."""

from datetime import UTC, date, datetime
from decimal import Decimal

from integrations.connectors.acumatica.simulator.rules.applying import EXCHANGE
from integrations.connectors.acumatica.simulator.state import SEEDED_ITEMS
from integrations.connectors.acumatica.simulator.tenant import BASE, FIRST_YEAR, LAST_YEAR, MAIN_BRANCH, Tenant
from integrations.sandbox.books import Account, Books, Chart, Currencies, Currency, Periods

CURRENCIES = (
    ("USD", "US Dollar", "$", 2, "1"),
    ("EUR", "Euro", "€", 2, "1.08"),
    ("GBP", "Pound Sterling", "£", 2, "1.27"),
    ("JPY", "Yen", "¥", 0, "0.0067"),
    ("KWD", "Kuwaiti Dinar", "KD", 3, "3.25"),
)
ACCOUNTS = (
    ("10200", "Operating Bank", "Asset", ""),
    ("10210", "Bank EUR", "Asset", "EUR"),
    ("10220", "Bank GBP", "Asset", "GBP"),
    ("10230", "Bank JPY", "Asset", "JPY"),
    ("10300", "Stripe Clearing", "Asset", ""),
    ("10310", "PayPal Clearing", "Asset", ""),
    ("10320", "GoCardless Clearing", "Asset", ""),
    ("11000", "Accounts Receivable", "Asset", ""),
    ("12000", "Payouts in Transit", "Asset", ""),
    ("12100", "Billing Receivable (journals)", "Asset", ""),
    ("13000", "Withholding Tax Claims", "Asset", ""),
    ("20000", "Accounts Payable", "Liability", ""),
    ("22000", "Sales Tax Payable", "Liability", ""),
    ("22100", "VAT Payable", "Liability", ""),
    ("24000", "Deferred Revenue", "Liability", ""),
    ("25000", "Customer Prepayments", "Liability", ""),
    ("33000", "Retained Earnings", "Liability", ""),
    ("40000", "Subscription Revenue", "Income", ""),
    ("40100", "Usage Revenue", "Income", ""),
    ("40200", "Setup and Service Revenue", "Income", ""),
    ("49000", "Discounts Given", "Income", ""),
    ("49100", "Returns and Allowances", "Income", ""),
    ("50000", "Cost of Services", "Expense", ""),
    ("61000", "Payment Processing Fees", "Expense", ""),
    ("62000", "Chargeback Losses", "Expense", ""),
    ("65000", "Bad Debt", "Expense", ""),
    (EXCHANGE, "Realized Exchange Gain or Loss", "Expense", ""),
    ("70100", "Rounding Differences", "Expense", ""),
)
CONTROL = {"11000": "AR", "20000": "AP", "25000": "AR"}
CASH = ("10200", "10210", "10220", "10230", "10300", "10310", "10320")
METHODS = (
    ("WIRE", "Bank transfer", False, CASH[:4]),
    ("CHECK", "Check", False, ("10200",)),
    ("ACH", "Bank debit", False, ("10200", "10320")),
    ("STRIPE", "Cards by Stripe", False, ("10300",)),
    ("PAYPAL", "PayPal", False, ("10310",)),
    ("CARD", "Cards with integrated processing", True, ("10200",)),
)
TERMS = (("COD", "Due on receipt", 0), ("15D", "Net 15", 15), ("30D", "Net 30", 30), ("60D", "Net 60", 60))
TAXES = (
    ("CASALES", "California Sales Tax", "7.25", "22000", "US-CA", "Sales"),
    ("NYSALES", "New York Sales Tax", "8.875", "22000", "US-NY", "Sales"),
    ("DEVAT", "Germany VAT", "19", "22100", "DE", "VAT"),
    ("GBVAT", "United Kingdom VAT", "20", "22100", "GB", "VAT"),
    ("JPVAT", "Japan Consumption Tax", "10", "22100", "JP", "VAT"),
    ("CHARGEBEE", "Tax from Billing", "0", "22000", "EXTERNAL", "Sales"),
)
ITEMS = (
    ("SAAS-PRO", "Pro plan", "40000", "TAXABLE"),
    ("SAAS-BASIC", "Basic plan", "40000", "TAXABLE"),
    ("USAGE", "Usage and overage", "40100", "TAXABLE"),
    ("SETUP", "Setup fee", "40200", "TAXABLE"),
    ("DISCOUNT", "Discount", "49000", "TAXABLE"),
    ("CREDIT", "Returns and allowances", "49100", "TAXABLE"),
    ("ROUNDING", "Rounding", "70100", "EXEMPT"),
    ("TAX", "Tax by billing", "22000", "EXEMPT"),
    ("BADDEBT", "Debts written off", "65000", "EXEMPT"),
)
COUNTRIES = "US KW GB DE FR NL NO JP IE ES IT SE DK FI PL PT BE AT CH CA AU NZ SG IN BR MX AE ZA LU CZ HU RO GR"


def fill(tenant: Tenant) -> None:
    """Set a tenant up; nothing has been booked."""
    tenant.books = Books(_chart(), _currencies(), _periods())
    tenant.store.start_numbers("Invoice", 4711)
    tenant.store.start_numbers("Credit Memo", 128)
    tenant.store.start_numbers("Payment", 75)
    tenant.store.start_numbers("GL", 12)
    tenant.store.start_numbers("customer", 123)
    _company(tenant)
    _money(tenant)
    _accounts(tenant)
    _taxes(tenant)
    _classes(tenant)
    _items(tenant)


def _chart() -> Chart:
    return Chart(
        Account(id=number, number=number, name=name, kind=kind, control=CONTROL.get(number, "").lower())
        for number, name, kind, _ in ACCOUNTS
    )


def _currencies() -> Currencies:
    return Currencies(
        Currency(code=code, name=name, decimals=places, per_unit=Decimal(price))
        for code, name, _, places, price in CURRENCIES
    )


def _periods() -> Periods:
    """The books take every month; which ones are closed is the calendar's affair."""
    periods = Periods()
    periods.add_months(date(FIRST_YEAR, 1, 1), (LAST_YEAR - FIRST_YEAR + 1) * 12)
    return periods


def _company(tenant: Tenant) -> None:
    for code, name in ((MAIN_BRANCH, "Head office"), ("EMEA", "Europe")):
        tenant.add("Branch", (code,), {"BranchCD": code, "AcctName": name, "Active": True})
    branches = [
        tenant.row(BranchCD=one.key[0], AcctName=one.fields["AcctName"], Active=True)
        for one in tenant.store.of("Branch")
    ]
    ledger = {"LedgerCD": "ACTUAL", "Descr": "Actual", "BalanceType": "Actual", "BaseCuryID": BASE}
    tenant.add("Ledger", ("ACTUAL",), ledger, {"BranchesView": branches})
    for code in COUNTRIES.split():
        tenant.add("Country", (code,), {"CountryID": code})
    for id, text, days in TERMS:
        tenant.add("Terms", (id,), {"TermsID": id, "Descr": text, "DayDue00": days, "Active": True})
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        rows = [
            tenant.row(
                FinPeriodID=one.id,
                PeriodNbr=one.id[:2],
                StartDate=one.start,
                EndDateUI=one.end,
                Status=one.status,
                Descr=one.start.strftime("%B"),
                ARClosed=False,
            )
            for one in tenant.calendar.all()
            if one.start.year == year
        ]
        head = {"Year": str(year), "FinPeriods": 12, "StartDate": date(year, 1, 1)}
        tenant.add("FinancialPeriod", (str(year),), head, {"Periods": rows})


def _money(tenant: Tenant) -> None:
    for code, name, symbol, places, _ in CURRENCIES:
        fields = {"CuryID": code, "Description": name, "CurySymbol": symbol, "DecimalPlaces": places}
        tenant.add("Currency", (code,), {**fields, "IsActive": True, "IsFinancial": True})
    for number, name, _, currency in ACCOUNTS:
        if number in CASH:
            fields = {"CashAccountCD": number, "Descr": name, "AccountID": number, "CuryID": currency or None}
            tenant.add("CashAccount", (number,), {**fields, "Active": True})
    for id, text, is_integrated, accounts in METHODS:
        rows = [
            tenant.row(
                CashAccountID=one,
                UseForAR=True,
                ARIsDefault=one == accounts[0],
                ARIsDefaultForRefund=one == accounts[0],
                BranchID=MAIN_BRANCH,
            )
            for one in accounts
        ]
        head = {"PaymentMethodID": id, "Descr": text, "IsActive": True, "UseForAR": True}
        tenant.add("PaymentMethod", (id,), {**head, "ARIsProcessingRequired": is_integrated}, {"CashAccounts": rows})
    for id, account in (("BANKFEE", "61000"), ("CCFEE", "61000")):
        tenant.add("EntryType", (id,), {"EntryTypeID": id, "AccountID": account})


def _accounts(tenant: Tenant) -> None:
    for at, (number, name, kind, currency) in enumerate(ACCOUNTS, 1):
        fields = {
            "AccountCD": number,
            "AccountID": at,
            "Description": name,
            "Type": kind,
            "Active": True,
            "IsCashAccount": number in CASH,
            "CuryID": currency or None,
            "PostOption": "Detail",
            "ControlAccountModule": CONTROL.get(number),
        }
        tenant.add("Account", (number,), fields)
    for at, (code, text) in enumerate((("000000", "Default"), ("EU0000", "Europe")), 1):
        tenant.add("Subaccount", (code,), {"SubCD": code, "SubID": at, "Description": text, "Active": True})


def _taxes(tenant: Tenant) -> None:
    start = datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).date()
    for id, text, rate, account, zone, kind in TAXES:
        head = {"TaxID": id, "Descr": text, "TaxType": kind, "SalesTaxAcctID": account, "SalesTaxSubID": "000000"}
        revision = tenant.row(RevisionID=1, StartDate=start, TaxRate=Decimal(rate), TaxID=id)
        tenant.add("Tax", (id,), head, {"TaxRevisions": [revision], "Zones": [tenant.row(TaxZoneID=zone, TaxID=id)]})
        zone_row = tenant.row(TaxID=id)
        tenant.add("TaxZone", (zone,), {"TaxZoneID": zone, "Descr": text, "Active": True}, {"Details": [zone_row]})
    listed = [tenant.row(TaxID=id, TaxCategoryID="TAXABLE") for id, *_ in TAXES]
    for code, text, rows in (("TAXABLE", "Taxable", listed), ("EXEMPT", "Exempt", [])):
        tenant.add("TaxCategory", (code,), {"TaxCategoryID": code, "Descr": text, "Active": True}, {"Details": rows})


def _classes(tenant: Tenant) -> None:
    shared = {
        "ARAcctID": "11000",
        "SalesAcctID": "40000",
        "PrepaymentAcctID": "25000",
        "CuryID": BASE,
        "CuryRateTypeID": "SPOT",
        "TermsID": "30D",
        "AllowOverrideRate": True,
        "AutoApplyPayments": False,
    }
    for id, text, overrides in (("DEFAULT", "Customers", False), ("INTL", "Customers abroad", True)):
        fields = {**shared, "CustomerClassID": id, "Descr": text, "AllowOverrideCury": overrides}
        tenant.add("CustomerClass", (id,), fields)
    tenant.add("ItemClass", ("SERVICES",), {"ItemClassID": "SERVICES"})


def _items(tenant: Tenant) -> None:
    for code, text, account, category in ITEMS:
        fields = {
            "InventoryCD": code,
            "Descr": text,
            "ItemStatus": "Active",
            "ItemClassID": "SERVICES",
            "ItemType": "Service",
            "BaseUnit": "EACH",
            "SalesUnit": "EACH",
            "SalesAcctID": account,
            "SalesSubID": "000000",
            "COGSAcctID": "50000",
            "TaxCategoryID": category,
            "IsStock": False,
        }
        tenant.add("item", (code,), fields).origin = SEEDED_ITEMS
    stock = {"InventoryCD": "BOXED", "Descr": "Boxed goods", "ItemStatus": "Active", "SalesAcctID": "40200"}
    tenant.add("item", ("BOXED",), {**stock, "COGSAcctID": "50000", "IsStock": True}).origin = SEEDED_ITEMS
