"""Oracle JD Edwards EnterpriseOne as the registry finds it: form, session, limits, ping and explanations."""

from cryptography.x509 import load_pem_x509_certificates

from integrations.connectors.jde.checks import CHECKS
from integrations.connectors.jde.credentials import FIELDS, Credentials, clean
from integrations.connectors.jde.explanations import EXPLANATIONS
from integrations.connectors.jde.session import open_session
from integrations.connectors.jde.sinks import SINKS
from integrations.connectors.jde.sinks.settlements import SettlementSink
from integrations.connectors.jde.streams import STREAMS
from integrations.connectors.jde.streams.payables import PayablesStream
from integrations.contracts import Connector, Expiry, Limits, Settings
from integrations.errors import ConfigurationError

_RENEW = "Paste the new CA certificate under Edit, after the old one as long as both are in use."


def origin(settings: Settings) -> str:
    """Give the AIS server's origin. Raises ConfigurationError for what is no address."""
    return Credentials.of(settings).origin


def limits(settings: Settings) -> Limits:
    """Give one call at a time: writes must not overtake one another, and a session has one cursor."""
    return Limits(concurrency=1)


def expires(settings: Settings) -> tuple[Expiry, ...]:
    """Tell when a CA certificate of the company's own ends, the first of several; JD Edwards tells no other end."""
    pem = settings.values.get("ca_pem", "")
    if not pem:
        return ()
    try:
        end = min(each.not_valid_after_utc for each in load_pem_x509_certificates(pem.encode()))
    except ValueError as error:
        raise ConfigurationError(
            "The CA certificate cannot be read.", code="jde_credentials", field="ca_pem"
        ) from error
    return (Expiry(what="CA certificate", at=end, renew=_RENEW),)


CONNECTOR = Connector(
    slug="jde",
    name="Oracle JD Edwards",
    fields=FIELDS,
    clean=clean,
    origin=origin,
    open=open_session,
    limits=limits,
    checks=CHECKS,
    explanations=EXPLANATIONS,
    sandbox_port_offset=2,
    expires=expires,
    trust=lambda settings: Credentials.of(settings).trust,
    streams=(*(kind.slug for kind in STREAMS), PayablesStream.slug),
    sinks=(*(kind.slug for kind in SINKS), SettlementSink.slug),
)
