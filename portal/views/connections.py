"""Connections: the list, and one of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from audit.queries import changes_of
from integrations import registry
from integrations.approvals.gate import holds
from integrations.contracts import Connector
from integrations.engine.strangers import MOST
from integrations.engine.subscriptions import can_subscribe, is_subscribed
from integrations.models import Action, Connection, Ping
from integrations.vault import present_secrets
from portal.expiry import endings
from portal.key_pairs import public_parts
from portal.permissions import Ability
from portal.pings import panel
from portal.queries.connections import connection_rows, syncs_of, webhook_days
from portal.systems import system
from portal.tenancy import current_tenant, requires
from portal.texts import markdown_html
from portal.ui import crumbs

PINGS_SHOWN = 10
CHANGES_SHOWN = 8


@requires(Ability.VIEW)
@require_safe
def connection_list(request: HttpRequest) -> HttpResponse:
    """List the company's connections with their state, last ping and use."""
    return render(request, "connections/list.html", {"rows": connection_rows(current_tenant(request))})


@requires(Ability.VIEW)
@require_safe
def connection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a connection is, whether it works, and where it is used."""
    return render_connection(request, connection_or_404(request, pk))


def connection_or_404(request: HttpRequest, pk: int) -> Connection:
    """Give a connection of the company in use."""
    rows = Connection.objects.for_tenant(current_tenant(request)).select_related("tenant")
    return get_object_or_404(rows, pk=pk)


def render_connection(request: HttpRequest, connection: Connection, webhook: object = None) -> HttpResponse:
    """Render a connection's page; `webhook` holds its inbound secrets where they were asked for."""
    connector = registry.connectors().get(connection.connector)
    pings = list(
        Ping.objects.for_tenant(connection.tenant_id).filter(connection=connection).order_by("-id")[:PINGS_SHOWN]
    )
    page = {
        "connection": connection,
        "system": system(connection.connector),
        "panel": panel(connection, pings[0] if pings else None),
        "pings": pings,
        "starts_ping": request.GET.get("ping") == "now" and not webhook,
        "values": _shown_values(connector, connection) if connector else (),
        "public_parts": public_parts(connector, connection.values) if connector else (),
        "endings": endings([connection]),
        "syncs": syncs_of(connection),
        "changes": changes_of(connection.tenant_id, f"connection {connection.pk}")[:CHANGES_SHOWN],
        "inbound": connector.inbound if connector else None,
        "inbound_guide": markdown_html(connector.inbound.guide) if connector and connector.inbound else "",
        "webhook": webhook,
        "webhook_days": webhook_days(connection),
        "most_refused": MOST,
        "can_subscribe": can_subscribe(connection),
        "is_held": connection.state == Connection.State.CHANGED and holds(connection.tenant_id, Action.IDENTITY),
        "asks_consent": connector is not None and connector.asks_consent,
        "consent_url": request.build_absolute_uri(reverse("consent_back")),
        "is_subscribed": is_subscribed(connection),
        "crumbs": crumbs(("Connections", reverse("connection_list")), connection.name),
    }
    return render(request, "connections/detail.html", page)


def _shown_values(connector: Connector, connection: Connection) -> list[tuple[str, str]]:
    """Give the values by label; of secrets only whether they are set."""
    kept = present_secrets(connection)
    shown = []
    for field in connector.fields:
        if field.is_secret:
            shown.append((field.label, "Set and sealed" if field.name in kept else "Not set"))
        elif not field.name.endswith("_pem"):
            value = connection.values.get(field.name, "")
            shown.append((field.label, dict(field.choices).get(value, value)))
    return shown
