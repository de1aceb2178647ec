"""Home: what needs attention, and how the syncs are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from integrations.models import Connection
from portal.permissions import Ability
from portal.queries.activity import chart_of
from portal.queries.home import attention, last_runs
from portal.queries.syncs import sync_rows
from portal.runs import name_of, run_view
from portal.tenancy import current_membership, current_tenant, requires
from portal.ui import Step
from portal.words import schedule_sentence

FIRST_STEPS = (
    Step(
        name="Connect both systems",
        status="todo",
        text="Type in credentials once. They are sealed and never shown again.",
    ),
    Step(name="Ping them", status="todo", text="Each step is timed. What fails says why, and how to fix it."),
    Step(name="Set up the sync", status="todo", text="It comes with a complete mapping that you may change."),
    Step(name="Look before it books", status="todo", text="See what is filled from what. Nothing is written."),
    Step(name="Switch it on", status="todo", text="By schedule and by webhook."),
)


@requires(Ability.VIEW)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show what needs a person first, then the syncs and their last runs; to a new company the first steps."""
    tenant = current_tenant(request)
    rows = sync_rows(tenant)
    if not rows:
        return render(request, "dashboard/first_steps.html", _first_steps(request))
    names = {row.sync.pk: row.sync.name for row in rows}
    listed, totals = attention(tenant, rows, current_membership(request))
    last = last_runs(tenant)
    page = {
        "rows": [(row, schedule_sentence(row.sync)) for row in rows],
        "attention": listed,
        "totals": totals,
        "chart": chart_of(tenant),
        "runs": [(run_view(run), name_of(run, names)) for run in last.runs],
        "last": last,
    }
    return render(request, "dashboard/index.html", page)


def _first_steps(request: HttpRequest) -> dict[str, object]:
    """Lead on to the guided set-up, whatever of it is there already."""
    connectors = set(Connection.objects.for_tenant(current_tenant(request)).values_list("connector", flat=True))
    if len(connectors) > 1:
        lead = {
            "title": "Both sides are connected. Join them",
            "text": "Choose what moves from which system to which. The sync is made switched off.",
            "action": "Set up a sync",
        }
    elif connectors:
        lead = {
            "title": "One side is connected. Connect the other",
            "text": "Choose the pair: the set-up takes the connection that you have and asks for the missing one.",
            "action": "Go on with the set-up",
        }
    else:
        lead = {
            "title": "Join your first two systems",
            "text": "Choose which billing documents are booked where, and connect both sides on the way. The sandbox "
            "works without credentials.",
            "action": "Set up a sync",
        }
    lead["url"] = reverse("sync_create")
    return {"lead": lead, "first_steps": FIRST_STEPS}
