"""What the flows of this pair share: references written into JD Edwards, posting days by company, exchange rates."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import CreditNote, Invoice, Transaction, lifecycle
from integrations.connectors.jde.records import external_ref
from integrations.contracts import Context, LinkView, Module, Value
from integrations.errors import MappingError
from integrations.periods import posting_day

Values = dict[str, Value]
_RATE_PLACES = Decimal("0.0000001")  # as F0911.CRR keeps it: what relieves the receivable must be what was booked


def reference(context: Context, kind: str, key: str, operation: str = "create", revision: int = 1) -> str:
    """Give our reference: always the same for the same operation on the same document of the same site."""
    return external_ref("C", context.source.fingerprint, kind, key, operation, revision)


def posted_on(flow: str, day: date, company: str, label: str, context: Context, module: Module = "gl") -> date:
    """Give the G/L date by policy: each company closes its own periods. Raises ClosedPeriodError."""
    policy = context.policy(flow, "closed_periods", "hold")
    return posting_day(day, context.references, module, policy, label, company, not_before=context.not_before)


def company_of(values: Mapping[str, Value]) -> str:
    """Give the company of a mapped header, a journal or a voucher that was drafted."""
    return str(values.get("documentCompany") or values.get("company") or "")


def refunds_in(link: LinkView | None, policies: Mapping[str, str]) -> Module:
    """Give the module in which a refund is posted: a voucher in payables; what takes any back is a journal."""
    choice = policies.get("refunds.refunds") or policies.get("refunds")
    return "ap" if link is None and choice == "voucher" else "gl"


def books_of(company: str, context: Context) -> str:
    """Give the currency in which a company keeps its books."""
    entry = context.references.get(("company", company))
    return (entry.details.get("currency") if entry else "") or context.target.base_currency


def own_rate(document: Invoice | CreditNote | Transaction, books: str, context: Context) -> Decimal | None:
    """Give the document's exchange rate where the policy sends Chargebee's; None where JD Edwards' own counts."""
    stated: Decimal | None = lifecycle.common.stated_rate(document, context, books)
    return stated.quantize(_RATE_PLACES) if stated and document.currency_code != books else None


def require_free(account: str, context: Context) -> None:
    """Refuse an account that JD Edwards keeps by itself. Raises MappingError."""
    entry = context.references.get(("account", account))
    if entry is not None and entry.details.get("is_control") == "true":
        raise MappingError(
            f"Account {account} ({entry.name}) is kept by JD Edwards' automatic accounting instructions: a journal "
            "would part it from its subledger. Choose a billing receivable account of your own under Mappings.",
            code="account_is_controlled",
            field="account",
            value=account,
        )
