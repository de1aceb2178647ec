"""Keeps reports: saved, marked with reasons, signed by a named person and frozen."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from audit.record import change_config
from integrations.engine import schedule
from integrations.engine.reconcile.report import (
    Difference,
    OpenRow,
    PeriodReport,
    TieOut,
    amount_text,
    dump,
    load_period,
    load_tie_out,
)
from integrations.errors import ConfigurationError
from integrations.models import Reconciliation, Sync
from integrations.money import to_json

State = Reconciliation.State
_NAMED = 3  # of those that changed since


def save_report(
    sync: Sync,
    report: PeriodReport,
    tie_out: TieOut | None = None,
    *,
    actor: str,
    begun_at: datetime | None = None,
) -> Reconciliation:
    """Keep a report as the open one of its period; what was explained before stays explained.

    `begun_at`: when its reading began; what changed from then on, it may not show.
    """
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
            "made_at": begun_at or timezone.now(),
        }
        saved, _ = Reconciliation.objects.update_or_create(
            tenant_id=sync.tenant_id, sync=sync, start=report.start, end=report.end, state=State.OPEN, defaults=values
        )
    return saved


def unexplained(report: PeriodReport, tie_out: TieOut | None, marks: dict[str, Any]) -> list[str]:
    """Name the differences that nobody has explained yet."""
    names = [each.name for each in report.differences if not explanation_of(each, marks)]
    return names + [name for row in (tie_out.differing if tie_out else ()) if (name := open_name(row)) not in marks]


def explanation_of(difference: Difference, marks: dict[str, Any]) -> dict[str, Any]:
    """Give who explained a difference and why; empty where nobody did, or it was of other amounts then."""
    told: dict[str, Any] = marks.get(difference.name, {})
    amounts = _amounts(difference)
    return told if {name: told.get(name, amount) for name, amount in amounts.items()} == amounts else {}


def _amounts(difference: Difference) -> dict[str, str | None]:
    sides = {"source": difference.source, "target": difference.target}
    return {
        side: None if amount is None else amount_text(amount, difference.currency) for side, amount in sides.items()
    }


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
        amounts = {each.name: _amounts(each) for each in period.differences}
        held.marks = held.marks | {name: {**told, **amounts.get(name, {})} for name in names}
        held.ok = not unexplained(period, tie_out, held.marks)
        held.save(update_fields=["marks", "ok"])
        _note(held, "explained differences", actor, {"names": list(names), "reason": reason.strip()})
    return held


def sign(reconciliation: Reconciliation, *, actor: str) -> Reconciliation:
    """Sign a report off: it is frozen, and its digest goes into the sealed trail.

    Raises ConfigurationError when it was signed already, holds differences that nobody has explained, or documents of
    its days changed since it was compared.
    """
    with transaction.atomic():
        schedule.lock(reconciliation.sync_id)  # as runs do: none of them commits meanwhile
        held = _locked(reconciliation)
        if held.state != State.OPEN:
            raise ConfigurationError(f"{held} was signed off by {held.signed_by} already.", code="signed_off")
        if left := unexplained(*reports_of(held), held.marks):
            raise ConfigurationError(
                f"{held} cannot be signed: {len(left)} differences are neither healed nor explained.",
                code="not_reconciled",
            )
        if since := changed_since(held):
            more = f" and {len(since) - _NAMED} more" if len(since) > _NAMED else ""
            raise ConfigurationError(
                f"{held} is no longer what stands: {', '.join(since[:_NAMED])}{more} changed since it was compared. "
                "Reconcile it again, then sign it.",
                code="changed_since",
            )
        held.state, held.signed_by, held.signed_at = State.SIGNED, actor, timezone.now()
        held.digest = digest_of(held)
        held.save(update_fields=["state", "signed_by", "signed_at", "digest"])
        _note(held, "signed off", actor, {"start": str(held.start), "end": str(held.end), "digest": held.digest})
    return held


_CHANGED = """
SELECT label FROM integrations_syncrecord
WHERE tenant_id = %(tenant)s AND sync_id = %(sync)s AND changed_at >= %(at)s
    AND document_date BETWEEN %(start)s AND %(end)s
UNION SELECT r.label FROM (
    SELECT tenant_id, source_identity, target_identity, flow, natural_key, facts, updated_at, reversed_on
    FROM integrations_link
    UNION ALL
    SELECT tenant_id, source_identity, target_identity, flow, natural_key, facts, updated_at, NULL
    FROM integrations_companion
) stands JOIN integrations_syncrecord r USING (tenant_id, source_identity, target_identity, flow, natural_key)
WHERE r.tenant_id = %(tenant)s AND r.sync_id = %(sync)s AND stands.updated_at >= %(at)s AND (
    COALESCE(stands.facts ->> 'posting_date', stands.facts ->> 'date')
        BETWEEN %(start)s::date::text AND %(end)s::date::text
    OR stands.reversed_on BETWEEN %(start)s AND %(end)s)
ORDER BY 1
"""


def changed_since(reconciliation: Reconciliation) -> list[str]:
    """Name the records of its days, in either system, of which anything was learned since it was compared."""
    held = reconciliation
    values: dict[str, Any] = {
        "tenant": held.tenant_id,
        "sync": held.sync_id,
        "at": held.made_at,
        "start": held.start,
        "end": held.end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, values)
        return [label for (label,) in cursor.fetchall()]


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
