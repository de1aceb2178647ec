"""Completes receipts with what their orders were billed: what was paid of that counts for the oldest receipts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.records import DocumentKey, Receipt
from integrations.connectors.jde.streams.billing import Vouchers
from integrations.connectors.jde.streams.receipts import ReceiptStream


def with_vouchers(client: Client, receipts: Sequence[Receipt], vouchers: Vouchers) -> dict[str, Receipt]:
    """Complete receipts with their orders' vouchers, and where those were paid with what earlier receipts come to."""
    touched = {order for order, some in vouchers.items() if any(one.payments or one.open != one.gross for one in some)}
    earlier: dict[str, Decimal] = {}
    for all_of_it in _by_order(client, touched & {receipt.order for receipt in receipts}):
        earlier |= _earlier(all_of_it)
    return {
        receipt.key: replace(
            receipt, billed=vouchers.get(receipt.order, ()), earlier=earlier.get(receipt.key, Decimal(0))
        )
        for receipt in receipts
    }


def _by_order(client: Client, orders: Iterable[str]) -> Iterable[list[Receipt]]:
    keys = [key for key in map(DocumentKey.parse, orders) if key]
    found: defaultdict[str, list[Receipt]] = defaultdict(list)
    for receipt in ReceiptStream(client).of_orders([key.number for key in keys]):
        found[receipt.order].append(receipt)
    return found.values()


def _earlier(receipts: Iterable[Receipt]) -> dict[str, Decimal]:
    before, found = Decimal(0), dict[str, Decimal]()
    for receipt in sorted(receipts, key=lambda one: (one.receipt_date or date.min, one.key)):
        found[receipt.key] = before
        before += receipt.amount
    return found
