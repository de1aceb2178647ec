"""Chooses the records that a preview shows: the latest, one of each kind, and the odd ones that mappings trip over."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from integrations.contracts import Money
from integrations.engine.rehearsal.mapped import Look

MOST = 12
Because = dict[str, list[str]]  # key -> why it was chosen


def choose(
    looks: Iterable[Look], money_of: Callable[[Look], Money | None], base_currency: str, *, most: int = MOST
) -> Because:
    """Give the keys to show with the reasons, the latest first; a record is the example of everything that it shows."""
    newest = sorted(looks, key=lambda look: (look.on or date.min, look.record.key), reverse=True)
    chosen: Because = {look.record.key: ["the latest"] for look in newest[:1]}
    seen: set[str] = set()
    for look in newest:
        fresh = [trait for trait in _traits(look, money_of(look), base_currency) if trait not in seen]
        if fresh and (look.record.key in chosen or len(chosen) < most):
            chosen.setdefault(look.record.key, []).extend(fresh)
            seen.update(fresh)
    return chosen


def _traits(look: Look, money: Money | None, base_currency: str) -> Iterator[str]:
    if look.applied.problems:
        for problem in look.applied.problems:
            yield f"a problem with {problem.field}"
    if look.applied.skipped is not None:
        yield "left out by a filter"
    if money is not None:
        yield from _of_money(money, base_currency)
    for name in ("kind", "type"):
        if value := look.document.header.get(name):
            yield f"{name} {value}"
    yield from _of_lines(look)


def _of_money(money: Money, base_currency: str) -> Iterator[str]:
    if not money.amount:
        yield "a total of zero"
    if money.amount < 0:
        yield "a negative total"
    if base_currency and money.currency != base_currency:
        yield f"foreign currency {money.currency}"


def _of_lines(look: Look) -> Iterator[str]:
    kinds = [str(line.get("kind") or "") for line in look.document.lines]
    for kind in dict.fromkeys(filter(None, kinds)):
        yield f"lines of kind {kind.replace('_', ' ')}"
    if kinds.count("tax") > 1:
        yield "several taxes"
    if len(kinds) > 10:
        yield "more than ten lines"
    if not kinds and look.document.lines:
        yield "lines"
