"""Pages for everybody: the public home, the colour theme."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from integrations import registry
from portal.shell import THEME_COOKIE, THEMES
from portal.systems import logo_path
from portal.tenancy import public

DAY_S = 24 * 3600
YEAR_S = 365 * DAY_S


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product is, and lead on to sign-up."""
    return render(request, "public/home.html")


@public
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the device's own theme in this browser."""
    response = redirect(safe_next(request, "public_home"))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(
            THEME_COOKIE, theme, max_age=YEAR_S, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
        )
    return response


def safe_next(request: HttpRequest, default: str) -> str:
    """Give the posted `next` if it stays on this site, else the default (a URL name)."""
    target = request.POST.get("next", "")
    hosts = {request.get_host()}
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts=hosts, require_https=request.is_secure()):
        return target
    return default


@public
@cache_control(public=True, max_age=DAY_S)
@require_safe
def system_logo(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve a connector's own logo, out of its folder."""
    if slug not in registry.connectors() or not logo_path(slug).exists():
        raise Http404("No such logo.")
    return HttpResponse(logo_path(slug).read_bytes(), content_type="image/svg+xml")
