"""What only a person decides: look-alikes, differences, records given up, another system, syncs put away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from integrations.engine import decisions
from integrations.errors import ConfigurationError
from integrations.jobs import start_due
from portal.models import Role
from portal.permissions import Ability
from portal.tenancy import current_membership, current_user, requires
from portal.views.approvals import refused
from portal.views.connections import connection_or_404
from portal.views.records import record_or_404
from portal.views.syncs import sync_or_404

PERIOD_CHOICES = {
    "next_open": "is posted on the first day of the next open period",
    "hold": "waits until its period is open",
    "skip": "is left out",
}


@requires(Ability.MAP)
@require_POST
def record_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Link a record to the look-alike that it is parked beside."""
    record = record_or_404(request, pk)
    try:
        chosen = request.POST.get("external_id", "").strip()[:120]
        decisions.link_found(record, actor=current_user(request).email, external_id=chosen)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        start_due()
        messages.success(request, "It is looked up once more, and linked if the two agree.")
    return redirect("record_detail", pk=pk)


@requires(Ability.MAP)
@require_POST
def record_post_anew(request: HttpRequest, pk: int) -> HttpResponse:
    """Post a record although a look-alike stands in the target."""
    record = record_or_404(request, pk)
    try:
        decisions.post_anew(record, actor=current_user(request).email)
    except ConfigurationError as refusal:
        return refused(request, refusal, "look-alike", pk, "record_detail", pk)
    else:
        start_due()
        messages.success(request, "It is posted as a document of its own.")
    return redirect("record_detail", pk=pk)


@requires(Ability.MAP)
@require_POST
def record_period(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what becomes of a record whose period is closed."""
    record = record_or_404(request, pk)
    choice = request.POST.get("choice", "")
    try:
        decisions.choose_period(record, choice=choice, actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        start_due()
        messages.success(request, f"It {PERIOD_CHOICES[choice]}, as you chose.")
    return redirect("record_detail", pk=pk)


@requires(Ability.MAP)
@require_POST
def record_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a document as delivered although it stands differently."""
    record = record_or_404(request, pk)
    try:
        decisions.accept_different(record, reason=_reason(request), actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        start_due()
        messages.success(request, "Accepted. What waited for it goes on.")
    return redirect("record_detail", pk=pk)


@requires(Ability.OPERATE)
@require_POST
def record_skip(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a parked record up."""
    record = record_or_404(request, pk)
    try:
        decisions.skip_held(record, reason=_reason(request), actor=current_user(request).email)
    except ConfigurationError as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "Skipped. It is not posted, for the reason you gave.")
    return redirect("record_detail", pk=pk)


@requires(Ability.CONFIGURE)
@require_POST
def connection_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept that a connection leads to another system now; only an owner may."""
    connection = connection_or_404(request, pk)
    if current_membership(request).role != Role.OWNER:
        raise PermissionDenied("Only an owner confirms that a connection has become another system.")
    try:
        decisions.confirm_identity(connection, actor=current_user(request).email)
    except ConfigurationError as refusal:
        return refused(request, refusal, "connection", pk, "connection_detail", pk)
    else:
        messages.success(request, "Confirmed. Ping it to store what it is now, then switch its syncs on again.")
    return redirect("connection_detail", pk=pk)


@requires(Ability.CONFIGURE)
@require_POST
def sync_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a sync away for good."""
    sync = sync_or_404(request, pk)
    decisions.archive(sync, actor=current_user(request).email)
    messages.success(request, f"{sync.name} is archived. Its records and its trail are kept.")
    return redirect("sync_detail", pk=pk)


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:500]
