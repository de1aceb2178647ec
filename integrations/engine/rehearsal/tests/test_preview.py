"""A preview shows records, values with their rows, drafts and balanced entries; it writes nothing."""

import json
from decimal import Decimal

import pytest

from integrations.engine import syncs
from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.readiness import readiness
from integrations.engine.rehearsal.tests.kit import PAIRS, billing, fill_map
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest
from integrations.errors import ConfigurationError
from integrations.models import Check, Sync
from integrations.registry import pair as pair_of
from mappings.models import Mapping
from mappings.versions import save_as_draft


@pytest.fixture
def box(live_db):
    with billing() as running:
        yield running


def previewed(sync: Sync, flow: str, **params) -> Check:
    return making.make(stored.ask(sync, Check.Kind.PREVIEW, flow=flow, actor=ACTOR, params=params).pk)


@pytest.mark.parametrize("pair", PAIRS)
def test_it_is_clean_for_every_flow_that_is_shipped_and_writes_nothing(box, pair):
    sync = make_live_sync(box, pair)
    before = box.control.writes(pair_of(pair).target)
    for flow in pair_of(pair).flows:
        check = previewed(sync, flow.slug)
        assert (check.state, check.reason, check.report["faults"]) == ("done", "", [])
        assert check.report["records"]
        assert all(Decimal(one["balance"]) == 0 for one in check.report["records"])
        if flow.is_document:
            booked = [
                one for one in check.report["records"] if one["outcome"] == "booked" and Decimal(one["money"]["amount"])
            ]
            assert booked
            assert all(one["entries"] for one in booked)
    assert box.control.writes(pair_of(pair).target) == before


def test_it_shows_the_odd_ones_and_which_row_made_each_value(box):
    sync = make_live_sync(box, "chargebee_to_acumatica")
    report = previewed(sync, "invoices").report
    why = {reason for one in report["records"] for reason in one["because"]}
    assert {"the latest", "several taxes", "lines of kind discount"} <= why
    assert any(reason.startswith("foreign currency") for reason in why)
    account = next(v for v in report["records"][0]["values"] if v["target"] == "account" and v["line"] == 1)
    assert (account["value"], account["row"]) == ("40000", "line-account")
    assert account["made_by"] == "map line_accounts by line.kind, line.code"
    assert all(one["stand_ins"] for one in report["records"] if one["outcome"] == "booked")


def test_it_shows_records_by_id_with_the_exact_payload(box):
    sync = make_live_sync(box)
    run_to_rest(sync)
    key = box.control.documents("chargebee")
    number = next(each["id"] for each in key if each["object"] == "invoice")
    report = previewed(sync, "invoices", keys=[number, "INV-NOT-THERE"]).report
    assert [one["key"] for one in report["records"]] == [number]
    assert report["not_found"] == ["INV-NOT-THERE"]
    assert report["records"][0]["outcome"] == "delivered"


def test_it_names_what_is_wrong_and_a_person_accepts_it_by_name(box):
    sync = make_live_sync(box)
    syncs.pause(sync, actor=ACTOR)
    Sync.objects.filter(pk=sync.pk).update(state="draft")
    sync = Sync.objects.get(pk=sync.pk)
    assert readiness(sync) == []
    fill_map(sync, "clearing_accounts", {("stripe", "*"): "1210"})
    assert {one.code for one in readiness(sync)} == {"no_preview"}
    with pytest.raises(ConfigurationError, match="never previewed"):
        syncs.activate(sync, actor=ACTOR)
    checks = [previewed(sync, "payments"), previewed(sync, "refunds")]
    faults = [(check, fault["name"]) for check in checks for fault in check.report["faults"]]
    assert faults
    assert all(name.startswith("no_mapping|account") for _, name in faults)
    with pytest.raises(ConfigurationError, match="nobody accepted"):
        syncs.activate(sync, actor=ACTOR)
    for check, name in faults:
        stored.accept_fault(check, fault=name, reason="Those gateways are booked by hand.", actor=ACTOR)
    syncs.activate(sync, actor=ACTOR)
    assert Sync.objects.get(pk=sync.pk).state == "active"


def test_it_previews_a_draft_before_it_is_published(box):
    sync = make_live_sync(box)
    live = Mapping.objects.get(sync_id=sync.pk, flow="invoices", status="published")
    rows = [{**row, "kind": "constant", "value": "Hello"} if row["id"] == "memo" else row for row in live.rows]
    rows = [{k: v for k, v in row.items() if k != "formula" or row["id"] != "memo"} for row in rows]
    draft = save_as_draft(mapping=live, actor=ACTOR, rows=rows).mapping
    check = previewed(sync, "invoices", version=draft.version)
    assert check.mapping_version == draft.version
    assert json.loads(check.report["records"][0]["drafts"][0]["payload"])["memo"] == "Hello"
