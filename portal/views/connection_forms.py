"""The forms that make and change connections, with the guide beside them."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations import registry
from integrations.connection_form import PREFIX, ConnectionForm
from integrations.contracts import Connector, CredentialField, Pair
from integrations.engine.connections import change_connection, create_connection
from integrations.engine.rotation import Rotation, rotate
from integrations.errors import ConfigurationError, ConnectorError
from integrations.models import Connection
from portal.key_pairs import forget_pair, make_pair, pending_pair, public_parts
from portal.permissions import Ability
from portal.pings import refused_steps
from portal.sandbox import connect_sandbox, has_sandbox
from portal.systems import guide_html, system, systems
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import crumbs
from portal.views.connections import connection_or_404
from portal.words import ENVIRONMENTS

WITHOUT_PING = "without_ping"  # posted where values are to be replaced though their ping failed
SETUP = "for"  # the query parameter that names the pair being set up


@requires(Ability.CONFIGURE)
@require_safe
def connection_create(request: HttpRequest) -> HttpResponse:
    """Choose the system to connect."""
    page = {
        "systems": [(each, _field_count(each.slug)) for each in systems()],
        "has_sandbox": has_sandbox(),
        "crumbs": crumbs(("Connections", reverse("connection_list")), "Add a connection"),
    }
    return render(request, "connections/choose.html", page)


@requires(Ability.CONFIGURE)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def connection_create_system(request: HttpRequest, slug: str) -> HttpResponse:
    """Type in the credentials of one system, with its guide beside them."""
    connector = connector_or_404(slug)
    scope = _scope(request)
    form = form_for(request, connector, scope, environments=environment_choices())
    if form.is_bound and form.is_valid():
        made = _create(request, form, scope)
        if made:
            forget_pair(request, connector, scope)
            messages.success(request, f"{made.name} is saved. Its secrets are sealed.")
            return redirect(_onward(request, made))
    return _render_form(request, form, scope)


@requires(Ability.CONFIGURE)
@require_POST
def connection_sandbox(request: HttpRequest, slug: str) -> HttpResponse:
    """Connect the sandbox's simulator of a system, with credentials that the sandbox hands out."""
    if not has_sandbox():
        raise Http404("No sandbox here.")
    try:
        made = connect_sandbox(
            tenant_id=current_tenant(request).pk, connector=connector_or_404(slug), actor=current_user(request).email
        )
    except ConnectorError as refusal:
        messages.error(request, refusal.message)
        return redirect("connection_create")
    messages.success(request, f"{made.name} is connected to the simulator. Nothing real can be reached through it.")
    return redirect(_onward(request, made))


@requires(Ability.CONFIGURE)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def connection_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a connection's name and values, and replace its secrets."""
    connection = connection_or_404(request, pk)
    connector = connector_or_404(connection.connector)
    scope = _scope(request, connection)
    form = form_for(request, connector, scope, connection=connection)
    rotation = _change(request, form, connection, scope) if form.is_bound and form.is_valid() else None
    if rotation is None or not rotation.is_done:
        return _render_form(request, form, scope, refused=rotation)
    forget_pair(request, connector, scope)
    page = reverse("connection_detail", args=[pk])
    if rotation.steps:
        messages.success(request, f"The new values of {connection.name} work and are in use. Runs under way go on.")
        return redirect(page)
    messages.success(request, f"{connection.name} is changed. See whether it still works.")
    return redirect(f"{page}?ping=now")


# Helpers


def setup_pair(request: HttpRequest) -> Pair | None:
    """Give the pair whose set-up one came from, and goes back to."""
    return registry.pairs().get(request.GET.get(SETUP, ""))


def _onward(request: HttpRequest, made: Connection) -> str:
    """Give where a new connection leads: back to the set-up, with it chosen, else to its own page and first ping."""
    pair = setup_pair(request)
    if pair is None:
        return f"{reverse('connection_detail', args=[made.pk])}?ping=now"
    side = "source" if pair.source == made.connector else "target"
    return f"{reverse('sync_create_pair', args=[pair.slug])}?{side}={made.pk}"


def connector_or_404(slug: str) -> Connector:
    """Give an installed connector."""
    found = registry.connectors().get(slug)
    if found is None:
        raise Http404("No such system.")
    return found


def _field_count(slug: str) -> int:
    return sum(field.required for field in registry.connector(slug).fields)


def environment_choices() -> list[tuple[str, str]]:
    """Give the environments one may type credentials for, the safest first."""
    hidden = set() if has_sandbox() else {Connection.Environment.SANDBOX.value}
    return [(value, text) for value, text in ENVIRONMENTS if value not in hidden]


