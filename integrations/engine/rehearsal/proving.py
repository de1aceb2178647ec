"""Mapping proofs: every source value of the last 12 months resolves, fits and balances, or a record shows that not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.contracts import Flow, Record
from integrations.engine.rehearsal.foreseeing import foresee
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.judging import judge
from integrations.engine.rehearsal.ledger import unbalanced
from integrations.engine.rehearsal.plain import Plain, draft_plainly
from integrations.engine.rehearsal.reading import read_year
from integrations.engine.work import FlowPlan

_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterExample:
    """One way in which a mapping fails, with the first record that shows it; a fault of the rows alone has none."""

    flow: str
    code: str
    field: str
    value: str
    said: str
    key: str = ""
    label: str = ""
    records: int = 0

    def as_json(self) -> dict[str, Any]:
        """Give it as a report keeps it, with the name by which it is accepted."""
        said = {name: getattr(self, name) for name in self.__slots__}
        return {**said, "name": "|".join((self.flow, self.code, self.field, self.value))[:300]}


def prove(ground: Ground) -> dict[str, Any]:
    """Prove every flow's mapping on the last 12 months; the report is ready for JSON."""
    read = read_year(ground)
    foresee(ground, read, is_forced=True)
    found, proved = list[CounterExample](), dict[str, int]()
    for slug in ground.state.plans:
        records = list(read.records.get(slug, {}).values())
        examples = [*prove_rows(ground, slug), *prove_flow(ground, ground.plan(slug), records)]
        proved[slug] = len(records)
        found += examples
    return {
        "records": proved,
        "versions": {slug: version.version for slug, version in ground.versions.items()},
        "proved": not found,
        "faults": [one.as_json() for one in found[:_KEPT]],
    }


def prove_rows(ground: Ground, slug: str) -> list[CounterExample]:
    """Give what is wrong with a flow's rows, maps and filters without any record."""
    problems = judge(ground.plan(slug).flow, ground.versions[slug], ground.fields[slug])
    return [
        CounterExample(flow=slug, code=one.code, field=one.field, value=one.value or one.row_id, said=str(one))
        for one in problems
    ]


def prove_flow(ground: Ground, plan: FlowPlan, records: Sequence[Record]) -> Iterator[CounterExample]:
    """Prove a flow's mapping on these records, whose parents the last look ahead stood in for; give what fails.

    Only what the mapping is to blame for counts: a payment that its target cannot take is no fault of the rows.
    """
    slug, counted = plan.flow.slug, dict[tuple[str, str, str], list[Plain]]()
    for plain in draft_plainly(ground, plan, records):
        for code, target, value, said in _failures(ground, plan.flow, plain):
            plain.said = said
            counted.setdefault((code, target, value), []).append(plain)
    for (code, target, value), held in counted.items():
        first = held[0]
        yield CounterExample(
            flow=slug,
            code=code,
            field=target,
            value=value,
            said=first.said,
            key=first.look.record.key,
            label=first.label,
            records=len(held),
        )


def _failures(ground: Ground, flow: Flow, plain: Plain) -> Iterator[tuple[str, str, str, str]]:
    """Give (code, field, value, sentence) of what is wrong with one record's drafts."""
    if plain.code:
        if plain.is_of_mapping:
            yield plain.code, plain.field, plain.value, plain.said
        return
    yield from _unknown_references(ground, flow, plain)
    if left := unbalanced(plain.entries):
        said = f"{plain.label}: its entries do not balance, {left} is left over. Look at the rows of amounts."
        yield "unbalanced", "entries", "", said
    first = plain.drafts[0] if plain.drafts else None
    if first is None or plain.money is None or not flow.is_document:
        return
    facts, money = first.facts, plain.money
    if facts.currency and facts.currency != money.currency:
        said = f"{plain.label} is in {money.currency}, but its draft says {facts.currency}."
        yield "wrong_currency", "currency", facts.currency, said
    is_journal = bool(facts.lines) and not sum(line.amount for line in facts.lines or ())
    total = None if facts.total is None else facts.total + _shared(plain)
    if total is not None and not is_journal and abs(total) != abs(money.amount):
        said = f"{plain.label} comes to {money.amount} {money.currency}, but its draft to {total}."
        yield "totals_disagree", "total", "", said


def _shared(plain: Plain) -> Decimal:
    """Add up what further documents carry of a record's own amount."""
    shares = {draft.reference: draft.facts.total or Decimal(0) for draft in plain.drafts if draft.makes == "share"}
    return sum(shares.values(), Decimal(0))


def _unknown_references(ground: Ground, flow: Flow, plain: Plain) -> Iterator[tuple[str, str, str, str]]:
    known = ground.state.references_of(flow)
    for reference in (reference for draft in plain.drafts for reference in draft.references):
        entry = known.get((reference.kind, reference.code))
        if entry is None or not entry.is_active:
            what = "is inactive" if entry else "does not exist"
            said = f"{plain.label}: {reference.kind.replace('_', ' ')} {reference.code} {what} in the target."
            yield "missing_reference", reference.field, f"{reference.kind} {reference.code}", said
