"""The BILL fields that a mapping may fill, one list per sink, named as the API names them with dots for groups.

Source: developer.bill.com/reference/createvendor, /createbill, read 2026-11-21; lengths of addresses are not published.
"""

from collections.abc import Mapping

from mappings.catalogue import FieldType, TargetField
from mappings.rows import Level

INVOICE_NUMBER = "invoice.invoiceNumber"
INVOICE_NUMBER_MAX = 21  # observed by others on the live API (BDC_1143); the reference page does not say
SHORT_NAME_MAX = 40
DESCRIPTION_MAX = 4000

_TYPES: Mapping[str, FieldType] = {
    "": "text",
    "amount": "amount",
    "date": "date",
    "bool": "bool",
    "enum": "enum",
    "integer": "integer",
    "reference": "reference",
}


def _fields(level: Level, rows: str) -> tuple[TargetField, ...]:
    """Read rows of `name! | label | type or longest text | enum or kind of reference`; `!` marks a required field."""
    return tuple(_field(level, row) for row in rows.strip().splitlines())


def _field(level: Level, row: str) -> TargetField:
    name, label, kind, more = ([part.strip() for part in row.split("|")] + ["", ""])[:4]
    return TargetField(
        name=name.rstrip("!"),
        label=label,
        type="text" if kind.isdecimal() else _TYPES[kind],
        level=level,
        required=name.endswith("!"),
        enum=tuple(more.split()) if kind == "enum" else (),
        max_length=int(kind) if kind.isdecimal() else 0,
        reference=more if kind == "reference" else "",
    )


VENDORS = _fields(
    "header",
    """
name! | Name | 100
accountNumber | Our account number at the vendor (printed on checks)
accountType | Kind of vendor | enum | BUSINESS PERSON NONE
email | E-mail
phone | Phone
billCurrency | Bill currency (ISO code) | 3
address.line1! | Address: line 1
address.line2 | Address: line 2
address.city! | Address: city
address.stateOrProvince | Address: state or province
address.zipOrPostalCode! | Address: postal code
address.country! | Address: country (two letters) | 2
paymentInformation.payeeName | Payee name
paymentInformation.email | E-mail for payment notices
additionalInfo.taxId | Tax id
additionalInfo.taxIdType | Kind of tax id | enum | EIN SSN UNDEFINED
additionalInfo.track1099 | Track for 1099 | bool
additionalInfo.leadTimeInDays | Lead time in days | integer
additionalInfo.combinePayments | Combine payments | bool
additionalInfo.paymentTermId | Payment term (BILL's id)
additionalInfo.companyName | Company name
""",
)

_BILL_HEADER = _fields(
    "header",
    """
vendorId! | Vendor (BILL's id)
invoice.invoiceNumber! | Invoice number (shortened to 21 characters where longer) | 21
invoice.invoiceDate! | Invoice date | date
dueDate! | Due date | date
description | Description | 4000
purchaseOrderNumber | Purchase order number
payFromChartOfAccountId | Pay from account | reference | account
classifications.chartOfAccountId | Account of the whole bill | reference | account
classifications.departmentId | Department of the whole bill | reference | department
classifications.locationId | Location of the whole bill | reference | location
billApprovals | Send through BILL's approval policies | bool
""",
)

_BILL_LINES = _fields(
    "line",
    """
amount | Amount | amount
quantity | Quantity (with a price, instead of an amount) | amount
price | Price | amount
description | Description | 4000
classifications.chartOfAccountId | Account | reference | account
classifications.departmentId | Department | reference | department
classifications.locationId | Location | reference | location
""",
)

_CREDIT = _fields(
    "header",
    """
vendorId! | Vendor (BILL's id)
referenceNumber! | Number of the credit | 21
creditDate! | Date of the credit | date
description | Description | 4000
applyToChartOfAccountId | Account of the whole credit | reference | account
""",
)

FIELDS: Mapping[str, tuple[TargetField, ...]] = {
    "vendors": VENDORS,
    "bills": _BILL_HEADER + _BILL_LINES,
    "vendor_credits": _CREDIT + _BILL_LINES,
}
