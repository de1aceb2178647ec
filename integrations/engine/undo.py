"""Undo: what was posted is compensated by reversing documents, children first, through the same engine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Case, F, Min, QuerySet, Value, When
from django.db.models.functions import Greatest
from django.utils import timezone

from audit.models import Attempt
from audit.record import change_config
from integrations import registry
from integrations.approvals.gate import Deed, demand, holds
from integrations.contracts import CompanionView, Facts, LinkView
from integrations.engine import schedule
from integrations.engine.reversal import children_of
from integrations.engine.standing import UNDO
from integrations.engine.store import companions_of
from integrations.errors import ConfigurationError
from integrations.models import Action, Link, Sync, SyncRecord

State = SyncRecord.State
_BUSY = (State.OPEN, State.UNKNOWN)
_BOOKED = (Attempt.Outcome.DELIVERED, Attempt.Outcome.DIFFERENT)
_AT_ONCE = 1000
_NAMED = 5  # of those that hinder an undo


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is to be undone: one record, all that a run booked, or all that was booked on a day of the tenant's zone.

    `everything` is for trials: all that the sync ever booked.
    """

    record_id: int | None = None
    run_id: int | None = None
    day: date | None = None
    everything: bool = False

    def __str__(self) -> str:
        if self.everything:
            return "everything"
        if self.record_id is not None:
            return f"record {self.record_id}"
        return f"run {self.run_id}" if self.run_id is not None else f"{self.day}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an undo would reverse: the records in the scope, and what is applied to them and goes first.

    Of those that are `partly` ours others booked the own document, which stays: what stands beside it is reversed.
    """

    records: tuple[SyncRecord, ...]
    children: tuple[SyncRecord, ...]
    partly: tuple[SyncRecord, ...] = ()


def plan_undo(sync: Sync, scope: Scope) -> Plan:
    """Tell what an undo would reverse.

    Raises ConfigurationError with the reason where there is nothing to undo, or where others booked what goes first.
    """
    named = _in_scope(sync, scope)
    links = _links(sync, named)
    beside = _beside(sync, links)
    standing = [
        record
        for record in named
        if record.decision != UNDO and _stands(links.get(_name(record)), beside[_name(record)])
    ]
    if not standing:
        raise ConfigurationError(_why_nothing(scope, named, links), code="nothing_to_undo")
    ids = {record.pk for record in standing}
    names = _called(sync, standing, links)
    found = _with_descendants(sync, names, ids)
    links |= _links(sync, found)
    children = _ours(found, links, _beside(sync, links), {*names, *_called(sync, found, links)})
    partly = tuple(record for record in (*standing, *children) if not links[_name(record)].is_ours)
    return Plan(records=tuple(standing), children=tuple(children), partly=partly)


def undo_deed(sync: Sync, scope: Scope, plan: Plan) -> Deed:
    """Give what an undo comes to: every document that is reversed, and what goes first."""
    parts = [("asked for", each) for each in plan.records] + [("goes first", each) for each in plan.children]
    parts.sort(key=lambda part: part[1].pk)
    content = [[each.pk, why, each.revision, f"{each.amount}", each.currency] for why, each in parts]
    subject = f"undo in sync {sync.pk}: {scope}"
    return Deed(tenant_id=sync.tenant_id, action=Action.UNDO, subject=subject, content=content)


def is_held(sync: Sync, scope: Scope) -> bool:
    """Tell whether an undo asks for a second person. A trial's end does not: it takes back its own documents."""
    is_trial = sync.trial_of_id is not None and scope.everything
    return not is_trial and holds(sync.tenant_id, Action.UNDO)


