"""Paginators shared by systems: generators over a fetch callable that end or fail, but never turn in circles."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from integrations.errors import ContractError

ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Generic[ItemT]):
    """One page. `next` is where the following one starts; empty at the end."""

    items: tuple[ItemT, ...]
    next: str = ""


def by_token(fetch: Callable[[str], tuple[Sequence[ItemT], str | None]], start: str = "") -> Iterator[Paged[ItemT]]:
    """Follow offset tokens or next links: `fetch(token)` gives items and the next token, empty or None at the end.

    An empty page with a next token is no end. Raises ContractError when a token comes twice.
    """
    token, seen = start, {start}
    while True:
        items, following = fetch(token)
        yield Paged(items=tuple(items), next=following or "")
        if not following:
            return
        if following in seen:
            raise _circle(following)
        seen.add(following)
        token = following


def by_offset(
    fetch: Callable[[int], tuple[Sequence[ItemT], bool]], size: int, start: int = 0
) -> Iterator[Paged[ItemT]]:
    """Count through pages of `size`: `fetch(offset)` gives items and whether there are more.

    Offsets stay multiples of `size`. Raises ContractError when an empty page claims that more follow.
    """
    offset = start
    while True:
        items, has_more = fetch(offset)
        yield Paged(items=tuple(items), next=str(offset + size) if has_more else "")
        if not has_more:
            return
        if not items:
            raise _circle(str(offset))
        offset += size


def by_keyset(
    fetch: Callable[[str], Sequence[ItemT]], key_of: Callable[[ItemT], str], size: int, start: str = ""
) -> Iterator[Paged[ItemT]]:
    """Ask for what lies after the last key, in a unique order: `fetch(after)` gives at most `size` items.

    A page that is not full is the last. Raises ContractError when a full page does not move on.
    """
    after, seen = start, {start}
    while True:
        items = fetch(after)
        is_full = len(items) >= size
        following = key_of(items[-1]) if is_full else ""
        yield Paged(items=tuple(items), next=following)
        if not is_full:
            return
        if following in seen:
            raise _circle(following)
        seen.add(following)
        after = following


def _circle(token: str) -> ContractError:
    return ContractError(
        f"The system's pages turn in a circle: “{token[:200]}” came again. Reading stops here; nothing is lost.",
        code="paging_circle",
        value=token[:200],
    )
