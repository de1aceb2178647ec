"""A batch that one odd answer or a fault of ours spoils is asked again one by one: only the odd record is held."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from integrations.contracts import Booked, Draft, Found, Sink
from integrations.engine.faults import OURS, our_fault
from integrations.errors import ContractError

Hits = Mapping[str, tuple[Found, ...]]
Faults = Mapping[str, ContractError]


def find_each(sink: Sink, drafts: Sequence[Draft]) -> tuple[Hits, Faults]:
    """Look drafts up; give the hits, and by reference the errors of those whose answer cannot be read."""
    if not drafts:
        return {}, {}
    try:
        return sink.find(drafts), {}
    except (ContractError, *OURS) as error:
        if len(drafts) == 1:
            return {}, {drafts[0].reference: _as_unread(error)}
    hits: dict[str, tuple[Found, ...]] = {}
    faults: dict[str, ContractError] = {}
    for draft in drafts:
        found, fault = find_each(sink, [draft])
        hits.update(found)
        faults.update(fault)
    return hits, faults


def look_up(sink: Sink, drafts: Sequence[Draft], named: Mapping[str, Sequence[str]]) -> tuple[Hits, Faults]:
    """Look drafts up; documents that are named for one (ids, by reference) are read though no look-up shows them."""
    hits, faults = find_each(sink, drafts)
    shown, unread = dict(hits), dict(faults)
    for turn in range(max(map(len, named.values()), default=0)):
        wanted = [
            (draft, named[draft.reference][turn]) for draft in drafts if len(named.get(draft.reference, ())) > turn
        ]
        seen = {draft.reference: {hit.external_id for hit in shown.get(draft.reference, ())} for draft, _ in wanted}
        unseen = [Booked(draft=draft, external_id=id) for draft, id in wanted if id not in seen[draft.reference]]
        standing, broken = read_each(sink, unseen)
        for reference, found in standing.items():
            shown[reference] = (*shown.get(reference, ()), replace(found, by_reference=False))
        unread.update(broken)
    return shown, unread


def read_each(sink: Sink, booked: Sequence[Booked]) -> tuple[dict[str, Found], Faults]:
    """Read documents back; give what stands, and by reference the errors of those whose answer cannot be read."""
    if not booked:
        return {}, {}
    try:
        return dict(sink.read_back(booked)), {}
    except (ContractError, *OURS) as error:
        if len(booked) == 1:
            return {}, {booked[0].draft.reference: _as_unread(error)}
    standing: dict[str, Found] = {}
    faults: dict[str, ContractError] = {}
    for one in booked:
        found, fault = read_each(sink, [one])
        standing.update(found)
        faults.update(fault)
    return standing, faults


def _as_unread(error: Exception) -> ContractError:
    return error if isinstance(error, ContractError) else ContractError(our_fault(error), code="our_fault")
