"""Supplier invoices: the vouchers of the payables ledger (F0411), pay items put together."""

from collections.abc import Iterator, Sequence
from functools import partial

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.query import Query, Where, any_of
from integrations.connectors.jde.reader import Key, rows
from integrations.connectors.jde.records import DocumentKey
from integrations.connectors.jde.streams.base import Group, Source, TableStream
from integrations.connectors.jde.vouchers import COLUMNS, VOID_TYPE, key_of, voucher_of


class SupplierInvoiceStream(TableStream):
    """Vouchers and debit memos; the entries that void them (PE) show in the voucher itself."""

    slug = "supplier_invoices"
    main = Source(table="F0411", key="DOC")
    date_alias = "DIVJ"
    every = (Where("DCT", "NOT_EQUAL", (VOID_TYPE,)),)

    def groups(self, keys: Sequence[Key]) -> Iterator[Group]:
        """Read vouchers by document numbers, of every type and company."""
        query = Query(table="F0411", columns=COLUMNS, every=self.every, either=any_of("DOC", list(keys)))
        groups: dict[DocumentKey, list[Row]] = {}
        for row in rows(self._client, query, "DOC"):
            groups.setdefault(key_of(row), []).append(row)
        for key, items in groups.items():
            yield Group(key=str(key), rows=tuple(items), parse=partial(voucher_of, str(key), items))

    def leading(self, key: str) -> Key | None:
        """Give the document number."""
        found = DocumentKey.parse(key)
        return found.number if found else None

    def key_of(self, row: Row) -> str:
        """Give the document's id."""
        return str(key_of(row))

    def index_columns(self) -> tuple[str, ...]:
        """Name the document's key beside the order."""
        return ("DOC", "DCT", "KCO", "UPMJ", "UPMT")
