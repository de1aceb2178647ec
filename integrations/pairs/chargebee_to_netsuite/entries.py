"""What drafts make in the ledger: lines on the income accounts of their items, totals on receivables and banks."""

from integrations.contracts import Context, Draft
from integrations.entries import RECEIVABLES, Entries, by_sink, named, of_cash, of_document

_ITEM = "item"


def entries(draft: Draft, context: Context) -> Entries:
    """Give the entries of a draft."""
    return _BY_SINK(draft, context)


def _account_of(item: str, context: Context) -> str:
    """Give the income account of an item; its own id while NetSuite has not told one (a new item of this sync)."""
    entry = context.references.get((_ITEM, item))
    account = entry.details.get("income_account", "") if entry else ""
    return account or f"item {entry.number if entry else item}"


_BY_SINK = by_sink(
    invoices=of_document(1, RECEIVABLES, _account_of),
    credit_memos=of_document(-1, RECEIVABLES, _account_of),
    payments=of_cash(1, RECEIVABLES, named("account")),
    refunds=of_cash(-1, RECEIVABLES, named("account")),
)
