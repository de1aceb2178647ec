"""What a draft waits for: exactly the documents whose target ids it references; what it may do without, and when."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from integrations.contracts import LinkView, Need
from integrations.engine.standing import LOOK_UP, NOT_FOUND, REVERSED, TOO_OLD
from integrations.engine.store import load_links, load_states
from integrations.engine.work import FlowPlan, RunState, State, Work

CHILDREN_FIRST = "waits_for_children"  # the code of documents about to be reversed
_LONGEST_DAYS = 3


@dataclass(slots=True, kw_only=True)
class Parents:
    """The needed records of a chunk: links of those that can be referenced, states of the others."""

    links: Mapping[tuple[str, str], LinkView]
    states: Mapping[tuple[str, str], tuple[str, str, str]]  # state, code, reason


def load_parents(state: RunState, needs: Iterable[Need]) -> Parents:
    """Load all that the records of a chunk need, with two queries at most."""
    wanted = list(needs)
    names = {(need.flow, need.key) for need in wanted}
    links = {name: link for name, link in state.stand_ins.items() if name in names} | load_links(state, wanted)
    states = load_states(state, (n for n in wanted if (n.flow, n.key) not in links))
    return Parents(links=links, states={**states, **state.foreseen} if state.foreseen else states)


def settle_needs(state: RunState, plan: FlowPlan, work: Work, needs: Sequence[Need], parents: Parents) -> bool:
    """Tell whether drafts can be made; else the work waits, or is skipped or parked by policy."""
    gone = [need for need in needs if _is_gone(need, parents)]
    pending = [need for need in needs if need not in gone and not _can_be_referenced(need, parents)]
    if work.aim.mode == "amend":
        return _settle_amendment(state, plan, work, gone, pending)
    if pending and not _may_go_without(state, plan, work, pending):
        _wait(work, pending)
        return False
    asked = {(need.flow, need.key) for need in gone if _found(need, parents)[1] == TOO_OLD}
    if asked and not work.aim.looks_up:
        state.to_look_up |= asked  # the target is asked whether they stand there
        _wait(work, [need for need in gone if (need.flow, need.key) in asked], code="waits_for_cut_over")
        return False
    for need in gone:
        if not _goes_on_account(state, plan, work, need, parents):
            return False
    _do_without(work, [*gone, *pending])
    return True


def _settle_amendment(
    state: RunState, plan: FlowPlan, work: Work, gone: Sequence[Need], pending: Sequence[Need]
) -> bool:
    """An application moves as soon as its new place stands; what is applied to something reversed is taken off now."""
    is_moved = work.row is not None and work.row.details_version != work.details
    if pending and is_moved and not gone and not _may_go_without(state, plan, work, pending):
        _wait(work, pending)
        return False
    lacked = [*gone, *pending]
    if not all(need.may_lack for need in lacked):
        _wait(work, [need for need in lacked if not need.may_lack])
        return False
    _do_without(work, lacked)
    return True


def _can_be_referenced(need: Need, parents: Parents) -> bool:
    link = parents.links.get((need.flow, need.key))
    return link is not None and (link.is_posted or not need.posted)


def _found(need: Need, parents: Parents) -> tuple[str, str, str]:
    return parents.states.get((need.flow, need.key), ("", "", ""))


def _is_gone(need: Need, parents: Parents) -> bool:
    """Tell whether a parent does not stand and is not about to: skipped, reversed, or about to be reversed."""
    found, code, _ = _found(need, parents)
    is_reversed = (found, code) == (State.DELIVERED, REVERSED)
    return found == State.SKIPPED or is_reversed or (found, code) == (State.WAITING, CHILDREN_FIRST)


def _wait(work: Work, needs: Sequence[Need], code: str = "waits_for_parent") -> None:
    told = f"{work.label} waits for " + ", ".join(f"{need.key} ({need.flow.replace('_', ' ')})" for need in needs)
    if work.is_overdue:
        work.field, work.value = needs[0].flow, needs[0].key[:200]
        work.wait("waits_too_long", f"{told} longer than the policy allows. See what holds it up.", _names(needs))
    else:
        work.wait(code, f"{told}.", _names(needs))


def _names(needs: Sequence[Need]) -> list[str]:
    return [f"{need.flow}:{need.key}" for need in needs]


def is_overdue(state: RunState, plan: FlowPlan, work: Work) -> bool:
    since = work.row.waiting_since if work.row else None
    return since is not None and timezone.now() - since >= wait_days(state, plan)


def wait_days(state: RunState, plan: FlowPlan) -> timedelta:
    """Give how long a record of this kind may wait before it is a problem."""
    days = state.policy(plan.flow.slug, "wait_days")
    return timedelta(days=int(days) if days.isdigit() else _LONGEST_DAYS)


def _may_go_without(state: RunState, plan: FlowPlan, work: Work, pending: Sequence[Need]) -> bool:
    """Tell whether the rest is booked now: after the policy's days, and when the month of the waiting has ended."""
    since = work.row.waiting_since if work.row else None
    if since is None or state.policy(plan.flow.slug, "partly_held") != "after_days":
        return False
    began, today = since.astimezone(state.source_zone).date(), state.today
    is_time = work.is_overdue or (began.year, began.month) != (today.year, today.month)
    return is_time and all(need.may_lack for need in pending)


