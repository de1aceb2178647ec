"""Keeps reports: saved, marked with reasons, signed by a named person and frozen."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.record import change_config
from integrations.engine.reconcile.report import OpenRow, PeriodReport, TieOut, dump, load_period, load_tie_out
from integrations.errors import ConfigurationError
from integrations.models import Reconciliation, Sync
from integrations.money import to_json

State = Reconciliation.State


def save_report(sync: Sync, report: PeriodReport, tie_out: TieOut | None = None, *, actor: str) -> Reconciliation:
    """Keep a report as the open one of its period; what was explained before stays explained."""
    kept = Reconciliation.objects.for_tenant(sync.tenant_id).filter(sync=sync, start=report.start, end=report.end)
    with transaction.atomic():
        before = kept.order_by("-id").first()
        marks = before.marks if before else {}
        values: dict[str, Any] = {
            "report": dump(report),
            "tie_out": dump(tie_out) if tie_out else None,
            "marks": marks,
            "ok": not unexplained(report, tie_out, marks),
            "made_by": actor,
            "made_at": timezone.now(),
        }
        saved, _ = Reconciliation.objects.update_or_create(
            tenant_id=sync.tenant_id, sync=sync, start=report.start, end=report.end, state=State.OPEN, defaults=values
        )
    return saved


def unexplained(report: PeriodReport, tie_out: TieOut | None, marks: dict[str, Any]) -> list[str]:
    """Name the differences that nobody has explained yet."""
    names = [difference.name for difference in report.differences]
    names += [open_name(row) for row in tie_out.differing] if tie_out else []
    return [name for name in names if name not in marks]


def open_name(row: OpenRow) -> str:
    """Give what a mark names an open amount's difference by: another difference is another name."""
    return f"open:{row.flow}:{row.id}:{row.difference}"


def mark(reconciliation: Reconciliation, names: Sequence[str], *, reason: str, actor: str) -> Reconciliation:
    """Explain differences, with a reason that is kept; they no longer stand in the way of signing.

    Raises ConfigurationError without a reason, for a signed report, or for a name that is no difference of it.
    """
    if not reason.strip():
        raise ConfigurationError("Say why: an explained difference needs a reason.", field="reason")
    with transaction.atomic():
        held = _locked(reconciliation)
        if held.state != State.OPEN:
            raise ConfigurationError(f"{held} is signed off; reconcile the period again first.", code="signed_off")
        period, tie_out = reports_of(held)
        foreign = set(names) - set(unexplained(period, tie_out, {}))
        if foreign:
            raise ConfigurationError(f"{sorted(foreign)[0]} is no difference of {held}.", code="no_difference")
        told = {"by": actor, "at": timezone.now().isoformat(), "reason": reason.strip()}
        held.marks = held.marks | dict.fromkeys(names, told)
        held.ok = not unexplained(period, tie_out, held.marks)
        held.save(update_fields=["marks", "ok"])
        _note(held, "explained differences", actor, {"names": list(names), "reason": reason.strip()})
    return held


def sign(reconciliation: Reconciliation, *, actor: str) -> Reconciliation:
    """Sign a report off: it is frozen, and its digest goes into the sealed trail.

    Raises ConfigurationError when it was signed already or holds differences that nobody has explained.
    """
    with transaction.atomic():
        held = _locked(reconciliation)
        if held.state != State.OPEN:
            raise ConfigurationError(f"{held} was signed off by {held.signed_by} already.", code="signed_off")
        if left := unexplained(*reports_of(held), held.marks):
            raise ConfigurationError(
                f"{held} cannot be signed: {len(left)} differences are neither healed nor explained.",
                code="not_reconciled",
            )
        held.state, held.signed_by, held.signed_at = State.SIGNED, actor, timezone.now()
        held.digest = digest_of(held)
        held.save(update_fields=["state", "signed_by", "signed_at", "digest"])
        _note(held, "signed off", actor, {"start": str(held.start), "end": str(held.end), "digest": held.digest})
    return held


def digest_of(reconciliation: Reconciliation) -> str:
    """Digest what is signed: report, tie-out and explanations."""
    signed = [reconciliation.report, reconciliation.tie_out, reconciliation.marks]
    return hashlib.sha256(to_json(signed).encode()).hexdigest()


def reports_of(reconciliation: Reconciliation) -> tuple[PeriodReport, TieOut | None]:
    """Read the reports that a reconciliation keeps."""
    tie_out = load_tie_out(reconciliation.tie_out) if reconciliation.tie_out else None
    return load_period(reconciliation.report), tie_out


def _locked(reconciliation: Reconciliation) -> Reconciliation:
    held = Reconciliation.objects.for_tenant(reconciliation.tenant_id).select_for_update()
    return held.get(pk=reconciliation.pk)


def _note(reconciliation: Reconciliation, action: str, actor: str, details: dict[str, Any]) -> None:
    change_config(
        tenant_id=reconciliation.tenant_id,
        actor=actor,
        subject=f"reconciliation {reconciliation.pk}",
        action=action,
        details=details,
    )
