"""The customer's reference data: accounts, bank accounts, business units, companies, currencies, suppliers, periods."""

from collections.abc import Iterator

from integrations.connectors.jde.calendars import Calendar
from integrations.connectors.jde.client import Client
from integrations.connectors.jde.fiscal import Fiscal, periods, read_fiscal
from integrations.connectors.jde.records import Company, GlAccount
from integrations.connectors.jde.streams.masters import (
    ACCOUNT,
    COMPANY,
    CURRENCY,
    UNIT,
    account_of,
    company_of,
    currency_of,
    read_all,
    unit_of,
)
from integrations.contracts import ReferenceEntry

POSTING = ""  # the posting edit that lets anybody post
ALL_COMPANIES = "00000"
CONTROL = ("M",)


def reference_values(client: Client) -> Iterator[ReferenceEntry]:
    """Read every kind."""
    for row in read_all(client, "F0901", ACCOUNT, "AID"):
        yield from _account(account_of(row))
    for row in read_all(client, "F0006", UNIT, "MCU"):
        unit = unit_of(row)
        yield ReferenceEntry(
            kind="business_unit",
            code=unit.code,
            number=unit.code,
            name=unit.name or unit.code,
            is_active=unit.posting_edit not in ("N", "P"),
            details={"company": unit.company, "type": unit.type},
        )
    fiscal = read_fiscal(client)
    for row in read_all(client, "F0010", COMPANY, "CO"):
        yield from _company(company_of(row), fiscal, client.credentials.calendar)
    for row in read_all(client, "F0013", CURRENCY, "CRCD"):
        currency = currency_of(row)
        yield ReferenceEntry(
            kind="currency",
            code=currency.code,
            number=currency.code,
            name=currency.name or currency.code,
            details={"decimals": str(currency.decimals)},
        )
    for row in read_all(client, "F0401", ("AN8", "CRRP"), "AN8"):
        number = str(row.whole("AN8"))
        yield ReferenceEntry(
            kind="supplier", code=number, number=number, name=number, details={"currency": row.text("CRRP")}
        )


def _account(account: GlAccount) -> Iterator[ReferenceEntry]:
    """Give an account, and as a bank account under its short id, by which payments name it.

    Machine-generated accounts (posting edit M) are those of the automatic accounting instructions: nobody posts there.
    """
    details = {
        "id": account.id,
        "company": account.company,
        "business_unit": account.business_unit,
        "posting_edit": account.posting_edit,
        "currency": account.currency,
        "is_control": "true" if account.posting_edit in CONTROL else "false",
    }
    is_active = account.posting_edit == POSTING
    yield ReferenceEntry(
        kind="account",
        code=account.number,
        number=account.number,
        name=account.name,
        is_active=is_active,
        details=details,
    )
    if is_active:
        yield ReferenceEntry(
            kind="bank_account", code=account.id, number=account.number, name=account.name, details=details
        )


def _company(company: Company, fiscal: Fiscal, calendar: Calendar) -> Iterator[ReferenceEntry]:
    """Give a company and its periods."""
    yield ReferenceEntry(
        kind="company",
        code=company.code,
        number=company.code,
        name=company.name,
        is_active=company.code != ALL_COMPANIES,
        details={"currency": company.currency, "period": str(company.period)},
    )
    if company.code != ALL_COMPANIES:
        yield from periods(company, fiscal, calendar)
