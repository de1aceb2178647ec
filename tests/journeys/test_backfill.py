"""Documents older than the start date are posted on request, in the middle of which somebody pauses."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import expect

from integrations.models import Backfill
from portal.embedded.processes import wait_until
from tests.journeys.steps import AT_REST_MS, run_now, states_of


def test_it_pauses_a_backfill_and_goes_on(stack, company, page, shoot):
    stack.refill(customers=8, months=3)
    today = timezone.now().date()
    sync = company.sync("chargebee_to_netsuite", start_date=today)
    page.on("dialog", lambda question: question.accept())
    run_now(page, sync)
    assert states_of(sync, "invoices") == {"skipped"}

    page.goto(f"/syncs/{sync.pk}/backfill/?start={today - timedelta(days=100)}&end={today - timedelta(days=1)}")
    shoot(page, "counted", docs="backfill")
    stack.control.post("/faults/netsuite", {"seed": 1, "rules": [{"kind": "latency", "value_s": 1.5}]})
    page.get_by_role("button", name=re.compile(r"Post [\d,]+ documents?")).click()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    shoot(page, "paused")

    stack.control.delete("/faults/netsuite")
    page.get_by_role("button", name="Resume").click()
    under_way = Backfill.objects.filter(sync=sync, state__in=["running", "paused"])
    assert wait_until(lambda: not under_way.exists(), timeout_s=AT_REST_MS / 1000, pause_s=0.2)
    page.reload()
    expect(page.get_by_role("heading", name="Earlier ones")).to_be_visible()
    shoot(page, "done")
    assert "delivered" in states_of(sync, "invoices")
