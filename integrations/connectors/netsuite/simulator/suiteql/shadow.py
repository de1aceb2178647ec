"""The SQLite shadow that SuiteQL reads: brought up to date from what changed, only when somebody asks."""

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.connectors.netsuite.simulator.records.lists import customer_name
from integrations.connectors.netsuite.simulator.records.types import ITEMS
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored
from integrations.connectors.netsuite.simulator.suiteql.functions import STORED, install
from integrations.connectors.netsuite.simulator.suiteql.tables import TABLES, Table
from integrations.connectors.netsuite.simulator.suiteql.transactions import transaction_rows
from integrations.sandbox.dice import dice

Row = tuple[Any, ...]

_SQLITE = {"int": "INTEGER", "num": "REAL", "text": "TEXT", "date": "TEXT"}
_ITEM_TYPES = dict(zip(ITEMS, ("Service", "NonInvtPart", "OthCharge", "Discount", "Payment", "Subtotal"), strict=True))
_LISTS = {"entity": "customer"} | {
    name: name
    for name in ("item", "account", "currency", "department", "classification", "location", "subsidiary",
                 "accountingPeriod", "salesTaxItem", "term")
}  # fmt: skip
_SELDOM = {"externalid": 1, "tranid": 2, "entity": 500, "email": 1, "entityid": 1}


class Shadow:
    """Holds the tables; `refresh` must precede a query."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._open()

    def __getstate__(self) -> Site:
        """Keep no more than the site: the tables are made from it again."""
        return self._site

    def __setstate__(self, site: Site) -> None:
        """Open anew; the first refresh fills the tables."""
        self._site = site
        self._open()

    def _open(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._seen: set[tuple[str, str]] = set()
        self._zone = ""
        install(self.connection, dice("netsuite", "shuffle"))
        self.connection.execute("PRAGMA journal_mode = OFF")
        self.connection.execute("PRAGMA case_sensitive_like = ON")
        for table in TABLES.values():
            self._create(table)
        self._estimate()

    def refresh(self, lag_s: float = 0) -> None:
        """Bring the tables up to date, but for what changed within the last `lag_s` seconds."""
        if self._zone != self._site.options.timezone:
            self._take_anew()
        dirty = self._site.store.dirty
        if not dirty:
            return
        latest = self._site.clock.now().timestamp() - lag_s
        due = [key for key, at in dirty.items() if lag_s <= 0 or at <= latest]
        for key in due:
            del dirty[key]
        self.connection.execute("BEGIN")
        self._forget([key for key in due if key in self._seen])
        self._take(due)
        self.connection.execute("COMMIT")

    def _take_anew(self) -> None:
        """Note every record as unseen; moments are stored in the account's zone."""
        self._zone = self._site.options.timezone
        dirty = self._site.store.dirty
        for group, records in self._site.store.groups.items():
            for id in records:
                dirty.setdefault((group, id), 0.0)

    def _take(self, keys: list[tuple[str, str]]) -> None:
        rows: dict[str, list[Row]] = {}
        zone = ZoneInfo(self._zone)
        for group, id in keys:
            stored = self._site.store.get(group, id)
            if stored is None:
                continue
            self._seen.add((group, id))
            if group == "transaction":
                for table, found in transaction_rows(self._site, stored, zone).items():
                    rows.setdefault(table, []).extend(found)
            elif group in _LISTS:
                rows.setdefault(_LISTS[group].lower(), []).append(_list_row(self._site, stored, zone))
        for table, found in rows.items():
            marks = ",".join("?" * len(TABLES[table].columns))
            self.connection.executemany(f"INSERT OR REPLACE INTO ns_{table} VALUES ({marks})", found)  # noqa: S608

    def _forget(self, keys: Iterable[tuple[str, str]]) -> None:
        ids = [(int(id),) for group, id in keys if group == "transaction"]
        for table, column in _OF_TRANSACTION.items():
            self.connection.executemany(f'DELETE FROM ns_{table} WHERE "{column}" = ?', ids)  # noqa: S608
        for group, id in keys:
            self._seen.discard((group, id))
            if group in _LISTS:
                self.connection.execute(f"DELETE FROM ns_{_LISTS[group].lower()} WHERE id = ?", (id,))  # noqa: S608

    def _create(self, table: Table) -> None:
        columns = ", ".join(f'"{one.name}" {_SQLITE[one.type]}' for one in table.columns.values())
        keys = ", ".join(f'"{key}"' for key in table.keys)
        tail = "" if table.keys == ("id",) else " WITHOUT ROWID"
        single = columns.replace('"id" INTEGER', '"id" INTEGER PRIMARY KEY', 1)
        body = single if table.keys == ("id",) else f"{columns}, PRIMARY KEY ({keys})"
        self.connection.execute(f"CREATE TABLE ns_{table.name} ({body}){tail}")
        for column in table.indexes:
            self.connection.execute(f'CREATE INDEX ix_{table.name}_{column} ON ns_{table.name} ("{column}")')

    def _estimate(self) -> None:
        """Tell the planner how selective the indexes are, once, instead of letting it look at empty tables."""
        self.connection.execute("ANALYZE")
        rows = [
            (f"ns_{table.name}", f"ix_{table.name}_{column}", f"100000 {_SELDOM.get(column, 50)}")
            for table in TABLES.values()
            for column in table.indexes
        ]
        self.connection.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", rows)
        self.connection.execute("ANALYZE sqlite_schema")


_OF_TRANSACTION = {
    "transaction": "id",
    "transactionline": "transaction",
    "transactionaccountingline": "transaction",
    "nexttransactionlinelink": "nextdoc",
}


def _list_row(site: Site, stored: Stored, zone: ZoneInfo) -> Row:
    values = {name.lower(): value for name, value in stored.fields.items()}
    values |= {"id": stored.id, "isinactive": stored.is_inactive}
    values["datecreated"] = stored.created.astimezone(zone)
    values["lastmodifieddate"] = stored.modified.astimezone(zone)
    if stored.kind == "customer":
        values["companyname"] = customer_name(stored.fields)
    if stored.type.group == "item":
        values["itemtype"] = _ITEM_TYPES[stored.kind]
        values["fullname"] = values["itemid"]
    table = TABLES[_LISTS[stored.type.group].lower()]
    return tuple(_plain(values.get(name)) for name in table.columns)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "T" if value else "F"
    if isinstance(value, list):
        return ", ".join(value) or None
    if isinstance(value, datetime | date):
        return value.strftime(STORED)
    return float(value) if isinstance(value, Decimal) else value
