"""A phone, 360 px wide: what one looks up on the way is there, with the menu, and nothing scrolls sideways."""

from playwright.sync_api import Page, expect

from tests.journeys.steps import run_now

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
PLACES = ("Home", "Syncs", "Runs", "Records", "Problems", "Reconciliation", "Connections", "Team")
WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_it_shows_the_main_pages_on_a_phone(stack, company, open_page, shoot):
    stack.refill()
    sync = company.sync("chargebee_to_netsuite")
    page = open_page(company.owner, tenant=company.tenant, **PHONE)
    page.on("dialog", lambda question: question.accept())

    run_now(page, sync)
    shoot(page, "sync", docs="phone-sync")
    wide = {place: go_to(page, place, shoot) for place in PLACES}
    page.goto("/records/")
    page.get_by_role("link", name="Invoice").first.tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Invoice")
    shoot(page, "record", docs="phone-record")

    assert {place: px for place, px in wide.items() if px > 0} == {}
    assert page.evaluate(WIDER_THAN_THE_SCREEN) <= 0


def go_to(page: Page, place: str, shoot) -> int:
    page.locator(".shell-bar summary").first.tap()
    page.locator(".shell-bar").get_by_role("link", name=place, exact=True).tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text(place)
    shoot(page, place.lower())
    return page.evaluate(WIDER_THAN_THE_SCREEN)
