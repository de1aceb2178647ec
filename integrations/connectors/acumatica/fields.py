"""The fields of each sink that a mapping may fill, with labels, lengths and the reference data they must come from."""

from collections.abc import Iterator, Mapping, Sequence

from integrations.connectors.acumatica.shapes import Shape, Shapes
from integrations.contracts import Value
from integrations.errors import MappingError
from mappings.catalogue import FieldType, TargetField, label_from
from mappings.rows import Level

_TYPES: Mapping[str, FieldType] = {
    "": "text",
    "amount": "amount",
    "date": "date",
    "bool": "bool",
    "enum": "enum",
    "integer": "integer",
}
_OF_SHAPE: Mapping[str, FieldType] = {
    "Decimal": "amount",
    "Double": "amount",
    "DateTime": "date",
    "Boolean": "bool",
    "Int": "integer",
    "Short": "integer",
    "Long": "integer",
    "Byte": "integer",
}
# What Acumatica fills in itself, or what our sinks write.
_NOT_MAPPED = frozenset(
    """
    ReferenceNbr BatchNbr Status Balance CreatedDateTime CreatedDate LastModifiedDateTime NoteID BAccountID LineNbr
    AppliedToDocuments AppliedToOrders AvailableBalance DetailTotal DiscountTotal PaymentTotal Module Type Hold
    """.split()  # noqa: SIM905
)


def _fields(level: Level, text: str) -> tuple[TargetField, ...]:
    """Read rows of `name! | label | type or >reference kind | length or enum`; the `!` marks a required field."""
    return tuple(_field(level, row) for row in text.strip().splitlines())


def _field(level: Level, row: str) -> TargetField:
    name, label, kind, more = ([part.strip() for part in row.split("|")] + ["", ""])[:4]
    return TargetField(
        name=name.rstrip("!"),
        label=label,
        type="reference" if kind.startswith(">") else _TYPES[kind],
        level=level,
        required=name.endswith("!"),
        enum=tuple(each.strip() for each in more.split(",")) if kind == "enum" else (),
        max_length=int(more) if more.isdecimal() else 0,
        reference=kind[1:] if kind.startswith(">") else "",
    )


