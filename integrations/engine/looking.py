"""Judges a look at a record whose further documents were read with its own: one that is wrong holds the record."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from integrations.contracts import Flow, Found
from integrations.engine.companions import (
    STANDING,
    Fault,
    first_fault,
    is_further,
    know_documents,
    read_documents,
    seen_of,
)
from integrations.engine.endings import Ending, Outcome, hold_unread
from integrations.engine.reading_back import compare, differ, named_document
from integrations.engine.routes import RoutedSink
from integrations.engine.singly import Faults
from integrations.engine.store import DELETED
from integrations.engine.work import State, Work

_RIGHT = (Outcome.DELIVERED, Outcome.LINKED)


def look_at(sink: RoutedSink, works: Sequence[Work]) -> list[Ending]:
    """Read all documents of works and judge them. Raises TransientError."""
    standing, faults = read_documents(sink, works)
    return [judge_look(sink, work, standing, faults) for work in works]


def judge_look(sink: RoutedSink, work: Work, standing: Mapping[str, Found], faults: Faults) -> Ending:
    """Judge a record's own document, then the further ones."""
    reference = work.draft.reference
    if (fault := faults.get(reference)) is not None:
        return hold_unread(work, fault)
    external_id = work.booked_as or (work.link.external_id if work.link else work.draft.external_id)
    return with_further(sink, compare(work, external_id, standing.get(reference)), standing, faults)


def with_further(
    sink: RoutedSink, ending: Ending, standing: Mapping[str, Found], faults: Faults, *, settles: bool = False
) -> Ending:
    """Take what a look shows of the further documents into the ending that the own document gave.

    With `settles` the ending is that of an operation: it stays so while absence is not confirmed.
    """
    work = ending.work
    if not work.further or ending.found is None or ending.outcome not in STANDING:
        return ending
    if unread := [faults[one.draft.reference] for one in work.further if one.draft.reference in faults]:
        return hold_unread(work, unread[0])
    ending.further = seen_of(work, standing)
    fault = first_fault(work, standing)
    if fault is None or ending.outcome not in _RIGHT:
        return ending
    found = ending.further.get(fault.draft.reference)
    if found is None and settles and _is_to_confirm(sink, work, fault):
        work.look_again_at = timezone.now() + _settling(sink, fault)
        return ending
    wrong = (
        _gone(sink, work, ending, fault)
        if found is None
        else differ(work, fault.draft, found, fault.told, ending.found)
    )
    wrong.further = ending.further
    return wrong


def add_further(flow: Flow, sink: RoutedSink, endings: Sequence[Ending]) -> list[Ending]:
    """Look at the further documents of what an answer has settled, where there are any. Raises TransientError."""
    works = [each.work for each in endings if each.found is not None and _has_further(each.work)]
    if not works:
        return list(endings)
    for work in works:
        work.absent_since = None  # its own document was found
    know_documents(flow, works)
    standing, faults = read_documents(sink, works, own_too=False)
    return [with_further(sink, each, standing, faults, settles=True) for each in endings]


def _has_further(work: Work) -> bool:
    is_own = not is_further(work.draft) and not work.draft.writes_back and work.aim.mode != "reverse"
    return is_own and work.link is not None and bool(work.link.companions)


def _gone(sink: RoutedSink, work: Work, ending: Ending, fault: Fault) -> Ending:
    """Hold a record whose further document is gone: for good at the second look, or where one look is proof."""
    named = named_document(work, fault.draft, fault.external_id)
    if _is_to_confirm(sink, work, fault):
        work.state, work.code, work.absent_since = State.DELIVERED, "", timezone.now()
        work.look_again_at = timezone.now() + _settling(sink, fault)
        work.reason = f"{named}, which the last look did not show; it is looked for again."
        return Ending(work, Outcome.ABSENT, code="absent_once", message=work.reason)
    work.park(
        DELETED,
        f"{named}, and stands there no longer: somebody deleted it. "
        f"Restore it there, then have {work.label} read again; or skip it here with a reason.",
        value=fault.external_id,
    )
    return Ending(work, Outcome.ABSENT, found=ending.found, code=work.code, message=work.reason)


def _settling(sink: RoutedSink, fault: Fault) -> timedelta:
    return timedelta(seconds=sink.settle_s_of(fault.draft) * float(settings.SETTLE_SCALE))


def _is_to_confirm(sink: RoutedSink, work: Work, fault: Fault) -> bool:
    return bool(_settling(sink, fault)) and work.absent_since is None
