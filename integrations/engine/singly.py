"""A batch that one odd answer spoils is asked again one by one, so that only the odd record is held."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from integrations.contracts import Booked, Draft, Found, Sink
from integrations.errors import ContractError

Hits = Mapping[str, tuple[Found, ...]]
Faults = Mapping[str, ContractError]


def find_each(sink: Sink, drafts: Sequence[Draft]) -> tuple[Hits, Faults]:
    """Look drafts up; give the hits, and by reference the errors of those whose answer cannot be read."""
    if not drafts:
        return {}, {}
    try:
        return sink.find(drafts), {}
    except ContractError as error:
        if len(drafts) == 1:
            return {}, {drafts[0].reference: error}
    hits: dict[str, tuple[Found, ...]] = {}
    faults: dict[str, ContractError] = {}
    for draft in drafts:
        found, fault = find_each(sink, [draft])
        hits.update(found)
        faults.update(fault)
    return hits, faults


def look_up(sink: Sink, drafts: Sequence[Draft], chosen: Mapping[str, str]) -> tuple[Hits, Faults]:
    """Look drafts up; a document that a person chose for one (by reference) is read though no look-up shows it."""
    hits, faults = find_each(sink, drafts)
    unseen = [
        Booked(draft=draft, external_id=chosen[draft.reference])
        for draft in drafts
        if draft.reference in chosen
        and chosen[draft.reference] not in {hit.external_id for hit in hits.get(draft.reference, ())}
    ]
    standing, unread = read_each(sink, unseen)
    read = {reference: (replace(found, by_reference=False),) for reference, found in standing.items()}
    shown = {**hits, **{reference: (*hits.get(reference, ()), *found) for reference, found in read.items()}}
    return shown, {**faults, **unread}


def read_each(sink: Sink, booked: Sequence[Booked]) -> tuple[dict[str, Found], Faults]:
    """Read documents back; give what stands, and by reference the errors of those whose answer cannot be read."""
    if not booked:
        return {}, {}
    try:
        return dict(sink.read_back(booked)), {}
    except ContractError as error:
        if len(booked) == 1:
            return {}, {booked[0].draft.reference: error}
    standing: dict[str, Found] = {}
    faults: dict[str, ContractError] = {}
    for one in booked:
        found, fault = read_each(sink, [one])
        standing.update(found)
        faults.update(fault)
    return standing, faults
