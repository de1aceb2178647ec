"""The tie-out: what is open at the end of a day in the source and in the target's subledger, document by document."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from integrations.contracts import Flow, LedgerSink, Money, OpenItem, Record, Window
from integrations.engine.reconcile.books import Books, open_books
from integrations.engine.reconcile.judge import rule_of
from integrations.engine.reconcile.proofs import CODE, REASON, Proven, left_detail, read_proofs
from integrations.engine.reconcile.report import ZERO, OpenRow, Remark, TieOut
from integrations.engine.reconcile.settled import fold
from integrations.engine.reconcile.trail import Trail, linked_ids, load_trails, owners
from integrations.errors import ConfigurationError, ConnectorError
from integrations.models import Sync

_AT_ONCE = 1000


def tie_out(sync: Sync, as_of: date, *, since: date, before: TieOut | None = None) -> TieOut:
    """Compare what is open at the end of `as_of`, per document and customer. Writes nothing anywhere.

    The source's documents looked at are those dated from `since` on, those that the target shows open, and, after an
    earlier tie-out (`before`), those open in it and those changed since: so each tie-out is complete if the one before
    was. Raises ConfigurationError where the target cannot tell the past, TransientError.
    """
    with open_books(sync) as books:
        told = _read_items(books, as_of)
        names = owners(sync, (item.external_id for _, item in told.items))
        opened = {flow.slug: _read_source(books, flow, as_of, since, before, names) for flow in told.flows}
        made = _compared(books, told.items, names, opened, as_of, since, before)
        made = fold(sync, made, books.target_name(books.flows[0])) if books.pair.settles_itself else made
    return replace(made, remarks=(*made.remarks, *told.remarks))


def _flows(books: Books) -> list[Flow]:
    return [flow for flow in books.flows if flow.open_at is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What the target told: open documents with the first flow that writes there, and the flows it can tell of."""

    items: list[tuple[str, OpenItem]]
    flows: list[Flow]
    remarks: list[Remark]


def _read_items(books: Books, as_of: date) -> _Told:
    """Ask each sink once. Raises ConfigurationError when none of them can tell what was open."""
    told, asked = _Told(items=[], flows=[], remarks=[]), dict[tuple[str, str], ConfigurationError | None]()
    for flow in _flows(books):
        for sink in books.sinks(flow):
            name = (flow.reads, sink.slug)
            if name not in asked:
                asked[name] = _ask(flow, sink, as_of, told)
        faults = [fault for slug in (flow.sink, *flow.beside) if (fault := asked[flow.reads, slug]) is not None]
        if faults:
            told.remarks.append(Remark(code="cannot_tell", flow=flow.slug, currency="", reason=faults[0].message))
        else:
            told.flows.append(flow)
    fault = next((fault for fault in asked.values() if fault is not None), None)
    if fault is not None and not told.flows:
        raise fault
    return told


def _ask(flow: Flow, sink: LedgerSink, as_of: date, told: _Told) -> ConfigurationError | None:
    """Note what a sink tells; give why it cannot."""
    try:
        told.items.extend((flow.slug, item) for item in sink.open_items(as_of) if item.amount)
    except ConfigurationError as error:
        return error
    return None


# The source's side


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """A document of the source and what is open on it."""

    label: str
    money: Money
    payer: tuple[str, str] | None  # (flow, key) of whose it is in the source
    ahead: frozenset[str]  # keys of its own flow that it names: an order, whose bill it is to take over


def _read_source(
    books: Books,
    flow: Flow,
    as_of: date,
    since: date,
    before: TieOut | None,
    names: dict[str, list[tuple[str, str]]],
) -> dict[str, _Open]:
    """Give what the flow's source leaves open at the end of the day, by key."""
    stream, opened, read = books.stream(flow), dict[str, _Open](), set[str]()
    pages = [page.records for page in stream.dated(since, as_of)]
    if before is not None:
        start = datetime.combine(before.as_of, time.min, tzinfo=UTC) - timedelta(days=1)  # whatever the site's zone
        pages += [page.records for page in stream.pages(Window(start=start, end=timezone.now()))]
    for records in pages:
        read |= _note(books, flow, records, as_of, opened)
    keys = {key for found in names.values() for slug, key in found if slug == flow.slug}
    keys |= {row.id for row in before.rows if row.flow == flow.slug and row.source} if before else set()
    wanted = sorted(keys - read)
    for at in range(0, len(wanted), _AT_ONCE):
        records, _ = stream.read(wanted[at : at + _AT_ONCE])
        _note(books, flow, records, as_of, opened)
    return opened


def _note(books: Books, flow: Flow, records: Iterable[Record], as_of: date, opened: dict[str, _Open]) -> set[str]:
    """Note what is open on these; give all their keys."""
    read = set[str]()
    for record in records:
        read.add(record.key)
        money = _open_at(books, flow, record, as_of)
        if money is not None and money.amount:
            opened[record.key] = _opened(books, flow, record, money)
    return read


