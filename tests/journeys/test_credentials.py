"""Credentials: wrong ones that a ping names, and new ones that replace the old in the middle of a run."""

from playwright.sync_api import Page, expect

from integrations.models import Connection, Sync
from tests.journeys.steps import AT_REST_MS, UNDER_WAY, states_of

RIGHT_KEY = "test_SandboxAcmeReadOnly"


def test_it_leads_from_wrong_credentials_to_a_good_ping(stack, page, shoot):
    stack.refill()
    page.goto("/connections/add/")
    page.get_by_role("link", name="Enter credentials for Chargebee").click()
    page.get_by_label("API key", exact=True).wait_for()
    shoot(page, "form", docs="connect-chargebee")
    page.get_by_label("Name", exact=True).fill("Billing")
    page.get_by_role("radio", name="our simulator").check()
    page.get_by_label("Site", exact=True).fill("acme-test")
    page.get_by_label("API key", exact=True).fill("test_MistypedKey")
    page.get_by_role("button", name="Save and ping").click()

    expect(page.locator(".ping-said")).to_contain_text("Fails")
    expect(page.locator(".ping")).to_contain_text("How to fix it")
    shoot(page, "ping-names-it", docs="ping-names-it")

    page.get_by_role("link", name="Edit").first.click()
    page.get_by_label("API key").first.fill(RIGHT_KEY)
    page.get_by_role("button", name="Save and ping").click()
    expect(page.locator(".ping-said")).to_contain_text("Works")
    shoot(page, "works")


def test_it_replaces_credentials_in_the_middle_of_a_run(stack, company, page, shoot):
    stack.refill(customers=12)
    sync = company.sync("chargebee_to_netsuite")
    page.on("dialog", lambda question: question.accept())
    slow_down(stack)
    page.goto(f"/syncs/{sync.pk}/")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("#activity")).to_contain_text("Running", timeout=AT_REST_MS)

    give_new_key_pair(page, stack, sync.target)
    shoot(page, "replaced", docs="credentials-replaced")
    stack.control.post("/certificate/netsuite", {"status": "revoked"})  # the old one, while the run goes on
    stack.control.delete("/faults/netsuite")

    page.goto(f"/syncs/{sync.pk}/")
    expect(page.locator("#activity")).to_contain_text(UNDER_WAY)
    expect(page.locator("#activity")).not_to_contain_text(UNDER_WAY, timeout=AT_REST_MS)
    shoot(page, "the-run-went-on")
    assert states_of(sync, "customers") == {"delivered"}
    assert Sync.objects.get(pk=sync.pk).state == Sync.State.ACTIVE


def slow_down(stack) -> None:
    """Make each write take so long that no run ends before this is taken back."""
    rule = {"kind": "latency", "rate": 1.0, "value_s": 0.7, "method": "PUT", "path": "/record/"}
    stack.control.post("/faults/netsuite", {"seed": 1, "rules": [rule]})


def give_new_key_pair(page: Page, stack, connection: Connection) -> None:
    """Make a key pair in the form, upload its certificate where an administrator would, and enter the new id."""
    page.goto(f"/connections/{connection.pk}/edit/")
    page.get_by_role("button", name="Make a new key pair").click()
    expect(page.get_by_text("A new key pair is ready")).to_be_visible()
    pem = page.locator("pre, textarea, code").filter(has_text="BEGIN CERTIFICATE").first.inner_text()
    made = stack.control.post("/certificates/netsuite", {"certificate_pem": pem})
    page.get_by_label("Certificate id").fill(made["certificate_id"])
    page.get_by_role("button", name="Save and ping").click(timeout=AT_REST_MS)  # its calls queue with the slow run's
    expect(page.get_by_text("work and are in use")).to_be_visible()
