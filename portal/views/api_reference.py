"""The API's operations as a page of the documentation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from portal.api.problem import told
from portal.api.reference import reference
from portal.handbook import grouped
from portal.linked import article, breadcrumbs
from portal.tenancy import public
from portal.ui import crumbs


@public
@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    """Show every operation with who may call it, what it takes and what it answers."""
    text = reference()
    trail = crumbs(("Documentation", reverse("docs")), text.title)
    page = {
        "text": text,
        "contents": [heading for heading in text.headings if heading.level == 2],
        "groups": grouped(),
        "crumbs": trail,
        "canonical": reverse("api_reference"),
        "linked": [article(request, text.title, text.description), breadcrumbs(request, trail)],
    }
    return render(request, "public/docs_page.html", page)


@public
@csrf_exempt
def no_operation(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer programs that call what is not there as the API answers, not with a page."""
    return told(404, "no_operation", f"There is no operation /api/{rest}. All are listed under /api/v1/docs/.")
