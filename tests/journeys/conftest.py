"""One stack and one browser for all journeys, a company and a browser context for each."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from portal.launch import ROOT
from portal.models import Tenant, User
from portal.tests import databases
from tests.journeys.people import Company, make_company
from tests.journeys.people import sign_in as sign_in_to
from tests.journeys.shots import Camera
from tests.journeys.stack import Served, logs_folder, serving

DESK = {"width": 1280, "height": 860}
WAIT_MS = 15_000  # how long a step may take on a machine that does other things, too
# No page stands for longer than a few seconds: to optimise its scripts costs more than it saves.
ARGUMENTS = ["--disable-dev-shm-usage", "--js-flags=--no-opt"]
FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and skip it where there is none."""
    journeys = [item for item in items if item.path.is_relative_to(ROOT / "tests" / "journeys")]
    for item in journeys:
        item.add_marker(pytest.mark.journey)
        if not chromium():
            item.add_marker(pytest.mark.skip(reason="No Chromium here. Debian/Ubuntu: apt-get install chromium"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Tell the fixtures whether the journey failed, so that they keep a picture of where."""
    report = yield
    item.stash[FAILED] = report.failed
    return report


def chromium() -> str | None:
    """Find the system's browser."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def stack(django_db_setup: None, django_db_blocker: Any) -> Iterator[Served]:
    """Serve the portal with its workers and the sandbox; what they commit is gone after the last journey."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, serving(logs_folder()) as served:
        patch.setattr(settings, "SANDBOX_BASE_PORT", served.base_port)
        # Playwright's loop lives in this thread, and Django would refuse to query beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield served
    with django_db_blocker.unblock():
        databases.reset()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=chromium(), args=ARGUMENTS, env={**os.environ, "LANGUAGE": "en_US"}
        )
        yield started
        started.close()


@pytest.fixture(autouse=True)
def _come_to_rest(stack: Served) -> Iterator[None]:
    """End what a journey left under way before Redis is emptied and the next one begins."""
    yield
    stack.come_to_rest()


@pytest.fixture
def company(stack: Served) -> Company:
    """Found a company of its own for a journey."""
    return make_company("Northwind Trading")


@pytest.fixture
def open_page(
    stack: Served, browser: Browser, shoot: Camera, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own; a script error, a blocked resource or a 5xx fails the journey."""
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def open_one(user: User | None = None, *, tenant: Tenant | None = None, **options: Any) -> Page:
        context = browser.new_context(base_url=stack.url, **{"viewport": DESK, "locale": "en-GB", **options})
        context.set_default_timeout(WAIT_MS)
        opened.append(context)
        if user is not None:
            sign_in_to(context, user, url=stack.url, tenant=tenant)
        page = context.new_page()
        _listen(page, faults)
        return page

    yield open_one
    for context in opened:
        if request.node.stash.get(FAILED, False):
            shoot.keep(context.pages[0], "where-it-failed")
        context.close()
    assert faults == []


@pytest.fixture
def page(open_page: Callable[..., Page], company: Company) -> Page:
    """Open a page in which the company's owner is signed in."""
    return open_page(company.owner, tenant=company.tenant)


@pytest.fixture
def shoot(request: pytest.FixtureRequest) -> Camera:
    """Give a camera that keeps its pictures under .local/screenshots/<journey>/."""
    return Camera(journey=request.node.name.removeprefix("test_it_"), for_docs=bool(os.environ.get("DOCS_SCREENSHOTS")))


def _listen(page: Page, faults: list[str]) -> None:
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "response", lambda answer: faults.append(f"{answer.url}: {answer.status}") if answer.status >= 500 else None
    )
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
