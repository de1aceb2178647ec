"""Wakes records that have waited long enough to be judged anew: overdue ones, and those of closed periods."""

from datetime import datetime, time

from django.db import connection

from integrations.engine.parents import wait_days
from integrations.engine.work import RunState, State
from integrations.models import Sync, SyncRecord
from integrations.periods import CODES, HOLD

_AGAIN_S = 6 * 3600  # a target that does not tell its periods is tried again so often


def wake_waiting(state: RunState) -> int:
    """Make due what is overdue and no problem yet, and now and then what waits for a period; give how many."""
    sql = (
        "UPDATE integrations_syncrecord SET state = 'due', due_at = now() WHERE sync_id = %s AND flow = %s "
        "AND state = 'waiting' AND ((problem_id IS NULL AND waiting_since <= now() - make_interval(days => %s)) "
        "OR (changed_at <= now() - make_interval(secs => %s) AND (code = %s OR waiting_since < %s)))"
    )
    month = datetime.combine(state.today.replace(day=1), time(), tzinfo=state.source_zone)
    woken = 0
    with connection.cursor() as cursor:
        for slug, plan in state.plans.items():
            values = (state.sync.pk, slug, wait_days(state, plan).days, _AGAIN_S, CODES[HOLD], month)
            cursor.execute(sql, values)
            woken += cursor.rowcount
    return woken


def has_closed_periods(sync: Sync) -> bool:
    """Tell whether records wait for a period to open."""
    waiting = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, state=State.WAITING, code=CODES[HOLD])
    return waiting.exists()
