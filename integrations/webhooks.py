"""The inbound endpoint: verify, store, answer; nothing else happens before the answer."""

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import registry
from integrations.contracts import InboundRequest
from integrations.engine.inbox import accept
from integrations.engine.queue import enqueue_drain
from integrations.engine.strangers import count_refused
from integrations.errors import ContractError
from integrations.models import Connection
from integrations.vault import open_inbound

log = structlog.get_logger()


@csrf_exempt
@require_POST
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """Take a webhook: 200 stored or here before, 400 unreadable, 401 not genuine, 404 unknown address, 413 too big."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.WEBHOOK_MAX_BYTES:
        return HttpResponse("The body is too large.", status=413)
    receiver = Connection.objects.filter(webhook_token=token).first()  # the secret token is the bound
    inbound = registry.connector(receiver.connector).inbound if receiver else None
    if receiver is None or inbound is None:
        count_refused(None)
        return HttpResponse(status=404)
    headers = {name.lower(): value for name, value in request.headers.items()}
    call = InboundRequest(headers=headers, body=request.body, query=request.GET.dict())
    if not inbound.verify(call, open_inbound(receiver)):
        log.warning("webhook.refused", connection=receiver.pk)
        count_refused(receiver)
        return HttpResponse("The signature or password is wrong.", status=401)
    try:
        hint = inbound.hint(call)
    except ContractError as error:
        return HttpResponse(error.message, status=400, content_type="text/plain")
    if accept(receiver, hint):
        enqueue_drain(receiver.pk)
    return HttpResponse(status=200)
