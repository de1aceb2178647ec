"""The documentation for everybody, from the files of docs/ and the connectors' guides; the security page among it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from portal.handbook import Entry, entries, grouped
from portal.linked import article, breadcrumbs
from portal.tenancy import public
from portal.ui import crumbs

SECURITY = "security"


@public
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """List all pages of the documentation."""
    return render(request, "public/docs.html", {"groups": grouped()})


@public
@require_safe
def docs_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one page with the list of all beside it."""
    entry = _entry_or_404(slug)
    trail = crumbs(("Documentation", reverse("docs")), entry.page.title)
    page = {
        **_shown(entry),
        "groups": grouped(),
        "crumbs": trail,
        "canonical": reverse("public_security") if slug == SECURITY else entry.url,
        "linked": [_article(request, entry), breadcrumbs(request, trail)],
    }
    return render(request, "public/docs_page.html", page)


@public
@require_safe
def public_security(request: HttpRequest) -> HttpResponse:
    """Say how credentials and books are protected, and what is not there yet."""
    entry = _entry_or_404(SECURITY)
    return render(request, "public/security.html", {**_shown(entry), "linked": [_article(request, entry)]})


def _shown(entry: Entry) -> dict[str, Any]:
    text = entry.page
    contents = [heading for heading in text.headings if heading.level == 2]
    return {"entry": entry, "text": text, "contents": contents if len(contents) > 1 else []}


def _article(request: HttpRequest, entry: Entry) -> dict[str, Any]:
    return article(request, entry.page.title, entry.page.description)


def _entry_or_404(slug: str) -> Entry:
    found = entries().get(slug)
    if found is None:
        raise Http404("No such page.")
    return found
