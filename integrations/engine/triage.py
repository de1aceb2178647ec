"""Decides what becomes of each record that was read: unchanged, skipped, parked, waiting, or drafts to post."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import structlog
from django.conf import settings
from django.utils import timezone

from integrations.contracts import Context, LinkView, Mapped, Need, Record, Unreadable, Value
from integrations.engine.store import load_links, load_states, note_orders
from integrations.engine.work import FlowPlan, Row, RunState, State, Work
from integrations.errors import ConnectorError

log = structlog.get_logger()
_UNTOUCHABLE = (State.OPEN, State.UNKNOWN)  # settled before anything else
_LEFT_ALONE = (State.WAITING, State.PARKED, State.SKIPPED, State.DIFFERENT)  # until something other than a poll asks
_STALE_WAIT_S = 20


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


@contextmanager
def _parking_faults(work: Work) -> Iterator[None]:
    """Park a record that cannot be judged, by its own fault or by ours; the others go on."""
    try:
        yield
    except ConnectorError as error:
        work.park(error.code, f"{work.label}: {error.message}", field=error.field, value=error.value)
    except (LookupError, ArithmeticError, ValueError, TypeError, AttributeError) as error:
        log.exception("triage.our_fault", record=work.key)
        told = f"{work.label} meets a fault of ours ({type(error).__name__}); support has been told. The others go on."
        work.park("our_fault", told, value=type(error).__name__)


def judge_missing(state: RunState, plan: FlowPlan, rows: Sequence[Row]) -> list[Work]:
    """Give works for records that their source does not know (any more)."""
    flow = plan.flow
    links = load_links(state, [Need(flow=flow.slug, key=row.natural_key) for row in rows], with_different=True)
    works = []
    for row in rows:
        work = Work(record=Record(stream=flow.stream, key=row.natural_key, body=None), row=row)
        work.carry()
        work.label = work.label or row.natural_key
        if (link := links.get((flow.slug, work.key))) is not None:
            _judge_deleted(flow.is_document, work, link)
        else:
            told = f"The source does not know {work.label}: it was deleted there before it could be read."
            work.skip("not_in_source", told)
        works.append(work)
    return works


def park_unreadable(unreadable: Sequence[Unreadable], rows: dict[str, Row]) -> list[Work]:
    """Give parked works for objects that could not be parsed."""
    works = []
    for broken in unreadable:
        work = Work(record=Record(stream=broken.stream, key=broken.key, body=None), row=rows.get(broken.key))
        work.carry()
        work.label = work.label or broken.key
        work.park(broken.error.code, broken.error.message, field=broken.error.field, value=broken.error.value)
        works.append(work)
    return works


def _look(state: RunState, plan: FlowPlan, record: Record, row: Row | None) -> Work | None:
    """Weigh a record against its SyncRecord; None when there is nothing to write."""
    work = Work(record=record, row=row)
    work.carry()
    work.label = work.label or record.key
    with _parking_faults(work):
        work.label, work.money = plan.flow.label_of(record), plan.flow.money(record)
        version = plan.flow.version(record)
        if row is not None and _is_settled(state, plan.flow.slug, record, row, version):
            return None
        if row is not None and _is_stale(row, record) and row.tries < settings.STALE_TRIES:
            work.tries, work.due_at = row.tries + 1, timezone.now() + timedelta(seconds=_STALE_WAIT_S)
            work.code = "stale_read"
            work.reason = "The source still shows an older state than its event; it is read again shortly."
            return work
        work.seen_order = max(work.seen_order, row.wanted_order if row else 0)
        work.version = version
    return work


def _is_settled(state: RunState, flow: str, record: Record, row: Row, version: str) -> bool:
    """Tell whether a record stays as it is; what was met is noted, so that no change is forgotten."""
    is_same = row.source_version == version and not record.deleted
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
    if row.state in _LEFT_ALONE and row.source_version == version:
        state.count(flow, row.state)
        return True
    return False


def _is_stale(row: Row, record: Record) -> bool:
    return 0 < record.order < row.wanted_order


def _decide(state: RunState, plan: FlowPlan, works: list[Work]) -> None:
    flow = plan.flow
    context = _context(state, {}, 1)
    links = load_links(state, [Need(flow=flow.slug, key=work.key) for work in works], with_different=True)
    wanted, needs = list[Work](), dict[int, tuple[Need, ...]]()
    for work in works:
        with _parking_faults(work):
            work.document_date = flow.document_date(work.record, context)
            if _is_wanted(state, plan, work, links.get((flow.slug, work.key)), context):
                needs[id(work)] = flow.needs(work.record, context)
                wanted.append(work)
    parents = load_links(state, (need for found in needs.values() for need in found))
    missing = [need for found in needs.values() for need in found if (need.flow, need.key) not in parents]
    states = load_states(state, missing)
    for work in wanted:
        if _has_parents(work, needs[id(work)], parents, states):
            work.prepare = partial(_prepare, state, plan, work, parents, links.get((flow.slug, work.key)))


def _prepare(
    state: RunState,
    plan: FlowPlan,
    work: Work,
    parents: dict[tuple[str, str], LinkView],
    link: LinkView | None,
) -> None:
    """Make a work's drafts, or park it. No database: it may be called between the answers of the batch before."""
    with _parking_faults(work):
        _draft(state, plan, work, parents, link)


