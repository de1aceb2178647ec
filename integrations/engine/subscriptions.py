"""Webhook subscriptions that a system makes through its own API: made once, looked after hourly, removed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import cast

import structlog
from django.db import transaction
from django.db.models import Q, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from audit.record import change_config
from integrations import registry
from integrations.contracts import SubscribingSession
from integrations.engine import schedule
from integrations.engine.sessions import open_session
from integrations.errors import ConfigurationError, ConnectorError, RejectedError
from integrations.models import Connection, Sync
from integrations.vault import put_inbound

log = structlog.get_logger()
ID, KEY, CHECKED_AT = "subscription_id", "subscription_key", "subscription_checked_at"  # kept among the values
_EVERY = timedelta(hours=1)


def can_subscribe(connection: Connection) -> bool:
    """Tell whether this connection's system makes subscriptions through its API."""
    connector = registry.connectors().get(connection.connector)
    return connector is not None and bool(connector.signing_secret)


def is_subscribed(connection: Connection) -> bool:
    """Tell whether a subscription was made and not removed."""
    return bool(connection.values.get(ID))


def subscribe(connection: Connection, *, url: str, actor: str) -> None:
    """Make the subscription and seal its signing key. Safe to call again after a lost answer: the same one comes back.

    Raises ConfigurationError where there is one already or the system makes none; what the system answers otherwise.
    """
    secret = _signing_secret(connection)
    if is_subscribed(connection):
        raise ConfigurationError(f"{connection.name} has its webhook subscription already.", code="already_subscribed")
    key = connection.values.get(KEY) or str(uuid.uuid4())
    _keep(connection, {KEY: key})  # before the call, so that a lost answer can be asked for again
    with _session(connection) as session:
        made = session.subscribe(f"ml-connector {connection.pk}", url, key)
    with transaction.atomic():
        connection.inbound_secrets = _locked(connection).inbound_secrets
        put_inbound(connection, {secret: made.security_key})
        connection.save(update_fields=["inbound_secrets"])
        _keep(connection, {ID: made.id, KEY: "", CHECKED_AT: datetime.now(UTC).isoformat()})
        _note(connection, "subscribed to webhooks", actor)


def unsubscribe(connection: Connection, *, actor: str) -> None:
    """Remove the subscription. One that is gone already is forgotten."""
    _signing_secret(connection)
    if not is_subscribed(connection):
        return
    with _session(connection) as session:
        try:
            session.unsubscribe(connection.values[ID])
        except RejectedError as error:
            log.info("subscription.gone", connection=connection.pk, code=error.code)
    with transaction.atomic():
        _keep(connection, {ID: "", KEY: "", CHECKED_AT: ""})
        _note(connection, "unsubscribed from webhooks", actor)


def due_subscriptions() -> list[int]:
    """Give the connections whose subscription was not looked after for an hour."""
    makers = [slug for slug, connector in registry.connectors().items() if connector.signing_secret]
    if not makers:
        return []
    before = (datetime.now(UTC) - _EVERY).isoformat()
    rows = Connection.objects.filter(connector__in=makers, state=Connection.State.GOOD)  # every tenant's
    kept = rows.alias(
        subscription=KT(f"values__{ID}"), checked_at=Coalesce(KT(f"values__{CHECKED_AT}"), Value("", TextField()))
    )
    due = kept.filter(subscription__gt="", checked_at__lt=before)
    return list(due.order_by("pk").values_list("pk", flat=True))


def look_after(connection_id: int) -> None:
    """Switch a subscription on again if its system switched it off; what was missed meanwhile is read at once."""
    connection = Connection.objects.select_related("tenant").get(pk=connection_id)  # the job's id is the bound
    if not is_subscribed(connection):
        return
    _keep(connection, {CHECKED_AT: datetime.now(UTC).isoformat()})
    try:
        with _session(connection) as session:
            was_off = session.look_after(connection.values[ID])
    except RejectedError as error:
        log.warning("subscription.gone", connection=connection_id, code=error.code)
        with transaction.atomic():
            _keep(connection, {ID: "", CHECKED_AT: ""})
            _note(connection, "found the webhook subscription removed", "system")
        return
    except ConnectorError as error:
        log.warning("subscription.not_seen", connection=connection_id, code=error.code)
        return
    if was_off:
        log.warning("subscription.was_off", connection=connection_id)
        _note(connection, "switched the webhook subscription on again", "system")
        syncs = Sync.objects.for_tenant(connection.tenant_id).filter(state=Sync.State.ACTIVE)
        for sync in syncs.filter(Q(source=connection) | Q(target=connection)):
            schedule.ask_for_run(sync, trigger="schedule")


def _signing_secret(connection: Connection) -> str:
    if can_subscribe(connection):
        return registry.connector(connection.connector).signing_secret
    raise ConfigurationError(
        f"{connection.name} cannot subscribe through its API: set its webhooks up by the guide.",
        code="no_subscriptions",
    )


@contextmanager
def _session(connection: Connection) -> Iterator[SubscribingSession]:
    with open_session(connection) as session:
        yield cast(SubscribingSession, session)


def _keep(connection: Connection, changed: dict[str, str]) -> None:
    """Keep values beside those that stand now, which may have been typed meanwhile; an empty one goes."""
    with transaction.atomic():
        stored = _locked(connection)
        merged = {**stored.values, **changed}
        connection.values = {name: text for name, text in merged.items() if text or name not in changed}
        connection.save(update_fields=["values"])


def _locked(connection: Connection) -> Connection:
    return Connection.objects.for_tenant(connection.tenant_id).select_for_update().get(pk=connection.pk)


def _note(connection: Connection, action: str, actor: str) -> None:
    change_config(
        tenant_id=connection.tenant_id,
        actor=actor,
        subject=f"connection {connection.pk}",
        action=action,
        details={"name": connection.name},
    )
