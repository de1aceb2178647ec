"""Month end: a difference is found, healed, and the period signed off."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from integrations.models import Link, Sync
from portal.models import Role
from tests.journeys.steps import AT_REST_MS, run_now

LAST_DAY = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)


def test_it_leads_from_a_difference_to_a_signed_period(stack, company, open_page, shoot):
    stack.refill(customers=8)
    sync = company.sync("chargebee_to_netsuite")
    accountant = company.member(Role.ACCOUNTANT)
    page = open_page(accountant, tenant=company.tenant)
    page.on("dialog", lambda question: question.accept())
    run_now(page, sync)
    remove_an_invoice(stack, sync)

    reconcile(page)
    expect(page.locator("#differences")).to_be_visible()
    shoot(page, "difference", docs="reconciliation-difference")
    page.locator("#differences input[type=checkbox]").first.check()
    page.get_by_role("button", name="Heal the ticked ones").click()
    shoot(page, "healing")
    page.goto(f"/syncs/{sync.pk}/")
    expect(page.locator("#activity")).to_contain_text("Finished", timeout=AT_REST_MS)

    reconcile(page)
    expect(page.get_by_text("It may be signed off.")).to_be_visible()
    page.get_by_role("button", name="Sign off").click()
    expect(page.get_by_text(f"Signed off by {accountant.email}")).to_be_visible()
    shoot(page, "signed", docs="reconciliation-signed")


def remove_an_invoice(stack, sync: Sync) -> None:
    """Delete in the ledger what was delivered, as somebody might by hand."""
    booked = {link.external_id for link in Link.objects.filter(tenant=sync.tenant, flow="invoices")}
    found = [
        each
        for each in stack.control.documents("netsuite")
        if each["id"] in booked and each["posting_date"][:7] == f"{LAST_DAY:%Y-%m}" and not each["applied"]
    ]
    stack.control.post("/tamper/netsuite", {"id": found[0]["id"], "op": "delete"})


def reconcile(page: Page) -> None:
    page.goto("/reconciliation/")
    page.get_by_label("Period", exact=True).select_option(f"{LAST_DAY:%Y-%m}")
    page.get_by_role("button", name="Reconcile", exact=True).click()
    page.get_by_role("link", name=f"{LAST_DAY:%B %Y}").first.click(timeout=AT_REST_MS)
    page.get_by_role("heading", name="Control totals").wait_for()
