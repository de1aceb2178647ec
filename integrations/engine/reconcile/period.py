"""Reconciles a period three ways, per kind and currency: the source now, our trail, and the target read back now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from integrations.contracts import Facts, Flow, Money
from integrations.engine.reconcile.books import Books, Documents, SourceDocument, open_books, read_dated, read_keys
from integrations.engine.reconcile.case import Case
from integrations.engine.reconcile.forerunners import read_forerunners
from integrations.engine.reconcile.judge import judge_case
from integrations.engine.reconcile.ledger import Ledger, Leftovers, Standing, read_listing, read_outlying
from integrations.engine.reconcile.proofs import CODE, REASON, Proven, left_action, left_detail, read_proofs
from integrations.engine.reconcile.report import ZERO, Difference, PeriodReport, Tally
from integrations.engine.reconcile.trail import Trail, linked_ids, load_trails, owners, owners_beside
from integrations.models import Sync


@dataclass(slots=True)
class Period:
    """All that was read for a period, by flow and key. `strangers` are of records that the source dates elsewhere."""

    books: Books
    start: date
    end: date
    documents: Documents
    ledger: Ledger
    trails: dict[str, dict[str, Trail]]
    strangers: dict[str, set[str]]
    handed_on: set[tuple[str, str]] = field(default_factory=set)  # whose document stands for a later record now
    proven: dict[str, Proven] = field(default_factory=dict)  # by id: what proofs booked
    forerunners: dict[tuple[str, str], Trail] = field(default_factory=dict)  # whose document stands for these yet


def reconcile_period(sync: Sync, start: date, end: date) -> PeriodReport:
    """Reconcile the documents that the source dates in [start, end], both days included. Writes nothing anywhere.

    The number of calls depends on what the period holds, not on history. Raises ConfigurationError, TransientError.
    """
    with open_books(sync) as books:
        period = _read(books, start, end)
    return _compare(period)


# Reading


def _read(books: Books, start: date, end: date) -> Period:
    documents = read_dated(books, start, end)
    ledger = read_listing(books, start, end)
    trails = {flow.slug: load_trails(books.sync, flow.slug, documents[flow.slug]) for flow in books.flows}
    period = Period(books=books, start=start, end=end, documents=documents, ledger=ledger, trails=trails, strangers={})
    _claim(ledger, (trail for of_flow in trails.values() for trail in of_flow.values()))
    _add_strangers(period)
    period.forerunners = read_forerunners(books, documents, trails)
    for flow in books.flows:
        ahead = [trail for (slug, _), trail in period.forerunners.items() if slug == flow.slug]
        read_outlying(books, flow, ledger, {each.key: each for each in (*trails[flow.slug].values(), *ahead)}.values())
    period.handed_on = _handed_on(period)
    rest = ((each.found.external_id, each.found.reference) for each in ledger.unclaimed())
    period.proven = read_proofs(books.sync, rest)
    return period


def _claim(ledger: Ledger, trails: Iterable[Trail]) -> None:
    for trail in trails:
        ledger.claim(trail)


def _add_strangers(period: Period) -> None:
    """Learn whose the listed documents are that no record of the period claims; read those records, too."""
    books, ledger = period.books, period.ledger
    unclaimed = [each.found for each in ledger.listed if each.found.external_id not in ledger.claimed]
    known = owners(books.sync, (found.external_id for found in unclaimed))
    left = (found.reference for found in unclaimed if found.reference and found.external_id not in known)
    names: defaultdict[str, set[str]] = defaultdict(set)
    for found in (*known.values(), *owners_beside(books.sync, left).values()):
        for flow, key in found:
            names[flow].add(key)
    for each in books.flows:
        if keys := names.get(each.slug, set()) - period.documents[each.slug].keys():
            period.documents[each.slug] |= read_keys(books, each, keys)
            strangers = load_trails(books.sync, each.slug, keys)
            period.trails[each.slug] |= strangers
            period.strangers[each.slug] = keys
            _claim(ledger, strangers.values())


def _handed_on(period: Period) -> set[tuple[str, str]]:
    linked = {
        (slug, key): trail.link.external_id
        for slug, of_flow in period.trails.items()
        for key, trail in of_flow.items()
        if trail.link is not None
    }
    newest = owners(period.books.sync, linked.values())
    return {name for name, id in linked.items() if newest[id][0] != name}


# Comparing


def _compare(period: Period) -> PeriodReport:
    tally = Tally({flow.slug: flow.label for flow in period.books.flows})
    unclaimed = period.ledger.unclaimed()
    leftovers = Leftovers(each for each in unclaimed if each.found.external_id not in period.proven)
    for flow in period.books.flows:
        cases = [_case(period, flow, key, leftovers) for key in _keys(period, flow)]
        for case in cases:
            judge_case(tally, case)
        _name_duplicates(tally, cases, leftovers)
        _name_look_alikes(period, tally, flow, leftovers)
    _name_extras(period, tally, leftovers.rest())
    _tell_proven(period, tally, unclaimed)
    _remark_beside(period, tally)
    return tally.report(period.start, period.end)


def _keys(period: Period, flow: Flow) -> list[str]:
    return sorted({*period.documents[flow.slug], *period.trails[flow.slug]})


def _case(period: Period, flow: Flow, key: str, leftovers: Leftovers) -> Case:
    trail, forerunner = period.trails[flow.slug].get(key), period.forerunners.get((flow.slug, key))
    standing = _standing(period, flow, trail)
    if standing is None and trail is not None and trail.link is None:  # sent without an answer, and there
        standing = next((each for sent in sorted(trail.sent) for each in leftovers.take_referenced(sent)), None)
    return Case(
        flow=flow,
        key=key,
        document=period.documents[flow.slug].get(key),
        trail=trail,
        standing=standing,
        others=_others(period.ledger, trail),
        is_stranger=key in period.strangers.get(flow.slug, ()),
        start=period.start,
        end=period.end,
        begins=period.books.sync.start_date,
        source_name=period.books.source_name(flow),
        target_name=period.books.target_name(flow),
        is_shared=(flow.slug, key) in period.handed_on,
        forerunner=forerunner,
        held_by=_standing(period, flow, forerunner),
    )


def _standing(period: Period, flow: Flow, trail: Trail | None) -> Standing | None:
    """Give the document that a record is linked to, as it stands."""
    if trail is None or trail.link is None:
        return None
    sink = trail.booked[trail.link.external_id].sink if trail.link.external_id in trail.booked else flow.sink
    return period.ledger.get(trail.link.external_id, sink)


def _others(ledger: Ledger, trail: Trail | None) -> dict[str, Standing]:
    """Give the record's further documents that stand: replaced ones, reversals, credits."""
    if trail is None:
        return {}
    sinks = {link.external_id: "" for link in trail.links[1:]} | {link.reversal_id: "" for link in trail.links}
    sinks |= {one.external_id: one.sink for one in trail.further}
    sinks |= {each.external_id: each.sink for each in trail.others}
    return {id: held for id, sink in sinks.items() if id and (held := ledger.get(id, sink)) is not None}


