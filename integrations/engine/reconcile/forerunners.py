"""Whose document stands for one that has none yet: an order's bill for the invoice that is to take it over."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from integrations.engine.reconcile.books import Books, Documents, SourceDocument
from integrations.engine.reconcile.report import ZERO
from integrations.engine.reconcile.trail import Joined, Trail, load_trails, owners

Name: TypeAlias = tuple[str, str]  # flow and key
Trails: TypeAlias = Mapping[str, Mapping[str, Trail]]


def read_forerunners(books: Books, documents: Documents, trails: Trails) -> dict[Name, Trail]:
    """Give, by what is due without a link, the earlier record of its flow that it names and whose document stays.

    Nothing is asked where no document names another of its flow. What the earlier record has handed on, or what was
    reversed, stands for nobody else; nor does a bill stand for a debit memo. The earlier one may be of any day.
    """
    named = _named(documents, trails)
    earlier = _load(books, set(named.values()), trails)
    newest = owners(books.sync, (trail.link.external_id for trail in earlier.values() if trail.link))
    found: dict[Name, Trail] = {}
    for (flow, key), name in named.items():
        link = earlier[name].link if name in earlier else None
        if link is None or link.is_reversed or newest[link.external_id][0] != name:
            continue
        if _stays(documents[flow].get(name[1]), link) and _is_alike(documents[flow][key], link):
            found[flow, key] = earlier[name]
    return found


def _named(documents: Documents, trails: Trails) -> dict[Name, Name]:
    return {
        (flow, key): parent
        for flow, by_key in documents.items()
        for key, document in by_key.items()
        for parent in document.parents
        if parent[0] == flow and document.stands and _has_no_link(trails[flow].get(key))
    }


def _has_no_link(trail: Trail | None) -> bool:
    return trail is None or trail.link is None


def _load(books: Books, names: Iterable[Name], trails: Trails) -> dict[Name, Trail]:
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for flow, key in names:
        wanted[flow].add(key)
    known: dict[Name, Trail] = {}
    for flow, keys in wanted.items():
        loaded = load_trails(books.sync, flow, keys - trails[flow].keys())
        known |= {(flow, key): trail for key, trail in {**trails[flow], **loaded}.items() if key in keys}
    return known


def _stays(earlier: SourceDocument | None, link: Joined) -> bool:
    """Tell whether what was posted stays, though its record is due no longer; one of another period is told there."""
    if earlier is None:
        return True
    return not earlier.stands and not earlier.is_withdrawn and earlier.version in ("", link.source_version)


def _is_alike(document: SourceDocument, link: Joined) -> bool:
    amount = document.money.amount if document.money else ZERO
    return amount * (link.facts.total or ZERO) > 0
