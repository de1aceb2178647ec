"""Reference data: legal entities, accounts, dimensions and their formats, journal names, groups, terms, tax groups."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from integrations.connectors.dynamics365.fiscal import MISSING, periods
from integrations.connectors.dynamics365.odata import Query, Row, flag, text
from integrations.connectors.dynamics365.records import DEFAULT_FORMAT, LEDGER_FORMAT
from integrations.connectors.dynamics365.setup import DEFAULT, LEDGER
from integrations.connectors.dynamics365.sinks.base import Ground
from integrations.contracts import ReferenceEntry
from integrations.errors import ConnectorError

LONGEST_KIND = 40


def _no_details(row: Row) -> dict[str, str]:
    return {}


def _some(*names: str) -> Callable[[Row], dict[str, str]]:
    def read(row: Row) -> dict[str, str]:
        return {name: text(row, name) for name in names}

    return read


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An entity set of reference data. Optional ones may be missing in an environment, or hidden from the user."""

    kind: str
    entity_set: str
    code: str
    name: str
    is_shared: bool = False
    is_optional: bool = False
    details: Callable[[Row], dict[str, str]] = _no_details


_JOURNAL = ("Type", "NewVoucher", "IsApprovalActive", "IsWorkflowApprovalActive", "DeleteLinesAfterPosting")
SOURCES = (
    Source(kind="legal_entity", entity_set="LegalEntities", code="LegalEntityId", name="Name", is_shared=True),
    Source(
        kind="currency",
        entity_set="Currencies",
        code="CurrencyCode",
        name="Name",
        is_shared=True,
        details=_some("GeneralRoundingRule"),
    ),
    Source(kind="customer_group", entity_set="CustomerGroups", code="CustomerGroupId", name="Description"),
    Source(kind="payment_term", entity_set="PaymentTerms", code="Name", name="Description", is_optional=True),
    Source(
        kind="payment_method", entity_set="CustomerPaymentMethods", code="Name", name="Description", is_optional=True
    ),
    Source(kind="sales_tax_group", entity_set="TaxGroups", code="TaxGroupCode", name="Description", is_optional=True),
)


def reference_values(ground: Ground) -> Iterator[ReferenceEntry]:
    """Read every kind. Periods are left out where the environment does not show them: a closed one then refuses."""
    for source in SOURCES:
        try:
            entries = [_entry(source, row) for row in _rows(ground, source)]
        except ConnectorError as error:
            if source.is_optional and error.code in MISSING:
                continue
            raise
        yield from entries
    yield from _journal_names(ground)
    yield from _main_accounts(ground)
    yield from _formats(ground)
    yield from _dimensions(ground)
    yield from periods(ground)


def _rows(ground: Ground, source: Source) -> Iterator[Row]:
    if source.is_shared:
        return ground.client.rows(Query(entity_set=source.entity_set, order=source.code))
    return ground.rows(source.entity_set, "", f"dataAreaId,{source.code}")


def _entry(source: Source, row: Row) -> ReferenceEntry:
    code = text(row, source.code)
    return ReferenceEntry(
        kind=source.kind, code=code, number=code, name=text(row, source.name) or code, details=source.details(row)
    )


def _journal_names(ground: Ground) -> Iterator[ReferenceEntry]:
    read = _some(*_JOURNAL)
    for name, row in ground.setup.journal_names.items():
        yield ReferenceEntry(
            kind="journal_name", code=name, number=name, name=text(row, "Description") or name, details=read(row)
        )


def _main_accounts(ground: Ground) -> Iterator[ReferenceEntry]:
    read = _some("MainAccountType", "DoNotAllowManualEntry", "ChartOfAccounts")
    for number, row in ground.setup.main_accounts.items():
        is_open = not flag(row, "IsSuspended") and not flag(row, "DoNotAllowManualEntry")
        yield ReferenceEntry(
            kind="main_account",
            code=number,
            number=number,
            name=text(row, "Name") or number,
            is_active=is_open,
            details=read(row),
        )


def _formats(ground: Ground) -> Iterator[ReferenceEntry]:
    delimiter = ground.setup.delimiter
    for code, kind in ((LEDGER_FORMAT, LEDGER), (DEFAULT_FORMAT, DEFAULT)):
        if found := ground.setup.formats.get(kind):
            pattern = delimiter.join(found.segments)
            yield ReferenceEntry(
                kind="dimension_format",
                code=code,
                number=code,
                name=pattern,
                details={"pattern": pattern, "delimiter": delimiter},
            )


def _dimensions(ground: Ground) -> Iterator[ReferenceEntry]:
    names: dict[str, None] = {}
    for (name, value), row in ground.setup.dimension_values.items():
        names.setdefault(name)
        yield ReferenceEntry(
            kind=f"dimension:{name}"[:LONGEST_KIND],
            code=value,
            number=value,
            name=text(row, "Description") or value,
            is_active=not flag(row, "IsSuspended") and not flag(row, "IsTotal"),
        )
    for name in names:
        yield ReferenceEntry(kind="dimension", code=name, number=name, name=name)
