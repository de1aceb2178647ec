"""What customers owe in the target, asked of the target itself: before a trial, while it stands, and after."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, TypeAlias

from django.utils import timezone

from integrations.contracts import Flow
from integrations.engine.reconcile.books import open_books
from integrations.engine.work import Work
from integrations.errors import ConfigurationError
from integrations.models import Companion, Sync

Balances: TypeAlias = dict[tuple[str, str], Decimal]  # (customer's id there, currency) -> what is owed
# What a document of each kind does to what its customer owes.
_SIGNS: Final[Mapping[str, int]] = {"invoices": 1, "refunds": 1, "payments": -1, "credit_notes": -1}


def read_balances(sync: Sync) -> Balances | None:
    """Ask the target what each customer owes today, unapplied cash and credits taken off; None where it cannot tell."""
    owed, asked = defaultdict[tuple[str, str], Decimal](Decimal), set[str]()
    with open_books(sync) as books:
        today = books.context.today or timezone.localdate()
        for flow in books.flows:
            for sink in books.sinks(flow):
                if flow.reads != "source" or sink.slug in asked:
                    continue
                asked.add(sink.slug)
                try:
                    for item in sink.open_items(today):
                        owed[(item.customer, item.currency)] += item.amount
                except ConfigurationError:
                    return None
    return dict(owed)


def expected_change(works: Mapping[tuple[str, str], Work], booked: Iterable[tuple[str, str]]) -> dict[str, Decimal]:
    """Add up, by currency, what the documents booked should do to what is owed."""
    change = defaultdict[str, Decimal](Decimal)
    for name in booked:
        work = works.get(name)
        if work is not None and work.money is not None and name[0] in _SIGNS:
            change[work.money.currency] += _SIGNS[name[0]] * abs(work.money.amount)
    return dict(change)


def change_beside(
    works: Mapping[tuple[str, str], Work], flows: Iterable[Flow], companions: Iterable[Companion]
) -> dict[str, Decimal]:
    """Add up, by currency, what stands beside the documents booked, such as tax withheld, does to what is owed.

    What is written where documents of either sign are is left out: nobody can tell which it is.
    """
    signs = defaultdict[str, set[int]](set)
    for flow in flows:
        signs[flow.sink].add(_SIGNS.get(flow.slug, 0))
    change = defaultdict[str, Decimal](Decimal)
    for one in companions:
        work, told, total = works.get((one.flow, one.natural_key)), signs[one.sink], one.facts.get("total")
        if work is not None and work.money is not None and len(told) == 1 and total:
            change[work.money.currency] += next(iter(told)) * abs(Decimal(str(total)))
    return dict(change)


def change_of(before: Balances, after: Balances) -> dict[str, Decimal]:
    """Give, by currency, how what is owed has changed."""
    change = defaultdict[str, Decimal](Decimal)
    for (_, currency), amount in after.items():
        change[currency] += amount
    for (_, currency), amount in before.items():
        change[currency] -= amount
    return dict(change)


def moved(before: Balances, after: Balances) -> list[tuple[str, str, Decimal]]:
    """Name the customers whose balance is not as it was, with the difference."""
    names = sorted({*before, *after})
    rows = [(*name, after.get(name, Decimal(0)) - before.get(name, Decimal(0))) for name in names]
    return [row for row in rows if row[2]]
