"""Chargebee as the registry finds it: form, session, limits, ping, explanations and webhooks."""

from integrations.connectors.chargebee.checks import CHECKS
from integrations.connectors.chargebee.credentials import FIELDS, clean, document_url, limits, origin
from integrations.connectors.chargebee.explanations import EXPLANATIONS
from integrations.connectors.chargebee.inbound import INBOUND
from integrations.connectors.chargebee.kinds import KINDS
from integrations.connectors.chargebee.session import open_session
from integrations.contracts import Connector

CONNECTOR = Connector(
    slug="chargebee",
    name="Chargebee",
    fields=FIELDS,
    clean=clean,
    origin=origin,
    open=open_session,
    limits=limits,
    checks=CHECKS,
    explanations=EXPLANATIONS,
    inbound=INBOUND,
    sandbox_port_offset=1,
    document_url=document_url,
    streams=tuple(KINDS),
)
