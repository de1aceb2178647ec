"""Consent in the browser: sending a person to the system, and taking what comes back."""

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from integrations.engine import consents
from integrations.errors import ConnectorError
from portal.permissions import Ability
from portal.tenancy import current_user, requires
from portal.views.connections import connection_or_404

_SALT = "consent"
_GOOD_FOR_S = 600


@requires(Ability.CONFIGURE)
@require_POST
def connection_consent(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the person to the system's own page; what comes back names this connection and this person."""
    connection = connection_or_404(request, pk)
    state = signing.dumps({"connection": pk, "person": current_user(request).pk}, salt=_SALT)
    page = consents.page_of(connection, state)
    if not page:
        messages.error(request, f"{connection.name} signs in without consent. Choose that under Edit first.")
        return redirect("connection_detail", pk=pk)
    return redirect(page)


@requires(Ability.CONFIGURE)
@require_safe
def consent_back(request: HttpRequest) -> HttpResponse:
    """Take the code that a system sent back, for the person who asked and within ten minutes only."""
    try:
        said = signing.loads(request.GET.get("state", ""), salt=_SALT, max_age=_GOOD_FOR_S)
    except signing.BadSignature:
        said = {}
    user = current_user(request)
    if said.get("person") != user.pk:
        messages.error(request, "This consent was not asked for here, or too long ago. Start it again.")
        return redirect("connection_list")
    connection = connection_or_404(request, int(said["connection"]))
    code = request.GET.get("code", "")
    try:
        if not code:
            messages.error(request, "The system sent no consent back. Nothing was changed; start it again.")
        else:
            consents.take(connection, code=code, actor=user.email)
            messages.success(request, "Consent given. Ping the connection now.")
    except ConnectorError as error:
        messages.error(request, error.message)
    return redirect("connection_detail", pk=connection.pk)
