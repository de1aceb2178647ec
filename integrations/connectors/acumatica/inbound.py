"""Push notifications: known by one static header; what they say is a hint, and what changed is read anew.

The hint's event id carries the stream and the time of the change: rows can be many, and the body proves nothing.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from integrations.contracts import Hint, Inbound, InboundRequest
from integrations.errors import ContractError

HEADER = "x-ml-connector-secret"
SECRET = "push_secret"  # noqa: S105
PREVIOUS = "push_previous_secret"
SECRET_NAMES = (SECRET, PREVIOUS)
UNREADABLE = "acumatica_unreadable_push"
LONGEST_ID = 64
LONGEST_LOOK_BACK = timedelta(days=2)  # so long Acumatica itself keeps what could not be sent
_TICKS_PER_S = 10_000_000
_EPOCH_TICKS = 621_355_968_000_000_000  # .NET counts from the year 1
_STREAMS: Mapping[str, str] = {
    "customer": "customers",
    "invoice": "invoices",
    "memo": "credit_memos",
    "payment": "payments",
    "refund": "refunds",
    "journal": "journals",
}

GUIDE = f"""\
In Acumatica, open **Push Notifications (SM302000)** and add one record for each of the generic inquiries
`MLC-Customers`, `MLC-Invoices`, `MLC-Memos`, `MLC-Payments` and `MLC-Journals` (an inquiry without grouping and
formulas, over the screen's own table). **Destination Type** is *Webhook*, **Address** is the address shown here,
**Header Name** is `{HEADER}` and **Header Value** is the secret shown here. Leave *Accept* and *Content-Type* alone.
Failed deliveries wait on **Process Push Notifications (SM502000)** for two days; the scheduled reads find them, too.
"""


def verify(request: InboundRequest, secrets: Mapping[str, str]) -> bool:
    """Tell whether the static header holds the present secret or the one before, in constant time.

    Source: "Push Notification Destinations" (IntegrationDev_PushNotifications_*), read 2026-11-21.
    """
    sent = request.headers.get(HEADER, "").encode("utf-8", "replace")
    kept = [secrets[name].encode() for name in SECRET_NAMES if secrets.get(name)]
    matches = [hmac.compare_digest(sent, one) for one in kept]
    return any(matches)


def hint(request: InboundRequest) -> Hint:
    """Read the transaction's id, its query and time. Raises ContractError.

    Source: "Push Notification Format" (IntegrationDev_PushNotifications_*), read 2026-11-21.
    """
    body = _body(request.body)
    event_id, query, stamp = body.get("Id"), body.get("Query"), body.get("TimeStamp")
    if not isinstance(event_id, str) or not event_id or not isinstance(query, str):
        raise ContractError("The push notification names no transaction: check who calls here.", code=UNREADABLE)
    ticks = str(stamp) if isinstance(stamp, int) and stamp > 0 else "0"
    return Hint(event_id="|".join((_short(event_id), stream_of(query), ticks)), event_type=query[:80])


def stream_of(query: str) -> str:
    """Give the stream that an inquiry's name speaks of; empty if none."""
    return next((stream for word, stream in _STREAMS.items() if word in query.lower()), "")


def parts_of(event_id: str, now: datetime) -> tuple[str, datetime]:
    """Give stream and time of the change out of a hint's event id; never longer ago than Acumatica would send it."""
    parts = event_id.split("|")
    if len(parts) != 3 or not parts[2].isdecimal():
        return "", now
    seconds = (int(parts[2]) - _EPOCH_TICKS) / _TICKS_PER_S
    earliest = now - LONGEST_LOOK_BACK
    if not earliest.timestamp() <= seconds <= now.timestamp():
        return parts[1], earliest
    return parts[1], datetime.fromtimestamp(seconds, UTC)


def _body(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ContractError("The push notification is not JSON.", code=UNREADABLE) from error
    if not isinstance(body, dict):
        raise ContractError("The push notification is no object.", code=UNREADABLE)
    return body


def _short(event_id: str) -> str:
    if len(event_id) <= LONGEST_ID and "|" not in event_id and event_id.isascii() and event_id.isprintable():
        return event_id
    return sha256(event_id.encode("utf-8", "replace")).hexdigest()


INBOUND = Inbound(secret_names=SECRET_NAMES, verify=verify, hint=hint, guide=GUIDE)
