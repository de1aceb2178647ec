"""Makes things happen now, for live demonstrations of webhooks and polls."""

from collections.abc import Callable, Sequence
from random import Random

from integrations.connectors.chargebee.simulator import credits, invoices, payments, people
from integrations.connectors.chargebee.simulator.catalogue import price_in
from integrations.connectors.chargebee.simulator.documents import Line
from integrations.connectors.chargebee.simulator.invoices import InvoiceDraft
from integrations.connectors.chargebee.simulator.site import Site
from integrations.sandbox.app import Json
from integrations.sandbox.dice import dice


def make_activity(site: Site, *, events: int, seed: int) -> Json:
    """Do random things until at least so many events came of them; tells what was touched."""
    _needs_customers(site)
    chance = dice("activity", seed, len(site.shelves["events"].rows))
    before = len(site.shelves["events"].rows)
    done: list[Json] = []
    while len(site.shelves["events"].rows) - before < events:
        done.append(_DEEDS[chance.randrange(len(_DEEDS))](site, chance))
    return {"events": len(site.shelves["events"].rows) - before, "touched": [_name(one) for one in done]}


def touch_objects(site: Site, *, events: int, objects: int) -> Json:
    """Issue so many invoices now and edit them in turn until exactly so many events came of it."""
    _needs_customers(site)
    chance = dice("touch", len(site.shelves["events"].rows))
    made = [add_invoice(site, customer, chance) for customer in _some_customers(site, min(objects, events))]
    for at in range(events - len(made)):
        invoices.edit_invoice(site, made[at % len(made)]["id"], f"Edit {at}")
    return {"events": events, "touched": [_name(one) for one in made]}


def add_invoice(site: Site, customer: Json, chance: Random) -> Json:
    """Issue a single sale to a customer now, without tax."""
    amount = price_in(customer["preferred_currency_code"], chance.randint(1_000, 90_000))
    line = Line(description="Consulting", amount=amount, unit_amount=amount, customer_id=customer["id"],
                date_from=site.now_s(), date_to=site.now_s())  # fmt: skip
    extra = {"billing_address": customer["billing_address"]} if "billing_address" in customer else {}
    currency = customer["preferred_currency_code"]
    return invoices.issue_invoice(
        site,
        InvoiceDraft(
            customer_id=customer["id"], currency=currency, lines=[line], net_term_days=30, status="posted", extra=extra
        ),
    )


def _some_customers(site: Site, number: int) -> list[Json]:
    living = [one for one in site.every("customers") if not one["deleted"]]
    return [living[at % len(living)] for at in range(number)]


def _needs_customers(site: Site) -> None:
    if not any(not one["deleted"] for one in site.every("customers")):
        raise ValueError("There are no customers yet. POST /generate/chargebee {'customers': 50} first.")


def _customer(site: Site, chance: Random) -> Json:
    return chance.choice([one for one in site.every("customers") if not one["deleted"]])


def _sell(site: Site, chance: Random) -> Json:
    return add_invoice(site, _customer(site, chance), chance)


def _sell_and_pay(site: Site, chance: Random) -> Json:
    invoice = _sell(site, chance)
    return payments.record_payment(site, {invoice["id"]: invoice["amount_due"]}, method="bank_transfer")


def _sell_and_void(site: Site, chance: Random) -> Json:
    return invoices.void_invoice(site, _sell(site, chance)["id"])


def _sell_pay_and_credit(site: Site, chance: Random) -> Json:
    payment = _sell_and_pay(site, chance)
    return credits.credit_invoice(site, payment["linked_invoices"][0]["invoice_id"], max(1, payment["amount"] // 2))


def _move_house(site: Site, chance: Random) -> Json:
    customer = _customer(site, chance)
    address = {
        **customer.get("billing_address", {"object": "billing_address"}),
        "line2": f"Floor {chance.randint(1, 40)}",
    }
    return people.change_customer(site, customer["id"], billing_address=address)


def _name(obj: Json) -> str:
    return f"{obj['object']} {obj['id']}"


_DEEDS: Sequence[Callable[[Site, Random], Json]] = (
    _sell,
    _sell_and_pay,
    _sell_and_void,
    _sell_pay_and_credit,
    _move_house,
)