# What no record of ours claims


def _name_duplicates(tally: Tally, cases: Sequence[Case], leftovers: Leftovers) -> None:
    """Name what stands once more: with a reference of ours, or by hand and equal in all that counts."""
    for case in cases:
        if case.standing is None or not case.stands:
            continue
        found, beside = case.standing.found, case.trail.beside if case.trail else set()
        twins = [twin for name in (found.reference, *sorted(beside)) for twin in leftovers.take_referenced(name)]
        twins += leftovers.take_alike(found.facts, case.standing.sink)
        for twin in twins:
            _name_duplicate(tally, case, case.standing, twin)


def _name_duplicate(tally: Tally, case: Case, standing: Standing, twin: Standing) -> None:
    amount, currency = _amount(twin.found.facts), twin.found.facts.currency or ""
    ours, other = _told_apart(standing, twin)
    tally.count("target", case.flow.slug, currency, amount)
    tally.differences.append(
        Difference(
            kind="duplicate",
            flow=case.flow.slug,
            id=case.key,
            label=case.label,
            currency=currency,
            source=case.money.amount if case.money else None,
            target=amount + _amount(standing.found.facts),
            detail=f"{case.label} stands as {ours} and once more as {other}.",
            action=f"Void {other} in {case.target_name}; {ours} is the one that we booked.",
            external_id=twin.found.external_id,
            number=twin.name,
            day=twin.found.facts.date,
        )
    )


def _told_apart(*standing: Standing) -> tuple[str, ...]:
    """Name documents as people do; those of one number by their ids, too."""
    names = [each.name for each in standing]
    if len(set(names)) == len(names):
        return tuple(names)
    return tuple(f"{each.name} (id {each.found.external_id})" for each in standing)


def _name_look_alikes(period: Period, tally: Tally, flow: Flow, leftovers: Leftovers) -> None:
    """Say of a missing document that somebody keyed it by hand: it can be linked instead of booked again."""
    missing = [
        (number, period.documents[flow.slug].get(each.id))
        for number, each in enumerate(tally.differences)
        if each.flow == flow.slug and each.kind == "missing" and not each.external_id
    ]
    parents = [name for _, document in missing if document for name in document.parents]
    linked = linked_ids(period.books.sync, parents)
    for number, document in missing:
        if document is not None and document.money is not None:
            alike = _alike(flow, document, document.money, linked, leftovers)
            if alike is not None:
                tally.differences[number] = _linkable(period, flow, tally.differences[number], alike)
                tally.count("target", flow.slug, document.money.currency, document.money.amount)


