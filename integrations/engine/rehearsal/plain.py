"""Drafts records by a mapping whatever stands of them: what proofs and comparisons of versions look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.contracts import Context, Draft, LedgerEntry, Mapped, Money, Record, Value
from integrations.engine.drafting import context_of
from integrations.engine.parents import load_parents
from integrations.engine.rehearsal.foreseeing import needs_of
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.ledger import account_name
from integrations.engine.rehearsal.mapped import Look, look_at
from integrations.engine.work import FlowPlan
from integrations.entries import of_journal
from integrations.errors import ClosedPeriodError, ConnectorError, MappingError, MissingReferenceError
from mappings.values import to_text

_OUR_FAULTS = (LookupError, ArithmeticError, ValueError, TypeError, AttributeError)
_BY_ROWS = ("totals_disagree", "no_account")  # refusals for which the rows are to blame
_FLAT_DEPTH = 6


@dataclass(slots=True, kw_only=True)
class Plain:
    """One record under a mapping: its drafts and entries, or why there are none (a code and a sentence)."""

    look: Look
    label: str
    money: Money | None
    drafts: tuple[Draft, ...] = ()
    entries: tuple[tuple[Draft, LedgerEntry], ...] = ()
    code: str = ""
    said: str = ""
    field: str = ""
    value: str = ""
    is_skipped: bool = False
    is_of_mapping: bool = False  # the mapping is at fault, not the record
    is_tried: bool = False  # the flow was asked for drafts, and no closed period kept it from telling


def draft_plainly(ground: Ground, plan: FlowPlan, records: Sequence[Record]) -> Iterator[Plain]:
    """Draft each record that would be posted at all, as if nothing of it stood.

    Parents are linked or stood in for as the last look ahead left them; a record without one is left out.
    """
    state = ground.state
    needs = {record.key: needs_of(plan, record, ground) for record in records}
    links = load_parents(state, (need for found in needs.values() for need in found)).links
    context = context_of(state, plan.flow, links)
    for record in records:
        if any((need.flow, need.key) not in links and not need.may_lack for need in needs[record.key]):
            continue
        look = look_at(ground, plan, record, context)
        if look is not None:
            yield _plain(ground, plan, look, context)


def _plain(ground: Ground, plan: FlowPlan, look: Look, context: Context) -> Plain:
    flow, applied = plan.flow, look.applied
    made = Plain(look=look, label=flow.label_of(look.record), money=flow.money(look.record))
    if applied.skipped is not None:
        made.is_skipped, made.code, made.said = True, "filtered", applied.skipped
    elif applied.problems:
        problem, made.is_of_mapping = applied.problems[0], True
        made.code, made.field, made.value = problem.code, problem.field, problem.value
        made.said = f"{made.label}: {problem.sentence}"
    else:
        _draft(ground, plan, made, context)
    return made


def _draft(ground: Ground, plan: FlowPlan, made: Plain, context: Context) -> None:
    maker = ground.state.pair.entries or of_journal
    applied = made.look.applied
    try:
        made.drafts = plan.flow.draft(made.look.record, Mapped(header=applied.header, lines=applied.lines), context)
        made.entries = tuple((draft, entry) for draft in made.drafts for entry in maker(draft, context))
    except ClosedPeriodError:
        return  # of the calendar, not of the mapping
    except ConnectorError as error:
        made.code, made.said, made.field, made.value = error.code, error.message, error.field, error.value
        made.is_of_mapping = isinstance(error, MappingError | MissingReferenceError) or error.code in _BY_ROWS
    except _OUR_FAULTS as error:
        made.code, made.is_of_mapping, made.said = (
            "our_fault",
            True,
            f"{made.label} meets a fault of ours ({type(error).__name__}).",
        )
    made.is_tried = True


def values_of(plain: Plain) -> dict[str, str]:
    """Give what was mapped and the payloads, flat: "operation payload.path" -> text."""
    flat: dict[str, str] = {}
    if plain.is_tried:
        _flatten("mapped ", plain.look.applied.header, flat, 0)
        _flatten("mapped lines", plain.look.applied.lines, flat, 0)
        for draft in plain.drafts:
            _flatten(f"{draft.operation} ", draft.payload, flat, 0)
    return flat


def _flatten(path: str, value: Value, flat: dict[str, str], depth: int) -> None:
    if isinstance(value, Mapping) and depth < _FLAT_DEPTH:
        for name, part in value.items():
            _flatten(f"{path}{'' if path.endswith(' ') else '.'}{name}", part, flat, depth + 1)
    elif isinstance(value, list | tuple) and depth < _FLAT_DEPTH:
        for number, part in enumerate(value, start=1):
            _flatten(f"{path}[{number}]", part, flat, depth + 1)
    else:
        flat[path] = str(value) if isinstance(value, Mapping | list | tuple) else to_text(value)


def sums_of(ground: Ground, plain: Plain) -> dict[tuple[str, str], Decimal]:
    """Add a record's entries up by account and currency."""
    sums: dict[tuple[str, str], Decimal] = {}
    for draft, entry in plain.entries:
        number, _ = account_name(entry.account, ground.state.references)
        name = (number or entry.text, draft.facts.currency or "")
        sums[name] = sums.get(name, Decimal(0)) + entry.amount
    return sums
