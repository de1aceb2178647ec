"""A trial's own sync: made beside the one it tries, run by the engine like any other, removed when nothing is left."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from audit.record import change_config
from integrations import registry
from integrations.engine import schedule
from integrations.engine.clock import SystemClock
from integrations.engine.rehearsal.foreseeing import Name
from integrations.engine.run import run_sync
from integrations.engine.standing import UNDO
from integrations.engine.undo import Scope, undo
from integrations.errors import ConfigurationError
from integrations.models import Companion, Connection, Link, Sync, SyncRecord
from mappings.models import Mapping as Version

State = SyncRecord.State
TRIAL = "proof"  # who started its runs
BEGAN = "began a trial"  # kept for good: by it a reconciliation knows what a removed trial booked
BUSY = (State.DUE, State.OPEN, State.UNKNOWN)
HELD = (State.PARKED, State.WAITING)
_REVISIONS = 1000  # a trial's references must never be those of the sync itself: they carry a revision above this
_PAUSE_S = 0.5
_AT_ONCE_S = 60.0


def refuse_live(sync: Sync) -> None:
    """Raise ConfigurationError where nothing may be tried: a live target, or a pair without the four kinds."""
    target = sync.target
    is_production = bool(target.identity.get("is_production")) and target.environment == Connection.Environment.TEST
    if target.environment == Connection.Environment.LIVE or is_production:
        raise ConfigurationError(
            f"{target.name} is a live system. A proof books documents and reverses them, which belongs into a sandbox "
            "or test company: connect one, set up a sync to it, and prove it there.",
            code="live_target",
        )
    flows = {flow.slug: flow for flow in registry.pair(sync.pair).flows}
    if "invoices" not in flows or "payments" not in flows or flows["invoices"].reverse is None:
        raise ConfigurationError(
            f"{registry.pair(sync.pair).name} has no invoices with payments that could be booked and reversed. "
            "Rehearse a month instead.",
            code="not_provable",
        )


def refuse_unmapped(sync: Sync) -> None:
    """Raise ConfigurationError where a flow has no published mapping to book by."""
    published = Version.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, status=Version.Status.PUBLISHED)
    mapped = set(published.values_list("flow", flat=True))
    for flow in registry.pair(sync.pair).flows:
        if flow.slug not in mapped:
            raise ConfigurationError(
                f"The mapping of {flow.label.lower()} is not published yet. Publish it, then prove it.",
                code="mapping_not_published",
                field=flow.slug,
            )


def make_trial(sync: Sync, names: Iterable[Name], *, actor: str, number: int) -> Sync:
    """Make a trial with these records due. Customers and items keep the sync's references: they stay, and are used."""
    documents = {flow.slug for flow in registry.pair(sync.pair).flows if flow.is_document}
    with transaction.atomic():
        trial = Sync.objects.create(
            tenant_id=sync.tenant_id,
            pair=sync.pair,
            name=f"Trial {number} of {sync.name}"[:120],
            source=sync.source,
            target=sync.target,
            trial_of=sync,
            state=Sync.State.ACTIVE,
            source_identity=f"{sync.source.fingerprint}#trial-{number}"[:200],
            target_identity=sync.target.fingerprint,
            policies=sync.policies,
            schedule=Sync.Schedule.MANUAL,
            webhooks_on=False,
        )
        _take_over(sync, trial, [name for name in names if name[0] not in documents])
        for flow, key in names:
            SyncRecord.objects.get_or_create(
                tenant_id=sync.tenant_id,
                source_identity=trial.source_identity,
                target_identity=trial.target_identity,
                flow=flow,
                natural_key=key,
                defaults={
                    "sync": trial,
                    "state": State.DUE,
                    "due_at": timezone.now(),
                    "revision": _REVISIONS + number if flow in documents else 1,
                },
            )
        change_config(
            tenant_id=sync.tenant_id,
            actor=actor,
            subject=f"sync {sync.pk}",
            action=BEGAN,
            details={
                "trial": trial.pk,
                "sides": [sync.source.fingerprint, sync.target.fingerprint],
                "records": [f"{flow}:{key}" for flow, key in names],
            },
        )
    return trial


