"""The words, tones and shapes of every state a screen may show; no state is told by colour alone."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a state looks: its word, tone (a colour role), icon, and what it means or asks for."""

    word: str
    tone: str
    icon: str
    meaning: str = ""


RECORD_STATES: dict[str, Look] = {
    "due": Look(word="Due", tone="neutral", icon="dot", meaning="Read, and next in line to be booked."),
    "open": Look(word="In progress", tone="progress", icon="spinner", meaning="Being booked right now."),
    "waiting": Look(word="Waiting", tone="info", icon="clock", meaning="Waits for another record to be booked first."),
    "parked": Look(
        word="Needs you", tone="warning", icon="hand", meaning="Waits for a person. Open it to see the fix."
    ),
    "unknown": Look(
        word="Checking", tone="info", icon="question", meaning="Sent, but not answered. We look before we repeat."
    ),
    "delivered": Look(word="Delivered", tone="success", icon="check", meaning="Booked in the target and read back."),
    "different": Look(
        word="Different", tone="danger", icon="not-equal", meaning="Booked, but not as sent. Compare and decide."
    ),
    "skipped": Look(word="Skipped", tone="neutral", icon="skip", meaning="Left out on purpose, with a reason."),
    "unchanged": Look(word="Unchanged", tone="neutral", icon="equal", meaning="Already delivered in this version."),
    "awaiting_posting": Look(
        word="Awaiting posting", tone="info", icon="clock", meaning="Booked; the target posts it later."
    ),
    "awaiting_approval": Look(
        word="Awaiting approval", tone="info", icon="clock", meaning="Booked; somebody approves it there later."
    ),
}

RUN_STATES: dict[str, Look] = {
    "running": Look(word="Running", tone="progress", icon="spinner", meaning="At work."),
    "yielded": Look(word="Goes on", tone="info", icon="sync", meaning="Made room for others and goes on by itself."),
    "done": Look(word="Finished", tone="success", icon="check", meaning="Everything read was dealt with."),
    "failed": Look(word="Failed", tone="danger", icon="cross", meaning="Stopped by an error. Nothing is lost."),
    "cancelled": Look(
        word="Cancelled", tone="neutral", icon="cross", meaning="Ended by a person. What was left stays due."
    ),
    "lost": Look(word="Interrupted", tone="warning", icon="alert", meaning="Its worker died. The next run settles it."),
}

SYNC_STATES: dict[str, Look] = {
    "draft": Look(word="Draft", tone="neutral", icon="dot", meaning="Not switched on yet."),
    "active": Look(word="On", tone="success", icon="check", meaning="Runs by its schedule."),
    "paused": Look(word="Paused", tone="warning", icon="pause", meaning="Switched off by a person."),
    "stopped": Look(word="Stopped", tone="danger", icon="cross", meaning="Stopped until its connection works again."),
    "archived": Look(word="Archived", tone="neutral", icon="inbox", meaning="Kept for the trail. It runs no more."),
}

CONNECTION_STATES: dict[str, Look] = {
    "new": Look(word="Not pinged", tone="neutral", icon="dot", meaning="Ping it to see that it works."),
    "good": Look(word="Working", tone="success", icon="check", meaning="The last ping went through."),
    "failing": Look(
        word="Failing", tone="danger", icon="cross", meaning="The last ping failed. Open it to see the fix."
    ),
    "changed": Look(
        word="Other system", tone="danger", icon="not-equal", meaning="Another company answers than before."
    ),
}

ATTEMPT_OUTCOMES: dict[str, Look] = {
    "open": Look(word="In flight", tone="progress", icon="spinner", meaning="Opened before the call; no answer yet."),
    "delivered": Look(word="Booked", tone="success", icon="check", meaning="Accepted, and read back as sent."),
    "agrees": Look(word="Agrees", tone="success", icon="equal", meaning="It stands there as drafted."),
    "linked": Look(
        word="Linked", tone="success", icon="link", meaning="Found in the target and linked, not booked again."
    ),
    "different": Look(word="Different", tone="danger", icon="not-equal", meaning="Booked, but not as sent."),
    "unchanged": Look(word="Unchanged", tone="neutral", icon="equal", meaning="Read back: it stands as before."),
    "rejected": Look(word="Refused", tone="danger", icon="cross", meaning="The target refused this record."),
    "transient": Look(
        word="Not booked", tone="neutral", icon="sync", meaning="Certainly not booked; it is tried again."
    ),
    "unknown": Look(
        word="No answer", tone="info", icon="question", meaning="Sent, but not answered. We look before we repeat."
    ),
    "absent": Look(word="Not there", tone="neutral", icon="search", meaning="Looked up in the target and not found."),
}

