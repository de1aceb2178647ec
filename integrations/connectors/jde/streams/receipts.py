"""Receipts of purchase orders (F43121): what came in, and what it is worth, by receipt document."""

from collections.abc import Iterator, Sequence
from functools import partial

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.ledger import account_number
from integrations.connectors.jde.query import Query, Where, any_of
from integrations.connectors.jde.reader import Key, batches, rows
from integrations.connectors.jde.records import Distribution, DocumentKey, Receipt
from integrations.connectors.jde.streams.base import Group, Source, TableStream
from integrations.connectors.jde.streams.orders import order_key

COLUMNS = tuple(
    "MATC DOC DCT KCO DOCO DCTO KCOO LNID AN8 RCDJ CRCD UREC AREC FREC MCU OBJ SUB LITM CO UPMJ TDAY".split()  # noqa: SIM905
)
RECEIVED = "1"  # match type of a receipt; 2 and 3 are its vouchers and reversals


class ReceiptStream(TableStream):
    """Receipts, whatever became of their vouchers."""

    slug = "receipts"
    main = Source(table="F43121", key="DOC", time="TDAY")
    date_alias = "RCDJ"
    every = (Where("MATC", "EQUAL", (RECEIVED,)),)

    def groups(self, keys: Sequence[Key]) -> Iterator[Group]:
        """Read receipts by document numbers."""
        for key, found in self._found("DOC", keys).items():
            yield Group(key=str(key), rows=tuple(found), parse=partial(_receipt, str(key), found))

    def of_orders(self, numbers: Sequence[int]) -> Iterator[Receipt]:
        """Read the receipts of orders by the orders' numbers."""
        for part in batches(sorted(set(numbers))):
            for key, found in self._found("DOCO", part).items():
                yield _receipt(str(key), found)

    def leading(self, key: str) -> Key | None:
        """Give the document number."""
        found = DocumentKey.parse(key)
        return found.number if found else None

    def key_of(self, row: Row) -> str:
        """Give the receipt's id."""
        return str(_key(row))

    def index_columns(self) -> tuple[str, ...]:
        """Name the document's key beside the order."""
        return ("DOC", "DCT", "KCO", "UPMJ", "TDAY")

    def _found(self, alias: str, values: Sequence[Key]) -> dict[DocumentKey, list[Row]]:
        query = Query(table="F43121", columns=COLUMNS, every=self.every, either=any_of(alias, list(values)))
        groups: dict[DocumentKey, list[Row]] = {}
        for row in rows(self._client, query, "DOC"):
            groups.setdefault(_key(row), []).append(row)
        return groups


def _key(row: Row) -> DocumentKey:
    return DocumentKey(row.text("DCT"), row.whole("DOC"), row.text("KCO"))


def _receipt(key: str, found: Sequence[Row]) -> Receipt:
    first = found[0]
    return Receipt(
        key=key,
        order=str(order_key(first)),
        supplier=first.whole("AN8"),
        company=first.text("CO") or first.text("KCOO"),
        receipt_date=first.day("RCDJ"),
        currency=first.text("CRCD"),
        terms="",
        lines=tuple(map(_line, found)),
    )


def _line(row: Row) -> Distribution:
    """Read a line; the amount in the order's currency, which orders in a foreign one keep in a column of its own."""
    return Distribution(
        account=account_number(row),
        business_unit=row.text("MCU"),
        object=row.text("OBJ"),
        subsidiary=row.text("SUB"),
        amount=row.amount("FREC") or row.amount("AREC"),
        text=f"{row.text('LITM') or 'Goods'}, received {row.amount('UREC').normalize():f}",
    )
