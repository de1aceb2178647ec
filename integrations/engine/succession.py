"""Whose records they are when a sync's systems or its start date change: identity counts, not the sync's row."""

from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from integrations.engine import schedule
from integrations.engine.problems import recount
from integrations.engine.standing import LOOK_UP, NOT_FOUND, TOO_OLD
from integrations.errors import ConfigurationError
from integrations.models import Backfill, Reconciliation, Sync, SyncRecord


def refuse_overlap(sync: Sync, before: tuple[str, str]) -> None:
    """Let no run start beside the last one of a sync that was put away, or of this one between other systems.

    Both would write the same records. Inside the caller's transaction. Raises ConfigurationError.
    """
    after, now = (sync.source_identity, sync.target_identity), timezone.now()
    same = Q(pair=sync.pair, source_identity=after[0], target_identity=after[1]) & ~Q(pk=sync.pk)
    itself = Q(pk=sync.pk) if any(before) and before != after else Q(pk=None)
    leased = Sync.objects.for_tenant(sync.tenant_id).filter(same | itself, lease_until__isnull=False)
    for other in leased.select_for_update():
        if other.lease_until and other.lease_until + timedelta(seconds=other.lease_grace_s) > now:
            raise ConfigurationError(
                f"The last run of {other.name} is still ending. Switch {sync.name} on in a few minutes.",
                code="run_under_way",
            )


def leave_behind(sync: Sync, before: tuple[str, str], name: str) -> None:
    """Leave what a sync did between two other systems to a sync of its own, put away: none of it is this one's now.

    Should the two come back, their records are adopted from there. Inside the caller's transaction.
    """
    sides = {"source_identity": before[0], "target_identity": before[1]}
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, **sides)
    problems = list(records.exclude(problem=None).values_list("problem", flat=True).distinct())
    of_sync = [model.objects.for_tenant(sync.tenant_id).filter(sync=sync) for model in (Reconciliation, Backfill)]
    if records.exists() or any(rows.exists() for rows in of_sync):
        kept = Sync.objects.create(
            tenant_id=sync.tenant_id,
            pair=sync.pair,
            name=f"{sync.name}: {name}"[:120],
            source=sync.source,
            target=sync.target,
            policies=sync.policies,
            start_date=sync.start_date,
            state=Sync.State.ARCHIVED,
            **sides,
        )
        records.update(sync=kept, problem=None)
        for rows in of_sync:
            rows.update(sync=kept)
        recount(problems)
    sync.cursors.all().delete()  # their history was never read
    Sync.objects.for_tenant(sync.tenant_id).filter(pk=sync.pk).update(sweep_position={})


def adopt_records(sync: Sync) -> None:
    """Go on with what an earlier sync between the same two systems left. Inside the caller's transaction."""
    records = SyncRecord.objects.for_tenant(sync.tenant_id).exclude(sync=sync)
    records.filter(source_identity=sync.source_identity, target_identity=sync.target_identity).filter(
        sync__pair=sync.pair
    ).update(sync=sync)
    take_up_since(sync)


_TAKE_UP = """
UPDATE integrations_syncrecord r SET state = 'due', due_at = now(), changed_at = now(),
    decision = CASE WHEN r.decision = %s THEN '' ELSE r.decision END
FROM integrations_sync s
WHERE s.id = %s AND r.sync_id = s.id AND r.state = 'skipped' AND r.code = ANY(%s)
    AND (s.start_date IS NULL OR r.document_date >= s.start_date)
"""


def take_up_since(sync: Sync) -> int:
    """Have judged anew what an earlier start date kept out and the present one does not; give how many.

    Inside the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_UP, [LOOK_UP, sync.pk, [TOO_OLD, NOT_FOUND]])
        return int(cursor.rowcount)


def take_up_moved(sync: Sync) -> None:
    """Do so at a run's end if the start date was moved meanwhile: the run judged by the one it began with."""
    if Sync.objects.filter(pk=sync.pk).exclude(start_date=sync.start_date).exists():
        with transaction.atomic():
            schedule.lock(sync.pk)
            take_up_since(sync)
