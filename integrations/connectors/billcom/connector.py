"""BILL as the registry finds it: form, session, limits, ping, explanations and webhooks."""

from integrations.connectors.billcom.checks import CHECKS
from integrations.connectors.billcom.credentials import FIELDS, clean, limits, origin
from integrations.connectors.billcom.explanations import EXPLANATIONS
from integrations.connectors.billcom.inbound import INBOUND, KEY
from integrations.connectors.billcom.session import open_session
from integrations.connectors.billcom.settlements import SettlementStream
from integrations.connectors.billcom.sinks import SINKS
from integrations.connectors.billcom.streams import KINDS
from integrations.contracts import Connector

CONNECTOR = Connector(
    slug="billcom",
    name="BILL",
    fields=FIELDS,
    clean=clean,
    origin=origin,
    open=open_session,
    limits=limits,
    checks=CHECKS,
    explanations=EXPLANATIONS,
    inbound=INBOUND,
    signing_secret=KEY,
    sandbox_port_offset=3,
    streams=(*KINDS, SettlementStream.slug),
    sinks=tuple(kind.slug for kind in SINKS),
    awaits="approval",
)
