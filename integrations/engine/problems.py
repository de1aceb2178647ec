"""One problem row per cause, however many records it holds up; it heals by itself when its last record does."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from audit.sql import insert_rows, update_rows
from integrations.contracts import DIFFERENCE_OPEN
from integrations.engine.work import RunState, State, Work
from integrations.money import to_json

_HOLDS = (State.PARKED, State.DIFFERENT)
_RETRIED = (State.DUE, State.UNKNOWN)
_STUBBORN = 5  # so many tries in vain are shown to a person, though they go on
_COLUMNS = (
    ("tenant_id", "bigint"), ("sync_id", "bigint"), ("code", "text"), ("field", "text"), ("value", "text"),
    ("message", "text"), ("records", "int"), ("money", "jsonb"), ("first_seen", "timestamptz"),
    ("last_seen", "timestamptz"),
)  # fmt: skip


def note_problems(state: RunState, works: Sequence[Work]) -> None:
    """Give each held work its problem, before its SyncRecord is written. Inside the caller's transaction."""
    causes: dict[tuple[str, str, str], str] = {}
    for work in works:
        if _is_held_up(work):
            causes.setdefault(_cause(work), work.reason)
        if work.row is not None and work.row.problem_id is not None:
            state.touched_problems.add(work.row.problem_id)
    if not causes:
        return
    now, sync = timezone.now(), state.sync
    rows = [(sync.tenant_id, sync.pk, *cause, message, 0, "{}", now, now) for cause, message in causes.items()]
    conflict = (
        "(sync_id, code, field, value) DO UPDATE "
        "SET message = EXCLUDED.message, last_seen = EXCLUDED.last_seen, healed_at = NULL"
    )
    ids = dict(
        zip(
            causes,
            insert_rows("integrations_problem", _COLUMNS, rows, on_conflict=conflict, returning="id"),
            strict=True,
        )
    )
    for work in works:
        work.problem_id = ids[_cause(work)] if _is_held_up(work) else None
    state.touched_problems.update(ids.values())


def _is_held_up(work: Work) -> bool:
    waits_too_long = work.state == State.WAITING and work.is_overdue
    lacks_account = work.state == State.DELIVERED and work.code == DIFFERENCE_OPEN
    is_retried_in_vain = work.state in _RETRIED and work.tries >= _STUBBORN
    return work.state in _HOLDS or waits_too_long or lacks_account or is_retried_in_vain


def _cause(work: Work) -> tuple[str, str, str]:
    return work.code, work.field[:120], work.value[:200]


def refresh_problems(state: RunState) -> None:
    """Count records and money the touched problems hold up; in the caller's transaction, after records are written."""
    if state.touched_problems:
        recount(state.touched_problems)
        state.touched_problems.clear()


def recount(problem_ids: Iterable[int]) -> None:
    """Bring problems' counts up to date; one without records is healed."""
    ids = list(problem_ids)
    counts: dict[int, int] = dict.fromkeys(ids, 0)
    money: dict[int, dict[str, str]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT problem_id, currency, count(*), sum(amount) FROM integrations_syncrecord "
            "WHERE problem_id = ANY(%s) GROUP BY problem_id, currency",
            [ids],
        )
        for problem_id, currency, number, amount in cursor.fetchall():
            counts[problem_id] += number
            if currency:
                money[problem_id][currency] = f"{Decimal(amount or 0).normalize():f}"
    columns = (("id", "bigint"), ("records", "int"), ("money", "jsonb"))
    rows = [(problem_id, counts[problem_id], to_json(money[problem_id])) for problem_id in ids]
    update_rows("integrations_problem", columns, rows, also="healed_at = CASE WHEN v.records = 0 THEN now() END")
