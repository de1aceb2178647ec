"""All vendors of the organization, read once and then kept up by what changed: names are no key in BILL's filters."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock

from integrations.connectors.billcom.client import Client, Listing, Raw
from integrations.connectors.billcom.query import since

VENDORS = "vendors"
OVERLAP = timedelta(minutes=30)  # longer than a sink settles: a vendor that a list hides at first is still seen
BASE_CURRENCY = "USD"  # BILL funds in US dollars; a vendor without a currency is billed in them (inferred)


class Roster:
    """The vendors by id. Thread-safe; a look-up costs a page for every hundred vendors, later ones one page."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = Lock()
        self._vendors: dict[str, Raw] = {}
        self._read_at: datetime | None = None

    def all(self) -> tuple[Raw, ...]:
        """Give all vendors as they stand now, archived ones included."""
        with self._lock:
            started = self._client.clock.now()
            filters = (since("updatedTime", self._read_at - OVERLAP),) if self._read_at else ()
            rows = self._client.walk(Listing(path=VENDORS, filters=filters))
            self._vendors |= {str(raw.get("id")): raw for raw in rows}
            self._read_at = started
            return tuple(self._vendors.values())

    def currencies(self, vendor_ids: Sequence[str]) -> Mapping[str, str]:
        """Give the currencies in which these vendors are billed: bills do not tell their own."""
        with self._lock:
            lacking = [one for one in dict.fromkeys(vendor_ids) if one not in self._vendors]
            self._vendors |= self._client.some(VENDORS, lacking)
            return {one: currency_of(self._vendors[one]) for one in vendor_ids if one in self._vendors}


def currency_of(vendor: Raw) -> str:
    """Give a vendor's bill currency."""
    return str(vendor.get("billCurrency") or BASE_CURRENCY)
