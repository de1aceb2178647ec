"""What receipts leave to pay: vouchers name orders, so that what was paid of those counts for the oldest receipts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.records import DocumentKey, Receipt, SupplierInvoice
from integrations.connectors.jde.streams.receipts import ReceiptStream
from integrations.money import round_money

Vouchers = Mapping[str, Sequence[SupplierInvoice]]


def open_of(client: Client, receipts: Sequence[Receipt], vouchers: Vouchers) -> dict[str, Decimal]:
    """Give what receipts leave to pay, by key, in their orders' currency; `vouchers` are the standing ones by order."""
    settled = {order: sum(map(_settled, some), Decimal(0)) for order, some in vouchers.items()}
    found = {receipt.key: receipt.amount for receipt in receipts}
    paid = {order for order in {receipt.order for receipt in receipts} if settled.get(order)}
    for order, all_of_it in _by_order(client, paid).items():
        found |= _left(all_of_it, settled[order])
    return found


def _settled(voucher: SupplierInvoice) -> Decimal:
    """Give what was paid of a voucher, net of its tax, as receipts are; rounded to its currency's decimals."""
    paid = voucher.gross - voucher.open
    if not (paid and voucher.tax and voucher.gross):
        return paid
    net = paid * (voucher.gross - voucher.tax) / voucher.gross
    return round_money(net, voucher.currency) if voucher.currency else round(net, 2)


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
