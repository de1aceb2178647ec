"""Business events: unsigned stubs whose say-so counts for nothing, so the record is read again by its business key.

F&O signs nothing and sends no header of ours, so the secret is part of the address that Azure Key Vault keeps. The
hint's event id carries business key and control number, so that `confirm` knows what to read again, in what order.
"""

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC
from hashlib import sha256
from typing import Any

from integrations.connectors.dynamics365.odata import text
from integrations.connectors.dynamics365.sinks.base import Ground
from integrations.contracts import Changed, Event, Hint, Inbound, InboundRequest
from integrations.errors import ContractError

SECRET = "business_events_secret"  # noqa: S105 - its name, not its value
HEADER = "x-mlc-secret"
PARAMETER = "code"
UNREADABLE = "d365_unreadable_event"
LONGEST_KEY = 40
DEEPEST = 6
_COMPANY = re.compile(r"[a-z0-9]{0,4}")
MOST_PARTS = 500

# Which field of a stub names what: the first that is there counts.
_KEYS = (
    ("journal", ("JournalBatchNumber", "JournalNum", "JournalId")),
    ("invoice", ("InvoiceId", "InvoiceNumber", "Invoice")),
    ("voucher", ("Voucher", "VoucherNumber", "PaymentVoucher")),
)
_FIELDS = {"invoice": "Invoice", "voucher": "Voucher"}

GUIDE = f"""\
1. Copy the webhook address and the secret shown here, and put them together: `<address>?{PARAMETER}=<secret>`.
2. In Azure, keep that whole text as a secret of the Key Vault that F&O's business events use.
3. In F&O: **System administration > Setup > Business events > Business events catalog > Endpoints > New**, endpoint
   type **HTTPS**; fill in the Key Vault's DNS name, the secret's name, and an Entra application that may read it.
4. On the tab **Business event catalog** choose *Free text invoice posted* and *Payment posted*, press **Activate**, and
   choose the legal entity and the endpoint.
5. If a Power Automate flow or API Management stands between, send the secret as header `{HEADER}` instead.

Events only hasten what the poll finds anyway: nothing is lost if they stop.
"""


def verify(request: InboundRequest, secrets: Mapping[str, str]) -> bool:
    """Tell whether the address or a header holds the secret, in constant time. Never true without a stored secret.

    Source: DOCS business-events/home-page.md, managing-business-event-endpoints.md (no signature or header is
    documented), read 2026-11-21.
    """
    wanted = secrets.get(SECRET, "")
    sent = request.query.get(PARAMETER) or request.headers.get(HEADER) or ""
    return hmac.compare_digest(sent.encode("utf-8", "replace"), wanted.encode()) & bool(wanted)


def hint(request: InboundRequest) -> Hint:
    """Read the event's id, type, order and business key, flat or wrapped by Dataverse. Raises ContractError.

    Source: the vendor file's section 8 (downloaded schemas and samples of public repositories), read 2026-11-21.
    """
    stub = _stub(_body(request.body))
    event_id, event_type = stub.get("EventId"), stub.get("BusinessEventId")
    if not isinstance(event_id, str) or not isinstance(event_type, str) or not event_id or not event_type:
        raise ContractError("The body is no business event. Check who calls this address.", code=UNREADABLE)
    parts = "|".join((_short(event_id), *_subject(stub)))
    return Hint(event_id=parts, event_type=event_type[:80])


def events_of(ground: Ground, event_ids: Sequence[str]) -> tuple[Event, ...]:
    """Confirm events by reading what they name; one whose record is not there (yet) does not come back."""
    subjects = {event_id: subject_of(event_id) for event_id in event_ids}
    now = ground.client.clock.now()
    events: list[Event] = []
    standing = {kind: _standing(ground, kind, subjects) for kind in ("journal", "invoice", "voucher")}
    for event_id, subject in subjects.items():
        kind, company, key, order = subject
        if not kind or company not in ("", ground.company):
            events.append(Event(id=event_id, type="other", occurred_at=now, changed=()))
        elif changes := standing[kind].get(key):
            changed = tuple(Changed(stream=stream, key=found, order=order) for stream, found in changes)
            events.append(Event(id=event_id, type=kind, occurred_at=now.astimezone(UTC), changed=changed))
    return tuple(events)


