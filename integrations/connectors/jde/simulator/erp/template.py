"""What the sandbox's customer set up before we came: companies, business units, chart of accounts, codes."""

from dataclasses import dataclass
from decimal import Decimal

from integrations.sandbox.books import Currency


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanySetup:
    """A company: its balance-sheet business unit and its departments, the first of which sells."""

    code: str
    name: str
    currency: str
    unit: str
    departments: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSetup:
    """An object account. `pec` is the posting edit; `currency` makes it monetary: it takes that currency only."""

    object: str
    name: str
    subsidiary: str = ""
    pec: str = ""
    level: str = "7"
    currency: str = ""


COMPANIES = (
    CompanySetup(code="00001", name="Acme Corporation", currency="USD", unit="1",
                 departments=(("110", "Sales"), ("120", "Marketing"), ("130", "Engineering"), ("140", "Finance"))),
    CompanySetup(code="00020", name="Acme Europe GmbH", currency="EUR", unit="20",
                 departments=(("210", "Vertrieb"), ("220", "Entwicklung"))),
    CompanySetup(code="00040", name="Acme Japan K.K.", currency="JPY", unit="40",
                 departments=(("410", "Sales Tokyo"), ("420", "Support Osaka"))),
)  # fmt: skip
CLOSED_UNIT = ("190", "Closed depot", "00001")

BALANCE_SHEET = (
    AccountSetup(object="1000", name="Assets", pec="N", level="3"),
    AccountSetup(object="1110", name="Operating bank account", subsidiary="BEAR"),
    AccountSetup(object="1115", name="BILL money-out clearing"),
    AccountSetup(object="1120", name="Customer payments clearing"),
    AccountSetup(object="1125", name="Refunds clearing"),
    AccountSetup(object="1210", name="Accounts receivable trade", pec="M"),
    AccountSetup(object="1215", name="Billing receivable"),
    AccountSetup(object="1240", name="Recoverable input tax"),
    AccountSetup(object="4000", name="Liabilities", pec="N", level="3"),
    AccountSetup(object="4110", name="Accounts payable trade", pec="M"),
    AccountSetup(object="4111", name="Received not vouchered", pec="M"),
    AccountSetup(object="4433", name="Sales tax and VAT payable"),
    AccountSetup(object="4550", name="Deferred revenue"),
    AccountSetup(object="4560", name="Customer credit balances"),
    AccountSetup(object="4980", name="Retained earnings"),
)
EURO_BANK = AccountSetup(object="1110", name="Euro bank account", subsidiary="EURO", currency="EUR")
REVENUE = (
    AccountSetup(object="5010", name="Subscription revenue"),
    AccountSetup(object="5020", name="Service revenue"),
    AccountSetup(object="5030", name="Usage revenue"),
    AccountSetup(object="5900", name="Discounts granted"),
    AccountSetup(object="5910", name="Refunds and allowances"),
    AccountSetup(object="5990", name="Other revenue"),
)
EXPENSES = (
    AccountSetup(object="8610", name="Materials"),
    AccountSetup(object="8620", name="Office supplies"),
    AccountSetup(object="8630", name="Software and hosting"),
    AccountSetup(object="8640", name="Travel"),
    AccountSetup(object="8650", name="Advertising"),
    AccountSetup(object="8660", name="Project costs", pec="S"),
    AccountSetup(object="8720", name="Professional fees"),
    AccountSetup(object="8999", name="Old suspense", pec="I"),
)
OTHER = (
    AccountSetup(object="9110", name="Purchase discounts taken"),
    AccountSetup(object="9145", name="Exchange gain and loss"),
    AccountSetup(object="9150", name="Rounding differences"),
    AccountSetup(object="9160", name="Bad debts"),
    AccountSetup(object="9170", name="Payment provider fees"),
)
CONTROL = {"1210": "ar", "4110": "ap"}

CURRENCIES = tuple(
    Currency(code=code, name=name, decimals=decimals, per_unit=Decimal(per_unit))
    for code, name, decimals, per_unit in (
        ("USD", "US Dollar", 2, "1"), ("EUR", "Euro", 2, "1.1"), ("GBP", "Pound Sterling", 2, "1.28"),
        ("JPY", "Japanese Yen", 0, "0.0067"), ("KWD", "Kuwaiti Dinar", 3, "3.25"),
        ("CAD", "Canadian Dollar", 2, "0.73"), ("CHF", "Swiss Franc", 2, "1.15"), ("SEK", "Swedish Krona", 2, "0.095"),
        ("AUD", "Australian Dollar", 2, "0.66"),
    )
)  # fmt: skip

PAY_STATUSES = {
    "A": "Approved for payment", "B": "Paid by BILL", "H": "Held / pending approval", "P": "Paid in full",
    "R": "Retainage", "%": "Withholding applies", "#": "Payment in process", "X": "Disputed",
}  # fmt: skip
SEARCH_TYPES = {"C": "Customers", "V": "Suppliers", "E": "Employees", "O": "Companies", "X": "Ex-employees"}
ORDER_STATUSES = {
    "220": "Enter purchase order", "230": "Approval pending", "280": "Print purchase order", "380": "Open, printed",
    "400": "Receive purchase order", "980": "Cancelled", "999": "Complete",
}  # fmt: skip
COUNTRIES = (
    "AE AR AT AU BE BG BR CA CH CL CN CO CY CZ DE DK EE EG ES FI FR GB GR HK HR HU ID IE IL IN IS IT JP KE KR KW LT "
    "LU LV MA MT MX MY NG NL NO NZ PE PH PK PL PT QA RO RS SA SE SG SI SK TH TR TW UA US UY VN ZA"
)
TERMS = {"": 30, "N30": 30, "N60": 60, "N14": 14, "IMM": 0}
HOLD_CODES = {"B1": "Budget hold", "C1": "Credit hold", "AP": "Approval hold"}