ENVIRONMENTS: dict[str, Look] = {
    "sandbox": Look(word="Sandbox", tone="neutral", icon="device", meaning="Our simulator. Nothing real is reached."),
    "test": Look(word="Test", tone="info", icon="scale", meaning="A test site of that system."),
    "live": Look(word="Live", tone="progress", icon="bolt", meaning="Real books."),
}

MAPPING_STATUSES: dict[str, Look] = {
    "draft": Look(word="Draft", tone="warning", icon="dot", meaning="Changes nothing until it is published."),
    "published": Look(word="Published", tone="success", icon="check", meaning="Records are mapped by this version."),
    "retired": Look(word="Retired", tone="neutral", icon="skip", meaning="Kept for the trail."),
}

RECONCILIATIONS: dict[str, Look] = {
    "ties": Look(word="Ties", tone="success", icon="equal", meaning="Nothing differs that nobody has explained."),
    "differs": Look(word="Differs", tone="warning", icon="not-equal", meaning="Heal or explain each difference."),
    "signed": Look(word="Signed off", tone="success", icon="lock", meaning="Frozen, with its digest in the trail."),
    "stale": Look(
        word="Changed since",
        tone="warning",
        icon="alert",
        meaning="Something was booked in it, changed, or moved out of it after it was signed off.",
    ),
}

BACKFILLS: dict[str, Look] = {
    "running": Look(
        word="Under way", tone="progress", icon="spinner", meaning="Posts a few at a time, after new ones."
    ),
    "paused": Look(word="Paused", tone="warning", icon="pause", meaning="Takes up nothing more until it is resumed."),
    "done": Look(word="Done", tone="success", icon="check", meaning="Everything of its days was taken up."),
    "ended": Look(word="Given up", tone="neutral", icon="skip", meaning="What was not reached is left out as before."),
}

APPROVALS: dict[str, Look] = {
    "waiting": Look(word="Waits", tone="warning", icon="clock", meaning="Somebody else approves or declines it."),
    "granted": Look(word="Under way", tone="progress", icon="spinner", meaning="Approved, and being done."),
    "done": Look(word="Approved", tone="success", icon="check", meaning="Approved by a second person, and done."),
    "declined": Look(word="Declined", tone="danger", icon="cross", meaning="Nothing was done."),
    "withdrawn": Look(word="Withdrawn", tone="neutral", icon="skip", meaning="Taken back by who asked for it."),
    "lapsed": Look(word="Lapsed", tone="neutral", icon="clock", meaning="Too late, or changed since. Ask anew."),
}

DIFFERENCES: dict[str, Look] = {
    "missing": Look(word="Missing", tone="danger", icon="search", meaning="The source has it, the target has not."),
    "held": Look(
        word="Held",
        tone="warning",
        icon="hand",
        meaning="The document of an earlier one counts for it until it is settled.",
    ),
    "extra": Look(word="Extra", tone="danger", icon="plus", meaning="The target has it, the source has not."),
    "amount": Look(word="Amount", tone="danger", icon="not-equal", meaning="The amounts are not the same."),
    "date": Look(word="Date", tone="warning", icon="clock", meaning="It is posted in another period."),
    "account": Look(word="Account", tone="warning", icon="rows", meaning="It stands on other accounts than drafted."),
    "unapplied": Look(word="Not applied", tone="warning", icon="link", meaning="It is not applied as in the source."),
    "duplicate": Look(word="Twice", tone="danger", icon="copy", meaning="The target has it more than once."),
}

STATES: dict[str, dict[str, Look]] = {
    "record": RECORD_STATES,
    "run": RUN_STATES,
    "sync": SYNC_STATES,
    "connection": CONNECTION_STATES,
    "attempt": ATTEMPT_OUTCOMES,
    "environment": ENVIRONMENTS,
    "mapping": MAPPING_STATUSES,
    "reconciliation": RECONCILIATIONS,
    "difference": DIFFERENCES,
    "backfill": BACKFILLS,
    "approval": APPROVALS,
}


def look_of(state: str, kind: str = "record") -> Look:
    """Give the look of a state; an unknown one shows its own name, plainly."""
    plain = Look(word=state.replace("_", " ").capitalize(), tone="neutral", icon="dot")
    return STATES.get(kind, {}).get(state, plain)


def choices(kind: str, states: Iterable[str]) -> list[tuple[str, str]]:
    """Give states with their words, for a filter."""
    return [(state, look_of(state, kind).word) for state in states]
