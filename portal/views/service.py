"""Addresses for machines that watch the portal: is it well, and what is waiting."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from portal.queries.service import backlog
from portal.tenancy import public
from portal.vitals import database_answers, redis_answers


@public
@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say whether the database and Redis answer: 200, or 503 naming what does not. Redis may be empty at any time."""
    parts = {"database": database_answers(), "redis": redis_answers()}
    return JsonResponse({"ok": all(parts.values()), **parts}, status=200 if all(parts.values()) else 503)


@public
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell a monitor what is due, waiting and held, in Prometheus' text format. Hidden without METRICS_TOKEN."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404("Nothing here.")
    collected = CollectorRegistry()
    for name, figure in backlog().items():
        Gauge(f"ml_connector_{name}", figure.meaning, registry=collected).set(figure.value)
    return HttpResponse(generate_latest(collected), content_type=CONTENT_TYPE_LATEST)
