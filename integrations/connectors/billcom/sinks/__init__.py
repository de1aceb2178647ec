"""The kinds of records written to BILL, by slug."""

from collections.abc import Mapping

from integrations.connectors.billcom.client import Client
from integrations.connectors.billcom.sinks.base import RecordSink
from integrations.connectors.billcom.sinks.bills import BillSink
from integrations.connectors.billcom.sinks.credits import VendorCreditSink
from integrations.connectors.billcom.sinks.roster import Roster
from integrations.connectors.billcom.sinks.vendors import VendorSink

SINKS = (VendorSink, BillSink, VendorCreditSink)


def sinks(client: Client) -> Mapping[str, RecordSink]:
    """Make the sinks of one connection; they share what is known of its vendors."""
    roster = Roster(client)
    made: tuple[RecordSink, ...] = tuple(kind(client, roster) for kind in SINKS)
    return {sink.slug: sink for sink in made}
