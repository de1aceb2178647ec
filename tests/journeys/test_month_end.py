"""Month end: a difference is found, healed, and the period signed off."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from audit.models import Run
from integrations.models import Link, Reconciliation, Sync
from portal.embedded.processes import wait_until
from portal.models import Role
from tests.journeys.stack import PATIENCE_S
from tests.journeys.steps import run_now

LAST_DAY = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)


def test_it_leads_from_a_difference_to_a_signed_period(stack, company, open_page, shoot):
    stack.refill(customers=8)
    sync = company.sync("chargebee_to_netsuite")
    accountant = company.member(Role.ACCOUNTANT)
    page = open_page(accountant, tenant=company.tenant)
    page.on("dialog", lambda question: question.accept())
    run_now(page, sync)
    remove_an_invoice(stack, sync)

    reconcile(page, sync)
    expect(page.locator("#differences")).to_be_visible()
    shoot(page, "difference", docs="reconciliation-difference")
    page.locator("#differences input[type=checkbox]").first.check()
    ended = runs_ended(sync)
    page.get_by_role("button", name="Heal the ticked ones").click()
    shoot(page, "healing")
    assert wait_until(lambda: runs_ended(sync) > ended, timeout_s=PATIENCE_S, pause_s=0.2)

    reconcile(page, sync)
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


def runs_ended(sync: Sync) -> int:
    return Run.objects.filter(sync_id=sync.pk, state=Run.State.DONE).count()


def newest(sync: Sync) -> tuple[int, datetime] | None:
    return Reconciliation.objects.filter(sync=sync).order_by("made_at").values_list("pk", "made_at").last()


def reconcile(page: Page, sync: Sync) -> None:
    before = newest(sync)
    page.goto("/reconciliation/")
    page.get_by_label("Period", exact=True).select_option(f"{LAST_DAY:%Y-%m}")
    page.get_by_role("button", name="Reconcile", exact=True).click()
    assert wait_until(lambda: newest(sync) != before, timeout_s=PATIENCE_S, pause_s=0.2)
    page.goto(f"/reconciliation/{newest(sync)[0]}/")
    page.get_by_role("heading", name="Control totals").wait_for()
