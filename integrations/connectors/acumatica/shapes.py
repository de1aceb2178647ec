"""Which fields each entity has: our own table of Default 24.200.001, and the tenant's swagger, which wins over it.

Acumatica takes unknown field names with 200 and drops them, so nothing is sent that these do not know.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from integrations.connectors.acumatica.values import names
from integrations.contracts import Value
from integrations.errors import MappingError

Shape: TypeAlias = Mapping[str, str]  # field -> type; `{Contact}` a linked record, `[InvoiceDetail]` details
Shapes: TypeAlias = Mapping[str, Shape]

STRING, DECIMAL, BOOL, INT, TIME = "String", "Decimal", "Boolean", "Int", "DateTime"
_LETTERS = {"S": STRING, "D": DECIMAL, "B": BOOL, "I": INT, "T": TIME, "G": "Guid"}
_REF = "#/components/schemas/"
_MOST_DEPTH = 4


def _shape(text: str) -> Shape:
    """Read `Name:S Name:{Other} Name:[Other]`; a field without a type is a text."""
    pairs = (word.partition(":") for word in text.split())
    return {name: _LETTERS.get(kind or "S", kind) for name, _, kind in pairs}


_CONTACT = "Email FirstName LastName MiddleName Phone1 Phone1Type Phone2 Attention CompanyName FullName JobTitle"
_LINE_SUMS = "Qty:D UOM UnitPrice:D DiscountAmount:D Amount:D Account TaxCategory InventoryID ProjectTask CostCode"

# Source: the contract file Default 24.200.001 of Acumatica's own client (vendor file section 5), read 2026-11-21.
DEFAULT: Shapes = {
    "Customer": _shape(
        "CustomerID CustomerName CustomerClass Status AccountRef Email CurrencyID CurrencyRateType"
        " EnableCurrencyOverride:B EnableRateOverride:B Terms TaxZone TaxRegistrationID TaxExemptionNumber"
        " EntityUsageType StatementCycleID StatementType PriceClassID ParentRecord AutoApplyPayments:B CreditLimit:D"
        " MainContact:{Contact} BillingContact:{Contact} BillingContactOverride:B BillingAddressOverride:B"
        " PrimaryContact:{Contact} PrimaryContactID:I ShippingContact:{Contact} ShippingContactOverride:B"
        " ShippingAddressOverride:B Attributes:[AttributeValue] BAccountID:I NoteID:G LocationName ShippingBranch"
        " PrintInvoices:B PrintStatements:B SendInvoicesbyEmail:B SendStatementsbyEmail:B MultiCurrencyStatements:B"
        " CreatedDateTime:T LastModifiedDateTime:T"
    ),
    "Contact": _shape(f"{_CONTACT} WebSite Address:{{Address}} ExtRefNbr Active:B"),
    "Address": _shape("AddressLine1 AddressLine2 City State PostalCode Country Validated:B"),
    "AttributeValue": _shape("AttributeID Value Required:B"),
    "DocContact": _shape("Attention BusinessName Email Phone1"),
    "Invoice": _shape(
        "Type ReferenceNbr Customer CustomerOrder Date:T DueDate:T PostPeriod Terms Description LocationID Project"
        " Hold:B Status Amount:D Balance:D TaxTotal:D IsTaxValid:B LinkARAccount LinkBranch BillToContact:{DocContact}"
        " BillToContactOverride:B Details:[InvoiceDetail] TaxDetails:[InvoiceTaxDetail] CreatedDateTime:T"
        " ApplicationsDefault:[InvoiceApplicationsDefault]"
        " ApplicationsCreditMemo:[InvoiceApplicationsCreditMemo] LastModifiedDateTime:T"
    ),
    "InvoiceDetail": _shape(f"{_LINE_SUMS} TransactionDescription ExtendedPrice:D Subaccount Branch LineNbr:I"),
    "InvoiceTaxDetail": _shape("TaxID TaxRate:D TaxableAmount:D TaxAmount:D"),
    "InvoiceApplicationsDefault": _shape("AmountPaid:D Balance:D CashDiscountTaken:D DocType ReferenceNbr Status"),
    "InvoiceApplicationsCreditMemo": _shape("AmountPaid:D Balance:D Customer DocType ReferenceNbr Status"),
    "SalesInvoice": _shape(
        "Type ReferenceNbr CustomerID CustomerOrder ExternalRef Date:T DueDate:T Description Currency Project Hold:B"
        " CreditHold:B Status Amount:D Balance:D DetailTotal:D TaxTotal:D DiscountTotal:D PaymentTotal:D CashDiscount:D"
        " TaxCalcMode IsTaxValid:B FreightPrice:D VATExemptTotal:D VATTaxableTotal:D"
        " FinancialDetails:{SalesInvoiceFinancialDetails} BillingSettings:{BillToSettings}"
        " Details:[SalesInvoiceDetail] TaxDetails:[SalesInvoiceTaxDetail]"
        " ApplicationsInvoice:[SalesInvoiceApplicationInvoice]"
        " ApplicationsCreditMemo:[SalesInvoiceApplicationCreditMemo] LastModifiedDateTime:T CreatedDate:T"
    ),
    "SalesInvoiceDetail": _shape(
        f"{_LINE_SUMS} TransactionDescr ManualPrice:B DiscountPercent:D ManualDiscount:B SubAccount BranchID"
        " WarehouseID OrigInvType OrigInvNbr OrigInvLineNbr:I LineNbr:I NoteID:G ExternalRef Description"
    ),
    "SalesInvoiceTaxDetail": _shape("TaxID TaxableAmount:D TaxAmount:D"),
    "SalesInvoiceFinancialDetails": _shape("BatchNbr Branch CustomerTaxZone"),
    "BillToSettings": _shape(
        "BillToAddress:{Address} BillToAddressOverride:B BillToContact:{DocContact} BillToContactOverride:B"
    ),
    "SalesInvoiceApplicationInvoice": _shape("DocType AdjustingDocReferenceNbr AmountPaid:D Balance:D Status"),
    "SalesInvoiceApplicationCreditMemo": _shape("AmountPaid:D Balance:D Customer DocType ReferenceNbr Status"),
    "Payment": _shape(
        "Type ReferenceNbr CustomerID CustomerLocationID ApplicationDate:T PaymentMethod CashAccount CurrencyID"
        " PaymentAmount:D PaymentRef ExternalRef Description Hold:B Status Branch BranchID AppliedToDocuments:D"
        " AppliedToOrders:D AvailableBalance:D CardAccountNbr:I IsCCPayment:B ProcessingCenterID OrigTransaction"
        " NoteID:G DocumentsToApply:[PaymentDetail] ApplicationHistory:[PaymentApplicationHistoryDetail]"
        " Charges:[PaymentCharge] LastModifiedDateTime:T"
    ),
    "PaymentDetail": _shape(
        "DocType ReferenceNbr AmountPaid:D CashDiscountTaken:D BalanceWriteOff:D WriteOffReasonCode DocLineNbr:I"
        " CustomerOrder Description"
    ),
    "PaymentApplicationHistoryDetail": _shape(
        "AdjustedDocType AdjustedRefNbr AdjustingDocType AdjustingRefNbr DisplayDocType DisplayRefNbr AmountPaid:D"
        " BalanceWriteOff:D Date:T ApplicationPeriod PostPeriod"
    ),
    "PaymentCharge": _shape("EntryTypeID Amount:D AccountID SubID Description"),
    "JournalTransaction": _shape(
        "Module BatchNbr TransactionDate:T PostPeriod LedgerID BranchID CurrencyID Description Hold:B Status"
        " CreatedDateTime:T LastModifiedDateTime:T Details:[JournalTransactionDetail]"
    ),
    "JournalTransactionDetail": _shape(
        "BranchID Account Subaccount ReferenceNbr DebitAmount:D CreditAmount:D TransactionDescription Description Qty:D"
        " UOM Project ProjectTask CostCode IsNonPM:B NonBillable:B VendorOrCustomer LineNbr:I"
    ),
}
ENTITIES = ("Customer", "Invoice", "SalesInvoice", "Payment", "JournalTransaction")

# Fields that came with a release; on older endpoints they would be dropped without a word.
_SINCE: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "22.200": {
        "SalesInvoice": ("IsTaxValid",),
        "InvoiceDetail": ("TaxCategory",),
        "Payment": ("ExternalRef", "AvailableBalance", "NoteID", "BranchID", "CustomerLocationID"),
        "Customer": ("CreditLimit", "NoteID", "BAccountID"),
    },
    "23.200": {
        "SalesInvoice": ("LastModifiedDateTime",),
        "Payment": ("Charges", "IsCCPayment"),
        "Customer": ("Email", "PrimaryContactID"),
    },
    "24.200": {
        "SalesInvoice": ("ExternalRef", "TaxCalcMode", "CreatedDate"),
        "SalesInvoiceDetail": ("Account", "SubAccount", "ManualPrice", "ExternalRef", "NoteID"),
    },
}


def default_shapes(version: str) -> Shapes:
    """Give our table for a version of Default: fields that came later are left out. Versions of another form: all."""
    shapes = {entity: dict(shape) for entity, shape in DEFAULT.items()}
    if not version[:2].isdecimal() or "." not in version:
        return shapes
    for release, added in _SINCE.items():
        if version < release:
            for entity, fields in added.items():
                for name in fields:
                    shapes[entity].pop(name, None)
    return shapes


def is_known_by_heart(name: str, version: str) -> bool:
    """Tell whether our table holds for an endpoint without asking: Default since 24.200.001 gained nothing of ours."""
    return name == "Default" and version >= "24.200" and version[:2].isdecimal()


def shapes_of(swagger: Mapping[str, Any]) -> Shapes:
    """Read the shapes of our entities, and of all that they hold, out of a tenant's OpenAPI document."""
    components = swagger.get("components")
    schemas = components.get("schemas") if isinstance(components, Mapping) else None
    if not isinstance(schemas, Mapping):
        return {}
    found: dict[str, Shape] = {}
    wanted = [(entity, 0) for entity in ENTITIES if entity in schemas]
    while wanted:
        name, depth = wanted.pop()
        found[name] = dict(_fields(schemas.get(name), schemas))
        inner = (kind.strip("{}[]") for kind in found[name].values() if kind[:1] in "{[")
        wanted += [(one, depth + 1) for one in inner if one not in found and depth < _MOST_DEPTH]
    return found


