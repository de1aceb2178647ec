"""The ping: it names what is wrong with a connection by a code that somebody explains."""

import pytest

from integrations.errors import ConnectorError
from tests.conformance.bench import Bench, run_ping
from tests.conformance.secrecy import assert_fit_to_show
from tests.conformance.systems import SLUGS, conformance_of

WAYS = [(slug, way) for slug in SLUGS for way in conformance_of(slug).misconfigurations]


@pytest.mark.parametrize("slug", SLUGS)
def test_its_tests_seed_ten_misconfigurations_and_more(slug: str):
    names = {way.name for way in conformance_of(slug).misconfigurations}
    assert len(names) == len(conformance_of(slug).misconfigurations) >= 10


@pytest.mark.parametrize("slug", SLUGS)
def test_it_passes_where_nothing_is_wrong(mistaken: Bench, slug: str):
    assert all(run_ping(mistaken))


@pytest.mark.parametrize(("slug", "way"), WAYS, ids=[f"{slug}-{way.name}" for slug, way in WAYS])
def test_it_names_what_is_wrong(mistaken: Bench, slug: str, way):
    way.seed(mistaken.world)
    with pytest.raises(ConnectorError) as caught:
        run_ping(mistaken, way.environment, **way.typed)
    assert caught.value.code == way.code
    assert caught.value.code in {each.code for each in mistaken.connector.explanations if each.fix}
    assert_fit_to_show(mistaken, caught.value)
