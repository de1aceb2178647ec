"""What holds just now and people want to know: problems, stopped syncs, failed runs, periods; each in plain words."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone

from audit.models import Run
from integrations.models import Reconciliation, Sync
from integrations.money import decimals
from portal.approvals.waiting import waiting_with_people
from portal.causes import cause_of
from portal.expiry import WARN_DAYS, Ending, endings_of
from portal.models import Membership, Tenant
from portal.notifications.kinds import Kind
from portal.queries.causes import WAITING, Held, held_up
from portal.queries.home import broken_connections, period_name
from portal.queries.reconciliation import unreconciled_of
from portal.words import ACTORS, join

RUNS_LOOKED_AT = 300
_STILL_NEWS = timedelta(minutes=10)  # a failure that was made up for meanwhile is told all the same
_OWNER, _ACCOUNTANT = ACTORS["portal_owner"], ACTORS["accountant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that holds: the same `about` is the same thing. `people` are told by letter besides all channels."""

    kind: Kind
    about: str
    title: str
    text: str
    who: str
    path: str
    people: tuple[str, ...] = ()

    @property
    def cause(self) -> str:
        """Give what the thing is known by, of one length."""
        return hashlib.sha256(self.about.encode()).hexdigest()


def problems(tenant: Tenant) -> Iterator[Condition]:
    """Give the causes that hold records up."""
    for held in held_up(tenant):
        yield Condition(
            kind=Kind.WAITING if held.code in WAITING else Kind.PROBLEM,
            about=":".join(str(part) for part in held.name),
            title=held.title,
            text=_sentences(f"{held.sync.name}: {_amount(held)} held up.", held.cause.cause, held.cause.fix),
            who=held.cause.who or _ACCOUNTANT,
            path=held.url,
        )


def _amount(held: Held) -> str:
    money = " and ".join(_money(amount, currency) for currency, amount in sorted(held.money.items()))
    return f"{held.records:,} record{'' if held.records == 1 else 's'}{f' ({money})' if money else ''}"


def _money(amount: str, currency: str) -> str:
    """Write an amount in its currency's own decimals: “18,240.50 EUR”."""
    try:
        places = decimals(currency)
    except ValueError:
        places = 2
    return f"{Decimal(amount):,.{places}f} {currency}"


