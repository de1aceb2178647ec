"""Reconciliation: the periods, one of them with its differences, healing, explaining, signing off, printing."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from integrations.engine.reconcile.export import Table, to_csv, to_xlsx
from integrations.engine.reconcile.heal import heal
from integrations.engine.reconcile.report import Difference
from integrations.engine.reconcile.signing import mark, sign
from integrations.engine.rehearsal.stored import ask
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from integrations.models import Check, Reconciliation, Sync
from portal.forms.reconciliation import ReconciliationForm
from portal.paging import page_by_id, slice_page
from portal.permissions import Ability
from portal.queries.home import period_name
from portal.queries.reconciliation import (
    Shown,
    asked_of,
    chosen,
    flow_tabs,
    narrowed,
    reconciliations_of,
    shown,
    standing_of,
)
from portal.queries.workbook import table_names, workbook_of
from portal.systems import system
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.approvals import refused

DIFFERENCES_SHOWN = 100
RECONCILABLE = (Sync.State.ACTIVE, Sync.State.PAUSED, Sync.State.STOPPED)


@requires(Ability.VIEW)
@require_safe
def reconciliation_list(request: HttpRequest) -> HttpResponse:
    """List the periods that were reconciled, and offer to reconcile one."""
    return _list(request, ReconciliationForm(syncs=_syncs(request)))


@requires(Ability.VIEW)
@require_safe
def reconciliation_live(request: HttpRequest) -> HttpResponse:
    """Give the part of the list that changes while a reconciliation is made; the whole page once it is done."""
    checks = asked_of(current_tenant(request))
    is_busy = any(each.is_under_way for each in checks)
    answer = render(request, "reconciliation/asked.html", {"checks": checks, "is_busy": is_busy})
    if not is_busy:
        answer["HX-Refresh"] = "true"
    return answer


@requires(Ability.OPERATE)
@require_POST
def reconciliation_start(request: HttpRequest) -> HttpResponse:
    """Have a period reconciled by a worker."""
    syncs = _syncs(request)
    if request.POST.get("sync") not in {str(each.pk) for each in syncs}:
        raise Http404("No such sync.")
    form = ReconciliationForm(request.POST, syncs=syncs)
    if not form.is_valid():
        return _list(request, form, status=422)
    given = form.cleaned_data
    sync = next(each for each in syncs if each.pk == given["sync"])
    params = {"start": str(given["start"]), "end": str(given["end"]), "open_items": given["open_items"]}
    check = ask(sync, Check.Kind.RECONCILIATION, actor=current_user(request).email, params=params)
    if check.params == params:
        messages.success(request, "Both systems are read now. Nothing is written to either.")
    else:
        messages.info(request, f"{sync.name} is being reconciled already. Ask again when that is done.")
    return redirect("reconciliation_list")


def _list(request: HttpRequest, form: ReconciliationForm, status: int = 200) -> HttpResponse:
    tenant = current_tenant(request)
    page = page_by_id(request, reconciliations_of(tenant))
    checks = asked_of(tenant)
    listed = {
        "page": page,
        "rows": [(row, period_name(row.start, row.end), standing_of(row)) for row in page.rows],
        "checks": checks,
        "is_busy": any(each.is_under_way for each in checks),
        "form": form,
        "has_syncs": bool(form.fields["sync"].choices),  # type: ignore[attr-defined]
    }
    return render(request, "reconciliation/list.html", listed, status=status)


def _syncs(request: HttpRequest) -> list[Sync]:
    rows = Sync.objects.for_tenant(current_tenant(request)).filter(state__in=RECONCILABLE, trial_of=None)
    return list(rows.select_related("source", "target").order_by("name"))


# One of them


@requires(Ability.VIEW)
@require_safe
def reconciliation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a period: the matrix, each difference with what heals it, what is open, and who signed."""
    found = shown_or_404(request, pk)
    kind, currency = request.GET.get("kind", ""), request.GET.get("currency", "")
    page = slice_page(request, narrowed(found.differences, kind, currency), DIFFERENCES_SHOWN)
    return render(
        request,
        "reconciliation/detail.html",
        {
            **_told(found),
            "page": page,
            "filters": {"kind": kind, "currency": currency},
            "tabs": flow_tabs(found, kind, currency),
            "tables": table_names(found),
            "crumbs": crumbs(("Reconciliation", reverse("reconciliation_list")), _name(found)),
        },
    )


