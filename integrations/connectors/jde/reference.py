"""The customer's reference data: accounts, bank accounts, business units, companies, currencies, suppliers, periods."""

from collections.abc import Iterator
from datetime import date, timedelta

from integrations.connectors.jde.client import Client
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
PERIODS_BACK, PERIODS_AHEAD = 24, 12  # months told beside the current one; F0010 has the current one only


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
    for row in read_all(client, "F0010", COMPANY, "CO"):
        yield from _company(company_of(row))
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


def _company(company: Company) -> Iterator[ReferenceEntry]:
    """Give a company and its periods: those before the current one are closed, later ones open by the constants."""
    yield ReferenceEntry(
        kind="company",
        code=company.code,
        number=company.code,
        name=company.name,
        is_active=company.code != ALL_COMPANIES,
        details={"currency": company.currency, "period": str(company.period)},
    )
    if company.code == ALL_COMPANIES or company.year_begins is None or not 1 <= company.period <= 12:
        return
    current = _months_later(company.year_begins, company.period - 1)
    for months in range(-PERIODS_BACK, PERIODS_AHEAD + 1):
        yield _period(company, _months_later(current, months), is_open=months >= 0)


def _period(company: Company, start: date, *, is_open: bool) -> ReferenceEntry:
    state = "open" if is_open else "closed"
    end = _months_later(start, 1) - timedelta(days=1)
    return ReferenceEntry(
        kind="period",
        code=f"{company.code}-{start:%Y-%m}",
        number=f"{start:%Y-%m}",
        name=f"{start:%B %Y} of {company.name}",
        is_active=is_open,
        details={
            "company": company.code,
            "start": start.isoformat(),
            "end": end.isoformat(),
            "ar": state,
            "ap": state,
            "gl": state,
        },
    )


def _months_later(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, min(day.day, 28))
