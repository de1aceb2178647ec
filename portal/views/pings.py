"""Ping your systems, and the webhook secrets of a connection: what one asks of a connection without changing it."""

from collections.abc import Iterable, Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from audit.record import change_config
from integrations import registry
from integrations.contracts import PingStep
from integrations.engine import subscriptions
from integrations.engine.ping import keep, ping, ping_steps
from integrations.errors import ConnectorError
from integrations.models import Connection
from integrations.vault import open_inbound
from portal.permissions import Ability
from portal.pings import panel, progress
from portal.tenancy import current_user, requires
from portal.ui import Copyable
from portal.views.connections import connection_or_404, render_connection

LIVE = "X-Live"  # what the page's script sends where it shows each step as it comes
BETWEEN = "\x1e"  # separates what is shown meanwhile from what follows


@requires(Ability.OPERATE)
@require_POST
def connection_ping(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ping one connection: step by step for a page that listens, else all at once and back to its page."""
    connection = connection_or_404(request, pk)
    actor = current_user(request).email
    if request.headers.get(LIVE):
        pieces = _pieces(request, connection, ping_steps(connection, actor=actor))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingHttpResponse(pieces, headers=headers)
    ping(connection, actor=actor)
    return redirect(reverse("connection_detail", args=[pk]))


def _pieces(request: HttpRequest, connection: Connection, steps: Iterable[PingStep]) -> Iterator[str]:
    """Give the list of steps anew after each, and at the end the whole panel; the request's middleware has ended."""
    taken: list[PingStep] = []
    for step in steps:
        taken.append(step)
        if step.ok:
            so_far = {"steps": progress(connection, taken)}
            yield render_to_string("components/steps.html", so_far, request) + BETWEEN
    names = "names" in request.GET  # the panel stands beside others, on a sync's page
    with timezone.override(connection.tenant.zone):
        shown = {"panel": panel(connection, keep(connection, taken)), "is_fresh": True, "names": names}
        yield render_to_string(f"connections/{'ping_panel' if names else 'pinged'}.html", shown, request)


@requires(Ability.CONFIGURE)
@never_cache
@require_POST
def connection_webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the address and the secrets that the other system needs to call us; that it was shown is on record."""
    connection = connection_or_404(request, pk)
    connector = registry.connectors().get(connection.connector)
    if connector is None or connector.inbound is None:
        raise Http404("This system does not call us.")
    change_config(
        tenant_id=connection.tenant_id,
        actor=current_user(request).email,
        subject=f"connection {connection.pk}",
        action="webhook secrets shown",
        details={"name": connection.name},
    )
    messages.info(request, "The webhook's secrets are shown below. That you saw them is on record.")
    return render_connection(request, connection, _webhook(request, connection))


@requires(Ability.CONFIGURE)
@require_POST
def connection_subscribe(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the webhook subscription through the system's own API, or remove it."""
    connection = connection_or_404(request, pk)
    actor = current_user(request).email
    try:
        if subscriptions.is_subscribed(connection):
            subscriptions.unsubscribe(connection, actor=actor)
            messages.success(request, "The webhook subscription is removed. Documents arrive by the schedule.")
        else:
            url = request.build_absolute_uri(reverse("webhook", args=[connection.webhook_token]))
            subscriptions.subscribe(connection, url=url, actor=actor)
            messages.success(request, "Subscribed: changes arrive within seconds from now on.")
    except ConnectorError as error:
        messages.error(request, error.message)
    return redirect(reverse("connection_detail", args=[pk]) + "#webhook")


def _webhook(request: HttpRequest, connection: Connection) -> list[Copyable]:
    url = request.build_absolute_uri(reverse("webhook", args=[connection.webhook_token]))
    secrets = open_inbound(connection)
    shown = [Copyable(id="webhook-url", label="Webhook URL", text=url)]
    for name, text in secrets.items():
        label = name.removeprefix("webhook_").replace("_", " ").capitalize()
        shown.append(Copyable(id=f"inbound-{name}", label=label, text=text))
    return shown