# Labels are those of the screens: AR303000, AR301000, SO303000, AR302000, GL301000.
_CUSTOMER = _fields(
    "header",
    """
CustomerName! | Customer name | | 255
CustomerID | Customer ID (where numbers are given by hand) | | 30
CustomerClass | Customer class | >customer_class
Email | Account email | | 255
CurrencyID | Currency ID | >currency | 5
CurrencyRateType | Curr. rate type
EnableCurrencyOverride | Enable currency override | bool
EnableRateOverride | Enable rate override | bool
Terms | Terms | >terms | 10
CreditLimit | Credit limit | amount
TaxZone | Tax zone | >tax_zone | 10
TaxRegistrationID | Tax registration ID
TaxExemptionNumber | Tax exemption number
EntityUsageType | Entity usage type
StatementCycleID | Statement cycle ID
StatementType | Statement type
MultiCurrencyStatements | Multi-currency statements | bool
PriceClassID | Price class
ParentRecord | Parent account
AutoApplyPayments | Auto-apply payments | bool
PrintInvoices | Print invoices | bool
SendInvoicesbyEmail | Send invoices by email | bool
PrintStatements | Print statements | bool
SendStatementsbyEmail | Send statements by email | bool
LocationName | Location name
ShippingBranch | Shipping branch | >branch
MainContact.Email | Main contact: email | | 255
MainContact.FirstName | Main contact: first name
MainContact.LastName | Main contact: last name
MainContact.Attention | Main contact: attention
MainContact.CompanyName | Main contact: company name
MainContact.Phone1 | Main contact: phone 1
MainContact.WebSite | Main contact: web
MainContact.Address.AddressLine1 | Address line 1
MainContact.Address.AddressLine2 | Address line 2
MainContact.Address.City | City
MainContact.Address.State | State (as set up for the country)
MainContact.Address.PostalCode | Postal code
MainContact.Address.Country | Country (two letters) | | 2
""",
)
_INVOICE = _fields(
    "header",
    """
Customer! | Customer | >customer
Date! | Date | date
DueDate | Due date | date
PostPeriod | Post period (MMYYYY) | | 6
Terms | Terms | >terms | 10
Description | Description | | 512
custom.Document.CuryID | Currency | >currency | 5
custom.CurrentDocument.TaxZoneID | Customer tax zone | >tax_zone | 10
LinkBranch | Branch | >branch
LinkARAccount | AR account | >account | 10
LocationID | Location
Project | Project
IsTaxValid | Taxes are taken over as sent | bool
Amount | Amount (where document totals are validated on entry) | amount
""",
)
_INVOICE_LINE = _fields(
    "line",
    """
Amount! | Amount | amount
InventoryID | Inventory ID | >item | 30
TransactionDescription | Transaction descr. | | 256
Qty | Quantity | amount
UOM | UOM | | 6
UnitPrice | Unit price | amount
ExtendedPrice | Ext. price | amount
DiscountAmount | Discount amount | amount
Account | Account | >account | 10
Subaccount | Subaccount | >subaccount | 30
Branch | Branch | >branch
TaxCategory | Tax category | >tax_category | 15
ProjectTask | Project task
CostCode | Cost code
""",
)
_SALES_INVOICE = _fields(
    "header",
    """
CustomerID! | Customer | >customer
Date! | Date | date
DueDate | Due date | date
Currency | Currency | >currency | 5
Description | Description | | 512
custom.Document.TermsID | Terms | >terms | 10
custom.Document.FinPeriodID | Post period (MMYYYY) | | 6
FinancialDetails.Branch | Branch | >branch
FinancialDetails.CustomerTaxZone | Customer tax zone | >tax_zone | 10
TaxCalcMode | Tax calculation mode
IsTaxValid | Taxes are taken over as sent | bool
Amount | Amount (where document totals are validated on entry) | amount
CashDiscount | Cash discount | amount
FreightPrice | Freight price | amount
CreditHold | Credit hold | bool
ExternalRef | External reference
Project | Project
""",
)
_SALES_LINE = _fields(
    "line",
    """
Amount! | Amount | amount
InventoryID | Inventory ID | >item | 30
TransactionDescr | Transaction descr. | | 256
Qty | Quantity | amount
UOM | UOM | | 6
UnitPrice | Unit price | amount
ManualPrice | Manual price | bool
DiscountAmount | Discount amount | amount
DiscountPercent | Discount percent | amount
ManualDiscount | Manual discount | bool
Account | Account | >account | 10
SubAccount | Subaccount | >subaccount | 30
BranchID | Branch | >branch
TaxCategory | Tax category | >tax_category | 15
WarehouseID | Warehouse
ProjectTask | Project task
CostCode | Cost code
OrigInvType | Orig. inv. type
OrigInvNbr | Orig. inv. nbr.
OrigInvLineNbr | Orig. inv. line nbr. | integer
""",
)
_PAYMENT = _fields(
    "header",
    """
CustomerID! | Customer | >customer
CustomerLocationID | Location
ApplicationDate! | Application date | date
PaymentAmount! | Payment amount | amount
PaymentMethod! | Payment method (not an integrated card) | >payment_method | 10
CashAccount! | Cash account | >cash_account
CurrencyID | Currency | >currency | 5
Description | Description | | 512
Branch | Branch | >branch
custom.Document.AdjFinPeriodID | Application period (MMYYYY) | | 6
ExternalRef | External reference
CardAccountNbr | Card/account nbr. | integer
ProcessingCenterID | Proc. center ID
OrigTransaction | Orig. transaction
IsCCPayment | Is a card payment | bool
""",
)
_JOURNAL = _fields(
    "header",
    """
TransactionDate! | Transaction date | date
LedgerID | Ledger | >ledger | 10
PostPeriod | Post period (MMYYYY) | | 6
BranchID | Branch | >branch
CurrencyID | Currency | >currency | 5
Description | Description (after our reference) | | 460
""",
)
_JOURNAL_LINE = _fields(
    "line",
    """
Account! | Account | >account | 10
DebitAmount | Debit amount | amount
CreditAmount | Credit amount | amount
Subaccount | Subaccount | >subaccount | 30
BranchID | Branch | >branch
TransactionDescription | Transaction description | | 512
ReferenceNbr | Ref. number | | 15
VendorOrCustomer | Customer/vendor | >customer
Project | Project
ProjectTask | Project task
CostCode | Cost code
NonBillable | Non-billable | bool
Qty | Quantity | amount
UOM | UOM | | 6
""",
)
FIELDS: Mapping[str, tuple[TargetField, ...]] = {
    "customers": _CUSTOMER,
    "invoices": (*_INVOICE, *_INVOICE_LINE),
    "sales_invoices": (*_SALES_INVOICE, *_SALES_LINE),
    "credit_memos": (*_INVOICE, *_INVOICE_LINE),
    "payments": _PAYMENT,
    "refunds": _PAYMENT,
    "journals": (*_JOURNAL, *_JOURNAL_LINE),
}

