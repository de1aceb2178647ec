"""The management API of webhooks, on a path root of its own."""

import re
from dataclasses import replace as replace_field
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from integrations.connectors.billcom.simulator.answers import instant, refuse
from integrations.connectors.billcom.simulator.call import Call, done
from integrations.connectors.billcom.simulator.filters import as_time
from integrations.connectors.billcom.simulator.schema import Field, Shape, body_of
from integrations.connectors.billcom.simulator.webhooks import Event, Subscription
from integrations.sandbox.app import Json, Request, Response

IDEMPOTENT = "x-idempotent-key"
CACHED_S = 86_400
MOST = 10
PAGE_MOST = 100
VERSION = "1"
HISTORY_DAYS = 180
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LIFE = ("created", "updated", "archived", "restored")
CATALOG = (
    *(f"{entity}.{what}" for entity in ("vendor", "bill", "invoice") for what in _LIFE),
    "payment.updated",
    "payment.failed",
    "autopay.failed",
    *(f"{entity}.{what}" for entity in ("bank-account", "card-account") for what in _LIFE[:2]),
    "risk-verification.updated",
    "mass-payment.updated",
)
_EVENT: Shape = {"type": Field(required=True), "version": Field(required=True)}
_STATUS: Shape = {"enabled": Field(kind="flag")}
SUBSCRIPTION: Shape = {
    "name": Field(required=True),
    "status": Field(kind="group", of=_STATUS),
    "events": Field(kind="rows", required=True, of=_EVENT),
    "notificationUrl": Field(required=True),
}
CHANGE: Shape = {name: field for name, field in SUBSCRIPTION.items() if name != "events"}
REPLACE: Shape = {
    **{name: replace_field(field, required=False) for name, field in CHANGE.items()},
    "events": SUBSCRIPTION["events"],
}
_NUMBER = re.compile(r"[0-9]{1,9}")


def catalog(call: Call) -> Response:
    """Answer `GET /v3/events/catalog`."""
    return done([{"type": name, "versions": [VERSION]} for name in CATALOG])


def create(call: Call) -> Response:
    """Answer `POST /v3/subscriptions` with 200; the signing key is shown now and never again."""
    kept = _kept(call)
    if kept is not None:
        return kept
    values = call.body(SUBSCRIPTION)
    own = call.webhooks.of(call.org.id)
    if len(own) >= MOST:
        refuse("BDC_1143", f"An organization has at most {MOST} subscriptions.")
    _check(values)
    if any(one.url == values["notificationUrl"] and _names(one.events) == _names(values["events"]) for one in own):
        refuse("BDC_1143", "A subscription with these events and this URL exists.", "notificationUrl")
    now = call.webhooks.now()
    made = Subscription(
        id=call.webhooks.uuid(),
        org_id=call.org.id,
        name=values["name"],
        url=values["notificationUrl"],
        events=values["events"],
        key=call.webhooks.secret(),
        created=now,
        updated=now,
        is_enabled=values.get("status", {}).get("enabled", True),
    )
    call.webhooks.subscriptions[made.id] = made
    return _keep(call, done({**_shown(made), "securityKey": made.key}))


def rotate(call: Call) -> Response:
    """Answer `POST /v3/subscriptions/{id}/security_key`, with the guides' spelling of the path as well."""
    found = _found(call)
    return _kept(call) or _keep(call, done({"securityKey": call.webhooks.rotate(found)}))


def list_all(call: Call) -> Response:
    """Answer `GET /v3/subscriptions`; pages go forward only."""
    return _page(call, [_shown(one) for one in call.webhooks.of(call.org.id)])


def get(call: Call) -> Response:
    """Answer `GET /v3/subscriptions/{id}`."""
    return done(_shown(_found(call)))


def replace(call: Call) -> Response:
    """Answer `PUT /v3/subscriptions/{id}`: another list of events."""
    return _changed(call, call.body(REPLACE))


def update(call: Call) -> Response:
    """Answer `PATCH /v3/subscriptions/{id}`: name, status or URL; so a disabled one is enabled again."""
    return _changed(call, call.body(CHANGE, partial=True))


def delete(call: Call) -> Response:
    """Answer `DELETE /v3/subscriptions/{id}` with 200 and nothing."""
    call.webhooks.forget(_found(call))
    return Response.empty(200)


def test(call: Call) -> Response:
    """Answer `POST /v3/subscriptions/{id}/test`: send an event whose ids exist nowhere."""
    found = _found(call)
    body = body_of(call.request) if call.request.body else {}
    event_type = str(body.get("eventType") or found.events[0]["type"])
    if event_type not in CATALOG:
        refuse("BDC_1119", f"eventType: no event {event_type}", "eventType", event_type)
    entity = event_type.partition(".")[0]
    fake = body.get(entity) or {"id": "00000000000000000000"}
    version = str(body.get("version") or VERSION)
    event = call.webhooks.record(found, event_type, version, {entity: fake})
    call.webhooks.enqueue(event)
    return done(_entry(event))