def _is_wanted(state: RunState, plan: FlowPlan, work: Work, link: LinkView | None, context: Context) -> bool:
    """Judge by earlier delivery, deletion, start date and the flow's own verdict; False when the work is decided."""
    flow, start = plan.flow, state.sync.start_date
    if link is not None and _is_what_stands(work, link):
        _leave_standing(state, plan, work, link)
        return False
    if work.record.deleted and (flow.is_document or link is not None):
        _judge_deleted(flow.is_document, work, link)
        return False
    if link is not None and flow.is_document and not _has_open_operations(work):
        work.park(
            "changed_after_posting",
            f"{work.label} changed after it was posted as {link.external_id}. A posted document is never rewritten: "
            "correct it in the target, then have it read again.",
            field="source version",
        )
        return False
    if flow.is_document and start and work.document_date and work.document_date < start:
        told = f"{work.label} is dated {work.document_date}, before the sync's start date {start}."
        work.skip("before_start_date", told)
        return False
    verdict = flow.verdict(work.record, context)
    if verdict.action != "deliver":
        work.skip(verdict.code, verdict.reason)
        return False
    return True


def _is_what_stands(work: Work, link: LinkView) -> bool:
    """Tell whether the very version that was booked is met again, with nothing left to do."""
    return link.source_version == work.version and not work.record.deleted and not _has_open_operations(work)


def _leave_standing(state: RunState, plan: FlowPlan, work: Work, link: LinkView) -> None:
    """Keep what is delivered delivered, and what stands differently different."""
    work.revision = link.revision
    if link.is_as_drafted:
        work.state, work.tries = State.DELIVERED, 0
        state.count(plan.flow.slug, "unchanged")
        return
    work.state, work.code, work.field, work.value = State.DIFFERENT, "different", "document", link.external_id
    work.reason = f"{work.label} stands in the target as {link.external_id}, but not as drafted. Correct or accept it."


def _has_open_operations(work: Work) -> bool:
    return work.row is not None and bool(work.row.next_operation) and work.row.source_version == work.version


def _judge_deleted(is_document: bool, work: Work, link: LinkView | None) -> None:
    if link is None:
        work.skip("deleted_before_posting", f"{work.label} was deleted in the source before it was posted.")
    elif is_document:
        work.park(
            "deleted_after_posting",
            f"{work.label} was deleted in the source but stands in the target as {link.external_id}. "
            "Void or credit it there.",
        )
    else:
        work.state, work.reason = State.DELIVERED, "Deleted in the source; kept in the target."


def _has_parents(
    work: Work,
    needs: tuple[Need, ...],
    parents: dict[tuple[str, str], LinkView],
    states: dict[tuple[str, str], tuple[str, str]],
) -> bool:
    missing = [need for need in needs if (need.flow, need.key) not in parents]
    if not missing:
        return True
    for need in missing:
        found, code = states.get((need.flow, need.key), ("", ""))
        if found == State.SKIPPED:
            work.skip(
                "parent_skipped", f"{work.label} belongs to {need.flow} {need.key}, which is not posted ({code})."
            )
            work.waits_for = (f"{need.flow}:{need.key}",)
            return False
    work.state = State.WAITING
    work.waits_for = tuple(f"{need.flow}:{need.key}" for need in missing)
    work.code, work.reason = (
        "waits_for_parent",
        "Waits for " + ", ".join(f"{need.flow} {need.key}" for need in missing) + ".",
    )
    return False


def _draft(
    state: RunState, plan: FlowPlan, work: Work, parents: dict[tuple[str, str], LinkView], link: LinkView | None
) -> None:
    """Map the record and make its drafts; parks it with the field and the reason when that fails."""
    flow = plan.flow
    if link is not None:
        work.revision = link.revision if _has_open_operations(work) else link.revision + 1
    links = parents if link is None else {**parents, (flow.slug, work.key): link}
    context = _context(state, links, work.revision)
    document = flow.source(work.record, context)
    applied = plan.mapping.apply(document.header, document.lines, on=work.document_date, zone=state.source_zone)
    if applied.skipped:
        work.skip("filtered", applied.skipped)
        return
    if applied.problems:
        problem = applied.problems[0]
        work.park(problem.code, f"{work.label}: {problem.sentence}", field=problem.field, value=problem.value)
        return
    header = applied.header if link is None else _on_change(plan, applied.header)
    work.drafts = flow.draft(work.record, Mapped(header=header, lines=applied.lines), context)
    _start_operation(work)
    _check_references(state, work)


def _on_change(plan: FlowPlan, header: Mapping[str, Value]) -> dict[str, Value]:
    """Leave out what is written on creation only."""
    once = plan.mapping.written("on_create")
    return {name: value for name, value in header.items() if name not in once}


def _start_operation(work: Work) -> None:
    """Go on with the operation that an earlier pass left off at."""
    names = [draft.operation for draft in work.drafts]
    if work.row is not None and _has_open_operations(work) and work.row.next_operation in names:
        work.operation = names.index(work.row.next_operation)


def _check_references(state: RunState, work: Work) -> None:
    for reference in (reference for draft in work.drafts for reference in draft.references):
        entry = state.references.get((reference.kind, reference.code))
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


def _context(state: RunState, links: dict[tuple[str, str], LinkView], revision: int) -> Context:
    return Context(
        policies=state.sync.policies,
        source=state.source_identity,
        target=state.target_identity,
        links=links,
        references=state.references,
        revision=revision,
    )
