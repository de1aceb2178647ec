"""The generated customers: who they are, how they pay, what they subscribe to."""

from dataclasses import dataclass, field
from random import Random

from integrations.connectors.chargebee.simulator import people
from integrations.connectors.chargebee.simulator.catalogue import price_id
from integrations.connectors.chargebee.simulator.documents import TaxRate
from integrations.connectors.chargebee.simulator.names import COMPANIES, FIRST_NAMES, LAST_NAMES, PLACES, Place
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json

HOUSEHOLD = 12
PLANS = (
    (("basic", 1),),
    (("team", 7), ("support", 1)),
    (("team", 3), ("api-calls", 1250)),
    (("enterprise", 1), ("storage", 4), ("support", 1)),
    (("basic", 1), ("storage", 1)),
    (("legacy-2019", 1),),
    (("team", 25), ("usage", 640)),
)


@dataclass(slots=True, kw_only=True)
class Subscribed:
    """One subscription: what it charges, on which day of the month, how many seconds after midnight."""

    wares: tuple[tuple[str, int], ...]
    day: int
    second: int
    id: str = ""


@dataclass(slots=True, kw_only=True)
class Person:
    """One customer as the generator thinks of it."""

    at: int
    place: Place
    collects: str
    id: str = ""
    parent: "Person | None" = None
    parent_invoiced: bool = False
    consolidated: bool = False
    exempt: bool = False
    subscriptions: list[Subscribed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    excess: list[str] = field(default_factory=list)

    @property
    def taxes(self) -> tuple[TaxRate, ...]:
        """The taxes on this customer's lines."""
        return () if self.exempt else self.place.taxes


def draw_person(at: int, earlier: list[Person], dice: Random) -> Person:
    """Draw the n-th customer; two of every twelve are children of the one before."""
    place = PLACES[at % len(PLACES)]
    child = at % HOUSEHOLD in (10, 11) and bool(earlier)
    parent = (earlier[-1].parent or earlier[-1]) if child else None
    person = Person(
        at=at,
        place=parent.place if parent else place,
        collects=dice.choice(("card", "card", "bank", "bank", "debit")),
        parent=parent,
        parent_invoiced=at % HOUSEHOLD == 11,
        consolidated=at % 8 == 3 and not child,
        exempt=at % 17 == 9,
    )
    for _ in range(2 if person.consolidated else 0 if at % 13 == 9 else 1):
        batch = person.consolidated or dice.random() < 0.6
        day, second = (1, 0) if batch else (dice.randint(2, 28), dice.randint(0, 86_399))
        person.subscriptions.append(Subscribed(wares=dice.choice(PLANS), day=day, second=second))
    return person


def settle_in(site: Site, person: Person, dice: Random) -> None:
    """Put a customer with card and subscriptions on the site."""
    made = people.add_customer(site, _free_id(site, person), **_fields(person, dice))
    person.id = made["id"]
    if person.collects == "card":
        people.add_card(site, person.id)
    for one in person.subscriptions:
        prices = [(_price(site, ware, person.place.currency), many) for ware, many in one.wares]
        fields = {"po_number": f"PO {person.at:04d}/É", "cf_cost_centre": f"CC-{100 + person.at}"}
        one.id = people.add_subscription(site, person.id, prices, **fields)["id"]


def _free_id(site: Site, person: Person) -> str:
    """Most ids are the vendor's; some were chosen by people, one of them with a slash."""
    chosen = {4: f"acme/{person.place.country.lower()}-{person.at}", 9: f"kunde-{person.at:03d}"}.get(
        person.at % 23, ""
    )
    return "" if chosen and site.has("customers", chosen) else chosen


def _price(site: Site, ware: str, currency: str) -> Json:
    if site.setup.catalog == "v2":
        return site.get("item_prices", price_id(ware, currency, "v2"))
    path = "plans" if site.has("plans", price_id(ware, currency, "v1")) else "addons"
    return site.get(path, price_id(ware, currency, "v1"))


def _fields(person: Person, dice: Random) -> Json:
    place, at = person.place, person.at
    first, last = dice.choice(FIRST_NAMES), dice.choice(LAST_NAMES)
    company = COMPANIES[at % len(COMPANIES)] + (f" ({at // len(COMPANIES) + 1})" if at >= 2 * len(COMPANIES) else "")
    named: Json = {"first_name": first, "last_name": last, "company": company}
    named |= {"email": f"billing+{at}@example.com", "phone": f"+1-555-{at:04d}"}
    for gap, missing in _GAPS.items():
        if at % 20 == gap:
            named = {key: value for key, value in named.items() if key not in missing}
    address = {
        "object": "billing_address",
        **{key: named[key] for key in ("first_name", "last_name", "company", "email") if key in named},
        "line1": place.line1,
        "city": place.city,
        "zip": place.zip,
        "country": place.country,
        "validation_status": "not_validated",
        **({"state_code": place.state, "state": place.state} if place.state else {}),
    }
    fields = {
        **named,
        "auto_collection": "off" if person.collects == "bank" else "on",
        "net_term_days": 30 if person.collects == "bank" else 0,
        "taxability": "exempt" if person.exempt else "taxable",
        "preferred_currency_code": place.currency,
        "billing_address": address,
        "locale": "en",
        "consolidated_invoicing": person.consolidated,
        "cf_segment": dice.choice(("SMB", "Mid-market", "Größe XL")),
    }
    if place.vat_prefix and "company" in named:
        number = f"{100_000_000 + at * 7919}"
        fields |= {"vat_number": number, "vat_number_prefix": place.vat_prefix, "vat_number_status": "valid"}
    if person.parent:
        owner = "invoice_owner_id" if person.parent_invoiced else "payment_owner_id"
        fields["relationship"] = {"object": "relationship", "parent_id": person.parent.id, owner: person.parent.id}
    return fields


_GAPS = {
    3: ("company",),
    5: ("first_name", "last_name"),
    7: ("first_name", "last_name", "company"),
    8: ("first_name", "last_name", "company", "email", "phone"),
    9: ("email", "phone"),
}
