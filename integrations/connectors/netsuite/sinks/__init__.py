"""The kinds of records written to NetSuite, by slug."""

from collections.abc import Mapping

from integrations.connectors.netsuite.client import Client
from integrations.connectors.netsuite.sinks.base import RecordSink
from integrations.connectors.netsuite.sinks.customers import CustomerSink
from integrations.connectors.netsuite.sinks.documents import CREDIT_MEMOS, INVOICES, PAYMENTS, REFUNDS, DocumentSink
from integrations.connectors.netsuite.sinks.items import ItemSink

SLUGS = ("customers", "items", "invoices", "credit_memos", "payments", "refunds")


def sinks(client: Client) -> Mapping[str, RecordSink]:
    """Make the sinks of one connection."""
    made: tuple[RecordSink, ...] = (
        CustomerSink(client),
        ItemSink(client),
        DocumentSink(client, INVOICES),
        DocumentSink(client, CREDIT_MEMOS),
        DocumentSink(client, PAYMENTS),
        DocumentSink(client, REFUNDS),
    )
    return {sink.slug: sink for sink in made}
