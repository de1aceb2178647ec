"""Drafts that stand nowhere, and bookings carried through to their end as the engine does."""

from base64 import b32encode
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from itertools import count

from integrations.contracts import Booked, Draft, Facts, Found, Session, Sink
from integrations.errors import TransientError, UnknownOutcomeError
from integrations.sandbox.conformance import Ground, Trial
from mappings.catalogue import TargetField
from tests.conformance.bench import Bench

DAY = date(2026, 11, 3)
NOBODY = "87654321"  # the id of a party that no system has
TRIES = 6


@dataclass(slots=True, kw_only=True)
class Ledger:
    """A system that is written to: one session, and drafts numbered as they come."""

    bench: Bench
    ground: Ground
    numbers: count = field(default_factory=lambda: count(1))

    def draft(self, trial: Trial) -> Draft:
        """Make a draft that was never booked."""
        return trial.draft(self.ground.kit, f"T-{next(self.numbers)}")

    def sink(self, draft: Draft) -> Sink:
        return self.ground.session.sink(draft.sink)

    def book(self, draft: Draft) -> str:
        return self.ground.book(draft)

    def found(self, draft: Draft) -> tuple[Found, ...]:
        return self.sink(draft).find([draft])[draft.reference]

    def stands(self, draft: Draft, external_id: str) -> Found | None:
        """Read back what stands."""
        return self.sink(draft).read_back([Booked(draft=draft, external_id=external_id)]).get(draft.reference)

    def settle(self, draft: Draft) -> tuple[Found, ...]:
        """Look a draft of unknown outcome up, at once and again after the sink's time."""
        found = self.found(draft)
        if found:
            return found
        self.bench.world.advance(self.sink(draft).settle_s)
        return self.found(draft)

    def deliver(self, draft: Draft) -> str:
        """Book a draft to the end: passing trouble is waited for, an unknown outcome is settled by looking."""
        for _ in range(TRIES):
            try:
                return self.book(draft)
            except UnknownOutcomeError:
                if found := self.settle(draft):
                    return found[0].external_id
            except TransientError:
                self.bench.world.advance(60)
        raise AssertionError(f"{draft.reference} could not be booked in {TRIES} tries")

    def added_by(self, act, *given) -> int:
        """Tell by how many documents something changes the system."""
        before = len(self.bench.documents())
        act(*given)
        return len(self.bench.documents()) - before

    def usual(self, trial: Trial) -> int:
        """Tell by how many documents one booking changes the system when nothing goes wrong."""
        return self.added_by(self.book, self.draft(trial))


def absent(session: Session, sink: str, count: int) -> list[Draft]:
    """Make drafts of documents that do not stand, out of what the sink's catalogue requires."""
    fields = session.sink(sink).catalogue()
    return [_draft(fields, sink, number) for number in range(1, count + 1)]


def _draft(fields: tuple[TargetField, ...], sink: str, number: int) -> Draft:
    key = f"NONE-{number}"
    reference = "C" + b32encode(sha256(key.encode()).digest()).decode()[:19]  # short and plain enough for every system
    payload = _nested(_filled(fields, "header", number))
    if line := _filled(fields, "line", number):
        payload["lines"] = [_nested(line)]
    facts = Facts(name=f"Nobody {number}", customer=NOBODY, currency="USD", total=Decimal("7.31"), date=DAY)
    return Draft(flow="conformance", key=key, sink=sink, reference=reference, payload=payload, facts=facts)


def _filled(fields: tuple[TargetField, ...], level: str, number: int) -> dict[str, object]:
    return {each.name: _sample(each, number) for each in fields if each.required and each.level == level}


def _sample(each: TargetField, number: int) -> object:
    samples = {"amount": Decimal("7.31"), "date": DAY, "bool": True, "integer": number}
    if each.enum or each.type in samples:
        return each.enum[0] if each.enum else samples[each.type]
    text = NOBODY if each.type == "reference" else f"None {number}"
    text = "USD" if each.reference == "currency" else text
    return text[: each.max_length] if each.max_length else text


def _nested(values: dict[str, object]) -> dict[str, object]:
    made: dict = {}
    for name, value in values.items():
        *path, last = name.split(".")
        place = made
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value
    return made
