"""Makes a purchasing history that ends yesterday; the same seed on the same day makes the same history."""

from datetime import UTC, datetime, timedelta
from random import Random

from integrations.connectors.jde.simulator.erp import posting
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.purchasing import enter as enter_order
from integrations.connectors.jde.simulator.history import invoices as bills
from integrations.connectors.jde.simulator.history.orders import BUYER, STATES, Purchase, draw_order
from integrations.connectors.jde.simulator.history.people import age, settle, settle_unfinished
from integrations.sandbox.app import Json
from integrations.sandbox.dice import dice

COUNTED = {"suppliers": "F0401", "orders": "F4301", "receipts": "F43121", "pay_items": "F0411", "payments": "F0413"}
UNPOSTED = 3
DAYS_A_MONTH = 30


def generate(
    enterprise: Enterprise, *, seed: int, suppliers: int = 20, orders: int = 40, invoices: int = 40, months: int = 3
) -> Json:
    """Make suppliers, then orders and invoices over so many months; the newest few documents stay unposted."""
    if suppliers < 1 or orders < 0 or invoices < 0 or not 1 <= months <= 11:
        raise ValueError("A history needs a supplier or more, and 1 to 11 months.")
    before = _counts(enterprise)
    chance = dice("jde history", seed, suppliers, orders, invoices, months)
    clock, now = enterprise.clock, enterprise.clock.now()
    start = now - timedelta(days=months * DAYS_A_MONTH)
    try:
        clock.moment = start - timedelta(days=40)
        people = [settle(enterprise, at, chance) for at in range(suppliers)]
        settle_unfinished(enterprise, suppliers)
        age(enterprise, people, now.date())
        events = [(_moment(at, orders, start, now, chance), "order", at) for at in range(orders)]
        events += [(_moment(at, invoices, start, now, chance), "invoice", at) for at in range(invoices)]
        events.sort()
        for number, (moment, kind, at) in enumerate(events):
            clock.moment = moment
            if kind == "order":
                order = enter_order(enterprise, draw_order(enterprise, at, people, clock.today(), chance), BUYER)
                STATES[at % len(STATES)](enterprise, Purchase(order=order, day=clock.today(), chance=chance))
            else:
                bills.enter(enterprise, at, bills.draw_invoice(enterprise, at, people, clock.today(), chance))
            if number < len(events) - UNPOSTED:
                posting.post(enterprise)
    finally:
        clock.moment = None
    return {name: count - before[name] for name, count in _counts(enterprise).items()}


def _counts(enterprise: Enterprise) -> dict[str, int]:
    return {name: len(enterprise.store[table]) for name, table in COUNTED.items()}


def _moment(at: int, count: int, start: datetime, now: datetime, chance: Random) -> datetime:
    """Spread moments over working hours of the months, the last of them yesterday."""
    days = (now - start).days - 1
    day = (start + timedelta(days=at * days // max(count, 1))).date()
    return datetime(day.year, day.month, day.day, 14, tzinfo=UTC) + timedelta(seconds=chance.randint(0, 20_000))
