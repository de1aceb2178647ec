"""Acumatica as the registry finds it: form, session, limits, ping, explanations, push notifications."""

from collections.abc import Mapping
from urllib.parse import quote

from integrations.connectors.acumatica.auth import REFRESHABLE_S
from integrations.connectors.acumatica.checks import CHECKS
from integrations.connectors.acumatica.credentials import CODE, FIELDS, Credentials, clean
from integrations.connectors.acumatica.explanations import EXPLANATIONS
from integrations.connectors.acumatica.inbound import INBOUND
from integrations.connectors.acumatica.records import split_id
from integrations.connectors.acumatica.session import open_session
from integrations.connectors.acumatica.sinks import SINKS
from integrations.connectors.acumatica.streams import STREAMS
from integrations.contracts import Connector, Limits, Settings

_SCREENS: Mapping[str, str] = {
    "invoices": "AR301000",
    "sales_invoices": "SO303000",
    "credit_memos": "AR301000",
    "payments": "AR302000",
    "refunds": "AR302000",
}
_CODES: Mapping[str, str] = {
    "Invoice": "INV",
    "Credit Memo": "CRM",
    "Payment": "PMT",
    "Prepayment": "PPM",
    "Refund": "REF",
    "Voided Payment": "RPM",
    "Voided Refund": "VRF",
}


def origin(settings: Settings) -> str:
    """Give the site's origin. Raises ConfigurationError for what is no address."""
    return Credentials.of(settings).origin


def limits(settings: Settings) -> Limits:
    """Give two calls at a time: small licences have so many cores, and decline what queues too long."""
    return Limits(concurrency=2)


def document_url(settings: Settings, sink: str, external_id: str) -> str:
    """Give the page of a record in Acumatica's own screens; the codes of types are inferred."""
    page = f"{Credentials.of(settings).base}/Main?ScreenId="
    if sink == "customers":
        return f"{page}AR303000&AcctCD={quote(external_id)}"
    kind, number = split_id(external_id)
    if sink == "journals" and number:
        return f"{page}GL301000&Module={quote(kind)}&BatchNbr={quote(number)}"
    if sink in _SCREENS and kind in _CODES:
        return f"{page}{_SCREENS[sink]}&DocType={_CODES[kind]}&RefNbr={quote(number)}"
    return ""


def consent_days(settings: Settings) -> int | None:
    """Give how long a consent lasts where one signs in by it; "Sliding Expiration" on SM303010 may make it longer."""
    return REFRESHABLE_S // 86_400 if Credentials.of(settings).sign_in == CODE else None


CONNECTOR = Connector(
    slug="acumatica",
    name="Acumatica",
    fields=FIELDS,
    clean=clean,
    origin=origin,
    open=open_session,
    limits=limits,
    asks_consent=True,
    consent_days=consent_days,
    checks=CHECKS,
    explanations=EXPLANATIONS,
    inbound=INBOUND,
    sandbox_port_offset=5,
    document_url=document_url,
    streams=STREAMS,
    sinks=SINKS,
)
