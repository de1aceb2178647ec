"""Entra ID and what Finance & Operations does with its tokens (facts: vendor file, section 2)."""

import pytest

from integrations.connectors.dynamics365.simulator.directory import (
    DOMAIN,
    EXPIRED_SECRET,
    HOST,
    OTHER_TENANT,
    TENANT,
    UNLISTED_ID,
    UNLISTED_SECRET,
)
from integrations.connectors.dynamics365.tests.simulator_helpers import (
    ask_token,
    control,
    good,
    make_world,
    sample,
    signed_in,
)


def test_it_gives_a_v2_token():
    assert good(ask_token(make_world())) | {"access_token": ""} == {
        "token_type": "Bearer",
        "expires_in": 3599,
        "ext_expires_in": 3599,
        "access_token": "",
    }


def test_it_gives_a_v1_token_with_numbers_as_strings():
    world = make_world()
    answer = good(ask_token(world, f"/{DOMAIN}/oauth2/token", scope=None, resource=f"https://{HOST}"))
    assert (answer["expires_in"], answer["resource"]) == ("3599", f"https://{HOST}")


@pytest.mark.parametrize(
    ("path", "changes", "status", "error", "code"),
    [
        (f"/{TENANT}/oauth2/v2.0/token", {"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        (f"/{TENANT}/oauth2/v2.0/token", {"client_secret": EXPIRED_SECRET}, 401, "invalid_client", 7000222),
        (f"/{TENANT}/oauth2/v2.0/token", {"client_id": "nobody"}, 400, "unauthorized_client", 700016),
        (f"/{OTHER_TENANT}/oauth2/v2.0/token", {}, 400, "unauthorized_client", 700016),
        ("/nowhere/oauth2/v2.0/token", {}, 400, "invalid_request", 90002),
        ("/common/oauth2/v2.0/token", {}, 400, "invalid_request", 50059),
        (f"/{TENANT}/oauth2/v2.0/token", {"scope": "https://x.test/.default"}, 400, "invalid_resource", 500011),
        (f"/{TENANT}/oauth2/v2.0/token", {"scope": None}, 400, "invalid_request", 900144),
        (f"/{TENANT}/oauth2/v2.0/token", {"scope": f"https://{HOST}"}, 400, "invalid_scope", 1002012),
    ],
)
def test_it_refuses_with_the_code_of_the_cause(path, changes, status, error, code):
    answer = ask_token(make_world(), path, **changes)
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [code])


def test_a_refusal_looks_as_documented():
    body = ask_token(make_world(), client_secret="wrong").json()
    documented = sample("token_error")
    assert set(documented) <= set(body)
    assert body["error_description"].count("\r\n") == documented["error_description"].count("\r\n")


@pytest.mark.parametrize("scope", [f"https://{HOST}//.default", f"https://{HOST.upper()}/.default"])
def test_it_refuses_a_token_whose_audience_is_not_the_exact_url(scope):
    assert signed_in(make_world(), scope=scope).get("/LegalEntities").status_code == 401


def test_it_refuses_without_a_token():
    client = signed_in(make_world())
    del client.headers["Authorization"]
    assert client.get("/LegalEntities").status_code == 401


def test_it_refuses_an_expired_token():
    world = make_world()
    client = signed_in(world)
    world.advance(3600)
    assert client.get("/LegalEntities").status_code == 401


def test_it_shortens_the_life_of_tokens_on_order():
    world = make_world()
    control(world, "POST tokens", "entra", lifetime_s=60)
    assert good(ask_token(world))["expires_in"] == 60


def test_it_refuses_an_app_that_is_not_listed_with_the_odd_header():
    answer = signed_in(make_world(), client_id=UNLISTED_ID, client_secret=UNLISTED_SECRET).get("/LegalEntities")
    assert (answer.status_code, "P3P" in answer.headers, answer.content) == (401, True, b"")


def test_it_refuses_a_token_without_a_service_principal():
    world = make_world()
    control(world, "POST principal", "entra", present=False)
    assert signed_in(world).get("/LegalEntities").status_code == 401


def test_it_refuses_a_set_that_the_user_may_not_see():
    world = make_world(denied_sets=["CustomersV3"])
    assert signed_in(world).get("/CustomersV3").status_code == 403


def test_it_answers_for_its_own_host_alone():
    assert signed_in(make_world(), host="other.operations.dynamics.com").get("/LegalEntities").status_code == 404


def test_it_echoes_the_trace_of_a_request():
    answer = signed_in(make_world()).get("/LegalEntities", headers={"x-ms-client-request-id": "abc"})
    assert (answer.headers["ms-dyn-aid"], answer.headers["content-type"]) == (
        "abc",
        "application/json; odata.metadata=minimal",
    )
