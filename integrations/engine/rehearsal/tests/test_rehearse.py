"""A rehearsal sends no write; the run that follows sends the same bytes, but for the ids that booking gives."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from audit.models import Attempt
from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.rehearse import payload_lines, with_real_ids
from integrations.engine.rehearsal.tests.kit import PAIRS, billing, fill_map
from integrations.engine.tests.harness import ACTOR, Sandbox, make_live_sync, run_to_rest
from integrations.models import Check, Link, Problem, Sync, SyncRecord
from integrations.money import from_json, to_json
from integrations.registry import pair as pair_of


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with billing() as running:
        yield running


def rehearsed(sync: Sync, days: int = 365) -> Check:
    today = timezone.now().date()
    params = {"start": (today - timedelta(days=days)).isoformat(), "end": today.isoformat()}
    check = making.make(stored.ask(sync, Check.Kind.REHEARSAL, actor=ACTOR, params=params).pk)
    assert (check.state, check.reason) == ("done", "")
    return check


def sent(sync: Sync) -> dict[tuple[str, str, str], str]:
    """Give the payloads that the run sent, by flow, key and operation."""
    attempts = Attempt.objects.filter(tenant=sync.tenant).exclude(outcome="absent").order_by("id")
    drafts = [from_json(draft) for draft in attempts.values_list("draft", flat=True)]
    return {(one["flow"], one["key"], one["operation"]): to_json(one["payload"]) for one in drafts}


def settle(sync: Sync, box: Sandbox) -> None:
    for _ in range(6):
        run_to_rest(sync)
        box.control.post(f"/post/{pair_of(sync.pair).target}", {})
        SyncRecord.objects.filter(sync=sync, look_again_at__isnull=False).update(look_again_at="2000-01-01T00:00Z")
        SyncRecord.objects.filter(sync=sync, state__in=["due", "unknown", "open"]).update(due_at="2000-01-01T00:00Z")


@pytest.mark.parametrize("pair", PAIRS)
def test_it_foresees_every_byte_that_the_run_then_sends(box, pair):
    sync = make_live_sync(box, pair)
    before = box.control.writes(pair_of(pair).target)
    check = rehearsed(sync)
    assert box.control.writes(pair_of(pair).target) == before
    settle(sync, box)
    ids = {
        f"{flow}:{key}": found for flow, key, found in Link.objects.values_list("flow", "natural_key", "external_id")
    }
    real, wrong = sent(sync), []
    exact = [line for line in payload_lines(check.payloads) if not line.get("follows_booking")]
    for line in exact:
        foreseen = with_real_ids(to_json(line["payload"]), check.report["stand_ins"], ids)
        name = (line["flow"], line["key"], line["operation"])
        if real.get(name) != foreseen:
            wrong.append((name, foreseen, real.get(name)))
    assert wrong == []
    assert len(exact) > 100


def test_it_balances_by_currency_and_foresees_calls_and_time(box):
    report = rehearsed(make_live_sync(box)).report
    sums: dict[str, Decimal] = {}
    for row in report["trial_balance"]:
        sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + Decimal(row["debit"]) - Decimal(row["credit"])
    assert len(sums) > 2
    assert set(sums.values()) == {Decimal(0)}
    assert (report["unbalanced"], report["faults"]) == ([], [])
    assert report["calls"]["writes"] > 100
    assert report["seconds"] > 0


def test_it_predicts_the_problems_of_the_run_with_their_money(box):
    sync = make_live_sync(box)
    fill_map(sync, "clearing_accounts", {("stripe", "*"): "1210", ("paypal", "*"): "9999"})
    faults = rehearsed(sync).report["faults"]
    settle(sync, box)
    held = {(p.code, p.field, p.value): p for p in Problem.objects.filter(sync=sync, records__gt=0)}
    foreseen = {(f["code"], f["field"], f["value"]): f for f in faults if f["code"] != "waits_for_parent"}
    assert held.keys() == foreseen.keys()
    assert {name: problem.records for name, problem in held.items()} == {
        name: fault["records"] for name, fault in foreseen.items()
    }


def test_it_links_what_stands_in_the_target_already(box):
    sync = make_live_sync(box)
    settle(sync, box)
    standing = Link.objects.filter(flow="invoices").count()
    Link.objects.all().delete()
    SyncRecord.objects.filter(sync=sync).delete()
    report = rehearsed(sync).report
    assert sum(name.startswith("invoices:") for name in report["linked"]) == standing
    assert report["flows"]["invoices"].get("booked", 0) == 0


def test_it_counts_no_payment_among_refunds(box):
    flows = rehearsed(make_live_sync(box)).report["flows"]

    assert flows.get("refunds", {}).get("records", 0) < flows["payments"]["records"]
