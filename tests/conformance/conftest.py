"""For each connector a simulator to read, one to write to and one to misconfigure; healed after every test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.conformance.bench import Bench, bench_of
from tests.conformance.hostile import Bloated
from tests.conformance.writing import Ledger


def _kept(make: Callable[[str, ExitStack], object]) -> Iterator:
    """Give what is made at the first asking for a system, and kept for the whole suite."""
    made: dict[str, object] = {}
    with ExitStack() as stack:

        def give(slug: str) -> object:
            if slug not in made:
                made[slug] = make(slug, stack)
            return made[slug]

        yield give


def _filled(slug: str, stack: ExitStack) -> Bench:
    bench = stack.enter_context(bench_of(slug))
    bench.grow()
    return bench


def _opened(slug: str, stack: ExitStack) -> Ledger:
    bench = stack.enter_context(bench_of(slug, Bloated))
    return Ledger(bench=bench, ground=bench.ground(stack.enter_context(bench.session())))


@pytest.fixture(scope="session")
def benches() -> Iterator:
    yield from _kept(_filled)


@pytest.fixture(scope="session")
def ledgers() -> Iterator:
    yield from _kept(_opened)


@pytest.fixture(scope="session")
def astray() -> Iterator:
    yield from _kept(lambda slug, stack: stack.enter_context(bench_of(slug)))


@pytest.fixture
def bench(benches, slug: str) -> Iterator[Bench]:
    """Give the filled bench of the test's system, with tokens of its own."""
    found = benches(slug)
    found.tokens.kept.clear()
    yield found
    found.heal()


@pytest.fixture
def ledger(ledgers, slug: str) -> Iterator[Ledger]:
    """Give the system that the tests write to; what others wrote stands there."""
    found = ledgers(slug)
    yield found
    found.bench.heal()
    found.bench.world.simulators[slug].swell(None)


@pytest.fixture
def mistaken(astray, slug: str) -> Bench:
    """Give a bench as at its start, to be set up wrongly."""
    found = astray(slug)
    found.world.reset()
    found.tokens.kept.clear()
    return found
