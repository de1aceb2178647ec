"""The streams of JD Edwards, read through the data service."""

from collections.abc import Mapping

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.streams.addresses import AddressBookStream, SupplierStream
from integrations.connectors.jde.streams.base import TableStream
from integrations.connectors.jde.streams.invoices import SupplierInvoiceStream
from integrations.connectors.jde.streams.masters import (
    AccountStream,
    BusinessUnitStream,
    CompanyStream,
    CurrencyStream,
)
from integrations.connectors.jde.streams.orders import PurchaseOrderStream
from integrations.connectors.jde.streams.payables import PayablesStream
from integrations.connectors.jde.streams.payments import PaymentStream
from integrations.connectors.jde.streams.receipts import ReceiptStream
from integrations.contracts import Stream

STREAMS: tuple[type[TableStream], ...] = (
    AddressBookStream,
    SupplierStream,
    SupplierInvoiceStream,
    PurchaseOrderStream,
    ReceiptStream,
    PaymentStream,
    AccountStream,
    BusinessUnitStream,
    CompanyStream,
    CurrencyStream,
)


def streams(client: Client) -> Mapping[str, Stream]:
    """Give all streams of a connection by slug."""
    made: list[Stream] = [kind(client) for kind in STREAMS]
    return {stream.slug: stream for stream in (*made, PayablesStream(client))}
