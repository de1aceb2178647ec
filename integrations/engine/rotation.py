"""Replaces credentials without downtime: new ones are pinged beside the old, and take their place once they work."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction

from integrations.contracts import PingStep
from integrations.engine.connections import fill_in, note_change
from integrations.engine.identity import refuse_other
from integrations.engine.ping import keep, ping_steps
from integrations.errors import ConfigurationError
from integrations.models import Connection, Sync
from integrations.vault import OWN_VALUES, open_settings, typed_values


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What became of new credentials: the steps of their ping, and whether they replaced the old ones."""

    steps: tuple[PingStep, ...]
    is_done: bool

    @property
    def failed(self) -> PingStep | None:
        """Give the step at which the new ones failed."""
        return next((step for step in self.steps if not step.ok), None)


def rotate(connection: Connection, *, values: Mapping[str, str], actor: str, name: str = "") -> Rotation:
    """Ping with what was typed; put it in the place of the old values only when all steps go through.

    Empty secrets keep the old ones. What runs meanwhile goes on with what it opened. Raises ConfigurationError naming
    the field, or when the connection was changed during the ping.
    """
    candidate = copy.copy(connection)
    given = fill_in(candidate, values)
    candidate.name = name or connection.name
    if connection.fingerprint and not _is_same(connection, candidate):
        steps = tuple(ping_steps(candidate, actor=actor, identify=refuse_other))
        if not all(step.ok for step in steps):
            return Rotation(steps=steps, is_done=False)
        candidate.state = Connection.State.GOOD
    else:
        steps = ()
        candidate.state = connection.state if connection.fingerprint else Connection.State.NEW
    with transaction.atomic():
        standing = _refuse_if_changed(connection)
        kept = {key: text for key, text in standing.values.items() if key in OWN_VALUES}
        candidate.values = {**typed_values(candidate.values), **kept}
        candidate.save(update_fields=["name", "values", "credentials", "state"])
        note_change(candidate, "credentials replaced" if steps else "changed", sorted(given), actor)
        if steps:
            keep(candidate, steps)
    connection.refresh_from_db()
    return Rotation(steps=steps, is_done=True)


def _refuse_if_changed(loaded: Connection) -> Connection:
    """Lock the row and see that nobody changed it during the ping: what they did must not be written over."""
    standing = Connection.objects.for_tenant(loaded.tenant_id).select_for_update().get(pk=loaded.pk)
    if (standing.state, standing.fingerprint) != (loaded.state, loaded.fingerprint) or not _is_same(standing, loaded):
        raise ConfigurationError(
            f"{loaded.name} was changed by somebody else in the meantime. Nothing was saved: open it again, then enter "
            "the new credentials.",
            code="changed_meanwhile",
        )
    return standing


def was_rotated(sync: Sync) -> bool:
    """Tell whether other values stand on a side now than those that the sync's row was loaded with."""
    return any(_is_replaced(side) for side in (sync.source, sync.target))


def _is_replaced(opened: Connection) -> bool:
    standing = Connection.objects.for_tenant(opened.tenant_id).get(pk=opened.pk)
    return standing.state != Connection.State.CHANGED and not _is_same(standing, opened)


def _is_same(one: Connection, other: Connection) -> bool:
    return typed_values(open_settings(one).values) == typed_values(open_settings(other).values)
