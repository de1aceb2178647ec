"""The further documents of a record, shares and companions: what is known of them, and what a look at them shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from audit.models import Attempt
from integrations.contracts import Booked, CompanionView, Draft, Facts, Flow, Found, LinkView
from integrations.engine.compare import differences
from integrations.engine.drafts import load_draft
from integrations.engine.routes import RoutedSink
from integrations.engine.singly import Faults, read_each
from integrations.engine.work import Work
from integrations.errors import ContractError

FURTHER = ("share", "companion")  # what drafts of further documents make
STANDING = (Attempt.Outcome.DELIVERED, Attempt.Outcome.LINKED, Attempt.Outcome.DIFFERENT)  # outcomes: it stands
_READ_AT_ONCE = 250


def is_further(draft: Draft) -> bool:
    """Tell whether a draft makes or changes a further document."""
    return draft.makes in FURTHER and not draft.writes_back


def is_void(draft: Draft) -> bool:
    """Tell whether a draft takes a standing document back: afterwards it counts as reversed."""
    return draft.operation.partition(":")[0] == "void"


def named_part(draft: Draft) -> str:
    """Begin the name of what a draft is about, before that of its record: empty for the record's own document."""
    return {"share": "Part of ", "companion": "What belongs to "}.get(draft.makes, "")


def further_of(work: Work, draft: Draft) -> CompanionView | None:
    """Give the further document that a draft acts on; None where it makes one, or is about the record's own."""
    if work.link is None or not is_further(draft):
        return None
    known = (*work.link.companions, *work.link.reversals)
    return next((one for one in known if one.reference == draft.reference), None)


def tell_ids(work: Work, flow: Flow, *, start: int, own_too: bool = True) -> None:
    """Tell the drafts from `start` on which document they act, as far as they do not say and it is known."""
    link = work.link
    if link is None or link.revision != work.revision:
        return
    reversing = work.aim.mode == "reverse"
    own = (link.reversal_id if reversing else link.external_id) if own_too else ""
    known = {one.reference: one.external_id for one in (*link.companions, *link.reversals)}
    named = {"": flow.called(work.key, link.external_id, link.revision)}
    if flow.companion_as is None:  # else they are called by what they bear from the first
        named |= known
    if reversing and link.reversal_id and flow.applied_as is None:
        made = (draft.reference for draft in work.drafts if draft.makes == "link" and not draft.writes_back)
        named |= dict.fromkeys((reference for reference in made if reference != link.reference), link.reversal_id)
    work.drafts = tuple(
        draft if number < start or draft.writes_back else _told(draft, own, known, named)
        for number, draft in enumerate(work.drafts)
    )


def _told(draft: Draft, own: str, known: Mapping[str, str], named: Mapping[str, str]) -> Draft:
    draft = replace(draft, facts=_naming(draft.facts, named))
    if is_further(draft):
        return replace(draft, external_id=draft.external_id or known.get(draft.reference, ""))
    return draft if draft.external_id or not own else replace(draft, external_id=own)


def _naming(facts: Facts, named: Mapping[str, str]) -> Facts:
    """Name the record's own documents in what a draft is applied to, as far as they stand."""
    if facts.applied is None or not any(one.external_id in named for one in facts.applied):
        return facts
    applied = (replace(one, external_id=named.get(one.external_id, one.external_id)) for one in facts.applied)
    return replace(facts, applied=tuple(applied))


def further_views(drafts: Iterable[Draft], token: str) -> tuple[CompanionView, ...]:
    """Give the further documents that drafts will make, each with a stand-in for its id: for looking ahead."""
    views: dict[str, CompanionView] = {}
    for draft in filter(is_further, drafts):
        view = views.get(draft.reference) or CompanionView(
            external_id=draft.external_id or f"{token}+{len(views) + 1}",
            reference=draft.reference,
            sink=draft.sink,
            facts=draft.facts,
            is_share=draft.makes == "share",
        )
        applied = view.facts.applied if draft.facts.applied is None else draft.facts.applied
        views[draft.reference] = replace(view, facts=replace(view.facts, applied=applied))
    return tuple(views.values())


# What is known after an operation


def link_after(work: Work, link: LinkView, found: Found, *, is_wrong: bool = False) -> LinkView:
    """Give what is known of a record's documents after an operation on a further one; `is_wrong`: not as drafted."""
    draft = work.draft
    view = CompanionView(
        external_id=found.external_id,
        reference=draft.reference,
        sink=draft.sink,
        facts=found.facts,
        is_share=draft.makes == "share",
        is_posted=_is_final(found),
        state="reversed" if found.stage == "voided" or (is_void(draft) and not is_wrong) else "standing",
    )
    if work.aim.mode == "reverse" and all(one.reference != view.reference for one in link.companions):
        return replace(link, reversals=_put(link.reversals, replace(view, state="reversal")))
    return replace(link, companions=_put(link.companions, view))


def _put(known: tuple[CompanionView, ...], view: CompanionView) -> tuple[CompanionView, ...]:
    if any(one.reference == view.reference for one in known):
        return tuple(view if one.reference == view.reference else one for one in known)
    return (*known, view)


def _is_final(found: Found) -> bool:
    """Tell whether nothing more is awaited: a voided document is never posted."""
    return found.stage in ("posted", "voided")


def all_reversed(link: LinkView) -> LinkView:
    """Take the further documents of a reversed record for reversed."""
    if not (link.companions or link.reversals):
        return link
    return replace(
        link,
        companions=tuple(replace(one, state="reversed") for one in link.companions),
        reversals=tuple(replace(one, state="reversed") for one in link.reversals),
    )


