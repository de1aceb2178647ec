"""Coverage names what is missing, what it holds up, what it may be mapped to, and what the target no longer has."""

from decimal import Decimal

import pytest

from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.accepting import accept_sure
from integrations.engine.rehearsal.tests.kit import PAIRS, billing, entries_of, fill_map
from integrations.engine.rehearsal.uses import lost_references
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest
from integrations.models import Check, ReferenceValue, SyncRecord


@pytest.fixture
def box(live_db):
    with billing() as running:
        yield running


def measured(sync) -> Check:
    return making.make(stored.ask(sync, Check.Kind.COVERAGE, actor=ACTOR).pk)


def map_of(check: Check, name: str) -> dict:
    return next(one for one in check.report["maps"] if one["name"] == name)


@pytest.mark.parametrize("pair", PAIRS)
def test_it_finds_nothing_missing_in_what_is_shipped(box, pair):
    sync = make_live_sync(box, pair)
    check = measured(sync)
    assert (check.state, check.report["held"], check.report["fields"]) == ("done", 0, [])
    assert lost_references(sync, check.report["uses"]) == []


def test_it_names_the_codes_that_nothing_is_mapped_for_and_what_they_hold_up(box):
    sync = make_live_sync(box)
    fill_map(sync, "clearing_accounts", {("stripe", "USD"): "1210"})
    check, table = (found := measured(sync)), map_of(found, "clearing_accounts")
    missing = {tuple(code["keys"]): code for code in table["codes"] if code["is_missing"]}
    run_to_rest(sync)
    parked = SyncRecord.objects.filter(sync=sync, state__in=["parked", "waiting"])  # refunds wait for held payments
    assert sum(code["documents"] for code in missing.values()) == parked.count() == check.report["held"] > 0
    by_keys = [Decimal(code["money"]["EUR"]) for keys, code in missing.items() if keys[1] == "EUR"]
    assert sum(by_keys) == sum(parked.filter(currency="EUR").values_list("amount", flat=True))


def test_it_suggests_with_reasons_and_takes_the_sure_ones_over_as_a_draft(box):
    sync = make_live_sync(box)
    fill_map(sync, "clearing_accounts", {("stripe", "USD"): "1210", ("paypal", "USD"): "1211"})
    check = measured(sync)
    code = next(c for c in map_of(check, "clearing_accounts")["codes"] if c["keys"] == ["stripe", "EUR"])
    assert code["suggestions"][0]["value"] == "1210"
    assert all(one["reason"] and 0 < one["score"] <= 100 for one in code["suggestions"])
    accepted = accept_sure(check, actor=ACTOR, least=62)
    assert entries_of(sync, "clearing_accounts")[("stripe", "EUR")] == "1210"
    assert accepted == len(entries_of(sync, "clearing_accounts")) - 2


def test_it_shows_a_vanished_account_after_the_next_reading_of_reference_data(box):
    sync = make_live_sync(box)
    check = measured(sync)
    values = ReferenceValue.objects.filter(connection=sync.target, kind="account", number="1210")
    values.update(is_active=False)
    lost = lost_references(sync, check.report["uses"])
    assert [(one.use.value, one.use.map, one.state) for one in lost] == [("1210", "clearing_accounts", "inactive")]


def test_it_keeps_one_look_under_way_and_what_failed_with_its_reason(box):
    sync = make_live_sync(box)
    first = stored.ask(sync, Check.Kind.COVERAGE, actor=ACTOR)
    assert stored.ask(sync, Check.Kind.COVERAGE, actor=ACTOR).pk == first.pk
    box.fault("chargebee", "server_error")
    failed = making.make(first.pk)
    assert (failed.state, bool(failed.reason), stored.latest(sync, Check.Kind.COVERAGE)) == ("failed", True, None)
