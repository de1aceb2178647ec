"""The kinds of records written to NetSuite, by slug."""

from collections.abc import Mapping

from integrations.connectors.netsuite.client import Client
from integrations.connectors.netsuite.sinks.base import RecordSink
from integrations.connectors.netsuite.sinks.customers import CustomerSink
from integrations.connectors.netsuite.sinks.documents import INVOICES, PAYMENTS, DocumentSink
from integrations.connectors.netsuite.sinks.items import ItemSink


def sinks(client: Client) -> Mapping[str, RecordSink]:
    """Make the sinks of one connection. Credit memos and refunds join as further `Kind`s of documents."""
    made: tuple[RecordSink, ...] = (
        CustomerSink(client),
        ItemSink(client),
        DocumentSink(client, INVOICES),
        DocumentSink(client, PAYMENTS),
    )
    return {sink.slug: sink for sink in made}
