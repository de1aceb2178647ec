"""What stands in the target: listed by date in a few big reads, and read back by id where it is dated elsewhere."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from integrations.contracts import Booked as BookedDraft
from integrations.contracts import Facts, Flow, Found
from integrations.engine.reconcile.books import Books
from integrations.engine.reconcile.trail import Booked, Trail, load_drafts

_READ_BACK_AT_ONCE = 250
_MAY_BE_LEFT_OUT = ("lines", "applied")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A document as the target shows it, and the first flow that writes to where it was found."""

    flow: str
    sink: str
    found: Found

    @property
    def counts(self) -> bool:
        """Tell whether it stands: it was not voided. What waits to be posted or approved stands, too."""
        return self.found.stage != "voided"

    @property
    def name(self) -> str:
        """What people call it in the target."""
        return self.found.number or self.found.external_id


@dataclass(slots=True)
class Ledger:
    """All documents that were read, by id; `listed` are those that the target dates in the period."""

    by_id: dict[str, list[Standing]] = field(default_factory=lambda: defaultdict(list))
    listed: list[Standing] = field(default_factory=list)
    by_reference: dict[str, list[Standing]] = field(default_factory=lambda: defaultdict(list))  # of those listed
    claimed: set[str] = field(default_factory=set)  # ids that belong to records of ours

    def add(self, standing: Standing) -> None:
        """Take in what the target listed."""
        self.by_id[standing.found.external_id].append(standing)
        self.listed.append(standing)
        if standing.found.reference:
            self.by_reference[standing.found.reference].append(standing)

    def get(self, external_id: str, sink: str) -> Standing | None:
        """Give a document by its id, the one of that sink first."""
        held = self.by_id.get(external_id, [])
        return next((each for each in held if each.sink == sink), held[0] if held else None)

    def tells(self, booked: Booked) -> bool:
        """Tell whether a document was listed whole: lists may leave lines and applications out."""
        held = self.get(booked.external_id, booked.sink)
        if held is None:
            return False
        facts, wanted = held.found.facts, booked.facts
        return all(getattr(wanted, name) is None or getattr(facts, name) is not None for name in _MAY_BE_LEFT_OUT)

    def claim(self, trail: Trail) -> None:
        """Note which documents are a record's: by id, and beside them one for each further reference of its own."""
        self.claimed.update(trail.booked)
        self.claimed.update(id for link in trail.links for id in (link.external_id, link.reversal_id) if id)
        for reference in trail.beside:
            named = self.by_reference.get(reference, [])
            if named and not any(each.found.external_id in self.claimed for each in named):
                self.claimed.add(named[0].found.external_id)

    def unclaimed(self) -> list[Standing]:
        """Give the listed documents that belong to no record of ours and are in the ledger."""
        return [each for each in self.listed if each.counts and each.found.external_id not in self.claimed]


Identity = tuple[str | None, str | None, Decimal | None, date | None]


def identity(facts: Facts) -> Identity:
    """Give what makes two documents look alike: customer, currency, total and date."""
    return (facts.customer, facts.currency, facts.total, facts.date)


class Leftovers:
    """Documents that no record of ours claims, each taken once: by our reference, or by what they look like."""

    def __init__(self, standing: Iterable[Standing]) -> None:
        self._left = {(each.sink, each.found.external_id): each for each in standing}
        self._by_reference: defaultdict[str, list[Standing]] = defaultdict(list)
        self._by_identity: defaultdict[Identity, list[Standing]] = defaultdict(list)
        for each in self._left.values():
            if each.found.reference:
                self._by_reference[each.found.reference].append(each)
            if each.found.facts.total is not None:
                self._by_identity[identity(each.found.facts)].append(each)

    def take_referenced(self, reference: str) -> list[Standing]:
        """Take what carries a reference of ours."""
        return self._take(self._by_reference.get(reference, ())) if reference else []

    def take_alike(self, facts: Facts, sink: str) -> list[Standing]:
        """Take what one sink shows with equal customer, currency, total and date, and no reference of ours."""
        return self._take(self._alike(facts, sink))

    def take_only_alike(self, facts: Facts, sink: str) -> Standing | None:
        """Take the one document that looks alike; with several nobody can tell which."""
        alike = self._alike(facts, sink)
        return self._take(alike)[0] if len(alike) == 1 else None

    def _alike(self, facts: Facts, sink: str) -> list[Standing]:
        held = self._by_identity.get(identity(facts), ())
        left = [each for each in held if (each.sink, each.found.external_id) in self._left]
        return [each for each in left if each.sink == sink and not each.found.reference]

    def rest(self) -> list[Standing]:
        """Give what nobody took."""
        return list(self._left.values())

    def _take(self, some: Iterable[Standing]) -> list[Standing]:
        return [each for each in some if self._left.pop((each.sink, each.found.external_id), None) is not None]


def read_listing(books: Books, start: date, end: date) -> Ledger:
    """List what the target dates in [start, end]: each sink once, whatever the number of its flows."""
    ledger, seen = Ledger(), set[tuple[str, str]]()
    for flow in books.flows:
        for sink in books.sinks(flow):
            if (flow.reads, sink.slug) in seen:
                continue
            seen.add((flow.reads, sink.slug))
            for found in sink.listing(start, end):
                ledger.add(Standing(flow=flow.slug, sink=sink.slug, found=found))
    return ledger


def read_outlying(books: Books, flow: Flow, ledger: Ledger, trails: Iterable[Trail]) -> None:
    """Read back by id what records of ours booked and the listing does not show (whole): dated elsewhere, or gone."""
    outlying = [booked for trail in trails for booked in trail.booked.values() if not ledger.tells(booked)]
    by_sink: defaultdict[str, list[Booked]] = defaultdict(list)
    for booked in outlying:
        by_sink[booked.sink or flow.sink].append(booked)
    for sink, some in by_sink.items():
        for start in range(0, len(some), _READ_BACK_AT_ONCE):
            _read_back(books, flow, ledger, sink, some[start : start + _READ_BACK_AT_ONCE])


def _read_back(books: Books, flow: Flow, ledger: Ledger, sink: str, some: list[Booked]) -> None:
    drafts = load_drafts(books.sync, (booked.attempt_id for booked in some))
    wanted = [
        BookedDraft(draft=replace(drafts[each.attempt_id], facts=each.facts), external_id=each.external_id)
        for each in some
    ]
    for found in books.writer(flow, sink).read_back(wanted).values():
        number = next((each.found.number for each in ledger.by_id[found.external_id]), "")
        found = replace(found, number=found.number or number)
        ledger.by_id[found.external_id].insert(0, Standing(flow=flow.slug, sink=sink, found=found))
