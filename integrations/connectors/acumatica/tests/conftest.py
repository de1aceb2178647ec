"""One sandbox per test."""

from collections.abc import Iterator

import pytest

from integrations.connectors.acumatica.tests.client_kit import Bench, sandbox


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Run the simulator."""
    with sandbox() as running:
        yield running
