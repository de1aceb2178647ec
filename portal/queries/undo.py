"""What the page of an undo shows: its plan in order, and the sums that are taken back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.engine.undo import Plan
from integrations.models import Sync, SyncRecord
from portal.queries.syncs import flow_label, flows_of

RECORDS_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What is reversed, or booked again, of one kind in one currency."""

    kind: str
    currency: str
    number: int
    total: Decimal


def plan_shown(sync: Sync, plan: Plan) -> dict[str, object]:
    """Give what `undo/plan_tables.html` shows of a plan."""
    every = _in_order(sync, plan)
    return {
        "plan": plan,
        "rows": [(record, flow_label(sync.pair, record.flow)) for record in every[:RECORDS_SHOWN]],
        "children": {record.pk for record in plan.children},
        "more": max(len(every) - RECORDS_SHOWN, 0),
        "number": len(every),
        "lines": lines_of(sync, every),
    }


def _in_order(sync: Sync, plan: Plan) -> list[SyncRecord]:
    """List what is applied before what it is applied to, refunds and payments before invoices; newest first."""
    flows = [flow.slug for flow in flows_of(sync.pair)]
    place = {slug: number for number, slug in enumerate(reversed(flows))}
    newest = sorted(
        (*plan.children, *plan.records), key=lambda each: (str(each.document_date or ""), each.pk), reverse=True
    )
    return sorted(newest, key=lambda each: place.get(each.flow, len(place)))


def lines_of(sync: Sync, records: Sequence[SyncRecord]) -> list[Line]:
    """Add up records by kind and currency, in their order: kinds have different signs."""
    found: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for record in records:
        found[(record.flow, record.currency)].append(record.amount or Decimal(0))
    kinds = list(dict.fromkeys(record.flow for record in records))
    return [
        Line(kind=flow_label(sync.pair, flow), currency=currency, number=len(some), total=sum(some, Decimal(0)))
        for (flow, currency), some in sorted(found.items(), key=lambda each: (kinds.index(each[0][0]), each[0][1]))
    ]
