"""Streams of small set-up tables: accounts, business units, companies, currencies."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from integrations.connectors.jde.aliases import Row
from integrations.connectors.jde.client import Client
from integrations.connectors.jde.query import Query, any_of
from integrations.connectors.jde.reader import Key, rows
from integrations.connectors.jde.records import BusinessUnit, Company, CurrencyCode, GlAccount
from integrations.connectors.jde.streams.base import Group, Source, TableStream

AUDIT = ("UPMJ", "UPMT")
ACCOUNT = ("AID", "CO", "MCU", "OBJ", "SUB", "DL01", "LDA", "PEC", "CRCD")
UNIT = ("MCU", "DL01", "CO", "STYL", "PECC")
COMPANY = ("CO", "NAME", "CRCD", "PNC", "DFYJ")
CURRENCY = ("CRCD", "DL01", "CDEC")


class MasterStream(TableStream):
    """One row, one record, under a text key that orders the table."""

    columns: tuple[str, ...] = ()
    parse: Callable[[Row], Any]

    def groups(self, keys: Sequence[Key]) -> Iterator[Group]:
        """Read rows by their keys."""
        query = Query(table=self.main.table, columns=(*self.columns, *AUDIT), either=any_of(self.main.key, list(keys)))
        for row in rows(self._client, query, self.main.key):
            yield Group(key=self.key_of(row), rows=(row,), parse=partial(type(self).parse, row))

    def leading(self, key: str) -> Key | None:
        """Give the key itself."""
        return key or None

    def key_of(self, row: Row) -> str:
        """Give the key."""
        return row.text(self.main.key)


def account_of(row: Row) -> GlAccount:
    """Read an account."""
    unit, code, subsidiary = row.text("MCU"), row.text("OBJ"), row.text("SUB")
    return GlAccount(
        id=row.text("AID"),
        number=".".join(part for part in (unit, code, subsidiary) if part),
        name=row.text("DL01"),
        company=row.text("CO"),
        business_unit=unit,
        object=code,
        subsidiary=subsidiary,
        posting_edit=row.text("PEC"),
        level=row.text("LDA"),
        currency=row.text("CRCD"),
    )


def unit_of(row: Row) -> BusinessUnit:
    """Read a business unit."""
    return BusinessUnit(
        code=row.text("MCU"),
        name=row.text("DL01"),
        company=row.text("CO"),
        type=row.text("STYL"),
        posting_edit=row.text("PECC"),
    )


def company_of(row: Row) -> Company:
    """Read a company."""
    return Company(
        code=row.text("CO"),
        name=row.text("NAME"),
        currency=row.text("CRCD"),
        period=row.whole("PNC"),
        year_begins=row.day("DFYJ"),
    )


def currency_of(row: Row) -> CurrencyCode:
    """Read a currency."""
    places = row.text("CDEC")
    return CurrencyCode(code=row.text("CRCD"), name=row.text("DL01"), decimals=int(places) if places.isdecimal() else 2)


class AccountStream(MasterStream):
    """The chart of accounts."""

    slug = "accounts"
    main = Source(table="F0901", key="AID")
    columns = ACCOUNT
    parse = staticmethod(account_of)


class BusinessUnitStream(MasterStream):
    """Business units."""

    slug = "business_units"
    main = Source(table="F0006", key="MCU")
    columns = UNIT
    parse = staticmethod(unit_of)


class CompanyStream(MasterStream):
    """Companies."""

    slug = "companies"
    main = Source(table="F0010", key="CO")
    columns = COMPANY
    parse = staticmethod(company_of)


class CurrencyStream(MasterStream):
    """Currencies."""

    slug = "currencies"
    main = Source(table="F0013", key="CRCD")
    columns = CURRENCY
    parse = staticmethod(currency_of)


def read_all(client: Client, table: str, columns: tuple[str, ...], key: str) -> Iterator[Row]:
    """Read a whole table."""
    return rows(client, Query(table=table, columns=columns), key)
