"""What the mapping makes of records beside the drafts: the document it reads, its values, and the problems."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from integrations.contracts import Context, Record, SourceDocument
from integrations.engine.drafting import context_of
from integrations.engine.parents import load_parents
from integrations.engine.rehearsal.foreseeing import needs_of
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.work import FlowPlan
from integrations.errors import ConnectorError
from mappings.apply import Applied, CompiledMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One record as the mapping sees it, and what it makes of it."""

    record: Record
    document: SourceDocument
    applied: Applied
    on: date | None


def looks(
    ground: Ground, plan: FlowPlan, records: Sequence[Record], mapping: CompiledMapping | None = None
) -> Iterator[Look]:
    """Give what a mapping (the plan's own unless another is given) makes of each record that would be posted at all.

    Parents are linked or stood in for as the last look ahead left them.
    """
    state, flow, chosen = ground.state, plan.flow, mapping or plan.mapping
    needs = {record.key: needs_of(plan, record, ground) for record in records}
    parents = load_parents(state, (need for found in needs.values() for need in found))
    context = context_of(state, flow, parents.links)
    for record in records:
        look = look_at(ground, plan, record, context, chosen)
        if look is not None:
            yield look


def look_at(
    ground: Ground, plan: FlowPlan, record: Record, context: Context, mapping: CompiledMapping | None = None
) -> Look | None:
    """Give what a mapping makes of one record; None for one that would not be posted at all, or cannot be shown."""
    flow, chosen = plan.flow, mapping or plan.mapping
    with suppress(ConnectorError, LookupError, ArithmeticError, ValueError, TypeError, AttributeError):
        if record.body is None or flow.verdict(record, context).action not in ("deliver", "withdraw"):
            return None
        on = flow.document_date(record, context)
        document = flow.source(record, context)
        applied = chosen.apply(document.header, document.lines, on=on, zone=ground.state.source_zone)
        return Look(record=record, document=document, applied=applied, on=on)
    return None