def _opened(books: Books, flow: Flow, record: Record, money: Money) -> _Open:
    """Note an open document, with the customer or vendor whose it is."""
    parties = {each.slug for each in books.pair.flows if not each.is_document}
    try:
        needs = flow.needs(record, books.context)
    except ConnectorError:
        needs = ()
    return _Open(
        label=flow.label_of(record),
        money=money,
        payer=next(((need.flow, need.key) for need in needs if need.flow in parties), None),
        ahead=frozenset(need.key for need in needs if need.flow == flow.slug),
    )


def _open_at(books: Books, flow: Flow, record: Record, as_of: date) -> Money | None:
    """Give what is open; nothing where the document is not of this flow, not due, or dated later."""
    if flow.open_at is None:
        return None
    try:
        return flow.open_at(record, as_of, books.context)
    except ConnectorError:
        return None  # the period's reconciliation names it


# Both sides


def _compared(
    books: Books,
    items: list[tuple[str, OpenItem]],
    names: dict[str, list[tuple[str, str]]],
    opened: dict[str, dict[str, _Open]],
    as_of: date,
    since: date,
    before: TieOut | None,
) -> TieOut:
    trails = {slug: load_trails(books.sync, slug, _keys(slug, by_key, names)) for slug, by_key in opened.items()}
    rows, held = _told_ahead(_once(books, _source_rows(books, opened, trails)), opened)
    strangers = list[tuple[str, OpenItem]]()
    for slug, item in items:
        owner = next((name for name in names.get(item.external_id, ()) if name[0] in opened), None)
        if owner is None:
            strangers.append((slug, item))
        else:
            _add(rows, owner, item, trails)
    extra, remarks = _sort_strangers(books, strangers)
    kept, excluded = _leave_out(books, [*rows.values()], trails)
    ordered = sorted([*kept, *extra], key=lambda row: (row.customer, row.currency, row.flow, row.id))
    return TieOut(
        as_of=as_of, since=before.since if before else since, rows=tuple(ordered), remarks=(*excluded, *held, *remarks)
    )


_Name = tuple[str, str, str, str]  # flow, key, currency, and the customer where a record has shares of several
_Rows = dict[_Name, OpenRow]


def _source_rows(books: Books, opened: dict[str, dict[str, _Open]], trails: dict[str, dict[str, Trail]]) -> _Rows:
    """Give a row for all that the source shows open; of what stands in shares it is the payer's own."""
    shared = {
        (slug, key): each.payer
        for slug, by_key in opened.items()
        for key, each in by_key.items()
        if each.payer is not None and _is_shared(trails[slug].get(key))
    }
    payers = linked_ids(books.sync, shared.values()) if shared else {}
    rows: _Rows = {}
    for slug, by_key in opened.items():
        for key, each in by_key.items():
            row, payer = _row(slug, key, each, trails), shared.get((slug, key))
            row = replace(row, customer=payers.get(payer, row.customer)) if payer else row
            rows[_row_name(row, trails[slug].get(key))] = row
    return rows


def _add(rows: _Rows, owner: tuple[str, str], item: OpenItem, trails: dict[str, dict[str, Trail]]) -> None:
    """Add an open item to its record's row in its currency: to that of its own customer where the record has shares."""
    trail, begun = trails[owner[0]].get(owner[1]), _known(owner, item, trails)
    name = _row_name(begun, trail)
    held = rows.get(name, begun)
    is_own = trail is None or all(one.external_id != item.external_id for one in trail.further)
    rows[name] = replace(
        held,
        target=held.target + item.amount,
        number=item.number if is_own else held.number or item.number,
        customer=item.customer or held.customer,
    )


def _is_shared(trail: Trail | None) -> bool:
    return trail is not None and bool(trail.shares)


def _row_name(row: OpenRow, trail: Trail | None) -> _Name:
    return row.flow, row.id, row.currency, row.customer if _is_shared(trail) else ""


def _once(books: Books, rows: _Rows) -> _Rows:
    """Leave out records whose document stands for a later one now: what is open is told there."""
    newest = owners(books.sync, (row.external_id for row in rows.values() if row.external_id))
    return {name: row for name, row in rows.items() if newest.get(row.external_id, [name[:2]])[0] == name[:2]}


def _told_ahead(rows: _Rows, opened: dict[str, dict[str, _Open]]) -> tuple[_Rows, list[Remark]]:
    """Take out what has no document yet and names an earlier record whose document stands: that one tells it, too."""
    linked = {name[:2] for name, row in rows.items() if row.external_id}
    kept, remarks = dict[_Name, OpenRow](), dict[tuple[str, str], Remark]()
    for name, row in rows.items():
        if row.external_id or not any((row.flow, key) in linked for key in opened[row.flow][row.id].ahead):
            kept[name] = row
            continue
        reason = "Told by the earlier document that they belong to, until they take its place."
        remark = remarks.get((row.flow, row.currency)) or Remark(
            code="held", flow=row.flow, currency=row.currency, reason=reason
        )
        remarks[row.flow, row.currency] = remark.plus(row.id, row.source)
    return kept, [*remarks.values()]


def _keys(slug: str, by_key: dict[str, _Open], names: dict[str, list[tuple[str, str]]]) -> set[str]:
    return {*by_key, *(key for found in names.values() for flow, key in found if flow == slug)}


