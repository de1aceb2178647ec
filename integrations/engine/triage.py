"""Decides what becomes of each record that was read: unchanged, skipped, parked, waiting, or drafts to post."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.utils import timezone

from integrations.contracts import LinkView, Need, Record, Unreadable
from integrations.engine.drafting import can_be_anew, context_of, period_policy, prepare
from integrations.engine.endings import SENT_AGAIN, SENT_ONCE_MORE
from integrations.engine.faults import parking_faults
from integrations.engine.parents import Parents, is_overdue, load_parents, settle_needs
from integrations.engine.reversal import gather, tell_booked
from integrations.engine.standing import UNDO, has_open_operations, judge
from integrations.engine.store import STALE_READ, load_links, load_taken_back, note_orders
from integrations.engine.work import Aim, FlowPlan, Row, RunState, State, Work

_UNTOUCHABLE = (State.OPEN, State.UNKNOWN)  # settled before anything else
_LEFT_ALONE = (State.WAITING, State.PARKED, State.SKIPPED, State.DIFFERENT)  # until something other than a poll asks
_STALE_WAIT_S = 20
_LATE_ANSWER_S = 3600  # so long a call whose answer was lost may still come to be booked


def triage(state: RunState, plan: FlowPlan, records: Sequence[Record], rows: dict[str, Row]) -> list[Work]:
    """Give the works whose SyncRecords must be written; unchanged records give none and are only counted.

    Those to be posted get `prepare`, which makes their drafts.
    """
    works = [work for record in records if (work := _look(state, plan, record, rows.get(record.key))) is not None]
    _decide(state, plan, [work for work in works if work.state == State.DUE and work.due_at is None])
    for column, orders in state.noted.items():
        note_orders(state, plan.flow.slug, column, orders)
    state.noted.clear()
    return works


def judge_missing(state: RunState, plan: FlowPlan, rows: Sequence[Row]) -> list[Work]:
    """Give works for records that their source does not know (any more)."""
    works = []
    for row in rows:
        work = Work(record=Record(stream=plan.flow.stream, key=row.natural_key, body=None, deleted=True), row=row)
        work.carry()
        work.heed()
        work.label = work.label or row.natural_key
        works.append(work)
    _decide(state, plan, works)
    return works


def park_unreadable(unreadable: Sequence[Unreadable], rows: dict[str, Row]) -> list[Work]:
    """Give parked works for objects that could not be parsed."""
    works = []
    for broken in unreadable:
        work = Work(record=Record(stream=broken.stream, key=broken.key, body=None), row=rows.get(broken.key))
        work.carry()
        work.heed()
        work.label = work.label or broken.key
        work.park(broken.error.code, broken.error.message, field=broken.error.field, value=broken.error.value)
        works.append(work)
    return works


def _look(state: RunState, plan: FlowPlan, record: Record, row: Row | None) -> Work | None:
    """Weigh a record against its SyncRecord; None when there is nothing to write."""
    work = Work(record=record, row=row)
    work.carry()
    work.label = work.label or record.key
    with parking_faults(work):
        work.label, work.money = plan.flow.label_of(record), plan.flow.money(record)
        version = plan.flow.version(record)
        details = plan.flow.details(record) if plan.flow.details else ""
        if row is not None and _is_settled(state, plan.flow.slug, record, row, (version, details)):
            return None
        if row is not None and _is_stale(row, record) and row.tries < settings.STALE_TRIES:
            work.tries, work.due_at = row.tries + 1, timezone.now() + timedelta(seconds=_STALE_WAIT_S)
            work.code = STALE_READ
            work.reason = "The source still shows an older state than its event; it is read again shortly."
            return work
        if row is not None and row.code in (SENT_AGAIN, SENT_ONCE_MORE):
            work.look_again_at = timezone.now() + _late_answer()  # the call given up must not book or overwrite unseen
        work.heed()
        work.version, work.details = version, details
        work.resume = row.next_operation if row is not None and row.source_version == version else ""
    if work.state == State.PARKED:
        work.heed()
    return work


def _late_answer() -> timedelta:
    return timedelta(seconds=_LATE_ANSWER_S * float(settings.SETTLE_SCALE))


def _is_settled(state: RunState, flow: str, record: Record, row: Row, read: tuple[str, str]) -> bool:
    """Tell whether a record stays as it is; what was met is noted, so that no change is forgotten."""
    is_known = (row.source_version, row.details_version) == read
    is_same = is_known and not record.deleted
    if row.state in _UNTOUCHABLE:
        if not is_same:  # judged anew once it is settled
            state.noted["wanted_order"].append((record.key, record.order))
        state.count(flow, row.state)
        return True
    if row.state == State.DELIVERED and is_same:
        if record.order > row.seen_order:
            state.noted["seen_order"].append((record.key, record.order))
        state.count(flow, "unchanged")
        return True
    is_undone = row.state == State.SKIPPED and row.decision == UNDO  # until a person has it replayed
    is_gone = record.deleted and record.order > row.seen_order  # since it was last looked at
    if is_undone or (row.state in _LEFT_ALONE and is_known and not is_gone):
        state.count(flow, row.state, code=row.code)
        return True
    return False


def _is_stale(row: Row, record: Record) -> bool:
    return 0 < record.order < row.wanted_order


def _decide(state: RunState, plan: FlowPlan, works: Sequence[Work]) -> None:
    """Give the works that are to be posted their `prepare`; set the state of the others."""
    flow = plan.flow
    links = load_links(state, [Need(flow=flow.slug, key=work.key) for work in works], with_different=True)
    context = context_of(state, flow, {})
    wanted, reversed_, needs = list[Work](), list[Work](), dict[int, tuple[Need, ...]]()
    for work in works:
        with parking_faults(work):
            work.link, work.period_policy = links.get((flow.slug, work.key)), period_policy(state, flow, work)
            work.is_overdue = is_overdue(state, plan, work)
            work.links_alike = flow.is_document and state.policy(flow.slug, "look_alikes") == "link"
            if work.record.body is not None:
                work.document_date = flow.document_date(work.record, context)
            if not judge(state, plan, work, context):
                continue
            if work.aim.mode != "reverse" or work.aim.purpose == "repost":  # what is posted next must not fail then
                needs[id(work)] = flow.needs(work.record, context)
            (reversed_ if work.aim.mode == "reverse" else wanted).append(work)
    tell_booked(state, [work for work in wanted if work.aim.mode == "amend"])
    _tell_taken_back(state, flow.slug, wanted)
    parents = load_parents(state, (need for found in needs.values() for need in found))
    for work in wanted:
        with parking_faults(work):
            if settle_needs(state, plan, work, needs[id(work)], parents):
                work.prepare = partial(prepare, state, plan, work, parents.links)
    reversed_ = [work for work in reversed_ if _has_sequel(state, plan, work, needs.get(id(work)), parents)]
    for work in gather(state, plan, reversed_):
        work.prepare = partial(prepare, state, plan, work, parents.links)


def _has_sequel(state: RunState, plan: FlowPlan, work: Work, needs: tuple[Need, ...] | None, parents: Parents) -> bool:
    """Tell whether nothing keeps a record from being posted anew, if it is to be: until then it is not reversed."""
    if needs is None or work.state != State.DUE or has_open_operations(work):  # half reversed, it goes on
        return work.state == State.DUE
    anew = replace(work, aim=Aim())
    with parking_faults(anew):
        if settle_needs(state, plan, anew, needs, parents):
            work.anew = anew
    if anew.state == State.WAITING:
        work.wait(anew.code, anew.reason, anew.waits_for)
    elif anew.state == State.PARKED:
        work.park(anew.code, anew.reason, field=anew.field, value=anew.value)
    else:  # before what is applied to it is taken off for it
        with parking_faults(work):
            can_be_anew(state, plan, work, work.aim.on or state.today, parents.links)
    return work.state == State.DUE


def _tell_taken_back(state: RunState, flow: str, works: Sequence[Work]) -> None:
    """Tell works that are posted anew, or go on with that, what was reversed of them."""
    anew = [work for work in works if work.link is not None and _is_anew(work, work.link)]
    taken_back = load_taken_back(state, flow, [work.key for work in anew])
    for work in anew:
        work.taken_back, work.not_before = taken_back.get(work.key, (frozenset(), None))


def _is_anew(work: Work, link: LinkView) -> bool:
    return link.state == "reversed" or (link.revision > 1 and has_open_operations(work))
