"""Makes a judged record's drafts: the mapping applied, the flow's own drafting, reference data checked. No database."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from integrations.contracts import DIFFERENCE_OPEN, Context, Flow, LinkView, Mapped, Value
from integrations.engine.companions import is_further, tell_ids
from integrations.engine.drafts import refuse_erased
from integrations.engine.faults import parking_faults
from integrations.engine.rates import unsettled
from integrations.engine.standing import LINK, POST_ANEW, UNDO, has_open_operations, leave_standing
from integrations.engine.work import FlowPlan, RunState, State, Work
from integrations.errors import MappingError
from integrations.periods import HOLD, NEXT_OPEN, SKIP

PAID_IN_TARGET = "paid_in_target"
_PERIOD_CHOICES = (HOLD, NEXT_OPEN, SKIP)  # what a person may choose for one record
Links = Mapping[tuple[str, str], LinkView]


def prepare(state: RunState, plan: FlowPlan, work: Work, parents: Links) -> None:
    """Make a work's drafts, or hold it up. It may be called between the answers of the batch before."""
    with parking_faults(work):
        _MAKERS[work.aim.mode](state, plan, work, parents)
        if work.drafts:
            _check_references(state, plan.flow, work)
        if work.drafts and work.aim.mode == "deliver":
            hold_what_others_settled(state, work, parents)


def context_of(state: RunState, flow: Flow, links: Links, work: Work | None = None, revision: int = 1) -> Context:
    """Give all that a handler knows beside its record."""
    policies, decision = state.sync.policies, work.row.decision if work and work.row else ""
    if decision in _PERIOD_CHOICES:
        policies = {**policies, f"{flow.slug}.closed_periods": decision}
    return Context(
        policies=policies,
        source=state.source_identity,
        target=state.target_identity,
        links=links,
        references=state.references_of(flow),
        revision=revision,
        today=state.today,
        missing=_named(work.aim.lacks) if work else frozenset(),
        not_before=work.not_before if work else None,
        booked=work.booked if work else (),
    )


def period_policy(state: RunState, flow: Flow, work: Work) -> str:
    """Give what is done with this record when its period is closed."""
    decision = work.row.decision if work.row else ""
    if decision == UNDO:
        return NEXT_OPEN
    return decision if decision in _PERIOD_CHOICES else state.policy(flow.slug, "closed_periods")


