"""What a reversal has to know: all that was booked of the document, and what is applied to it and must go first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.utils import timezone

from audit.models import Attempt
from integrations.contracts import Booked, LinkView, Standing
from integrations.engine.drafts import load_aim, load_draft, refuse_erased
from integrations.engine.faults import parking_faults
from integrations.engine.others import leaves_own
from integrations.engine.parents import CHILDREN_FIRST
from integrations.engine.standing import UNDO, has_open_operations
from integrations.engine.work import Aim, FlowPlan, RunState, State, Work
from integrations.models import Sync
from integrations.periods import posting_day

_BOOKED = (Attempt.Outcome.DELIVERED, Attempt.Outcome.LINKED, Attempt.Outcome.DIFFERENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A record whose document is applied to another one."""

    record_id: int
    flow: str
    key: str
    state: str
    decision: str

    @property
    def name(self) -> str:
        """How waiting records call it."""
        return f"{self.flow}:{self.key}"


_CHILDREN = """
SELECT w.id AS called, r.id AS record, l.flow, l.natural_key, r.state, r.decision
FROM unnest(%s::text[]) AS w(id)
JOIN {table} l ON l.facts ? 'applied' AND (l.facts -> 'applied') @> jsonb_build_array(jsonb_build_array(w.id))
  AND EXISTS (SELECT FROM jsonb_array_elements(l.facts -> 'applied') a WHERE a ->> 0 = w.id)  -- no amount like it
JOIN integrations_syncrecord r USING (tenant_id, source_identity, target_identity, flow, natural_key)
WHERE l.tenant_id = %s AND l.source_identity = %s AND l.target_identity = %s AND l.state {standing}
"""
_ALL_CHILDREN = (
    _CHILDREN.format(table="integrations_link", standing="<> 'reversed'")
    + "UNION"  # a record may be applied by its own document and by its shares
    + _CHILDREN.format(table="integrations_companion", standing="= 'standing'")
    + "ORDER BY record"
)


def children_of(sync: Sync, names: Sequence[str]) -> dict[str, list[Child]]:
    """Give what is applied to these documents and stands, by what applications call them (`Flow.called`)."""
    found: dict[str, list[Child]] = defaultdict(list)
    if not names:
        return found
    with connection.cursor() as cursor:
        bounds: list[Any] = [list(names), sync.tenant_id, sync.source_identity, sync.target_identity]
        cursor.execute(_ALL_CHILDREN, [*bounds, *bounds])
        for name, record_id, flow, key, state, decision in cursor.fetchall():
            child = Child(record_id=record_id, flow=flow, key=key, state=state, decision=decision)
            found[name].append(child)
    return found


def gather(state: RunState, plan: FlowPlan, works: Sequence[Work]) -> list[Work]:
    """Give the works whose documents can be reversed now, each with its `standing`; the others wait for children."""
    if not works:
        return []
    links = {id(work): work.link for work in works if work.link is not None}
    called = {id(work): _called(plan, work, work.link) for work in works if work.link}
    children = children_of(state.sync, [name for names in called.values() for name in names])
    trail = _load_trail(state, works)
    ready, asked = list[Work](), set[int]()
    for work in works:
        link = links[id(work)]
        of_work = _of(children, plan.flow.slug, work, called[id(work)])
        first = [child for child in of_work if _goes_first(state, work, child)]
        if first:
            names = ", ".join(f"{child.flow} {child.key}" for child in first)
            told = f"{work.label} is reversed after what is applied to it: {names}."
            work.wait(CHILDREN_FIRST, told, [child.name for child in first])
            work.new_link = replace(link, state="reversing")
            asked |= {child.record_id for child in first if child.state in (State.DELIVERED, State.WAITING)}
            continue
        with parking_faults(work):
            _stand(state, plan, work, trail.get(work.row.id if work.row else 0, []))
            ready.append(work)
    state.asked |= asked
    return ready


def _called(plan: FlowPlan, work: Work, link: LinkView) -> tuple[str, ...]:
    """Give what applications of others call what is to be reversed: the record's documents, its own one first."""
    names = plan.flow.all_called(work.key, link)
    return names[1:] if leaves_own(link, work.aim) else names


def _of(children: Mapping[str, list[Child]], flow: str, work: Work, names: Sequence[str]) -> list[Child]:
    """Give, once each, what is applied to a record's documents; its own companions are no children of it."""
    found = {child.record_id: child for name in names for child in children.get(name, ())}
    return [child for child in found.values() if (child.flow, child.key) != (flow, work.key)]


