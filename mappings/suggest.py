"""Suggests what a code of the source may be mapped to: by number, by name, and by how its neighbours are mapped."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz, utils

from mappings.value_maps import WILDCARD, Entry, Keys

LEAST: Final = 62  # below this a likeness is chance
SURE: Final = 90  # from here on suggestions may be accepted in bulk
_WORDS = re.compile(r"[A-Za-z]+|[0-9]+")
_NOISE = frozenset({"usd", "eur", "gbp", "monthly", "yearly", "annual", "month", "year", "the", "and", "of", "for"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A value that the target knows: what a map would hold, and what people call it."""

    value: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A candidate with how well it fits, 0 to 100, and why."""

    value: str
    name: str
    score: int
    reason: str


def suggest(
    keys: Keys,
    candidates: Iterable[Candidate],
    *,
    known: Iterable[Entry] = (),
    texts: Sequence[str] = (),
    most: int = 3,
) -> tuple[Suggestion, ...]:
    """Give the best candidates for the keys of a value map, the best first; each candidate once, with its best reason.

    `known` are the map's entries; `texts` describe the code in the source (the lines that it stood on).
    """
    names = {candidate.value: candidate.name for candidate in candidates}
    best: dict[str, Suggestion] = {}
    for found in (*_by_number(keys, names), *_by_neighbour(keys, names, known), *_by_name(keys, names, texts)):
        held = best.get(found.value)
        if found.score >= LEAST and (held is None or found.score > held.score):
            best[found.value] = found
    return tuple(sorted(best.values(), key=lambda one: (-one.score, one.value))[:most])


def _by_number(keys: Keys, names: dict[str, str]) -> Iterator[Suggestion]:
    for key in keys:
        if key in names:
            yield Suggestion(value=key, name=names[key], score=100, reason=f"it has the same number, {key}")
        for part in _WORDS.findall(key):
            if part in names and part != key and len(part) > 2:
                yield Suggestion(value=part, name=names[part], score=94, reason=f"“{key}” contains its number, {part}")


def _by_neighbour(keys: Keys, names: dict[str, str], known: Iterable[Entry]) -> Iterator[Suggestion]:
    """Take what the entry with the likest keys gives; every column must be the same or alike."""
    for entry in known:
        if entry.value not in names or len(entry.keys) != len(keys):
            continue
        alike = [_likeness(key, other) for key, other in zip(keys, entry.keys, strict=True) if other != WILDCARD]
        if alike and len(alike) == len(keys) and min(alike) >= LEAST:
            score = min(96, int(min(alike)))
            reason = f"“{' | '.join(entry.keys)}” is mapped to it already"
            yield Suggestion(value=entry.value, name=names[entry.value], score=score, reason=reason)


def _likeness(key: str, other: str) -> float:
    return 100.0 if key == other else fuzz.ratio(key.lower(), other.lower())


def _by_name(keys: Keys, names: dict[str, str], texts: Sequence[str]) -> Iterator[Suggestion]:
    told = [words for words in (*(_words(key) for key in keys), *(_words(text) for text in texts)) if words]
    for value, name in names.items():
        wanted = _words(name)
        if not wanted:
            continue
        score, words = max(((_alike(words, wanted), words) for words in told), default=(0.0, ""))
        yield Suggestion(value=value, name=name, score=min(93, int(score)), reason=f"its name is like “{words}”")


def _alike(words: str, wanted: str) -> float:
    """Weigh words in any order; a single short word shared is no likeness."""
    return 0.6 * fuzz.token_set_ratio(words, wanted) + 0.4 * fuzz.token_sort_ratio(words, wanted)


def _words(text: str) -> str:
    parts = (part.lower() for part in _WORDS.findall(utils.default_process(text)))
    return " ".join(part for part in parts if len(part) > 1 and part not in _NOISE)