def _scope(request: HttpRequest, connection: Connection | None = None) -> str:
    """Name the form that a pending key pair belongs to: one of this company, for this connection or a new one."""
    return f"{current_tenant(request).pk}:{connection.pk if connection else 'new'}"


def form_for(request: HttpRequest, connector: Connector, scope: str, **rest: Any) -> ConnectionForm:
    """Give the form; where a key pair was asked for, with what was typed so far and no complaint."""
    if request.method != "POST":
        return ConnectionForm(connector=connector, **rest)
    if "make_pair" not in request.POST or connector.generate is None:
        return ConnectionForm(request.POST, connector=connector, **rest)
    typed = {field.name: request.POST.get(f"{PREFIX}{field.name}", "") for field in connector.fields}
    make_pair(request, connector, scope, typed)
    return ConnectionForm(initial=request.POST.dict(), connector=connector, **rest)


def _create(request: HttpRequest, form: ConnectionForm, scope: str) -> Connection | None:
    pair = pending_pair(request, form.connector, scope)
    if lacks_key(form, pair):
        return None
    try:
        return create_connection(
            tenant_id=current_tenant(request).pk,
            connector_slug=form.connector.slug,
            name=form.cleaned_data["name"],
            environment=form.cleaned_data["environment"],
            values=with_pair(form, pair),
            actor=current_user(request).email,
        )
    except ConfigurationError as refusal:
        form.refuse(refusal)
    except IntegrityError:
        form.add_error("name", "A connection of this name exists already. Choose another.")
    return None


def _change(request: HttpRequest, form: ConnectionForm, connection: Connection, scope: str) -> Rotation | None:
    """Replace the values once they were pinged, or at once where that was asked for; None where the form is refused."""
    values = with_pair(form, pending_pair(request, form.connector, scope))
    name, actor = form.cleaned_data["name"], current_user(request).email
    try:
        if WITHOUT_PING not in request.POST:
            return rotate(connection, values=values, actor=actor, name=name)
        change_connection(connection, values=values, actor=actor, name=name)
        return Rotation(steps=(), is_done=True)
    except ConfigurationError as refusal:
        form.refuse(refusal)
    except IntegrityError:
        form.add_error("name", "A connection of this name exists already. Choose another.")
    return None


def lacks_key(form: ConnectionForm, pair: dict[str, str]) -> bool:
    """Refuse a form whose key was never made: one made now would belong to no certificate in the other system."""
    values = with_pair(form, pair)
    missing = [field for field in form.connector.fields if field.kind == "generated" and not values.get(field.name)]
    for field in missing:
        form.add_error(f"{PREFIX}{field.name}", "Make the key pair first, then upload its certificate.")
    return bool(missing)


def with_pair(form: ConnectionForm, pair: dict[str, str]) -> dict[str, str]:
    """Add the key pair made for this form; a key of one's own, pasted, comes first."""
    typed = form.values()
    is_own = any(typed.get(field.name) for field in form.connector.fields if field.kind == "generated")
    return typed if is_own else {**typed, **pair}


def _render_form(
    request: HttpRequest, form: ConnectionForm, scope: str, refused: Rotation | None = None
) -> HttpResponse:
    connector, connection = form.connector, form.connection
    pair = pending_pair(request, connector, scope)
    last = ("Edit",) if connection else (f"Add {connector.name}",)
    middle = ((connection.name, reverse("connection_detail", args=[connection.pk])),) if connection else ()
    page = {
        "form": form,
        "parts": parts_of(form),
        "connection": connection,
        "refused": refused_steps(connection, refused.steps) if connection and refused else (),
        "system": system(connector.slug),
        "has_pair": bool(pair),
        "public_parts": public_parts(connector, pair or (connection.values if connection else {})),
        "guide": guide_html(connector.slug),
        "has_sandbox": has_sandbox(),
        "setup": setup_pair(request),
        "query": f"?{request.GET.urlencode()}" if setup_pair(request) else "",
        "egress": settings.EGRESS_ADDRESSES,
        "crumbs": crumbs(("Connections", reverse("connection_list")), *middle, *last),
    }
    return render(request, "connections/form.html", page, status=422 if form.errors or refused else 200)


def parts_of(form: ConnectionForm) -> list[dict[str, Any]]:
    """Give the form's fields in order; those of a key pair come together, as one part."""
    pair = {f"{PREFIX}{field.name}" for field in form.connector.fields if _is_of_pair(form.connector, field)}
    parts: list[dict[str, Any]] = []
    for field in form:
        if field.name not in pair:
            parts.append({"field": field})
        elif parts and "pair" in parts[-1]:
            parts[-1]["pair"].append(field)
        else:
            parts.append({"pair": [field]})
    return parts


def _is_of_pair(connector: Connector, field: CredentialField) -> bool:
    return field.kind == "generated" or (connector.generate is not None and field.name.endswith("_pem"))
