"""Sign-in as the vendor file, section 2, describes it; which fault gives which code is section 10's choice."""

import pytest

from integrations.connectors.netsuite.tests.simulator_kit import (
    HOST,
    RECORDS,
    TOKEN,
    Account,
    certificate,
    ec_key,
    error,
    pem,
    read,
    rsa_key,
)


@pytest.fixture
def account():
    return Account()


def oauth(response):
    return response.status, read(response)


def test_it_gives_a_token_for_an_hour(account):
    """2.2: expires_in is an integer, token_type Bearer."""
    given = read(account.token(account.assertion()))
    assert (given["expires_in"], given["token_type"], len(given)) == (3600, "Bearer", 3)


def test_its_token_opens_the_record_api(account):
    assert account.sign_in().send("GET", f"{RECORDS}/customer").status == 200


@pytest.mark.parametrize("aud", [f"https://{HOST}{TOKEN}", f"https://{HOST.replace('suitetalk', 'restlets')}{TOKEN}"])
def test_it_takes_both_audiences_of_the_documentation(account, aud):
    """2.1: the table says suitetalk, the sample decodes to the restlets host."""
    assert account.token(account.assertion(aud=aud)).status == 200


@pytest.mark.parametrize("scope", [["rest_webservices"], "rest_webservices"])
def test_it_takes_the_scope_as_array_and_as_text(account, scope):
    """2.1: table and sample disagree."""
    assert account.token(account.assertion(scope=scope)).status == 200


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"iss": "somebody-else"}, 401, "invalid_client"),
        ({"aud": "https://1234567.suitetalk.api.netsuite.com" + TOKEN}, 401, "invalid_client"),
        ({"kid": "no-such-certificate"}, 401, "invalid_client"),
        ({"scope": ["everything"]}, 400, "invalid_scope"),
        ({"scope": ["restlets"]}, 400, "invalid_scope"),
        ({"scope": None}, 400, "invalid_scope"),
        ({"iat": None}, 400, "invalid_request"),
        ({"exp": "soon"}, 400, "invalid_request"),
    ],
)
def test_it_refuses_wrong_claims(account, changes, status, code):
    """2.3: the body is the error's name alone."""
    assert oauth(account.token(account.assertion(**changes))) == (status, {"error": code})


@pytest.mark.parametrize(
    ("issued_s", "life_s", "answer"),
    [
        (0, 3600, 200),
        (0, 3601, {"error": "invalid_request"}),
        (59, 600, 200),
        (70, 600, {"error": "invalid_grant"}),
        (-640, 600, 200),
        (-661, 600, {"error": "invalid_grant"}),
    ],
)
def test_it_allows_a_minute_of_skew(account, issued_s, life_s, answer):
    """10: expired or future iat (> 60 s skew); exp at most an hour after iat."""
    now = account.world.clock.epoch_s()
    response = account.token(account.assertion(iat=now + issued_s, exp=now + issued_s + life_s))
    assert answer in (response.status, read(response))


def test_it_names_the_account_when_the_client_is_refused(account):
    """2.3: WWW-Authenticate: Basic realm="<account>"."""
    response = account.token(account.assertion(iss="x"))
    assert response.header("WWW-Authenticate") == 'Basic realm="7654321_SB1"'


def test_it_refuses_another_keys_signature(account):
    response = account.token(account.assertion(key=pem(ec_key("256"))))
    assert oauth(response) == (401, {"error": "invalid_client"})


def test_it_refuses_rs256(account):
    """2.1: RS256 is absent from the current list."""
    registered = account.control("POST certificates", certificate_pem=certificate(rsa_key(3072)))
    assertion = account.assertion(key=pem(rsa_key(3072)), algorithm="RS256", kid=registered["certificate_id"])
    assert oauth(account.token(assertion)) == (400, {"error": "invalid_request"})


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (lambda: rsa_key(3072), "PS256"),
        (lambda: rsa_key(3072), "PS512"),
        (lambda: ec_key("256"), "ES256"),
        (lambda: ec_key("384"), "ES384"),
        (lambda: ec_key("521"), "ES512"),
    ],
)
def test_it_takes_the_keys_of_the_documentation(account, key, algorithm):
    """2.5: RSA 3072 or 4096, EC 256, 384, 521."""
    registered = account.control("POST certificates", certificate_pem=certificate(key()))
    assertion = account.assertion(key=pem(key()), algorithm=algorithm, kid=registered["certificate_id"])
    assert account.token(assertion).status == 200


def test_it_does_not_register_a_short_rsa_key(account):
    """2.5: 2048 is out."""
    with pytest.raises(ValueError, match="3072 or 4096 bits, this one has 2048"):
        account.control("POST certificates", certificate_pem=certificate(rsa_key(2048)))


