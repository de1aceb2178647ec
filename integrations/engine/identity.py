"""The environment lock: what the far side is, learned by the first good ping, checked when credentials changed."""

from dataclasses import asdict

from audit.record import change_config
from integrations.contracts import Identity, Session
from integrations.errors import ConfigurationError
from integrations.models import Connection, Sync


def learn(connection: Connection, found: Identity, actor: str) -> None:
    """Store what the far side is. Raises ConfigurationError, and locks, when it has become something else."""
    fingerprint = f"{connection.connector}:{found.fingerprint}"
    if _is_other(connection, fingerprint):
        was = connection.identity.get("name") or connection.became.get("name")
        _lock(connection, found)
        raise ConfigurationError(
            f"This connection was {was} and is now {found.name}. "
            "Nothing is read or written until an owner confirms the change.",
            code="identity_changed",
        )
    if not connection.fingerprint:
        connection.fingerprint = fingerprint
        change_config(
            tenant_id=connection.tenant_id,
            actor=actor,
            subject=f"connection {connection.pk}",
            action="identified",
            details={"name": found.name, "fingerprint": fingerprint},
        )
    connection.identity = asdict(found)
    # While it is locked, what may be confirmed is what answered last, also where that is the old system again.
    is_locked = connection.state == Connection.State.CHANGED
    connection.became = _became(connection, found) if is_locked else {}
    connection.save(update_fields=["fingerprint", "identity", "became"])


def _is_other(connection: Connection, fingerprint: str) -> bool:
    """Tell whether something else answers than is known, or than was confirmed and not pinged yet."""
    expected = connection.fingerprint or connection.became.get("fingerprint", "")
    return bool(expected) and bool(expected != fingerprint)


def _became(connection: Connection, found: Identity) -> dict[str, str]:
    return {"name": found.name, "fingerprint": f"{connection.connector}:{found.fingerprint}"}


def refuse_other(connection: Connection, found: Identity, actor: str) -> None:
    """Raise ConfigurationError where values not in use yet lead to another company than those in use."""
    if connection.fingerprint != f"{connection.connector}:{found.fingerprint}":
        raise ConfigurationError(
            f"These values lead to {found.name}, and this connection is {connection.identity.get('name')}. Make a "
            "connection of its own for another company.",
            code="identity_changed",
        )


def verify_identity(connection: Connection, session: Session) -> None:
    """Ask a connection whose values changed, or whose last ping failed, what it is before a run uses it.

    A ping that failed may have ended before it asked: it stays failed.
    """
    if connection.state == Connection.State.GOOD:
        return
    learn(connection, session.identity(), "system")
    if connection.state == Connection.State.NEW:
        connection.state = Connection.State.GOOD
        connection.save(update_fields=["state"])


def _lock(connection: Connection, found: Identity) -> None:
    connections = Connection.objects.for_tenant(connection.tenant_id)
    connections.filter(pk=connection.pk).update(state=Connection.State.CHANGED, became=_became(connection, found))
    for role in ("source", "target"):
        Sync.objects.for_tenant(connection.tenant_id).filter(**{role: connection}, state=Sync.State.ACTIVE).update(
            state=Sync.State.STOPPED,
            stop_code="identity_changed",
            stop_reason=f"{connection.name} answers as {found.name}: an owner must confirm it.",
        )
