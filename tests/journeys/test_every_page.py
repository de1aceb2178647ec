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
ALL_BUT_CONTRAST = {"runOnly": RULES, "rules": {"color-contrast": {"enabled": False}}, "resultTypes": ["violations"]}
# Contrast takes four fifths of the time of all rules, and the pages are made of the same parts: axe looks at every text
# that is not drawn exactly as one it has passed (colours, font, and what lies beneath, in either theme).
CONTRAST = """async passed => {
  const plain = "rgba(0, 0, 0, 0),none,1,static,auto,none,none,none,auto,none,normal,visible";
  const drawn = new Map();
  const ground = one => {
    if (one && !drawn.has(one)) {
      const its = getComputedStyle(one);
      const own = [its.backgroundColor, its.backgroundImage, its.opacity, its.position, its.zIndex, its.filter,
        its.backdropFilter, its.transform, its.clip, its.clipPath, its.mixBlendMode, its.overflow].join();
      drawn.set(one, ground(one.parentElement) + (own === plain ? "" : "/" + own));
    }
    return one ? drawn.get(one) : "";
  };
  const look = one => {
    const its = getComputedStyle(one);
    return [its.color, its.fontSize, its.fontWeight, its.textShadow, one.matches(":disabled"), ground(one)].join();
  };
  const written = one => one.matches("input, select, textarea, button") ||
    [...one.childNodes].some(part => part.nodeType === Node.TEXT_NODE && part.nodeValue.trim());
  const looks = new Map([...document.body.querySelectorAll("*")].filter(written).map(one => [one, look(one)]));
  const include = [...looks.keys()].filter(one => one.checkVisibility() && !passed.includes(looks.get(one)));
  if (!include.length) return {faults: [], passed: []};
  const found = await axe.run({include}, {runOnly: ["color-contrast"], elementRef: true});
  const nodes = rules => rules.flatMap(rule => rule.nodes);
  return {
    faults: nodes(found.violations).map(({target, failureSummary}) => ({target, failureSummary})),
    passed: [...new Set(nodes(found.passes).map(node => looks.get(node.element)).filter(Boolean))],
  };
}"""
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
    passed: set[str] = set()
    found = {url: look_at(page, url, passed) for urls in pages.values() for url in urls}
    assert passed
    return {url: faults for url, faults in found.items() if faults}


def look_at(page: Page, url: str, passed: set[str]) -> list[str]:
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(DESK)
    page.goto(url)
    faults = [*violations(page), *contrast(page, "light", passed)]
    page.emulate_media(color_scheme="dark")
    faults += contrast(page, "dark", passed)
    page.set_viewport_size(PHONE)
    too_wide = page.evaluate(WIDER_THAN_THE_SCREEN)
    return [*faults, *([f"{too_wide} px wider than a phone"] if too_wide > 0 else [])]


def violations(page: Page) -> list[str]:
    found = page.evaluate(f"axe.run(document, {json.dumps(ALL_BUT_CONTRAST)})")["violations"]
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def contrast(page: Page, theme: str, passed: set[str]) -> list[str]:
    """Look at what is drawn as nothing that passed, and remember what passes now."""
    found = page.evaluate(CONTRAST, sorted(passed))
    passed.update(found["passed"])
    return [f"{theme}: {fault['target']} {fault['failureSummary']}" for fault in found["faults"]]


def axe_script() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text()
