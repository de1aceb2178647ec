"""Purchases and what pays them, looked at ahead: BILL's side and JD Edwards' side of one sync."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Attempt
from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.rehearse import payload_lines, with_real_ids
from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.models import Check, Link
from integrations.money import from_json, to_json

PAIR = "jde_to_billcom"


@pytest.fixture
def sync(live_db):
    with sandbox() as box:
        box.control.post("/generate/jde", {"seed": 1})
        made = make_live_sync(box, PAIR)
        made.box = box
        yield made


def look(sync, kind: str, **asked) -> Check:
    return making.make(stored.ask(sync, kind, actor=ACTOR, **asked).pk)


def test_it_covers_and_previews_what_is_shipped(sync):
    coverage = look(sync, Check.Kind.COVERAGE)
    assert (coverage.state, coverage.report["held"], coverage.report["fields"]) == ("done", 0, [])
    for flow in ("vendors", "bills"):
        check = look(sync, Check.Kind.PREVIEW, flow=flow)
        assert (check.state, check.report["faults"], bool(check.report["records"])) == ("done", [], True)


def test_it_foresees_the_bytes_of_bills(sync):
    before = sync.box.control.writes("billcom"), sync.box.control.writes("jde")
    today = timezone.now().date()
    params = {"start": (today - timedelta(days=365)).isoformat(), "end": today.isoformat()}
    check = look(sync, Check.Kind.REHEARSAL, params=params)
    assert (sync.box.control.writes("billcom"), sync.box.control.writes("jde")) == before
    run_to_rest(sync)
    drafts = [from_json(draft) for draft in Attempt.objects.values_list("draft", flat=True)]
    real = {(one["flow"], one["key"], one["operation"]): to_json(one["payload"]) for one in drafts}
    ids = {
        f"{flow}:{key}": found for flow, key, found in Link.objects.values_list("flow", "natural_key", "external_id")
    }
    foreseen = {
        (one["flow"], one["key"], one["operation"]): with_real_ids(
            to_json(one["payload"]), check.report["stand_ins"], ids
        )
        for one in payload_lines(check.payloads)
    }
    assert foreseen
    assert {name: text for name, text in foreseen.items() if real.get(name) != text} == {}