def as_seen(link: LinkView, seen: Mapping[str, Found], *, taken_back: frozenset[str] = frozenset()) -> LinkView:
    """Give what is known of the further documents after a look at them, by reference; some were to be `taken_back`."""
    if not seen:
        return link
    return replace(
        link,
        companions=tuple(
            replace(
                one,
                facts=found.facts,
                is_posted=_is_final(found),
                state="reversed" if one.reference in taken_back else one.state,
            )
            if (found := seen.get(one.reference))
            else one
            for one in link.companions
        ),
    )


def voided_by(work: Work) -> frozenset[str]:
    """Name the further documents whose newest draft takes them back."""
    return frozenset(one.draft.reference for one in work.further if is_void(one.draft))


def awaits_posting(link: LinkView) -> bool:
    """Tell whether any document of a record is booked, but not in the ledger yet."""
    return not link.is_posted or any(one.state == "standing" and not one.is_posted for one in link.companions)


# Looks


def know_documents(flow: Flow, works: Sequence[Work]) -> None:
    """Give each work the newest draft of its record's own document, and those of its further ones to look at.

    What was booked last may be another document than the own one. Reversals keep what they have. One query.
    """
    of_record = {w.row.id: w for w in works if w.row and w.link and w.aim.mode != "reverse"}
    ids = [id for work in of_record.values() for id in _ids(work)]
    newest = (
        Attempt.objects.filter(record_id__in=of_record, external_id__in=ids, outcome__in=STANDING)  # ids bound it
        .order_by("record_id", "external_id", "-id")
        .distinct("record_id", "external_id")
    )
    drafted = {(one.record_id, one.external_id): load_draft(one.draft)[0] for one in newest}
    for record_id, work in of_record.items():
        _know(flow, work, {id: draft for id in _ids(work) if (draft := drafted.get((record_id, id))) is not None})


def _ids(work: Work) -> tuple[str, ...]:
    link = work.link
    return (link.external_id, *(one.external_id for one in link.companions)) if link else ()


def _know(flow: Flow, work: Work, drafted: Mapping[str, Draft]) -> None:
    link = work.link
    if link is None:
        return
    if (own := drafted.get(link.external_id)) is not None:
        work.drafts, work.booked_as = (own,), link.external_id
    elif work.booked_as not in ("", link.external_id) and not work.draft.writes_back:
        sink = flow.sink if is_further(work.draft) else work.draft.sink
        facts = replace(link.facts, open_amount=None)
        plain = replace(work.draft, sink=sink, reference=link.reference, external_id=link.external_id, facts=facts)
        work.drafts, work.booked_as = (replace(plain, makes="link"),), link.external_id
    work.further = tuple(
        Booked(draft=drafted.get(one.external_id) or _of(work.draft, one), external_id=one.external_id)
        for one in link.companions
    )


def _of(draft: Draft, one: CompanionView) -> Draft:
    """Give a draft of a further document by what is known of it, where the trail has none."""
    return replace(
        draft,
        sink=one.sink,
        reference=one.reference,
        external_id=one.external_id,
        facts=replace(one.facts, open_amount=None),
        makes="share" if one.is_share else "companion",
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """What a look shows of a further document that is not as it should be; `is_gone`: it is not there."""

    draft: Draft
    external_id: str
    told: str
    is_gone: bool = False


def first_fault(work: Work, standing: Mapping[str, Found]) -> Fault | None:
    """Give the first further document that is gone, voided, or not as drafted."""
    for one in work.further:
        found = standing.get(one.draft.reference)
        if found is None:
            return Fault(one.draft, one.external_id, "it stands there no longer", is_gone=True)
        told = "it is voided there" if found.stage == "voided" and not is_void(one.draft) else ""
        told = "an approver rejected it there" if found.stage == "rejected" else told
        if told := told or "; ".join(map(str, differences(one.draft.facts, found.facts))):
            return Fault(one.draft, found.external_id, told)
    return None


def seen_of(work: Work, standing: Mapping[str, Found]) -> dict[str, Found]:
    """Give what stands of a work's further documents, by reference."""
    return {
        one.draft.reference: found for one in work.further if (found := standing.get(one.draft.reference)) is not None
    }


def are_known_so(work: Work, standing: Mapping[str, Found]) -> bool:
    """Tell whether a look at the further documents shows nothing that is not on record: it may have been accepted."""
    known = {one.reference: one for one in work.link.companions} if work.link else {}
    for one in work.further:
        found, view = standing.get(one.draft.reference), known.get(one.draft.reference)
        if found is None or found.stage in ("voided", "rejected") or view is None:
            return False
        if found.stage == "posted" and not view.is_posted:
            return False
        if differences(one.draft.facts, found.facts) and differences(view.facts, found.facts):
            return False
    return True


def read_documents(sink: RoutedSink, works: Sequence[Work], *, own_too: bool = True) -> tuple[dict[str, Found], Faults]:
    """Read what stands of works, by reference: their own documents and the further ones, in the same reads."""
    wanted = [one for work in works for one in (*([_own(work)] if own_too else []), *work.further)]
    standing: dict[str, Found] = {}
    faults: dict[str, ContractError] = {}
    for start in range(0, len(wanted), _READ_AT_ONCE):
        read, unread = read_each(sink, wanted[start : start + _READ_AT_ONCE])
        standing |= read
        faults |= unread
    return standing, faults


def _own(work: Work) -> Booked:
    external_id = work.booked_as or (work.link.external_id if work.link else work.draft.external_id)
    return Booked(draft=work.draft, external_id=external_id)
