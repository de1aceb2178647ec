"""Takes records as far as a run would before its first call: judged, with parents, mapped, drafted; nothing is kept."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from integrations.contracts import Booked, Draft, Facts, Flow, LedgerEntry, LinkView, Need, Record, Standing
from integrations.engine.companions import further_views, is_further
from integrations.engine.drafting import context_of
from integrations.engine.faults import parking_faults
from integrations.engine.hits import judge_hits
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.reading import Read, read_keys
from integrations.engine.singly import find_each
from integrations.engine.store import load_links, load_rows
from integrations.engine.triage import judge_missing, park_unreadable, triage
from integrations.engine.work import FlowPlan, State, Work
from integrations.entries import of_journal
from integrations.errors import ConnectorError
from integrations.periods import posting_day

Name = tuple[str, str]  # flow, key
_ROUNDS = 4  # records of one flow that wait for others of the same
_LOOKED_UP_AT_ONCE = 100


@dataclass(slots=True)
class Foreseen:
    """What would become of each record, by flow and key. `asked`: it was asked about; the others are its parents."""

    works: dict[Name, Work] = field(default_factory=dict)
    drafts: dict[Name, tuple[Draft, ...]] = field(default_factory=dict)
    reversals: dict[Name, tuple[Draft, ...]] = field(default_factory=dict)  # of what is posted only to be reversed
    entries: dict[Name, tuple[tuple[Draft, LedgerEntry], ...]] = field(default_factory=dict)
    linked: dict[Name, str] = field(default_factory=dict)  # found in the target: it would be linked, not booked
    asked: set[Name] = field(default_factory=set)
    unchanged: int = 0


def token_of(name: Name) -> str:
    """Give what stands for the id that a record will only get when it is booked; letters and figures alone."""
    return f"new{hashlib.sha256(':'.join(name).encode()).hexdigest()[:14]}"


def label_of(seen: Foreseen, name: Name) -> str:
    """Give what people call a record that was looked at."""
    work = seen.works.get(name)
    return work.label if work is not None and work.label else " ".join(name)


def foresee(ground: Ground, asked: Read, *, looks_up: bool = False, is_forced: bool = False) -> Foreseen:
    """Give what a run would do with these records and with the parents that they need and that do not stand yet.

    Parents not booked yet are stood in for by what their own drafts say. `looks_up`: what would be booked is looked up
    in the target first, as a run does (reads only). `is_forced`: parents that cannot be drafted are stood in for, too.
    """
    state, seen = ground.state, Foreseen()
    state.stand_ins.clear()
    state.foreseen.clear()
    seen.asked = {(flow, key) for flow, records in asked.records.items() for key in records}
    read = _with_parents(ground, asked)
    for slug, plan in state.plans.items():
        records = read.records.get(slug, {})
        left = list(records.values())
        for _ in range(_ROUNDS):
            works = _look(ground, plan, left)
            _foresee(ground, plan, works, seen, looks_up=looks_up)
            left = [records[w.key] for w in works if w.state == State.WAITING and _is_answered(ground, w)]
            if not left:
                break
        broken = [one for one in read.unreadable.get(slug, {}).values() if one.key not in records]
        for work in park_unreadable(broken, {}):
            seen.works[(slug, work.key)] = work
        if is_forced:
            _stand_in_for_all(ground, slug, records, seen)
    return seen


# Parents


def needs_of(plan: FlowPlan, record: Record, ground: Ground) -> tuple[Need, ...]:
    """Give what a record needs if it would be posted at all; nothing where that cannot be told."""
    context = context_of(ground.state, plan.flow, {})
    with suppress(ConnectorError, LookupError, ArithmeticError, ValueError, TypeError, AttributeError):
        if record.body is not None and plan.flow.verdict(record, context).action in ("deliver", "withdraw"):
            return plan.flow.needs(record, context)
    return ()


def _with_parents(ground: Ground, asked: Read) -> Read:
    """Add the records that are needed and not linked yet, children before parents."""
    state, read = ground.state, Read(unreadable={flow: dict(each) for flow, each in asked.unreadable.items()})
    for slug, records in asked.records.items():
        read.records[slug] = dict(records)
    for slug in reversed(list(state.plans)):
        fresh = list(read.records.get(slug, {}).values())
        while fresh:
            needs = [need for record in fresh for need in needs_of(state.plans[slug], record, ground)]
            fresh = _fetch(ground, slug, needs, read)
    return read


def _fetch(ground: Ground, slug: str, needs: Sequence[Need], read: Read) -> list[Record]:
    """Read the parents that are not known yet; give those of the same flow, which may need others in turn."""
    state, own = ground.state, list[Record]()
    wanted = [need for need in needs if need.flow in state.plans and need.key not in read.records.get(need.flow, {})]
    linked = load_links(state, wanted)
    for flow in dict.fromkeys(need.flow for need in wanted):
        keys = {need.key for need in wanted if need.flow == flow and (flow, need.key) not in linked}
        records, unreadable = read_keys(ground, state.plans[flow].flow, keys)
        read.put(flow, records, unreadable)
        own += records if flow == slug else []
    return own


# One flow


def _look(ground: Ground, plan: FlowPlan, records: Sequence[Record]) -> list[Work]:
    """Judge records as a run would; what is held up or waits is judged as if it were due."""
    state = ground.state
    known = load_rows(state, plan.flow.slug, [record.key for record in records])
    rows = {key: replace(row, state=State.DUE, wanted_order=0) for key, row in known.items()}
    whole = [record for record in records if record.body is not None]
    gone = [rows[record.key] for record in records if record.body is None and record.key in rows]
    works = [*triage(state, plan, whole, rows), *judge_missing(state, plan, gone)]
    for work in works:
        if work.prepare is not None:
            work.prepare()
    return works


def _is_answered(ground: Ground, work: Work) -> bool:
    """Tell whether all that a record waits for was settled meanwhile, by this look itself."""
    state = ground.state
    names = [(flow, key) for flow, _, key in (name.partition(":") for name in work.waits_for)]
    settled = [n in state.stand_ins or state.foreseen.get(n, ("", "", ""))[0] == State.SKIPPED for n in names]
    return bool(settled) and all(settled)


def _foresee(ground: Ground, plan: FlowPlan, works: Sequence[Work], seen: Foreseen, *, looks_up: bool) -> None:
    flow = plan.flow
    found = _look_up(ground, plan, works) if looks_up else {}
    for work in works:
        name = (flow.slug, work.key)
        seen.works[name] = work
        ground.state.foreseen.pop(name, None)
        if work.key in found:
            seen.linked[name], ground.state.stand_ins[name] = found[work.key].external_id, found[work.key]
            work.drafts, work.state = (), State.DELIVERED
        elif work.drafts and work.aim.mode == "deliver":
            ground.state.stand_ins[name] = _stand_in(ground, name, work)
            _keep(ground, flow, work, seen)
        elif work.drafts:
            _keep(ground, flow, work, seen)
        elif work.state in (State.SKIPPED, State.PARKED, State.WAITING):
            ground.state.foreseen[name] = (work.state, work.code, work.reason)


def _stand_in(ground: Ground, name: Name, work: Work) -> LinkView:
    """Give the link that a record will have once its drafts are booked."""
    makes = [draft for draft in work.drafts if draft.makes == "link" and not draft.writes_back]
    first = makes[0] if makes else work.drafts[0]
    facts = first.facts
    for draft in makes[1:]:
        said = {one: value for one in Facts.__slots__ if (value := getattr(draft.facts, one)) is not None}
        if draft.operation.startswith(("release", "apply")):
            facts = replace(facts, **_kept(said))
    made = ground.state.pair.id_of
    token = work.link.external_id if work.link and work.link.external_id else token_of(name)
    external_id = made(first, token) if made and not work.link else token
    return LinkView(
        external_id=external_id,
        facts=facts,
        revision=work.revision,
        source_version=work.version,
        details_version=work.aim.token or work.details,
        reference=first.reference,
        companions=further_views(work.drafts, token),
    )


def _kept(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name in ("applied", "posting_date")}


def _stand_in_for_all(ground: Ground, slug: str, records: Mapping[str, Record], seen: Foreseen) -> None:
    state = ground.state
    for key in records:
        work = seen.works.get((slug, key))
        is_held = work is not None and work.state in (State.PARKED, State.WAITING)
        if is_held and (slug, key) not in state.stand_ins:
            state.stand_ins[(slug, key)] = LinkView(external_id=token_of((slug, key)), facts=Facts())
            state.foreseen.pop((slug, key), None)


# What would be looked up, and what it would make in the ledger


def _look_up(ground: Ground, plan: FlowPlan, works: Sequence[Work]) -> dict[str, LinkView]:
    """Look up what would be booked first; park what looks alike, and give what would be linked, by key.

    What belongs to a party that is new in the target cannot stand there, and is not looked up.
    """
    tokens = {link.external_id for name, link in ground.state.stand_ins.items() if token_of(name) in link.external_id}
    asked = [w for w in works if w.drafts and w.link is None and w.drafts[0].facts.customer not in tokens]
    asked = [w for w in asked if w.aim.mode == "deliver" and not w.drafts[0].writes_back and not w.operation]
    sink, found = ground.state.sink_session(plan.flow).sink(plan.flow.sink), dict[str, LinkView]()
    for start in range(0, len(asked), _LOOKED_UP_AT_ONCE):
        batch = asked[start : start + _LOOKED_UP_AT_ONCE]
        hits, faults = find_each(sink, [work.drafts[0] for work in batch])
        for work in batch:
            reference = work.drafts[0].reference
            if fault := faults.get(reference):
                work.park(fault.code, f"{work.label}: {fault.message}", field=fault.field, value=fault.value)
                continue
            ending = judge_hits(work, hits.get(reference, ()))
            if ending is not None and ending.found is not None:
                found[work.key] = LinkView(external_id=ending.found.external_id, facts=ending.found.facts)
    return found


def _keep(ground: Ground, flow: Flow, work: Work, seen: Foreseen) -> None:
    """Keep the drafts and what they make in the ledger; a withdrawn record is posted and reversed in one pass."""
    name, context = (flow.slug, work.key), context_of(ground.state, flow, {})
    maker = ground.state.pair.entries or of_journal
    own = work.drafts[work.operation :] if work.aim.mode == "deliver" else work.drafts
    entries = list[tuple[Draft, LedgerEntry]]()
    with parking_faults(work):
        if work.aim.mode == "reverse" and work.standing is not None:
            entries += _mirrored(own[0], (m for b in work.standing.booked for m in maker(b.draft, context)))
        else:
            entries += [(draft, entry) for draft in own for entry in maker(draft, context)]
        reversal = _reversal(ground, flow, work) if work.aim.reverses_next else ()
        if reversal:
            entries += _mirrored(reversal[0], [entry for _, entry in entries])
            seen.reversals[name] = reversal
    if work.drafts:
        seen.drafts[name], seen.entries[name] = own, tuple(entries)


def _mirrored(draft: Draft, entries: Iterable[LedgerEntry]) -> list[tuple[Draft, LedgerEntry]]:
    return [(draft, replace(entry, amount=-entry.amount)) for entry in list(entries)]


def _reversal(ground: Ground, flow: Flow, work: Work) -> tuple[Draft, ...]:
    """Draft the reversal of what is posted only to be reversed."""
    state = ground.state
    context = context_of(state, flow, {})
    link = state.stand_ins[(flow.slug, work.key)]
    day = flow.verdict(work.record, context).on or state.today
    module = flow.posts_in(link, state.sync.policies)
    ids = {one.reference: one.external_id for one in link.companions}
    booked = tuple(
        Booked(draft=draft, external_id=ids[draft.reference] if is_further(draft) else link.external_id)
        for draft in work.drafts
        if draft.makes != "nothing"
    )
    company = next(filter(None, (flow.company(one.draft.payload) for one in booked)), "")
    on = posting_day(day, state.references_of(flow), module, work.period_policy, work.label, company)
    standing = Standing(key=work.key, label=work.label, link=link, booked=booked, on=on)
    links = {(flow.slug, work.key): link}
    return flow.reverse(standing, context_of(state, flow, links)) if flow.reverse else ()
