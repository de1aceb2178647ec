"""Settles what has no trustworthy answer: nothing is repeated before the target was asked what stands there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from audit.models import Attempt, Run
from audit.record import lose_runs
from audit.seal import seal_run
from integrations.contracts import Booked, Found, Need, Receipt, Record, Sink
from integrations.engine import backoff
from integrations.engine.companions import further_of, is_void
from integrations.engine.compare import differences
from integrations.engine.drafts import load_aim, load_draft
from integrations.engine.endings import (
    REFUSED_SINCE,
    SENT_AGAIN,
    SENT_ONCE_MORE,
    Ending,
    Outcome,
    hold_unknown,
    hold_unread,
)
from integrations.engine.hits import judge_hits
from integrations.engine.lease import fenced
from integrations.engine.looking import add_further
from integrations.engine.post import close, open_works
from integrations.engine.reading_back import compare, is_release, judge_read, named_document, read_back
from integrations.engine.routes import RoutedSink
from integrations.engine.singly import Hits, find_each, read_each
from integrations.engine.store import DELETED, load_links, load_rows, load_unknown, save_works
from integrations.engine.work import Aim, FlowPlan, Row, RunState, State, Work
from integrations.models import SyncRecord

_AT_ONCE = 250
_LOOK_AGAIN_S = 3600
_SEALED_AT_ONCE = 50
_SEALS_LOOKED_FOR = 200
_WORKER_LOST = "worker_lost"


def recover(state: RunState) -> None:
    """Take over from lost workers: read back what was answered, hold as unknown what was not. Raises TransientError."""
    lost = [attempt for attempt in _open_attempts(state) if attempt.flow in state.plans]
    for slug, plan in state.plans.items():
        attempts = [attempt for attempt in lost if attempt.flow == slug]
        for start in range(0, len(attempts), _AT_ONCE):
            _recover_some(state, plan, attempts[start : start + _AT_ONCE])
    lose_runs(sync_id=state.sync.pk, before_fence=state.lease.fence)
    for run in _unsealed_runs(state, lost):
        seal_run(run)


def _unsealed_runs(state: RunState, settled: Sequence[Attempt]) -> QuerySet[Run]:
    """Give the ended runs to be sealed: those whose attempts were settled now, or by a worker lost before it sealed.

    The latter are found at the sync's very next run: a look at the newest ones costs the same after years.
    """
    runs = Run.objects.for_tenant(state.sync.tenant_id).filter(sync_id=state.sync.pk)
    newest = runs.order_by("-id").values_list("pk", flat=True)[:_SEALS_LOOKED_FOR]
    ended = runs.filter(pk__in={*newest, *(attempt.run_id for attempt in settled)}, seals=None)
    made = Attempt.objects.filter(run=OuterRef("pk"))  # a run is its tenant's
    return ended.exclude(state=Run.State.RUNNING).filter(Exists(made)).order_by("id")[:_SEALED_AT_ONCE]


def _open_attempts(state: RunState) -> list[Attempt]:
    return list(
        Attempt.objects.for_tenant(state.sync.tenant_id)
        .filter(closed_at=None, record_id__in=SyncRecord.objects.filter(sync=state.sync).values("pk"))
        .exclude(run=state.run)
        .order_by("id")
    )


def _recover_some(state: RunState, plan: FlowPlan, attempts: Sequence[Attempt]) -> None:
    rows = load_rows(state, plan.flow.slug, [attempt.natural_key for attempt in attempts])
    works = [
        (_work_of(plan, rows[attempt.natural_key], attempt), attempt)
        for attempt in attempts
        if attempt.natural_key in rows
    ]
    answered = [(work, Receipt(external_id=a.external_id)) for work, a in works if a.answered_at is not None]
    sink = state.sink_session(plan.flow).sink(plan.flow.sink)
    know_links(state, plan, [work for work, _ in works])
    endings = read_back(sink, answered)
    endings += [_hold_lost(work) for work, attempt in works if attempt.answered_at is None]
    close(state, plan, endings)


def _work_of(plan: FlowPlan, row: Row, attempt: Attempt) -> Work:
    draft, then = load_draft(attempt.draft)
    work = Work(record=Record(stream=plan.flow.stream, key=row.natural_key, body=None), row=row)
    work.carry()
    work.version, work.revision = attempt.source_version, attempt.revision
    work.drafts, work.attempt_id, work.resume, work.after = (draft,), attempt.pk, row.next_operation, then
    work.booked_as = attempt.external_id
    aim = load_aim(attempt.draft)
    work.details, work.aim = aim.get("details", ""), Aim.read(aim)
    return work


def _hold_lost(work: Work) -> Ending:
    work.look_again_at = timezone.now() + timedelta(seconds=_LOOK_AGAIN_S * float(settings.SETTLE_SCALE))
    return hold_unknown(
        work,
        _WORKER_LOST,
        "The worker stopped before the answer was on record; the target is asked what stands there.",
    )


def settle_unknown(state: RunState, plan: FlowPlan) -> None:
    """Ask the target for every unknown record whose next look is due, until the slice ends. Raises TransientError."""
    sink = state.sink_session(plan.flow).sink(plan.flow.sink)
    while not state.slice_is_over and (rows := load_unknown(state, plan.flow.slug, _AT_ONCE)):
        state.lease.renew_if_old()
        works = last_works(state, plan, rows, [Outcome.UNKNOWN])
        open_settling(state, plan, works)
        know_links(state, plan, works)
        _name_foreign(works)
        changing = [work for work in works if _changes_what_stands(work)]
        looked_up = [work for work in works if not _changes_what_stands(work)]
        hits, faults = find_each(sink, [work.draft for work in looked_up])
        endings = [hold_unread(work, fault) for work in looked_up if (fault := faults.get(work.draft.reference))]
        asked = [work for work in looked_up if work.draft.reference not in faults]
        unfound = [
            work for work in asked if work.draft.external_id and not _ours(hits, work) and not _is_repeatable(work)
        ]
        endings += [_judge(sink, work, hits.get(work.draft.reference, ())) for work in asked if work not in unfound]
        judged = [*_read_found(sink, endings), *_judge_changes(sink, [*changing, *unfound])]
        close(state, plan, add_further(plan.flow, sink, judged))


def know_links(state: RunState, plan: FlowPlan, works: Sequence[Work]) -> None:
    """Give each work the link of what stands."""
    links = load_links(state, [Need(flow=plan.flow.slug, key=work.key) for work in works], with_different=True)
    for work in works:
        work.link = links.get((plan.flow.slug, work.key))


def _name_foreign(works: Sequence[Work]) -> None:
    """Look at a document that others booked by its id: a look-up by our reference never shows it."""
    for work in works:
        link = work.link
        if link is None or link.is_ours or link.state == "reversed" or work.draft.reference != link.reference:
            continue
        work.drafts = (replace(work.draft, external_id=work.draft.external_id or link.external_id),)


def _ours(hits: Hits, work: Work) -> list[Found]:
    return [hit for hit in hits.get(work.draft.reference, ()) if hit.by_reference]


def _is_repeatable(work: Work) -> bool:
    return work.draft.operation == "update" or work.draft.writes_back


def _changes_what_stands(work: Work) -> bool:
    """Tell whether a draft acts on a document that stands, by its reference: finding that proves nothing."""
    is_meant = _is_own(work) or is_release(work.draft)  # of a reversal, too
    return bool(work.draft.external_id) and is_meant and not _is_repeatable(work)


def _is_own(work: Work) -> bool:
    """Tell whether a draft is about a document that is to stand for the record."""
    link = work.link
    return link is None or work.draft.reference == link.reference or further_of(work, work.draft) is not None


def _judge_changes(sink: RoutedSink, works: Sequence[Work]) -> list[Ending]:
    """Tell by what stands there now whether a change arrived: only a fact that was otherwise before is evidence."""
    standing, faults = read_each(sink, [Booked(draft=w.draft, external_id=w.draft.external_id) for w in works])
    endings = []
    for work in works:
        found = standing.get(work.draft.reference)
        if (fault := faults.get(work.draft.reference)) is not None:
            endings.append(hold_unread(work, fault))
        elif found is None and _is_own(work) and _changes_what_stands(work):
            endings.append(deleted(work))
        elif found is not None and _has_arrived(work, found):
            endings.append(compare(work, found.external_id, found))
        else:
            endings.append(_absent(sink, work))
    return endings


def _has_arrived(work: Work, found: Found) -> bool:
    if is_release(work.draft):
        return found.stage != "on_hold"
    if (work.aim.mode == "reverse" or is_void(work.draft)) and found.stage == "voided":
        return True
    before = further_of(work, work.draft) or work.link
    was_otherwise = before is not None and bool(differences(work.draft.facts, before.facts))
    return was_otherwise and not differences(work.draft.facts, found.facts)


def last_works(state: RunState, plan: FlowPlan, rows: Sequence[Row], outcomes: Sequence[str]) -> list[Work]:
    """Rebuild works from each record's newest attempt of such an outcome."""
    by_id = {row.id: row for row in rows}
    sent = (
        Attempt.objects.for_tenant(state.sync.tenant_id)
        .filter(record_id__in=by_id, outcome__in=outcomes)
        .order_by("record_id", "-id")
        .distinct("record_id")
    )
    return [_work_of(plan, by_id[attempt.record_id], attempt) for attempt in sent]


