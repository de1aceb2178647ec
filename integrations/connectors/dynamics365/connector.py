"""Microsoft Dynamics 365 Finance & Operations as the registry finds it."""

from datetime import UTC, date, datetime, time
from urllib.parse import quote

from integrations.connectors.dynamics365.checks import CHECKS
from integrations.connectors.dynamics365.credentials import FIELDS, Credentials, clean
from integrations.connectors.dynamics365.explanations import EXPLANATIONS
from integrations.connectors.dynamics365.inbound import INBOUND
from integrations.connectors.dynamics365.session import open_session
from integrations.connectors.dynamics365.sinks import SLUGS as SINKS
from integrations.connectors.dynamics365.streams import SLUGS as STREAMS
from integrations.contracts import Connector, Expiry, Limits, Settings

CONCURRENCY = 4  # F&O limits by its resources alone; more than this would only be throttled
_PAGES = {"customers": "CustTable", "journals": "LedgerJournalTable", "payment_journals": "LedgerJournalTableCustPaym"}

_RENEW = (
    "Make a second client secret in Entra under Certificates & secrets, paste its Value under Edit with its end date, "
    "and delete the old one afterwards: both work meanwhile."
)


def origin(settings: Settings) -> str:
    """Give the environment's origin. Raises ConfigurationError for what is no address."""
    return Credentials.of(settings).origin


def limits(settings: Settings) -> Limits:
    """Give a few calls at a time; lines of one journal are written one after the other anyway."""
    return Limits(concurrency=CONCURRENCY)


def document_url(settings: Settings, sink: str, external_id: str) -> str:
    """Give the list page of the kind, in the company; F&O's addresses name no single record."""
    page = _PAGES.get(sink)
    if not page:
        return ""
    credentials = Credentials.of(settings)
    return f"{credentials.origin}/?cmp={quote(credentials.company)}&mi={page}"


def expires(settings: Settings) -> tuple[Expiry, ...]:
    """Tell when the client secret ends, as far as somebody typed it in: only the directory's own API knows."""
    typed = settings.values.get("secret_ends_on", "")
    if not typed:
        return ()
    return (Expiry(what="Client secret", at=datetime.combine(date.fromisoformat(typed), time.min, UTC), renew=_RENEW),)


CONNECTOR = Connector(
    slug="dynamics365",
    name="Microsoft Dynamics 365 Finance & Operations",
    fields=FIELDS,
    clean=clean,
    origin=origin,
    open=open_session,
    limits=limits,
    checks=CHECKS,
    explanations=EXPLANATIONS,
    inbound=INBOUND,
    sandbox_port_offset=6,
    document_url=document_url,
    expires=expires,
    streams=STREAMS,
    sinks=SINKS,
)
