"""The address book: customers as orchestrations add and change them, suppliers as buyers do."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.refusal import refuse
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json

PROGRAM = "P01012"
LINES = ("ADD1", "ADD2", "ADD3", "ADD4", "CTY1", "ADDS", "ADDZ", "CTR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who is to be in the address book; `address` by alias. Blank members leave what is there when a party changes."""

    name: str
    kind: str
    long_number: str = ""
    tax_id: str = ""
    email: str = ""
    address: Json | None = None


def add(enterprise: Enterprise, party: Party, user: str) -> int:
    """Add a party with address, mailing name and e-mail; gives its address number."""
    _require_valid(enterprise, party)
    store, number = enterprise.store, enterprise.next_number("AN8")
    store["F0101"].add(
        user, PROGRAM, AN8=number, ALPH=party.name, ALKY=party.long_number, AT1=party.kind, TAX=party.tax_id,
        TAXC="C", MCU="1", LNGP="",
    )  # fmt: skip
    store["F0111"].add(user, PROGRAM, AN8=number, IDLN=0, MLNM=party.name, ALPH=party.name)
    _write_address(enterprise, number, party, user)
    _write_email(enterprise, number, party, user)
    return number


def change(enterprise: Enterprise, row: Row, party: Party, user: str) -> None:
    """Change a party; its long number stays, a new address is a row of its own from today on."""
    _require_valid(enterprise, party)
    store, number = enterprise.store, row["AN8"]
    wanted = {"ALPH": party.name, "TAX": party.tax_id, "AT1": party.kind}
    changed = {alias: value for alias, value in wanted.items() if value and row[alias] != value}
    if changed:
        store["F0101"].change(row, user, PROGRAM, **changed)
    mailing = store["F0111"].first(AN8=number, IDLN=0)
    if mailing is not None and mailing["MLNM"] != party.name:
        store["F0111"].change(mailing, user, PROGRAM, MLNM=party.name, ALPH=party.name)
    _write_address(enterprise, number, party, user)
    _write_email(enterprise, number, party, user)


def current_address(enterprise: Enterprise, number: int, today: date) -> Row | None:
    """Give the address in force: the newest that is not in the future."""
    rows = [row for row in enterprise.store["F0116"].find(AN8=number) if row["EFTB"] is None or row["EFTB"] <= today]
    return max(rows, key=lambda row: row["EFTB"] or date.min, default=None)


def add_customer_master(enterprise: Enterprise, number: int, currency: str, user: str) -> None:
    """Make an address a customer, or change its currency."""
    table = enterprise.store["F03012"]
    row = table.first(AN8=number, CO="00000")
    values: dict[str, Any] = {"CRCD": currency}
    if row is None:
        table.add(user, "P03013", AN8=number, CO="00000", ARC="", TRAR="N30", ACL=0, **values)
    elif row["CRCD"] != currency:
        table.change(row, user, "P03013", **values)


def add_supplier_master(enterprise: Enterprise, number: int, user: str, **columns: Any) -> None:
    """Make an address a supplier."""
    enterprise.store["F0401"].add(user, "P04012", AN8=number, **{"HDPY": "N", "PYIN": "C", **columns})


def _require_valid(enterprise: Enterprise, party: Party) -> None:
    codes = enterprise.store["F0005"]
    if codes.first(SY="01", RT="ST", KY=party.kind) is None:
        refuse("Search Type Invalid", f"Search type {party.kind} is not in user defined code 01/ST.", "searchType")
    country = (party.address or {}).get("CTR", "")
    if country and codes.first(SY="00", RT="CN", KY=country) is None:
        refuse("Country Code Invalid", f"Country {country} is not in user defined code 00/CN.", "country")


def _write_address(enterprise: Enterprise, number: int, party: Party, user: str) -> None:
    if not party.address:
        return
    today = enterprise.clock.today()
    table, current = enterprise.store["F0116"], current_address(enterprise, number, today)
    values = {alias: party.address.get(alias, "") for alias in LINES}
    if current is None:
        table.add(user, PROGRAM, AN8=number, EFTB=today, **values)
    elif any((current[alias] or "") != value for alias, value in values.items()):
        if current["EFTB"] == today:
            table.change(current, user, PROGRAM, **values)
        else:
            table.add(user, PROGRAM, AN8=number, EFTB=today, **values)


def _write_email(enterprise: Enterprise, number: int, party: Party, user: str) -> None:
    if not party.email:
        return
    table = enterprise.store["F01151"]
    row = table.first(AN8=number, IDLN=0)
    if row is None:
        table.add(user, PROGRAM, AN8=number, IDLN=0, RCK7=1, ETP="E", EMAL=party.email)
    elif row["EMAL"] != party.email:
        table.change(row, user, PROGRAM, EMAL=party.email)
