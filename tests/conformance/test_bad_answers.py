"""Answers that no system should give: each ends as a coded error that a person can read."""

import pytest

from integrations.errors import ConnectorError, ContractError, TransientError
from tests.conformance.bench import Bench, bench_of, run_ping
from tests.conformance.hostile import Bloated, dripping
from tests.conformance.reading import whole
from tests.conformance.secrecy import assert_fit_to_show
from tests.conformance.systems import SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_it_names_a_gateway_page_instead_of_showing_it(bench: Bench, slug: str):
    run_ping(bench)
    bench.fault("gateway_html")
    with bench.session() as session, pytest.raises((TransientError, ContractError)) as caught:
        whole(bench, session, "reference_values")
    assert_fit_to_show(bench, caught.value)


@pytest.mark.parametrize("slug", SLUGS)
def test_it_names_a_gateway_page_at_sign_in(bench: Bench, slug: str):
    bench.fault("gateway_html")
    with pytest.raises((TransientError, ContractError)) as caught:
        run_ping(bench)
    assert_fit_to_show(bench, caught.value)


@pytest.mark.parametrize("slug", SLUGS)
def test_it_refuses_an_answer_of_ten_megabytes(slug: str):
    with bench_of(slug, Bloated) as fresh, fresh.session() as session:
        run_ping(fresh)
        fresh.world.simulators[slug].swell({})
        with pytest.raises(ConnectorError) as caught:
            whole(fresh, session, "reference_values")
        assert caught.value.code == "answer_too_big"
        assert_fit_to_show(fresh, caught.value)


@pytest.mark.parametrize("slug", SLUGS)
def test_it_gives_a_dripping_answer_up(bench: Bench, slug: str):
    with dripping(bench) as tools, bench.session(tools) as session, pytest.raises(TransientError) as caught:
        whole(bench, session, "reference_values")
    assert_fit_to_show(bench, caught.value)


@pytest.mark.parametrize("kind", ["rate_limit", "rate_limit_no_hint", "server_error", "connection_reset"])
@pytest.mark.parametrize("slug", SLUGS)
def test_it_gives_up_with_a_code_when_trouble_lasts(bench: Bench, slug: str, kind: str):
    run_ping(bench)
    bench.fault(kind)
    with bench.session() as session, pytest.raises(TransientError) as caught:
        whole(bench, session, "reference_values")
    assert_fit_to_show(bench, caught.value)
