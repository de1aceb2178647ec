"""Makes a believable billing history from a seed, dated back from today: the same seed makes the same history."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from random import Random

from integrations.connectors.chargebee.simulator import invoices, payments, people
from integrations.connectors.chargebee.simulator.billing import Slot, bill
from integrations.connectors.chargebee.simulator.calendar import DAY_S, Calendar, epoch_s
from integrations.connectors.chargebee.simulator.catalogue import STOCKED_DAYS, change_price, price_id, stock
from integrations.connectors.chargebee.simulator.lines import TWISTS
from integrations.connectors.chargebee.simulator.persons import Person, Subscribed, draw_person, settle_in
from integrations.connectors.chargebee.simulator.site import Site
from integrations.connectors.chargebee.simulator.stories import STORIES
from integrations.sandbox.app import Json
from integrations.sandbox.dice import dice

RECENT = ("posted", "in_progress", "pending", "due", "unsure")
SPECIALS = tuple(name for name in STORIES if name != "usual")
SETTLED_DAYS = 50
BULK = 120
UNSTAMPED = ("customers", "subscriptions", "invoices", "credit_notes", "transactions")


def generate(site: Site, *, customers: int, seed: int, months: int = 6, invoices: int | None = None) -> Json:
    """Make a history of so many months; `invoices` asks for that many exactly. Sends no webhooks."""
    if months < 1 or customers < 1:
        raise ValueError("A history needs at least one customer and one month.")
    before = _counts(site)
    calendar = Calendar(site, months)
    chance = dice("history", seed, customers, months)
    try:
        _open_shop(calendar)
        persons = _people(calendar, customers, chance)
        slots = _slots(calendar, persons, chance, invoices)
        _tell_stories(calendar, slots, chance)
        for slot in slots:
            calendar.at(slot.at_s, partial(bill, slot, calendar, chance))
        _everyday(calendar, persons)
        calendar.run()
        _lose_stamps(site, chance)
    finally:
        site.moment_s = None
    return {"site": site.setup.name, **{path: count - before[path] for path, count in _counts(site).items()}}


def _counts(site: Site) -> dict[str, int]:
    return {path: len(shelf.rows) for path, shelf in site.shelves.items()}


def _open_shop(calendar: Calendar) -> None:
    if not calendar.site.every("currencies"):
        calendar.at(calendar.start_s - STOCKED_DAYS * DAY_S, partial(stock, calendar.site))


def _people(calendar: Calendar, customers: int, chance: Random) -> list[Person]:
    persons: list[Person] = []
    first_s = calendar.start_s - 30 * DAY_S
    for at in range(customers):
        person = draw_person(at, persons, chance)
        calendar.at(first_s + at * 20 * DAY_S // customers, partial(settle_in, calendar.site, person, chance))
        persons.append(person)
    return persons


def _slots(calendar: Calendar, persons: Sequence[Person], chance: Random, exact: int | None) -> list[Slot]:
    slots = [slot for person in persons for slot in _subscribed_slots(calendar, person)]
    singles = max(1, len(persons) * calendar.months // 4)
    if exact is not None:
        singles = max(0, exact - len(slots))
    for _ in range(singles):
        slots.append(Slot(at_s=chance.randint(calendar.start_s, calendar.end_s), person=chance.choice(persons)))
    slots.sort(key=lambda slot: (slot.at_s, slot.person.at))
    if exact is not None:
        slots = [slots[at * len(slots) // exact] for at in range(exact)]
    return slots


def _subscribed_slots(calendar: Calendar, person: Person) -> list[Slot]:
    """Give a customer's invoices to come: one a month for each subscription, or one for all of them."""
    bills: list[tuple[Subscribed, ...]] = [(one,) for one in person.subscriptions]
    if person.consolidated:
        bills = [tuple(person.subscriptions)]
    slots = []
    for billed in bills:
        for start in calendar.month_starts():
            at_s = epoch_s(start + timedelta(days=billed[0].day - 1)) + billed[0].second
            if calendar.start_s <= at_s <= calendar.end_s:
                slots.append(Slot(at_s=at_s, person=person, subscriptions=billed))
    return slots


