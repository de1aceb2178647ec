"""Chargebee's objects as the control API shows them: by kind, in major units, on the days of the site."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Object = dict[str, Any]
_ZERO_DECIMAL = {
    "JPY",
    "KRW",
    "XAF",
    "XOF",
    "VND",
    "CLP",
    "PYG",
    "UGX",
    "RWF",
    "BIF",
    "DJF",
    "GNF",
    "KMF",
    "VUV",
    "XPF",
}


def by_kind(objects: Iterable[Object]) -> dict[str, list[Object]]:
    """Sort objects by what they are."""
    kinds: defaultdict[str, list[Object]] = defaultdict(list)
    for each in objects:
        kinds[each["object"]].append(each)
    return kinds


def site_zone(invoices: list[Object]) -> str:
    """Give the zone that the site's documents say they were made in."""
    zones = [
        each["site_details_at_creation"].get("timezone") for each in invoices if "site_details_at_creation" in each
    ]
    return str(zones[0]) if zones and zones[0] else "UTC"


def site_day(moment_s: int, zone: str) -> str:
    """Give the day of an instant where the site's books are kept."""
    return datetime.fromtimestamp(moment_s, tz=UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def major(source: Object, minor: int) -> Decimal:
    """Chargebee's own rule: zero-decimal currencies as they are, all others in hundredths."""
    return Decimal(minor) if source.get("currency_code") in _ZERO_DECIMAL else Decimal(minor) / 100
