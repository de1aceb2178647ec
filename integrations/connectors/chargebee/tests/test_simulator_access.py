"""Who gets in and how the others are refused: vendor sections 1.1 to 1.3 and 6."""

import pytest

from integrations.connectors.chargebee.tests.simulator_helpers import FULL, READ_ONLY, api, control, make_world, site_of
from integrations.sandbox.app import Request


@pytest.fixture
def world():
    return make_world()


def test_it_tells_the_catalogue_without_a_list_envelope(world):
    answer = api(world).get("/configurations")
    assert answer.json() == {"configurations": [{"domain": "acme-test", "product_catalog_version": "v2"}]}


def test_it_writes_a_domain_in_any_case(world):
    answer = api(world, "test_SandboxAcmeEuReadOnly", "acme-eu-test.eu.chargebee.com").get("/configurations")
    assert answer.json()["configurations"][0]["domain"] == "Acme-EU-test"


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("acme-test.eu.chargebee.com", READ_ONLY),
        ("acme-eu-test.chargebee.com", "test_SandboxAcmeEuReadOnly"),
        ("nobody-test.chargebee.com", READ_ONLY),
        ("example.com", READ_ONLY),
    ],
)
def test_it_knows_a_site_only_in_its_region(world, host, key):
    answer = api(world, key, host).get("/customers")
    assert (answer.status_code, answer.json()["api_error_code"]) == (404, "site_not_found")


@pytest.mark.parametrize("host", ["127.0.0.1:8101", "localhost", "[::1]:8101"])
def test_it_serves_bare_addresses_as_the_default_site(world, host):
    assert api(world, READ_ONLY, host).get("/customers").status_code == 200


@pytest.mark.parametrize(
    ("key", "password"),
    [("test_wrong", ""), (READ_ONLY, "secret"), ("live_SandboxAcmeReadOnly", ""), ("test_SandboxAcmeEuReadOnly", "")],
)
def test_it_refuses_wrong_keys_and_keys_of_other_sites(world, key, password):
    answer = api(world, key, password=password).get("/customers")
    assert (answer.status_code, answer.json()["api_error_code"]) == (401, "api_authentication_failed")
    assert answer.json()["message"] == "Sorry, authentication failed. Invalid api key"


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer abc", "basic dGVzdA=="])
def test_it_refuses_malformed_credentials(world, header):
    answer = api(world).get("/customers", headers={"Authorization": header})
    assert answer.status_code == 401


def test_it_keeps_a_restricted_key_to_its_resources(world):
    client = api(world, "test_SandboxAcmeCustomersOnly")
    answer = client.get("/invoices")
    assert client.get("/customers").status_code == 200
    assert (answer.status_code, answer.json()["api_error_code"]) == (403, "api_authorization_failed")


@pytest.mark.parametrize(("key", "code"), [(READ_ONLY, "api_authorization_failed"), (FULL, "request_blocked")])
def test_it_lets_nobody_write(world, key, code):
    answer = api(world, key).post("/customers", data={"first_name": "Anna"})
    assert (answer.status_code, answer.json()["api_error_code"]) == (403, code)
    assert site_of(world).every("customers") == []


def test_it_counts_what_tried_to_write(world):
    api(world, FULL).post("/customers", data={"first_name": "Anna"})
    assert control(world).get("/requests/chargebee").json()["writes"] == 1


def test_it_supports_no_other_methods(world):
    answer = api(world, FULL).put("/customers/x")
    assert (answer.status_code, answer.json()["api_error_code"]) == (405, "http_method_not_supported")


@pytest.mark.parametrize("path", ["/unheard_of", "/currencies", "/invoices/INV-0", "/invoices/INV-0/payments"])
def test_it_does_not_find_what_is_not_there(world, path):
    answer = api(world).get(path)
    assert (answer.status_code, answer.json()["api_error_code"]) == (404, "resource_not_found")