def _tell_stories(calendar: Calendar, slots: Sequence[Slot], chance: Random) -> None:
    """Give every story at least one slot while there are enough, a quarter of the rest a random one."""
    able = [slot for slot in slots if slot.person.parent is None]
    chance.shuffle(able)
    old = [slot for slot in able if slot.at_s < calendar.end_s - SETTLED_DAYS * DAY_S]
    recent = [slot for slot in able if slot.at_s >= calendar.end_s - 12 * DAY_S]
    for name in SPECIALS:
        pool = (recent if name in RECENT else old) or able
        if slot := _free(pool):
            slot.story = name
            if name == "together":
                _pair(slot, slots)
    for slot in able:
        if slot.story == "usual" and chance.random() < 0.25:
            slot.story = chance.choice(SPECIALS)
    usual = [slot for slot in able if slot.story == "usual"]
    for slot in usual[: 1 + len(usual) // 25]:
        slot.dated_back = True
    for at, slot in enumerate(slots):
        slot.twist = TWISTS[at % len(TWISTS)]


def _free(pool: Sequence[Slot]) -> Slot | None:
    return next((slot for slot in pool if slot.story == "usual"), None)


def _pair(slot: Slot, slots: Sequence[Slot]) -> None:
    """Let the same customer's next invoice wait for the common payment too."""
    later = (one for one in slots if one.person is slot.person and one.at_s > slot.at_s and one.story == "usual")
    found = next(later, None)
    if found:
        found.story = "together"


def _everyday(calendar: Calendar, persons: Sequence[Person]) -> None:
    """Plan what happens beside billing: cards tried, a duplicate customer, price and bulk changes, cancellations."""
    site, end_s = calendar.site, calendar.end_s
    for person in persons:
        if person.collects == "card" and person.at % 5 == 0:
            calendar.at(calendar.start_s + person.at, partial(_try_card, site, person))
    calendar.at(calendar.start_s + 3 * DAY_S, partial(_duplicate_customer, calendar))
    if site.setup.catalog == "v2":
        key = price_id("support", "USD", "v2")
        calendar.at(calendar.start_s + 20 * DAY_S, lambda: change_price(site, key, 5900))
    calendar.at(end_s - 3 * DAY_S, partial(_cancel_one, site, persons))
    calendar.at(end_s - 5_000, partial(_bulk_customers, site, persons))
    calendar.at(end_s - 4_000, partial(_bulk_invoices, site))


def _try_card(site: Site, person: Person) -> None:
    payment = payments.authorize(site, person.id, 100)
    site.change_quietly("transactions", payment["id"], updated_at=None, resource_version=None)


def _duplicate_customer(calendar: Calendar) -> None:
    fields = {"email": "billing+0@example.com", "preferred_currency_code": "USD"}
    made = people.add_customer(calendar.site, **fields)
    calendar.after(1, lambda: people.delete_customer(calendar.site, made["id"]))


def _cancel_one(site: Site, persons: Sequence[Person]) -> None:
    person = next((one for one in persons if one.subscriptions and not one.consolidated), None)
    if person:
        people.cancel_subscription(site, person.subscriptions[-1].id)


def _bulk_customers(site: Site, persons: Sequence[Person]) -> None:
    for person in persons[: max(1, len(persons) // 3)]:
        people.change_customer(site, person.id, cf_segment="Reviewed")


def _bulk_invoices(site: Site) -> None:
    paid = [one["id"] for one in site.every("invoices") if one["status"] == "paid" and not one["deleted"]]
    for key in paid[: min(BULK, len(paid) // 2)]:
        invoices.edit_invoice(site, key, "Reviewed in bulk")


def _lose_stamps(site: Site, chance: Random) -> None:
    """Take `updated_at` and `resource_version` off one row in a hundred, as old objects never had them."""
    for path in UNSTAMPED:
        keys = [one["id"] for one in site.every(path) if "updated_at" in one]
        for key in chance.sample(keys, max(len(keys) // 100, min(1, len(keys) // 10))):
            site.change_quietly(path, key, updated_at=None, resource_version=None)
