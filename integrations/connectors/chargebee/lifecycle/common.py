"""What all flows from Chargebee share: digests, days of the site, rates, and the words for what has gone."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from integrations.connectors.chargebee.billing import site_day
from integrations.connectors.chargebee.documents import CreditNote, Invoice, Transaction
from integrations.contracts import Context, Money, Record, Verdict

ZERO = Decimal(0)
_ASSUMED = "Chargebee tells no day of it, so that of the last update is taken; a later touch may have moved it."
Document = Invoice | CreditNote | Transaction
Applied = tuple[tuple[str, Decimal], ...]  # (key of the other document, amount), one row per document, by key


def digest(parts: Iterable[object]) -> str:
    """Digest fields of a record; the same fields always give the same digest."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:40]


def day(moment: datetime, context: Context) -> date:
    """Give the day of an instant where the site's books are kept."""
    return site_day(moment, context.source.time_zone)


def changed_on(record: Record, context: Context) -> date | None:
    """Give the day of a document's last change; None where Chargebee does not tell it."""
    changed = cast(Document, record.body).updated_at
    return day(changed, context) if changed else None


def site(context: Context) -> str:
    """Give the site's short name, which our references in the target begin with."""
    return context.source.name.removesuffix(".chargebee.com").split(".")[0] or "site"


def stated_rate(document: Document, context: Context, books: str = "") -> Decimal | None:
    """Give the document's own exchange rate where it is to be sent: base units for one unit of the document's currency.

    None where the target's own rate counts: by policy `exchange_rates` (`target`, the default, or `source`), for
    documents in base currency, and wherever the two systems' base currencies differ, as the rate would mean another.
    `books` is the currency of the company that books it, where that is not the target's base currency.
    """
    is_wanted = context.policy("", "exchange_rates", "target") == "source"
    has_same_base = document.base_currency_code == (books or context.target.base_currency)
    is_foreign = document.currency_code != document.base_currency_code
    return document.exchange_rate if is_wanted and has_same_base and is_foreign else None


def merged(rows: Iterable[tuple[str, Decimal]]) -> Applied:
    """Add up what is applied per document; rows of nothing are left out."""
    sums: dict[str, Decimal] = {}
    for key, amount in rows:
        sums[key] = sums.get(key, ZERO) + amount
    return tuple(sorted((key, amount) for key, amount in sums.items() if amount))


def withdrawn(document: Document, code: str, reason: str, gone_at: datetime | None, context: Context) -> Verdict:
    """Say that a document no longer stands: since the day it went, and never before its own date.

    Where Chargebee tells no day (of a deletion, a bounce) that of the last update is taken, and the reason says so.
    """
    since = gone_at or document.updated_at or document.date
    on = max(day(since, context), day(document.date, context))
    told = reason if gone_at else f"{reason} {_ASSUMED}"
    return Verdict(action="withdraw", code=code, reason=told, on=on)


def after(moments: Iterable[tuple[datetime | None, Decimal]], end: date, context: Context) -> Decimal:
    """Add up the amounts whose moment lies after the end of a day; amounts without a moment are older."""
    return sum((amount for at, amount in moments if at and amount and day(at, context) > end), ZERO)


def open_money(amount: Decimal, currency: str) -> Money:
    """Give an open amount: positive is owed to the tenant, negative is what the tenant owes."""
    return Money(amount=amount, currency=currency)
