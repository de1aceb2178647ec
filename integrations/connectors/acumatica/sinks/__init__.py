"""The kinds of objects written to Acumatica, by slug."""

from collections.abc import Mapping

from integrations.connectors.acumatica.sinks.base import Desk
from integrations.connectors.acumatica.sinks.customers import CustomerSink
from integrations.connectors.acumatica.sinks.invoices import CreditMemoSink, InvoiceSink, SalesInvoiceSink
from integrations.connectors.acumatica.sinks.journals import JournalSink
from integrations.connectors.acumatica.sinks.payments import PaymentSink, RefundSink
from integrations.contracts import Sink

_KINDS = (CustomerSink, InvoiceSink, SalesInvoiceSink, CreditMemoSink, PaymentSink, RefundSink, JournalSink)
SINKS = tuple(kind.slug for kind in _KINDS)


def sinks(desk: Desk) -> Mapping[str, Sink]:
    """Make the sinks of one connection."""
    return {kind.slug: kind(desk) for kind in _KINDS}
