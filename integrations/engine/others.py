"""Documents that others booked and records are linked to: they are looked at, and nothing of them is changed."""

from dataclasses import replace

from integrations.contracts import Draft, Facts, Flow, LinkView
from integrations.engine.work import Aim, Work


def is_of_others(work: Work) -> bool:
    """Tell whether others booked what stands for a record."""
    return work.link is not None and not work.link.is_ours and work.link.state != "reversed"


def leaves_own(link: LinkView, aim: Aim) -> bool:
    """Tell whether an undo takes back what is ours beside a document of others, and leaves that as it is."""
    return aim.mode == "reverse" and aim.purpose == "undo" and not link.is_ours


def is_only_compared(flow: Flow, work: Work) -> bool:
    """Tell whether a draft is never sent: it would change a document of others, and says only how that should stand.

    Customers and items are updated whoever made them; what takes a document back is a document of ours.
    """
    link = work.link
    if link is None or not (flow.is_document and is_of_others(work)) or work.aim.mode == "reverse":
        return False
    return work.draft.external_id == link.external_id and work.draft.reference == link.reference


def leave_to_others(work: Work) -> None:
    """Reduce the drafts about a document of others to one that says how it must stand; those of ours beside it stay."""
    first = work.drafts[0]
    own = [draft for draft in work.drafts if _is_about(first, draft)]
    told = next((draft.facts.applied for draft in reversed(own) if draft.facts.applied is not None), None)
    others = [draft for draft in work.drafts if not _is_about(first, draft)]
    work.drafts = (replace(first, facts=replace(first.facts, applied=told)), *others)


def stated_of(work: Work) -> Facts:
    """Give what must stand as drafted: of a document of others what identifies it, and what it is applied to."""
    facts, link = work.draft.facts, work.link
    if link is None or not is_of_others(work) or work.aim.mode == "reverse":
        return facts
    if work.draft.reference != link.reference:
        return facts
    return Facts(
        customer=facts.customer,
        currency=facts.currency,
        total=facts.total,
        date=link.facts.date,  # a person who chose it saw another day
        applied=facts.applied,
    )


def _is_about(first: Draft, draft: Draft) -> bool:
    return draft.reference == first.reference and not draft.writes_back
