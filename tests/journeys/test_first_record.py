"""From the public page to the first record in the ledger, alone and without a mouse."""

import re
import secrets
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from tests.journeys.keyboard import Keyboard
from tests.journeys.people import PASSWORD

PROVEN_MS = 60_000


def test_it_leads_from_sign_up_to_the_first_delivered_record_by_keyboard(stack, open_page, shoot):
    stack.refill()
    page = open_page(timezone_id="Europe/Berlin")
    page.on("dialog", lambda question: question.accept())
    keys = Keyboard(page)

    page.goto("/")
    shoot(page, "home", docs="home")
    keys.link("Get started")
    address = _sign_up(keys)
    shoot(page, "check-your-inbox")

    page.goto(stack.link_mailed_to(address, "/accounts/confirm-email/"))
    keys.button("Confirm address")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Home")
    shoot(page, "first-steps", docs="first-steps")

    _set_up(keys, shoot)
    expect(page.locator("#activity")).to_contain_text("Delivered")
    shoot(page, "running")


def _sign_up(keys: Keyboard) -> str:
    address = f"clara-{secrets.token_hex(3)}@acme.example"
    keys.type("Your name optional", "Clara Controller")
    keys.type("Work e-mail", address)
    keys.type("Password", PASSWORD)
    keys.type("Company", "Acme Supplies")
    keys.button("Create account")
    keys.page.get_by_role("heading", name="Check your inbox").wait_for()
    return address


def _set_up(keys: Keyboard, shoot) -> None:
    page = keys.page
    keys.skip_to_content()
    keys.link("Set up a sync")
    keys.skip_to_content()
    keys.link("Choose Chargebee to Oracle NetSuite")
    shoot(page, "both-systems", docs="connect-both-systems")
    keys.skip_to_content()
    keys.button("Use the sandbox for both")
    onward = page.get_by_role("link", name="Go on to schedule and policies")
    onward.wait_for()
    shoot(page, "ping", docs="ping")
    keys.press(onward)
    shoot(page, "schedule")
    keys.skip_to_content()
    keys.button("Save and go on")
    page.get_by_role("heading", level=1, name="Mapping").wait_for()
    _look_ahead(keys, shoot)
    keys.link("Go on to the proof")
    keys.skip_to_content()
    keys.button("Prove it")
    expect(page.get_by_text("Proven ")).to_be_visible(timeout=PROVEN_MS)
    shoot(page, "proven", docs="prove-it")
    keys.link("Go on to switching on")
    shoot(page, "checklist", docs="checklist")
    keys.skip_to_content()
    keys.button("Switch on")
    page.wait_for_url(re.compile(r"/syncs/\d+/$"))


def _look_ahead(keys: Keyboard, shoot) -> None:
    """See what the mapping covers and what a month would book, then come back to the set-up."""
    page = keys.page
    shoot(page, "mapping")
    keys.link("Open Coverage")
    keys.button("Measure now")
    expect(page.locator("#look")).to_contain_text("codes are mapped")
    shoot(page, "coverage", docs="coverage")
    page.go_back()
    page.go_back()
    keys.link("Open Rehearsal")
    last_month = timezone.now().date().replace(day=1) - timedelta(days=1)
    for label, day in (("From", last_month.replace(day=1)), ("To, included", last_month)):
        keys.reach(page.get_by_label(label, exact=True))
        page.keyboard.type(f"{day:%m%d%Y}")
    keys.button("Rehearse")
    page.get_by_role("heading", name="Trial balance of what would be booked").wait_for()
    shoot(page, "rehearsal", docs="rehearsal")
    page.go_back()
    page.go_back()
