"""One run per sync at a time: a lease in PostgreSQL with a fencing token that only grows."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction

from integrations.errors import LeaseLostError

_TAKE = """
UPDATE integrations_sync
SET fence = fence + 1, lease_until = clock_timestamp() + make_interval(secs => %s), lease_grace_s = %s,
    wants_run = CASE WHEN wants_run = %s THEN '' ELSE wants_run END,
    claimed_until = NULL
WHERE id = %s AND state = 'active'
  AND (lease_until IS NULL OR lease_until + make_interval(secs => lease_grace_s) < clock_timestamp())
  AND (%s::bigint IS NULL OR (extract(epoch FROM claimed_until) * 1000000)::bigint = %s::bigint)
RETURNING fence
"""
_RENEW = """
UPDATE integrations_sync SET lease_until = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND fence = %s AND lease_until IS NOT NULL
RETURNING EXISTS (
    SELECT FROM audit_run r
    WHERE r.state = 'running' AND r.sync_id = integrations_sync.id AND r.fence = integrations_sync.fence
      AND r.cancelled_by <> ''
)
"""
_RELEASE = "UPDATE integrations_sync SET lease_until = NULL WHERE id = %s AND fence = %s"


@dataclass(slots=True)
class Lease:
    """The right to run one sync. Pool threads only read `good_until`, on the monotonic clock."""

    sync_id: int
    fence: int
    term_s: float
    good_until: float
    is_cancelled: bool = False  # a person wants the run to end; found out at each renewal

    def renew(self) -> None:
        """Prolong the lease; raises LeaseLostError when another run has taken over."""
        asked_at = time.monotonic()
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [self.term_s, self.sync_id, self.fence])
            renewed = cursor.fetchone()
            if renewed is None:
                self.good_until = 0.0
                raise LeaseLostError(f"Another worker took over sync {self.sync_id}; this run stops here.")
        self.is_cancelled = renewed[0]
        self.good_until = asked_at + self.term_s

    def renew_if_old(self) -> None:
        """Prolong the lease when a third of its term is gone."""
        if self.good_until - time.monotonic() < self.term_s * 2 / 3:
            self.renew()

    def may_write(self, timeout_s: float) -> None:
        """Refuse a call that could outlive the lease. Safe in any thread."""
        if time.monotonic() + timeout_s > self.good_until:
            raise LeaseLostError(f"The lease of sync {self.sync_id} is too short for another call; the run stops here.")

    def release(self) -> None:
        """Give the lease back at once."""
        self.good_until = 0.0
        with connection.cursor() as cursor:
            cursor.execute(_RELEASE, [self.sync_id, self.fence])


def take_lease(sync_id: int, trigger: str = "", claim: int | None = None) -> Lease | None:
    """Take an active sync's lease if it is free, or ran out longer ago than its holder's longest call; else None."""
    term_s, call_s = settings.LEASE_S, settings.CALL_TIMEOUT_S
    asked_at = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [term_s, int(call_s) + 1, trigger, sync_id, claim, claim])
        row = cursor.fetchone()
    return Lease(sync_id=sync_id, fence=row[0], term_s=term_s, good_until=asked_at + term_s) if row else None


@contextmanager
def fenced(lease: Lease) -> Iterator[None]:
    """Open a transaction that commits only while the lease is ours."""
    with transaction.atomic():
        lease.renew()
        yield