def open_settling(state: RunState, plan: FlowPlan, works: Sequence[Work]) -> None:
    """Open an attempt for another look at each work."""
    for work in works:
        work.state = State.OPEN
    with fenced(state.lease):
        save_works(state, plan.flow.slug, works)
        open_works(state, plan, works)


def _judge(sink: RoutedSink, work: Work, hits: Sequence[Found]) -> Ending:
    if work.draft.operation.partition(":")[0] == "update" or work.draft.writes_back:
        # that it stands proves nothing: it stood before. Sent again, it does no harm
        return _send_again(work, "An update cannot be told from what stood before; it is sent again.")
    stood = work.link is not None and work.link.reference == work.draft.reference and work.link.state != "reversed"
    ours = [hit for hit in hits if hit.by_reference]
    if not ours:
        return deleted(work) if stood else _absent(sink, work)
    if len(ours) > 1:
        judge_hits(work, ours)
        return Ending(work, Outcome.REJECTED, code=work.code, message=work.reason)
    return Ending(work, Outcome.LINKED, found=ours[0])


def _absent(sink: RoutedSink, work: Work) -> Ending:
    """Absence settles only when two looks agree, the second after its sink's settling time; 0: one look is proof."""
    now, settle_s = timezone.now(), sink.settle_s_of(work.draft) * float(settings.SETTLE_SCALE)
    first = work.absent_since or now
    if settle_s == 0 or (now - first).total_seconds() >= settle_s:
        return _send_again(work, "The target was asked: the document is not there. It is sent again.")
    work.state, work.due_at, work.absent_since = State.UNKNOWN, first + timedelta(seconds=settle_s), first
    work.code = work.row.code if work.row else ""  # what made it unknown
    work.reason = "Not there at the first look; absence must be confirmed."
    return Ending(work, Outcome.ABSENT, code="absent_once", message=work.reason)


