"""BILL's webhooks: signed over the raw body with a key that BILL issues; what they say is a hint, re-read before use.

The hint's event id also carries the object and its order, so that `confirm` knows what to read again: BILL's delivery
history would say no more. Only bodies whose signature is good get that far.
"""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from integrations.connectors.billcom.client import Raw
from integrations.connectors.billcom.streams import order_of
from integrations.contracts import Changed, Event, Hint, Inbound, InboundRequest
from integrations.errors import ContractError

SIGNATURE = "x-bill-sha-signature"
KEY, PREVIOUS_KEY = "webhook_security_key", "webhook_previous_key"
SECRET_NAMES = (KEY, PREVIOUS_KEY)
UNREADABLE = "billcom_unreadable_webhook"
LONGEST_ID = 64

PUT_AWAY = "put_away"  # stands for the stream where a bill was archived or restored
_STREAMS: Mapping[str, str] = {"vendor": "vendors", "bill": "bills", "payment": "payments"}

GUIDE = """\
Nothing is to be done in BILL: press **Subscribe** here, and the portal makes the subscription through BILL's API and
keeps the signing key that BILL shows once. The address must be reachable by HTTPS from the internet. If BILL switches
the subscription off after failed deliveries, the hourly check switches it on again and tells you.
"""


def verify(request: InboundRequest, secrets: Mapping[str, str]) -> bool:
    """Tell whether the raw body is signed with the present key or the one before, in constant time.

    The overlap of two keys after a rotation is not documented, so both count. Never true without a stored key.

    Source: developer.bill.com/docs/test-with-webhook-security, read 2026-11-21.
    """
    sent = request.headers.get(SIGNATURE, "").strip().encode("utf-8", "replace")
    keys = [secrets[name] for name in SECRET_NAMES if secrets.get(name)]
    matches = [hmac.compare_digest(signature(request.body, key), sent) for key in keys]
    return any(matches)


def signature(body: bytes, key: str) -> bytes:
    """Sign a body as BILL does: base64 of HMAC-SHA256 with the key's own text."""
    return base64.b64encode(hmac.new(key.encode(), body, sha256).digest())


def hint(request: InboundRequest) -> Hint:
    """Read the event's id, type and object. Raises ContractError.

    The body is an object, or the same once more written as a string: both are documented.

    Source: developer.bill.com/docs/notification-payloads-reference, read 2026-11-21.
    """
    body = _body(request.body)
    metadata = body.get("metadata")
    event_id = metadata.get("eventId") if isinstance(metadata, dict) else None
    event_type = metadata.get("eventType") if isinstance(metadata, dict) else None
    if not isinstance(event_id, str) or not isinstance(event_type, str) or not event_id or not event_type:
        raise ContractError("The webhook's body names no event. Check who calls this address.", code=UNREADABLE)
    return Hint(event_id="|".join((_short(event_id), *_object(body, event_type))), event_type=event_type[:80])


def events_of(event_ids: Sequence[str], standing: Mapping[str, frozenset[str]], now: datetime) -> tuple[Event, ...]:
    """Make the confirmed events: those whose object stands in BILL, and those that touch none.

    `standing` gives the ids that were found again by stream.
    """
    events: list[Event] = []
    for event_id in event_ids:
        stream, key, order = parts_of(event_id)
        if stream and key not in standing.get(stream, frozenset()):
            continue
        changed = tuple(Changed(stream=name, key=key, order=order) for name in _read_by(stream))
        moment = datetime.fromtimestamp(order / 1000, UTC) if order else now
        events.append(Event(id=event_id, type=stream or "other", occurred_at=moment, changed=changed))
    return tuple(events)


def _read_by(stream: str) -> tuple[str, ...]:
    """Name the streams that show an object: payments, and bills put away or back, are settlements, too."""
    if stream == PUT_AWAY:
        return ("bills", "settlements")
    return (stream, "settlements") if stream == "payments" else (stream,) if stream else ()


def parts_of(event_id: str) -> tuple[str, str, int]:
    """Give stream, key and order out of a hint's event id; empty where the event touches no object that is read."""
    parts = event_id.split("|")
    if len(parts) != 4 or parts[1] not in (*_STREAMS.values(), PUT_AWAY) or not parts[3].isdecimal():
        return "", "", 0
    return parts[1], parts[2], int(parts[3])


def _body(raw: bytes) -> Raw:
    try:
        body = json.loads(raw)
        if isinstance(body, str):
            body = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ContractError("The webhook's body is not JSON. Check who calls this address.", code=UNREADABLE) from error
    if not isinstance(body, dict):
        raise ContractError("The webhook's body is no event. Check who calls this address.", code=UNREADABLE)
    return body


def _object(body: Raw, event_type: str) -> tuple[str, ...]:
    """Name what an event is about; `payment.failed` tells of a payment that was never made, so of nothing."""
    entity = event_type.partition(".")[0]
    told = body.get(entity)
    key = told.get("id") if isinstance(told, dict) else None
    if entity not in _STREAMS or not isinstance(told, dict) or not isinstance(key, str) or not _is_plain(key):
        return ()
    stream = PUT_AWAY if event_type in ("bill.archived", "bill.restored") else _STREAMS[entity]
    return stream, key, str(max(0, order_of(told)))


def _is_plain(key: str) -> bool:
    return key.isascii() and key.isalnum() and len(key) <= 30


def _short(event_id: str) -> str:
    """Keep event ids of any length and spelling apart in the room that the inbox has."""
    if len(event_id) <= LONGEST_ID and "|" not in event_id and event_id.isascii():
        return event_id
    return sha256(event_id.encode("utf-8", "replace")).hexdigest()


INBOUND = Inbound(secret_names=SECRET_NAMES, verify=verify, hint=hint, guide=GUIDE)