def subject_of(event_id: str) -> tuple[str, str, str, int]:
    """Give kind, company, key and control number out of a hint's event id; empty where it touches nothing we read."""
    parts = event_id.split("|")
    if len(parts) != 5 or not parts[4].isdecimal():
        return "", "", "", 0
    return parts[1], parts[2], parts[3], int(parts[4])


def _standing(
    ground: Ground, kind: str, subjects: Mapping[str, tuple[str, str, str, int]]
) -> dict[str, list[tuple[str, str]]]:
    """Read the records of one kind of business key: by key, the streams and keys that they are read under."""
    wanted = sorted({key for found, company, key, _ in subjects.values() if found == kind and key})
    where: dict[str, list[tuple[str, str]]] = {}
    if kind == "journal":
        sets = (("journals", "LedgerJournalHeaders"), ("payment_journals", "CustomerPaymentJournalHeaders"))
        for stream, entity_set in sets:
            for row in ground.among(entity_set, "JournalBatchNumber", wanted) if wanted else ():
                batch = text(row, "JournalBatchNumber")
                where.setdefault(batch, []).append((stream, batch))
        return where
    for row in ground.among("CustTransactions", _FIELDS[kind], wanted) if wanted else ():
        where.setdefault(text(row, _FIELDS[kind]), []).append(("customer_transactions", text(row, "SysRecId")))
    return where


def _body(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ContractError("The body is not JSON. Check who calls this address.", code=UNREADABLE) from error
    if not isinstance(body, dict):
        raise ContractError("The body is no business event. Check who calls this address.", code=UNREADABLE)
    return body


def _stub(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find the flat stub, itself or somewhere inside Dataverse's execution context, also as JSON in a text."""
    waiting: list[tuple[object, int]] = [(body, 0)]
    for _ in range(MOST_PARTS):
        if not waiting:
            break
        part, depth = waiting.pop(0)
        if isinstance(part, str) and part.lstrip()[:1] == "{" and "BusinessEventId" in part:
            part = _parsed(part)
        if isinstance(part, dict) and "BusinessEventId" in part and "EventId" in part:
            return part
        if depth < DEEPEST and isinstance(part, dict | list):
            inner = part.values() if isinstance(part, dict) else part
            waiting += [(each, depth + 1) for each in inner]
            names = {str(each.get("key")): each.get("value") for each in inner if isinstance(each, dict)}
            waiting += [(names, depth + 1)] if "BusinessEventId" in names else []
    return {}


def _parsed(value: str) -> object:
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _subject(stub: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what an event is about, if it is something that we read."""
    company = str(stub.get("BusinessEventLegalEntity") or stub.get("LegalEntity") or "").lower()
    order = str(stub.get("ControlNumber") or 0)
    for kind, names in _KEYS:
        for name in names:
            key = stub.get(name)
            if isinstance(key, str) and _is_plain(key) and _COMPANY.fullmatch(company):
                return kind, company, key, order if order.isdecimal() and len(order) < 20 else "0"
    return ()


def _is_plain(key: str) -> bool:
    return bool(key) and len(key) <= LONGEST_KEY and "|" not in key and key.isprintable()


def _short(event_id: str) -> str:
    """Keep event ids of any length and spelling apart in the room that the inbox has."""
    if len(event_id) <= 40 and "|" not in event_id and event_id.isascii():
        return event_id
    return sha256(event_id.encode("utf-8", "replace")).hexdigest()[:40]


INBOUND = Inbound(secret_names=(SECRET,), verify=verify, hint=hint, guide=GUIDE)