@requires(Ability.VIEW)
@require_safe
def reconciliation_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a period as a page to print or to save as PDF."""
    return render(request, "reconciliation/print.html", _told(shown_or_404(request, pk)))


@requires(Ability.EXPORT)
@require_safe
def reconciliation_export(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a period as a workbook, or one of its tables as CSV (`?table=Totals`)."""
    found = shown_or_404(request, pk)
    made = workbook_of(found)
    name = slugify(found.reconciliation.sync.name)
    stem = f"reconciliation-{name}-{found.report.start}-{found.report.end}"
    wanted = request.GET.get("table", "")
    if not wanted:
        xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return _file(to_xlsx(made), xlsx, f"{stem}.xlsx")
    table = _table(made, wanted)
    return _file(to_csv(table).encode("utf-8-sig"), "text/csv; charset=utf-8", f"{stem}-{slugify(table.name)}.csv")


def _table(made: tuple[Table, ...], wanted: str) -> Table:
    for table in made:
        if table.name.lower() == wanted.lower():
            return table
    raise Http404("No such table.")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@requires(Ability.MAP)
@require_POST
def reconciliation_explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Explain differences with a reason, so that they no longer stand in the way of signing."""
    found, names = shown_or_404(request, pk), request.POST.getlist("difference")
    if not names:
        messages.error(request, "Tick the differences that your reason explains.")
        return redirect("reconciliation_detail", pk=pk)
    reason = request.POST.get("reason", "").strip()[:500]
    try:
        mark(found.reconciliation, names, reason=reason, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{_number(len(names))} explained. The reason stays with the report.")
    return redirect("reconciliation_detail", pk=pk)


@requires(Ability.MAP)
@require_POST
def reconciliation_heal(request: HttpRequest, pk: int) -> HttpResponse:
    """Set going what the engine can heal of the ticked differences."""
    found = shown_or_404(request, pk)
    picked = chosen(found.report, request.POST.getlist("difference"))
    if not picked:
        messages.error(request, "Tick the differences to be healed.")
        return redirect("reconciliation_detail", pk=pk)
    try:
        _heal(request, found, picked)
    except ConfigurationError as refusal:
        names = [each.name for each in picked]
        return refused(request, refusal, "differences", pk, "reconciliation_detail", pk, difference=names)
    return redirect("reconciliation_detail", pk=pk)


def _heal(request: HttpRequest, found: Shown, picked: list[Difference]) -> None:
    """Heal, and say what was begun and what a person has to do in the systems first."""
    if found.reconciliation.state != Reconciliation.State.OPEN:
        raise ConfigurationError("It is signed off: reconcile the period again, and heal what that finds.")
    healing = heal(found.reconciliation.sync, picked, actor=current_user(request).email)
    if begun := sum(healing.begun.values()):
        start_due()
        messages.success(request, f"{_number(begun)} being healed. Reconcile the period again in a moment.")
    if healing.left:
        messages.warning(request, f"{_number(len(healing.left))} left to a person: each line says what to do.")


@requires(Ability.MAP)
@require_POST
def reconciliation_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign a period off: its report is frozen."""
    found = shown_or_404(request, pk)
    try:
        sign(found.reconciliation, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{_name(found)} is signed off by you. Its report is frozen.")
    return redirect("reconciliation_detail", pk=pk)


def shown_or_404(request: HttpRequest, pk: int) -> Shown:
    """Give a reconciliation of the company in use, ready to be shown."""
    try:
        return shown(current_tenant(request), pk)
    except Reconciliation.DoesNotExist as error:
        raise Http404("No such reconciliation.") from error


def _told(found: Shown) -> dict[str, object]:
    held = found.reconciliation
    return {
        "shown": found,
        "held": held,
        "sync": held.sync,
        "name": _name(found),
        "standing": standing_of(held),
        "source": system(held.sync.source.connector),
        "target": system(held.sync.target.connector),
    }


def _name(found: Shown) -> str:
    return period_name(found.report.start, found.report.end)


def _number(number: int) -> str:
    return "1 difference is" if number == 1 else f"{number:,} differences are"
