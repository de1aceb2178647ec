"""The mapping that a new tenant starts from: every row may be changed, every map filled in, under Mappings."""

from mappings.rows import FormulaSpec, Level, Row, SourceSpec, Spec, ValueMapSpec, Writes
from mappings.value_maps import ValueMap

COMPANIES = ValueMap(name="companies", label="Companies", gives="JD Edwards company", key_labels=("business entity",))
RECEIVABLES = ValueMap(
    name="receivables",
    label="Receivable accounts",
    gives="billing receivable account",
    key_labels=("business entity", "currency"),
)
LINE_ACCOUNTS = ValueMap(
    name="line_accounts", label="Line accounts", gives="account", key_labels=("kind of line", "code")
)
DEFERRED_ACCOUNTS = ValueMap(
    name="deferred_accounts",
    label="Deferred revenue accounts",
    gives="deferred revenue account",
    key_labels=("item price",),
)
CLEARING_ACCOUNTS = ValueMap(
    name="clearing_accounts",
    label="Clearing accounts",
    gives="bank or clearing account",
    key_labels=("gateway", "currency"),
)
WITHHOLDING_ACCOUNTS = ValueMap(
    name="withholding_accounts",
    label="Accounts for withheld tax",
    gives="account for tax that customers withheld",
    key_labels=("business entity",),
)
EXCHANGE_ACCOUNTS = ValueMap(
    name="exchange_accounts",
    label="Exchange difference accounts",
    gives="exchange gain and loss account",
    key_labels=("business entity",),
)
ROUNDING_ACCOUNTS = ValueMap(
    name="rounding_accounts",
    label="Accounts for conversion cents",
    gives="account for conversion cents",
    key_labels=("business entity",),
)
_EXCHANGE_MAPS = (EXCHANGE_ACCOUNTS, ROUNDING_ACCOUNTS)
DOCUMENT_MAPS = (COMPANIES, RECEIVABLES, LINE_ACCOUNTS, DEFERRED_ACCOUNTS, *_EXCHANGE_MAPS)
REFUND_SUPPLIERS = ValueMap(
    name="refund_suppliers",
    label="Suppliers of refunds",
    gives="supplier in whose name refunds are paid",
    key_labels=("business entity",),
)
INVOICE_MAPS = (*DOCUMENT_MAPS, WITHHOLDING_ACCOUNTS)
CASH_MAPS = (COMPANIES, RECEIVABLES, CLEARING_ACCOUNTS, *_EXCHANGE_MAPS)
REFUND_MAPS = (*CASH_MAPS, REFUND_SUPPLIERS)


def _row(
    target: str, spec: Spec, *, level: Level = "header", required: bool = False, writes: Writes = "on_change"
) -> Row:
    name = f"line-{target}" if level == "line" else target
    return Row(id=name, target=target, spec=spec, level=level, required=required, writes=writes)


def _from(path: str) -> SourceSpec:
    return SourceSpec(path=path)


def _formula(formula: str) -> FormulaSpec:
    return FormulaSpec(formula=formula)


CUSTOMERS = (
    _row("alphaName", _formula("LEFT(name, 40)"), required=True),
    _row("taxId", _formula("LEFT(vat_number, 20)"), writes="on_create"),
    _row("addressLine1", _formula("LEFT(billing_address.line1, 40)")),
    _row("addressLine2", _formula("LEFT(billing_address.line2, 40)")),
    _row("addressLine3", _formula("LEFT(billing_address.line3, 40)")),
    _row("city", _formula("LEFT(billing_address.city, 25)")),
    _row(
        "state",
        _formula("LEFT(IF(LEN(billing_address.state_code)>0, billing_address.state_code, billing_address.state), 3)"),
    ),
    _row("postalCode", _formula("LEFT(billing_address.zip, 12)")),
    _row("country", _from("billing_address.country")),
    _row("email", _from("email")),
    _row("currencyCode", _from("preferred_currency"), writes="on_create"),
)


def _optional(target: str, map_name: str) -> Row:
    return Row(id=target, target=target, spec=ValueMapSpec(map=map_name, keys=("business_entity_id",)), default="")


_HEADER = (
    _row("documentCompany", ValueMapSpec(map="companies", keys=("business_entity_id",)), required=True),
    _row("receivable_account", ValueMapSpec(map="receivables", keys=("business_entity_id", "currency")), required=True),
    _row("currencyCode", _from("currency"), required=True),
    _row("glDate", _from("date"), required=True),
    _optional("exchange_account", "exchange_accounts"),
    _optional("rounding_account", "rounding_accounts"),
)
_LINES = (
    _row("account", ValueMapSpec(map="line_accounts", keys=("line.kind", "line.code")), level="line", required=True),
    Row(
        id="line-deferred_account",
        target="deferred_account",
        spec=_formula(
            'IF(OR(line.kind="item", line.kind="discount"), LOOKUP("deferred_accounts", line.item_price), "")'
        ),
        level="line",
        default="",
    ),
    _row("amount", _from("line.amount"), level="line", required=True),
    _row("remark", _formula("LEFT(line.description, 30)"), level="line"),
    _row("date_to", _from("line.date_to"), level="line"),
)
INVOICES = (
    *_HEADER,
    _row("explanation", _formula('LEFT("Invoice " & number, 30)')),
    _optional("withholding_account", "withholding_accounts"),
    *_LINES,
)
CREDIT_NOTES = (*_HEADER, _row("explanation", _formula('LEFT("Credit note " & number, 30)')), *_LINES)
_CASH = (*_HEADER, _row("clearing_account", ValueMapSpec(map="clearing_accounts", keys=("gateway", "currency")),
                        required=True))  # fmt: skip
PAYMENTS = (*_CASH, _row("explanation", _formula('LEFT("Payment " & id, 30)')))
REFUNDS = (*_CASH, _optional("supplier", "refund_suppliers"), _row("explanation", _formula('LEFT("Refund " & id, 30)')))
