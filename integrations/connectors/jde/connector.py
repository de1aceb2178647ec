"""Oracle JD Edwards EnterpriseOne as the registry finds it: form, session, limits, ping and explanations."""

from integrations.connectors.jde.checks import CHECKS
from integrations.connectors.jde.credentials import FIELDS, Credentials, clean
from integrations.connectors.jde.explanations import EXPLANATIONS
from integrations.connectors.jde.session import open_session
from integrations.connectors.jde.sinks import SINKS
from integrations.connectors.jde.sinks.settlements import SettlementSink
from integrations.connectors.jde.streams import STREAMS
from integrations.connectors.jde.streams.payables import PayablesStream
from integrations.contracts import Connector, Limits, Settings


def origin(settings: Settings) -> str:
    """Give the AIS server's origin. Raises ConfigurationError for what is no address."""
    return Credentials.of(settings).origin


def limits(settings: Settings) -> Limits:
    """Give one call at a time: writes must not overtake one another, and a session has one cursor."""
    return Limits(concurrency=1)


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
    trust=lambda settings: Credentials.of(settings).trust,
    streams=(*(kind.slug for kind in STREAMS), PayablesStream.slug),
    sinks=(*(kind.slug for kind in SINKS), SettlementSink.slug),
)
