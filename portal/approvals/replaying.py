"""Replays above the amount as something a second person approves: of records, of differences, of a look-alike."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import Http404
from django.urls import reverse

from integrations.approvals.gate import rule_of
from integrations.approvals.replays import Booking, booking_of, replay_deed
from integrations.engine.decisions import post_anew
from integrations.engine.reconcile.heal import booked_again, heal
from integrations.engine.syncs import replay
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Reconciliation, Sync, SyncRecord
from portal.approvals.publishing import sync_of
from portal.approvals.undoing import sum_words
from portal.approvals.wanted import Wanted, number_of
from portal.models import Tenant
from portal.queries.reconciliation import chosen, shown
from portal.queries.syncs import flow_label
from portal.queries.undo import RECORDS_SHOWN, lines_of


def replaying(tenant: Tenant, what: dict[str, Any]) -> Wanted:
    """Make out a replay of records (`sync`, `ids`). Raises ConfigurationError where nothing would be booked."""
    sync, ids = sync_of(tenant, what["sync"]), [int(each) for each in what["ids"]]
    booking = booking_of(sync, record_ids=ids)

    def run(actor: str, approval: int) -> str:
        number = replay(sync, record_ids=ids, actor=actor, approval=approval)
        return f"{number_of(number, 'record is', 'records are')} looked at again as soon as a worker is free."

    return _wanted("replay", sync, booking, "replay", ids, what, f"Try {_named(booking)} again", run)


def posting_anew(tenant: Tenant, what: dict[str, Any]) -> Wanted:
    """Make out the posting of a record beside which a look-alike stands (`record`)."""
    record = SyncRecord.objects.for_tenant(tenant).select_related("sync").filter(pk=what["record"]).first()
    if record is None:
        raise Http404("No such record.")
    sync, anew = sync_of(tenant, record.sync_id), [record.pk]
    booking = booking_of(sync, record_ids=(), anew=anew)

    def run(actor: str, approval: int) -> str:
        post_anew(record, actor=actor, approval=approval)
        return "It is posted as a document of its own."

    return _wanted("post-anew", sync, booking, "post anew", anew, what, f"Post {record} beside its look-alike", run)


def healing(tenant: Tenant, what: dict[str, Any]) -> Wanted:
    """Make out the healing of differences of a reconciliation (`reconciliation`, `names`)."""
    try:
        found = shown(tenant, what["reconciliation"])
    except Reconciliation.DoesNotExist as error:
        raise Http404("No such reconciliation.") from error
    if found.reconciliation.state != Reconciliation.State.OPEN:
        raise ConfigurationError(
            "It is signed off: reconcile the period again, and heal what that finds.", code="signed_off"
        )
    sync, differences = sync_of(tenant, found.reconciliation.sync_id), chosen(found.report, what["names"])
    tried, anew = booked_again(sync, differences)
    booking = booking_of(sync, record_ids=tried, anew=anew)

    def run(actor: str, approval: int) -> str:
        begun = heal(sync, differences, actor=actor, approval=approval).begun
        return f"{number_of(sum(begun.values()), 'difference is', 'differences are')} being healed."

    title = f"Heal {number_of(len(differences), 'difference', 'differences')}"
    return _wanted("heal", sync, booking, "heal", sorted({*tried, *anew}), what, title, run)


def _wanted(
    kind: str,
    sync: Sync,
    booking: Booking,
    way: str,
    ids: Sequence[int],
    what: dict[str, Any],
    title: str,
    run: Callable[[str, int], str],
) -> Wanted:
    if not booking.records:
        raise ConfigurationError("None of it would be booked again any more.", code="nothing_to_replay")
    lines = lines_of(sync, booking.records)

    def run_at_once(actor: str, approval: int) -> str:
        said = run(actor, approval)
        start_due()
        return said

    return Wanted(
        kind=kind,
        deed=replay_deed(sync, booking, way=way, ids=ids),
        what=what,
        title=f"{title} in {sync.name}",
        facts=(("Sync", sync.name), *((line.kind, sum_words(line)) for line in lines)),
        url=_url_of(what, booking),
        template="approvals/replay.html",
        is_held=booking.is_above(rule_of(sync.tenant_id)),
        run=run_at_once,
        page={
            "rows": [(each, flow_label(sync.pair, each.flow), "") for each in booking.records[:RECORDS_SHOWN]],
            "more": max(len(booking.records) - RECORDS_SHOWN, 0),
            "lines": lines,
        },
    )


def _named(booking: Booking) -> str:
    if len(booking.records) == 1:
        return str(booking.records[0])
    return f"{len(booking.records):,} records"


def _url_of(what: dict[str, Any], booking: Booking) -> str:
    if "reconciliation" in what:
        return reverse("reconciliation_detail", args=[what["reconciliation"]])
    return reverse("record_detail", args=[booking.records[0].pk])
