"""The kinds of records written to F&O, by slug."""

from collections.abc import Mapping

from integrations.connectors.dynamics365.sinks.base import Ground
from integrations.connectors.dynamics365.sinks.customers import CustomerSink
from integrations.connectors.dynamics365.sinks.general import GeneralJournalSink
from integrations.connectors.dynamics365.sinks.payments import PaymentJournalSink
from integrations.contracts import Sink

SLUGS = ("customers", "journals", "payment_journals")


def sinks(ground: Ground) -> Mapping[str, Sink]:
    """Make the sinks of one connection."""
    made: tuple[Sink, ...] = (CustomerSink(ground), GeneralJournalSink(ground), PaymentJournalSink(ground))
    return {sink.slug: sink for sink in made}
