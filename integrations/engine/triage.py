"""Decides what becomes of each record that was read: unchanged, skipped, parked, waiting, or drafts to post."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from integrations.contracts import Context, LinkView, Mapped, Need, Record, Unreadable, Value
from integrations.engine.store import load_links, load_states
from integrations.engine.work import FlowPlan, Row, RunState, State, Work
from integrations.errors import ConnectorError

_UNTOUCHABLE = (State.OPEN, State.UNKNOWN)  # settled before anything else
_LEFT_ALONE = (State.WAITING, State.PARKED, State.SKIPPED, State.DIFFERENT)  # until something other than a poll asks
_STALE_WAIT_S = 20


def triage(state: RunState, plan: FlowPlan, records: Sequence[Record], rows: dict[str, Row]) -> list[Work]:
    """Give the works whose SyncRecords must be written; unchanged records give none and are only counted."""
    works = [work for record in records if (work := _look(state, plan, record, rows.get(record.key))) is not None]
    undecided = [work for work in works if work.state == State.DUE and work.due_at is None]
    _decide(state, plan, undecided)
    return works


def judge_missing(rows: Sequence[Row], stream: str) -> list[Work]:
    """Give works for records that their source does not know (any more)."""
    works = []
    for row in rows:
        work = Work(record=Record(stream=stream, key=row.natural_key, body=None), row=row)
        work.carry()
        work.label = work.label or row.natural_key
        work.skip(
            "not_in_source", f"The source does not know {work.label}: it was deleted there before it could be read."
        )
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
    flow = plan.flow
    if row is not None and row.state in _UNTOUCHABLE:
        state.count(flow.slug, row.state)
        return None
    version = flow.version(record)
    if row is not None and row.state in _LEFT_ALONE and row.source_version == version:
        state.count(flow.slug, row.state)
        return None
    if row is not None and row.state == State.DELIVERED and row.source_version == version and not record.deleted:
        state.count(flow.slug, "unchanged")
        return None
    work = Work(record=record, row=row)
    work.carry()
    work.label, work.money = flow.label_of(record), flow.money(record)
    if row is not None and _is_stale(row, record) and row.tries < settings.STALE_TRIES:
        work.tries, work.due_at = row.tries + 1, timezone.now() + timedelta(seconds=_STALE_WAIT_S)
        work.code, work.reason = (
            "stale_read",
            "The source still shows an older state than its event; it is read again shortly.",
        )
        return work
    if row is not None:
        work.seen_order = max(work.seen_order, row.wanted_order)
    work.version = version
    return work


def _is_stale(row: Row, record: Record) -> bool:
    return 0 < record.order < row.wanted_order


def _decide(state: RunState, plan: FlowPlan, works: list[Work]) -> None:
    flow = plan.flow
    context = _context(state, {}, 1)
    for work in works:
        work.document_date = flow.document_date(work.record, context)
    links = load_links(state, [Need(flow=flow.slug, key=work.key) for work in works if work.row is not None])
    wanted = [work for work in works if _is_wanted(state, plan, work, links.get((flow.slug, work.key)), context)]
    needs = {id(work): flow.needs(work.record, context) for work in wanted}
    parents = load_links(state, (need for found in needs.values() for need in found))
    missing = [need for found in needs.values() for need in found if (need.flow, need.key) not in parents]
    states = load_states(state, missing)
    for work in wanted:
        if _has_parents(work, needs[id(work)], parents, states):
            _draft(state, plan, work, parents, links.get((flow.slug, work.key)))


def _is_wanted(state: RunState, plan: FlowPlan, work: Work, link: LinkView | None, context: Context) -> bool:
    """Judge by deletion, start date, earlier delivery and the flow's own verdict; False when the work is decided."""
    flow, start = plan.flow, state.sync.start_date
    if link is not None and work.row is not None and _same_as_delivered(work):
        work.state = State.DELIVERED
        state.count(flow.slug, "unchanged")
        return False
    if work.record.deleted and (flow.is_document or link is not None):
        _judge_deleted(flow.is_document, work, link)
        return False
    if link is not None and flow.is_document and not _has_open_operations(work):
        work.park(
            "changed_after_posting",
            f"{work.label} changed after it was posted as {link.external_id}. A posted document is never rewritten: "
            "correct it in the target, or accept the difference with a reason.",
            field="source version",
        )
        return False
    if flow.is_document and start and work.document_date and work.document_date < start:
        work.skip(
            "before_start_date", f"{work.label} is dated {work.document_date}, before the sync's start date {start}."
        )
        return False
    verdict = flow.verdict(work.record, context)
    if verdict.action != "deliver":
        work.skip(verdict.code, verdict.reason)
        return False
    return True


def _same_as_delivered(work: Work) -> bool:
    row = work.row
    return row is not None and row.source_version == work.version and not row.next_operation and not work.record.deleted


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
    try:
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
    except ConnectorError as error:
        work.park(error.code, error.message, field=error.field, value=error.value)
        return
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
