"""Makes and changes connections: values cleaned by the connector, secrets sealed, every change on record."""

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet

from audit.record import change_config
from integrations import registry
from integrations.contracts import Connector
from integrations.errors import ConfigurationError
from integrations.models import Connection
from integrations.vault import open_credentials, put_credentials


def create_connection(
    *, tenant_id: int, connector_slug: str, name: str, environment: str, values: Mapping[str, str], actor: str
) -> Connection:
    """Make a connection from what was typed. Raises ConfigurationError naming the field."""
    connector = registry.connector(connector_slug)
    made = Connection(
        tenant_id=tenant_id,
        connector=connector_slug,
        name=name,
        environment=environment,
        webhook_token=secrets.token_urlsafe(32),
        inbound_secrets=_inbound_secrets(connector),
    )
    generated = connector.generate(values) if connector.generate and not _has_generated(connector, values) else {}
    _fill(made, connector, {**values, **generated})  # an empty form field must not blot out what was made
    with transaction.atomic():
        made.save()
        note_change(made, "created", sorted(values), actor)
    return made


def change_connection(connection: Connection, *, values: Mapping[str, str], actor: str, name: str = "") -> None:
    """Change values and replace the secrets given; empty ones are kept. Raises ConfigurationError naming the field.

    What others changed since the row was loaded stays: it is read anew under a lock, and only this is written.
    """
    with transaction.atomic():
        connection.refresh_from_db(from_queryset=_locked(connection.tenant_id))
        given = fill_in(connection, values)
        connection.name = name or connection.name
        if given and connection.state != Connection.State.CHANGED:
            connection.state = Connection.State.NEW  # what it leads to is checked before the next run
        connection.save(update_fields=["name", *(("values", "credentials", "state") if given else ())])
        note_change(connection, "changed", sorted(given), actor)


def _locked(tenant_id: int) -> QuerySet[Connection]:
    return Connection.objects.for_tenant(tenant_id).select_for_update()


def fill_in(connection: Connection, values: Mapping[str, str]) -> dict[str, str]:
    """Put typed values into a row, empty secrets keep what was there; give those that count. Does not save."""
    connector = registry.connector(connection.connector)
    given = {key: text for key, text in values.items() if text or not _is_secret(connector, key)}
    _fill(connection, connector, {**connection.values, **open_credentials(connection), **given})
    return given


def _fill(connection: Connection, connector: Connector, values: Mapping[str, str]) -> None:
    cleaned = connector.clean(values)
    missing = [field for field in connector.fields if field.required and not cleaned.get(field.name)]
    if missing:
        raise ConfigurationError(f"{missing[0].label} is missing.", code="field_missing", field=missing[0].name)
    secret_names = {field.name for field in connector.fields if field.is_secret}
    connection.values = {name: text for name, text in cleaned.items() if name not in secret_names}
    put_credentials(connection, {name: text for name, text in cleaned.items() if name in secret_names})


def _is_secret(connector: Connector, name: str) -> bool:
    return any(field.name == name and field.is_secret for field in connector.fields)


def _has_generated(connector: Connector, values: Mapping[str, str]) -> bool:
    generated = [field.name for field in connector.fields if field.kind == "generated"]
    return all(values.get(name) for name in generated)


def _inbound_secrets(connector: Connector) -> dict[str, str]:
    names = connector.inbound.secret_names if connector.inbound else ()
    return {name: secrets.token_urlsafe(24) for name in names}


def note_change(connection: Connection, action: str, fields: list[str], actor: str) -> None:
    """Put on record which fields of a connection somebody changed, never their values."""
    change_config(
        tenant_id=connection.tenant_id,
        actor=actor,
        subject=f"connection {connection.pk}",
        action=action,
        details={"name": connection.name, "connector": connection.connector, "fields": fields},
    )
