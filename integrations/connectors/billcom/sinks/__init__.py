"""The kinds of records written to BILL, by slug."""

from collections.abc import Mapping

from integrations.connectors.billcom.client import Client
from integrations.connectors.billcom.sinks.base import RecordSink
from integrations.connectors.billcom.sinks.bills import BillSink
from integrations.connectors.billcom.sinks.roster import Roster
from integrations.connectors.billcom.sinks.vendors import VendorSink


def sinks(client: Client) -> Mapping[str, RecordSink]:
    """Make the sinks of one connection; they share what is known of its vendors."""
    roster = Roster(client)
    made: tuple[RecordSink, ...] = (VendorSink(client, roster), BillSink(client, roster))
    return {sink.slug: sink for sink in made}
