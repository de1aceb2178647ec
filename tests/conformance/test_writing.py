"""Sinks: they look up what does not stand without inventing anything, and say what they take."""

import pytest

from tests.conformance_kit import SINKS, Bench, drafts, name_of

each_sink = pytest.mark.parametrize(("slug", "sink"), SINKS, ids=[name_of(case) for case in SINKS])


@pytest.mark.parametrize("count", [1, 2, 500])
@each_sink
def test_it_finds_nothing_where_nothing_stands(bench: Bench, slug: str, sink: str, count: int):
    with bench.session() as session:
        wanted = drafts(session, sink, count)
        found = session.sink(sink).find(wanted)
    assert {draft.reference: found.get(draft.reference) for draft in wanted} == {each.reference: () for each in wanted}


@each_sink
def test_it_writes_nothing_while_it_looks(bench: Bench, slug: str, sink: str):
    with bench.session() as session:
        wanted = drafts(session, sink, 2)
        before = bench.world.simulators[slug].state()["documents"]
        session.sink(sink).find(wanted)
        assert bench.world.simulators[slug].state()["documents"] == before


@each_sink
def test_it_says_how_long_absence_takes(bench: Bench, slug: str, sink: str):
    with bench.session() as session:
        assert session.sink(sink).slug == sink
        assert isinstance(session.sink(sink).settle_s, int)
        assert session.sink(sink).settle_s >= 0


@each_sink
def test_it_lists_its_fields_and_which_are_required(bench: Bench, slug: str, sink: str):
    with bench.session() as session:
        fields = session.sink(sink).catalogue()
    places = [(each.level, each.name) for each in fields]
    assert any(each.required for each in fields)
    assert all(each.label for each in fields)
    assert len(set(places)) == len(places)
