"""Which company a request works for, and the decorators that guard every view."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from portal.models import Membership, Tenant, User
from portal.permissions import Ability, is_allowed

SESSION_KEY = "tenant_id"
TENANT_FIELD = "_tenant"
TENANT_HEADER = "X-Tenant"

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a signed-in person works: the memberships they hold and the one in use, if any."""

    memberships: tuple[Membership, ...] = ()
    membership: Membership | None = None


class TenantMiddleware:
    """Find the company in use once per request and reckon times in its zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        desk = _read_desk(request)
        setattr(request, "desk", desk)  # noqa: B010 - HttpRequest declares no such attribute
        with timezone.override(desk.membership.tenant.zone if desk.membership else None):
            return self.get_response(request)


def _read_desk(request: HttpRequest) -> Desk:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return Desk()
    rows = Membership.objects.filter(user=current_user(request)).select_related("tenant").order_by("tenant__name", "id")
    memberships = tuple(rows)
    chosen = request.session.get(SESSION_KEY)
    in_use = next((row for row in memberships if row.tenant_id == chosen), None)
    return Desk(memberships=memberships, membership=in_use or next(iter(memberships), None))


def desk_of(request: HttpRequest) -> Desk:
    """Give the memberships of the person signed in; empty for visitors."""
    return cast(Desk, getattr(request, "desk", None) or Desk())


def current_user(request: HttpRequest) -> User:
    """Give the person signed in; raises PermissionDenied for visitors."""
    if not isinstance(request.user, User):
        raise PermissionDenied("Sign in first.")
    return request.user


def current_membership(request: HttpRequest) -> Membership:
    """Give the membership in use; raises Http404 where there is none."""
    membership = desk_of(request).membership
    if membership is None:
        raise Http404("You belong to no company.")
    return membership


def current_tenant(request: HttpRequest) -> Tenant:
    """Give the company in use; raises Http404 where there is none. Every query of a view starts from it."""
    return current_membership(request).tenant


def may(request: HttpRequest, ability: Ability) -> bool:
    """Tell whether the person signed in may do this in the company in use."""
    membership = desk_of(request).membership
    return membership is not None and is_allowed(membership.role, ability)


def switch_tenant(request: HttpRequest, tenant_id: int) -> Tenant:
    """Work for another of one's companies from now on; raises Http404 for a company one is not in."""
    for membership in desk_of(request).memberships:
        if membership.tenant_id == tenant_id:
            request.session[SESSION_KEY] = tenant_id
            return membership.tenant
    raise Http404("No such company.")


def public(view: View[P]) -> View[P]:
    """Mark a view that visitors may open."""
    return _marked(view, "public")


def signed_in(view: View[P]) -> View[P]:
    """Let only people who are signed in open the view, with or without a company."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs) if request.user.is_authenticated else _send_to_login(request)

    return _marked(guarded, "signed_in")


def staff_only(view: View[P]) -> View[P]:
    """Show the view to support staff, and to everybody while DEBUG is on; others find nothing there."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if settings.DEBUG or (request.user.is_authenticated and current_user(request).is_staff):
            return view(request, *args, **kwargs)
        raise Http404("Nothing here.")

    return _marked(guarded, "staff")


def requires(ability: Ability) -> Callable[[View[P]], View[P]]:
    """Let only members of the company in use whose role has the ability open the view.

    Visitors go to sign-in, people without a company to the page that makes one; a role that lacks the ability
    gets 403; a form that was opened for another company gets 409 instead of being applied to this one.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            return _refusal(request, ability) or view(request, *args, **kwargs)

        return _marked(guarded, ability.value)

    return decorate


def _marked(view: View[P], access: str) -> View[P]:
    # A test walks the URL configuration and fails on a view without this mark.
    view.access = access  # type: ignore[attr-defined]
    return view


def _refusal(request: HttpRequest, ability: Ability) -> HttpResponseBase | None:
    if not request.user.is_authenticated:
        return _send_to_login(request)
    membership = desk_of(request).membership
    if membership is None:
        return redirect("admin:index" if current_user(request).is_staff else "tenant_create")
    if membership.tenant.is_suspended:
        return render(request, "tenants/suspended.html", status=403)
    if not is_allowed(membership.role, ability):
        raise PermissionDenied(f"Your role here is {membership.get_role_display()}.")
    if _meant_for(request) not in ("", membership.tenant.slug):
        return render(request, "tenants/switched.html", status=409)
    return None


def _meant_for(request: HttpRequest) -> str:
    """Give the slug of the company a changing request was made for, where the page said so."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return ""
    return request.headers.get(TENANT_HEADER) or request.POST.get(TENANT_FIELD) or ""


def _send_to_login(request: HttpRequest) -> HttpResponseBase:
    response = redirect_to_login(request.get_full_path())
    if getattr(cast(Any, request), "htmx", False):
        return HttpResponseClientRedirect(response.url)
    return response