@pytest.mark.parametrize(
    ("host", "key", "path"),
    [
        ("acme-test.chargebee.com", READ_ONLY, "/plans"),
        ("acme-classic-test.chargebee.com", "test_SandboxClassicReadOnly", "/item_prices"),
    ],
)
def test_it_refuses_endpoints_of_the_other_catalogue(world, host, key, path):
    answer = api(world, key, host).get(path)
    assert (answer.status_code, answer.json()["api_error_code"]) == (400, "configuration_incompatible")


def test_it_blocks_a_closed_site_with_the_legacy_code(world):
    answer = api(world, "test_SandboxClosedReadOnly", "acme-closed-test.chargebee.com").get("/customers")
    body = answer.json()
    assert (answer.status_code, body["api_error_code"], body["error_code"]) == (403, "request_blocked", "api_disabled")


def test_it_is_not_ready_while_a_site_moves(world):
    answer = api(world, "test_SandboxMovingReadOnly", "acme-moving-test.chargebee.com").get("/customers")
    assert (answer.status_code, answer.json()["api_error_code"]) == (503, "site_not_ready")


def test_it_writes_errors_with_their_legacy_twins(world):
    body = api(world).get("/invoices", params={"limit": 101}).json()
    assert body == {
        "message": "limit : must be between 1 and 100",
        "type": "invalid_request",
        "api_error_code": "param_wrong_value",
        "param": "limit",
        "error_code": "param_wrong_value",
        "error_msg": "limit : must be between 1 and 100",
        "http_status_code": 400,
    }


def test_it_throttles_a_test_site_after_150_requests_a_minute(world):
    control(world).post("/limits/chargebee", json={"per_minute": 150})
    client = api(world)
    statuses = [client.get("/configurations").status_code for _ in range(152)]
    assert (statuses.count(200), statuses.count(429)) == (150, 2)


def test_it_throttles_with_and_without_a_hint(world):
    control(world).post("/limits/chargebee", json={"per_minute": 1})
    client = api(world)
    client.get("/configurations")
    hints = [client.get("/configurations").headers.get("Retry-After") for _ in range(2)]
    assert hints == ["61", None]


def test_it_forgives_within_a_minute(world):
    control(world).post("/limits/chargebee", json={"per_minute": 1})
    client = api(world)
    client.get("/configurations")
    world.advance(61)
    assert client.get("/configurations").status_code == 200


def test_it_words_throttling_as_the_vendor_does(world):
    control(world).post("/limits/chargebee", json={"per_minute": 0})
    body = api(world).get("/configurations").json()
    assert (body["api_error_code"], body["type"]) == ("api_request_limit_exceeded", "operation_failed")


def test_it_limits_requests_in_flight_of_one_kind(world):
    simulator = world.simulators["chargebee"]
    simulator.site.knobs.concurrent = 1
    seen = Request.make("GET", "/api/v2/customers", {"host": "acme-test.chargebee.com"})
    assert simulator.enter(seen) is None
    assert simulator.enter(seen).status == 429
    simulator.leave(seen)
    assert simulator.enter(seen) is None


@pytest.mark.parametrize(
    ("kind", "statuses", "is_html"),
    [("server_error", {500, 503}, False), ("gateway_html", {502, 503, 504}, True)],
)
def test_it_breaks_in_every_documented_way(world, kind, statuses, is_html):
    control(world).post("/faults/chargebee", json={"rules": [{"kind": kind}]})
    client = api(world)
    answers = [client.get("/customers") for _ in range(6)]
    assert {answer.status_code for answer in answers} == statuses
    assert all(answer.headers["content-type"].startswith("text/html") is is_html for answer in answers)


def test_it_calls_a_database_failure_an_invalid_request(world):
    control(world).post("/faults/chargebee", json={"rules": [{"kind": "server_error"}]})
    client = api(world)
    bodies = [client.get("/customers").json() for _ in range(3)]
    assert {"db_connection_failure": "invalid_request"}.items() <= {
        body["api_error_code"]: body["type"] for body in bodies
    }.items()
