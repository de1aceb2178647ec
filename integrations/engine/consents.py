"""Consent in the browser: where a system lets a person allow our sign-in, and what comes back from there."""

from typing import cast

from audit.record import change_config
from integrations import registry
from integrations.contracts import ConsentingSession
from integrations.engine.expiry import CONSENTED
from integrations.engine.sessions import open_session
from integrations.errors import ConfigurationError
from integrations.models import Connection


def page_of(connection: Connection, state: str) -> str:
    """Give the page at the system on which a person consents; empty where this connection signs in otherwise."""
    connector = registry.connectors().get(connection.connector)
    if connector is None or not connector.asks_consent:
        return ""
    with open_session(connection) as session:
        return cast(ConsentingSession, session).consent_url(state)


def take(connection: Connection, *, code: str, actor: str) -> None:
    """Exchange the code that came back for a grant, and put it on record. Raises ConnectorError."""
    if not registry.connector(connection.connector).asks_consent:
        raise ConfigurationError(f"{connection.name} signs in without consent.", code="no_consent")
    with open_session(connection) as session:
        cast(ConsentingSession, session).consent(code)
    change_config(
        tenant_id=connection.tenant_id,
        actor=actor,
        subject=f"connection {connection.pk}",
        action=CONSENTED,
    )
