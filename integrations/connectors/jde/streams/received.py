"""What receipts leave to pay: vouchers name orders, so that what was paid of those counts for the oldest receipts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.records import DocumentKey, Receipt, SupplierInvoice
from integrations.connectors.jde.streams.receipts import ReceiptStream

Vouchers = Mapping[str, Sequence[SupplierInvoice]]


def open_of(client: Client, receipts: Sequence[Receipt], vouchers: Vouchers) -> dict[str, Decimal]:
    """Give what receipts leave to pay, by key, in their orders' currency; `vouchers` are the standing ones by order."""
    settled = {order: sum((one.gross - one.open for one in some), Decimal(0)) for order, some in vouchers.items()}
    found = {receipt.key: receipt.amount for receipt in receipts}
    paid = {order for order in {receipt.order for receipt in receipts} if settled.get(order)}
    for order, all_of_it in _by_order(client, paid).items():
        found |= _left(all_of_it, settled[order])
    return found


def _by_order(client: Client, orders: Iterable[str]) -> dict[str, list[Receipt]]:
    keys = [key for key in map(DocumentKey.parse, orders) if key]
    found: defaultdict[str, list[Receipt]] = defaultdict(list)
    for receipt in ReceiptStream(client).of_orders([key.number for key in keys]):
        found[receipt.order].append(receipt)
    return {str(key): found[str(key)] for key in keys}


def _left(receipts: Sequence[Receipt], settled: Decimal) -> dict[str, Decimal]:
    left: dict[str, Decimal] = {}
    for receipt in sorted(receipts, key=lambda one: (one.receipt_date or date.min, one.key)):
        paid = min(settled, receipt.amount)
        settled -= paid
        left[receipt.key] = receipt.amount - paid
    return left
