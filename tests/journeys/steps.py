"""Steps that several journeys take."""

import re

from playwright.sync_api import Page, expect

from integrations.models import Sync, SyncRecord

AT_REST_MS = 45_000
UNDER_WAY = re.compile("Running|Starting")


def run_now(page: Page, sync: Sync) -> None:
    """Press Run now on a sync's page and wait until the run has ended."""
    page.goto(f"/syncs/{sync.pk}/")
    page.get_by_role("button", name="Run now").click()
    wait_for_rest(page)


def switch_on_and_run(page: Page, sync: Sync) -> None:
    """Switch a paused sync on and have it run."""
    page.goto(f"/syncs/{sync.pk}/")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Press Run now to start a run.")).to_be_visible()
    run_now(page, sync)


def wait_for_rest(page: Page) -> None:
    """Wait until a sync's page shows that its run has ended."""
    expect(page.locator("#activity")).to_contain_text("Finished", timeout=AT_REST_MS)
    expect(page.locator("#activity")).not_to_contain_text(UNDER_WAY, timeout=AT_REST_MS)


def states_of(sync: Sync, flow: str) -> set[str]:
    """Give the states in which the records of a flow are."""
    return set(SyncRecord.objects.filter(sync=sync, flow=flow).values_list("state", flat=True))
