"""Pages for everybody: the public home, the status, what search engines read, the colour theme."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_POST, require_safe

from integrations import registry
from portal.catalogue import listings, offers
from portal.handbook import entries
from portal.linked import product
from portal.shell import THEME_COOKIE, THEMES
from portal.systems import logo_path
from portal.tenancy import public
from portal.ui import Step
from portal.views.docs import SECURITY
from portal.vitals import vitals

DAY_S = 24 * 3600
YEAR_S = 365 * DAY_S
DESCRIPTION = (
    "Connect billing to your ERP yourself: every invoice, payment, credit note and refund booked exactly once, with an "
    "audit trail and a reconciliation to the cent."
)
# Everything else asks for a sign-in anyway; these would only cost a crawler's time.
CLOSED = ("/accounts/", "/admin/", "/hooks/", "/invitations/", "/connect/", "/theme/")
SAMPLE_PING = (
    Step(name="Find the address", status="ok", side="3 ms"),
    Step(name="Connect, certificate verified", status="ok", side="41 ms"),
    Step(name="Sign in", status="ok", side="212 ms"),
    Step(name="Read accounting periods", status="ok", side="188 ms", text="November 2026 is open"),
    Step(
        name="Write invoices",
        status="failed",
        side="96 ms",
        text="The role may not create invoices.",
        fix="Setup > Users/Roles > Manage Roles > your role > Permissions > Transactions: add Invoice, level Full.",
    ),
)


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what the product is, and lead on to sign-up."""
    found = offers()
    page = {
        "offers": found,
        "listings": listings(),
        "ping_steps": SAMPLE_PING,
        "linked": [product(request, DESCRIPTION)],
        "description": DESCRIPTION,
    }
    return render(request, "public/home.html", page)


@public
@never_cache
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """Say what is up, and counts over all companies; nothing of anybody's business."""
    return render(request, "public/status.html", {"vitals": vitals(), "at": timezone.now()})


@public
@cache_control(public=True, max_age=DAY_S)
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the pages that search engines may show."""
    found = [reverse(name) for name in ("public_home", "catalogue", "public_security", "docs", "status")]
    found += [each.url for each in offers()] + [each.url for each in listings()]
    found += [each.url for each in entries().values() if each.slug != SECURITY]
    page = {"addresses": [request.build_absolute_uri(url) for url in found]}
    return render(request, "public/sitemap.xml", page, content_type="application/xml")


@public
@cache_control(public=True, max_age=DAY_S)
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell search engines to look at the public pages only."""
    page = {"sitemap": request.build_absolute_uri(reverse("sitemap")), "closed": CLOSED}
    return render(request, "public/robots.txt", page, content_type="text/plain")


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
