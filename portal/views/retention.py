"""How long payloads are kept."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit.queries import changes_of
from portal.forms.retention import RetentionForm
from portal.permissions import Ability
from portal.retention import choose_retention, retention_of
from portal.tenancy import current_tenant, current_user, requires

CHANGES_SHOWN = 10


@requires(Ability.VIEW)
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """Show how long payloads are kept, and what was erased last."""
    kept = retention_of(current_tenant(request))
    form = RetentionForm(initial={"tried_days": kept.tried_days or 0, "booked_days": kept.booked_days or 0})
    return _page(request, form)


@requires(Ability.MANAGE)
@require_POST
def retention_choose(request: HttpRequest) -> HttpResponse:
    """Choose how long payloads are kept."""
    form = RetentionForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    choose_retention(tenant=current_tenant(request), actor=current_user(request).email, **form.cleaned_data)
    messages.success(request, "Saved. What is over is erased once a day, from tomorrow on.")
    return redirect("retention")


def _page(request: HttpRequest, form: RetentionForm, status: int = 200) -> HttpResponse:
    tenant = current_tenant(request)
    kept = retention_of(tenant)
    words = {name: dict(form.fields[name].choices) for name in form.fields}  # type: ignore[attr-defined]
    page = {
        "form": form,
        "kept": kept,
        "facts": [
            (form.fields[name].label, words[name][str(getattr(kept, name) or 0)])
            for name in ("tried_days", "booked_days")
        ],
        "changes": changes_of(tenant, "retention")[:CHANGES_SHOWN],
    }
    return render(request, "retention/index.html", page, status=status)
