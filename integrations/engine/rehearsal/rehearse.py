"""Rehearsals: a date range taken through live mappings and look-ups up to the first write; exact payloads are kept."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

from integrations.contracts import Draft, Limits
from integrations.engine.rehearsal.faults import faults_of
from integrations.engine.rehearsal.foreseeing import Foreseen, Name, foresee, label_of, token_of
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.ledger import trial_balance, unbalanced
from integrations.engine.rehearsal.reading import read_dated
from integrations.engine.sessions import granted_limits
from integrations.engine.work import OF_ANOTHER_KIND, State
from integrations.money import from_json, to_json

CALL_S: Final = 0.4  # a write and its share of look-ups and readings back, as vendors answer on an ordinary day
_READ_BACK_AT_ONCE = 250
_LOOKED_UP_AT_ONCE = 100


def rehearse(ground: Ground, start: date, end: date) -> tuple[dict[str, Any], str]:
    """Give the report of all documents dated in [start, end] with the parents they need, and the exact payloads.

    Ids that only booking gives are stood in for by texts that begin with "new": the real run sends the same bytes with
    the real ids in their place, and nothing else differs. The report's `stand_ins` say which text is which record,
    `labels` what people call it. The reversal of what is posted only to be reversed (voided before its first post) is
    marked `follows_booking`: it also takes over what the target tells of the document just booked, such as the rate it
    was booked at.
    """
    seen = foresee(ground, read_dated(ground, start, end), looks_up=True)
    state, names = ground.state, list(seen.works)
    entries = [one for name in names for one in seen.entries.get(name, ())]
    drafts = [draft for name in names for draft in seen.drafts.get(name, ())]
    reversals = [draft for name in names for draft in seen.reversals.get(name, ())]
    report = {
        "start": start.isoformat(),
        "end": end.isoformat(),
        "versions": {flow: version.version for flow, version in ground.versions.items()},
        "flows": _counts(seen, ground),
        "trial_balance": trial_balance(entries, {**state.source_references, **state.references}),
        "unbalanced": [" ".join(name) for name in names if unbalanced(seen.entries.get(name, ()))],
        "faults": [fault.as_json() for fault in faults_of(seen, names)],
        "stand_ins": {
            link.external_id: ":".join(name)
            for name, link in state.stand_ins.items()
            if token_of(name) in link.external_id
        },
        "labels": {
            link.external_id: label_of(seen, name)
            for name, link in state.stand_ins.items()
            if token_of(name) in link.external_id
        },
        "linked": {":".join(name): external_id for name, external_id in seen.linked.items()},
        "calls": _calls([*drafts, *reversals]),
        "seconds": _seconds(len(drafts) + len(reversals), granted_limits(state.sync.target)),
    }
    lines = [*(_line(draft) for draft in drafts), *(_line(draft, is_exact=False) for draft in reversals)]
    return report, "\n".join(lines)


def _counts(seen: Foreseen, ground: Ground) -> dict[str, dict[str, int]]:
    """Count what would become of the records, by flow; parents read beside them are counted as "parents".

    What is of another flow of the same stream, a payment among refunds, is counted there alone.
    """
    counts: dict[str, Counter[str]] = {flow: Counter() for flow in ground.state.plans}
    for name, work in seen.works.items():
        if work.state == State.SKIPPED and work.code.startswith(OF_ANOTHER_KIND):
            continue
        flow = counts[name[0]]
        flow["records" if name in seen.asked else "parents"] += 1
        flow[_outcome(seen, name, str(work.state))] += 1
    for slug, _ in seen.asked - seen.works.keys():
        counts[slug]["records"] += 1
        counts[slug]["unchanged"] += 1
    return {slug: dict(each) for slug, each in counts.items() if each}


def _outcome(seen: Foreseen, name: Name, state: str) -> str:
    if name in seen.linked:
        return "linked"
    if seen.drafts.get(name):
        return "booked"
    return "unchanged" if state in (State.DUE, State.DELIVERED) else state


def _calls(drafts: Iterable[Draft]) -> dict[str, int]:
    by_sink = Counter(draft.sink for draft in drafts)
    writes = sum(by_sink.values())
    looked_up = sum(math.ceil(number / _LOOKED_UP_AT_ONCE) for number in by_sink.values())
    return {"writes": writes, "reads": looked_up + math.ceil(writes / _READ_BACK_AT_ONCE)}


def _seconds(writes: int, limits: Limits) -> int:
    """Expect the time that the writes take: by the calls in flight, or by the calls a minute where those are fewer."""
    by_flight = writes * CALL_S / max(limits.concurrency, 1)
    by_minute = writes * 60 / limits.per_minute if limits.per_minute else 0
    by_hour = writes * 3600 / limits.per_hour if limits.per_hour else 0
    return math.ceil(max(by_flight, by_minute, by_hour if by_hour > 3600 else 0))


# The payloads


def _line(draft: Draft, *, is_exact: bool = True) -> str:
    return to_json(
        {
            "flow": draft.flow,
            "key": draft.key,
            "operation": draft.operation,
            "revision": draft.revision,
            "sink": draft.sink,
            "reference": draft.reference,
            "payload": draft.payload,
            **({} if is_exact else {"follows_booking": True}),
        }
    )


def payload_lines(payloads: str) -> Iterator[dict[str, Any]]:
    """Read the payloads of a rehearsal."""
    return (from_json(line) for line in payloads.splitlines() if line)


def with_real_ids(payload: str, stand_ins: Mapping[str, str], external_ids: Mapping[str, str]) -> str:
    """Put the ids that booking gave in the place of what stood for them; `external_ids` by "flow:key"."""
    for stand_in, name in stand_ins.items():
        token = token_of(_name(name))
        if token in payload and name in external_ids:
            payload = payload.replace(token, external_ids[name][stand_in.index(token) :])
    return payload


def _name(said: str) -> Name:
    flow, _, key = said.partition(":")
    return flow, key