def undo(sync: Sync, *, scope: Scope, actor: str, reason: str, approval: int | None = None) -> Plan:
    """Have documents reversed, today or on the first open day; nothing is deleted. Needs a reason.

    Their records are left alone afterwards, whatever their source says, until a person has them replayed. A second undo
    of the same is refused. Under the two-person rule `approval` is the request granted for it. Raises
    ConfigurationError.
    """
    if not reason.strip():
        raise ConfigurationError("An undo needs a reason: it is kept with every document.", code="no_reason")
    if sync.state != Sync.State.ACTIVE:
        raise ConfigurationError(f"{sync.name} is not switched on: nothing can be reversed.", code="not_active")
    with transaction.atomic():
        schedule.lock(sync.pk)
        plan = plan_undo(sync, scope)
        demand(undo_deed(sync, scope, plan), approval, is_held=is_held(sync, scope))
        ids = [record.pk for record in (*plan.records, *plan.children)]
        _mark(sync, ids, f"Undone by {actor}: {reason.strip()}")
        schedule.ask_for_run(sync, trigger="replay")
        change_config(
            tenant_id=sync.tenant_id,
            actor=actor,
            subject=f"sync {sync.pk}",
            action="undid",
            details={"scope": str(scope), "reason": reason.strip(), "records": ids[:100], "number": len(ids)},
        )
    return plan


def _mark(sync: Sync, ids: Sequence[int], told: str) -> None:
    """Make records due for their reversal; what is under way right now is told to come back."""
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(pk__in=ids)
    is_busy = When(state__in=_BUSY, then=Greatest(F("wanted_order"), F("seen_order") + 1))
    records.update(decision=UNDO, decision_value=told, wanted_order=Case(is_busy, default=F("wanted_order")))
    records.exclude(state__in=_BUSY).update(state=State.DUE, due_at=timezone.now(), tries=0, next_operation=Value(""))


# What is in the scope


def _in_scope(sync: Sync, scope: Scope) -> list[SyncRecord]:
    records = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, flow__in=_documents(sync))
    if scope.record_id is not None:
        return list(records.filter(pk=scope.record_id))
    if scope.everything:
        return list(records.order_by("pk"))
    return list(records.filter(pk__in=_booked_in(sync, scope)).order_by("pk"))


def _documents(sync: Sync) -> list[str]:
    """Name the kinds whose documents can be reversed; customers and items stay."""
    flows = registry.pair(sync.pair).flows
    return [flow.slug for flow in flows if flow.is_document and flow.reverse is not None]


def _booked_in(sync: Sync, scope: Scope) -> set[int]:
    """Give the records whose revision was first booked in the scope; a later amendment or read-back is no booking."""
    booked = Attempt.objects.for_tenant(sync.tenant_id).filter(outcome__in=_BOOKED)
    inside = _attempts_in(booked, sync, scope)
    ids = set(inside.values_list("record_id", flat=True))
    first = booked.filter(record_id__in=ids).values("record_id", "revision").annotate(first=Min("pk"))
    firsts = {row["first"]: row["record_id"] for row in first}
    return {firsts[pk] for pk in inside.filter(pk__in=firsts).values_list("pk", flat=True)}


def _attempts_in(attempts: "QuerySet[Attempt]", sync: Sync, scope: Scope) -> "QuerySet[Attempt]":
    if scope.run_id is not None:
        return attempts.filter(run_id=scope.run_id, run__sync_id=sync.pk)
    if scope.day is None:
        raise ConfigurationError("Say what is to be undone: a record, a run or a day.", code="nothing_to_undo")
    start = datetime.combine(scope.day, time(), tzinfo=ZoneInfo(sync.tenant.time_zone))
    return attempts.filter(run__sync_id=sync.pk, closed_at__gte=start, closed_at__lt=start + timedelta(days=1))


def _with_descendants(sync: Sync, names: Sequence[str], known: set[int]) -> list[SyncRecord]:
    """Give all that is applied to these documents, and to that, and so on."""
    found, wanted = list[SyncRecord](), list(names)
    while wanted:
        children = children_of(sync, wanted)
        new = {child.record_id for some in children.values() for child in some} - known
        records = list(SyncRecord.objects.for_tenant(sync.tenant_id).filter(pk__in=new))
        known |= new
        found += records
        links = _links(sync, records)
        wanted = _called(sync, records, links)
    return found


