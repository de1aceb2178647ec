"""An undo as something a second person approves."""

from datetime import date
from typing import Any

from django.urls import reverse

from integrations.engine.undo import Plan, Scope, is_held, plan_undo, undo, undo_deed
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Sync, SyncRecord
from portal.approvals.publishing import sync_of
from portal.approvals.wanted import Wanted, number_of
from portal.models import Tenant
from portal.queries.undo import Line, plan_shown


def scope_of(what: dict[str, Any]) -> Scope:
    """Read a scope as a request keeps it."""
    day = date.fromisoformat(what["day"]) if what.get("day") else None
    return Scope(record_id=what.get("record"), run_id=what.get("run"), day=day)


def undoing(tenant: Tenant, what: dict[str, Any]) -> Wanted:
    """Make out an undo (`sync`, and one of `record`, `run`, `day`). Raises ConfigurationError where there is nothing.

    `reason` is the asker's: the verb keeps it with every document.
    """
    sync, scope = sync_of(tenant, what["sync"]), scope_of(what)
    if sync.state != Sync.State.ACTIVE:
        raise ConfigurationError(f"{sync.name} is not switched on: nothing can be reversed.", code="not_active")
    plan = plan_undo(sync, scope)
    shown, name = plan_shown(sync, plan), _name_of(tenant, scope)
    lines: list[Line] = shown["lines"]  # type: ignore[assignment]  # as `plan_shown` says

    def run(actor: str, approval: int) -> str:
        done = undo(sync, scope=scope, actor=actor, reason=what["reason"], approval=approval)
        start_due()
        return f"{being_reversed(done)} Nothing is deleted."

    return Wanted(
        kind="undo",
        deed=undo_deed(sync, scope, plan),
        what=what,
        title=f"Undo {name} in {sync.name}",
        facts=(
            ("Sync", sync.name),
            ("What", name),
            *((line.kind, sum_words(line)) for line in lines),
        ),
        url=_url_of(sync, scope),
        template="approvals/undo.html",
        is_held=is_held(sync, scope),
        run=run,
        page=shown,
    )


def sum_words(line: Line) -> str:
    """Write a line of sums: “3 documents, 1,230.50 EUR”."""
    money = f", {line.total:,.2f} {line.currency}" if line.currency else ""
    return f"{number_of(line.number, 'document', 'documents')}{money}"


def being_reversed(plan: Plan) -> str:
    """Say how many documents an undo reverses."""
    number = len(plan.records) + len(plan.children)
    return "1 document is being reversed." if number == 1 else f"{number:,} documents are being reversed."


def _name_of(tenant: Tenant, scope: Scope) -> str:
    if scope.record_id is not None:
        record = SyncRecord.objects.for_tenant(tenant).filter(pk=scope.record_id).first()
        return str(record or f"record {scope.record_id}")
    if scope.run_id is not None:
        return f"all that run {scope.run_id} booked"
    return f"all that was booked on {scope.day.day} {scope.day:%B %Y}" if scope.day else "everything"


def _url_of(sync: Sync, scope: Scope) -> str:
    if scope.record_id is not None:
        return reverse("record_undo", args=[scope.record_id])
    if scope.run_id is not None:
        return reverse("run_undo", args=[scope.run_id])
    return f"{reverse('day_undo', args=[sync.pk])}?day={scope.day}"