def history(call: Call) -> Response:
    """Answer `GET /v3/events/subscription/{id}`: what was sent in the last 180 days, oldest first."""
    found, param = _found(call), call.request.param
    oldest = call.webhooks.now() - timedelta(days=HISTORY_DAYS)
    start = max(oldest, as_time(param("createdTimeFrom") or "", "createdTimeFrom") or oldest)
    end = as_time(param("createdTimeTo") or "", "createdTimeTo")
    rows = [
        _entry(event)
        for event in call.webhooks.history.get(found.id, [])
        if start <= event.created and (end is None or event.created <= end)
        if param("entityId") in (None, event.entity_id)
    ]
    return _page(call, rows)


def resend(call: Call) -> Response:
    """Answer `POST /v3/events/subscription/{id}/event/{eventId}`."""
    found = _found(call)
    event = next((one for one in call.webhooks.history.get(found.id, []) if one.id == call.ids[1]), None)
    if event is None:
        refuse("BDC_1205", f"No event exists with id {call.ids[1]}.", "eventId", call.ids[1])
    event.tries = 0
    call.webhooks.enqueue(event)
    return done(_entry(event))


def idempotent_key(request: Request) -> str:
    """Give the key that a create must carry, or nothing when there is none or it is no UUID v4."""
    try:
        key = UUID(request.headers.get(IDEMPOTENT, ""))
    except ValueError:
        return ""
    return str(key) if key.version == 4 else ""


def _kept(call: Call) -> Response | None:
    """Give the answer that this idempotent key had within 24 hours."""
    key = idempotent_key(call.request)
    if not key:
        refuse("BDC_1108", "X-Idempotent-Key: a UUID of version 4 is required", "X-Idempotent-Key")
    made_at, response = call.webhooks.answers.get((call.org.id, key), (0.0, None))
    return response if call.org.clock.now().timestamp() - made_at < CACHED_S else None


def _keep(call: Call, response: Response) -> Response:
    key = (call.org.id, idempotent_key(call.request))
    call.webhooks.answers[key] = (call.org.clock.now().timestamp(), response)
    return response


def _changed(call: Call, values: Json) -> Response:
    found = _found(call)
    _check(values)
    found.name = values.get("name", found.name)
    found.url = values.get("notificationUrl", found.url)
    found.events = values.get("events", found.events)
    found.is_enabled = values.get("status", {}).get("enabled", found.is_enabled)
    found.updated = call.webhooks.now()
    return done(_shown(found))


def _check(values: Json) -> None:
    for event in values.get("events", []):
        if event["type"] not in CATALOG or event["version"] != VERSION:
            refuse("BDC_1119", f"events: no event {event['type']} in version {event['version']}", "events")
    url = values.get("notificationUrl")
    if url is not None and not _is_reachable(url):
        refuse("BDC_1119", "notificationUrl: must be an https URL", "notificationUrl", url)


def _is_reachable(url: str) -> bool:
    """BILL asks for HTTPS; the sandbox also calls back plainly on its own machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def _names(events: list[Json]) -> set[tuple[str, str]]:
    return {(event["type"], event["version"]) for event in events}


def _shown(one: Subscription) -> Json:
    return {
        "id": one.id,
        "organizationId": one.org_id,
        "name": one.name,
        "status": {"enabled": one.is_enabled},
        "events": one.events,
        "notificationUrl": one.url,
        "createdTime": instant(one.created),
        "updatedTime": instant(one.updated),
    }


def _entry(event: Event) -> Json:
    """Show an event that was sent; its payload is a string, `statusCode` what the endpoint answered last."""
    last = event.answers[-1] if event.answers else ""
    return {
        "id": event.id,
        "type": event.type,
        "version": event.version,
        "subscriptionId": event.subscription.id,
        "payload": event.body,
        "createdTime": instant(event.created),
        **({"statusCode": int(last)} if last.isdecimal() else {}),
    }


def _page(call: Call, rows: list[Json]) -> Response:
    raw, token = call.request.param("max") or "20", call.request.param("page") or "0"
    if not (_NUMBER.fullmatch(raw) and 1 <= int(raw) <= PAGE_MOST):
        refuse("BDC_1119", f"max: must be between 1 and {PAGE_MOST}", "max", raw)
    if not _NUMBER.fullmatch(token):
        refuse("BDC_1119", "page: not a page token", "page", token)
    start, end = int(token), int(token) + int(raw)
    more: Json = {"nextPage": str(end)} if end < len(rows) else {}
    return done({"results": rows[start:end], **more})


def _found(call: Call) -> Subscription:
    found = call.webhooks.subscriptions.get(call.ids[0])
    if found is None or found.org_id != call.org.id:
        refuse("BDC_1205", f"No subscription exists with id {call.ids[0]}.", "id", call.ids[0])
    return found
