"""A batch that one odd answer spoils is asked again one by one, so that only the odd record is held."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from integrations.contracts import Booked, Draft, Found, Sink
from integrations.errors import ContractError

Hits = Mapping[str, tuple[Found, ...]]


def find_each(sink: Sink, drafts: Sequence[Draft]) -> tuple[Hits, dict[str, ContractError]]:
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


def look_up(sink: Sink, drafts: Sequence[Draft], chosen: Mapping[str, str]) -> tuple[Hits, dict[str, ContractError]]:
    """Look drafts up; a document that a person chose for one (by reference) is read though no look-up shows it."""
    hits, faults = find_each(sink, drafts)
    unseen = [
        Booked(draft=draft, external_id=chosen[draft.reference])
        for draft in drafts
        if draft.reference in chosen
        and chosen[draft.reference] not in {hit.external_id for hit in hits.get(draft.reference, ())}
    ]
    read = {reference: (replace(found, by_reference=False),) for reference, found in read_each(sink, unseen).items()}
    return {**hits, **{reference: (*hits.get(reference, ()), *found) for reference, found in read.items()}}, faults


def read_each(sink: Sink, booked: Sequence[Booked]) -> dict[str, Found]:
    """Read documents back; those whose answer cannot be read are left out, as if they were not shown yet."""
    try:
        return dict(sink.read_back(booked)) if booked else {}
    except ContractError:
        if len(booked) == 1:
            return {}
    return {reference: found for one in booked for reference, found in read_each(sink, [one]).items()}
