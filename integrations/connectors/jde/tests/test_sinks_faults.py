"""When an answer cannot be trusted: it is unknown, and the look-up tells whether the document stands."""

import pytest

from integrations.connectors.jde.tests.kit import book, found
from integrations.errors import UnavailableError, UnknownOutcomeError

COMMITTED = ("commit_then_444", "commit_then_500", "html", "status_error", "continued")


@pytest.mark.parametrize("failure", COMMITTED)
def test_it_finds_what_was_booked_behind_a_bad_answer(bench, failure):
    session, draft = bench.session(), bench.journal()
    bench.control("POST orchestrations", name="MLC_GL_ADD_JE", fail=failure)
    with pytest.raises(UnknownOutcomeError):
        book(session, draft)
    assert len(found(session, draft)[draft.reference]) == 1


def test_it_does_not_take_an_error_that_was_passed_over_for_success(bench):
    bench.control("POST orchestrations", name="MLC_GL_ADD_JE", containsContinueOnError=True)
    draft = bench.journal(documentCompany="00077")
    with pytest.raises(UnknownOutcomeError) as caught:
        book(bench.session(), draft)
    assert caught.value.code == "jde_continued_on_error"


@pytest.mark.parametrize("kind", ["answer_lost_after_commit", "connection_reset", "server_error", "gateway_html"])
def test_it_calls_a_lost_answer_unknown(bench, kind):
    session, draft = bench.session(), bench.journal()
    session.client.ping()
    bench.fault(kind, rate=1.0, times=1, path="MLC_GL_ADD_JE")
    with pytest.raises(UnknownOutcomeError):
        book(session, draft)


def test_it_reads_through_passing_trouble(bench):
    session, draft = bench.session(), bench.journal()
    book(session, draft)
    bench.fault("server_error", rate=1.0, times=2, path="dataservice")
    assert len(found(session, draft)[draft.reference]) == 1


def test_it_gives_up_reading_after_some_tries(bench):
    session, draft = bench.session(), bench.journal()
    session.client.ping()
    bench.fault("gateway_html", rate=1.0)
    with pytest.raises(UnavailableError):
        found(session, draft)


def test_it_keeps_its_place_when_a_session_ends_between_pages(bench):
    bench.control("POST options", fetch_limit=40)
    session = bench.session()
    session.client.ping()
    bench.fault("session_lost", rate=1.0, times=1, path="dataservice")
    assert len({entry.key for entry in session.stream("accounts").index(None)}) == 144
