"""What a journal is checked against before a call: chart, dimensions, journal names; read once per session."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property
from threading import RLock
from typing import TypeVar

from integrations.connectors.dynamics365.client import Client
from integrations.connectors.dynamics365.dimensions import DELIMITERS, MAIN_ACCOUNT, Format, format_of
from integrations.connectors.dynamics365.odata import Query, Row, day, flag, text, text_literal
from integrations.errors import ConfigurationError, MappingError

LEDGER = "DataEntityLedgerDimensionFormat"
DEFAULT = "DataEntityDefaultDimensionFormat"
T = TypeVar("T")


class Setup:
    """One company's set-up, asked for when first needed. Safe to share between threads."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = RLock()
        self._kept: dict[str, object] = {}

    @cached_property
    def company(self) -> str:
        """The legal entity in lower case."""
        return self._client.credentials.company

    @property
    def delimiter(self) -> str:
        """What stands between segments, and is escaped inside accounts."""
        return self._once("delimiter", self._read_delimiter)

    @property
    def ledger(self) -> Row:
        """The company's ledger: chart of accounts and currencies. Raises ConfigurationError without one."""
        return self._once("ledger", self._read_ledger)

    @property
    def main_accounts(self) -> Mapping[str, Row]:
        """The chart's main accounts by number."""
        return self._once("main_accounts", self._read_accounts)

    @property
    def dimension_values(self) -> Mapping[tuple[str, str], Row]:
        """The values, of the dimensions in the active formats, that this company may use."""
        return self._once("dimension_values", self._read_values)

    @property
    def formats(self) -> Mapping[str, Format]:
        """The active dimension formats by type: `LEDGER` and `DEFAULT`."""
        return self._once("formats", self._read_formats)

    @property
    def journal_names(self) -> Mapping[str, Row]:
        """The company's journal names."""
        return self._once("journal_names", self._read_journal_names)

    def format(self, kind: str) -> Format:
        """Give the active format of a type. Raises ConfigurationError."""
        found = self.formats.get(kind)
        if found is None:
            name = "ledger dimension" if kind == LEDGER else "default dimension"
            raise ConfigurationError(
                f"No {name} format is active in F&O: accounts with dimensions cannot be written. Activate one under "
                "General ledger > Chart of accounts > Dimensions > Financial dimension configuration for integrating "
                "applications.",
                code="d365_dimension_format_missing",
                value=name,
            )
        return found

    # Checks before a call

    def check_ledger_account(self, display: str, on: date | None) -> None:
        """Check a ledger string: its order, main account and dimension values. Raises MappingError."""
        values = self.format(LEDGER).read(display)
        self._check_main_account(values.get(MAIN_ACCOUNT, ""), on)
        self._check_values({name: value for name, value in values.items() if name != MAIN_ACCOUNT}, on)

    def check_default_dimensions(self, display: str, on: date | None) -> None:
        """Check a default dimension string. Raises MappingError."""
        if display:
            self._check_values(self.format(DEFAULT).read(display), on)

    def _check_main_account(self, number: str, on: date | None) -> None:
        row = self.main_accounts.get(number)
        if row is None:
            raise _wrong(f"The chart of accounts has no main account {number}", MAIN_ACCOUNT, number)
        if flag(row, "IsSuspended") or not _is_active(row, on):
            raise _wrong(f"Main account {number} is suspended or not active on the date", MAIN_ACCOUNT, number)
        if flag(row, "DoNotAllowManualEntry"):
            raise _wrong(f"Main account {number} does not allow manual entry", MAIN_ACCOUNT, number)

    def _check_values(self, values: Mapping[str, str], on: date | None) -> None:
        for name, value in values.items():
            row = self.dimension_values.get((name, value))
            if row is None:
                raise _wrong(f"The dimension {name} has no value {value}", name, value)
            if flag(row, "IsSuspended") or flag(row, "IsBlockedForManualEntry") or not _is_active(row, on):
                raise _wrong(f"The value {value} of {name} is suspended or not active on the date", name, value)

    # Reading

    def _once(self, name: str, read: Callable[[], T]) -> T:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = read()
            return self._kept[name]  # type: ignore[return-value]

    def _read_delimiter(self) -> str:
        row = next(self._client.rows(Query(entity_set="DimensionParameters", order="Key")), {})
        return DELIMITERS.get(text(row, "DimensionSegmentDelimiter"), "-")

    def _read_formats(self) -> Mapping[str, Format]:
        rows = self._client.rows(
            Query(entity_set="DimensionIntegrationFormats", order="DimensionFormatName,DimensionFormatType")
        )
        active = [row for row in rows if flag(row, "IsActive")]
        return {
            text(row, "DimensionFormatType"): format_of(text(row, "FinancialDimensionFormat"), self.delimiter)
            for row in active
        }

    def _read_ledger(self) -> Row:
        for row in self._client.rows(Query(entity_set="Ledgers", order="LegalEntityId")):
            if text(row, "LegalEntityId").lower() == self.company:
                return row
        raise ConfigurationError(
            f"F&O has no ledger for the legal entity {self.company}. Check the legal entity of the connection.",
            code="d365_company_unknown",
            field="legal_entity",
            value=self.company,
        )

    def _read_accounts(self) -> Mapping[str, Row]:
        chart = text(self.ledger, "ChartOfAccounts")
        query = Query(
            entity_set="MainAccounts",
            filter=f"ChartOfAccounts eq {text_literal(chart)}",
            order="ChartOfAccounts,MainAccountId",
        )
        return {
            text(row, "MainAccountId"): row
            for row in self._client.rows(query)
            if text(row, "ChartOfAccounts").lower() == chart.lower()
        }

    def _read_values(self) -> Mapping[tuple[str, str], Row]:
        used = {name for kind in self.formats.values() for name in kind.segments if name != MAIN_ACCOUNT}
        found: dict[tuple[str, str], Row] = {}
        for name in sorted(used):
            query = Query(
                entity_set="FinancialDimensionValues",
                filter=f"FinancialDimension eq {text_literal(name)}",
                order="FinancialDimension,LegalEntityId,DimensionValue",
            )
            for row in self._client.rows(query):
                if text(row, "LegalEntityId").lower() in ("", self.company):
                    found[name, text(row, "DimensionValue")] = row
        return found

    def _read_journal_names(self) -> Mapping[str, Row]:
        query = Query(
            entity_set="JournalNames", filter=f"dataAreaId eq {text_literal(self.company)}", order="dataAreaId,Name"
        )
        return {text(row, "Name"): row for row in self._client.rows(query)}


def _is_active(row: Row, on: date | None) -> bool:
    start, end = day(row, "ActiveFrom"), day(row, "ActiveTo")
    if on is None:
        return True
    return (start is None or start <= on) and (end is None or on <= end)


def _wrong(said: str, field: str, value: str) -> MappingError:
    return MappingError(
        f"{said}. Mend the mapping, or F&O's own set-up; then replay the record.",
        code="d365_account_or_dimension",
        field=field,
        value=value,
    )
