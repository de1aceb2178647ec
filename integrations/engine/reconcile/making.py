"""What a worker does for a reconciliation that was asked for: the period first, then what is open at its end."""

from datetime import date

from django.db.models import Min
from django.utils import timezone

from integrations.engine.reconcile.open_items import tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.report import TieOut, load_tie_out
from integrations.engine.reconcile.signing import save_report
from integrations.errors import ConfigurationError
from integrations.models import Check, Reconciliation, Sync, SyncRecord

STEPS = ("Reading both systems and comparing documents", "Tying out what is open")


def reconcile(sync: Sync, check: Check) -> None:
    """Reconcile the asked period and keep the report as its open one. Raises ConfigurationError, TransientError.

    Where the target cannot tell what was open, the period alone is kept, with the reason in the check's report.
    """
    start, end = (date.fromisoformat(check.params[name]) for name in ("start", "end"))
    with_open_items = bool(check.params.get("open_items"))
    steps, begun_at = STEPS if with_open_items else STEPS[:1], timezone.now()
    _tell(check, steps, 1)
    report = reconcile_period(sync, start, end)
    opened, refused = None, ""
    if with_open_items:
        _tell(check, steps, 2)
        try:
            opened = tie_out(sync, end, since=_since(sync, start), before=_before(sync, start))
        except ConfigurationError as error:
            refused = error.message
    saved = save_report(sync, report, opened, actor=check.asked_by, begun_at=begun_at)
    check.report = {"reconciliation": saved.pk, "not_tied_out": refused}


def _tell(check: Check, steps: tuple[str, ...], number: int) -> None:
    check.report = {"step": steps[number - 1], "number": number, "of": len(steps)}
    check.save(update_fields=["report"])


def _since(sync: Sync, start: date) -> date:
    """Give the first day whose documents may still be open."""
    known = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync)
    first: date | None = known.aggregate(first=Min("document_date"))["first"]
    return min(day for day in (start, sync.start_date, first) if day is not None)


def _before(sync: Sync, start: date) -> TieOut | None:
    """Give the tie-out that this one goes on from: of the newest earlier period that somebody signed."""
    rows = Reconciliation.objects.for_tenant(sync.tenant_id).filter(sync=sync, end__lt=start, tie_out__isnull=False)
    signed = rows.filter(state=Reconciliation.State.SIGNED).order_by("-end", "-id").first()
    return load_tie_out(signed.tie_out) if signed is not None and signed.tie_out else None
