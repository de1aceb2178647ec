"""The sinks of JD Edwards: every write is a run of an orchestration that the customer imported."""

from collections.abc import Mapping

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.sinks.address_book import AddressBookSink
from integrations.connectors.jde.sinks.journals import JournalSink
from integrations.connectors.jde.sinks.pay_status import PayStatusSink
from integrations.connectors.jde.sinks.payments import PaymentSink
from integrations.connectors.jde.sinks.settlements import SettlementSink
from integrations.connectors.jde.sinks.voids import VoidPaymentSink, VoidVoucherSink
from integrations.connectors.jde.sinks.vouchers import VoucherSink
from integrations.contracts import Sink

SINKS = (
    JournalSink,
    AddressBookSink,
    VoucherSink,
    PaymentSink,
    PayStatusSink,
    VoidPaymentSink,
    VoidVoucherSink,
)


def sinks(client: Client) -> Mapping[str, Sink]:
    """Give all sinks of a connection by slug."""
    made: list[Sink] = [kind(client) for kind in SINKS]
    return {sink.slug: sink for sink in (*made, SettlementSink(client))}
