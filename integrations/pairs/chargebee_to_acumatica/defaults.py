"""The mapping that a new tenant starts from: every row may be changed, every map filled in, under Mappings."""

from mappings.rows import ConstantSpec, FormulaSpec, Level, Row, SourceSpec, Spec, ValueMapSpec, Writes
from mappings.value_maps import Entry, ValueMap


def _optional_map(name: str, label: str, gives: str, *key_labels: str) -> ValueMap:
    """Make a map that leaves its field empty for all that nobody entered."""
    nothing = Entry(keys=("*",) * len(key_labels), value="")
    return ValueMap(name=name, label=label, gives=gives, key_labels=key_labels, entries=(nothing,))


CLASSES = _optional_map("customer_classes", "Customer classes", "customer class", "currency")
LINE_ACCOUNTS = ValueMap(
    name="line_accounts", label="Line accounts", gives="account", key_labels=("kind of line", "code")
)
LINE_ITEMS = _optional_map("line_items", "Items", "item", "kind of line", "code")
SUBACCOUNTS = _optional_map("subaccounts", "Subaccounts", "subaccount", "business entity")
TAX_CATEGORIES = _optional_map("tax_categories", "Tax categories", "tax category", "kind of line")
TAX_IDS = _optional_map("tax_ids", "Tax ids", "tax id", "tax name")
DEFERRED_ACCOUNTS = _optional_map(
    "deferred_accounts", "Deferred revenue accounts", "deferred revenue account", "item price"
)
WITHHOLDING_ACCOUNTS = _optional_map(
    "withholding_accounts", "Accounts for withheld tax", "account for tax that customers withheld", "business entity"
)
RECEIVABLES = _optional_map(
    "receivables", "Receivable accounts (journals only)", "billing receivable account", "business entity", "currency"
)
EXCHANGE_ACCOUNTS = _optional_map(
    "exchange_accounts", "Exchange difference accounts (journals only)", "exchange gain and loss account",
    "business entity",
)  # fmt: skip
ROUNDING_ACCOUNTS = _optional_map(
    "rounding_accounts", "Accounts for conversion cents (journals only)", "account for conversion cents",
    "business entity",
)  # fmt: skip
_EXCHANGE_MAPS = (EXCHANGE_ACCOUNTS, ROUNDING_ACCOUNTS)
PAYMENT_METHODS = ValueMap(
    name="payment_methods", label="Payment methods", gives="payment method", key_labels=("gateway", "currency")
)
CASH_ACCOUNTS = ValueMap(
    name="cash_accounts", label="Cash accounts", gives="cash account", key_labels=("gateway", "currency")
)
NOTE_MAPS = (LINE_ACCOUNTS, LINE_ITEMS, SUBACCOUNTS, TAX_CATEGORIES, TAX_IDS, DEFERRED_ACCOUNTS, RECEIVABLES,
             *_EXCHANGE_MAPS)  # fmt: skip
INVOICE_MAPS = (*NOTE_MAPS, WITHHOLDING_ACCOUNTS)
CASH_MAPS = (PAYMENT_METHODS, CASH_ACCOUNTS, RECEIVABLES, *_EXCHANGE_MAPS)


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


CUSTOMERS = (
    _row("CustomerName", _from("name"), required=True),
    _row("CustomerClass", _map("customer_classes", "preferred_currency"), writes="on_create"),
    _row("CurrencyID", _from("preferred_currency"), writes="on_create"),
    _row("EnableCurrencyOverride", ConstantSpec(value=True), writes="on_create"),
    _row("MainContact.Email", _from("email")),
    _row("MainContact.Phone1", _from("phone")),
    _row("MainContact.Address.AddressLine1", _from("billing_address.line1")),
    _row("MainContact.Address.AddressLine2", _from("billing_address.line2")),
    _row("MainContact.Address.City", _from("billing_address.city")),
    _row("MainContact.Address.PostalCode", _from("billing_address.zip")),
    _row("MainContact.Address.Country", _from("billing_address.country")),
)

_EXCHANGE = (
    _row("exchange_account", _map("exchange_accounts", "business_entity_id")),
    _row("rounding_account", _map("rounding_accounts", "business_entity_id")),
)
_HEADER = (
    _row("Date", _from("date"), required=True),
    _row("custom.Document.CuryID", _from("currency"), required=True),
    _row("receivable_account", _map("receivables", "business_entity_id", "currency")),
    *_EXCHANGE,
)
_LINES = (
    _row("account", _map("line_accounts", "line.kind", "line.code"), level="line", required=True),
    _row("deferred_account", _map("deferred_accounts", "line.item_price"), level="line"),
    _row("InventoryID", _map("line_items", "line.kind", "line.code"), level="line"),
    _row("Subaccount", _map("subaccounts", "business_entity_id"), level="line"),
    _row("TaxCategory", _map("tax_categories", "line.kind"), level="line"),
    _row("TaxID", _map("tax_ids", "line.tax_name"), level="line"),
    _row("TaxRate", _from("line.tax_rate"), level="line"),
    _row("kind", _from("line.kind"), level="line"),
    _row("amount", _from("line.amount"), level="line", required=True),
    _row("description", _from("line.description"), level="line"),
    _row("date_to", _from("line.date_to"), level="line"),
)
INVOICES = (
    *_HEADER,
    _row("DueDate", _from("due_date")),
    _row("Description", _formula('"Chargebee invoice " & number')),
    _row("withholding_account", _map("withholding_accounts", "business_entity_id")),
    *_LINES,
)
CREDIT_NOTES = (*_HEADER, _row("Description", _formula('"Chargebee credit note " & number')), *_LINES)
_CASH = (
    _row("PaymentMethod", _map("payment_methods", "gateway", "currency"), required=True),
    _row("CashAccount", _map("cash_accounts", "gateway", "currency"), required=True),
    _row("clearing_account", _map("cash_accounts", "gateway", "currency")),
    _row("receivable_account", _map("receivables", "business_entity_id", "currency")),
    *_EXCHANGE,
)
PAYMENTS = (*_CASH, _row("Description", _formula('LEFT("Chargebee payment " & id & " " & id_at_gateway, 500)')))
REFUNDS = (*_CASH, _row("Description", _formula('LEFT("Chargebee refund " & id & " " & id_at_gateway, 500)')))