def _goes_first(state: RunState, work: Work, child: Child) -> bool:
    """Tell whether a child has to be unapplied or reversed before.

    One that was looked at meanwhile and is still applied stays as it is: then the reversal itself unapplies it, or the
    target refuses.
    """
    if child.decision == UNDO:
        return True
    if child.state == State.SKIPPED:  # by policy or by a person: it stays as it stands
        return False
    try:
        can_be_amended = state.pair.flow(child.flow).amend is not None
    except KeyError:
        return False
    was_asked = work.row is not None and work.row.code == CHILDREN_FIRST
    return can_be_amended and not (was_asked and child.state == State.DELIVERED)


def _stand(state: RunState, plan: FlowPlan, work: Work, trail: Sequence[Attempt]) -> None:
    link, flow = work.link, plan.flow
    if link is None:
        return
    of_link = [attempt for attempt in trail if attempt.revision == link.revision]
    booked = _booked(of_link if link.is_ours else _sent(of_link, link.external_id))
    refuse_erased(booked)
    day, module = work.aim.on or state.today, flow.posts_in(link, state.sync.policies)
    company = next(filter(None, (flow.company(one.draft.payload) for one in booked)), "")
    on = posting_day(day, state.references_of(flow), module, work.period_policy, work.label, company)
    work.aim, work.done = replace(work.aim, on=on), _done(work, [each for each in of_link if _is_reversal(each)])
    leaves = leaves_own(link, work.aim)
    work.standing = Standing(key=work.key, label=work.label, link=link, booked=booked, on=on, leaves_own=leaves)


def _done(work: Work, reversals: Sequence[Attempt]) -> frozenset[str]:
    """Name the reversal's operations that are done; one that stands differently is, once a person accepted it."""
    following = work.row.next_operation if work.row is not None and has_open_operations(work) else ""
    if following and following in {load_draft(each.draft)[1] for each in reversals}:
        return frozenset(each.operation for each in reversals) - {following}
    return frozenset(each.operation for each in reversals if each.outcome != Attempt.Outcome.DIFFERENT)


def tell_booked(state: RunState, works: Sequence[Work]) -> None:
    """Tell works that amend a standing document what was booked of it, amendments included."""
    amending = [work for work in works if work.link is not None]
    if not amending:
        return
    trail = _load_trail(state, amending)
    for work in amending:
        booked = trail.get(work.row.id if work.row else 0, [])
        work.booked = _booked([each for each in booked if work.link and each.revision == work.link.revision])


def _booked(trail: Sequence[Attempt]) -> tuple[Booked, ...]:
    """Give each operation once, as it was last seen to stand: a later look at a document is an attempt, too."""
    newest = {each.operation: each for each in trail if not _is_reversal(each)}
    return tuple(Booked(draft=load_draft(each.draft)[0], external_id=each.external_id) for each in newest.values())


def _sent(trail: Sequence[Attempt], found_id: str) -> list[Attempt]:
    """Leave out what was drafted of a document that others booked: it was never sent, though it may be read back."""
    linked = (each for each in trail if each.outcome == Attempt.Outcome.LINKED and each.external_id == found_id)
    unsent = {each.operation for each in linked}
    return [each for each in trail if each.operation not in unsent]


def _is_reversal(attempt: Attempt) -> bool:
    return Aim.read(load_aim(attempt.draft)).mode == "reverse"


def _load_trail(state: RunState, works: Sequence[Work]) -> dict[int, list[Attempt]]:
    """Load what was booked of these records, oldest first."""
    ids = [work.row.id for work in works if work.row is not None]
    attempts = (
        Attempt.objects.for_tenant(state.sync.tenant_id)
        .filter(record_id__in=ids, outcome__in=_BOOKED)
        .only("record_id", "revision", "draft", "external_id", "operation", "outcome")
        .order_by("id")
    )
    trail: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        trail[attempt.record_id].append(attempt)
    return trail


def ask_children(state: RunState) -> None:
    """Have the children looked at that a reversal waits for. Inside the transaction that lets it wait."""
    if not state.asked:
        return
    sql = (
        "UPDATE integrations_syncrecord SET state = 'due', due_at = %s, tries = 0 "
        "WHERE id = ANY(%s) AND state IN ('delivered', 'waiting')"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [timezone.now(), sorted(state.asked)])
    state.asked.clear()
