"""Addresses, verbs and the configuration: vendor section 1, checklist item 1."""

import pytest

from integrations.connectors.jde.tests.simulator_helpers import ais, ask_token, make_world, options, signed_in


@pytest.fixture
def world():
    return make_world()


@pytest.mark.parametrize("path", ["/defaultconfig", "/v2/defaultconfig"])
def test_it_tells_its_configuration_without_sign_in(world, path):
    found = ais(world).get(path).json()
    assert (found["sessionTimeout"], found["timeToLive"]) == ("30", "720")
    assert {"name", "shortDescription", "sinceVersion"} <= set(found["capabilityList"][0])


def test_it_leaves_the_capabilities_out_of_the_settings(world):
    assert "capabilityList" not in ais(world).get("/v2/defaultconfig", params={"settings": "true"}).json()


@pytest.mark.parametrize(("host", "missing"), [("ais.acme.example", False), ("ais-nodata.acme.example", True)])
def test_it_tells_whether_a_required_capability_is_missing(world, host, missing):
    wanted = {"requiredCapabilities": "dataservice,query,outputType"}
    answer = ais(world, host).get("/v2/defaultconfig", params=wanted)
    assert answer.json()["requiredCapabilityMissing"] is missing


def test_it_tests_the_html_server_unless_told_not_to(world):
    client = ais(world, "ais-jasdown.acme.example")
    assert client.get("/v2/defaultconfig").status_code == 500
    assert client.get("/v2/defaultconfig", params={"bypassJASTest": "true"}).status_code == 200


def test_it_takes_post_on_the_configuration_only_behind_a_flag(world):
    client = ais(world)
    assert client.post("/v2/defaultconfig").status_code == 405
    options(world, defaultconfig_post=True)
    assert client.post("/v2/defaultconfig").status_code == 200


@pytest.mark.parametrize(
    ("host", "root", "status"),
    [
        ("ais.acme.example", "/jderest", 200),
        ("ais.acme.example", "", 404),
        ("ais-root.acme.example", "", 200),
        ("ais-root.acme.example", "/jderest", 404),
        ("127.0.0.1", "/jderest", 200),
        ("stranger.example", "/jderest", 404),
    ],
)
def test_it_is_found_where_it_is_published(world, host, root, status):
    assert ais(world, host, root).get("/v2/defaultconfig").status_code == status


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/v2/tokenrequest"), ("GET", "/v2/dataservice"), ("PUT", "/v2/dataservice"), ("POST", "/discover")],
)
def test_a_wrong_verb_gets_405_without_a_json_body(world, method, path):
    answer = ais(world).request(method, path)
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize("path", ["/v2/unheard", "/v3/dataservice", "/v3/tokenrequest", "/v4/defaultconfig", "/"])
def test_it_has_no_other_paths(world, path):
    assert ais(world).post(path, json={}).status_code == 404


def test_an_old_release_has_the_first_version_only(world):
    client = ais(world, "ais-old.acme.example")
    assert client.get("/v2/defaultconfig").status_code == 404
    assert client.get("/defaultconfig").status_code == 200


def test_a_release_without_version_3_still_runs_version_2(world):
    client = signed_in(world, host="ais-v2.acme.example")
    body = {"contractVersion": "1"}
    assert client.post("/v3/orchestrator/MLC_SYS_PING", json=body).status_code == 404
    assert client.post("/v2/orchestrator/MLC_SYS_PING", json=body).status_code == 200


def test_a_sign_in_fails_while_the_html_server_is_down(world):
    assert ask_token(ais(world, "ais-jasdown.acme.example")).status_code == 500