def _named(names: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset((flow, key) for flow, _, key in (name.partition(":") for name in names))


def _deliver(state: RunState, plan: FlowPlan, work: Work, parents: Links) -> None:
    flow, link = plan.flow, work.link
    if link is not None:
        is_going_on = has_open_operations(work) and link.state != "reversed"
        work.revision = link.revision if is_going_on else link.revision + 1
    links = parents if link is None else {**parents, (flow.slug, work.key): link}
    context = context_of(state, flow, links, work, work.revision)
    if (mapped := _map(state, plan, work, context, is_new=link is None or flow.is_document)) is not None:
        drafts = flow.draft(work.record, mapped, context)
        work.drafts = drafts[:1] if work.aim.looks_up else drafts
        _start(work)
        if link is not None and work.operation:
            tell_ids(work, flow, start=work.operation)


def _amend(state: RunState, plan: FlowPlan, work: Work, parents: Links) -> None:
    flow, link = plan.flow, work.link
    if flow.amend is None or link is None:
        return
    work.revision = link.revision
    if link.details_version == work.aim.token:
        leave_standing(state, plan, work, link)
        return
    refuse_erased(work.booked)
    context = context_of(state, flow, {**parents, (flow.slug, work.key): link}, work, link.revision)
    context = replace(context, settles=link.details_version == unsettled(work.aim.token))
    if (mapped := _map(state, plan, work, context, is_new=False)) is None:
        if work.state == State.SKIPPED:  # a filter of later days does not concern what stands
            leave_standing(state, plan, work, link)
        return
    try:
        work.drafts = flow.amend(work.record, mapped, context)
    except MappingError as error:
        if error.code != DIFFERENCE_OPEN:
            raise
        _leave_open(state, plan, work, link, error)
        return
    _start(work)
    tell_ids(work, flow, start=work.operation, own_too=False)
    if not work.drafts:  # nothing of it shows in the target
        leave_standing(state, plan, work, link)
        work.new_link = replace(link, details_version=work.aim.token, state="standing")


def _leave_open(state: RunState, plan: FlowPlan, work: Work, link: LinkView, error: MappingError) -> None:
    """Keep delivered what stands, and say what keeps its exchange difference from being booked; it stays wanted."""
    leave_standing(state, plan, work, link)
    work.new_link = replace(link, details_version=unsettled(work.aim.token), state="standing")
    if not work.aim.lacks:  # else that is told first; the difference is asked for again once it stands
        work.code, work.field = error.code, error.field
        work.reason = f"{work.label} stands as {link.external_id}. {error.message}"


def _reverse(state: RunState, plan: FlowPlan, work: Work, parents: Links) -> None:
    flow, standing = plan.flow, work.standing
    if flow.reverse is None or standing is None:
        return
    if work.anew is not None and not work.done and not can_be_anew(state, plan, work, standing.on, parents):
        return
    work.revision = standing.link.revision
    links = {(flow.slug, work.key): standing.link}
    drafts = flow.reverse(standing, context_of(state, flow, links, work, work.revision))
    drafts = tuple(filter(is_further, drafts)) if standing.leaves_own else drafts
    left = [number for number, draft in enumerate(drafts) if draft.operation not in work.done]
    if not left:
        work.park(
            "nothing_to_reverse",
            f"{work.label} stands in the target as {standing.link.external_id}, but there is nothing left to reverse. "
            "Look at it there, then skip it here with the reason.",
        )
        return
    work.drafts, work.operation, work.resume = drafts, left[0], ""
    tell_ids(work, flow, start=left[0])


def can_be_anew(state: RunState, plan: FlowPlan, work: Work, on: date, parents: Links) -> bool:
    """Draft what follows before anything is taken back: what cannot be posted anew leaves the document standing."""
    anew, link = work.anew, work.link
    if anew is None or link is None:
        return True
    anew.link, anew.not_before = replace(link, state="reversed", reversed_on=on), on
    _deliver(state, plan, anew, parents)
    if anew.drafts:
        _check_references(state, plan.flow, anew)
    if anew.state == State.PARKED:
        work.park(anew.code, anew.reason, field=anew.field, value=anew.value)
    return anew.state != State.PARKED


_MAKERS = {"deliver": _deliver, "amend": _amend, "reverse": _reverse}


def _map(state: RunState, plan: FlowPlan, work: Work, context: Context, *, is_new: bool) -> Mapped | None:
    """Apply the mapping; what it cannot fill parks the record with the field and the reason."""
    document = plan.flow.source(work.record, context)
    applied = plan.mapping.apply(document.header, document.lines, on=work.document_date, zone=state.source_zone)
    if applied.skipped:
        work.skip("filtered", applied.skipped)
        return None
    if applied.problems:
        problem = applied.problems[0]
        work.park(problem.code, f"{work.label}: {problem.sentence}", field=problem.field, value=problem.value)
        return None
    header = applied.header if is_new else _on_change(plan, applied.header)
    return Mapped(header=header, lines=applied.lines)


def _on_change(plan: FlowPlan, header: Mapping[str, Value]) -> dict[str, Value]:
    """Leave out what is written on creation only."""
    once = plan.mapping.written("on_create")
    return {name: value for name, value in header.items() if name not in once}


def _start(work: Work) -> None:
    """Go on with the operation that an earlier pass left off at."""
    names, work.resume = [draft.operation for draft in work.drafts], ""
    if work.row is not None and has_open_operations(work) and work.row.next_operation in names:
        work.operation = names.index(work.row.next_operation)


def _check_references(state: RunState, flow: Flow, work: Work) -> None:
    known = state.references_of(flow)
    for reference in (reference for draft in work.drafts for reference in draft.references):
        entry = known.get((reference.kind, reference.code))
        if entry is None or not entry.is_active:
            what = "is inactive" if entry else "does not exist"
            work.park(
                "missing_reference",
                f"{work.label}: {reference.kind} {reference.code} {what} in {state.target_identity.name}. "
                f"Choose another under Mappings, or put it back there.",
                field=reference.field,
                value=f"{reference.kind} {reference.code}",
            )
            return


def hold_what_others_settled(state: RunState, work: Work, parents: Links) -> None:
    """Hold what pays a document keyed by others that left less open: its payment was probably keyed by hand, too."""
    if work.row is not None and work.row.decision in (LINK, POST_ANEW):
        return
    foreign = {
        state.pair.flow(flow).called(key, link.external_id, link.revision): link.facts.open_amount
        for (flow, key), link in parents.items()
        if not link.is_ours
    }
    for applied in (each for draft in work.drafts for each in draft.facts.applied or ()):
        left = foreign.get(applied.external_id)
        if left is not None and left < applied.amount:
            work.park(
                PAID_IN_TARGET,
                f"{work.label} pays {applied.amount} of {applied.external_id}, which somebody else booked and which "
                f"had only {left} open when it was linked. Choose the payment that stands there, or post this anew.",
                field="applied",
                value=applied.external_id,
            )
            return
