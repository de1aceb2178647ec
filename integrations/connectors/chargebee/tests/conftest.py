"""What Chargebee's client tests share."""

from collections.abc import Iterator

import pytest

from integrations.connectors.chargebee.tests.kit import Sandbox, open_sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Give a running, empty Chargebee."""
    with open_sandbox() as opened:
        yield opened