def _send_again(work: Work, told: str) -> Ending:
    was = work.row.code if work.row else ""
    if was != _WORKER_LOST:  # a lost worker says nothing about the target
        work.tries += 1
    wait_s = backoff.wait_s(work.key, work.tries) if work.tries > 1 else 0.0
    work.state, work.due_at, work.absent_since = State.DUE, timezone.now() + timedelta(seconds=wait_s), None
    work.code, work.reason = SENT_ONCE_MORE if was == REFUSED_SINCE else SENT_AGAIN, told
    return Ending(work, Outcome.ABSENT, code="absent", message=told)


def deleted(work: Work) -> Ending:
    """What stood in the target and does so no longer was deleted there by a person: never posted again silently."""
    name = work.link.external_id if work.link is not None else "a document"
    further = further_of(work, work.draft)
    named = named_document(work, work.draft, further.external_id if further else name)
    work.park(
        DELETED,
        f"{named} in the target and stands there no longer: somebody deleted it. "
        "Restore it there, or skip it here with a reason.",
    )
    return Ending(work, Outcome.ABSENT, code=work.code, message=work.reason)


def _read_found(sink: Sink, endings: Sequence[Ending]) -> list[Ending]:
    """Compare in full what was found: a hit by our reference is not yet the document that the draft wanted."""
    found = [ending for ending in endings if ending.found is not None]
    booked = [Booked(draft=e.work.draft, external_id=e.found.external_id) for e in found if e.found is not None]
    standing, faults = read_each(sink, booked)
    judged = [ending for ending in endings if ending.found is None]
    for ending in found:
        external_id = ending.found.external_id if ending.found else ""
        judged.append(judge_read(ending.work, external_id, standing, faults))
    return judged