_SINK_OF: Mapping[str, str] = {
    "Customer": "customers",
    "Invoice": "invoices",
    "SalesInvoice": "sales_invoices",
    "Payment": "payments",
    "JournalTransaction": "journals",
}


def refuse_overlong(entity: str, body: Mapping[str, Value]) -> None:
    """Raise MappingError for the first text that is longer than its field, so that none is cut."""
    for field in FIELDS[_SINK_OF[entity]]:
        path = ["Details", *field.name.split(".")] if field.level == "line" else field.name.split(".")
        for text in _texts(body, path) if field.max_length else ():
            if len(text) > field.max_length:
                raise MappingError(
                    f"{field.label} has {len(text)} signs, and Acumatica's {field.name} takes {field.max_length}: “"
                    f"{text[:40]}...”. Shorten it in the mapping with LEFT.",
                    code="acumatica_too_long",
                    field=field.name,
                    value=text[:80],
                )


def _texts(value: Value, path: Sequence[str]) -> Iterator[str]:
    """Give the texts that stand under a path, in every line of a list."""
    if isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one, path)
    elif isinstance(value, Mapping):
        if path:
            yield from _texts(value.get(path[0]), path[1:])
    elif isinstance(value, str) and not path:
        yield value


def catalogue(sink: str, entity: str, shapes: Shapes) -> tuple[TargetField, ...]:
    """Give a sink's fields as far as the endpoint has them, and its further fields with their names in words."""
    known = FIELDS[sink]
    header = shapes.get(entity, {})
    line = shapes.get(header.get("Details", "").strip("[]"), {})
    there = [each for each in known if _is_there(each, header, line, shapes)]
    has_lines = any(each.level == "line" for each in known)
    named = {(each.level, each.name) for each in known}
    more = [each for each in _more("header", header) if ("header", each.name) not in named]
    more += [each for each in _more("line", line) if has_lines and ("line", each.name) not in named]
    return (*there, *more)


def _is_there(field: TargetField, header: Shape, line: Shape, shapes: Shapes) -> bool:
    if field.name.startswith("custom."):
        return True
    shape = line if field.level == "line" else header
    *path, last = field.name.split(".")
    for step in path:
        shape = shapes.get(shape.get(step, "").strip("{}[]"), {})
    return last in shape


def _more(level: Level, shape: Shape) -> Iterator[TargetField]:
    for name, kind in sorted(shape.items()):
        if kind[:1] not in "{[" and name not in _NOT_MAPPED and kind != "Guid":
            yield TargetField(name=name, label=label_from(name), type=_OF_SHAPE.get(kind, "text"), level=level)