def _take_over(sync: Sync, trial: Sync, names: Iterable[Name]) -> None:
    """Let the trial know the customers and items that the sync itself has linked."""
    for flow, key in names:
        links = Link.objects.for_tenant(sync.tenant_id).filter(flow=flow, natural_key=key)
        mine = links.filter(source_identity=sync.source.fingerprint, target_identity=sync.target.fingerprint)
        link = mine.order_by("-revision").first()
        if link is not None and link.state == Link.State.STANDING and link.is_as_drafted:
            link.pk, link._state.adding, link.source_identity = None, True, trial.source_identity
            link.save()


def run_to_rest(trial: Sync, *, seconds: float) -> None:
    """Run the trial until nothing is due, under way or awaiting posting, or the time is over."""
    clock = SystemClock()
    ends = clock.monotonic() + seconds
    while clock.monotonic() < ends:
        run_sync(trial.pk, trigger="replay", actor=TRIAL, slice_s=min(_AT_ONCE_S, seconds))
        trial.refresh_from_db()
        if trial.state != Sync.State.ACTIVE or not is_busy(trial):
            return
        clock.wait(_PAUSE_S)


def is_busy(trial: Sync) -> bool:
    """Tell whether something is still to be done by itself, and soon."""
    records = trial.records.filter(state__in=BUSY, due_at__lt=timezone.now() + timedelta(minutes=10))
    return records.exists() or trial.records.filter(state=State.OPEN).exists() or _awaits_posting(trial)


def _awaits_posting(trial: Sync) -> bool:
    return links_of(trial).filter(is_posted=False, state=Link.State.STANDING).exists()


def links_of(trial: Sync) -> "QuerySet[Link]":
    """Give the links of a trial."""
    return Link.objects.for_tenant(trial.tenant_id).filter(
        source_identity=trial.source_identity, target_identity=trial.target_identity
    )


def companions_of(trial: Sync) -> "QuerySet[Companion]":
    """Give what stands beside the documents of a trial."""
    return Companion.objects.for_tenant(trial.tenant_id).filter(
        source_identity=trial.source_identity,
        target_identity=trial.target_identity,
        state=Companion.State.STANDING,
        is_share=False,
    )


def standing_of(trial: Sync) -> "QuerySet[Link]":
    """Give the links of documents that are not reversed."""
    documents = [flow.slug for flow in registry.pair(trial.pair).flows if flow.is_document]
    return links_of(trial).filter(flow__in=documents, is_ours=True).exclude(state=Link.State.REVERSED)


def reverse(trial: Sync, *, actor: str, seconds: float) -> None:
    """Have every document of the trial reversed, children first; a reversal that was held up is tried again."""
    standing = set(standing_of(trial).values_list("flow", "natural_key"))
    if not standing:
        return
    _take_up_again(trial)
    if standing - set(trial.records.filter(decision=UNDO).values_list("flow", "natural_key")):
        undo(trial, scope=Scope(everything=True), actor=actor, reason="The trial is over.")
    run_to_rest(trial, seconds=seconds)


def _take_up_again(trial: Sync) -> None:
    with transaction.atomic():
        schedule.lock(trial.pk)
        held = trial.records.filter(decision=UNDO, state__in=HELD)
        held.update(state=State.DUE, due_at=timezone.now(), tries=0)


def remove(trial: Sync, *, patience_s: float = _AT_ONCE_S) -> bool:
    """Remove a trial whose documents are all reversed; its runs and attempts stay in the trail. False: it must stay.

    A run that still works on it, in another worker, is let end.
    """
    clock = SystemClock()
    ends = clock.monotonic() + patience_s
    while (is_removed := _remove(trial)) is None and clock.monotonic() < ends:
        clock.wait(_PAUSE_S)
    return bool(is_removed)


@transaction.atomic
def _remove(trial: Sync) -> bool | None:
    """Remove a trial while no run can begin; None where one holds its lease."""
    held = Sync.objects.for_tenant(trial.tenant_id).select_for_update().get(pk=trial.pk)
    if held.lease_until and held.lease_until + timedelta(seconds=held.lease_grace_s) > timezone.now():
        return None
    if standing_of(trial).exists() or trial.records.filter(state__in=(State.OPEN, State.UNKNOWN)).exists():
        return False
    links_of(trial).delete()
    further = Companion.objects.for_tenant(trial.tenant_id)
    further.filter(source_identity=trial.source_identity, target_identity=trial.target_identity).delete()
    held.delete()
    return True
