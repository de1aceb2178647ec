"""The commits of a batch: attempts opened before any call, endings written after what stands was read."""

from collections.abc import Sequence

from audit.record import Closing, Opening, close_attempts, idempotency_key, open_attempts
from integrations.contracts import Value
from integrations.engine.aftermath import SETTLES_NEXT, finish, known_after, missed_by
from integrations.engine.checkpoint import reached
from integrations.engine.drafts import dump_draft
from integrations.engine.endings import Ending, Outcome
from integrations.engine.faults import PERIOD
from integrations.engine.lease import fenced
from integrations.engine.parents import ask_older_parents, forget_look_ups
from integrations.engine.problems import note_problems, refresh_problems
from integrations.engine.reconcile.landing import Landed, note_landed
from integrations.engine.references import make_stale
from integrations.engine.reversal import ask_children
from integrations.engine.store import release_waiting, save_companions, save_links, save_works
from integrations.engine.work import FlowPlan, RunState, State, Work


def open_batch(state: RunState, plan: FlowPlan, works: Sequence[Work], opened: Sequence[Work]) -> None:
    """Write all SyncRecords and open the attempts in one commit: without it no call starts."""
    for work in opened:
        work.state = State.OPEN
    with fenced(state.lease):
        note_problems(state, works)
        save_works(state, plan.flow.slug, works)
        refresh_problems(state)
        save_links(state, plan.flow.slug, {work.key: work.new_link for work in works if work.new_link is not None})
        open_works(state, plan, opened)
        ask_children(state)
        ask_older_parents(state)
        release_waiting(state.sync, _settled_names(plan.flow.slug, works))
    for work in works:
        if work.state not in (State.OPEN, State.DELIVERED):
            state.count(plan.flow.slug, work.state, code=work.code)
    reached("opened")


def _settled_names(flow: str, works: Sequence[Work]) -> list[str]:
    """Name the records whose children are judged anew: they may go on, or learn that there is nothing to wait for."""
    return [f"{flow}:{work.key}" for work in works if work.state in (State.DELIVERED, State.SKIPPED)]


def open_works(state: RunState, plan: FlowPlan, works: Sequence[Work]) -> None:
    """Open one attempt per work, inside the caller's transaction."""
    source, target, flow = state.sync.source_identity, state.sync.target_identity, plan.flow.slug
    openings = [
        Opening(
            record_id=work.record_id,
            flow=flow,
            natural_key=work.key,
            operation=work.draft.operation,
            revision=work.revision,
            reference=work.draft.reference,
            idempotency_key=idempotency_key(source, target, flow, work.key, work.draft.operation, work.revision),
            source_version=work.version,
            mapping_version=plan.mapping_version,
            draft=dump_draft(work.draft, then=work.then, aim=_kept(work)),
        )
        for work in works
    ]
    for work, attempt_id in zip(works, open_attempts(run=state.run, openings=openings), strict=True):
        work.attempt_id = attempt_id


def _kept(work: Work) -> dict[str, Value]:
    return work.aim.kept() | ({"details": work.details} if work.details else {})


def close(state: RunState, plan: FlowPlan, endings: Sequence[Ending]) -> list[Work]:
    """Write all endings in one commit and open the next operations; give the works that go on."""
    if not endings:
        return []
    flow = plan.flow.slug
    closings = [_closing(ending) for ending in endings]
    links = {ending.work.key: link for ending in endings if (link := known_after(plan.flow, ending)) is not None}
    going_on = [ending.work for ending in endings if finish(plan.flow, ending)]
    works = [ending.work for ending in endings]
    with fenced(state.lease):
        close_attempts(closings)
        note_landed(state.sync, flow, _landed(endings))
        save_links(state, flow, links)
        save_companions(state, flow, links)
        note_problems(state, works)
        save_works(state, flow, works)
        forget_look_ups(works)
        refresh_problems(state)
        open_works(state, plan, going_on)
        release_waiting(state.sync, _settled_names(flow, works))
        if any(ending.outcome == Outcome.REJECTED and PERIOD in ending.work.waits_for for ending in endings):
            make_stale(state.sync.target if plan.flow.reads == "source" else state.sync.source)
    for work in works:
        if work.state != State.OPEN:
            state.count(flow, State.DELIVERED if work.code == SETTLES_NEXT else work.state)
    reached("closed")
    return going_on


def _landed(endings: Sequence[Ending]) -> list[Landed]:
    shown = [(each.work, found) for each in endings for found in (each.found, *each.further.values()) if found]
    landed = [Landed(key=work.key, label=work.label, found=found) for work, found in shown]
    missed = [(each.work, found) for each in endings for found in missed_by(each)]
    return landed + [Landed(key=work.key, label=work.label, found=found, is_gone=True) for work, found in missed]


def _closing(ending: Ending) -> Closing:
    return Closing(
        attempt_id=ending.work.attempt_id,
        outcome=ending.outcome,
        external_id=ending.found.external_id if ending.found else "",
        code=ending.code,
        message=ending.message,
    )
