"""Both systems of a sync opened for reading, and its documents as the source dates and judges them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import cast
from zoneinfo import ZoneInfo

from django.utils import timezone

from integrations import registry
from integrations.contracts import (
    Context,
    DatedStream,
    Flow,
    LedgerSink,
    Money,
    Pair,
    Record,
    Session,
    Sink,
    Unreadable,
)
from integrations.engine.references import reference_values
from integrations.engine.sessions import identity_of, open_session
from integrations.errors import ConfigurationError, ConnectorError
from integrations.models import Sync

_READ_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """A sync with both its systems open; only reads are made."""

    sync: Sync
    pair: Pair
    source: Session
    target: Session
    context: Context

    @property
    def flows(self) -> tuple[Flow, ...]:
        """The flows of documents, parents before children."""
        return tuple(flow for flow in self.pair.flows if flow.is_document)

    def stream(self, flow: Flow) -> DatedStream:
        """Give the stream that a flow reads. Raises ConfigurationError where it cannot be read by date."""
        stream = (self.source if flow.reads == "source" else self.target).stream(flow.stream)
        if not hasattr(stream, "dated"):
            raise ConfigurationError(f"{flow.label} cannot be read by date yet.", code="not_reconcilable")
        return cast(DatedStream, stream)

    def writer(self, flow: Flow, slug: str) -> Sink:
        """Give a sink of the system that a flow writes to."""
        return (self.target if flow.reads == "source" else self.source).sink(slug)

    def sinks(self, flow: Flow) -> Iterator[LedgerSink]:
        """Give the sinks that a flow writes to. Raises ConfigurationError where their documents cannot be listed."""
        for slug in (flow.sink, *flow.beside):
            sink = self.writer(flow, slug)
            if not hasattr(sink, "listing"):
                raise ConfigurationError(f"{flow.label} cannot be listed in the target yet.", code="not_reconcilable")
            yield cast(LedgerSink, sink)

    @property
    def parties(self) -> str:
        """Give what this sync calls those whom its documents are for: customers, vendors."""
        return next((flow.label.lower() for flow in self.pair.flows if not flow.is_document), "customers")

    def target_name(self, flow: Flow) -> str:
        """Give the name of the system that a flow writes to."""
        return registry.connector(self.pair.target if flow.reads == "source" else self.pair.source).name

    def source_name(self, flow: Flow) -> str:
        """Give the name of the system that a flow reads."""
        return registry.connector(self.pair.source if flow.reads == "source" else self.pair.target).name


@contextmanager
def open_books(sync: Sync) -> Iterator[Books]:
    """Open both systems of a sync. Raises ConfigurationError when one of them became another system."""
    pair = registry.pair(sync.pair)
    context = context_of(sync)
    with open_session(sync.source) as source, open_session(sync.target) as target:
        yield Books(sync=sync, pair=pair, source=source, target=target, context=context)


def context_of(sync: Sync) -> Context:
    """Give what a flow may know when it judges records without their parents."""
    source = identity_of(sync.source)
    return Context(
        policies=sync.policies,
        source=source,
        target=identity_of(sync.target),
        links={},
        references=reference_values(sync.target),
        today=timezone.now().astimezone(ZoneInfo(source.time_zone or "UTC")).date(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A document as its source shows it now, judged. `stands`: it is due in the ledger.

    `is_withdrawn`: it no longer stands in its source; where it neither stands nor is withdrawn, what was posted stays.
    `awaits`: why it is not due yet (a code), where it may become so. `fault` says why it could not be read or judged;
    `parents` are the customers or vendors that it needs.
    """

    key: str
    label: str
    day: date | None = None
    money: Money | None = None
    stands: bool = False
    is_withdrawn: bool = False
    version: str = ""
    parents: tuple[tuple[str, str], ...] = ()
    awaits: str = ""
    fault: str = ""


Documents = dict[str, dict[str, SourceDocument]]  # by flow and key


def read_dated(books: Books, start: date, end: date) -> Documents:
    """Read the source's documents dated in [start, end]: each stream once, whatever the number of its flows."""
    found: Documents = {flow.slug: {} for flow in books.flows}
    for flows in _by_stream(books).values():
        for page in books.stream(flows[0]).dated(start, end):
            _sort(books, found, flows, page.records, page.unreadable)
    for flow in books.flows:
        dated = found[flow.slug]
        found[flow.slug] = {key: each for key, each in dated.items() if each.day is None or start <= each.day <= end}
    return found


def read_keys(books: Books, flow: Flow, keys: Iterable[str]) -> dict[str, SourceDocument]:
    """Read these documents of one flow now, in batches; unknown ones do not come."""
    found: Documents = {flow.slug: {}}
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), _READ_AT_ONCE):
        records, unreadable = books.stream(flow).read(wanted[start : start + _READ_AT_ONCE])
        _sort(books, found, [flow], records, unreadable)
    return found[flow.slug]


def _by_stream(books: Books) -> Mapping[tuple[str, str], list[Flow]]:
    grouped: defaultdict[tuple[str, str], list[Flow]] = defaultdict(list)
    for flow in books.flows:
        grouped[(flow.reads, flow.stream)].append(flow)
    return grouped


def _sort(
    books: Books,
    found: Documents,
    flows: Sequence[Flow],
    records: Iterable[Record],
    unreadable: Iterable[Unreadable],
) -> None:
    for record in records:
        for flow in flows:
            found[flow.slug][record.key] = judge(flow, record, books.context)
    for broken in unreadable:
        found[flows[0].slug][broken.key] = SourceDocument(
            key=broken.key, label=broken.key, stands=True, fault=broken.error.message
        )


def judge(flow: Flow, record: Record, context: Context) -> SourceDocument:
    """Let a flow say what it makes of a record; one that it cannot judge is named with the reason."""
    try:
        return _judged(flow, record, context)
    except ConnectorError as error:
        fault = error.message
    except (LookupError, ArithmeticError, ValueError, TypeError, AttributeError) as error:
        fault = f"it meets a fault of ours ({type(error).__name__})"
    return SourceDocument(key=record.key, label=record.key, stands=True, fault=fault)


def _judged(flow: Flow, record: Record, context: Context) -> SourceDocument:
    needs = flow.needs(record, context) if not record.deleted else ()
    verdict = flow.verdict(record, context)
    action = verdict.action
    return SourceDocument(
        key=record.key,
        label=flow.label_of(record),
        day=flow.document_date(record, context),
        money=flow.money(record),
        stands=action == "deliver" and not record.deleted,
        is_withdrawn=action == "withdraw" or record.deleted,
        version=flow.version(record),
        parents=tuple((need.flow, need.key) for need in needs),
        awaits=verdict.code if action == "later" and not record.deleted else "",
    )
