"""A sandbox with a sync that delivered all that is due, for tests that reconcile it."""

from datetime import date
from typing import Any

from integrations.engine.reconcile.report import PeriodReport
from integrations.engine.tests.harness import ACTOR, Sandbox, links, make_live_sync, run_to_rest
from integrations.models import Sync, SyncRecord
from mappings.map_versions import change_entries
from mappings.models import ValueMap
from mappings.value_maps import Entry
from mappings.versions import publish_map_changes

START, END = date(2020, 1, 1), date(2027, 12, 31)


def delivered_sync(box: Sandbox) -> Sync:
    """Make a sync whose mapping knows every kind of line, and run it to its end."""
    sync = make_live_sync(box)
    items = ValueMap.objects.filter(sync_id=sync.pk, name="items").latest("pk")
    change_entries(value_map=items, actor=ACTOR, put=[Entry(keys=("promotional_credits", "*"), value="Discount")])
    publish_map_changes(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=ACTOR)
    settle(sync)
    return sync


def settle(sync: Sync, trigger: str = "manual") -> None:
    """Run until neither due nor unknown records are left, as the tick would."""
    for _ in range(10):
        run_to_rest(sync, trigger=trigger)
        busy = SyncRecord.objects.filter(sync=sync, state__in=["due", "unknown", "open"])
        if not busy.exists():
            return
        busy.update(due_at="2000-01-01T00:00Z")
        trigger = "recovery"
    raise AssertionError(list(busy.values_list("flow", "natural_key", "state", "reason")))


def found(report: PeriodReport) -> list[tuple[str, str, str]]:
    """Name the differences."""
    return [(each.flow, each.kind, each.id) for each in report.differences]


def delivered(sync: Sync, flow: str, number: int = 0) -> tuple[SyncRecord, str]:
    """Give a delivered record and its id in the target."""
    record = SyncRecord.objects.filter(sync=sync, flow=flow, state="delivered", amount__gt=1).order_by("pk")[number]
    return record, links(sync, flow)[record.natural_key]


def applied_payment(box: Sandbox, sync: Sync) -> tuple[str, str, dict[str, Any]]:
    """Give a payment that pays one invoice and was never refunded: its key, its id, and the application."""
    applied = {each["id"]: each["applied"] for each in box.control.documents("netsuite") if each.get("applied")}
    shared = {each["id"] for rows in applied.values() for each in rows}
    payments = sorted(links(sync, "payments").items())
    key, id = next((key, id) for key, id in payments if len(applied.get(id, ())) == 1 and id not in shared)
    return key, id, applied[id][0]


def tamper(box: Sandbox, id: str, op: str, value: str | None = None) -> None:
    """Plant a mistake in NetSuite's books."""
    box.control.post("/tamper/netsuite", {"id": id, "op": op, **({"value": value} if value else {})})
