"""Notifications: the channels of a company, what was told through them, and their tests."""

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.errors import ConfigurationError, ConnectorError
from portal.forms.channels import ChannelForm
from portal.notifications import channels
from portal.notifications.jobs import start
from portal.notifications.kinds import word
from portal.notifications.models import Channel, Event, Message
from portal.paging import page_by_id
from portal.permissions import Ability
from portal.tenancy import current_tenant, current_user, requires
from portal.ui import Copyable, crumbs

EVENTS_SHOWN = 25
ADDITIONS = (("email", "Add e-mail"), ("slack", "Add a chat"), ("webhook", "Add a program"))
_TAKEN = "A channel of this name exists already. Choose another."


@requires(Ability.VIEW)
@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """List the channels with their last result, and what people were told."""
    return _render_list(request)


@requires(Ability.MANAGE)
@never_cache
@sensitive_post_parameters("url")
@require_http_methods(["GET", "HEAD", "POST"])
def channel_create(request: HttpRequest, medium: str) -> HttpResponse:
    """Add a channel of one medium."""
    if medium not in Channel.Medium.values:
        raise Http404("No such channel.")
    user = current_user(request)
    form = ChannelForm(request.POST or None, medium=medium, email=user.email)
    if form.is_bound and form.is_valid():
        try:
            made = channels.add_channel(
                tenant=current_tenant(request), medium=medium, wishes=form.wishes(), actor=user.email
            )
        except ConnectorError as refusal:
            form.add_error(None if refusal.code == channels.TOO_MANY else "url", refusal.message)
        except IntegrityError:
            form.add_error("name", _TAKEN)
        else:
            messages.success(request, f"{made.name} is added. Send a test to see that it works.")
            return redirect("notification_list")
    return _render_form(request, form, dict(ADDITIONS)[medium])


@requires(Ability.MANAGE)
@never_cache
@sensitive_post_parameters("url")
@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a channel; its address only where a new one is typed."""
    channel = _channel_or_404(request, pk)
    form = ChannelForm(request.POST or None, medium=channel.medium, channel=channel)
    if form.is_bound and form.is_valid():
        try:
            channels.change_channel(channel, wishes=form.wishes(), actor=current_user(request).email)
        except ConnectorError as refusal:
            form.add_error("url", refusal.message)
        except IntegrityError:
            form.add_error("name", _TAKEN)
        else:
            messages.success(request, f"{channel.name} is changed.")
            return redirect("notification_list")
    return _render_form(request, form, f"Edit {channel.name}")


@requires(Ability.MANAGE)
@require_POST
def channel_test(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a worker send a test, as it sends all messages."""
    channel = _channel_or_404(request, pk)
    try:
        test = channels.ask_for_test(channel, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        start(test.pk)
        told = "See whether it arrives; what became of it shows here in a moment, when you load this page again."
        messages.success(request, f"A test of {channel.name} is on its way. {told}")
    return redirect("notification_list")


@requires(Ability.MANAGE)
@require_POST
def channel_pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause a channel, or resume it."""
    channel, actor = _channel_or_404(request, pk), current_user(request).email
    if channel.is_paused:
        channels.resume_channel(channel, actor=actor)
        messages.success(request, f"{channel.name} is told of what happens from now on.")
    else:
        channels.pause_channel(channel, actor=actor)
        messages.success(request, f"{channel.name} is paused.")
    return redirect("notification_list")


@requires(Ability.MANAGE)
@require_POST
def channel_delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a channel."""
    channel = _channel_or_404(request, pk)
    channels.delete_channel(channel, actor=current_user(request).email)
    messages.success(request, f"{channel.name} is deleted.")
    return redirect("notification_list")


@requires(Ability.MANAGE)
@never_cache
@require_POST
def channel_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the key that a channel's calls are signed with; that it was shown is on record."""
    channel = _channel_or_404(request, pk)
    if channel.medium != Channel.Medium.WEBHOOK:
        raise Http404("This channel signs nothing.")
    try:
        key = channels.show_key(channel, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
        return redirect("notification_list")
    return _render_list(request, Copyable(id="signing-key", label=f"Signing key of {channel.name}", text=key))


def _channel_or_404(request: HttpRequest, pk: int) -> Channel:
    return get_object_or_404(Channel.objects.for_tenant(current_tenant(request)).select_related("tenant"), pk=pk)


def _render_list(request: HttpRequest, key: Copyable | None = None) -> HttpResponse:
    tenant = current_tenant(request)
    told = Prefetch("messages", queryset=Message.objects.for_tenant(tenant).select_related("channel").order_by("pk"))
    page = page_by_id(request, Event.objects.for_tenant(tenant).prefetch_related(told), EVENTS_SHOWN)
    shown = {
        "channels": Channel.objects.for_tenant(tenant).order_by("name"),
        "page": page,
        "events": [(event, word(event.kind)) for event in page.rows],
        "media": ADDITIONS,
        "key": key,
    }
    return render(request, "notifications/list.html", shown)


def _render_form(request: HttpRequest, form: ChannelForm, title: str) -> HttpResponse:
    page = {
        "form": form,
        "title": title,
        "crumbs": crumbs(("Notifications", reverse("notification_list")), title),
    }
    return render(request, "notifications/form.html", page, status=422 if form.errors else 200)
