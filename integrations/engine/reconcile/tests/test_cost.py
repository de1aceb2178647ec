"""What a reconciliation costs follows the period, not history: documents outside of it add no request."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.tests.ground import settle
from integrations.engine.tests.harness import Sandbox
from integrations.models import Cursor

PERIOD = (date(2026, 8, 1), date(2026, 8, 31))


def cost(box: Sandbox, sync) -> tuple[dict[str, int], int]:
    """Count requests to both systems, and queries, of one reconciliation."""
    before = _reads(box)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        report = reconcile_period(sync, *PERIOD)
    assert report.lines
    return {system: number - before[system] for system, number in _reads(box).items()}, len(queries)


def _reads(box: Sandbox) -> dict[str, int]:
    return {system: box.control.get(f"/requests/{system}")["reads"] for system in ("chargebee", "netsuite")}


def documents(box: Sandbox) -> int:
    return len([each for each in box.control.documents("netsuite") if each["kind"] == "invoice"])


def test_it_asks_no_more_often_when_800_documents_stand_outside_the_period(box, sync):
    cost(box, sync)  # signs in
    few, before = documents(box), cost(box, sync)
    box.control.post("/generate/chargebee", {"customers": 60, "seed": 9, "months": 2, "invoices": 850})
    Cursor.objects.filter(sync=sync).update(walked=False, read_until=None)  # what was generated lies in the past
    settle(sync)
    assert documents(box) - few >= 800
    assert cost(box, sync) == before
    assert sum(before[0].values()) < 20
