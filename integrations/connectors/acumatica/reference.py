"""Reference data: what drafts may name. What this tenant or user does not have is left out, the rest still comes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from integrations.connectors.acumatica.client import Client
from integrations.connectors.acumatica.periods import Calendar, Period
from integrations.connectors.acumatica.query import Query
from integrations.connectors.acumatica.reader import all_rows
from integrations.connectors.acumatica.values import Row
from integrations.contracts import ReferenceEntry
from integrations.errors import ConfigurationError, PrivilegeError

_ABSENT = ("acumatica_endpoint_missing", "acumatica_set_up_missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One entity that is listed whole, by its key field."""

    kind: str
    entity: str
    key: str
    name: str = "Description"
    active: str = ""
    active_text: str = ""  # where `active` is a status instead of a yes or no
    details: tuple[str, ...] = ()


LISTINGS = (
    Listing(
        kind="account",
        entity="Account",
        key="AccountCD",
        active="Active",
        details=("Type", "CurrencyID", "CashAccount", "AccountClass", "PostOption"),
    ),
    Listing(kind="subaccount", entity="Subaccount", key="SubaccountCD", active="Active"),
    Listing(
        kind="item",
        entity="NonStockItem",
        key="InventoryID",
        active="ItemStatus",
        active_text="active",
        details=("ItemClass", "SalesAccount", "SalesSubaccount", "DeferralAccount", "TaxCategory", "SalesUnit"),
    ),
    Listing(
        kind="customer_class",
        entity="CustomerClass",
        key="ClassID",
        details=("ARAccount", "SalesAccount", "CurrencyID", "Terms", "TaxZoneID"),
    ),
    Listing(
        kind="currency",
        entity="Currency",
        key="CurrencyID",
        active="Active",
        details=("DecimalPrecision", "UseForAccounting"),
    ),
    Listing(kind="tax_category", entity="TaxCategory", key="TaxCategoryID", active="Active"),
    Listing(kind="tax_zone", entity="TaxZone", key="TaxZoneID"),
)


def reference_values(client: Client, calendar: Calendar) -> Iterator[ReferenceEntry]:
    """Read all of it. Terms are not in the endpoint Default: those that customer classes name are given."""
    for listing in LISTINGS:
        yield from _there(lambda listing=listing: _listed(client, listing))  # type: ignore[misc]
    yield from _there(lambda: _ledgers(client))
    yield from _there(lambda: _payment_methods(client))
    yield from _there(lambda: _terms(client))
    yield from _there(lambda: map(_period, calendar.periods()))


def ledgers(client: Client) -> tuple[Row, ...]:
    """Read the ledgers with their branches. Source: Ledger (GL201500), read 2026-11-21."""
    return client.rows(Query(entity="Ledger", expand=("Branches",)))


def branches_of(rows: tuple[Row, ...]) -> dict[str, Row]:
    """Give the branches of all ledgers by id."""
    return {branch.text("BranchID"): branch for ledger in rows for branch in ledger.details("Branches")}


def currencies_of(rows: tuple[Row, ...]) -> dict[str, str]:
    """Give each branch's base currency: that of its ledger of actual amounts, of which it has one."""
    ordered = sorted(rows, key=lambda row: (row.text("Type").lower() == "actual", row.text("Currency") != ""))
    return {one.text("BranchID"): row.text("Currency") for row in ordered for one in row.details("Branches")}


def _there(read: Callable[[], Iterator[ReferenceEntry]]) -> Iterator[ReferenceEntry]:
    """Leave out what the tenant has not: a feature that is off, a screen without right, an entity not extended."""
    try:
        entries = list(read())
    except PrivilegeError:
        return
    except ConfigurationError as error:
        if error.code not in _ABSENT:
            raise
        return
    yield from entries


def _listed(client: Client, listing: Listing) -> Iterator[ReferenceEntry]:
    named = (listing.key, listing.name, listing.active, *listing.details)
    query = Query(entity=listing.entity, select=tuple(name for name in named if name))
    for row in all_rows(client, query, listing.key):
        code = row.text(listing.key)
        if code:
            yield ReferenceEntry(
                kind=listing.kind,
                code=code,
                number=code,
                name=row.text(listing.name) or code,
                is_active=_is_active(row, listing),
                details={name: text for name in listing.details if (text := row.text(name))},
            )


def _is_active(row: Row, listing: Listing) -> bool:
    if not listing.active:
        return True
    if listing.active_text:
        return row.text(listing.active).lower() == listing.active_text
    return row.value(listing.active) is None or row.flag(listing.active)


def _ledgers(client: Client) -> Iterator[ReferenceEntry]:
    rows = ledgers(client)
    for row in rows:
        code = row.text("LedgerID")
        details = {"type": row.text("Type"), "currency": row.text("Currency")}
        yield ReferenceEntry(
            kind="ledger", code=code, number=code, name=row.text("Description") or code, details=details
        )
    bases = currencies_of(rows)
    for code, branch in branches_of(rows).items():
        yield ReferenceEntry(
            kind="branch",
            code=code,
            number=code,
            name=branch.text("BranchName") or code,
            is_active=branch.value("Active") is None or branch.flag("Active"),
            details={"company": branch.text("CompanyName"), "currency": bases[code]},
        )


def _payment_methods(client: Client) -> Iterator[ReferenceEntry]:
    """Give the methods for receivables, and the cash accounts that they allow: there is no entity of those."""
    accounts: dict[str, ReferenceEntry] = {}
    for row in client.rows(Query(entity="PaymentMethod", expand=("AllowedCashAccounts",))):
        code = row.text("PaymentMethodID")
        allowed = [
            one for one in row.details("AllowedCashAccounts") if one.value("UseInAR") is None or one.flag("UseInAR")
        ]
        yield ReferenceEntry(
            kind="payment_method",
            code=code,
            number=code,
            name=row.text("Description") or code,
            is_active=row.flag("Active") and row.flag("UseInAR"),
            details={
                "cash_accounts": ", ".join(one.text("CashAccount") for one in allowed),
                "is_card": str(row.flag("IntegratedProcessing")).lower(),
            },
        )
        for one in allowed:
            number = one.text("CashAccount")
            if number:
                accounts[number] = ReferenceEntry(
                    kind="cash_account",
                    code=number,
                    number=number,
                    name=one.text("Description") or number,
                    details={"branch": one.text("Branch")},
                )
    yield from accounts.values()


def _terms(client: Client) -> Iterator[ReferenceEntry]:
    rows = client.rows(Query(entity="CustomerClass", select=("ClassID", "Terms")))
    for code in dict.fromkeys(row.text("Terms") for row in rows):
        if code:
            yield ReferenceEntry(kind="terms", code=code, number=code, name=code)


def _period(period: Period) -> ReferenceEntry:
    year, month = period.code[2:], period.code[:2]

    def state(is_open: bool) -> str:
        return "open" if is_open else "closed"

    return ReferenceEntry(
        kind="period",
        code=period.code,
        number=f"{year}-{month}",
        name=period.name,
        is_active=period.is_open,
        details={
            "start": period.start.isoformat(),
            "end": period.end.isoformat(),
            "gl": state(period.is_open),
            "ar": state(period.is_open_in_ar),
            "ap": state(period.is_open_in_ap),
        },
    )
