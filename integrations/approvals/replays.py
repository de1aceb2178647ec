"""What a replay would book again, and whether that is above a company's amount: by the records as they are now."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations import registry
from integrations.approvals.gate import Deed, demand, rule_of
from integrations.models import Action, ApprovalRule, Sync, SyncRecord
from mappings.models import Mapping

_IN_FLIGHT = (SyncRecord.State.OPEN, SyncRecord.State.UNKNOWN)
_STANDING = (SyncRecord.State.DELIVERED, SyncRecord.State.DIFFERENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """The records that a replay would have booked; what stands is only read back, and is none of them."""

    records: tuple[SyncRecord, ...]
    documents: tuple[SyncRecord, ...]  # without those that carry no money by their kind, such as customers
    anew: tuple[int, ...] = ()  # those that are posted whatever stands there

    def is_above(self, rule: ApprovalRule) -> bool:
        """Tell whether a second person is asked for: the documents add up to more than the rule's amount.

        A document of another currency, or of no known amount, is above it whatever it is.
        """
        if not rule.replay:
            return False
        if any(record.amount is None or record.currency != rule.replay_currency for record in self.documents):
            return True
        total = sum((abs(record.amount or Decimal(0)) for record in self.documents), Decimal(0))
        return total > rule.replay_amount


def booking_of(sync: Sync, *, record_ids: Iterable[int], anew: Iterable[int] = ()) -> Booking:
    """Give what a replay would book of these records; `anew`: those that are posted once more though they stand."""
    anew = set(anew)
    found = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, pk__in={*record_ids, *anew})
    rows = found.exclude(state__in=_IN_FLIGHT).order_by("pk")
    records = tuple(row for row in rows if row.pk in anew or row.state not in _STANDING)
    money = {flow.slug for flow in registry.pair(sync.pair).flows if flow.is_document}
    documents = tuple(record for record in records if record.flow in money)
    return Booking(records=records, documents=documents, anew=tuple(sorted(anew)))


def is_above(sync: Sync, *, record_ids: Sequence[int]) -> bool:
    """Tell whether a replay of these records asks for a second person; one query where no replay does."""
    rule = rule_of(sync.tenant_id)
    return rule.replay and booking_of(sync, record_ids=record_ids).is_above(rule)


def demand_replay(
    sync: Sync, *, way: str, record_ids: Sequence[int], anew: Sequence[int] = (), approval: int | None
) -> None:
    """Let a replay pass that books no more than the rule's amount, or that was approved. Errors as `demand`.

    Lock the sync first: then no run changes its records until the transaction's end.
    """
    rule = rule_of(sync.tenant_id)
    if rule.replay or approval is not None:
        booking = booking_of(sync, record_ids=record_ids, anew=anew)
        ids = sorted({*record_ids, *anew})
        demand(replay_deed(sync, booking, way=way, ids=ids), approval, is_held=booking.is_above(rule))


def replay_deed(sync: Sync, booking: Booking, *, way: str, ids: Sequence[int]) -> Deed:
    """Give what a replay comes to: the records as they were read and decided on, by the mappings of their flows."""
    contents = [_content(record) for record in booking.records]
    return Deed(
        tenant_id=sync.tenant_id,
        action=Action.REPLAY,
        subject=f"{way} in sync {sync.pk}: {_named(ids)}",
        content=[way, sorted(ids), booking.anew, contents, _versions(sync, booking.records)],
    )


def _named(ids: Sequence[int]) -> str:
    """Name records so that the same ones are asked for once."""
    if len(ids) == 1:
        return f"record {ids[0]}"
    return f"{len(ids)} records {hashlib.sha256(repr(sorted(ids)).encode()).hexdigest()[:12]}"


def _content(record: SyncRecord) -> list[object]:
    is_skipped = record.state == SyncRecord.State.SKIPPED  # of the other states runs make one another
    return [record.pk, record.source_version, f"{record.amount}", record.currency, record.decision, is_skipped]


def _versions(sync: Sync, records: Sequence[SyncRecord]) -> list[list[object]]:
    flows = {record.flow for record in records}
    mappings = Mapping.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, status=Mapping.Status.PUBLISHED)
    return [list(row) for row in mappings.filter(flow__in=flows).order_by("flow").values_list("flow", "version")]
