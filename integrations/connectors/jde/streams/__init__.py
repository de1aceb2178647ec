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
from integrations.connectors.jde.streams.payments import PaymentStream

STREAMS: tuple[type[TableStream], ...] = (
    AddressBookStream,
    SupplierStream,
    SupplierInvoiceStream,
    PurchaseOrderStream,
    PaymentStream,
    AccountStream,
    BusinessUnitStream,
    CompanyStream,
    CurrencyStream,
)


def streams(client: Client) -> Mapping[str, TableStream]:
    """Give all streams of a connection by slug."""
    return {kind.slug: kind(client) for kind in STREAMS}
