"""What the pages of records and problems show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from audit.models import Attempt, ConfigChange
from integrations import registry
from integrations.contracts import Facts
from integrations.engine.drafts import load_facts
from integrations.engine.faults import PERIOD
from integrations.models import Companion, Link, Sync, SyncRecord
from portal.models import Tenant
from portal.queries.syncs import trials_under_way

CHILDREN_SHOWN = 20
CUSTOMERS_MEANT = 20
LINKS_MEANT = 200
OUTLINED = 2000
OF_ANOTHER_KIND = "not_a_"  # what the codes of such records begin with
DECISIONS_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What somebody looks for: `text` is a number, name, key, id, reference, customer, amount or day; the rest narrows.

    All come as typed; what cannot be read narrows nothing. Records of a proof under way are found by its own sync only.
    """

    text: str = ""
    sync: str = ""
    flow: str = ""
    state: str = ""
    currency: str = ""
    start: str = ""
    end: str = ""


def search_records(tenant: Tenant, wanted: Search) -> QuerySet[SyncRecord]:
    """Find a company's records. A text costs a look-up of ids and two of customers beside; else one query."""
    records: QuerySet[SyncRecord] = SyncRecord.objects.for_tenant(tenant)
    if wanted.sync.isascii() and wanted.sync.isdigit():
        records = records.filter(sync_id=int(wanted.sync))
    else:
        records = records.exclude(sync__in=trials_under_way(tenant).values("pk"))
    if wanted.flow:
        records = records.filter(flow=wanted.flow)
    if wanted.state in SyncRecord.State.values:
        records = records.filter(state=wanted.state)
    if wanted.currency:
        records = records.filter(currency=wanted.currency[:3].upper())
    if start := day_of(wanted.start):
        records = records.filter(document_date__gte=start)
    if end := day_of(wanted.end):
        records = records.filter(document_date__lte=end)
    if wanted.state != SyncRecord.State.SKIPPED:
        records = records.exclude(of_another_kind())
    return records.filter(_matches(tenant, wanted.text)) if wanted.text else records


def of_another_kind() -> Q:
    """Match what a flow met in a stream that it shares and leaves to another flow: a payment among refunds."""
    return Q(state=SyncRecord.State.SKIPPED, code__startswith=OF_ANOTHER_KIND)


def day_of(text: str) -> date | None:
    """Read a day as typed, 2026-11-21; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def amount_of(text: str) -> Decimal | None:
    """Read an amount as people type it: 1,230.50 or 1.230,50 or -85; None for anything else."""
    plain = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace("\N{MINUS SIGN}", "-")
    if _CONTINENTAL.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    else:
        plain = plain.replace(",", "")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


_CONTINENTAL = re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+),\d{1,2}")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?")


def _matches(tenant: Tenant, text: str) -> Q:
    links = Link.objects.for_tenant(tenant)
    linked = links.filter(Q(external_id=text) | Q(reference=text) | Q(reversal_id=text) & ~Q(reversal_id=""))
    companions = Companion.objects.for_tenant(tenant)
    named = companions.filter(Q(external_id=text) | Q(reference=text)).values_list("natural_key")
    keys = [key for (key,) in linked.values_list("natural_key").union(named)[:LINKS_MEANT]]
    found = Q(natural_key__startswith=text) | Q(label__icontains=text) | Q(natural_key__in=keys)
    if (amount := amount_of(text)) is not None:
        found |= Q(amount=amount)
    if (day := day_of(text)) is not None:
        found |= Q(document_date=day)
    if customers := _customers(tenant, text):
        found |= Q(natural_key__in=links.filter(facts__customer__in=customers).values("natural_key"))
        found |= Q(natural_key__in=companions.filter(facts__customer__in=customers).values("natural_key"))
    return found


def _customers(tenant: Tenant, text: str) -> list[str]:
    """Give the ids in the target of the customers and vendors that a text may mean."""
    kinds = [flow.slug for pair in registry.pairs().values() for flow in pair.flows if not flow.is_document]
    named = SyncRecord.objects.for_tenant(tenant).filter(flow__in=set(kinds))
    named = named.filter(Q(label__icontains=text) | Q(natural_key=text))
    keys = list(named.values_list("natural_key", flat=True)[:CUSTOMERS_MEANT])
    linked = Link.objects.for_tenant(tenant).filter(flow__in=set(kinds), natural_key__in=keys)
    return list(linked.values_list("external_id", flat=True)[: 2 * CUSTOMERS_MEANT]) if keys else []


def records_by_id(tenant: Tenant, ids: Sequence[int]) -> dict[int, SyncRecord]:
    """Give records by id, for rows of the trail that hold only that."""
    return {record.pk: record for record in SyncRecord.objects.for_tenant(tenant).filter(pk__in=set(ids))}


def links_of(record: SyncRecord) -> list[Link]:
    """Give a record's documents in the target, newest revision first."""
    links = Link.objects.for_tenant(record.tenant_id).filter(**_sides(record))
    return list(links.filter(flow=record.flow, natural_key=record.natural_key).order_by("-revision"))


