"""Credentials that end by themselves, as pages show them: in how many days, how urgent, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from integrations.contracts import Expiry
from integrations.engine.expiry import expiries
from integrations.models import Connection
from portal.models import Tenant

WARN_DAYS = (30, 7, 1)  # before the end, each once


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """One credential of one connection. `days` left are negative once it has ended."""

    connection: Connection
    expiry: Expiry
    days: int

    @property
    def is_near(self) -> bool:
        """Tell whether people are warned already."""
        return self.days <= WARN_DAYS[0]

    @property
    def tone(self) -> str:
        """Give the colour role that goes with the days left."""
        if not self.is_near:
            return "neutral"
        return "warning" if self.days > WARN_DAYS[1] else "danger"

    @property
    def sentence(self) -> str:
        """Say when it ends: “the certificate ends in 12 days”."""
        what = f"the {self.expiry.what.lower()}"
        if self.days < 0:
            return f"{what} has ended"
        return f"{what} ends {self.when}"

    @property
    def when(self) -> str:
        """Say how far off the end is."""
        if self.days < 0:
            return "ended"
        return {0: "today", 1: "tomorrow"}.get(self.days, f"in {self.days} days")


def endings(connections: Iterable[Connection]) -> list[Ending]:
    """Give the ends of connections' credentials, the nearest first."""
    rows = list(connections)
    known, today = expiries(rows), timezone.now().date()
    found = [
        Ending(connection=each, expiry=expiry, days=(expiry.at.date() - today).days)
        for each in rows
        for expiry in known[each.pk]
    ]
    return sorted(found, key=lambda each: each.expiry.at)


def endings_of(tenant: Tenant) -> list[Ending]:
    """Give the ends of all credentials of a company that a sync may use."""
    return endings(Connection.objects.for_tenant(tenant).order_by("name"))