def _alike(
    flow: Flow,
    document: SourceDocument,
    money: Money,
    linked: dict[tuple[str, str], str],
    leftovers: Leftovers,
) -> Standing | None:
    for customer in dict.fromkeys(linked.get(parent) for parent in document.parents):
        if customer is not None:
            facts = Facts(customer=customer, currency=money.currency, total=money.amount, date=document.day)
            if (found := leftovers.take_only_alike(facts, flow.sink)) is not None:
                return found
    return None


def _linkable(period: Period, flow: Flow, missing: Difference, alike: Standing) -> Difference:
    return Difference(
        kind="missing",
        flow=missing.flow,
        id=missing.id,
        label=missing.label,
        currency=missing.currency,
        source=missing.source,
        target=_amount(alike.found.facts),
        detail=f"{alike.name} looks like {missing.label} and stands in {period.books.target_name(flow)} unlinked.",
        action=f"Link {missing.label} to {alike.name}; otherwise void {alike.name} there and have it posted.",
        heal="link" if missing.record_id else "run",
        record_id=missing.record_id,
        external_id=alike.found.external_id,
        number=alike.name,
        day=missing.day,
    )


def _name_extras(period: Period, tally: Tally, rest: Sequence[Standing]) -> None:
    """Name what stands for customers of ours without a source; what is of other customers is only counted."""
    books = period.books
    customers = {each.found.facts.customer for each in rest if each.found.facts.customer}
    parents = {flow.slug for flow in books.pair.flows if not flow.is_document}
    ours = {id for id, names in owners(books.sync, customers).items() if any(flow in parents for flow, _ in names)}
    for each in rest:
        facts, flow = each.found.facts, books.pair.flow(each.flow)
        amount, currency = _amount(facts), facts.currency or ""
        if not each.found.reference and facts.customer not in ours:
            reason = (
                f"Documents of {books.target_name(flow)} that are neither ours nor of {books.parties} of this sync."
            )
            tally.remark("others", each.flow, currency, each.found.external_id, amount, reason)
            continue
        tally.count("target", each.flow, currency, amount)
        tally.differences.append(_extra(books, flow, each, amount, currency))


def _tell_proven(period: Period, tally: Tally, unclaimed: Sequence[Standing]) -> None:
    """Remark what proofs booked and reversed, with the reversals; name what one of them left."""
    for each in unclaimed:
        proven, facts, id = period.proven.get(each.found.external_id), each.found.facts, each.found.external_id
        amount, currency = _amount(facts), facts.currency or ""
        if proven is None:
            continue
        if proven.is_reversed:
            tally.remark(CODE, each.flow, currency, id, amount, REASON)
            continue
        tally.count("target", proven.flow, currency, amount)
        detail, action = left_detail(each.name, proven), left_action(proven)
        tally.differences.append(_unsourced(proven.flow, each, amount, currency, detail, action))


def _remark_beside(period: Period, tally: Tally) -> None:
    """Say what stands beside the documents that were counted, so that the target's own register can be explained."""
    trails = [trail for of_flow in period.trails.values() for trail in of_flow.values() if trail.link]
    main = {trail.link.external_id for trail in trails if trail.link}
    main |= {one.external_id for trail in trails for one in trail.shares}
    reason = "Booked beside other documents: reversals, replaced documents, write-offs, withheld taxes, rates."
    for each in period.ledger.listed:
        facts, id = each.found.facts, each.found.external_id
        if each.counts and id in period.ledger.claimed and id not in main:
            tally.remark("beside", each.flow, facts.currency or "", id, _amount(facts), reason)


def _extra(books: Books, flow: Flow, standing: Standing, amount: Decimal, currency: str) -> Difference:
    target, source = books.target_name(flow), books.source_name(flow)
    if standing.found.reference:
        detail = f"{standing.name} carries our reference {standing.found.reference}, but our trail does not know it."
        action = f"Void {standing.name} in {target} if {source} has no such document; tell support."
    else:
        detail = f"{standing.name} was made in {target} by somebody else; {source} has no such document."
        action = f"Void {standing.name} in {target}, or explain it here if it belongs there."
    return _unsourced(flow.slug, standing, amount, currency, detail, action)


def _unsourced(flow: str, standing: Standing, amount: Decimal, currency: str, detail: str, action: str) -> Difference:
    """Name what stands without a source."""
    return Difference(
        kind="extra",
        flow=flow,
        id=standing.found.external_id,
        label=standing.name,
        currency=currency,
        target=amount,
        detail=detail,
        action=action,
        external_id=standing.found.external_id,
        number=standing.name,
        day=standing.found.facts.date,
    )


def _amount(facts: Facts) -> Decimal:
    return facts.total if facts.total is not None else ZERO
