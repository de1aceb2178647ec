"""From an empty mapping to delivered documents, as an accountant does it: in the browser alone."""

import re
from collections import Counter

from playwright.sync_api import Page, expect

from integrations.models import Sync, SyncRecord
from portal.checker import check_pair
from portal.embedded.processes import wait_until

PAIR = "chargebee_to_acumatica"
FLOWS = ("Customers", "Invoices", "Credit notes", "Payments", "Refunds")
LINE_ACCOUNTS = """kind of line,code,account
item,*,40000
discount,*,49000
promotional_credits,*,49100
tax,*,22000
rounding,*,70100
write_off,*,65000
store_credit,*,49100
"""
MAPS = {
    "cash_accounts": "gateway,currency,cash account\nstripe,*,10300\n*,*,10200\n",
    "payment_methods": "gateway,currency,payment method\n*,*,ACH\n",
}
FORMULA = '"Invoice " & number & " in " & currency'


def test_it_leads_from_an_empty_mapping_to_delivered_documents(stack, page, shoot):
    stack.refill()
    page.on("dialog", lambda question: question.accept())
    begin_empty(page)
    shoot(page, "empty-mapping", docs="mapping-empty")
    sync = re.search(r"/syncs/(\d+)/", page.url)[1]

    page.get_by_role("link", name="Open Coverage").click()
    measure(page)
    shoot(page, "coverage-of-nothing")
    for flow in FLOWS:
        open_flow(page, sync, flow)
        if flow == "Invoices":
            shoot(page, "suggested-rows", docs="mapping-suggested-rows")
        take_suggested_rows(page)
    write_formula(page, sync, shoot)
    shoot(page, "rows")
    page.goto(f"/syncs/{sync}/coverage/")
    measure(page)
    shoot(page, "coverage", docs="mapping-coverage")
    for said in ("Map tax and VAT to 22100", "Map stripe and USD to STRIPE"):
        page.get_by_role("button", name=said).click()
        expect(page.get_by_role("button", name=said)).to_have_count(0)
    import_map(page, sync, "line_accounts", LINE_ACCOUNTS)
    shoot(page, "imported-map", docs="mapping-value-map")
    for name, values in MAPS.items():
        import_map(page, sync, name, values)
    for flow in FLOWS:
        preview(page, sync, flow)
        shoot(page, f"preview-of-{flow.lower().replace(' ', '-')}")
        if flow == "Invoices":
            page.evaluate("document.getElementById('record-1').closest('section').scrollIntoView()")
            shoot(page, "preview", docs="mapping-preview", whole=False)
    prove(page, sync)
    shoot(page, "proof", docs="mapping-proof")
    for flow in FLOWS:
        publish(page, sync, flow)
    shoot(page, "published")
    switch_on(page, sync)
    shoot(page, "switched-on")
    assert wait_until(lambda: is_at_rest(sync), timeout_s=90, pause_s=0.2)
    page.goto(f"/syncs/{sync}/")
    expect(page.locator("#activity")).to_contain_text("Delivered")
    shoot(page, "delivered", docs="mapping-delivered")
    assert set(states(sync)) <= {"delivered", "skipped"}
    assert states(sync)["delivered"] > 10
    assert check_pair(PAIR, stack.control, exempt=skipped(sync)).findings == []


def begin_empty(page: Page) -> None:
    page.goto(f"/syncs/add/{PAIR}/")
    page.get_by_label("An empty mapping").check()
    page.get_by_role("button", name="Use the sandbox for both").click()
    page.get_by_role("link", name="Go on to schedule and policies").click()
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mapping")


def measure(page: Page) -> None:
    page.get_by_role("button", name="Measure now").click()
    wait_for_look(page)
    expect(page.locator(".lead")).to_contain_text("Measured")


def wait_for_look(page: Page) -> None:
    expect(page.get_by_text("Asked for.")).to_be_visible()
    expect(page.get_by_text("A look is being made")).to_have_count(0)


def open_flow(page: Page, sync: str, flow: str) -> None:
    page.goto(f"/syncs/{sync}/mappings/customers/")
    page.get_by_role("navigation", name="Flows").get_by_role("link", name=flow, exact=True).click()


def take_suggested_rows(page: Page) -> None:
    page.get_by_role("button", name="Take all over").click()
    expect(page.get_by_text("Saved in draft 1").first).to_be_visible()


def write_formula(page: Page, sync: str, shoot) -> None:
    open_flow(page, sync, "Invoices")
    page.get_by_role("link", name="Change the row for Description").click()
    page.get_by_label("Formula", exact=False).last.fill(FORMULA)
    expect(page.get_by_text("It can be read")).to_be_visible()
    shoot(page, "formula", docs="mapping-formula")
    page.get_by_role("button", name="Save in a draft").click()
    expect(page.get_by_text("Saved in draft 1").first).to_be_visible()


def import_map(page: Page, sync: str, name: str, rows: str) -> None:
    page.goto(f"/syncs/{sync}/maps/{name}/")
    page.get_by_role("link", name="Import").click()
    page.locator("input[type=file]").set_input_files(
        {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("taken from the file")).to_be_visible()


def preview(page: Page, sync: str, flow: str) -> None:
    page.goto(f"/syncs/{sync}/preview/")
    page.get_by_role("navigation", name="Flows").get_by_role("link", name=flow, exact=True).click()
    page.get_by_role("button", name="Preview").click()
    wait_for_look(page)


def prove(page: Page, sync: str) -> None:
    page.goto(f"/syncs/{sync}/proof/")
    page.get_by_label("Mappings").select_option("drafts")
    page.get_by_role("button", name="Prove the mapping").click()
    wait_for_look(page)
    expect(page.get_by_text("No record of the last 12 months shows a fault")).to_be_visible()


def publish(page: Page, sync: str, flow: str) -> None:
    open_flow(page, sync, flow)
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Version 1 is published")).to_be_visible()


def switch_on(page: Page, sync: str) -> None:
    page.goto(f"/syncs/{sync}/setup/live/")
    page.get_by_role("button", name="Switch on").click()
    expect(page).to_have_url(re.compile(rf"/syncs/{sync}/$"))


def is_at_rest(sync: str) -> bool:
    records = SyncRecord.objects.filter(sync_id=sync)
    if Sync.objects.filter(pk=sync, lease_until=None, wants_run="").exists():  # not between two flows
        return records.exists() and not records.filter(state__in=["due", "open", "unknown", "waiting"]).exists()
    return False


def states(sync: str) -> Counter[str]:
    return Counter(SyncRecord.objects.filter(sync_id=sync).values_list("state", flat=True))


def skipped(sync: str) -> set[tuple[str, str]]:
    return set(SyncRecord.objects.filter(sync_id=sync, state="skipped").values_list("flow", "natural_key"))
