"""Every page at once: accessible in light and dark, and usable on a phone 360 px wide."""

import json
from importlib import resources

import pytest
from playwright.sync_api import Page

from portal.tests.screens import Company
from portal.tests.screens import make_company as make_full_company
from tests.journeys.pages import Shown, all_pages, portal_names
from tests.journeys.people import PASSWORD, with_password

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LIGHT = {"runOnly": RULES, "resultTypes": ["violations"]}
DARK = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}  # the same document: only colours differ
DESK, PHONE = {"width": 1280, "height": 860}, {"width": 360, "height": 740}
WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="package")
def full(stack, django_db_blocker) -> Company:
    with django_db_blocker.unblock():
        company = make_full_company("Contoso", records=3)
        with_password(company.owner)
        return company


@pytest.fixture(scope="package")
def shown(full, django_db_blocker) -> Shown:
    with django_db_blocker.unblock():
        return all_pages(full)


def test_it_looks_at_every_page_of_the_portal(full, shown):
    assert portal_names(full) - shown.names == set()


def test_it_shows_visitors_pages_that_everybody_can_use(open_page, shown):
    page = open_page()

    assert faults_of(page, shown.public) == {}


def test_it_shows_members_pages_that_everybody_can_use(open_page, shown, full):
    page = open_page()
    page.goto("/accounts/login/")  # by the form: pages of the account ask who signed in long ago to do it again
    page.get_by_label("E-mail").fill(full.owner.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/home/")

    assert faults_of(page, shown.signed_in) == {}


def faults_of(page: Page, pages: dict[str, list[str]]) -> dict[str, list[str]]:
    page.add_init_script(axe_script())  # once, not page by page: half a megabyte
    found = {url: look_at(page, url) for urls in pages.values() for url in urls}
    return {url: faults for url, faults in found.items() if faults}


def look_at(page: Page, url: str) -> list[str]:
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    page.goto(url)
    faults = violations(page, LIGHT, "light")
    page.emulate_media(color_scheme="dark")
    faults += violations(page, DARK, "dark")
    page.set_viewport_size(PHONE)
    too_wide = page.evaluate(WIDER_THAN_THE_SCREEN)
    return [*faults, *([f"{too_wide} px wider than a phone"] if too_wide > 0 else [])]


def violations(page: Page, options: dict[str, object], theme: str) -> list[str]:
    found = page.evaluate(f"axe.run(document, {json.dumps(options)})")["violations"]
    return [
        f"{theme}: {one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]


def axe_script() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text()
