"""What the flows of this pair share: references written into JD Edwards, posting days by company, exchange rates."""

from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import CreditNote, Invoice, Transaction, lifecycle
from integrations.connectors.jde.records import external_ref
from integrations.contracts import Context, Value
from integrations.periods import KIND, References, posting_day

Values = dict[str, Value]


def reference(context: Context, kind: str, key: str, operation: str = "create", revision: int = 1) -> str:
    """Give our reference: always the same for the same operation on the same document of the same site."""
    return external_ref("C", context.source.fingerprint, kind, key, operation, revision)


def posted_on(flow: str, day: date, company: str, label: str, context: Context) -> date:
    """Give the G/L date by policy: each company closes its own periods. Raises ClosedPeriodError."""
    policy = context.policy(flow, "closed_periods", "hold")
    return posting_day(day, _periods(company, context), "gl", policy, label)


def _periods(company: str, context: Context) -> References:
    return {
        name: entry
        for name, entry in context.references.items()
        if name[0] == KIND and entry.details.get("company", company) == company
    }


def rate(document: Invoice | CreditNote | Transaction, context: Context) -> Values:
    """Give the exchange rate where the policy sends Chargebee's: base units for one unit of the document's currency."""
    stated: Decimal | None = lifecycle.common.stated_rate(document, context)
    return {} if stated is None else {"exchangeRate": stated}
