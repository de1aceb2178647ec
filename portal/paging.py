"""Pages of long lists by key: newest first, never a count and never an offset."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import models
from django.http import HttpRequest

ModelT = TypeVar("ModelT", bound=models.Model)
RowT = TypeVar("RowT")

OLDER, NEWER = "before", "after"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPage(Generic[ModelT]):
    """One page, newest first; a url is empty where there is nothing further that way."""

    rows: tuple[ModelT, ...]
    newer_url: str = ""
    older_url: str = ""


def page_by_id(request: HttpRequest, rows: models.QuerySet[ModelT], size: int = 50) -> KeyPage[ModelT]:
    """Cut the page that the request asks for out of a queryset, by descending id.

    `?before=ID` gives older rows, `?after=ID` newer ones; anything else the first page. One query.
    """
    before, after = _key(request, OLDER), _key(request, NEWER)
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        has_more, kept = len(found) > size, found[:size][::-1]
        return _page(request, kept, has_newer=has_more, has_older=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: size + 1])
    return _page(request, found[:size], has_newer=before is not None, has_older=len(found) > size)


def _key(request: HttpRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def _page(request: HttpRequest, rows: list[ModelT], *, has_newer: bool, has_older: bool) -> KeyPage[ModelT]:
    return KeyPage(
        rows=tuple(rows),
        newer_url=_url(request, NEWER, rows[0].pk) if rows and has_newer else "",
        older_url=_url(request, OLDER, rows[-1].pk) if rows and has_older else "",
    )


def _url(request: HttpRequest, name: str, key: int) -> str:
    query = request.GET.copy()
    for old in (OLDER, NEWER):
        query.pop(old, None)
    query[name] = str(key)
    return f"{request.path}?{query.urlencode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlicePage(Generic[RowT]):
    """One page of a short list that is all in memory."""

    rows: tuple[RowT, ...]
    newer_url: str = ""
    older_url: str = ""


def slice_page(request: HttpRequest, rows: Sequence[RowT], size: int = 50) -> SlicePage[RowT]:
    """Cut the page that `?page=N` asks for out of a list; anything else gives the first."""
    asked = request.GET.get("page", "")
    last = max((len(rows) - 1) // size + 1, 1)
    number = min(max(int(asked), 1), last) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return SlicePage(
        rows=tuple(rows[(number - 1) * size : number * size]),
        newer_url=_numbered(request, number - 1) if number > 1 else "",
        older_url=_numbered(request, number + 1) if number < last else "",
    )


def _numbered(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"{request.path}?{query.urlencode()}"