def _fields(schema: object, schemas: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not isinstance(schema, Mapping):
        return
    for part in (schema, *(schema.get("allOf") or ())):
        properties = part.get("properties") if isinstance(part, Mapping) else None
        if isinstance(properties, Mapping):
            for name, said in properties.items():
                if isinstance(said, Mapping) and (kind := _kind(said)):
                    yield name, kind


def _kind(said: Mapping[str, Any]) -> str:
    """Give the type of a property; empty for the bare ones, which are no fields."""
    items = said.get("items")
    if isinstance(items, Mapping):
        inner = str(items.get("$ref") or "").removeprefix(_REF)
        return f"[{inner}]" if inner and inner != "FileLink" else ""
    name = str(said.get("$ref") or "").removeprefix(_REF)
    if not name:
        return ""
    plain = name.removesuffix("Value")
    is_value = name.endswith("Value") and plain in (
        "String",
        "Decimal",
        "Boolean",
        "Int",
        "Short",
        "Long",
        "Byte",
        "DateTime",
        "Guid",
        "Double",
        "CustomString",
    )
    return plain if is_value else f"{{{name}}}"


# The check before a call


def unknown_fields(shapes: Shapes, entity: str, body: Mapping[str, Value]) -> list[str]:
    """Name the fields of a nested body that an entity does not have."""
    return [
        f"{path}.{name}" if path else name
        for path, name in dict.fromkeys(names(body))
        if not _has(shapes, entity, path, name)
    ]


def _has(shapes: Shapes, entity: str, path: str, name: str) -> bool:
    shape = shapes.get(entity, {})
    for step in path.split(".") if path else ():
        kind = shape.get(step, "")
        if kind[:1] not in ("{", "["):
            return step not in shape  # the step itself is named already
        shape = shapes.get(kind.strip("{}[]"), {})
    return name in shape


def refuse_unknown(shapes: Shapes, entity: str, body: Mapping[str, Value], endpoint: str) -> None:
    """Raise MappingError for the first field that the endpoint does not have: it would be dropped without a word."""
    unknown = unknown_fields(shapes, entity, body)
    if unknown:
        raise MappingError(
            f"{entity} has no field {', '.join(unknown[:5])} in the endpoint {endpoint}: Acumatica would accept and "
            "drop it. Mend the mapping, or choose a newer endpoint.",
            code="acumatica_unknown_field",
            field=unknown[0],
            value=entity,
        )