def _row(slug: str, key: str, each: _Open, trails: dict[str, dict[str, Trail]]) -> OpenRow:
    trail = trails[slug].get(key)
    link = trail.link if trail else None
    return OpenRow(
        flow=slug,
        id=key,
        label=each.label,
        customer=(link.facts.customer or "") if link else "",
        currency=each.money.currency,
        source=each.money.amount,
        external_id=link.external_id if link else "",
        record_id=trail.record_id if trail else 0,
    )


def _known(owner: tuple[str, str], item: OpenItem, trails: dict[str, dict[str, Trail]]) -> OpenRow:
    """Begin the row of a document that is open in the target only."""
    trail = trails[owner[0]].get(owner[1])
    return OpenRow(
        flow=owner[0],
        id=owner[1],
        label=trail.label if trail else owner[1],
        customer=item.customer,
        currency=item.currency,
        external_id=item.external_id,
        record_id=trail.record_id if trail else 0,
    )


def _leave_out(
    books: Books, rows: list[OpenRow], trails: dict[str, dict[str, Trail]]
) -> tuple[list[OpenRow], list[Remark]]:
    """Leave out what is not posted by rule: skipped, or older than the sync and never linked."""
    remarks: dict[tuple[str, str, str], Remark] = {}
    kept = []
    for row in rows:
        trail = trails[row.flow].get(row.id)
        if trail is not None and trail.state == "skipped" and not row.target:
            reason = f"Not posted, by rule: {rule_of(trail)}"
            held = remarks.get((row.flow, row.currency, reason)) or Remark(
                code="not_posted", flow=row.flow, currency=row.currency, reason=reason
            )
            remarks[(row.flow, row.currency, reason)] = held.plus(row.id, row.source)
        else:
            kept.append(row)
    return kept, list(remarks.values())


def _sort_strangers(books: Books, items: list[tuple[str, OpenItem]]) -> tuple[list[OpenRow], list[Remark]]:
    """Show what is open for customers of ours without a record; count what is of others, and of proofs."""
    parents = {flow.slug for flow in books.pair.flows if not flow.is_document}
    known = owners(books.sync, {item.customer for _, item in items if item.customer})
    ours = {id for id, found in known.items() if any(flow in parents for flow, _ in found)}
    proofs = read_proofs(books.sync, ((item.external_id, item.reference) for _, item in items))
    rows, remarks = list[OpenRow](), dict[tuple[str, str, str], Remark]()
    for slug, item in items:
        proven = proofs.get(item.external_id)
        if proven is not None and proven.is_reversed:
            code, reason = CODE, REASON
        elif proven is not None or item.reference or item.customer in ours:
            rows.append(_stranger(slug, item, proven))
            continue
        else:
            code, reason = "others", f"Open for {books.parties} that this sync does not know."
        held = remarks.get((code, slug, item.currency)) or Remark(
            code=code, flow=slug, currency=item.currency, reason=reason
        )
        remarks[(code, slug, item.currency)] = held.plus(item.external_id, item.amount)
    return rows, list(remarks.values())


def _stranger(slug: str, item: OpenItem, proven: Proven | None) -> OpenRow:
    name = item.number or item.external_id
    return OpenRow(
        flow=slug,
        id=item.external_id,
        label=left_detail(name, proven) if proven else name,
        customer=item.customer,
        currency=item.currency,
        target=item.amount,
        external_id=item.external_id,
        number=item.number,
    )


# Sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A customer's open balance in one currency: what is owed, and what is not applied yet (negative)."""

    customer: str
    currency: str
    source: Money
    target: Money
    source_unapplied: Money
    target_unapplied: Money
    documents: int
    is_settled_otherwise: bool = False

    @property
    def agrees(self) -> bool:
        """Tell whether both sides say the same, also of what is not applied yet where we apply it."""
        is_applied_alike = self.source_unapplied == self.target_unapplied or self.is_settled_otherwise
        return self.source == self.target and is_applied_alike


def balances(report: TieOut) -> list[Balance]:
    """Sum the open documents up per customer and currency; customers with differences first."""
    grouped: defaultdict[tuple[str, str], list[OpenRow]] = defaultdict(list)
    for row in report.rows:
        grouped[(row.customer, row.currency)].append(row)
    made = [_balance(customer, currency, rows) for (customer, currency), rows in grouped.items()]
    return sorted(made, key=lambda each: (each.agrees, each.customer, each.currency))


def _balance(customer: str, currency: str, rows: list[OpenRow]) -> Balance:
    def money(amounts: Iterator[Decimal]) -> Money:
        return Money(amount=sum((each for each in amounts), ZERO), currency=currency)

    return Balance(
        customer=customer,
        currency=currency,
        source=money(row.source for row in rows),
        target=money(row.target for row in rows),
        source_unapplied=money(row.source for row in rows if row.source < 0),
        target_unapplied=money(row.target for row in rows if row.target < 0),
        documents=len(rows),
        is_settled_otherwise=any(row.is_settled_otherwise for row in rows),
    )
