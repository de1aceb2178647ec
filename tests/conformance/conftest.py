"""One running simulator per connector for the whole suite, healed after every test."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.conformance_kit import Bench, bench_of


@pytest.fixture(scope="session")
def benches() -> Iterator:
    """Give the bench of a system, made and filled at the first asking."""
    made: dict[str, Bench] = {}
    with ExitStack() as stack:

        def give(slug: str) -> Bench:
            if slug not in made:
                made[slug] = stack.enter_context(bench_of(slug))
                made[slug].grow()
            return made[slug]

        yield give


@pytest.fixture
def bench(benches, slug: str) -> Iterator[Bench]:
    """Give the bench of the test's system, with tokens of its own."""
    found = benches(slug)
    found.tokens.kept.clear()
    yield found
    found.world.faults(found.slug).reset()
