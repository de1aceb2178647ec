"""The account's reference data by SuiteQL: accounts, currencies, items, dimensions, terms, tax codes, periods."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from integrations.connectors.netsuite.client import Client
from integrations.connectors.netsuite.suiteql import PAGE_ROWS, Query, Row, flag
from integrations.contracts import ReferenceEntry
from integrations.errors import ConnectorError


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How one kind is read: columns, and how a row becomes number, name and details. Optional ones may be hidden."""

    kind: str
    table: str
    columns: str
    number: str
    name: str
    details: Callable[[Row], Mapping[str, str]] = lambda row: {}
    is_optional: bool = True


def _period(row: Row) -> Mapping[str, str]:
    """Tell a period's days and which ledgers it is still open for (`closed`: whether receivables are not)."""
    is_shut = flag(row, "closed") or flag(row, "alllocked")
    shut = {"ar": is_shut or flag(row, "arlocked"), "ap": is_shut or flag(row, "aplocked"), "gl": is_shut}
    return {
        "start": row.get("startdate", ""),
        "end": row.get("enddate", ""),
        "closed": "true" if shut["ar"] else "false",
        **{ledger: "closed" if is_closed else "open" for ledger, is_closed in shut.items()},
    }


TABLES = (
    Table(
        kind="account",
        table="account",
        columns="id, acctnumber, accountsearchdisplayname, accttype, isinactive",
        number="acctnumber",
        name="accountsearchdisplayname",
        details=lambda row: {"type": row.get("accttype", "")},
        is_optional=False,
    ),
    Table(
        kind="currency",
        table="currency",
        columns="id, symbol, name, isinactive",
        number="symbol",
        name="name",
        is_optional=False,
    ),
    Table(
        kind="item",
        table="item",
        columns="id, itemid, fullname, itemtype, externalid, incomeaccount, isinactive",
        number="itemid",
        name="fullname",
        details=lambda row: {
            "type": row.get("itemtype", ""),
            "income_account": row.get("incomeaccount", ""),
            "external_id": row.get("externalid", ""),
        },
        is_optional=False,
    ),
    Table(
        kind="subsidiary",
        table="subsidiary",
        columns="id, name, currency, isinactive",
        number="name",
        name="name",
        details=lambda row: {"currency": row.get("currency", "")},
    ),
    Table(kind="department", table="department", columns="id, name, isinactive", number="name", name="name"),
    Table(kind="classification", table="classification", columns="id, name, isinactive", number="name", name="name"),
    Table(kind="location", table="location", columns="id, name, isinactive", number="name", name="name"),
    Table(kind="term", table="term", columns="id, name, isinactive", number="name", name="name"),
    Table(
        kind="tax_code",
        table="salestaxitem",
        columns="id, name, taxtype, isinactive",
        number="name",
        name="name",
        details=lambda row: {"type": row.get("taxtype", "")},
    ),
    Table(
        kind="accounting_period",
        table="accountingperiod",
        columns=(
            "id, periodname, TO_CHAR(startdate, 'YYYY-MM-DD') AS startdate, TO_CHAR(enddate, 'YYYY-MM-DD') AS enddate, "
            "closed, alllocked, arlocked, aplocked, isyear, isquarter"
        ),
        number="periodname",
        name="periodname",
        details=_period,
    ),
)


def reference_values(client: Client) -> Iterator[ReferenceEntry]:
    """Read every kind; what the account does not use, or the role may not see, is left out unless booking needs it."""
    for table in TABLES:
        try:
            entries = [_entry(table, row) for row in keyset(client, table) if not _is_sum(row)]
        except ConnectorError as error:
            if table.is_optional and error.code in ("netsuite_table_hidden", "netsuite_query_refused"):
                continue
            raise
        yield from entries
        if table.kind == "accounting_period":
            yield from map(_neutral_period, entries)


def keyset(client: Client, table: Table) -> Iterator[Row]:
    """Read a table by its ids, so that rows added meanwhile neither repeat nor hide others."""
    condition = ""
    while True:
        sql = f"SELECT {table.columns} FROM {table.table}{condition} ORDER BY id"  # noqa: S608
        rows = list(client.rows(Query(sql=sql), limit=PAGE_ROWS))
        yield from rows
        if len(rows) < PAGE_ROWS:
            return
        condition = f" WHERE id > {int(rows[-1]['id'])}"


def _neutral_period(entry: ReferenceEntry) -> ReferenceEntry:
    """Give a period as every target gives it: its days, and where it still takes postings."""
    start = entry.details.get("start", "")
    ledgers = {name: entry.details[name] for name in ("ar", "ap", "gl")}
    return ReferenceEntry(
        kind="period",
        code=entry.code,
        number=start[:7],
        name=entry.name,
        is_active=ledgers["gl"] == "open",
        details={"start": start, "end": entry.details.get("end", ""), **ledgers},
    )


def _entry(table: Table, row: Row) -> ReferenceEntry:
    number = row.get(table.number, "")
    return ReferenceEntry(
        kind=table.kind,
        code=row["id"],
        number=number,
        name=row.get(table.name) or number,
        is_active=not flag(row, "isinactive"),
        details=table.details(row),
    )


def _is_sum(row: Row) -> bool:
    """Tell whether a period is a quarter or a year: nothing is booked in those."""
    return flag(row, "isyear") or flag(row, "isquarter")
