"""Looks again at what stands in the target: posted meanwhile, deleted, doubled by a late answer, or changed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import connection

from integrations.contracts import Draft, Found
from integrations.engine.companions import STANDING, are_known_so, awaits_posting, know_documents, read_documents
from integrations.engine.compare import differences
from integrations.engine.endings import Ending, Outcome
from integrations.engine.hits import judge_hits
from integrations.engine.lease import fenced
from integrations.engine.looking import judge_look, look_at
from integrations.engine.post import close
from integrations.engine.reading_back import is_release
from integrations.engine.routes import RoutedSink
from integrations.engine.settle import deleted, know_links, last_works, open_settling
from integrations.engine.singly import find_each
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
    works = [work for work in works if work.link is not None and work.aim.mode != "reverse"]
    know_documents(plan.flow, works)
    sink = state.sink_session(plan.flow).sink(plan.flow.sink)
    late = [work for work in works if not _awaits(work)]
    hits, _ = find_each(sink, [draft for work in late if not (draft := _as_made(work.draft)).external_id])
    standing, unread = read_documents(sink, works)
    changed, missed = list[Work](), list[str]()
    unseen = [work.key for work in works if any(reference in unread for reference in _references(work))]
    for work in works:
        if work.key in unseen:
            continue
        if work.absent_since is None and any(reference not in standing for reference in _references(work)):
            missed.append(work.key)
        elif len(hits.get(work.draft.reference, ())) > 1 or _is_news(work, standing):
            changed.append(work)
    open_settling(state, plan, changed)
    endings = [_judge(sink, work, hits.get(work.draft.reference, ()), standing) for work in changed]
    close(state, plan, endings)
    done = {work.key for work in changed}
    awaiting = [work.key for work in works if _awaits(work) and (work.key not in done or work.state == State.DELIVERED)]
    state.count(plan.flow.slug, "awaiting_posting", len(awaiting))
    again = {*awaiting, *missed, *unseen}
    _plan_next_look(state, plan, [row.natural_key for row in rows], again, missed, sink.settle_s)


def _as_made(draft: Draft) -> Draft:
    """Give a draft whose look-up shows all documents of its reference: a release was booked on one made before it."""
    return replace(draft, external_id="") if is_release(draft) else draft


def _references(work: Work) -> list[str]:
    return [work.draft.reference, *(one.draft.reference for one in work.further)]


def _awaits(work: Work) -> bool:
    return work.link is not None and awaits_posting(work.link)


def _is_news(work: Work, standing: Mapping[str, Found]) -> bool:
    """Tell whether a look shows anything that is not on record."""
    found = standing.get(work.draft.reference)
    if found is None or found.stage in ("voided", "rejected"):
        return True
    if work.link is not None and not work.link.is_posted and found.stage == "posted":
        return True
    known = work.link.facts if work.link else work.draft.facts  # a difference may have been accepted
    is_own_news = bool(differences(work.draft.facts, found.facts)) and bool(differences(known, found.facts))
    return is_own_news or not are_known_so(work, standing)


def _judge(sink: RoutedSink, work: Work, hits: Sequence[Found], standing: Mapping[str, Found]) -> Ending:
    if len(hits) > 1:
        judge_hits(work, hits)
        return Ending(work, Outcome.REJECTED, code=work.code, message=work.reason)
    return judge_look(sink, work, standing, {}) if work.draft.reference in standing else deleted(work)


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
    know_documents(plan.flow, works)
    open_settling(state, plan, works)
    close(state, plan, look_at(state.sink_session(plan.flow).sink(plan.flow.sink), works))


_AWAITS = (
    "(NOT l.is_posted OR EXISTS (SELECT FROM integrations_companion c WHERE c.tenant_id = l.tenant_id "
    "AND c.source_identity = l.source_identity AND c.target_identity = l.target_identity AND c.flow = l.flow "
    "AND c.natural_key = l.natural_key AND c.revision = l.revision AND c.state = 'standing' AND NOT c.is_posted))"
)


def wake(sync: Sync) -> int:
    """Have all that awaits posting looked at now: its system told of a change. Gives how many."""
    sql = (
        "UPDATE integrations_syncrecord r SET look_again_at = now() FROM integrations_link l "  # noqa: S608
        f"WHERE r.sync_id = %s AND r.look_again_at IS NOT NULL AND {_AWAITS} AND l.state = 'standing' "
        "AND l.tenant_id = r.tenant_id AND l.source_identity = r.source_identity "
        "AND l.target_identity = r.target_identity AND l.flow = r.flow AND l.natural_key = r.natural_key"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [sync.pk])
        return int(cursor.rowcount)


def awaiting_posting(sync: Sync) -> dict[str, int]:
    """Count, by flow, what is booked and delivered but not in the target's ledger yet."""
    sql = (
        "SELECT r.flow, count(DISTINCT r.id) FROM integrations_syncrecord r JOIN integrations_link l "  # noqa: S608
        "USING (tenant_id, source_identity, target_identity, flow, natural_key) "
        f"WHERE r.sync_id = %s AND r.state = 'delivered' AND {_AWAITS} AND l.state = 'standing' GROUP BY r.flow"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [sync.pk])
        return dict(cursor.fetchall())