def further_of(record: SyncRecord) -> list[tuple[Companion, Facts]]:
    """Give a record's further documents in the target with what was last read of them, in the order booked."""
    rows = Companion.objects.for_tenant(record.tenant_id).filter(**_sides(record))
    named = rows.filter(flow=record.flow, natural_key=record.natural_key).order_by("-revision", "pk")
    return [(row, load_facts(row.facts)) for row in named]


def stands_beside(further: Sequence[tuple[Companion, Facts]]) -> bool:
    """Tell whether a further document stands: it is ours, whoever booked the record's own."""
    return any(one.state == Companion.State.STANDING for one, _ in further)


def linked_ids(records: Sequence[SyncRecord]) -> dict[int, str]:
    """Give the newest id in the target of each record, by the record's id; with one query."""
    if not records:
        return {}
    keys = {record.natural_key for record in records}
    rows = Link.objects.for_tenant(records[0].tenant_id).filter(natural_key__in=keys).order_by("revision")
    named = rows.values_list("source_identity", "target_identity", "flow", "natural_key", "external_id")
    newest = {tuple(name): external_id for *name, external_id in named}
    names = {each.pk: (each.source_identity, each.target_identity, each.flow, each.natural_key) for each in records}
    return {pk: newest[name] for pk, name in names.items() if name in newest}


def parents_of(record: SyncRecord) -> list[SyncRecord]:
    """Give the records that this one waits for, as far as they are known."""
    wanted = {(flow, key) for flow, _, key in (name.partition(":") for name in record.waits_for)}
    if not wanted:
        return []
    rows = SyncRecord.objects.for_tenant(record.tenant_id).filter(**_sides(record))
    found = rows.filter(natural_key__in=[key for _, key in wanted])
    return [row for row in found if (row.flow, row.natural_key) in wanted]


def unread_of(record: SyncRecord, sync: Sync, known: Sequence[SyncRecord]) -> list[str]:
    """Say in words what a record waits for beside the records that are known: an open period, what was not read yet."""
    seen = {f"{each.flow}:{each.natural_key}" for each in known}
    labels = {flow.slug: flow.label for flow in registry.pair(sync.pair).flows} if sync.pair in registry.pairs() else {}
    said = []
    for name in record.waits_for:
        flow, _, key = name.partition(":")
        if name == PERIOD:
            said.append("Its period to be opened in the target")
        elif name not in seen:
            said.append(f"{key} ({labels.get(flow, flow).lower()}), which was not read yet")
    return said


def children_of(record: SyncRecord) -> list[SyncRecord]:
    """Give the first records that wait for this one."""
    rows = SyncRecord.objects.for_tenant(record.tenant_id).filter(**_sides(record))
    waiting = rows.filter(waits_for__contains=[f"{record.flow}:{record.natural_key}"])
    # By an expression: in the order of the key itself PostgreSQL would walk all records, for few ever wait for one.
    return list(waiting.order_by((F("pk") + 0).desc())[:CHILDREN_SHOWN])


def outline_of(record: SyncRecord) -> list[Attempt]:
    """Give all attempts at a record without what they hold, oldest first: enough to name each by what went before."""
    attempts = Attempt.objects.for_tenant(record.tenant_id).filter(record_id=record.pk)
    shown = attempts.only("operation", "revision", "reference", "outcome", "answered_at")
    return list(shown.order_by("pk")[:OUTLINED])


def decisions_about(record: SyncRecord) -> list[ConfigChange]:
    """Give what people decided about a record: on it alone, or among others of its sync."""
    changes = ConfigChange.objects.for_tenant(record.tenant_id)
    among = Q(subject=f"sync {record.sync_id}", details__contains={"records": [record.pk]})
    return list(changes.filter(Q(subject=f"record {record.pk}") | among).order_by("-id")[:DECISIONS_SHOWN])


def _sides(record: SyncRecord) -> dict[str, str]:
    """Bound a look-up to the two systems that a record moves between."""
    return {"source_identity": record.source_identity, "target_identity": record.target_identity}


def sync_of(record: SyncRecord) -> Sync:
    """Give a record's sync with both sides."""
    return Sync.objects.for_tenant(record.tenant_id).select_related("source", "target").get(pk=record.sync_id)
