"""When credentials end by themselves: what the connector can tell, and how long the consents of its system last."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from audit.models import ConfigChange
from integrations import registry
from integrations.contracts import Expiry
from integrations.errors import ConnectorError
from integrations.models import Connection
from integrations.vault import open_settings

CONSENTED = "consented in the browser"
_RENEW_CONSENT = "Give the consent anew on the connection's page; the old one works until then."


def expiries(connections: Iterable[Connection]) -> dict[int, tuple[Expiry, ...]]:
    """Give the ends of connections' credentials by connection id, the nearest first; one query at most."""
    rows = list(connections)
    consents = _consents([each for each in rows if _consent_days(each)])
    return {each.pk: _sorted([*_told(each), *_consent(each, consents)]) for each in rows}


def _sorted(found: Iterable[Expiry]) -> tuple[Expiry, ...]:
    return tuple(sorted(found, key=lambda each: each.at))


def _told(connection: Connection) -> tuple[Expiry, ...]:
    connector = registry.connectors().get(connection.connector)
    if connector is None or connector.expires is None:
        return ()
    try:
        return connector.expires(open_settings(connection))
    except ConnectorError:
        return ()  # what cannot be read is the ping's to tell


def _consent_days(connection: Connection) -> int | None:
    connector = registry.connectors().get(connection.connector)
    if connector is None or connector.consent_days is None:
        return None
    try:
        return connector.consent_days(open_settings(connection))
    except ConnectorError:
        return None


def _consents(connections: Iterable[Connection]) -> dict[str, datetime]:
    """Give when consent was given last, by the trail's name of the connection."""
    subjects = {f"connection {each.pk}": each.tenant_id for each in connections}
    if not subjects:
        return {}
    changes = ConfigChange.objects.filter(
        tenant_id__in=set(subjects.values()), subject__in=subjects, action=CONSENTED
    )  # the tenants of the connections asked about
    return dict(changes.order_by("id").values_list("subject", "at"))


def _consent(connection: Connection, consents: Mapping[str, datetime]) -> tuple[Expiry, ...]:
    given, days = consents.get(f"connection {connection.pk}"), _consent_days(connection)
    if given is None or days is None:
        return ()
    return (Expiry(what="Consent", at=given + timedelta(days=days), renew=_RENEW_CONSENT),)
