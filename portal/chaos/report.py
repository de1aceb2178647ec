"""What a chaos run came to: the product's own states beside what the checker counts from outside."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from audit.models import Attempt
from audit.seal import verify
from integrations.models import Sync, SyncRecord
from portal.chaos.storm import Tally
from portal.checker import Control, check_pair
from portal.demo.report import exempt_records

_HELD = ("parked", "different", "due", "open", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The report, and every finding in a sentence."""

    report: dict[str, Any]
    findings: list[str]


def report_of(sync: Sync, control: Control, tally: Tally, *, seed: int, came_to_rest: bool, seconds: float) -> Outcome:
    """Count. `ok` only with nothing lost, doubled, different or held up, and the trail's seals unbroken."""
    verdict = check_pair(sync.pair, control, exempt=exempt_records(sync))
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync)
    states = Counter(dict(records.order_by().values_list("state").annotate(number=Count("pk"))))
    attempts = Attempt.objects.for_tenant(sync.tenant_id)
    broken = verify(sync.tenant_id)
    held = {state: states[state] for state in _HELD if states[state]}
    findings = [*verdict.findings, *_told(records, held)]
    if attempts.filter(closed_at=None).exists():
        findings.append("Attempts are open though nothing runs.")
    if broken is not None:
        findings.append(f"The trail's seals are broken: {broken}.")
    report = {
        "ok": came_to_rest and verdict.is_reconciled and not findings,
        "pair": sync.pair,
        "seed": seed,
        "records": records.count(),
        "delivered": states["delivered"],
        "duplicates": verdict.duplicates,
        "missing": verdict.missing,
        "amount_differences": verdict.amount_differences,
        "worker_kills": tally.worker_kills,
        "kills_with_open_attempts": tally.kills_with_open_attempts,
        "faults": {**_hits(control, sync), "redis_flush": tally.redis_flushes},
        "unknown_settled": _settled(attempts),
        "unknown_left": states["unknown"],
        "seconds": round(seconds, 1),
    }
    return Outcome(report=report, findings=findings)


def _told(records: Any, held: dict[str, int]) -> list[str]:
    rows = records.filter(state__in=held).order_by("pk").values_list("flow", "natural_key", "state", "reason")[:20]
    return [f"{flow} {key} is {state}: {reason}" for flow, key, state, reason in rows]


def _hits(control: Control, sync: Sync) -> dict[str, int]:
    """Add up how often each kind of fault has struck, in both systems."""
    struck: Counter[str] = Counter()
    for system in (sync.source.connector, sync.target.connector):
        struck.update(control.get(f"/faults/{system}")["hits"])
    return dict(struck)


def _settled(attempts: Any) -> int:
    """Count records once unknown that are so no more."""
    unknown = attempts.filter(outcome=Attempt.Outcome.UNKNOWN).values_list("record_id", flat=True).distinct()
    return int(SyncRecord.objects.filter(pk__in=unknown).exclude(state="unknown").count())  # ids bound it
