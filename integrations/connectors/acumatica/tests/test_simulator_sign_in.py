"""The simulator's sign-in keeps to section 2 of the vendor file: OAuth, refresh tokens, cookies, counted sessions."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from integrations.connectors.acumatica.simulator.identities import CLIENT_ID, CLIENT_SECRET, PASSWORD, REDIRECTS, USER
from integrations.connectors.acumatica.tests.simulator_helpers import (
    ENDPOINT,
    anonymous,
    ask_token,
    fault,
    good,
    login_body,
    make_world,
    order,
    signed_in,
)

OTHER_TENANT = CLIENT_ID.replace("ACME", "DEMO")


@pytest.fixture
def world():
    return make_world()


def log_in(world, **more):
    client = anonymous(world)
    return client, client.post("/entity/auth/login", json=login_body(**more))


def refresh(world, token, **more):
    form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return anonymous(world).post("/identity/connect/token", data={**form, "refresh_token": token, **more})


def code_for(world, **more):
    query = {
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECTS[0],
        "response_type": "code",
        "scope": "api",
        "state": "s1",
    }
    params = {**query, **more}
    return anonymous(world).post(
        "/identity/connect/authorize", params=params, data={"username": USER, "password": PASSWORD}
    )


def exchange(world, code, redirect=REDIRECTS[0]):
    form = {"grant_type": "authorization_code", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return anonymous(world).post("/identity/connect/token", data={**form, "code": code, "redirect_uri": redirect})


# 2.1 OAuth


def test_it_gives_a_token_for_a_password(world):
    assert good(ask_token(world)).keys() == {"access_token", "expires_in", "token_type", "scope", "refresh_token"}


def test_it_gives_no_refresh_token_without_offline_access(world):
    assert "refresh_token" not in good(ask_token(world, scope="api"))


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"password": "wrong"}, "invalid_grant"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"grant_type": "client_credentials"}, "unauthorized_client"),
        ({"grant_type": "mine"}, "unsupported_grant_type"),
    ],
)
def test_it_refuses_a_token_with_the_standard_errors(world, more, error):
    answer = ask_token(world, **more)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_it_rotates_the_refresh_token(world):
    first = good(ask_token(world))["refresh_token"]
    good(refresh(world, first))
    assert refresh(world, first).json() == {"error": "invalid_grant"}


def test_it_ends_the_chain_of_refresh_tokens_thirty_days_after_the_first_sign_in(world):
    token = good(ask_token(world))["refresh_token"]
    for _ in range(3):
        world.advance(9.9 * 86400)
        token = good(refresh(world, token))["refresh_token"]
    world.advance(86400)
    assert refresh(world, token).status_code == 400


def test_it_ends_an_access_token_after_an_hour(world):
    client = signed_in(world)
    world.advance(3601)
    assert client.get("/Customer").status_code == 401


def test_it_hands_the_code_to_the_registered_address(world):
    found = parse_qs(urlsplit(code_for(world).headers["Location"]).query)
    assert found["state"] == ["s1"]
    assert good(exchange(world, found["code"][0]))["token_type"] == "Bearer"


def test_it_takes_a_code_once(world):
    code = parse_qs(urlsplit(code_for(world).headers["Location"]).query)["code"][0]
    good(exchange(world, code))
    assert exchange(world, code).json() == {"error": "invalid_grant"}


def test_it_wants_the_redirect_address_exactly_as_registered(world):
    assert code_for(world, redirect_uri=REDIRECTS[0] + "/").status_code == 400


def test_it_refuses_a_code_with_another_redirect_address(world):
    code = parse_qs(urlsplit(code_for(world).headers["Location"]).query)["code"][0]
    assert exchange(world, code, REDIRECTS[1]).status_code == 400


def test_it_shows_a_page_to_sign_in_on(world):
    query = {"client_id": CLIENT_ID, "redirect_uri": REDIRECTS[0], "response_type": "code", "scope": "api"}
    assert 'name="password"' in anonymous(world).get("/identity/connect/authorize", params=query).text


def test_it_chooses_the_tenant_by_the_client_id(world):
    client = signed_in(world, client_id=OTHER_TENANT)
    good(client.put("/Customer", json={"CustomerName": {"value": "Elsewhere"}}))
    assert good(signed_in(world).get("/Customer")) == []


def test_it_publishes_its_discovery_document(world):
    found = good(anonymous(world).get("/identity/.well-known/openid-configuration"))
    assert found["token_endpoint"].endswith("/Acme/identity/connect/token")


# 2.2 cookies


def test_it_logs_in_and_out_with_cookies(world):
    client, answer = log_in(world)
    assert answer.status_code == 204
    assert client.get(ENDPOINT + "/Customer").status_code == 200
    assert client.post("/entity/auth/logout").status_code == 204
    assert client.get(ENDPOINT + "/Customer").status_code == 401


def test_it_takes_company_for_tenant_but_not_both(world):
    assert log_in(world, tenant=None, company="ACME")[1].status_code == 204
    assert log_in(world, company="ACME")[1].status_code == 400


def test_it_lands_on_the_default_tenant_without_a_tenant(world):
    good(signed_in(world).put("/Customer", json={"CustomerName": {"value": "Northwind"}}))
    client, answer = log_in(world, tenant="")
    assert answer.status_code == 204
    assert client.get(ENDPOINT + "/Customer").json() == []


def test_it_names_an_unknown_tenant_in_a_500(world):
    answer = log_in(world, tenant="NOPE")[1]
    assert answer.status_code == 500
    assert "PXUndefinedCompanyException" in answer.json()["exceptionType"]


def test_it_says_invalid_credentials_and_locks_the_user(world):
    for _ in range(5):
        assert "Invalid credentials" in log_in(world, password="wrong")[1].text
    assert "Invalid credentials" in log_in(world)[1].text


def test_it_wants_a_content_length_on_post(world):
    client, _ = log_in(world)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    request = httpx.Request("POST", f"{client.base_url}entity/auth/logout", headers={"Cookie": cookies})
    del request.headers["content-length"]
    assert client.send(request).status_code == 411


def test_it_ends_an_idle_cookie_session_after_twenty_minutes(world):
    client, _ = log_in(world)
    world.advance(1201)
    assert client.get(ENDPOINT + "/Customer").status_code == 401


# 2.3 sessions


def test_it_refuses_more_sessions_than_the_licence_allows(world):
    for _ in range(3):
        log_in(world)
    answer = log_in(world)[1]
    assert (answer.status_code, "API Login Limit" in answer.text) == (500, True)


def test_it_can_word_the_login_limit_as_429():
    world = make_world(login_limit_status=429, api_users=1)
    log_in(world)
    assert log_in(world)[1].status_code == 429


def test_it_frees_a_slot_on_logout(world):
    clients = [log_in(world)[0] for _ in range(3)]
    clients[0].post("/entity/auth/logout")
    assert log_in(world)[1].status_code == 204


def test_it_keeps_one_session_for_a_grant_across_refreshes():
    world = make_world(api_users=1)
    first = good(ask_token(world))
    client = anonymous(world, ENDPOINT)
    for _ in range(3):
        client.headers["Authorization"] = f"Bearer {first['access_token']}"
        assert client.get("/Customer").status_code == 200
        first = good(refresh(world, first["refresh_token"]))


def test_it_gives_each_grant_a_session_of_its_own():
    world = make_world(api_users=1)
    good(signed_in(world).get("/Customer"))
    assert "API Login Limit" in signed_in(world).get("/Customer").text


def test_it_opens_a_session_per_cookie_jar_with_concurrent_access():
    world = make_world(api_users=2)
    client = signed_in(world, scope="api offline_access api:concurrent_access")
    for _ in range(3):
        good(client.get("/Customer"))
    client.cookies.clear()
    good(client.get("/Customer"))
    client.cookies.clear()
    assert "API Login Limit" in client.get("/Customer").text


def test_it_loses_sessions_and_tokens_by_fault(world):
    client = signed_in(world)
    fault(world, "session_lost", times=1)
    assert [client.get("/Customer").status_code for _ in range(2)] == [401, 200]
    fault(world, "token_expired", times=1)
    assert [client.get("/Customer").status_code for _ in range(2)] == [401, 401]


def test_it_refuses_a_screen_without_rights(world):
    order(world, "rights", forbidden=["GL301000"])
    assert signed_in(world).get("/JournalTransaction").status_code == 403
