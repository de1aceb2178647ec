"""Sinks: they find exactly what stands, tell two apart, and read back what is not as it was sent."""

from datetime import timedelta

import pytest

from integrations.engine.compare import differences
from tests.conformance.bench import Bench
from tests.conformance.systems import SINKS, TRIED, conformance_of, name_of, trial_of
from tests.conformance.writing import Ledger, absent

STANDING = 3
MOST_READS = 60  # for 500 drafts: look-ups are batched
MOVED_BY = timedelta(days=9)


def each_sink(cases: list = SINKS):
    return pytest.mark.parametrize(("slug", "sink"), cases, ids=[name_of(case) for case in cases])


def sinks_where(holds) -> list:
    return [case for case in TRIED if holds(trial_of(*case))]


@each_sink()
def test_its_tests_say_how_to_try_every_sink(slug: str, sink: str):
    assert [trial.sink for trial in conformance_of(slug).trials].count(sink) == 1


@pytest.mark.parametrize("number", [1, 2, 500])
@each_sink()
def test_it_finds_nothing_where_nothing_stands(bench: Bench, slug: str, sink: str, number: int):
    with bench.session() as session:
        wanted = absent(session, sink, number)
        found = session.sink(sink).find(wanted)
    assert {draft.reference: found.get(draft.reference) for draft in wanted} == {each.reference: () for each in wanted}


@pytest.mark.parametrize("number", [1, 2, 500])
@each_sink(TRIED)
def test_it_finds_each_of_many_that_stands_and_no_other(ledger: Ledger, slug: str, sink: str, number: int):
    drafts = [ledger.draft(trial_of(slug, sink)) for _ in range(min(number, STANDING))]
    booked = {draft.reference: [ledger.book(draft)] for draft in drafts}
    others = absent(ledger.ground.session, sink, number - len(drafts))
    before = ledger.bench.world.traffic[slug].reads
    found = ledger.sink(drafts[0]).find([*others, *drafts])
    assert {reference: [hit.external_id for hit in hits] for reference, hits in found.items() if hits} == booked
    assert found.keys() == {draft.reference for draft in (*others, *drafts)}
    assert ledger.bench.world.traffic[slug].reads - before <= MOST_READS


@each_sink(TRIED)
def test_it_looks_on_though_one_draft_could_never_be_sent(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)
    good, bad = ledger.draft(trial), trial.draft(ledger.ground.kit, f"\x07 {next(ledger.numbers)}")
    external_id = ledger.book(good)
    found = ledger.sink(good).find([bad, good])
    assert [hit.external_id for hit in found[good.reference]] == [external_id]


@each_sink(sinks_where(lambda trial: trial.is_moved_by_tampering and not trial.acts_on_standing))
def test_it_finds_a_document_whose_date_was_moved(ledger: Ledger, slug: str, sink: str):
    draft = ledger.draft(trial_of(slug, sink))
    external_id = ledger.book(draft)
    moved = (draft.facts.date + MOVED_BY).isoformat()
    ledger.ground.tamper(draft, external_id, "date", moved)
    assert [(hit.external_id, hit.by_reference) for hit in ledger.found(draft)] == [(external_id, True)]
    assert ledger.found(draft)[0].facts.date != draft.facts.date


@each_sink(sinks_where(lambda trial: trial.twins))
def test_it_gives_both_of_two_that_stand(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)
    draft = ledger.draft(trial)
    standing = trial.twins(ledger.ground, draft)
    assert len(ledger.found(draft)) == 2
    assert standing <= {hit.external_id for hit in ledger.found(draft)}


@each_sink(TRIED)
def test_it_finds_what_a_lagging_search_hid_once_its_time_is_over(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)
    draft = ledger.draft(trial)
    ledger.bench.world.advance(3600)
    assert ledger.found(draft) == ()
    ledger.bench.fault("search_lag")
    external_id = ledger.book(draft)
    assert {hit.external_id for hit in ledger.found(draft)} <= {external_id}
    ledger.bench.world.advance(max(ledger.sink(draft).settle_s, 600))
    assert [hit.external_id for hit in ledger.found(draft)] == [external_id]


@each_sink(sinks_where(lambda trial: trial.altered is not None))
def test_it_reads_back_that_something_was_altered(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)
    draft = ledger.draft(trial)
    ledger.bench.fault("write_altered", times=1, **trial.write, **trial.altered)
    stands = ledger.stands(draft, ledger.book(draft))
    assert ledger.bench.world.faults(slug).hits() == {"write_altered": 1}
    assert differences(draft.facts, stands.facts)


@each_sink(sinks_where(lambda trial: trial.dropped is not None))
def test_it_reads_back_that_something_was_dropped(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)
    draft = ledger.draft(trial)
    ledger.bench.fault("write_dropped_field", times=1, **trial.write, **trial.dropped)
    stands = ledger.stands(draft, ledger.book(draft))
    assert ledger.bench.world.faults(slug).hits() == {"write_dropped_field": 1}
    assert differences(draft.facts, stands.facts)


@each_sink(TRIED)
def test_it_reads_back_what_it_booked_without_a_difference(ledger: Ledger, slug: str, sink: str):
    draft = ledger.draft(trial_of(slug, sink))
    stands = ledger.stands(draft, ledger.book(draft))
    assert differences(draft.facts, stands.facts) == []


@each_sink()
def test_it_writes_nothing_while_it_looks(bench: Bench, slug: str, sink: str):
    with bench.session() as session:
        wanted = absent(session, sink, 2)
        before = bench.documents()
        session.sink(sink).find(wanted)
        assert bench.documents() == before


@each_sink()
def test_it_says_how_long_absence_takes(bench: Bench, slug: str, sink: str):
    with bench.session() as session:
        assert session.sink(sink).slug == sink
        assert isinstance(session.sink(sink).settle_s, int)
        assert session.sink(sink).settle_s >= 0


@each_sink()
def test_it_lists_its_fields_and_which_are_required(bench: Bench, slug: str, sink: str):
    with bench.session() as session:
        fields = session.sink(sink).catalogue()
    places = [(each.level, each.name) for each in fields]
    assert any(each.required for each in fields)
    assert all(each.label for each in fields)
    assert max(map(places.count, places), default=0) == 1
