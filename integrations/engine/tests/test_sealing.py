"""Facts about runs that nobody has sealed yet: found at the next run, without a look at all that ever ran."""

from types import SimpleNamespace

import pytest

from audit.models import Run
from audit.record import Closing, Opening, close_attempts, close_run, open_attempts, open_run
from integrations.engine import settle
from integrations.engine.tests.builders import make_sync

pytestmark = pytest.mark.django_db


def make_run(sync, *, record: int | None = None, state: str = Run.State.LOST) -> Run:
    """Make an ended run that is not sealed; with a record it has one closed attempt."""
    run = open_run(tenant_id=sync.tenant_id, sync_id=sync.pk, pair=sync.pair, trigger="schedule", fence=1)
    if record is not None:
        names = ("flow", "natural_key", "operation", "reference", "idempotency_key", "source_version")
        texts = dict.fromkeys(names, "x")
        opening = Opening(record_id=record, revision=1, mapping_version=1, draft="{}", **texts)
        close_attempts([Closing(attempt_id=open_attempts(run=run, openings=[opening])[0], outcome="unknown")])
    Run.objects.filter(pk=run.pk).update(state=state)
    return run


def unsealed(sync, settled=()):
    return list(settle._unsealed_runs(SimpleNamespace(sync=sync), settled))


def test_it_finds_the_run_that_a_lost_worker_left_unsealed():
    sync = make_sync()
    left = make_run(sync, record=1)
    make_run(sync)  # nothing to seal
    make_run(sync, record=2, state=Run.State.RUNNING)
    close_run(make_run(sync, record=3), state=Run.State.DONE)  # sealed
    make_run(make_sync(), record=4)  # another sync's
    assert unsealed(sync) == [left]


def test_it_looks_among_the_newest_and_at_what_was_settled_now(monkeypatch):
    monkeypatch.setattr(settle, "_SEALS_LOOKED_FOR", 1)
    sync = make_sync()
    old, newest = make_run(sync, record=1), make_run(sync, record=2)
    assert unsealed(sync) == [newest]
    assert unsealed(sync, [SimpleNamespace(run_id=old.pk)]) == [old, newest]
