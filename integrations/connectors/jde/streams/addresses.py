"""Address book entries and suppliers; each table is watched, for a child's change does not touch its parent."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.client import Client
from integrations.connectors.jde.query import Query, any_of, equal
from integrations.connectors.jde.reader import Key, rows
from integrations.connectors.jde.records import Address, AddressBookEntry, Supplier
from integrations.connectors.jde.streams.base import Group, Source, TableStream, by_key

ENTRY = ("AN8", "ALPH", "ALKY", "AT1", "TAX", "MCU", "UPMJ", "UPMT")
ADDRESS = ("AN8", "EFTB", "ADD1", "ADD2", "ADD3", "ADD4", "CTY1", "ADDS", "ADDZ", "CTR", "UPMJ", "UPMT")
EMAIL = ("AN8", "IDLN", "RCK7", "EMAL", "UPMJ", "UPMT")
SUPPLIER = ("AN8", "TRAP", "CRRP", "HDPY", "PYIN", "APC", "UPMJ", "UPMT")

Tables = Mapping[str, Mapping[Key, list[Row]]]


class AddressBookStream(TableStream):
    """All entries of the address book, whatever their search type."""

    slug = "address_book"
    main = Source(table="F0101", key="AN8")
    children = (Source(table="F0116", key="AN8"), Source(table="F01151", key="AN8"))

    def groups(self, keys: Sequence[Key]) -> Iterator[Group]:
        """Read entries by address numbers."""
        tables = read_entries(self._client, keys)
        for key, own in tables["F0101"].items():
            found = (*own, *_children(tables, key))
            yield Group(key=str(key), rows=found, parse=partial(entry_of, self._client, tables, key))

    def leading(self, key: str) -> Key | None:
        """Give the address number."""
        return int(key) if key.isdecimal() else None

    def key_of(self, row: Row) -> str:
        """Give the address number."""
        return str(row.whole("AN8"))


class SupplierStream(TableStream):
    """Suppliers: those address book entries that have a row in the supplier master."""

    slug = "suppliers"
    main = Source(table="F0401", key="AN8")
    children = (
        Source(table="F0101", key="AN8"),
        Source(table="F0116", key="AN8"),
        Source(table="F01151", key="AN8"),
    )

    def groups(self, keys: Sequence[Key]) -> Iterator[Group]:
        """Read suppliers by address numbers; entries without a row in the supplier master are none."""
        query = Query(table="F0401", columns=SUPPLIER, either=any_of("AN8", list(keys)))
        masters = by_key(rows(self._client, query, "AN8"), "AN8")
        tables = read_entries(self._client, list(masters)) if masters else {}
        for key, own in masters.items():
            found = (*own, *tables["F0101"].get(key, ()), *_children(tables, key))
            yield Group(key=str(key), rows=found, parse=partial(self._supplier, tables, key, own[0]))

    def leading(self, key: str) -> Key | None:
        """Give the address number."""
        return int(key) if key.isdecimal() else None

    def key_of(self, row: Row) -> str:
        """Give the address number."""
        return str(row.whole("AN8"))

    def _supplier(self, tables: Tables, key: Key, master: Row) -> Supplier:
        return Supplier(
            entry=entry_of(self._client, tables, key),
            currency=master.text("CRRP"),
            terms=master.text("TRAP"),
            gl_class=master.text("APC"),
            payment_instrument=master.text("PYIN"),
            is_payment_held=master.text("HDPY") == "Y",
        )


def read_entries(client: Client, keys: Sequence[Key]) -> Tables:
    """Read the rows of entries, their addresses and the entity's own e-mails (line 0)."""
    either = any_of("AN8", list(keys))
    queries = (
        Query(table="F0101", columns=ENTRY, either=either),
        Query(table="F0116", columns=ADDRESS, either=either),
        Query(table="F01151", columns=EMAIL, every=(equal("IDLN", 0),), either=either),
    )
    return {query.table: by_key(rows(client, query, "AN8"), "AN8") for query in queries}


def entry_of(client: Client, tables: Tables, key: Key) -> AddressBookEntry:
    """Read one entry; a supplier whose entry the role may not see has no name."""
    own = tables["F0101"].get(key)
    row = own[0] if own else Row("F0101", {"AN8": key})
    emails = sorted(tables["F01151"].get(key, ()), key=lambda one: one.whole("RCK7"))
    return AddressBookEntry(
        number=row.whole("AN8"),
        name=row.text("ALPH"),
        long_number=row.text("ALKY"),
        search_type=row.text("AT1"),
        tax_id=row.text("TAX"),
        business_unit=row.text("MCU"),
        email=next((text for one in emails if (text := one.text("EMAL"))), ""),
        address=newest(tables["F0116"].get(key, ()), client.today()),
    )


def newest(found: Sequence[Row], today: date) -> Address:
    """Give the newest address that is effective; one without a date is the oldest."""
    begun = [row for row in found if (row.day("EFTB") or date.min) <= today]
    if not begun:
        return Address()
    row = max(begun, key=lambda one: one.day("EFTB") or date.min)
    return Address(
        lines=tuple(text for name in ("ADD1", "ADD2", "ADD3", "ADD4") if (text := row.text(name))),
        city=row.text("CTY1"),
        state=row.text("ADDS"),
        postal_code=row.text("ADDZ"),
        country=row.text("CTR"),
    )


def _children(tables: Tables, key: Key) -> list[Row]:
    return [*tables["F0116"].get(key, ()), *tables["F01151"].get(key, ())]
