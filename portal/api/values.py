"""What resources share: ids, texts, amounts with their currency, and pages by key."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Annotated, Generic, TypeVar

from django.db import models
from django.http import HttpRequest
from ninja import Path, Query, Schema
from pydantic import BeforeValidator, Field, StringConstraints

from integrations.engine.reconcile.report import amount_text

MOST = 100
BIGGEST_ID = 2**63 - 1
ModelT = TypeVar("ModelT", bound=models.Model)
ShownT = TypeVar("ShownT")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_day(value: object) -> object:
    """Take days as 2026-11-21 only: pydantic would read a number as seconds since 1970."""
    if isinstance(value, int | float) or (isinstance(value, str) and not _DAY.fullmatch(value)):
        raise ValueError("a day is written 2026-11-21")
    return value


# PostgreSQL stores no NUL; a control character is never meant.
_PLAIN = r"^[^\x00]*$"
Number = Annotated[int, Field(ge=1, le=BIGGEST_ID)]
Id = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
ShortText = Annotated[str, StringConstraints(max_length=200, pattern=_PLAIN)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_PLAIN)]
Day = Annotated[date, BeforeValidator(_iso_day)]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Money(Schema):
    """An amount in its currency."""

    amount: str = Field(description="A decimal number, with the currency's decimals.", examples=["1230.50"])
    currency: str = Field(description="ISO 4217.", examples=["EUR"])


class Paged(Schema):
    """Where a page of a list begins and how long it is."""

    before: Number | None = Field(None, description="Only what has a lower id: take it from `next_before`.")
    limit: int = Field(50, ge=1, le=MOST)


class Page(Schema, Generic[ShownT]):
    """One page of a list, newest first."""

    items: list[ShownT]
    next_before: int | None = Field(description="Give it as `before` for the next page; null on the last.")
    next: str | None = Field(description="The address of the next page.")


class Asked(Schema):
    """What was set going; workers do it."""

    message: str
    number: int = Field(description="How many records it concerns.")


def money(amount: Decimal, currency: str) -> Money:
    """Write an amount for programs."""
    return Money(amount=amount_text(amount, currency), currency=currency)


def page_of(
    request: HttpRequest, rows: models.QuerySet[ModelT], paged: Paged, show: Callable[[list[ModelT]], list[ShownT]]
) -> Page[ShownT]:
    """Cut a page out of a queryset by descending id; one query, never a count."""
    rows = rows.filter(pk__lt=paged.before) if paged.before else rows
    found = list(rows.order_by("-pk")[: paged.limit + 1])
    kept, has_more = found[: paged.limit], len(found) > paged.limit
    last = kept[-1].pk if has_more else None
    return Page(items=show(kept), next_before=last, next=_next(request, last) if last else None)


def _next(request: HttpRequest, before: int) -> str:
    query = request.GET.copy()
    query["before"] = str(before)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


PageQuery = Annotated[Paged, Query()]
