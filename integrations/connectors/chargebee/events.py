"""Confirms webhook events at Chargebee and tells which objects each of them touches."""

from collections.abc import Iterator, Mapping, Sequence

from integrations.connectors.chargebee.client import Client, Raw, as_list, batches
from integrations.connectors.chargebee.kinds import KINDS
from integrations.connectors.chargebee.reader import Reader
from integrations.connectors.chargebee.streams import order_of
from integrations.contracts import Changed, Event
from integrations.errors import ContractError

SAMPLE = "cbdemo_"  # ids of the "Test webhook" button

_STREAMS: Mapping[str, str] = {kind.name: slug for slug, kind in KINDS.items() if slug != "subscriptions"}


def confirm_events(client: Client, event_ids: Sequence[str]) -> tuple[Event, ...]:
    """Ask Chargebee for events, a hundred at a time; what it does not know, and samples, do not come back.

    Source: Events > List events, Retrieve an event (apidocs, read 2026-11-21).
    """
    wanted = [key for key in dict.fromkeys(event_ids) if _is_askable(key)]
    found: dict[str, Raw] = {}
    for batch in batches(wanted):
        for event in client.page("events", {"id[in]": as_list(batch)}).objects("event"):
            found[str(event.get("id"))] = event
    for key in wanted:
        single = found.get(key) or client.one("events", "event", key)
        if single is not None:
            found[key] = single
    return tuple(_events(found[key] for key in wanted if key in found))


def changed_by(content: Raw) -> tuple[Changed, ...]:
    """Name the objects of an event's content, each once; a subscription stands for its customer.

    The content is a snapshot in the webhook's own API version: only ids and orders are taken from it.
    """
    orders: dict[tuple[str, str], int] = {}
    for stream, key, order in _touched(content):
        if key and not key.startswith(SAMPLE):
            orders[stream, key] = max(order, orders.get((stream, key), 0))
    return tuple(Changed(stream=stream, key=key, order=order) for (stream, key), order in orders.items())


def _touched(content: Raw) -> Iterator[tuple[str, str, int]]:
    for name, raw in content.items():
        if not isinstance(raw, dict):
            continue
        stream = _STREAMS.get(name)
        if stream:
            yield stream, str(raw.get("id") or ""), order_of(raw)
        elif name == "subscription":
            yield "customers", str(raw.get("customer_id") or ""), 0


def _events(rows: Iterator[Raw]) -> Iterator[Event]:
    """Read events; one that cannot be read touches nothing, and the poll finds what it was about."""
    for raw in rows:
        row = Reader(raw, f"Event {raw.get('id')}")
        content = raw.get("content")
        try:
            yield Event(
                id=row.needed_text("id"),
                type=row.needed_text("event_type"),
                occurred_at=row.needed_moment("occurred_at"),
                changed=changed_by(content if isinstance(content, dict) else {}),
            )
        except ContractError:
            continue


def _is_askable(key: str) -> bool:
    """Tell whether this can be an event's id: those are plain words of up to 40 characters, and no samples."""
    return key.isascii() and 0 < len(key) <= 40 and key.replace("_", "").isalnum() and not key.startswith(SAMPLE)
