"""Reads the records that a look ahead is about: by date, all of them, or by key."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import cast

from django.utils import timezone

from integrations.contracts import DatedStream, Flow, Page, Record, Stream, Unreadable, Window
from integrations.engine.rehearsal.ground import Ground

MOST = 100_000  # records of one stream
AT_ONCE = 100
YEAR = timedelta(days=365)


@dataclass(slots=True)
class Read:
    """What was read: records by flow and key, and what could not be parsed."""

    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    unreadable: dict[str, dict[str, Unreadable]] = field(default_factory=dict)

    def put(self, flow: str, records: Iterable[Record], unreadable: Iterable[Unreadable] = ()) -> None:
        """Keep the newest reading of each."""
        kept = self.records.setdefault(flow, {})
        for record in records:
            held = kept.get(record.key)
            if held is None or record.order >= held.order:
                kept[record.key] = record
        self.unreadable.setdefault(flow, {}).update({broken.key: broken for broken in unreadable})

    @property
    def number(self) -> int:
        """Give how many records there are."""
        return sum(len(records) for records in self.records.values())


def read_dated(ground: Ground, start: date, end: date, flows: Sequence[str] = ()) -> Read:
    """Read all documents dated in [start, end], each stream once; what is no document is left to those that need it."""
    return _read(ground, [flow for flow in _chosen(ground, flows) if flow.is_document], start, end)


def read_year(ground: Ground, flows: Sequence[str] = ()) -> Read:
    """Read the documents of the last 12 months, and all customers and items."""
    today = ground.state.today
    return _read(ground, _chosen(ground, flows), today - YEAR, today)


def _chosen(ground: Ground, flows: Sequence[str]) -> list[Flow]:
    return [plan.flow for slug, plan in ground.state.plans.items() if not flows or slug in flows]


def _read(ground: Ground, flows: Sequence[Flow], start: date, end: date) -> Read:
    read, sharing = Read(), dict[tuple[str, str, bool], list[str]]()
    for flow in flows:
        sharing.setdefault((flow.reads, flow.stream, flow.is_document), []).append(flow.slug)
    for (reads, slug, is_document), slugs in sharing.items():
        stream = (ground.state.source if reads == "source" else ground.state.target).stream(slug)
        number = 0
        for page in _pages(stream, is_document, start, end):
            number += len(page.records)
            for each in slugs:
                read.put(each, page.records, page.unreadable)
            if number >= MOST:
                break
    return read


def _pages(stream: Stream, is_document: bool, start: date, end: date) -> Iterator[Page]:
    if is_document:
        return cast(DatedStream, stream).dated(start, end)
    return stream.pages(Window(start=None, end=timezone.now() - timedelta(seconds=stream.lag_s)))


def read_keys(ground: Ground, flow: Flow, keys: Iterable[str]) -> tuple[list[Record], list[Unreadable]]:
    """Read these objects now, in batches."""
    stream, wanted = ground.state.session(flow).stream(flow.stream), sorted(set(keys))
    records, unreadable = list[Record](), list[Unreadable]()
    for start in range(0, len(wanted), AT_ONCE):
        found, broken = stream.read(wanted[start : start + AT_ONCE])
        records += found
        unreadable += broken
    return records, unreadable
