"""The demo environment: companies, chart of accounts, dimensions, journal names, groups, rates and periods."""

from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.dynamics365.simulator.directory import CLIENT_ID
from integrations.connectors.dynamics365.simulator.events import FREE_TEXT_POSTED, PAYMENT_POSTED
from integrations.connectors.dynamics365.simulator.site import CHART, RECEIVABLE, Bank, Company, ServiceUser, Site
from integrations.sandbox.books import Account, Books, Chart, Currencies, Currency, Periods

FIRST = date(2024, 1, 1)
MONTHS = 48
CALENDAR = "Fiscal"
CURRENCIES = (
    ("USD", "US Dollar", "$", 2, "1"),
    ("EUR", "Euro", "€", 2, "1.09"),
    ("GBP", "Pound Sterling", "£", 2, "1.27"),
    ("JPY", "Japanese Yen", "¥", 0, "0.0067"),
    ("CHF", "Swiss Franc", "Fr", 2, "1.12"),
    ("CAD", "Canadian Dollar", "$", 2, "0.73"),
    ("AUD", "Australian Dollar", "$", 2, "0.66"),
    ("KWD", "Kuwaiti Dinar", "KD", 3, "3.25"),
)
COMPANIES = (
    ("USMF", "Contoso Entertainment System USA", "USD", "GMTMINUS0500EASTERNTIME"),
    ("DEMF", "Contoso Entertainment System Germany", "EUR", "GMTPLUS0100AMSTERDAM_BERLIN_BERN_ROME"),
    ("DAT", "Company accounts data", "USD", "GMTCOORDINATEDUNIVERSALTIME"),
)
ACCOUNTS = (
    ("110110", "Bank account - operating", "Asset", ""),
    ("110120", "Bank account - card clearing", "Asset", ""),
    ("110180", "Undeposited funds", "Asset", ""),
    (RECEIVABLE, "Accounts receivable", "Asset", "ar"),
    ("130700", "Billing receivable", "Asset", ""),
    ("130920", "Tax withheld, claimable", "Asset", ""),
    ("202110", "Sales tax payable", "Liability", ""),
    ("202120", "VAT payable", "Liability", ""),
    ("220100", "Customer deposits", "Liability", ""),
    ("250500", "Deferred revenue", "Liability", ""),
    ("401100", "Subscription revenue", "Revenue", ""),
    ("401200", "Usage revenue", "Revenue", ""),
    ("401300", "Setup and one-time revenue", "Revenue", ""),
    ("401900", "Discounts granted", "Revenue", ""),
    ("403100", "Credit notes and refunds", "Revenue", ""),
    ("600160", "Bad debt expense", "Cost", ""),
    ("605100", "Card processing fees", "Cost", ""),
    ("618900", "Rounding differences", "Cost", ""),
    ("801300", "Realised exchange gain", "Revenue", ""),
    ("801400", "Realised exchange loss", "Cost", ""),
    ("999999", "Suspended account", "Cost", ""),
)
DIMENSIONS = {
    "BusinessUnit": (("BU01", "North America"), ("BU02", "Europe"), ("BU03", "Asia Pacific")),
    "Department": (("D100", "Sales"), ("D200", "Customer success"), ("D300", "Finance")),
    "CostCenter": (("CC001", "Direct"), ("CC002", "Online"), ("CC003", "Partners"), ("CC999", "Closed cost center")),
}
GROUPS = (("10", "Business", "Net30"), ("20", "Consumer", "Net10"), ("30", "Subscription customers", "Net30"))
TERMS = (("Net10", 10), ("Net30", 30), ("Net45", 45), ("COD", 0))
METHODS = (("CARD", "Card"), ("ACH", "Bank transfer"), ("DEBIT", "Direct debit"), ("CHECK", "Check"), ("CASH", "Cash"))
JOURNALS: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
    ("GenJrn", "General journal", "Daily", "GNJ", {}),
    ("CBInv", "Subscription invoices", "Daily", "CBI", {}),
    ("CustPay", "Customer payments", "CustPayment", "ARP", {}),
    ("CBPay", "Subscription payments", "CustPayment", "CBP", {}),
    ("OneV", "One voucher number only", "Daily", "ONV", {"NewVoucher": "OneVoucher"}),
    ("ManV", "Manual vouchers", "Daily", "MAN", {"NewVoucher": "Manually"}),
    ("AllocP", "Vouchers at posting", "Daily", "ALP", {"VoucherAllocationAtPosting": "Yes"}),
    ("DelPost", "Lines deleted after posting", "CustPayment", "DEL", {"DeleteLinesAfterPosting": "Yes"}),
    ("Apprv", "Needs approval", "Daily", "APR", {"IsApprovalActive": "Yes"}),
)


