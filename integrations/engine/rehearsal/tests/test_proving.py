"""Mistakes in mappings show: the proof fails with a record, or the comparison names records and what moves."""

from collections import Counter
from contextlib import ExitStack

import pytest

from integrations.engine.rehearsal.comparing import changes_of
from integrations.engine.rehearsal.ground import Ground, open_ground
from integrations.engine.rehearsal.plain import draft_plainly
from integrations.engine.rehearsal.proving import prove, prove_flow
from integrations.engine.rehearsal.reading import read_year
from integrations.engine.rehearsal.tests.kit import PAIRS, billing
from integrations.engine.rehearsal.tests.mutants import ON_MAPS, ON_ROWS, Content, draw
from integrations.engine.tests.harness import make_live_sync, run_to_rest
from integrations.engine.work import FlowPlan
from mappings.apply import compile_mapping
from mappings.rows import Definition
from mappings.rows_json import definition_from_json
from mappings.versions import maps_of
from portal.demo.payables import pay_bills

PAYABLES = "jde_to_billcom"
MOST_SILENT = 5
FIRST = 15


@pytest.fixture
def grounds(live_db, settings):
    settings.SETTLE_SCALE = 0
    with billing(customers=40, months=12) as box, ExitStack() as stack:
        box.control.post("/generate/jde", {"seed": 1})
        syncs = {pair: make_live_sync(box, pair) for pair in (*PAIRS, PAYABLES)}
        run_to_rest(syncs[PAYABLES])
        pay_bills(box.control)
        yield {pair: stack.enter_context(open_ground(sync)) for pair, sync in syncs.items()}


def content_of(ground: Ground, flow: str) -> Content:
    version = ground.versions[flow]
    definition, _ = definition_from_json(version.rows, version.filters)
    return Content(definition=definition, maps=maps_of(version, definition))


def plan_of(ground: Ground, flow: str, content: Content) -> FlowPlan:
    rows, filters = content.definition.rows, content.definition.filters
    mapping = compile_mapping(rows, content.maps, filters=filters, targets=ground.fields[flow])
    return FlowPlan(flow=ground.plan(flow).flow, mapping=mapping, mapping_version=0)


def caught(ground: Ground, flow: str, content: Content, records, shipped) -> bool:
    """Tell whether a mistake shows with any record: most do with the first, and the others need not be drafted."""
    first, others = records[:FIRST], records[FIRST:]
    return any(shows(ground, flow, content, some, shipped) for some in (first, others) if some)


def shows(ground: Ground, flow: str, content: Content, records, shipped) -> bool:
    """Tell whether a mistake shows: the proof fails with a record, or the comparison names records that differ."""
    plan = plan_of(ground, flow, content)
    if any(example.key and example.said for example in prove_flow(ground, plan, records)):
        return True
    changes = changes_of(ground, shipped, draft_plainly(ground, plan, records))
    return any(one.label and (one.fields or one.moved) for one in changes)


def test_it_proves_what_is_shipped_and_catches_mutants(grounds):
    contents, records, shipped = {}, {}, {}
    for pair, ground in grounds.items():
        assert prove(ground)["faults"] == [], pair
        read = read_year(ground)  # as the proof did, whose look ahead stands
        for flow in ground.state.plans:
            contents[(pair, flow)] = content_of(ground, flow)
            records[(pair, flow)] = list(read.records.get(flow, {}).values())
            assert records[(pair, flow)], (pair, flow)
            drafted = draft_plainly(ground, ground.plan(flow), records[(pair, flow)])
            shipped[(pair, flow)] = {plain.look.record.key: plain for plain in drafted}
        maps = {one.name: one for flow in ground.state.plans for one in contents[(pair, flow)].maps}
        contents[(pair, "")] = Content(definition=Definition(), maps=tuple(maps.values()))
    silent, drawn = [], Counter()
    for (pair, flow), mutant in draw(contents, seed=2026):
        drawn[mutant.operator] += 1
        flows = [flow] if flow else list(grounds[pair].state.plans)
        copies = {one: mutant.content if flow else with_maps(contents[(pair, one)], mutant.content) for one in flows}
        shown = (
            caught(grounds[pair], one, copy, records[(pair, one)], shipped[(pair, one)])
            for one, copy in copies.items()
            if copy != contents[(pair, one)]
        )
        if not any(shown):
            silent.append((pair, flow, mutant.operator, mutant.told))
    assert (sum(drawn.values()), min(drawn.values()), len(drawn)) == (100, 10, len(ON_MAPS) + len(ON_ROWS))
    assert len(silent) <= MOST_SILENT, silent


def with_maps(content: Content, changed: Content) -> Content:
    by_name = {one.name: one for one in changed.maps}
    return Content(definition=content.definition, maps=tuple(by_name[one.name] for one in content.maps))
