"""Prove it: a few real documents booked in a sandbox or test target and reversed, shown step by step."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from integrations.engine.trial.prove import ask_for_proof
from integrations.errors import ConfigurationError
from integrations.models import Sync
from portal import setup
from portal.permissions import Ability
from portal.queries.proofs import proof_shown
from portal.systems import system
from portal.tenancy import current_user, requires
from portal.ui import crumbs
from portal.views.syncs import sync_or_404


@requires(Ability.VIEW)
@require_safe
def sync_prove(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the newest proof of a sync, live while it is under way."""
    sync = sync_or_404(request, pk)
    page: dict[str, object] = {
        "sync": sync,
        "proof": proof_shown(sync),
        "refusal": setup.why_not_provable(sync),
        "stages": [],
        "source": system(sync.source.connector),
        "target": system(sync.target.connector),
        "crumbs": crumbs(("Syncs", reverse("sync_list")), (sync.name, reverse("sync_detail", args=[pk])), "Prove it"),
    }
    return render(request, "syncs/setup_prove.html", page)


@requires(Ability.OPERATE)
@require_POST
def prove_make(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a worker prove a sync in its target; refused with the reason for a live one."""
    sync = sync_or_404(request, pk)
    try:
        ask_for_proof(sync, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    is_setup = sync.state == Sync.State.DRAFT and request.POST.get("stage") == setup.PROVE
    return redirect("sync_setup_stage", pk=pk, stage=setup.PROVE) if is_setup else redirect("sync_prove", pk=pk)