def seed(site: Site) -> None:
    """Fill an empty environment."""
    for code, name, currency, zone in COMPANIES:
        _company(site, code, name, currency, zone)
    site.users[CLIENT_ID] = ServiceUser(name="mlconnector", company="dat")
    _shared(site)
    for code, _, _, _ in COMPANIES[:2]:
        _setup(site, code.lower())


def set_period(site: Site, text: str, status: str, area: str = "") -> list[str]:
    """Open, close or hold a period of one company or all; gives the period's name for each."""
    found = []
    for company in site.companies.values():
        if area and company.area != area.lower():
            continue
        period = company.books.periods.set_status(text, {"stopped": "locked", "on_hold": "locked"}.get(status, status))
        row = site.row(
            "LedgerFiscalPeriods", company.code, CALENDAR, str(period.start.year), _period_name(period.start)
        )
        if row is not None:
            row.values["PeriodStatus"] = {"open": "Open", "closed": "Closed", "locked": "OnHold"}[period.status]
            row.version += 1
        found.append(f"{company.code} {period.name}")
    return found


def _company(site: Site, code: str, name: str, currency: str, zone: str) -> None:
    chart = Chart(
        Account(id=id, number=id, name=text, kind=kind, control=control) for id, text, kind, control in ACCOUNTS
    )
    currencies = Currencies(
        Currency(code=iso, name=text, decimals=places, per_unit=Decimal(worth))
        for iso, text, _, places, worth in CURRENCIES
    )
    periods = Periods()
    periods.add_months(FIRST, MONTHS)
    banks = {
        f"{code} OPER": Bank(id=f"{code} OPER", main_account="110110", currency=currency),
        f"{code}-CARD": Bank(id=f"{code}-CARD", main_account="110120", currency=currency),
    }
    company = Company(code=code, name=name, currency=currency, books=Books(chart, currencies, periods), banks=banks)
    site.companies[company.area] = company
    site.store.seed("LegalEntities", LegalEntityId=code, Name=name, LanguageId="en-us", TimeZone=zone)
    site.store.seed(
        "Ledgers",
        LegalEntityId=code,
        Name=code,
        ChartOfAccounts=CHART,
        AccountingCurrency=currency,
        ReportingCurrency=currency,
        ExchangeRateType="Default",
        AccountStructureName1="Manufacturing B/S",
        AccountStructureName2="Manufacturing P&L",
        FiscalCalendar=CALENDAR,
    )
    for period in periods.all():
        site.store.seed(
            "LedgerFiscalPeriods",
            LedgerName=code,
            Calendar=CALENDAR,
            YearName=str(period.start.year),
            PeriodName=_period_name(period.start),
            LegalEntityId=code,
            PeriodStatus="Open",
        )


def _period_name(start: date) -> str:
    return f"Period {start.month}"


