"""Writes without a trustworthy answer: unknown or surely not booked, settled by looking, and never doubled."""

import pytest

from integrations.errors import ConnectorError, MappingError, RejectedError, TransientError, UnknownOutcomeError
from tests.conformance.hostile import dripping
from tests.conformance.secrecy import assert_fit_to_show
from tests.conformance.systems import TRIED, name_of, trial_of
from tests.conformance.writing import Ledger

LOST = ["answer_lost_after_commit", "answer_lost_before_commit", "commit_after_timeout"]
LATE_S = 30
FIRST = list({slug: (slug, sink) for slug, sink in reversed(TRIED)}.values())
each_sink = pytest.mark.parametrize(("slug", "sink"), TRIED, ids=[name_of(case) for case in TRIED])


def strike(ledger: Ledger, slug: str, sink: str, kind: str, **more: object):
    """Let the next write of a sink go wrong; give a draft for it."""
    trial = trial_of(slug, sink)
    draft = ledger.draft(trial)
    ledger.bench.fault(kind, times=1, **trial.write, **more)
    return draft


def assert_ends_well(ledger: Ledger, draft, error: ConnectorError) -> None:
    """Go on after an error as the engine does: what is unknown is looked up before it is repeated."""
    assert_fit_to_show(ledger.bench, error)
    found = ledger.settle(draft) if isinstance(error, UnknownOutcomeError) else ()
    external_id = found[0].external_id if found else ledger.deliver(draft)
    ledger.bench.world.advance(2 * LATE_S)
    assert [hit.external_id for hit in ledger.found(draft)] == [external_id]


@pytest.mark.parametrize("kind", LOST)
@each_sink
def test_it_settles_a_lost_answer_by_looking_and_doubles_nothing(ledger: Ledger, slug: str, sink: str, kind: str):
    usual = ledger.usual(trial_of(slug, sink))
    draft = strike(ledger, slug, sink, kind, **({"value_s": LATE_S} if kind == "commit_after_timeout" else {}))
    before = len(ledger.bench.documents())
    with pytest.raises(UnknownOutcomeError) as caught:
        ledger.book(draft)
    assert_ends_well(ledger, draft, caught.value)
    assert len(ledger.bench.documents()) - before == usual


@pytest.mark.parametrize("kind", ["gateway_html", "server_error", "connection_reset"])
@each_sink
def test_it_trusts_no_bad_answer_to_a_write(ledger: Ledger, slug: str, sink: str, kind: str):
    draft = strike(ledger, slug, sink, kind)
    with pytest.raises((UnknownOutcomeError, TransientError)) as caught:
        ledger.book(draft)
    assert_ends_well(ledger, draft, caught.value)


@each_sink
def test_it_takes_too_much_of_an_answer_to_a_write_for_unknown(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)
    draft = ledger.draft(trial)
    ledger.bench.world.simulators[slug].swell({**trial.write, "times": 1})
    with pytest.raises(UnknownOutcomeError) as caught:
        ledger.book(draft)
    assert_ends_well(ledger, draft, caught.value)


@pytest.mark.parametrize(("slug", "sink"), FIRST, ids=[name_of(case) for case in FIRST])
def test_it_gives_a_dripping_answer_to_a_write_up(ledger: Ledger, slug: str, sink: str):
    draft = ledger.draft(trial_of(slug, sink))
    with (
        dripping(ledger.bench) as tools,
        ledger.bench.session(tools) as session,
        pytest.raises((UnknownOutcomeError, TransientError)) as caught,
    ):
        session.sink(sink).book(draft)
    assert_fit_to_show(ledger.bench, caught.value)


@pytest.mark.parametrize("kind", ["token_expired", "session_lost"])
@each_sink
def test_it_books_a_batch_once_though_its_session_ends_in_the_middle(ledger: Ledger, slug: str, sink: str, kind: str):
    trial = trial_of(slug, sink)
    drafts = [ledger.draft(trial) for _ in range(3)]
    booked = [ledger.book(drafts[0])]
    ledger.bench.fault(kind, times=1)
    booked += [ledger.deliver(draft) for draft in drafts[1:]]
    found = ledger.sink(drafts[0]).find(drafts)
    assert [[hit.external_id for hit in found[draft.reference]] for draft in drafts] == [[one] for one in booked]
    assert ledger.bench.world.faults(slug).hits() == {kind: 1}


@pytest.mark.parametrize(("kind", "hint"), [("rate_limit", {"value_s": 7}), ("rate_limit_no_hint", {})])
@each_sink
def test_it_knows_that_a_throttled_write_was_not_booked(ledger: Ledger, slug: str, sink: str, kind: str, hint: dict):
    draft = strike(ledger, slug, sink, kind, **hint)
    pauses = len(ledger.bench.pace.pauses)
    with pytest.raises(TransientError) as caught:
        ledger.book(draft)
    assert len(ledger.bench.pace.pauses) > pauses, "the other workers must hear of it"
    assert ledger.found(draft) == ()
    assert_ends_well(ledger, draft, caught.value)


@each_sink
def test_it_says_why_a_record_is_refused(ledger: Ledger, slug: str, sink: str):
    trial = trial_of(slug, sink)
    draft = trial.refused(ledger.draft(trial))
    before = len(ledger.bench.documents())
    with pytest.raises((RejectedError, MappingError)) as caught:
        ledger.book(draft)
    error = caught.value
    assert_fit_to_show(ledger.bench, error)
    assert error.field == trial.refused_field
    assert any(part and part in error.message for part in (error.field, error.value, trial.refused.shown))
    assert error.code in {each.code for each in ledger.bench.connector.explanations}
    assert len(ledger.bench.documents()) == before
