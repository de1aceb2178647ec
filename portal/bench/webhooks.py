"""How long a burst of webhooks takes: to be answered, and from its arrival to the document in the ledger's books."""

import statistics
import time
from contextlib import ExitStack
from typing import Any

from django.conf import settings

from audit.models import Attempt
from integrations.models import InboxEvent, Sync, SyncRecord
from portal.bench.measure import machine
from portal.bench.sync import make_sync, run_flows
from portal.checker import Control, check_pair
from portal.demo.company import webhook_of
from portal.demo.stack import Stack, pause, programs, running, wait_for

EVENTS, OBJECTS = 500, 100
_PATIENCE_S = 420.0


def bench_webhooks(*, per_minute: int, base_port: int) -> dict[str, Any]:
    """Send 500 webhooks for 100 new invoices, doubled and shuffled, through the real web server and workers."""
    web_port = base_port + 20
    settings.SANDBOX_BASE_PORT = base_port
    stack = Stack(
        programs(base_port=base_port, web_port=web_port, seed=1, customers=0, workers=1, state=None),
        settings.BASE_DIR / ".local" / "logs",
    )
    with ExitStack() as leave:
        leave.enter_context(running(stack))
        wait_for(f"http://127.0.0.1:{base_port}/credentials", stack, what="sandbox")
        wait_for(f"http://127.0.0.1:{web_port}/accounts/login/", stack, what="web")
        control = Control(f"http://127.0.0.1:{base_port}")
        control.post("/generate/chargebee", {"customers": 20, "seed": 1, "months": 2})
        control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        sync = make_sync(control, share_pct=80, requests_per_minute=str(per_minute))
        run_flows(sync)
        return _burst(sync, control, per_minute, f"http://127.0.0.1:{web_port}")


def _burst(sync: Sync, control: Control, per_minute: int, portal_url: str) -> dict[str, Any]:
    control.post("/limits/chargebee", {"per_minute": per_minute})
    control.post("/webhooks/chargebee", webhook_of(sync, portal_url))
    faults = [{"kind": "webhook_duplicate", "rate": 0.3}, {"kind": "webhook_reorder", "rate": 0.5}]
    control.post("/faults/chargebee", {"seed": 1, "rules": faults})
    last = Attempt.objects.for_tenant(sync.tenant_id).order_by("-id").values_list("id", flat=True).first() or 0
    refused = _throttled(control)
    started = time.perf_counter()
    control.post("/generate/chargebee", {"activity": EVENTS, "objects": OBJECTS, "seed": 2})
    attempts = Attempt.objects.for_tenant(sync.tenant_id).filter(pk__gt=last, flow="invoices")
    while attempts.filter(outcome="delivered").count() < OBJECTS and time.perf_counter() - started < _PATIENCE_S:
        pause(0.1)
    delivered = list(attempts.filter(outcome="delivered").values_list("closed_at", flat=True))
    first = (
        InboxEvent.objects.for_tenant(sync.tenant_id).order_by("received_at").values_list("received_at", flat=True)[0]
    )
    waits = sorted((closed - first).total_seconds() for closed in delivered if closed)
    sent = control.get("/webhooks/chargebee")
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync)
    exempt = set(records.exclude(state="delivered").values_list("flow", "natural_key"))
    figures = {
        "requests_a_minute": per_minute,
        "webhooks_answered": {status: sent["statuses"][status] for status in sent["statuses"]},
        "answer_ms_median": str(sent["median_ms"]),
        "inbox_events": InboxEvent.objects.for_tenant(sync.tenant_id).count(),
        "deliveries": attempts.count(),
        "webhook_to_booked_s_median": round(statistics.median(waits), 2) if waits else None,
        "webhook_to_booked_s_last": round(waits[-1], 2) if waits else None,
        "throttled": _throttled(control) - refused,
        "duplicates": check_pair(sync.pair, control, exempt=exempt).duplicates,
    }
    return {"name": "webhooks", "figures": figures, "ratio": {}, "machine": machine()}


def _throttled(control: Control) -> int:
    """Give how many requests the source has answered with 429."""
    return int(control.get("/limits/chargebee").get("throttled", 0))
