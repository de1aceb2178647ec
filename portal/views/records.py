"""Records: search, and one of them with its timeline across both systems."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from audit.queries import attempts_of_record
from integrations import registry
from integrations.approvals.replays import is_above
from integrations.engine.standing import UNDO, UNDONE
from integrations.engine.syncs import replay
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Sync, SyncRecord
from portal.causes import cause_of
from portal.paging import page_by_id
from portal.permissions import Ability
from portal.queries.records import (
    Search,
    children_of,
    decisions_about,
    further_of,
    linked_ids,
    links_of,
    outline_of,
    parents_of,
    search_records,
    stands_beside,
    sync_of,
    unread_of,
)
from portal.queries.syncs import flow_label, flows_of
from portal.states import choices
from portal.tenancy import current_tenant, current_user, requires
from portal.timeline import document_url, entries_of, reading_side, writing_side
from portal.ui import crumbs
from portal.views.approvals import refused

ATTEMPTS_SHOWN = 30
FILTERS = {
    "q": "text", "sync": "sync", "flow": "flow", "state": "state", "currency": "currency", "from": "start", "to": "end",
}  # fmt: skip
FILES = (("csv", "CSV"), ("xlsx", "Excel"), ("jsonl", "JSON Lines"))
STANDING = (SyncRecord.State.DELIVERED, SyncRecord.State.DIFFERENT)
IN_FLIGHT = (SyncRecord.State.OPEN, SyncRecord.State.UNKNOWN)
UNSETTLED = (*IN_FLIGHT, SyncRecord.State.DUE, SyncRecord.State.WAITING)


@requires(Ability.VIEW)
@require_safe
def record_list(request: HttpRequest) -> HttpResponse:
    """Search records by any number, name, key or id, by customer, amount, date and state."""
    tenant = current_tenant(request)
    syncs = {sync.pk: sync for sync in Sync.objects.for_tenant(tenant).order_by("name")}
    wanted = search_of(request)
    page = page_by_id(request, search_records(tenant, wanted))
    ids = linked_ids(page.rows)
    given = {name: request.GET.get(name, "") for name in FILTERS if request.GET.get(name, "")}
    shown = {
        "page": page,
        "rows": [(row, flow_label(syncs[row.sync_id].pair, row.flow), ids.get(row.pk, "")) for row in page.rows],
        "wanted": wanted,
        "is_filtered": bool(given),
        "has_days": bool(wanted.start or wanted.end or wanted.currency),
        "sync_choices": [(str(sync.pk), sync.name) for sync in syncs.values() if sync.trial_of_id is None],
        "flow_choices": _flow_choices({sync.pair for sync in syncs.values()}),
        "state_choices": choices("record", SyncRecord.State.values),
        "exports": [(word, f"{reverse('record_export')}?{urlencode({**given, 'as': kind})}") for kind, word in FILES],
        "trail_url": reverse("trail_export"),
    }
    return render(request, "records/list.html", shown)


def search_of(request: HttpRequest) -> Search:
    """Read what somebody looks for from an address."""
    typed = {field: request.GET.get(name, "").strip()[:200] for name, field in FILTERS.items()}
    return Search(**typed)


@requires(Ability.VIEW)
@require_safe
def record_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one record: what became of it, and everything that was tried and decided."""
    record = record_or_404(request, pk)
    sync = sync_of(record)
    page = page_by_id(request, attempts_of_record(record.tenant_id, record.pk), ATTEMPTS_SHOWN)
    entries = entries_of(
        record,
        sync,
        page.rows,
        earlier=outline_of(record),
        changes=decisions_about(record),
        is_last=not page.older_url,
    )
    links, parents, further = links_of(record), parents_of(record), further_of(record)
    is_being_undone = record.decision == UNDO and record.state in UNSETTLED
    shown = {
        "record": record,
        "sync": sync,
        "flow": flow_label(sync.pair, record.flow),
        "page": page,
        "entries": entries,
        "links": [(link, _target_url(sync, record.flow, link.external_id)) for link in links],
        "further": [
            (one, facts, document_url(writing_side(sync, record.flow), one.sink, one.external_id))
            for one, facts in further
        ],
        "source_url": _source_url(sync, record),
        "source": reading_side(sync, record.flow),
        "target": writing_side(sync, record.flow),
        "cause": cause_of(record.code, sync.target, sync.source) if record.problem_id and record.code else None,
        "look_alikes": _look_alikes(record, sync),
        "parents": parents,
        "unread": unread_of(record, sync, parents),
        "children": children_of(record),
        "is_being_undone": is_being_undone,
        "replay_label": "" if is_being_undone else _replay_label(record),
        "is_held": not is_being_undone and is_above(sync, record_ids=[record.pk]),
        "awaiting": _awaiting(sync, record),
        "may_be_undone": not is_being_undone
        and (stands_beside(further) or any(link.is_ours and link.state == link.State.STANDING for link in links)),
        "crumbs": crumbs(("Records", reverse("record_list")), record.label or record.natural_key),
    }
    return render(request, "records/detail.html", shown)


