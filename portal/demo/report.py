"""The demo's report: the product's own counts per flow beside what the checker finds from outside."""

from collections import Counter
from typing import Any

from django.db.models import Count

from audit.models import Run
from integrations.engine.watch import awaiting_posting
from integrations.models import Sync, SyncRecord
from portal.checker import Control, Verdict, check_pair

_STATES = ("delivered", "unchanged", "waiting", "parked", "skipped", "different", "unknown")
_PENDING = ("due", "open")


def exempt_records(sync: Sync) -> set[tuple[str, str]]:
    """Name the records that the product itself says are not delivered, each in a state with its reason."""
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync)
    return set(records.exclude(state=SyncRecord.State.DELIVERED).values_list("flow", "natural_key"))


def flow_counts(sync: Sync, since: int) -> dict[str, dict[str, int]]:
    """Count the records of each flow by state; those that no run after `since` wrote are unchanged."""
    grouped = (
        SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync).values("flow", "state").annotate(n=Count("id"))
    )
    counts = {flow: dict.fromkeys((*_STATES, "awaiting_posting"), 0) for flow in grouped.values_list("flow", flat=True)}
    for row in grouped:
        name = "waiting" if row["state"] in _PENDING else row["state"]
        counts[row["flow"]][name] += row["n"]
    for flow, delivered in _delivered_since(sync, since).items():
        if flow in counts:
            standing = counts[flow]["delivered"]  # of those delivered since, some may be held up again
            counts[flow]["delivered"] = min(delivered, standing)
            counts[flow]["unchanged"] = standing - counts[flow]["delivered"]
    awaiting = awaiting_posting(sync)
    for flow in counts:
        counts[flow]["awaiting_posting"] = awaiting.get(flow, 0)
        counts[flow]["read"] = sum(counts[flow][state] for state in _STATES)
    return counts


def _delivered_since(sync: Sync, since: int) -> Counter[str]:
    delivered: Counter[str] = Counter(
        dict.fromkeys(
            SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync).values_list("flow", flat=True).distinct(), 0
        )
    )
    rows = (
        Run.objects.for_tenant(sync.tenant_id)
        .filter(sync_id=sync.pk, pk__gt=since, attempts__outcome__in=["delivered", "linked"])
        .values("attempts__flow")
        .annotate(n=Count("attempts__record_id", distinct=True))
    )
    for row in rows:
        delivered[row["attempts__flow"]] += row["n"]
    return delivered


def pair_report(sync: Sync, control: Control, since: int) -> tuple[dict[str, Any], Verdict]:
    """Report one pair; parked, different and unknown records are no success."""
    verdict = check_pair(sync.pair, control, exempt=exempt_records(sync))
    report = {
        "flows": flow_counts(sync, since),
        "duplicates": verdict.duplicates,
        "missing": verdict.missing,
        "amount_differences": verdict.amount_differences,
        "reconciled": verdict.is_reconciled,
        "out_of_scope": verdict.out_of_scope,
    }
    return report, verdict


def is_ok(report: dict[str, Any]) -> bool:
    """Tell whether everything read is delivered, unchanged, skipped or waiting, and the checker found nothing."""
    held = sum(flow[state] for flow in report["flows"].values() for state in ("parked", "different", "unknown"))
    faults = report["duplicates"] + report["missing"] + report["amount_differences"]
    return bool(report["reconciled"]) and not held and not faults and bool(report["flows"])
