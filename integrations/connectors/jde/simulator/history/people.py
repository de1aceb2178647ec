"""The generated suppliers: names, places and terms with the gaps and oddities of real address books."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from integrations.connectors.jde.simulator.erp import parties
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.parties import Party
from integrations.sandbox.app import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where suppliers are: what they invoice in, and an address."""

    country: str
    currency: str
    city: str
    zip: str
    street: str
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A supplier as the generator thinks of it."""

    number: int
    place: Place
    name: str


NAMES = (
    "Northwind Paper Co.", "Müller Büromöbel GmbH", "O'Hara Logistics", "Cloud Nine Hosting, Inc.",
    "桜オフィス株式会社",
    "Lumière & Fils SARL", "Acme Rockets Supply", "Smith <Partners> LLP", "Zażółć Drukarnia Sp. z o.o.",
    "The Exceedingly Long Named Supply Co Ltd", "Delta Freight", "Bits \"n\" Bytes Hardware", "Café Central Catering",
    "Old Town Legal, P.C.", "Grün & Blau Marketing", "Pacific Data Cables", "Delta Freight", "Al-Noor Trading WLL",
    "Nordic Travel AB", "100% Recycled Packaging",
)  # fmt: skip
PLACES = (
    Place(country="US", currency="USD", city="Chicago", state="IL", zip="60601", street="200 N LaSalle St"),
    Place(country="DE", currency="EUR", city="Köln", zip="50667", street="Große Straße 7"),
    Place(country="US", currency="USD", city="Austin", state="TX", zip="78701", street="11 Congress Ave #4"),
    Place(country="GB", currency="GBP", city="Leeds", zip="LS1 4DY", street="12 King's Row"),
    Place(country="JP", currency="JPY", city="東京都", zip="100-0005", street="丸の内1-9-1"),
    Place(country="US", currency="USD", city="New York", state="NY", zip="10013", street="22 Canal St"),
    Place(country="FR", currency="EUR", city="Orléans", zip="45000", street="3, rue de l'Évêché"),
    Place(country="KW", currency="KWD", city="Kuwait City", zip="13001", street="Al Soor Street 4"),
)
TERMS = ("N30", "N30", "N14", "N60", "")


def settle(enterprise: Enterprise, at: int, chance: Random) -> Supplier:
    """Put the n-th supplier into the address book."""
    place = PLACES[at % len(PLACES)]
    again = at // len(NAMES)
    name = NAMES[at % len(NAMES)] if not again else f"{NAMES[at % len(NAMES)][:34]} ({again + 1})"
    party = Party(
        name=name,
        kind="V",
        tax_id=f"{10_000_000 + at * 7919}" if at % 4 else "",
        email=f"ap+{at}@supplier.example" if at % 5 else "",
        address=_address(place),
    )
    number = parties.add(enterprise, party, "JSMITH")
    parties.add_supplier_master(
        enterprise,
        number,
        "JSMITH",
        TRAP=chance.choice(TERMS),
        CRRP=place.currency,
        CRCA=place.currency,
        HDPY="Y" if at % 13 == 6 else "N",
        PYIN="T" if at % 3 else "C",
    )
    if at % 3 == 0:
        enterprise.store["F0115"].add("JSMITH", "P0115", AN8=number, IDLN=0, RCK7=1, CNLN=0, AR1="312", PH1="555-0100")
    return Supplier(number=number, place=place, name=name)


def settle_unfinished(enterprise: Enterprise, suppliers: int) -> None:
    """Put in, for about every eleventh supplier, one whose address nobody has entered: nothing is bought there yet."""
    for at in range(7, suppliers, 11):
        number = parties.add(enterprise, Party(name=f"Supplier to be {at}", kind="V", address={}), "JSMITH")
        parties.add_supplier_master(enterprise, number, "JSMITH", TRAP="N30", CRRP="USD", CRCA="USD", HDPY="N")


def age(enterprise: Enterprise, suppliers: list[Supplier], today: date) -> None:
    """Give a few rows what real tables have: audit dates of zero and in the future, an older address, a moved one."""
    table = enterprise.store["F0101"]
    for at, supplier in enumerate(suppliers):
        row = table.find(AN8=supplier.number)[0]
        if at % 9 == 4:
            table.put_quietly(row, UPMJ=None, UPMT=0)
        if at % 15 == 11:
            table.put_quietly(row, UPMJ=today + timedelta(days=400))
        if at % 6 == 5:
            _add_planned_address(enterprise, supplier, today)


def _add_planned_address(enterprise: Enterprise, supplier: Supplier, today: date) -> None:
    moved: Json = {**_address(supplier.place), "ADD1": "1 Future Plaza"}
    table = enterprise.store["F0116"]
    table.add("JSMITH", "P01012", AN8=supplier.number, EFTB=today + timedelta(days=60), **moved)


def _address(place: Place) -> Json:
    return {
        "ADD1": place.street,
        "CTY1": place.city,
        "ADDS": place.state,
        "ADDZ": place.zip,
        "CTR": place.country,
    }
