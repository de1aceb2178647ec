"""Erases what a company keeps no longer: payloads in the trail and of rehearsals, and webhooks that are dealt with."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from audit.erase import erase_payloads
from integrations.models import Check, InboxEvent

ACTOR = "retention"
_AT_ONCE = 1000
_BOOKED = ["delivered", "linked", "different"]
_UNSETTLED = ["open", "unknown", "waiting", "parked", "different"]
# What a record that is held up was last tried with is kept: people and the engine still need it.
_OVER = """
SELECT a.id FROM audit_attempt a
LEFT JOIN integrations_syncrecord r ON r.id = a.record_id AND r.tenant_id = a.tenant_id
WHERE a.tenant_id = %(tenant)s AND a.id > %(after)s AND a.erased_by_id IS NULL
  AND a.closed_at < CASE WHEN a.outcome = ANY(%(booked)s) THEN %(booked_before)s ELSE %(tried_before)s END::timestamptz
  AND (r.state IS NULL OR r.state <> ALL(%(unsettled)s))
ORDER BY a.id LIMIT %(limit)s
"""


def erase_over(*, tenant_id: int, tried_before: datetime | None, booked_before: datetime | None) -> int:
    """Erase a company's payloads that were closed before these moments (None: never), in batches; give how many.

    `tried_before` is for attempts that booked nothing, for rehearsals and webhooks; `booked_before` for what stands in
    the target: afterwards it can be read back, but no longer changed or reversed from here. Safe to call twice.
    """
    if tried_before is not None:
        Check.objects.for_tenant(tenant_id).filter(made_at__lt=tried_before).exclude(payloads="").update(payloads="")
        done = InboxEvent.objects.for_tenant(tenant_id).exclude(state=InboxEvent.State.NEW)
        done.filter(received_at__lt=tried_before).delete()
    why = {"tried_before": _text(tried_before), "booked_before": _text(booked_before)}
    batches = _over(tenant_id, tried_before, booked_before)
    return sum(erase_payloads(tenant_id=tenant_id, attempt_ids=ids, actor=ACTOR, why=why) for ids in batches)


def _over(tenant_id: int, tried_before: datetime | None, booked_before: datetime | None) -> Iterator[list[int]]:
    params: dict[str, Any] = {
        "tenant": tenant_id, "after": 0, "booked": _BOOKED, "unsettled": _UNSETTLED, "limit": _AT_ONCE,
        "tried_before": tried_before, "booked_before": booked_before,
    }  # fmt: skip
    ids = _page(params)
    while ids:
        yield ids
        ids = _page({**params, "after": ids[-1]})


def _page(params: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_OVER, params)
        return [pk for (pk,) in cursor.fetchall()]


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
