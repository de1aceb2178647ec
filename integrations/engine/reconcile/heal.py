"""Heals what a reconciliation named, on a person's request only and on record: nothing happens silently."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from audit.record import change_config
from integrations import registry
from integrations.approvals.replays import demand_replay
from integrations.contracts import Changed
from integrations.engine import schedule, syncs
from integrations.engine.aftermath import AMEND_NEXT
from integrations.engine.inbox import make_due
from integrations.engine.reconcile.report import Difference, Heal
from integrations.engine.reversal import children_of
from integrations.engine.standing import LINK, POST_ANEW, UNDO
from integrations.errors import ConfigurationError
from integrations.models import Companion, Link, Sync, SyncRecord

WORDS: dict[Heal, str] = {
    "run": "runs the sync, which reads and posts it",
    "replay": "tries it again",
    "read_again": "reads it back, once it is corrected there",
    "link": "links it to the document found, if that still agrees",
    "post_anew": "posts it anew",
}


@dataclass(slots=True)
class Healing:
    """What was set going, by way of healing, and what a person has to do in the systems first."""

    begun: dict[Heal, int] = field(default_factory=dict)
    left: list[Difference] = field(default_factory=list)


def booked_again(sync: Sync, differences: Sequence[Difference]) -> tuple[list[int], list[int]]:
    """Give the records that healing may try again, and those that it posts anew though they stand.

    Among the first are those to be linked, which are posted where no look-alike stands any more, and those to be read
    for the first time, by the report, that were read since.
    """
    tried, anew = (
        {each.record_id for each in differences if each.heal in ways and each.record_id}
        for ways in (("replay", "read_again", "link"), ("post_anew",))
    )
    return sorted({*tried, *_read_since(sync, differences)}), sorted(anew)


def _read_since(sync: Sync, differences: Sequence[Difference]) -> list[int]:
    """Give the records that there are by now of what was not read yet; of a stream read by several flows, of each."""
    flows, unread = registry.pair(sync.pair).flows, [each for each in differences if each.heal == "run"]
    named = {each.flow for each in unread}
    streams = {(flow.stream, flow.reads) for flow in flows if flow.slug in named}
    slugs = [flow.slug for flow in flows if (flow.stream, flow.reads) in streams]
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, flow__in=slugs)
    return list(records.filter(natural_key__in={each.id for each in unread}).values_list("pk", flat=True))


def heal(sync: Sync, differences: Sequence[Difference], *, actor: str, approval: int | None = None) -> Healing:
    """Set going what the engine can heal, and ask for a run; safe to call twice. Reconcile again afterwards.

    Raises ConfigurationError when the sync is not switched on, and when what is booked again is above the two-person
    rule's amount and `approval` is no request granted for it.
    """
    if sync.state != Sync.State.ACTIVE:
        raise ConfigurationError(f"{sync.name} is not switched on: nothing can be healed.", code="not_active")
    by_way: defaultdict[Heal, list[Difference]] = defaultdict(list)
    for difference in differences:
        by_way[difference.heal].append(difference)
    healing = Healing(left=by_way.pop("", []))
    with transaction.atomic():
        schedule.lock(sync.pk)
        tried, anew = booked_again(sync, differences)
        demand_replay(sync, way="heal", record_ids=tried, anew=anew, approval=approval)
        for way, some in by_way.items():
            healing.begun[way] = _WAYS[way](sync, some, actor)
        _note(sync, healing, differences, actor)
    return healing


def _run(sync: Sync, some: Sequence[Difference], actor: str) -> int:
    """Have documents read that our trail does not know."""
    pair, number = registry.pair(sync.pair), 0
    named = dict.fromkeys((pair.flow(each.flow), each.id) for each in some)  # of one record several may differ
    for side in ("source", "target"):
        of_side = [(flow.stream, key) for flow, key in named if flow.reads == side]
        number += make_due(sync, [Changed(stream=stream, key=key) for stream, key in dict.fromkeys(of_side)], side)
    schedule.ask_for_run(sync, trigger="replay")
    return min(number, len(named))


def _replay(sync: Sync, some: Sequence[Difference], actor: str) -> int:
    """Have held records tried anew and delivered ones read back."""
    return syncs.replay_unasked(sync, record_ids=[each.record_id for each in some if each.record_id], actor=actor)


def _link(sync: Sync, some: Sequence[Difference], actor: str) -> int:
    """Link look-alikes: each is looked up again and linked only if it still agrees."""
    number = 0
    for each in some:
        number += _decide(sync, each, decision=LINK, decision_value=each.external_id)
    return number


def _post_anew(sync: Sync, some: Sequence[Difference], actor: str) -> int:
    """Post once more, as the next revision, what was deleted, voided or undone in the target."""
    number = 0
    for each in some:
        number += _decide(sync, each, decision=POST_ANEW, decision_value=f"{actor} had it posted anew")
    return number


def _decide(sync: Sync, difference: Difference, **decision: str) -> int:
    """Put a person's decision on a record that does not stand, and have it tried again.

    What was linked before is marked as gone, on no day as nothing reversed it: the record's next revision takes its
    place on its own date.
    """
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, pk=difference.record_id)
    settled = records.exclude(state__in=[SyncRecord.State.OPEN, SyncRecord.State.UNKNOWN])
    settled = settled.exclude(~Q(state=SyncRecord.State.SKIPPED), decision=UNDO)  # its reversal is on its way
    number = settled.update(state=SyncRecord.State.DUE, due_at=timezone.now(), tries=0, **decision)
    if number:
        links = Link.objects.for_tenant(sync.tenant_id).filter(flow=difference.flow, natural_key=difference.id)
        sides = {"source_identity": sync.source_identity, "target_identity": sync.target_identity}
        standing = links.filter(**sides, state=Link.State.STANDING)
        _amend_children(sync, standing)
        standing.update(state=Link.State.REVERSED, reversed_on=None, updated_at=timezone.now())
        further = Companion.objects.for_tenant(sync.tenant_id).filter(flow=difference.flow, natural_key=difference.id)
        further.filter(**sides).update(state=Companion.State.REVERSED, updated_at=timezone.now())
        schedule.ask_for_run(sync, trigger="replay")
    return number


def _amend_children(sync: Sync, gone: Iterable[Link]) -> None:
    """Have what is applied to documents that are gone brought up to date: applied to what takes their place."""
    pair = registry.pair(sync.pair)
    names = [pair.flow(link.flow).called(link.natural_key, link.external_id, link.revision) for link in gone]
    ids = {child.record_id for some in children_of(sync, names).values() for child in some}
    children = SyncRecord.objects.for_tenant(sync.tenant_id).filter(pk__in=ids, state=SyncRecord.State.DELIVERED)
    for child in children:
        links = Link.objects.for_tenant(sync.tenant_id).filter(flow=child.flow, natural_key=child.natural_key)
        sides = {"source_identity": sync.source_identity, "target_identity": sync.target_identity}
        links.filter(**sides, state=Link.State.STANDING, is_ours=True).update(details_version=AMEND_NEXT)
    children.update(state=SyncRecord.State.DUE, due_at=timezone.now(), tries=0)


_WAYS = {"run": _run, "replay": _replay, "read_again": _replay, "link": _link, "post_anew": _post_anew}


def _note(sync: Sync, healing: Healing, differences: Sequence[Difference], actor: str) -> None:
    change_config(
        tenant_id=sync.tenant_id,
        actor=actor,
        subject=f"sync {sync.pk}",
        action="healed differences",
        details={"begun": dict(healing.begun), "differences": [each.name for each in differences[:100]]},
    )
