"""The NetSuite fields that a mapping may fill, one list per sink, named as the REST API names them."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from mappings.catalogue import FieldType, TargetField

Level: TypeAlias = Literal["header", "line"]

ADDRESS = "address."  # fields under it make the customer's billing address
CUSTOM = ("custbody", "custcol", "custentity", "custitem", "cseg")  # the prefixes of custom fields and segments


def _fields(level: Level, rows: str) -> tuple[TargetField, ...]:
    """Read rows of `name! | label | type | reference kind or enum`; the `!` marks a required field."""
    return tuple(_field(level, row) for row in rows.strip().splitlines())


def _field(level: Level, row: str) -> TargetField:
    name, label, kind, more = ([part.strip() for part in row.split("|")] + ["", ""])[:4]
    types: Mapping[str, FieldType] = {
        "": "text",
        "amount": "amount",
        "date": "date",
        "bool": "bool",
        "enum": "enum",
        "integer": "integer",
        "reference": "reference",
    }
    return TargetField(
        name=name.rstrip("!"),
        label=label,
        type=types[kind],
        level=level,
        required=name.endswith("!"),
        enum=tuple(more.split()) if kind == "enum" else (),
        reference=more if kind == "reference" else "",
    )


_DIMENSIONS = """
department | Department | reference | department
class | Class | reference | classification
location | Location | reference | location
"""

CUSTOMERS = _fields(
    "header",
    """
companyName | Company name
isPerson | Is an individual | bool
firstName | First name
lastName | Last name
email | E-mail
phone | Phone
entityId | Customer id (kept only where auto-numbering allows override)
subsidiary! | Primary subsidiary | reference | subsidiary
currency! | Primary currency | reference | currency
terms | Terms | reference | term
receivablesAccount | Receivables account | reference | account
taxable | Taxable | bool
taxItem | Tax item | reference | tax_code
defaultTaxReg | Tax registration number
creditLimit | Credit limit | amount
comments | Comments
isInactive | Inactive | bool
address.attention | Address: attention
address.addressee | Address: addressee
address.addr1 | Address: line 1
address.addr2 | Address: line 2
address.addr3 | Address: line 3
address.city | Address: city
address.state | Address: state or province
address.zip | Address: postal code
address.country | Address: country (two letters)
address.addrPhone | Address: phone
""",
)

ITEMS = _fields(
    "header",
    f"""
recordType | Kind of item | enum | serviceSaleItem nonInventorySaleItem otherChargeSaleItem
itemId! | Item name or number
displayName | Display name
incomeAccount! | Income account | reference | account
deferredRevenueAccount | Deferred revenue account | reference | account
subsidiary | Subsidiary | reference | subsidiary
includeChildren | Include child subsidiaries | bool
taxSchedule | Tax schedule (internal id) | reference
salesTaxCode | Sales tax code | reference | tax_code
isTaxable | Taxable | bool
rate | Base price | amount
revenueRecognitionRule | Revenue recognition rule (internal id) | reference
createRevenuePlansOn | Create revenue plans on (internal id) | reference
revRecForecastRule | Revenue forecast rule (internal id) | reference
revRecSchedule | Revenue recognition schedule (internal id) | reference
directRevenuePosting | Direct revenue posting | bool
isInactive | Inactive | bool
{_DIMENSIONS.strip()}
""",
)

_INVOICE_HEADER = _fields(
    "header",
    f"""
entity! | Customer | reference
tranDate! | Date | date
dueDate | Due date | date
tranId | Invoice number (kept only where auto-numbering allows override)
otherRefNum | PO number
memo | Memo
message | Message to the customer
currency! | Currency | reference | currency
exchangeRate | Exchange rate | amount
account | Receivables account | reference | account
subsidiary | Subsidiary | reference | subsidiary
{_DIMENSIONS.strip()}
terms | Terms | reference | term
postingPeriod | Posting period | reference | accounting_period
approvalStatus | Approval status (internal id) | enum
startDate | Service start | date
endDate | Service end | date
customForm | Custom form (internal id) | reference
toBeEmailed | NetSuite e-mails the customer | bool
taxPointDate | Tax point date | date
taxDetailsOverride | Impose the tax details (SuiteTax) | bool
""",
)

_INVOICE_LINE = _fields(
    "line",
    f"""
item! | Item | reference | item
quantity | Quantity | amount
rate | Rate | amount
amount! | Amount | amount
description | Description
price | Price level (internal id) | reference
{_DIMENSIONS.strip()}
taxCode | Tax code | reference | tax_code
taxRate1 | Tax rate, percent | amount
tax1Amt | Tax amount (legacy) | amount
isTaxable | Taxable | bool
taxDetailsReference | Name of the line in the tax details (SuiteTax)
revRecStartDate | Revenue recognition start | date
revRecEndDate | Revenue recognition end | date
revRecSchedule | Revenue recognition schedule (internal id) | reference
deferRevRec | Defer revenue recognition | bool
""",
)

INVOICES = _INVOICE_HEADER + _INVOICE_LINE

_NO_CREDIT = ("dueDate", "terms", "startDate", "endDate")
CREDIT_MEMOS = tuple(field for field in INVOICES if field.name not in _NO_CREDIT)

PAYMENTS = _fields(
    "header",
    f"""
customer! | Customer | reference
payment! | Amount received | amount
tranDate! | Date | date
currency! | Currency | reference | currency
exchangeRate | Exchange rate | amount
account | Bank or clearing account | reference | account
arAcct | Receivables account | reference | account
checkNumber | Check or reference number
tranId | Payment number
memo | Memo
paymentOption | Payment option (internal id) | reference
subsidiary | Subsidiary | reference | subsidiary
{_DIMENSIONS.strip()}
""",
)

REFUNDS = tuple(field for field in PAYMENTS if field.name != "payment")  # a refund's amount is what it applies

FIELDS: Mapping[str, tuple[TargetField, ...]] = {
    "customers": CUSTOMERS,
    "items": ITEMS,
    "invoices": INVOICES,
    "credit_memos": CREDIT_MEMOS,
    "payments": PAYMENTS,
    "refunds": REFUNDS,
}
