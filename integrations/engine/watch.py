"""Looks again at what stands in the target: posted meanwhile, deleted, doubled by a late answer, or changed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection

from integrations.contracts import Booked, Found, Receipt
from integrations.engine.compare import differences
from integrations.engine.lease import fenced
from integrations.engine.post import Ending, Outcome, close, compare, judge_hits, read_back
from integrations.engine.settle import STANDING, deleted, know_links, last_works, open_settling, show_own_documents
from integrations.engine.singly import find_each, read_each
from integrations.engine.store import load_asked, load_watched
from integrations.engine.work import FlowPlan, RunState, State, Work
from integrations.models import Sync

_AT_ONCE = 1000


def look_again(state: RunState, plan: FlowPlan) -> None:
    """Poll what awaits posting, and look once more at what a takeover settled. Raises TransientError: all stay due."""
    rows = load_watched(state, plan.flow.slug, _AT_ONCE)
    if not rows:
        return
    works = last_works(state, plan, [row for row in rows if row.state == State.DELIVERED], STANDING)
    know_links(state, plan, works)
    show_own_documents(works)
    works = [_about_own(work) for work in works if work.link is not None and work.aim.mode != "reverse"]
    sink = state.sink_session(plan.flow).sink(plan.flow.sink)
    late = [work for work in works if not _awaits(work)]
    hits, _ = find_each(sink, [work.draft for work in late if not work.draft.external_id])
    standing, unread = read_each(sink, [_booked(work) for work in works])
    changed, missed = list[Work](), list[str]()
    unseen = [work.key for work in works if work.draft.reference in unread]
    for work in works:
        found = standing.get(work.draft.reference)
        if work.key in unseen:
            continue
        if found is None and work.absent_since is None:
            missed.append(work.key)
        elif len(hits.get(work.draft.reference, ())) > 1 or _is_news(work, found):
            changed.append(work)
    open_settling(state, plan, changed)
    endings = [_judge(work, hits.get(work.draft.reference, ()), standing.get(work.draft.reference)) for work in changed]
    close(state, plan, endings)
    done = {work.key for work in changed}
    awaiting = [work.key for work in works if _awaits(work) and work.key not in done]
    state.count(plan.flow.slug, "awaiting_posting", len(awaiting))
    again = {*awaiting, *missed, *unseen}
    _plan_next_look(state, plan, [row.natural_key for row in rows], again, missed, sink.settle_s)


def _about_own(work: Work) -> Work:
    """Look at the record's own document, though its last operation made another one beside it."""
    link = work.link
    if link is not None and work.booked_as not in ("", link.external_id):
        facts = replace(link.facts, open_amount=None)
        own = replace(work.draft, reference=link.reference, external_id=link.external_id, facts=facts)
        work.drafts = (own,)
    return work


def _awaits(work: Work) -> bool:
    return work.link is not None and not work.link.is_posted


def _booked(work: Work) -> Booked:
    return Booked(draft=work.draft, external_id=work.link.external_id if work.link else "")


def _is_news(work: Work, found: Found | None) -> bool:
    """Tell whether a look shows anything that is not on record."""
    if found is None or found.stage == "voided":
        return True
    if _awaits(work) and found.stage == "posted":
        return True
    known = work.link.facts if work.link else work.draft.facts  # a difference may have been accepted
    return bool(differences(work.draft.facts, found.facts)) and bool(differences(known, found.facts))


def _judge(work: Work, hits: Sequence[Found], found: Found | None) -> Ending:
    if len(hits) > 1:
        judge_hits(work, hits)
        return Ending(work, Outcome.REJECTED, code=work.code, message=work.reason)
    return deleted(work) if found is None else compare(work, found.external_id, found)


def _plan_next_look(
    state: RunState, plan: FlowPlan, looked_at: Sequence[str], again: set[str], missed: Sequence[str], settle_s: int
) -> None:
    """Only now, with all looked at, plan the next look: the older a document, the rarer; what is absent, soon."""
    scale = float(settings.SETTLE_SCALE)
    sql = (
        "UPDATE integrations_syncrecord SET absent_since = CASE WHEN natural_key = ANY(%s) THEN now() END, "
        "look_again_at = CASE WHEN natural_key = ANY(%s) THEN now() + make_interval(secs => %s) "
        "WHEN natural_key = ANY(%s) THEN now() "
        "+ LEAST(interval '15 minutes', GREATEST(interval '30 seconds', (now() - changed_at) / 10)) * %s END "
        "WHERE sync_id = %s AND flow = %s AND natural_key = ANY(%s)"
    )
    values: list[Any] = [list(missed), list(missed), settle_s * scale, sorted(again), scale]
    with fenced(state.lease), connection.cursor() as cursor:
        cursor.execute(sql, [*values, state.sync.pk, plan.flow.slug, list(looked_at)])


def read_again(state: RunState, plan: FlowPlan) -> None:
    """Read back delivered records somebody asked to see again; writes nothing to the target. Raises TransientError."""
    rows = load_asked(state, plan.flow.slug)
    works = last_works(state, plan, rows, STANDING)
    if not works:
        return
    know_links(state, plan, works)
    show_own_documents(works)
    open_settling(state, plan, works)
    sink = state.sink_session(plan.flow).sink(plan.flow.sink)
    close(state, plan, read_back(sink, [(work, Receipt(external_id=_looked_for(work))) for work in works]))


def _looked_for(work: Work) -> str:
    """Give the id to read: what the last operation was answered with."""
    return work.booked_as or (work.link.external_id if work.link else work.draft.external_id)


def wake(sync: Sync) -> int:
    """Have all that awaits posting looked at now: its system told of a change. Gives how many."""
    sql = (
        "UPDATE integrations_syncrecord r SET look_again_at = now() FROM integrations_link l "
        "WHERE r.sync_id = %s AND r.look_again_at IS NOT NULL AND NOT l.is_posted AND l.state = 'standing' "
        "AND l.tenant_id = r.tenant_id AND l.source_identity = r.source_identity "
        "AND l.target_identity = r.target_identity AND l.flow = r.flow AND l.natural_key = r.natural_key"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [sync.pk])
        return int(cursor.rowcount)


def awaiting_posting(sync: Sync) -> dict[str, int]:
    """Count, by flow, what is booked and delivered but not in the target's ledger yet."""
    sql = (
        "SELECT r.flow, count(DISTINCT r.id) FROM integrations_syncrecord r JOIN integrations_link l "
        "USING (tenant_id, source_identity, target_identity, flow, natural_key) "
        "WHERE r.sync_id = %s AND r.state = 'delivered' AND NOT l.is_posted AND l.state = 'standing' GROUP BY r.flow"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [sync.pk])
        return dict(cursor.fetchall())
