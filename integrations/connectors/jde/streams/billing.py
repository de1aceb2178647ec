"""Which vouchers bill orders: those that name them, and those entered with an order's id as their invoice number."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.query import Query, any_of
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import DocumentKey, PurchaseOrder, Receipt, SupplierInvoice
from integrations.connectors.jde.vouchers import COLUMNS, VOID_TYPE, vouchers_of

Vouchers = Mapping[str, tuple[SupplierInvoice, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Billing:
    """The vouchers of orders, by order, voided ones too."""

    named: Vouchers
    entered: Vouchers

    @property
    def vouchers(self) -> Iterable[SupplierInvoice]:
        """All of them; some may be there twice."""
        return (one for found in (self.named, self.entered) for some in found.values() for one in some)

    def with_known(self, known: Mapping[str, SupplierInvoice]) -> "Billing":
        """Give the same with each voucher as it is known by its key."""
        named, entered = (
            {order: tuple(known[one.key] for one in some) for order, some in found.items()}
            for found in (self.named, self.entered)
        )
        return Billing(named=named, entered=entered)

    def of(self, order: PurchaseOrder) -> PurchaseOrder:
        """Complete an order: what was entered for it bills it, else what names it."""
        named, entered = self.named.get(order.key, ()), self.entered.get(order.key, ())
        billed = entered
        if all(one.is_voided for one in entered):
            billed = tuple({one.key: one for one in (*named, *entered)}.values())
        standing = tuple(one.key for one in named if not one.is_voided)
        return replace(order, vouchers=standing, billed=billed)


def billing_of(client: Client, orders: Collection[PurchaseOrder], receipts: Iterable[Receipt]) -> Billing:
    """Read the vouchers of orders, and those of receipts' orders, in batches."""
    own = {order.key for order in orders}
    return Billing(
        named=_naming(client, own | {receipt.order for receipt in receipts}), entered=_entered(client, sorted(own))
    )


def _naming(client: Client, orders: Collection[str]) -> Vouchers:
    numbers = sorted({key.number for key in map(DocumentKey.parse, orders) if key})
    found = [voucher for part in batches(numbers) for voucher in _read(client, "PO", [str(one) for one in part])]
    return _grouped((voucher.order, voucher) for voucher in found if voucher.order in orders)


def _entered(client: Client, orders: list[str]) -> Vouchers:
    found = [voucher for part in batches(orders) for voucher in _read(client, "VINV", part)]
    return _grouped((voucher.invoice_number, voucher) for voucher in found)


def _read(client: Client, alias: str, values: list[str]) -> Iterable[SupplierInvoice]:
    query = Query(table="F0411", columns=COLUMNS, either=any_of(alias, values))
    return (one for one in vouchers_of(rows(client, query, "DOC")) if not one.key.startswith(f"{VOID_TYPE}-"))


def _grouped(found: Iterable[tuple[str, SupplierInvoice]]) -> Vouchers:
    groups: defaultdict[str, list[SupplierInvoice]] = defaultdict(list)
    for order, voucher in found:
        groups[order].append(voucher)
    return {order: tuple(some) for order, some in groups.items()}
