"""A connection's form as a page for somebody else: sent without a secret, it comes back filled in."""

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from integrations import registry
from integrations.connection_form import ConnectionForm
from integrations.errors import ConfigurationError
from integrations.models import Connection
from portal.key_pairs import forget_pair, pending_pair, public_parts
from portal.models import ConnectionRequest
from portal.permissions import Ability
from portal.requests import REQUEST_DAYS, fill_request, find_request, open_request, withdraw_request
from portal.systems import guide_html, system
from portal.tenancy import current_tenant, current_user, public, requires
from portal.ui import Copyable, crumbs
from portal.views.connection_forms import (
    connector_or_404,
    environment_choices,
    form_for,
    lacks_key,
    parts_of,
    setup_pair,
    with_pair,
)


@requires(Ability.CONFIGURE)
@never_cache
@require_POST
def connection_ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the link of a page for an administrator, and show it this once."""
    connector = connector_or_404(slug)
    _, token = open_request(tenant=current_tenant(request), connector_slug=slug, actor=current_user(request))
    link = request.build_absolute_uri(reverse("connection_fill", args=[token]))
    pair = setup_pair(request)
    page = {
        "system": system(slug),
        "link": Copyable(id="request-link", label="Link", text=link),
        "days": REQUEST_DAYS,
        "back": reverse("sync_create_pair", args=[pair.slug]) if pair else reverse("connection_list"),
        "crumbs": crumbs(("Connections", reverse("connection_list")), f"Ask for {connector.name}"),
    }
    return render(request, "connections/asked.html", page)


@requires(Ability.CONFIGURE)
@require_POST
def connection_ask_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a page that was sent."""
    asked = get_object_or_404(ConnectionRequest.objects.for_tenant(current_tenant(request)), pk=pk, filled_at=None)
    withdraw_request(asked, actor=current_user(request).email)
    messages.success(request, "The link no longer works.")
    pair = setup_pair(request)
    return redirect("sync_create_pair", slug=pair.slug) if pair else redirect("connection_list")


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def connection_fill(request: HttpRequest, token: str) -> HttpResponse:
    """Let an administrator fill in a connection; the page shows nothing of the company but its name."""
    asked = find_request(token)
    connector = registry.connectors().get(asked.connector) if asked else None
    if asked is None or connector is None:
        return render(request, "connections/fill_gone.html", status=404)
    scope = f"request:{asked.pk}"
    form = form_for(
        request, connector, scope, environments=[each for each in environment_choices() if each[0] != "sandbox"]
    )
    if form.is_bound and form.is_valid() and (made := _fill(request, form, asked, scope)):
        forget_pair(request, connector, scope)
        _tell(request, asked, made)
        return render(request, "connections/filled.html", {"asked": asked, "system": system(connector.slug)})
    pair = pending_pair(request, connector, scope)
    page = {
        "form": form,
        "parts": parts_of(form),
        "asked": asked,
        "system": system(connector.slug),
        "has_pair": bool(pair),
        "public_parts": public_parts(connector, pair),
        "guide": guide_html(connector.slug),
        "egress": settings.EGRESS_ADDRESSES,
    }
    return render(request, "connections/fill.html", page, status=422 if form.errors else 200)


def _fill(request: HttpRequest, form: ConnectionForm, asked: ConnectionRequest, scope: str) -> Connection | None:
    pair = pending_pair(request, form.connector, scope)
    if lacks_key(form, pair):
        return None
    given = form.cleaned_data
    try:
        made = fill_request(asked, name=given["name"], environment=given["environment"], values=with_pair(form, pair))
    except ConfigurationError as refusal:
        form.refuse(refusal)
        return None
    except IntegrityError:
        form.add_error("name", "A connection of this name exists already. Choose another.")
        return None
    if made is None:
        form.add_error(None, "This page was filled in already.")
    return made


def _tell(request: HttpRequest, asked: ConnectionRequest, made: Connection) -> None:
    """Write to the person who asked."""
    if asked.requested_by is None:
        return
    link = request.build_absolute_uri(reverse("connection_detail", args=[made.pk]))
    letter = {"asked": asked, "made": made, "system": system(made.connector), "link": link}
    get_adapter(request).send_mail("connections/email/filled", asked.requested_by.email, letter)
