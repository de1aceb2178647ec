"""The mapping that a new tenant starts from: every row may be changed, every map filled in, under Mappings."""

from mappings.rows import ConstantSpec, FormulaSpec, Level, Row, SourceSpec, Spec, ValueMapSpec, Writes
from mappings.value_maps import ValueMap

DOCUMENT_ITEMS = ValueMap(name="items", label="Items", gives="item", key_labels=("kind of line", "code"))
TAX_CODES = ValueMap(name="tax_codes", label="Tax codes", gives="NetSuite tax code", key_labels=("tax", "jurisdiction"))
INCOME_ACCOUNTS = ValueMap(
    name="income_accounts", label="Income accounts", gives="income account", key_labels=("accounting code",)
)
CLEARING_ACCOUNTS = ValueMap(
    name="clearing_accounts",
    label="Clearing accounts",
    gives="bank or clearing account",
    key_labels=("gateway", "currency"),
)


def _row(
    target: str, spec: Spec, *, level: Level = "header", required: bool = False, writes: Writes = "on_change"
) -> Row:
    name = f"line-{target}" if level == "line" else target
    return Row(id=name, target=target, spec=spec, level=level, required=required, writes=writes)


def _from(path: str) -> SourceSpec:
    return SourceSpec(path=path)


CUSTOMERS = (
    _row("companyName", _from("name"), required=True),
    _row("isPerson", ConstantSpec(value=False), writes="on_create"),
    _row("email", _from("email")),
    _row("phone", _from("phone")),
    _row("currency", _from("preferred_currency"), writes="on_create"),
    _row("comments", FormulaSpec(formula='"Chargebee customer " & id'), writes="on_create"),
    _row("address.addressee", _from("billing_address.addressee")),
    _row("address.addr1", _from("billing_address.line1")),
    _row("address.addr2", _from("billing_address.line2")),
    _row("address.addr3", _from("billing_address.line3")),
    _row("address.city", _from("billing_address.city")),
    _row("address.state", _from("billing_address.state")),
    _row("address.zip", _from("billing_address.zip")),
    _row("address.country", _from("billing_address.country")),
)

ITEMS = (
    _row("recordType", ConstantSpec(value="serviceSaleItem"), writes="on_create"),
    _row("itemId", FormulaSpec(formula="LEFT(id, 60)"), required=True),
    _row("displayName", FormulaSpec(formula="LEFT(IF(ISBLANK(external_name), name, external_name), 60)")),
    _row("incomeAccount", ValueMapSpec(map="income_accounts", keys=("accounting_code",)), required=True),
)

_PERIOD = 'IF(AND(line.kind="item", line.has_period), line.{day}, "")'  # a single day is no service period
_ITEM = (
    'IF(line.kind="tax_detail", "-", IF(line.linked_item<>"", line.linked_item, LOOKUP("items", line.kind, line.code)))'
)
_TAX_CODE = 'IF(line.kind="tax_detail", LOOKUP("tax_codes", line.tax_name, line.tax_jurisdiction), "")'
_LINES = (
    _row(
        "item",
        FormulaSpec(formula=_ITEM),
        level="line",
        required=True,
    ),
    _row("amount", _from("line.amount"), level="line", required=True),
    _row("quantity", _from("line.quantity"), level="line"),
    _row("description", FormulaSpec(formula="LEFT(line.description, 999)"), level="line"),
    _row("taxDetailsReference", _from("line.tax_reference"), level="line"),
    _row("taxCode", FormulaSpec(formula=_TAX_CODE), level="line"),
    _row("revRecStartDate", FormulaSpec(formula=_PERIOD.format(day="date_from")), level="line"),
    _row("revRecEndDate", FormulaSpec(formula=_PERIOD.format(day="date_to")), level="line"),
)

INVOICES = (
    _row("tranDate", _from("date"), required=True),
    _row("dueDate", _from("due_date")),
    _row("tranId", _from("number")),
    _row("otherRefNum", _from("po_number")),
    _row("currency", _from("currency"), required=True),
    _row("memo", FormulaSpec(formula='"Chargebee " & number')),
    *_LINES,
)

CREDIT_NOTES = (
    _row("tranDate", _from("date"), required=True),
    _row("tranId", _from("number")),
    _row("currency", _from("currency"), required=True),
    _row("memo", FormulaSpec(formula='LEFT("Chargebee " & number & " " & reason, 900)')),
    *_LINES,
)

_MONEY = (
    _row("tranDate", _from("date"), required=True),
    _row("currency", _from("currency"), required=True),
    _row("account", ValueMapSpec(map="clearing_accounts", keys=("gateway", "currency")), required=True),
    _row("checkNumber", FormulaSpec(formula="LEFT(reference_number, 45)")),
    _row("memo", FormulaSpec(formula='LEFT("Chargebee " & id & " " & id_at_gateway, 900)')),
)

PAYMENTS = (_row("payment", _from("amount"), required=True), *_MONEY)

REFUNDS = _MONEY
