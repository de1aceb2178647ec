"""A value that nobody mapped holds records up; an accountant finds the cause, mends it, and they are booked."""

from playwright.sync_api import expect

from integrations.models import Sync
from mappings.map_versions import change_entries
from mappings.models import ValueMap
from mappings.versions import publish_map_changes
from portal.embedded.processes import wait_until
from tests.journeys.people import ACTOR
from tests.journeys.steps import AT_REST_MS, states_of, switch_on_and_run


def test_it_leads_from_a_parked_group_to_healed_records(stack, company, page, shoot):
    stack.refill(customers=12)
    sync = company.sync("chargebee_to_netsuite", is_on=False)
    forget_items(sync)
    page.on("dialog", lambda question: question.accept())

    switch_on_and_run(page, sync)
    page.get_by_role("link", name="Problems", exact=True).click()
    shoot(page, "problems", docs="problems")
    page.get_by_role("link", name="A value is not mapped: item").first.click()
    expect(page.get_by_text("Add the entry under Mappings")).to_be_visible()
    shoot(page, "problem", docs="problem")
    problem = page.url

    page.get_by_role("link", name="Add the entry").click()
    add_entry(page)
    shoot(page, "value-map", docs="value-map")
    page.get_by_role("link", name="Publish changes").click()
    page.get_by_role("button", name="Publish without looking").click()
    expect(page.get_by_text("Published: ")).to_be_visible()
    shoot(page, "published")

    page.goto(problem)
    page.get_by_role("button", name="Retry all").click()
    page.goto(f"/syncs/{sync.pk}/")
    expect(page.locator("#activity")).not_to_contain_text("Needs you", timeout=AT_REST_MS)
    assert wait_until(lambda: is_healed(page, problem), timeout_s=AT_REST_MS / 1000, pause_s=0.5)
    shoot(page, "healed")
    assert "parked" not in states_of(sync, "invoices")


def is_healed(page, problem: str) -> bool:
    page.goto(problem)
    return "Healed" in page.get_by_role("heading", level=1).inner_text()


def forget_items(sync: Sync) -> None:
    items = ValueMap.objects.for_tenant(sync.tenant_id).get(sync_id=sync.pk, name="items")
    change_entries(value_map=items, actor=ACTOR, remove=[(("item", "*"), None)])
    publish_map_changes(tenant_id=sync.tenant_id, sync_id=sync.pk, actor=ACTOR)


def add_entry(page) -> None:
    line = page.locator("tbody tr").filter(has=page.locator("input[name$='-key_0']:not([value])")).first
    line.get_by_label("kind of line").fill("item")
    line.get_by_label("code").fill("*")
    line.get_by_label("item", exact=True).fill("Subscription Services")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. Publish it")).to_be_visible()
