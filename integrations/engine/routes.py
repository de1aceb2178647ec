"""Sends each draft to the sink it names, in the system that its flow writes to or, as a step back, the one it reads."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from integrations.contracts import Booked, Draft, Flow, Found, Receipt, Session, Sink
from integrations.errors import DuplicateError
from mappings.catalogue import TargetField

_Way = tuple[str, bool]
_T = TypeVar("_T", Draft, Booked)


class Routes:
    """Stands in for the session that a flow writes to."""

    def __init__(self, flow: Flow, *, writes: Session, reads: Session) -> None:
        self._flow = flow
        self._writes = writes
        self._reads = reads

    def sink(self, slug: str) -> "RoutedSink":
        """Give the flow's sink, which passes every draft on to the one it names."""
        return RoutedSink(slug, lambda way: (self._reads if way[1] else self._writes).sink(way[0]))


class RoutedSink:
    """A sink made of several: each draft goes to the one it names."""

    def __init__(self, slug: str, open_sink: Callable[[_Way], Sink]) -> None:
        self.slug = slug
        self._open = open_sink
        self._sinks: dict[_Way, Sink] = {(slug, False): open_sink((slug, False))}
        self._looked_up: set[str] = set()
        self.ours_only: set[str] = set()  # references of drafts to which look-alikes are no hindrance
        self.look_first: set[str] = set()  # of drafts that may stand already: their record's document was linked
        self.settle_s = self._sinks[(slug, False)].settle_s

    def settle_s_of(self, draft: Draft) -> int:
        """Give the settling time of the sink that a draft goes to."""
        return self._sink(_way(draft)).settle_s

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look drafts up where they would be written."""
        hits: dict[str, tuple[Found, ...]] = {}
        for way, some in _grouped(drafts, _way).items():
            hits.update(self._sink(way).find(some))
        self._looked_up.update(draft.reference for draft in drafts)
        return hits

    def book(self, draft: Draft) -> Receipt:
        """Write a draft. One that makes a document after an earlier step was not looked up with its page: it is now.

        Not so a companion, or what takes a share back, whose target keeps our reference unique and updates what bears
        it, unless its record was linked: it may stand since long ago, in a period that is closed. A share is looked up
        everywhere: people may have keyed that part alone.
        Raises DuplicateError where something stands already, and what the sink raises.
        """
        sink = self._sink(_way(draft))
        asks_others = draft.makes == "share" and draft.reference not in self.ours_only
        is_further = draft.makes in ("share", "companion") and not asks_others
        is_upsert = is_further and sink.settle_s == 0 and draft.reference not in self.look_first
        if not draft.external_id and draft.reference not in self._looked_up and not is_upsert:
            self._looked_up.add(draft.reference)
            hits = sink.find([draft]).get(draft.reference, ())
            if any(hit.by_reference or draft.reference not in self.ours_only for hit in hits):
                raise DuplicateError(f"{draft.reference} stands there already.", value=draft.reference)
        return sink.book(draft)

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read what stands, each from where it was written."""
        standing: dict[str, Found] = {}
        for way, some in _grouped(booked, lambda one: _way(one.draft)).items():
            standing.update(self._sink(way).read_back(some))
        return standing

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields of the flow's own sink."""
        return self._sinks[(self.slug, False)].catalogue()

    def _sink(self, way: _Way) -> Sink:
        if way not in self._sinks:
            self._sinks[way] = self._open(way)
        return self._sinks[way]


def _way(draft: Draft) -> _Way:
    return draft.sink, draft.writes_back


def _grouped(things: Sequence[_T], way_of: Callable[[_T], _Way]) -> dict[_Way, list[_T]]:
    groups: dict[_Way, list[_T]] = {}
    for thing in things:
        groups.setdefault(way_of(thing), []).append(thing)
    return groups
