"""What the flows of this pair share: references, numbers, posting days, rates, dimensions, and the posting mode."""

from collections.abc import Iterable, Mapping
from datetime import date

from integrations.connectors.chargebee.records import CreditNote, Invoice, Transaction, lifecycle
from integrations.connectors.dynamics365.records import (
    DEFAULT_FORMAT,
    LEDGER_FORMAT,
    MAIN_ACCOUNT,
    Format,
    active_format,
)
from integrations.connectors.dynamics365.records import reference as reference_of
from integrations.contracts import Context, LinkView, Module, Reference, Value
from integrations.errors import MappingError
from integrations.periods import posting_day

Document = Invoice | CreditNote | Transaction
Values = dict[str, Value]
CUSTOMER, LEDGER = "customer", "ledger"
CUSTOMER_DIMENSIONS = "customer_dimensions"
LONGEST_TEXT = 60
PER = 100  # F&O states exchange rates per 100 units


def is_ledger_mode(context: Context) -> bool:
    """Tell whether the receivable is a main account of the chart instead of F&O's own customer account."""
    return context.policy("", "posting_mode", CUSTOMER) == LEDGER


def module_of(_: LinkView | None, policies: Mapping[str, str]) -> Module:
    """Give the module whose periods count: the ledger's alone where nothing is on customers' accounts."""
    return "gl" if policies.get("posting_mode") == LEDGER else "ar"


def reference(context: Context, flow: str, key: str, operation: str = "create", revision: int = 1) -> str:
    """Give our reference: always the same for the same operation on the same document of the same site."""
    return reference_of(context.source.fingerprint, flow, key, operation, revision)


def number_of(key: str, revision: int = 1) -> str:
    """Give the number under which a document stands in F&O, which lets an invoice number be posted once only."""
    return key if revision == 1 else f"{key}-{revision}"


def posted_on(flow: str, day: date, label: str, context: Context) -> date:
    """Give the posting date by policy, where the module posted in is open. Raises ClosedPeriodError."""
    module = module_of(None, context.policies)
    policy = context.policy(flow, "closed_periods", "hold")
    return posting_day(day, context.references, module, policy, label, not_before=context.not_before)


def dated_text(told: Value, day: date, posting: date) -> str:
    """Keep the wanted date in words where the posting date is another."""
    moved = "" if posting == day else f" of {day.isoformat()}"
    return f"{str(told)[: LONGEST_TEXT - len(moved)]}{moved}"


def rate(name: str, document: Document, context: Context) -> Values:
    """Give the exchange rate, per 100 units, under F&O's name for it, where the policy sends Chargebee's."""
    stated = lifecycle.common.stated_rate(document, context)
    return {} if stated is None else {name: stated * PER}


def ledger_format(context: Context) -> Format:
    """Give the active format of ledger accounts. Raises MappingError without one."""
    return _format(LEDGER_FORMAT, "ledger", context)


def delimiter(context: Context) -> str:
    """Give what stands between the segments of accounts, and is escaped inside customer accounts."""
    return ledger_format(context).delimiter


def default_dimensions(values: Mapping[str, Value], context: Context) -> str:
    """Build the display string of a customer's dimensions in the order of the active format; empty without any."""
    named = named_dimensions(values)
    return _format(DEFAULT_FORMAT, "default", context).write(named) if named else ""


def named_dimensions(values: Mapping[str, Value]) -> dict[str, str]:
    """Read dimensions that a mapping gives as `BusinessUnit=BU01; CostCenter=CC002`. Raises MappingError."""
    text = str(values.get(CUSTOMER_DIMENSIONS) or "")
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        name, equals, value = part.partition("=")
        if not equals:
            raise MappingError(
                f"“{part}” names no dimension. Write the dimensions as Name=Value, with semicolons between, under "
                "Mappings > Dimensions of customers.",
                code="dimension_unreadable",
                field=CUSTOMER_DIMENSIONS,
                value=part,
            )
        if value.strip():
            found[name.strip()] = value.strip()
    return found


def references(currency: str, accounts: Iterable[str]) -> tuple[Reference, ...]:
    """Name the currency and the main accounts that a draft uses, so that they are checked before the call."""
    used = (Reference(kind="main_account", code=one, field=MAIN_ACCOUNT) for one in dict.fromkeys(accounts))
    return (Reference(kind="currency", code=currency, field="CurrencyCode"), *used)


def _format(code: str, name: str, context: Context) -> Format:
    found = active_format(context.references, code)
    if found is None:
        raise MappingError(
            f"No {name} dimension format is active in F&O: accounts cannot be written. Activate one under General "
            "ledger > Chart of accounts > Dimensions > Financial dimension configuration for integrating applications, "
            "then have the reference data read again.",
            code="d365_dimension_format_missing",
            field="dimensions",
            value=name,
        )
    return found