def _goes_on_account(state: RunState, plan: FlowPlan, work: Work, need: Need, parents: Parents) -> bool:
    """Treat a record whose parent is not posted as the policy says; True: its draft does without that parent."""
    _, why, reason = _found(need, parents)
    if why in need.parked_on:
        told = f"{work.label} cannot be booked yet. {reason} Complete that one: this one then goes on by itself."
        work.park("parent_incomplete", told, field=need.flow, value=need.key)
        work.waits_for = (f"{need.flow}:{need.key}",)
        return False
    choice = state.policy(plan.flow.slug, "cut_over" if why == NOT_FOUND else "parent_skipped")
    of = state.plans[need.flow].flow.label.lower() if need.flow in state.plans else need.flow
    told = f"{work.label} belongs to {need.key} ({of}), which is not posted. {reason}".strip()
    if choice == "on_account" and need.may_lack:
        return True
    if choice == "park":
        work.park("parent_not_posted", f"{told} Post that one, or skip this one.", field=need.flow, value=need.key)
        return False
    work.skip("parent_skipped", told)
    work.waits_for = (f"{need.flow}:{need.key}",)
    return False


def _do_without(work: Work, needs: Sequence[Need]) -> None:
    lacks = tuple(sorted(_names(needs)))
    work.aim = replace(work.aim, lacks=lacks, token=token_of(work.details, lacks))


def token_of(details: str, lacks: Sequence[str]) -> str:
    """Give what the link keeps of the details it shows: the details, or their digest with what is lacking."""
    if not lacks:
        return details
    return "partly-" + hashlib.sha256("\x1f".join((details, *lacks)).encode()).hexdigest()[:40]


def ask_older_parents(state: RunState) -> None:
    """Have the documents looked up that are older than the start date. Inside the transaction that lets others wait."""
    if not state.to_look_up:
        return
    sync, names = state.sync, sorted(state.to_look_up)
    sql = (
        "UPDATE integrations_syncrecord r SET state = 'due', due_at = now(), decision = %s "
        "FROM unnest(%s::text[], %s::text[]) AS w(flow, key) WHERE r.flow = w.flow AND r.natural_key = w.key "
        "AND r.tenant_id = %s AND r.source_identity = %s AND r.target_identity = %s AND r.state = 'skipped' "
        "AND r.code = %s"
    )
    flows, keys = [flow for flow, _ in names], [key for _, key in names]
    with connection.cursor() as cursor:
        cursor.execute(
            sql,
            [LOOK_UP, flows, keys, sync.tenant_id, sync.source_identity, sync.target_identity, TOO_OLD],
        )
    state.to_look_up.clear()


def forget_look_ups(works: Sequence[Work]) -> None:
    """Clear the wish to look a document up once it is linked. Inside the transaction that links it."""
    linked = [work.record_id for work in works if work.aim.looks_up and work.state == State.DELIVERED]
    if not linked:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_syncrecord SET decision = '' WHERE id = ANY(%s) AND decision = %s", [linked, LOOK_UP]
        )
