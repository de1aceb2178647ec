"""The mapping that a new tenant starts from: every row may be changed, every map filled in, under Mappings."""

from mappings.rows import ConstantSpec, FormulaSpec, Level, Row, SourceSpec, Spec, ValueMapSpec, Writes
from mappings.value_maps import Entry, ValueMap


def _optional_map(name: str, label: str, gives: str, *key_labels: str) -> ValueMap:
    """Make a map that leaves its field empty for all that nobody entered."""
    nothing = Entry(keys=("*",) * len(key_labels), value="")
    return ValueMap(name=name, label=label, gives=gives, key_labels=key_labels, entries=(nothing,))


GROUPS = ValueMap(name="customer_groups", label="Customer groups", gives="customer group", key_labels=("currency",))
LINE_ACCOUNTS = ValueMap(
    name="line_accounts", label="Line accounts", gives="main account", key_labels=("kind of line", "code")
)
DEFERRED_ACCOUNTS = _optional_map(
    "deferred_accounts", "Deferred revenue accounts", "deferred revenue account", "item price"
)
WITHHOLDING_ACCOUNTS = _optional_map(
    "withholding_accounts", "Accounts for withheld tax", "account for tax that customers withheld", "business entity"
)
RECEIVABLES = _optional_map(
    "receivables", "Receivable accounts (ledger mode only)", "billing receivable account", "business entity", "currency"
)
DIMENSIONS = _optional_map(
    "customer_dimensions", "Dimensions of customers", "dimensions, as Name=Value; Name=Value", "business entity"
)
EXCHANGE_ACCOUNTS = _optional_map(
    "exchange_accounts", "Exchange difference accounts (ledger mode only)", "exchange gain and loss account",
    "business entity",
)  # fmt: skip
ROUNDING_ACCOUNTS = _optional_map(
    "rounding_accounts", "Accounts for conversion cents (ledger mode only)", "account for conversion cents",
    "business entity",
)  # fmt: skip
_EXCHANGE_MAPS = (EXCHANGE_ACCOUNTS, ROUNDING_ACCOUNTS)
BANKS = ValueMap(
    name="bank_accounts", label="Bank accounts", gives="bank or clearing account", key_labels=("gateway", "currency")
)
METHODS = _optional_map("payment_methods", "Methods of payment", "method of payment", "gateway")

CUSTOMER_MAPS = (GROUPS, DIMENSIONS)
NOTE_MAPS = (LINE_ACCOUNTS, DEFERRED_ACCOUNTS, RECEIVABLES, DIMENSIONS, *_EXCHANGE_MAPS)
INVOICE_MAPS = (*NOTE_MAPS, WITHHOLDING_ACCOUNTS)
CASH_MAPS = (BANKS, METHODS, RECEIVABLES, DIMENSIONS, *_EXCHANGE_MAPS)


def _row(
    target: str, spec: Spec, *, level: Level = "header", required: bool = False, writes: Writes = "on_change"
) -> Row:
    name = f"line-{target}" if level == "line" else target
    return Row(id=name, target=target, spec=spec, level=level, required=required, writes=writes)


def _from(path: str) -> SourceSpec:
    return SourceSpec(path=path)


def _formula(formula: str) -> FormulaSpec:
    return FormulaSpec(formula=formula)


def _map(name: str, *keys: str) -> ValueMapSpec:
    return ValueMapSpec(map=name, keys=keys)


_DIMENSIONS = _row("customer_dimensions", _map("customer_dimensions", "business_entity_id"))
CUSTOMERS = (
    _row("OrganizationName", _from("name"), required=True),
    _row("CustomerGroupId", _map("customer_groups", "preferred_currency"), required=True, writes="on_create"),
    _row("SalesCurrencyCode", _from("preferred_currency"), writes="on_create"),
    _row("PrimaryContactEmail", _from("email")),
    _row("PrimaryContactPhone", _from("phone")),
    _DIMENSIONS,
)

_EXCHANGE = (
    _row("exchange_account", _map("exchange_accounts", "business_entity_id")),
    _row("rounding_account", _map("rounding_accounts", "business_entity_id")),
)
_HEADER = (
    _row("TransDate", _from("date"), required=True),
    _row("CurrencyCode", _from("currency"), required=True),
    _row("receivable_account", _map("receivables", "business_entity_id", "currency")),
    *_EXCHANGE,
    _DIMENSIONS,
)
_LINES = (
    _row("MainAccount", _map("line_accounts", "line.kind", "line.code"), level="line", required=True),
    Row(
        id="line-deferred_account",
        target="deferred_account",
        spec=_formula('IF(line.kind="item", LOOKUP("deferred_accounts", line.item_price), "")'),
        level="line",
        default="",
    ),
    _row("amount", _from("line.amount"), level="line", required=True),
    _row("Text", _formula("LEFT(line.description, 60)"), level="line"),
    _row("date_to", _from("line.date_to"), level="line"),
)
INVOICES = (
    *_HEADER,
    _row("Text", _formula('"Invoice " & number')),
    _row("withholding_account", _map("withholding_accounts", "business_entity_id")),
    *_LINES,
)
CREDIT_NOTES = (*_HEADER, _row("Text", _formula('"Credit note " & number')), *_LINES)
_CASH = (
    _row("TransactionDate", _from("date"), required=True),
    _row("CurrencyCode", _from("currency"), required=True),
    _row("OffsetAccountType", ConstantSpec(value="Bank"), required=True),
    _row("OffsetAccountDisplayValue", _map("bank_accounts", "gateway", "currency"), required=True),
    _row("PaymentMethodName", _map("payment_methods", "gateway")),
    _row("receivable_account", _map("receivables", "business_entity_id", "currency")),
    *_EXCHANGE,
    _DIMENSIONS,
)
PAYMENTS = (*_CASH, _row("TransactionText", _formula('"Payment " & id')))
REFUNDS = (*_CASH, _row("TransactionText", _formula('"Refund " & id')))
