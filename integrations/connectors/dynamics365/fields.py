"""The F&O fields that a mapping may fill, one list per sink, named as OData names them."""

from collections.abc import Mapping

from mappings.catalogue import FieldType, TargetField
from mappings.rows import Level

_TYPES: Mapping[str, FieldType] = {
    "": "text",
    "amount": "amount",
    "date": "date",
    "enum": "enum",
    "reference": "reference",
}


def _fields(level: Level, rows: str) -> tuple[TargetField, ...]:
    """Read rows of `name! | label | type | reference kind or enum`; the `!` marks a required field."""
    return tuple(_field(level, row) for row in rows.strip().splitlines())


def _field(level: Level, row: str) -> TargetField:
    name, label, kind, more = ([part.strip() for part in row.split("|")] + ["", ""])[:4]
    return TargetField(
        name=name.rstrip("!"),
        label=label,
        type=_TYPES[kind],
        level=level,
        required=name.endswith("!"),
        enum=tuple(more.split()) if kind == "enum" else (),
        reference=more if kind == "reference" else "",
    )


CUSTOMERS = _fields(
    "header",
    """
PartyType | Kind of party | enum | Organization Person
OrganizationName! | Organization name
PersonFirstName | First name
PersonMiddleName | Middle name
PersonLastName | Last name
CustomerGroupId! | Customer group | reference | customer_group
SalesCurrencyCode! | Currency | reference | currency
PaymentTerms | Terms of payment | reference | payment_term
PaymentMethod | Method of payment | reference | payment_method
SalesTaxGroup | Sales tax group | reference | sales_tax_group
TaxExemptNumber | Tax exempt number
LanguageId | Language
InvoiceAccount | Invoice account
NameAlias | Search name
PrimaryContactEmail | E-mail
PrimaryContactEmailDescription | E-mail: description
PrimaryContactPhone | Phone
PrimaryContactURL | Web address
AddressDescription | Address: name
AddressStreet | Address: street
AddressCity | Address: city
AddressState | Address: state
AddressZipCode | Address: postal code
AddressCountryRegionId | Address: country (three letters)
AddressCountryRegionISOCode | Address: country (two letters)
CreditLimit | Credit limit | amount
OnHoldStatus | Invoicing and delivery on hold | enum | No Invoice All Payment Requisition Never
DefaultDimensionDisplayValue | Financial dimensions
OrganizationNumber | Organization number
IdentificationNumber | Identification number
SalesMemo | Memo
ReceiptEmail | E-mail for receipts
""",
)

_JOURNAL_HEADER = _fields(
    "header",
    """
JournalName | Journal name | reference | journal_name
TransDate! | Date | date
CurrencyCode! | Currency | reference | currency
Invoice | Invoice (on the customer's line)
DueDate | Due date | date
DocumentDate | Document date | date
PostingProfile | Posting profile
Text | Description of the customer's line
DefaultDimensionDisplayValue | Financial dimensions of the customer's line
FinTagDisplayValue | Financial tags of the customer's line
PaymentMethod | Method of payment | reference | payment_method
""",
)
_JOURNAL_LINE = _fields(
    "line",
    """
MainAccount! | Main account | reference | main_account
Text | Description
SalesTaxGroup | Sales tax group | reference | sales_tax_group
ItemSalesTaxGroup | Item sales tax group
SalesTaxCode | Sales tax code
Quantity | Quantity | amount
FinTagDisplayValue | Financial tags
""",
)
JOURNALS = _JOURNAL_HEADER + _JOURNAL_LINE

PAYMENTS = _fields(
    "header",
    """
JournalName | Journal name | reference | journal_name
TransactionDate! | Date | date
CurrencyCode! | Currency | reference | currency
OffsetAccountType | Offset account type | enum | Bank Ledger
OffsetAccountDisplayValue | Offset account (bank account, or main account with its dimensions)
PaymentMethodName | Method of payment | reference | payment_method
PaymentSpecification | Payment specification
PaymentId | Payment id
TransactionText | Description
PaymentNotes | Notes
PostingProfile | Posting profile
IsPrepayment | Prepayment | enum | No Yes
TaxGroup | Sales tax group | reference | sales_tax_group
TaxItemGroup | Item sales tax group
DefaultDimensionsForAccountDisplayValue | Financial dimensions of the customer
DefaultDimensionsForOffsetAccountDisplayValue | Financial dimensions of the offset account
FinTagDisplayValue | Financial tags
""",
)

FIELDS: Mapping[str, tuple[TargetField, ...]] = {
    "customers": CUSTOMERS,
    "journals": JOURNALS,
    "payment_journals": PAYMENTS,
}

# What a row may hold: what mappings fill, and what the connector adds.
_LINE = """
AccountType AccountDisplayValue DefaultDimensionDisplayValue DebitAmount CreditAmount Quantity Text Invoice
DocumentDate DueDate PaymentReference PaymentId PaymentMethod PostingProfile ExchRate ExchRateSecond
ReportingCurrencyExchRate SalesTaxGroup ItemSalesTaxGroup SalesTaxCode TaxExemptNumber OverrideSalesTax
FinTagDisplayValue CashDiscount CashDiscountAmount
"""
_PAYMENT = """
AccountType AccountDisplayValue CreditAmount DebitAmount ExchangeRate SecondaryExchangeRate ReportingCurrencyExchRate
MarkedInvoice MarkedInvoiceCompany SettleVoucher OffsetCompany OffsetTransactionText OffsetFinTagDisplayValue
OverrideSalesTax BankTransactionType
"""
WRITABLE: Mapping[str, frozenset[str]] = {
    "customers": frozenset(each.name for each in CUSTOMERS),
    "journals": frozenset(_LINE.split()),
    "payment_journals": frozenset(_PAYMENT.split()) | {each.name for each in PAYMENTS if each.name != "JournalName"},
}
