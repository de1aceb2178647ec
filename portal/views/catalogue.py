"""The public catalogue: all systems and pairs, a page for each, from the registry alone."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.catalogue import Listing, Offer, listings, offers, related
from portal.handbook import entries, guide_slug
from portal.linked import breadcrumbs, catalogue_list, offer_linked
from portal.tenancy import public
from portal.ui import crumbs


@public
@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """List what can be joined with what."""
    found = offers()
    page = {"offers": found, "listings": listings(), "linked": catalogue_list(request, found)}
    return render(request, "public/catalogue.html", page)


@public
@require_safe
def catalogue_pair(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what a pair moves, how, and what one can do with it."""
    offer = _offer_or_404(slug)
    trail = crumbs(("Integrations", reverse("catalogue")), offer.title)
    page = {
        "offer": offer,
        "sides": [each for each in listings() if each.system in (offer.source, offer.target)],
        "related": related(offer),
        "guides": _guides(),
        "crumbs": trail,
        "linked": [*offer_linked(request, offer), breadcrumbs(request, trail)],
    }
    return render(request, "public/pair.html", page)


@public
@require_safe
def catalogue_system(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what connects to a system, and what connecting it takes."""
    listing = _listing_or_404(slug)
    trail = crumbs(("Integrations", reverse("catalogue")), listing.system.name)
    page = {
        "listing": listing,
        "fields": [each for each in listing.connector.fields if each.required],
        "guide_url": _guides().get(slug, ""),
        "crumbs": trail,
        "linked": [breadcrumbs(request, trail)],
    }
    return render(request, "public/system.html", page)


def _offer_or_404(slug: str) -> Offer:
    found = next((each for each in offers() if each.slug == slug), None)
    if found is None:
        raise Http404("No such pair.")
    return found


def _listing_or_404(slug: str) -> Listing:
    found = next((each for each in listings() if each.system.slug == slug), None)
    if found is None:
        raise Http404("No such system.")
    return found


def _guides() -> dict[str, str]:
    """Give the address of each connector's guide."""
    return {
        each.system.slug: entries()[guide_slug(each.system.slug)].url
        for each in listings()
        if guide_slug(each.system.slug) in entries()
    }