def _awaiting(sync: Sync, record: SyncRecord) -> str:
    """Say what a document that is booked but not final waits for, in its system's own word."""
    connector = registry.connectors().get(writing_side(sync, record.flow).connector)
    return f"Awaiting {connector.awaits}" if connector else "Not final yet"


def _look_alikes(record: SyncRecord, sync: Sync) -> list[tuple[str, str]]:
    """Give the documents that a record may be, each with its page there."""
    if record.problem is None or record.code not in ("possible_duplicate", "duplicate_in_target"):
        return []
    ids = [each.strip() for each in record.problem.value.split(",") if each.strip()]
    return [(each, _target_url(sync, record.flow, each)) for each in ids]


@requires(Ability.OPERATE)
@require_POST
def record_replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Have one record looked at again."""
    record = record_or_404(request, pk)
    sync = sync_of(record)
    try:
        number = replay(sync, record_ids=[record.pk], actor=current_user(request).email)
    except ConfigurationError as refusal:
        return refused(request, refusal, "record", pk, "record_detail", pk)
    if number:
        start_due()
        messages.success(request, replayed_sentence(sync, 1))
    else:
        messages.info(request, "It is in flight just now. What came of it shows here in a moment.")
    return redirect("record_detail", pk=pk)


def record_or_404(request: HttpRequest, pk: int) -> SyncRecord:
    """Give a record of the company in use, with its problem and its sync."""
    rows = SyncRecord.objects.for_tenant(current_tenant(request)).select_related("problem", "sync")
    return get_object_or_404(rows, pk=pk)


def replayed_sentence(sync: Sync, number: int) -> str:
    """Say what a replay leads to."""
    what = "It is" if number == 1 else f"{number:,} records are"
    if sync.state != Sync.State.ACTIVE:
        return f"{what} looked at again as soon as {sync.name} is switched on."
    return f"{what} looked at again as soon as a worker is free. What is booked already is only read back."


def _flow_choices(pairs: set[str]) -> list[tuple[str, str]]:
    return sorted({(flow.slug, flow.label) for slug in pairs for flow in flows_of(slug)}, key=lambda each: each[1])


def _replay_label(record: SyncRecord) -> str:
    if record.state in IN_FLIGHT:
        return ""
    if record.state in STANDING:
        return "Read back"
    return "Post it anew" if record.code == UNDONE else "Try again"


def _target_url(sync: Sync, flow_slug: str, external_id: str) -> str:
    sink = next((flow.sink for flow in flows_of(sync.pair) if flow.slug == flow_slug), "")
    return document_url(writing_side(sync, flow_slug), sink, external_id)


def _source_url(sync: Sync, record: SyncRecord) -> str:
    stream = next((flow.stream for flow in flows_of(sync.pair) if flow.slug == record.flow), "")
    return document_url(reading_side(sync, record.flow), stream, record.natural_key)
