"""Streams and reference data: complete, resumable, and complete still when sessions end and calls are throttled."""

import pytest

from integrations.errors import AuthenticationError
from tests.conformance.bench import Bench, bench_of, run_ping
from tests.conformance.reading import parts, whole
from tests.conformance.secrecy import assert_fit_to_show
from tests.conformance.systems import READINGS, SLUGS, STREAMS, name_of


def by_case(names: str, cases: list):
    """Parametrise with ids by which one connector can be chosen."""
    return pytest.mark.parametrize(names.split(), cases, ids=[name_of(case) for case in cases])


@by_case("slug reading", READINGS)
def test_it_is_tried_on_something(bench: Bench, slug: str, reading: str):
    with bench.reader(reading) as session:
        assert whole(bench, session, reading)


@by_case("slug stream", STREAMS)
def test_it_walks_what_it_lists(bench: Bench, slug: str, stream: str):
    with bench.reader(stream) as session:
        listed = [entry.key for entry in session.stream(stream).index(None)]
        assert len(set(listed)) == len(listed)
        assert whole(bench, session, stream) == set(listed)


@by_case("slug stream", STREAMS)
def test_it_reads_every_listed_object_by_its_key(bench: Bench, slug: str, stream: str):
    with bench.reader(stream) as session:
        listed = [entry.key for entry in session.stream(stream).index(None)]
        records, unreadable = session.stream(stream).read(listed)
    assert unreadable == ()
    assert {record.key for record in records} == set(listed)


@by_case("slug stream", STREAMS)
def test_it_leaves_unknown_keys_out(bench: Bench, slug: str, stream: str):
    with bench.reader(stream) as session:
        assert session.stream(stream).read([]) == ((), ())
        assert session.stream(stream).read(["NONE-1", "87654321"]) == ((), ())


@by_case("slug stream", STREAMS)
def test_it_goes_on_where_a_page_ended(bench: Bench, slug: str, stream: str):
    with bench.reader(stream) as session:
        pages = list(session.stream(stream).pages(bench.everything()))
    keys = [{record.key for record in page.records} for page in pages]
    assert pages[-1].position == ""
    for at, page in enumerate(pages[:-1], 1):
        with bench.reader(stream) as anew:
            rest = anew.stream(stream).pages(bench.everything(page.position))
            read = {record.key for each in rest for record in each.records}
        assert set().union(*keys[at:]) <= read, f"after page {at} of {len(pages)}"


@by_case("slug stream", STREAMS)
def test_it_loses_nothing_while_business_goes_on(slug: str, stream: str):
    with bench_of(slug) as fresh:
        fresh.grow(4)
        with fresh.reader(stream) as session:
            before = whole(fresh, session, stream)
            walk = parts(fresh, session, stream)
            read = next(walk, set())
            fresh.grow(2, seed=2)
            assert before <= read.union(*walk)


@pytest.mark.parametrize("fault", ["token_expired", "session_lost"])
@by_case("slug reading", READINGS)
def test_it_signs_in_again_in_mid_page(bench: Bench, slug: str, reading: str, fault: str):
    with bench.reader(reading) as session:
        before = whole(bench, session, reading)
        walk = parts(bench, session, reading)
        read = next(walk, set())
        bench.fault(fault, times=1)
        try:
            assert read.union(*walk) == before
        except AuthenticationError as error:
            assert not bench.tokens.ever, "has tokens, and must renew them"
            assert_fit_to_show(bench, error)


@pytest.mark.parametrize("fault", ["token_expired", "session_lost"])
@pytest.mark.parametrize("slug", SLUGS)
def test_it_signs_in_again_before_the_first_page(bench: Bench, slug: str, fault: str):
    with bench.session() as session:
        before = whole(bench, session, "reference_values")
    with bench.session() as session:
        bench.fault(fault, times=1)
        try:
            assert whole(bench, session, "reference_values") == before
        except AuthenticationError as error:
            assert not bench.tokens.ever, "has tokens, and must renew them"
            assert_fit_to_show(bench, error)
    assert bench.world.faults(slug).hits()[fault] == 1


@pytest.mark.parametrize("fault", ["rate_limit", "rate_limit_no_hint", "server_error", "connection_reset"])
@by_case("slug reading", READINGS)
def test_it_reads_on_when_throttled_or_cut(bench: Bench, slug: str, reading: str, fault: str):
    run_ping(bench)
    with bench.reader(reading) as session:
        before = whole(bench, session, reading)
        bench.fault(fault, times=2)
        assert whole(bench, session, reading) == before
    assert bench.world.faults(slug).hits().get(fault, 0) == 2 or not before, "what is read must have been asked for"
