"""The fields of each sink as its connector tells them, kept for an hour: they decide how a mapped value must look."""

import time

from integrations.contracts import Session
from integrations.models import Connection
from mappings.catalogue import TargetField

_GOOD_FOR_S = 3600.0
_known: dict[tuple[int, str, str], tuple[float, tuple[TargetField, ...]]] = {}


def target_fields(connection: Connection, session: Session, sink: str) -> tuple[TargetField, ...]:
    """Give a sink's fields, the tenant's own included. Raises TransientError when the system cannot be asked."""
    key = (connection.pk, connection.fingerprint, sink)
    kept = _known.get(key)
    if kept is None or time.monotonic() - kept[0] > _GOOD_FOR_S:
        kept = _known[key] = (time.monotonic(), session.sink(sink).catalogue())
    return kept[1]
