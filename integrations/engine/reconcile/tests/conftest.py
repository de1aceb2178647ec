"""A sandbox with some months of billing."""

import pytest

from integrations.engine.reconcile.tests.ground import delivered_sync
from integrations.engine.tests.harness import sandbox
from integrations.models import Sync


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as running:
        running.control.post("/generate/chargebee", {"customers": 12, "seed": 3, "months": 4})
        running.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        yield running


@pytest.fixture
def sync(box) -> Sync:
    return delivered_sync(box)
