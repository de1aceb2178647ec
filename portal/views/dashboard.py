"""Home: what needs attention, and how the syncs are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.permissions import Ability
from portal.tenancy import requires
from portal.ui import Step

FIRST_STEPS = (
    Step(
        name="Connect both systems",
        status="todo",
        text="Type in credentials once. They are sealed and never shown again.",
    ),
    Step(name="Ping them", status="todo", text="Each step is timed. What fails says why, and how to fix it."),
    Step(name="Set up the sync and its mappings", status="todo", text="Missing accounts, items and taxes are listed."),
    Step(name="Rehearse", status="todo", text="See a month as it would be booked. Nothing is written."),
    Step(name="Switch it on", status="todo", text="By schedule and by webhook."),
)


@requires(Ability.VIEW)
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Show the first steps to a company without syncs."""
    return render(request, "dashboard/index.html", {"first_steps": FIRST_STEPS})