def _shared(site: Site) -> None:
    put = site.store.seed
    for id, name, kind, control in ACCOUNTS:
        put(
            "MainAccounts",
            ChartOfAccounts=CHART,
            MainAccountId=id,
            Name=name,
            MainAccountType=kind,
            DoNotAllowManualEntry="Yes" if control else "No",
            IsSuspended="Yes" if id == "999999" else "No",
            MainAccountRecId=site.store.new_rec_id(),
        )
    for iso, name, symbol, places, _ in CURRENCIES:
        put("Currencies", CurrencyCode=iso, Name=name, Symbol=symbol, GeneralRoundingRule=Decimal(1).scaleb(-places))
    for period in site.companies["usmf"].books.periods.all():
        put(
            "FiscalPeriods",
            Calendar=CALENDAR,
            FiscalYear=str(period.start.year),
            PeriodName=_period_name(period.start),
            StartDate=period.start,
            EndDate=period.end,
        )
    _rates(site)
    _dimensions(site)
    put("BusinessEventsCatalogs", BusinessEventId=FREE_TEXT_POSTED, Name="Free text invoice posted", Category="Invoice")
    put("BusinessEventsCatalogs", BusinessEventId=PAYMENT_POSTED, Name="Payment posted", Category="Payment")


def _rates(site: Site) -> None:
    company = site.companies["usmf"]
    for period in company.books.periods.all():
        for base in ("USD", "EUR"):
            for iso, _, _, _, _ in CURRENCIES:
                if iso != base:
                    rate = company.books.currencies.rate(iso, base, period.start)
                    site.store.seed(
                        "ExchangeRates",
                        RateTypeName="Default",
                        FromCurrency=iso,
                        ToCurrency=base,
                        StartDate=period.start,
                        EndDate=period.end,
                        Rate=rate * 100,
                        ConversionFactor="Hundred",
                    )


def _dimensions(site: Site) -> None:
    put = site.store.seed
    for name, values in DIMENSIONS.items():
        put("DimensionAttributes", DimensionName=name, UseValuesFrom="Custom list", ReportColumnName=name)
        for value, text in values:
            is_closed = value == "CC999"
            put(
                "FinancialDimensionValues",
                FinancialDimension=name,
                LegalEntityId="",
                DimensionValue=value,
                Description=text,
                IsSuspended="Yes" if is_closed else "No",
                ActiveTo=FIRST - timedelta(days=1) if is_closed else date(1900, 1, 1),
            )
    put("DimensionParameters", Key=0, DimensionSegmentDelimiter="Hyphen")
    names = "-".join(DIMENSIONS)
    formats = (
        ("LedgerFormat", "DataEntityLedgerDimensionFormat", f"MainAccount-{names}", "Yes"),
        ("LedgerOld", "DataEntityLedgerDimensionFormat", "MainAccount-Department", "No"),
        ("DefaultFormat", "DataEntityDefaultDimensionFormat", names, "Yes"),
    )
    for name, kind, text, is_active in formats:
        put(
            "DimensionIntegrationFormats",
            DimensionFormatName=name,
            DimensionFormatType=kind,
            FinancialDimensionFormat=text,
            IsActive=is_active,
        )


def _setup(site: Site, area: str) -> None:
    put, code = site.store.seed, area.upper()
    for name, days in TERMS:
        put("PaymentTerms", dataAreaId=area, Name=name, Description=name, NumberOfDays=days)
    for id, text, terms in GROUPS:
        put("CustomerGroups", dataAreaId=area, CustomerGroupId=id, Description=text, PaymentTermId=terms)
    for name, text in METHODS:
        bank = f"{code}\\-CARD" if name == "CARD" else f"{code} OPER"
        put(
            "CustomerPaymentMethods",
            dataAreaId=area,
            Name=name,
            Description=text,
            AccountType="Bank",
            PaymentAccountDisplayValue=bank,
        )
    for name, text, kind, series, more in JOURNALS:
        put("JournalNames", dataAreaId=area, Name=name, Description=text, Type=kind, VoucherSeriesCode=series, **more)
    for data_type, sequence in (("JournalNum", "Gene_1"), ("CustAccount", "Acco_1")):
        put(
            "NumberSequencesV2References",
            ScopeType="LegalEntity",
            ScopeValue=code,
            DataTypeName=data_type,
            NumberSequenceCode=f"{code}_{sequence}",
        )
