"""The simulator answers in the shapes of the documented answers in `fixtures/` (their sources are in SOURCES.md)."""

import json
from pathlib import Path

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    ais,
    ask_token,
    browse_body,
    control,
    journal,
    make_world,
    options,
    run,
    signed_in,
)

FIXTURES = Path(__file__).parent.parent / "fixtures"


def fixture(name):
    return json.loads((FIXTURES / f"{name}.json").read_text())


def shape(value):
    """Reduce an answer to its members and the kinds of their values; numbers are of one kind."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    if isinstance(value, list):
        return [shape(one) for one in value[:1]]
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def covers(given, documented):
    """Tell whether all that is documented is given, in the same kinds."""
    if isinstance(documented, dict):
        return isinstance(given, dict) and all(
            key in given and covers(given[key], documented[key]) for key in documented
        )
    if isinstance(documented, list):
        return isinstance(given, list) and (not documented or not given or covers(given[0], documented[0]))
    return given == documented


@pytest.fixture
def world():
    return make_world(seed=1, suppliers=3, orders=0, invoices=0)


@pytest.fixture
def client(world):
    return signed_in(world)


def assert_covers(answer, name):
    assert covers(shape(answer.json()), shape(fixture(name))), (answer.json(), name)


def test_the_configuration(world):
    assert_covers(ais(world).get("/v2/defaultconfig"), "defaultconfig")


def test_the_token(world):
    assert_covers(ask_token(ais(world)), "token")


def test_a_refused_sign_in(world):
    assert_covers(ask_token(ais(world), password="wrong"), "error_login")


def test_a_dead_and_a_living_session(client):
    token = client.headers["jde-AIS-Auth"]
    assert_covers(client.post("/v2/tokenrequest/validate", json={"token": token}), "validate")
    answer = client.post("/v2/tokenrequest/validate", json={"token": "044x"})
    assert answer.json() | {"timeStamp": ""} == fixture("error_invalid_token") | {"timeStamp": ""}


def test_a_browse(client):
    body = browse_body("F0101", columns="AN8 ALPH UPMJ")
    assert_covers(client.post("/v2/dataservice", json=body), "browse")


def test_a_browse_with_a_next_page(client):
    body = browse_body("F0101", columns="AN8", size="1", enableNextPageProcessing=True)
    assert_covers(client.post("/v2/dataservice", json=body), "browse_with_link")


def test_an_expired_result_set(client):
    assert_covers(client.get("/v2/dataservice/next", params={"rid": "gone"}), "error_jas_msg347")


def test_a_count(client):
    assert_covers(client.post("/v2/dataservice", json=browse_body("F0101", dataServiceType="COUNT")), "count")


def test_an_aggregation(client):
    run(client, "MLC_GL_ADD_JE", **journal())
    spec = {
        "aggregations": [{"aggregation": "COUNT", "column": "*"}, {"aggregation": "SUM", "column": "F0911.AA"}],
        "groupBy": [{"column": "F0911.DGJ"}],
    }
    body = browse_body("F0911", dataServiceType="AGGREGATION", aggregation=spec)
    assert_covers(client.post("/v2/dataservice", json=body), "aggregation")


def test_a_journal_that_was_added(client):
    assert_covers(run(client, "MLC_GL_ADD_JE", **journal()), "orchestration_created")


def test_a_run_that_went_on_after_an_error(world, client):
    control(world).post("/orchestrations/jde", json={"name": "MLC_GL_ADD_JE", "fail": "continued"})
    assert_covers(run(client, "MLC_GL_ADD_JE", **journal()), "orchestration_continued")


@pytest.mark.parametrize(
    ("manner", "name"), [("string", "error_orchestration_text"), ("object", "error_orchestration_object")]
)
def test_an_aborted_run(world, client, manner, name):
    options(world, message=manner)
    assert_covers(run(client, "MLC_GL_ADD_JE", **journal(currencyCode="XXX")), name)


def test_discovery(client):
    assert_covers(client.get("/discover/MLC_SYS_PING"), "discover_nothing")
    assert_covers(client.get("/discover"), "discover")
    assert client.get("/discover/MLC_NOTHING").json() == fixture("discover_nothing")
