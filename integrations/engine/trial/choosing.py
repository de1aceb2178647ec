"""Chooses what a trial books: an invoice with a part payment, a credit note, a refund, in two currencies if it can."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from integrations.engine.rehearsal.foreseeing import Foreseen, Name, foresee, needs_of
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.reading import Read, read_dated
from integrations.engine.work import Work

KINDS: Final[Mapping[str, str]] = {
    "invoices": "Invoice",
    "payments": "Payment of it",
    "credit_notes": "Credit note",
    "refunds": "Refund",
}
_CURRENCIES = 2
_SPANS_DAYS = (31, 92, 365)  # how far back to look until everything is found
_LOOKED_AT = 150  # of each kind, the newest


@dataclass(slots=True)
class Chosen:
    """What a trial books. `works` holds what is booked, parents too; `lacking` says what the source has none of."""

    works: dict[Name, Work] = field(default_factory=dict)
    currencies: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Sight:
    """What could be booked, with what each needs."""

    ground: Ground
    seen: Foreseen
    names: dict[str, Name]  # by what stands for their ids

    def bookable(self, flow: str, currency: str) -> list[Name]:
        """Give what could be booked of a kind in a currency, the newest first."""
        works = self.seen.works
        names = [name for name in self.seen.asked if name[0] == flow and name in works and self._is_in(name, currency)]
        names = [name for name in names if self.is_bookable(name)]
        return sorted(names, key=lambda name: (works[name].document_date or date.min, name), reverse=True)

    def _is_in(self, name: Name, currency: str) -> bool:
        money = self.seen.works[name].money
        return money is not None and bool(money.amount) and money.currency == currency

    def is_bookable(self, name: Name) -> bool:
        """Tell whether a record would be booked and stay, with all that it needs."""
        work = self.seen.works.get(name)
        if work is None or name not in self.seen.drafts or work.aim.mode != "deliver" or work.aim.reverses_next:
            return False
        return all(self.is_bookable(parent) for parent in self.parents(name))

    def parents(self, name: Name) -> Iterator[Name]:
        """Give what a record needs, itself left out."""
        plan = self.ground.state.plans[name[0]]
        for need in needs_of(plan, self.seen.works[name].record, self.ground):
            parent = (need.flow, need.key)
            if parent != name and (not need.may_lack or parent in self.seen.works):
                yield parent

    def paid_by(self, payment: Name) -> list[tuple[Name, Decimal]]:
        """Give the invoices that a payment pays, with the amounts."""
        drafts = self.seen.drafts.get(payment, ())
        last = next((draft.facts.applied for draft in reversed(drafts) if draft.facts.applied), ())
        rows = [(self.names.get(one.external_id), one.amount) for one in last]
        found = [(name, amount) for name, amount in rows if name is not None]
        if found:
            return found
        money = self.seen.works[payment].money
        parents = [parent for parent in self.parents(payment) if parent[0] == "invoices"]
        return [(parent, money.amount if money else Decimal(0)) for parent in parents[:1]]


def choose(ground: Ground) -> Chosen:
    """Read the source's newest documents and choose; further back while something is lacking. Writes nothing."""
    chosen = Chosen()
    for days in _SPANS_DAYS:
        today = ground.state.today
        read = _newest(read_dated(ground, today - timedelta(days=days), today, tuple(KINDS)))
        seen = foresee(ground, read)
        names = {link.external_id: name for name, link in ground.state.stand_ins.items()}
        chosen = _choose(_Sight(ground=ground, seen=seen, names=names))
        if not chosen.lacking and len(chosen.currencies) == _CURRENCIES:
            break
    return chosen


def _newest(read: Read) -> Read:
    """Keep so many of each kind that judging them stays short."""
    kept = Read()
    for flow, records in read.records.items():
        kept.put(flow, sorted(records.values(), key=lambda record: record.order)[-_LOOKED_AT:])
    return kept


def _choose(sight: _Sight) -> Chosen:
    chosen = Chosen()
    for currency in _currencies(sight):
        found = _of_currency(sight, currency)
        if "invoices" not in found:
            continue
        chosen.currencies.append(currency)
        for name in found.values():
            _add(sight, chosen, name)
        chosen.lacking += [f"{KINDS[kind]} in {currency}" for kind in KINDS if kind not in found]
        if len(chosen.currencies) == _CURRENCIES:
            break
    return chosen


def _currencies(sight: _Sight) -> list[str]:
    """Give the currencies of the documents: those with most kinds first, then the target's own before others."""
    works = [work for name, work in sight.seen.works.items() if name in sight.seen.asked]
    counts = Counter(work.money.currency for work in works if work.money)
    base = sight.ground.state.target_identity.base_currency
    kinds = {code: len(_of_currency(sight, code)) for code in counts}
    return sorted(counts, key=lambda code: (-kinds[code], code != base, -counts[code], code))


def _of_currency(sight: _Sight, currency: str) -> dict[str, Name]:
    """Give the example of each kind in a currency; the payment, best one that pays a part, decides the invoice."""
    found = dict[str, Name]()
    paying = [(name, sight.paid_by(name)) for name in sight.bookable("payments", currency)]
    paying = [(name, rows) for name, rows in paying if len(rows) == 1]
    for name, rows in sorted(paying, key=lambda each: not _is_part(sight, *each[1][0]))[:1]:
        found["invoices"], found["payments"] = rows[0][0], name
    for kind in KINDS:
        newest = sight.bookable(kind, currency)[:1]
        if kind not in found and newest and kind != "payments":
            found[kind] = newest[0]
    return found


def _is_part(sight: _Sight, invoice: Name, amount: Decimal) -> bool:
    money = sight.seen.works[invoice].money
    return money is not None and amount < money.amount


def _add(sight: _Sight, chosen: Chosen, name: Name) -> None:
    """Add a record with all that it needs, parents before children."""
    if name in chosen.works:
        return
    for parent in sight.parents(name):
        _add(sight, chosen, parent)
    chosen.works[name] = sight.seen.works[name]
