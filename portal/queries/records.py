"""What the pages of records and problems show."""

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from integrations.models import Link, Sync, SyncRecord
from portal.models import Tenant

CHILDREN_SHOWN = 20


def search_records(
    tenant: Tenant, *, text: str = "", sync_id: str = "", flow: str = "", state: str = ""
) -> QuerySet[SyncRecord]:
    """Find a company's records by key, label or id in the target, by sync, flow and state."""
    records: QuerySet[SyncRecord] = SyncRecord.objects.for_tenant(tenant)
    if sync_id.isascii() and sync_id.isdigit():
        records = records.filter(sync_id=int(sync_id))
    if flow:
        records = records.filter(flow=flow)
    if state in SyncRecord.State.values:
        records = records.filter(state=state)
    return records.filter(_matches(tenant, text)) if text else records


def _matches(tenant: Tenant, text: str) -> Q:
    linked = Link.objects.for_tenant(tenant).filter(external_id=text).values("natural_key")
    return Q(natural_key__startswith=text) | Q(label__icontains=text) | Q(natural_key__in=linked)


def records_by_id(tenant: Tenant, ids: Sequence[int]) -> dict[int, SyncRecord]:
    """Give records by id, for rows of the trail that hold only that."""
    return {record.pk: record for record in SyncRecord.objects.for_tenant(tenant).filter(pk__in=set(ids))}


def links_of(record: SyncRecord) -> list[Link]:
    """Give a record's documents in the target, newest revision first."""
    links = Link.objects.for_tenant(record.tenant_id).filter(**_sides(record))
    return list(links.filter(flow=record.flow, natural_key=record.natural_key).order_by("-revision"))


def links_by_key(records: Sequence[SyncRecord]) -> dict[tuple[str, str], str]:
    """Give the newest id in the target of each record, by flow and key."""
    if not records:
        return {}
    keys = {record.natural_key for record in records}
    rows = Link.objects.for_tenant(records[0].tenant_id).filter(natural_key__in=keys).order_by("revision")
    newest = rows.values_list("flow", "natural_key", "external_id")
    return {(flow, key): external_id for flow, key, external_id in newest}


def parents_of(record: SyncRecord) -> list[SyncRecord]:
    """Give the records that this one waits for, as far as they are known."""
    wanted = {(flow, key) for flow, _, key in (name.partition(":") for name in record.waits_for)}
    if not wanted:
        return []
    rows = SyncRecord.objects.for_tenant(record.tenant_id).filter(**_sides(record))
    found = rows.filter(natural_key__in=[key for _, key in wanted])
    return [row for row in found if (row.flow, row.natural_key) in wanted]


def children_of(record: SyncRecord) -> list[SyncRecord]:
    """Give the first records that wait for this one."""
    rows = SyncRecord.objects.for_tenant(record.tenant_id).filter(**_sides(record))
    waiting = rows.filter(waits_for__contains=[f"{record.flow}:{record.natural_key}"])
    return list(waiting.order_by("-id")[:CHILDREN_SHOWN])


def _sides(record: SyncRecord) -> dict[str, str]:
    """Bound a look-up to the two systems that a record moves between."""
    return {"source_identity": record.source_identity, "target_identity": record.target_identity}


def sync_of(record: SyncRecord) -> Sync:
    """Give a record's sync with both sides."""
    return Sync.objects.for_tenant(record.tenant_id).select_related("source", "target").get(pk=record.sync_id)