def _ours(
    children: Sequence[SyncRecord],
    links: Mapping[tuple[str, str], Link],
    beside: defaultdict[tuple[str, str], list[CompanionView]],
    names: set[str],
) -> list[SyncRecord]:
    """Leave out what others booked and a person has given up here; what of theirs is still applied is refused.

    Where only what we booked beside theirs is applied, that alone goes first.
    """
    foreign = [
        child
        for child in children
        if not links[_name(child)].is_ours
        and (not beside[_name(child)] or any(to in names for to, _ in links[_name(child)].facts.get("applied") or ()))
    ]
    if held := [child for child in foreign if child.state != State.SKIPPED]:
        named = ", ".join(f"{child} ({links[_name(child)].external_id})" for child in held[:_NAMED])
        more = f" and {len(held) - _NAMED} more" if len(held) > _NAMED else ""
        raise ConfigurationError(
            "What is applied to it was booked by others: reverse it there, "
            f"have it read again here, then undo this. It is {named}{more}.",
            code="booked_by_others",
        )
    return [child for child in children if child not in foreign]


def _called(sync: Sync, records: Iterable[SyncRecord], links: dict[tuple[str, str], Link]) -> list[str]:
    """Give what applications call the documents of records: their own, and the further ones.

    Without the own one where others booked it and it stays, as what stands beside it alone is reversed.
    """
    pair, standing = registry.pair(sync.pair), [(record, links[_name(record)]) for record in records]
    further = companions_of(sync, (_name(record) for record, _ in standing))
    return [
        name
        for one, link in standing
        for place, name in enumerate(pair.flow(one.flow).all_called(one.natural_key, _view(link, further[_name(one)])))
        if place or link.is_ours
    ]


def _view(link: Link, further: Sequence[CompanionView]) -> LinkView:
    return LinkView(external_id=link.external_id, facts=Facts(), revision=link.revision, companions=tuple(further))


def _name(record: SyncRecord) -> tuple[str, str]:
    return record.flow, record.natural_key


def _links(sync: Sync, records: Iterable[SyncRecord]) -> dict[tuple[str, str], Link]:
    """Give the newest link of each record."""
    keys = sorted({record.natural_key for record in records})
    found: dict[tuple[str, str], Link] = {}
    for start in range(0, len(keys), _AT_ONCE):
        links = Link.objects.for_tenant(sync.tenant_id).filter(
            source_identity=sync.source_identity,
            target_identity=sync.target_identity,
            natural_key__in=keys[start : start + _AT_ONCE],
        )
        found |= {(link.flow, link.natural_key): link for link in links.order_by("revision")}
    return found


def _beside(sync: Sync, links: dict[tuple[str, str], Link]) -> defaultdict[tuple[str, str], list[CompanionView]]:
    """Give what we booked beside documents of others."""
    return companions_of(sync, (name for name, link in links.items() if not link.is_ours))


def _stands(link: Link | None, beside: Sequence[CompanionView]) -> bool:
    return link is not None and link.state != Link.State.REVERSED and (link.is_ours or bool(beside))


def _why_nothing(scope: Scope, named: Sequence[SyncRecord], links: dict[tuple[str, str], Link]) -> str:
    undone = [record for record in named if record.decision == UNDO]
    if undone:
        whose = str(undone[0]) if len(named) == 1 else f"All that was booked in {scope}"
        return f"{whose} was undone before. {undone[0].decision_value}".strip()
    if any(link.state == Link.State.REVERSED for link in links.values()):
        return f"What was booked in {scope} is reversed already."
    if any(not link.is_ours for link in links.values()):
        return f"What {scope} is linked to was booked by others: reverse it there."
    return f"Nothing that can be reversed was booked in {scope}."
