"""What exchange rates leave: asked once the target has told at which rate a document stands, and kept until it is done.

A flow with `settles` is asked for an amendment in the pass after the booking, without a change in the source. Until
then, and while no account is mapped for the difference, the details that the link shows are marked.
"""

import hashlib

from integrations.contracts import Flow, Found, LinkView
from integrations.engine.work import Work

_UNSETTLED = "rated-"


def unsettled(token: str) -> str:
    """Give what the link keeps of its details until it is known what the exchange rate of its document leaves."""
    return _UNSETTLED + hashlib.sha256(token.encode()).hexdigest()[:40]


def is_unsettled(details: str) -> bool:
    """Tell whether a link's details are such."""
    return details.startswith(_UNSETTLED)


def details_after(flow: Flow, work: Work, found: Found, link: LinkView) -> str:
    """Give the details that a link shows after its last operation, or a look at what stands.

    `link` is as it was, but for the facts just read. Marked are those of which a rate was told just now.
    """
    token, before = work.aim.token or work.details, link.details_version
    is_settling = work.aim.mode == "amend" and before == unsettled(token)
    if is_unsettled(before) and not is_settling:
        return before
    return unsettled(token) if _is_to_settle(flow, work, found, link) else token


def _is_to_settle(flow: Flow, work: Work, found: Found, link: LinkView) -> bool:
    """Tell whether the target told the rate of what was booked just now, and the flow wants to know of it."""
    if flow.settles is None or found.facts.exchange_rate is None or not link.is_ours:
        return False
    is_first = work.aim.mode == "deliver" and not link.details_version
    is_moved = work.aim.mode == "amend" and work.draft.facts.exchange_rate is None
    return (is_first or is_moved) and (work.record.body is None or flow.settles(work.record, work.draft))
