"""Structured data for search engines (schema.org), as plain dictionaries that a template tag writes."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from portal.catalogue import Offer
from portal.ui import Crumb

CONTEXT = "https://schema.org"
PRODUCT = "ml-connector"


def product(request: HttpRequest, description: str) -> dict[str, Any]:
    """Describe the product."""
    return {
        "@context": CONTEXT,
        "@type": "SoftwareApplication",
        "name": PRODUCT,
        "url": request.build_absolute_uri(reverse("public_home")),
        "description": description,
        "applicationCategory": "BusinessApplication",
        "operatingSystem": "Web",
        "offers": {"@type": "Offer", "price": "0", "priceCurrency": "USD"},
    }


def offer_linked(request: HttpRequest, offer: Offer) -> list[dict[str, Any]]:
    """Describe a pair's page, and its questions with their answers."""
    described = product(request, offer.page.description)
    described |= {"name": f"{PRODUCT}: {offer.title}", "url": request.build_absolute_uri(offer.url)}
    questions = [
        {"@type": "Question", "name": each.question, "acceptedAnswer": {"@type": "Answer", "text": each.plain}}
        for each in offer.page.questions
    ]
    faq = {"@context": CONTEXT, "@type": "FAQPage", "mainEntity": questions}
    return [described, faq] if questions else [described]


def catalogue_list(request: HttpRequest, offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Describe the catalogue as a list of its pairs."""
    entries = [
        {"@type": "ListItem", "position": place, "name": each.title, "url": request.build_absolute_uri(each.url)}
        for place, each in enumerate(offers, 1)
    ]
    return [{"@context": CONTEXT, "@type": "ItemList", "itemListElement": entries}]


def article(request: HttpRequest, title: str, description: str) -> dict[str, Any]:
    """Describe a page of the documentation."""
    return {
        "@context": CONTEXT,
        "@type": "TechArticle",
        "headline": title,
        "description": description,
        "url": request.build_absolute_uri(request.path),
        "publisher": {"@type": "Organization", "name": PRODUCT},
    }


def breadcrumbs(request: HttpRequest, trail: Sequence[Crumb]) -> dict[str, Any]:
    """Describe where a page stands."""
    steps = [
        {
            "@type": "ListItem",
            "position": place,
            "name": step.label,
            "item": request.build_absolute_uri(step.url or request.path),
        }
        for place, step in enumerate(trail, 1)
    ]
    return {"@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": steps}
