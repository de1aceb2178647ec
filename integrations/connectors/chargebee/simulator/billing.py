"""Issues one generated invoice: its lines, its header, and what is set off against it at once."""

from dataclasses import dataclass, replace
from random import Random

from integrations.connectors.chargebee.simulator import credits, invoices, payments, people
from integrations.connectors.chargebee.simulator.calendar import DAY_S, Calendar
from integrations.connectors.chargebee.simulator.catalogue import price_in
from integrations.connectors.chargebee.simulator.documents import Line
from integrations.connectors.chargebee.simulator.invoices import InvoiceDraft
from integrations.connectors.chargebee.simulator.lines import Charge, adhoc_line, twisted, ware_line
from integrations.connectors.chargebee.simulator.persons import Person, Subscribed
from integrations.connectors.chargebee.simulator.site import Site
from integrations.connectors.chargebee.simulator.stories import STORIES, Story
from integrations.sandbox.app import Json

TERM_S = 30 * DAY_S
ON_TERMS = (
    "parts", "part_open", "together", "voided", "deleted", "waived_in_part", "waived", "overpaid", "excess_kept",
    "returned", "withheld", "posted", "taken_off", "voided_paid",
)  # fmt: skip
PENDING = ("pending", "closed_later")
OPENING_STORY_DAYS = 12


@dataclass(slots=True, kw_only=True)
class Slot:
    """One invoice to come: when, for whom, for which subscriptions (none: a single sale), and its story."""

    at_s: int
    person: Person
    subscriptions: tuple[Subscribed, ...] = ()
    story: str = "usual"
    twist: str = "plain"
    dated_back: bool = False


def bill(slot: Slot, calendar: Calendar, dice: Random) -> None:
    """Issue the invoice of a slot and plan its story."""
    site = calendar.site
    for one in slot.subscriptions:
        people.renew_subscription(site, one.id, site.now_s() + TERM_S)
    if slot.twist == "promotional_credits":
        people.move_balance(site, slot.person.id, "promotional_credits", 5_000_000, slot.person.place.currency)
    draft = _draft(slot, site, dice)
    invoice = _issue(slot, draft, site)
    _take_promotional(slot, site, invoice)
    if slot.story not in PENDING:
        _set_off(slot.person, site, invoice["id"])
    STORIES[slot.story](Story(calendar=calendar, person=slot.person, invoice_id=invoice["id"], dice=dice))


def _issue(slot: Slot, draft: InvoiceDraft, site: Site) -> Json:
    person = slot.person
    if slot.story == "prepaid":
        amount = price_in(person.place.currency, 50_000)
        payment = payments.record_payment(site, {}, amount=amount, customer_id=person.id, method="bank_transfer")
        person.excess.append(payment["id"])
    if slot.story == "store_credit" and draft.lines[0].net >= 4:
        credit = draft.lines[0].net // 4
        note = credits.give_store_credit(site, person.id, draft.currency, credit + credit // 3)
        lines = [replace(draft.lines[0], credit=credit), *draft.lines[1:]]
        return credits.issue_with_store_credit(site, replace(draft, lines=lines), note["id"])
    return invoices.issue_invoice(site, draft)


def _draft(slot: Slot, site: Site, dice: Random) -> InvoiceDraft:
    person, now_s = slot.person, site.now_s()
    billed = person.parent if person.parent and person.parent_invoiced else person
    subscribed = slot.subscriptions
    status = "pending" if slot.story in PENDING else "payment_due"
    on_terms = slot.story in ON_TERMS or (person.collects == "bank" and slot.story != "due")
    return InvoiceDraft(
        customer_id=billed.id,
        currency=person.place.currency,
        lines=_lines(slot, site, dice),
        inclusive=person.place.inclusive,
        subscription_id=subscribed[0].id if len(subscribed) == 1 else "",
        net_term_days=30 if on_terms else 0,
        status="posted" if on_terms and status != "pending" else status,
        date=now_s - OPENING_STORY_DAYS * DAY_S if slot.dated_back else None,
        rounded=slot.twist == "rounded",
        extra=_extra(person, site.get("customers", billed.id)),
    )


def _lines(slot: Slot, site: Site, dice: Random) -> list[Line]:
    person, now_s = slot.person, site.now_s()
    charge = Charge(
        currency=person.place.currency,
        catalog=site.setup.catalog,
        customer_id=person.id,
        taxes=person.taxes,
        date_from=now_s,
        date_to=now_s + TERM_S,
    )
    rows = [
        ware_line(replace(charge, subscription_id=one.id), ware, many)
        for one in slot.subscriptions
        for ware, many in one.wares
    ]
    if not rows:
        rows = [_single_sale(replace(charge, date_to=now_s), dice)]
    return twisted(rows, "everything" if slot.story == "zero" else slot.twist, charge, dice)


def _single_sale(charge: Charge, dice: Random) -> Line:
    ware = dice.choice(("setup-fee", "workshop", ""))
    if ware:
        return ware_line(charge, ware, dice.randint(1, 3) if ware == "workshop" else 1)
    return adhoc_line(
        charge, "Consulting, per agreement of the 3rd", price_in(charge.currency, dice.randint(900, 90_000))
    )


def _extra(person: Person, customer: Json) -> Json:
    extra: Json = {"billing_address": customer["billing_address"], "cf_project": f"Projekt-{person.at % 5}"}
    extra |= {name: customer[name] for name in ("vat_number", "vat_number_prefix") if name in customer}
    if person.parent and not person.parent_invoiced:
        extra["payment_owner"] = person.parent.id
    if person.place.local_currency:
        extra |= {"local_currency_code": person.place.local_currency, "local_currency_exchange_rate": 11.42}
    if person.at % 9 == 0:
        extra["notes"] = [{"object": "note", "note": 'Thank you for "your" business & trust'}]
    return extra


def _take_promotional(slot: Slot, site: Site, invoice: Json) -> None:
    """Take what was used of the promotional credits, and the rest of the grant, off the customer's balance."""
    if slot.twist == "promotional_credits":
        people.move_balance(site, slot.person.id, "promotional_credits", -5_000_000, invoice["currency_code"])


def _set_off(person: Person, site: Site, invoice_id: str) -> None:
    """Apply the customer's own credits and excess payments, as the vendor does with a new invoice."""
    if person.parent:
        return
    for note_id in person.notes:
        note, due = site.get("credit_notes", note_id), site.get("invoices", invoice_id)["amount_due"]
        if note["status"] == "refund_due" and due:
            credits.apply_credit(site, note_id, invoice_id, min(note["amount_available"], due))
    for payment_id in person.excess:
        unused = site.get("transactions", payment_id)["amount_unused"]
        due = site.get("invoices", invoice_id)["amount_due"]
        if unused and due:
            payments.apply_excess(site, payment_id, invoice_id, min(unused, due))
