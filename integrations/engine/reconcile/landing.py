"""What lands in a signed period, or is moved out of it: the report is marked stale and the document listed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from integrations.contracts import Facts, Found
from integrations.engine.compare import differences
from integrations.engine.drafts import load_facts
from integrations.models import Companion, Link, Reconciliation, Sync

_SIGNED = (Reconciliation.State.SIGNED, Reconciliation.State.STALE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """A document just read back from the target: booked, changed, or only read again; or missed there: `is_gone`."""

    key: str
    label: str
    found: Found
    is_gone: bool = False  # deleted or voided by others; `found` tells how it stood
    was_on: date | None = None  # the day on which the ledger had it when it was read before, if that was another

    @property
    def day(self) -> date | None:
        """The day on which the ledger has it."""
        return self.found.facts.posting_date or self.found.facts.date


def note_landed(sync: Sync, flow: str, landed: Sequence[Landed]) -> int:
    """Mark signed periods stale that one of these lands in or has left; give the number of documents that did.

    Called once per batch, before its links are saved, inside their transaction: one query, and three where periods are
    signed. What stood there already, just so, does not land again.
    """
    dated = [each for each in landed if each.day is not None]
    if not dated:
        return 0
    rows = Reconciliation.objects.for_tenant(sync.tenant_id).filter(sync=sync, state__in=_SIGNED)
    signed = list(rows.values_list("pk", "start", "end"))
    new = _new(sync, flow, dated) if signed else []
    return sum(
        _mark_stale(sync, flow, pk, [each for each in new if _is_of(each, start, end)]) for pk, start, end in signed
    )


def _is_of(each: Landed, start: date, end: date) -> bool:
    return any(day is not None and start <= day <= end for day in (each.day, each.was_on))


def _new(sync: Sync, flow: str, landed: Sequence[Landed]) -> list[Landed]:
    """Leave out what our links know already with the same facts; say of the others on which day they stood before."""
    named: dict[str, Any] = {
        "source_identity": sync.source_identity,
        "target_identity": sync.target_identity,
        "flow": flow,
        "natural_key__in": [each.key for each in landed],
    }
    shown = ("natural_key", "external_id", "facts")
    links = Link.objects.for_tenant(sync.tenant_id).filter(**named).values_list(*shown)
    further = Companion.objects.for_tenant(sync.tenant_id).filter(**named).values_list(*shown)
    known = {(key, external_id): facts for key, external_id, facts in (*further, *links)}
    new = [(each, known.get((each.key, each.found.external_id))) for each in landed]
    return [
        replace(each, was_on=_stood_on(was, each))
        for each, was in new
        if each.is_gone or not _stood_so(was, each.found.facts)
    ]


def _stood_on(known: Mapping[str, Any] | None, each: Landed) -> date | None:
    """Give the day on which a document stood before, where it is another; days that were not read then are no news."""
    if known is None:
        return None
    was = load_facts(known)
    day = was.posting_date if each.found.facts.posting_date is not None else was.date
    return day if day != each.day else None


def _stood_so(known: Mapping[str, Any] | None, stands: Facts) -> bool:
    """Tell whether all that was read before stands still, but for what may change without a posting.

    That is what is applied and open, and names. What was not read then, and is now, is no news.
    """
    if known is None:
        return False
    return not differences(replace(load_facts(known), applied=None, open_amount=None, name=None), stands)


def _mark_stale(sync: Sync, flow: str, pk: int, landed: Sequence[Landed]) -> int:
    if not landed:
        return 0
    with transaction.atomic():
        held = Reconciliation.objects.for_tenant(sync.tenant_id).select_for_update().get(pk=pk)
        gone = {each["external_id"] for each in held.late if each.get("gone")}  # it may be missed at every look
        landed = [each for each in landed if not (each.is_gone and each.found.external_id in gone)]
        held.late = [*held.late, *(_told(flow, each) for each in landed)]
        held.state = Reconciliation.State.STALE
        held.save(update_fields=["late", "state"])
    return len(landed)


def _told(flow: str, each: Landed) -> dict[str, str]:
    facts = each.found.facts
    return {
        "flow": flow,
        "id": each.key,
        "label": f"{each.label} (gone from there)" if each.is_gone else each.label,
        "external_id": each.found.external_id,
        "day": str(each.day),
        "was_on": str(each.was_on or ""),
        "currency": facts.currency or "",
        "total": str(facts.total) if facts.total is not None else "",
        "at": timezone.now().isoformat(),
        **({"gone": "yes"} if each.is_gone else {}),
    }
