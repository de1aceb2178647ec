"""What the flows of this pair share: references written into NetSuite, days of the site, digests of what is posted."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime

from integrations.connectors.chargebee.records import site_day
from integrations.connectors.netsuite.records import Kind, external_id
from integrations.contracts import Context


def reference(context: Context, kind: Kind, key: str, revision: int = 1) -> str:
    """Give our reference in NetSuite: `CB-<site>-INV-<number>`, with the revision when above 1."""
    site = context.source.name.removesuffix(".chargebee.com").split(".")[0] or "site"
    return external_id(f"CB-{site}", kind, key, revision)


def day(moment: datetime, context: Context) -> date:
    """Give the day of an instant where the site's books are kept."""
    return site_day(moment, context.source.time_zone)


def digest(parts: Iterable[object]) -> str:
    """Digest the posting-relevant fields of a record."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:40]