def _sentences(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def stopped(tenant: Tenant) -> Iterator[Condition]:
    """Give the syncs that stopped until somebody acts."""
    rows = Sync.objects.for_tenant(tenant).filter(state=Sync.State.STOPPED).select_related("source", "target")
    for sync in rows:
        cause = cause_of(sync.stop_code, sync.source, sync.target)
        yield Condition(
            kind=Kind.STOPPED,
            about=f"{sync.pk}:{sync.stop_code}",
            title=f"{sync.name} is stopped: {cause.title}",
            text=_sentences(sync.stop_reason, cause.fix, "Nothing is booked until it is switched on again."),
            who=cause.who or _OWNER,
            path=reverse("sync_detail", args=[sync.pk]),
        )


def failed(tenant: Tenant) -> Iterator[Condition]:
    """Give the newest runs that did not get through, and those of the last minutes that others made up for."""
    syncs = {each.pk: each for each in Sync.objects.for_tenant(tenant).select_related("source", "target")}
    since, seen = timezone.now() - _STILL_NEWS, set[int]()
    ended = Run.objects.for_tenant(tenant).exclude(state=Run.State.RUNNING).defer("counts")
    for run in ended.order_by("-id")[:RUNS_LOOKED_AT]:
        is_newest = run.sync_id not in seen
        seen.add(run.sync_id)
        sync = syncs.get(run.sync_id)
        is_news = is_newest or (run.ended_at is not None and run.ended_at >= since)
        if sync and is_news and sync.state == Sync.State.ACTIVE and run.state in (Run.State.FAILED, Run.State.LOST):
            yield _failed(sync, run)


def _failed(sync: Sync, run: Run) -> Condition:
    cause = cause_of(run.code, sync.source, sync.target)
    return Condition(
        kind=Kind.FAILED,
        about=f"{sync.pk}:{run.code}",
        title=f"{sync.name} did not get through: {cause.title}",
        text=_sentences(run.message, cause.fix, "It is tried again by itself."),
        who=cause.who or _OWNER,
        path=reverse("run_detail", args=[run.pk]),
    )


def connections(tenant: Tenant) -> Iterator[Condition]:
    """Give the connections that fail, or behind which another company answers."""
    for broken in broken_connections(tenant):
        yield Condition(
            kind=Kind.CONNECTION,
            about=broken.url,
            title=broken.title,
            text=broken.text,
            who=_OWNER,
            path=broken.url,
        )


def expiring(tenant: Tenant) -> Iterator[Condition]:
    """Give the credentials that end soon: another thing at 30, 7 and 1 days before, and when they have ended."""
    for ending in endings_of(tenant):
        if (days := _warned_at(ending)) is not None:
            yield Condition(
                kind=Kind.EXPIRY,
                about=f"{ending.connection.pk}:{ending.expiry.what}:{ending.expiry.at.isoformat()}:{days}",
                title=f"{ending.connection.name}: {ending.sentence}",
                text=f"Without a new one its syncs stop. {ending.expiry.renew}",
                who=_OWNER,
                path=reverse("connection_detail", args=[ending.connection.pk]),
            )


def _warned_at(ending: Ending) -> int | None:
    """Give the nearest warning that is due: 30, 7 or 1, and 0 once it has ended."""
    return min((days for days in (*WARN_DAYS, 0) if ending.days <= days), default=None)


def approvals(tenant: Tenant) -> Iterator[Condition]:
    """Give the requests that wait for a second person; whoever may approve one is told by letter."""
    for request, people in waiting_with_people(tenant):
        yield Condition(
            kind=Kind.APPROVAL,
            about=str(request.pk),
            title=f"To be approved: {request.title}",
            text=f"{request.asker} asked for it: {request.reason} Somebody else approves or declines it.",
            who=join([person.display_name for person in people]) if people else "Nobody else may: invite somebody",
            path=reverse("approval_detail", args=[request.pk]),
            people=tuple(person.email for person in people),
        )


def periods(tenant: Tenant) -> Iterator[Condition]:
    """Give the periods that changed after sign-off, and those that differ."""
    emails = set(Membership.objects.for_tenant(tenant).values_list("user__email", flat=True))
    for held in unreconciled_of(tenant):
        is_stale = held.state == Reconciliation.State.STALE
        yield _stale(held, emails) if is_stale else _differs(held)


def _stale(held: Reconciliation, emails: set[str]) -> Condition:
    name, newest = period_name(held.start, held.end), held.late[-1]
    landed = ", ".join(str(each["label"] or each["id"]) for each in held.late[-3:])
    more = f" and {len(held.late) - 3} more" if len(held.late) > 3 else ""
    return Condition(
        kind=Kind.STALE,
        about=f"{held.pk}:{newest['at'][:10]}",
        title=f"{held.sync.name}: {name} changed after sign-off",
        text=f"Signed off by {held.signed_by}: {landed}{more} came in, changed or left since. What "
        "was signed is no longer the whole of it. See what changed, reconcile it again and sign it anew.",
        who=held.signed_by or _ACCOUNTANT,
        path=reverse("reconciliation_detail", args=[held.pk]),
        people=(held.signed_by,) if held.signed_by in emails else (),
    )


def _differs(held: Reconciliation) -> Condition:
    name = period_name(held.start, held.end)
    return Condition(
        kind=Kind.DIFFERENCE,
        about=str(held.pk),
        title=f"{held.sync.name}: {name} does not tie",
        text="Source and target differ, and nobody has explained why. Heal or explain each difference, then sign the "
        "period off.",
        who=_ACCOUNTANT,
        path=reverse("reconciliation_detail", args=[held.pk]),
    )
