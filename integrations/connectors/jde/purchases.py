"""What purchases come to in JD Edwards: the voucher that stands for an order or receipt, or the one to be made."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.query import Query, any_of
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import DocumentKey, OrderLine, PurchaseOrder, SupplierInvoice
from integrations.connectors.jde.streams.orders import PurchaseOrderStream
from integrations.connectors.jde.vouchers import COLUMNS, VOID_TYPE, vouchers_of
from integrations.contracts import Draft, Value
from integrations.errors import MissingReferenceError, RejectedError

VOUCHERS = ("PV", "PD")


class Purchases:
    """Looks purchases up by the document that started them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._orders = PurchaseOrderStream(client)

    def vouchers_of(self, sources: Iterable[str]) -> Mapping[str, SupplierInvoice]:
        """Give the voucher that stands for each document: itself, or the one that names it as order or invoice number.

        An order with several vouchers gives none of them: which one was paid, only a person can say.
        """
        wanted = [key for key in map(DocumentKey.parse, sorted(set(sources))) if key]
        own = [key for key in wanted if key.type in VOUCHERS]
        others = [key for key in wanted if key.type not in VOUCHERS]
        found = {one.key: one for one in self._read("DOC", [key.number for key in own])}
        standing = {str(key): found[str(key)] for key in own if str(key) in found}
        naming = [
            *self._read("PO", [str(key.number) for key in others]),
            *self._read("VINV", [str(key) for key in others]),
        ]
        for key in map(str, others):
            mine = {one.key: one for one in naming if key in (one.order, one.invoice_number)}
            if len(mine) == 1:
                standing[key] = next(iter(mine.values()))
        return standing

    def voucher_of(self, draft: Draft, source: str, total: Decimal, received_account: str) -> Mapping[str, Value]:
        """Give supplier, company, invoice number and lines of the voucher that an order still lacks.

        What was received already is in the ledger: it debits the account named for it, or nothing is booked. Raises
        MissingReferenceError, RejectedError.
        """
        records, _ = self._orders.read([source])
        if not records:
            raise MissingReferenceError(
                f"JD Edwards does not show the order {source} that BILL paid. Look it up (P4310), then replay.",
                code="jde_order_unknown",
                field="source",
                value=source,
            )
        order: PurchaseOrder = records[0].body
        if order.total != total:
            raise RejectedError(
                f"Order {source} comes to {order.total} now, but its bill of {total} was paid. Enter the voucher in JD "
                "Edwards (P0411 or P4314), then replay: the payment is recorded against it.",
                code="jde_order_differs",
                field="amount",
                value=source,
            )
        lines: list[Value] = [part for line in order.standing for part in _lines(source, line, received_account)]
        return {"supplier": str(order.supplier), "company": order.company, "supplierInvoice": source, "lines": lines}

    def _read(self, alias: str, values: Sequence[int | str]) -> list[SupplierInvoice]:
        found: list[SupplierInvoice] = []
        for part in batches(values):
            query = Query(table="F0411", columns=COLUMNS, either=any_of(alias, part))
            found += vouchers_of(rows(self._client, query, "DOC"))
        return [one for one in found if not one.is_voided and not one.key.startswith(f"{VOID_TYPE}-")]


def _lines(source: str, line: OrderLine, received_account: str) -> list[Value]:
    made: list[Value] = []
    if line.amount_received:
        if not received_account:
            raise RejectedError(
                f"Order {source} was received (line {line.line.normalize():f}): its cost is in the ledger already and "
                "is never booked again. Match its voucher in JD Edwards (P4314), then replay: the payment is recorded "
                "against it. Or map the account for received lines under Mappings > Payments.",
                code="jde_voucher_needed",
                field="receivedAccount",
                value=source,
            )
        made.append({"account": received_account, "amount": line.amount_received, "remark": line.description})
    if rest := line.amount - line.amount_received:
        made.append({"account": line.account, "amount": rest, "remark": line.description})
    return made