def test_it_maps_one_certificate_per_client_role_and_entity(account):
    options = {"certificate_pem": certificate(ec_key("256")), "entity": "robot"}
    account.control("POST certificates", **options)
    with pytest.raises(ValueError, match="already"):
        account.control("POST certificates", **options)


def test_it_refuses_a_revoked_certificate_and_its_tokens(account):
    account.sign_in()
    account.control("POST certificate", status="revoked")
    assert oauth(account.token(account.assertion())) == (400, {"error": "invalid_grant"})
    assert account.send("GET", f"{RECORDS}/customer").status == 401


def test_it_cuts_a_certificate_to_two_years(account):
    """2.5: a longer validity is cut to two years."""
    registered = account.control("POST certificates", certificate_pem=certificate(ec_key("384"), days=3000))
    account.world.advance(740 * 86400)
    assertion = account.assertion(key=pem(ec_key("384")), algorithm="ES384", kid=registered["certificate_id"])
    assert oauth(account.token(assertion)) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "unauthorized_client"),
        ({"grant_type": None}, "invalid_request"),
        ({"client_assertion_type": "jwt"}, "invalid_request"),
        ({"client_assertion": "not.a.jwt"}, "invalid_request"),
        ({"client_assertion": None}, "invalid_request"),
    ],
)
def test_it_refuses_malformed_requests(account, changes, code):
    assert oauth(account.token(account.assertion(), **changes)) == (400, {"error": code})


def test_it_wants_a_form(account):
    response = account.send("POST", TOKEN, {"grant_type": "client_credentials"}, authorization=None)
    assert oauth(response) == (400, {"error": "invalid_request"})


def test_it_refuses_a_second_way_to_authenticate(account):
    """2.3: several authentication methods."""
    body = f"grant_type=client_credentials&client_assertion={account.assertion()}".encode()
    form = "application/x-www-form-urlencoded"
    response = account.send("POST", TOKEN, body, authorization="Basic eDp5", content_type=form)
    assert oauth(response) == (400, {"error": "invalid_request"})


def test_a_token_ends_after_an_hour(account):
    account.sign_in()
    account.world.advance(3601)
    response = account.send("GET", f"{RECORDS}/customer")
    assert error(response)[:2] == (401, "INVALID_LOGIN")
    assert 'error="invalid_token"' in response.header("WWW-Authenticate")


@pytest.mark.parametrize(("header", "status"), [(None, 401), ("Bearer nonsense", 401), ("Basic eDp5", 400)])
def test_it_refuses_calls_without_a_good_bearer(account, header, status):
    """2.4: 401 invalid_token, 400 invalid_request."""
    assert account.send("GET", f"{RECORDS}/customer", authorization=header).status == status


def test_a_role_without_rest_looks_like_a_bad_token(account):
    """2.4 and 7.1: the same 401 covers both."""
    account.sign_in().control("POST role", lacks=["REST Web Services"])
    assert error(account.send("GET", f"{RECORDS}/customer"))[:2] == (401, "INVALID_LOGIN")


def test_a_client_without_the_grant_is_not_authorised(account):
    account.control("POST integrations", client_credentials=False)
    assert oauth(account.token(account.assertion())) == (400, {"error": "unauthorized_client"})


def test_another_accounts_host_knows_nobody(account):
    """10: the mapped sub-domain, so a wrong account mapping fails."""
    account.host = "7654321.suitetalk.api.netsuite.com"
    response = account.token(account.assertion(aud=f"https://{account.host}{TOKEN}"))
    assert oauth(response) == (401, {"error": "invalid_client"})
    assert response.header("WWW-Authenticate") == 'Basic realm="7654321"'


def test_a_token_is_no_good_on_another_accounts_host(account):
    account.sign_in()
    account.host = "7654321.suitetalk.api.netsuite.com"
    assert error(account.send("GET", f"{RECORDS}/customer"))[:2] == (401, "INVALID_LOGIN")


def test_an_underscore_is_no_host_name(account):
    """1: `_` becomes `-`."""
    account.host = "7654321_sb1.suitetalk.api.netsuite.com"
    assert account.token(account.assertion()).status == 404


def test_a_bare_address_is_the_default_account(account):
    account.host = "127.0.0.1:8104"
    response = account.token(account.assertion(aud=f"http://127.0.0.1:8104{TOKEN}"))
    assert response.status == 200


def test_credentials_survive_a_reset(account):
    before = account.simulator.credentials()
    account.world.reset()
    assert account.simulator.credentials() == before
    assert account.token(account.assertion()).status == 200
