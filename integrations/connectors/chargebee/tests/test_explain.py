"""What Chargebee's raw answers mean to us."""

import json

import httpx
import pytest

from integrations.answer import Answer
from integrations.connectors.chargebee.connector import CONNECTOR
from integrations.connectors.chargebee.explain import judge
from integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ContractError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    UnavailableError,
)

HTML = b"<html><head><title>502 Bad Gateway</title></head><body></body></html>"


def answer(status, body, **headers):
    return Answer(
        method="GET",
        host="acme-test.chargebee.com",
        path="/api/v2/invoices",
        status=status,
        headers=httpx.Headers(headers),
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        request_id="r1",
        ms=1,
    )


def failure(code, **more):
    return {"message": "Sorry.", "api_error_code": code, **more}


def judged(status, body, **headers):
    with pytest.raises(Exception) as caught:
        judge(answer(status, body, **headers), False)
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (400, failure("param_wrong_value", param="limit"), ContractError, "chargebee_refused_request"),
        (400, failure("param_wrong_value", param="offset"), ContractError, "chargebee_bad_offset"),
        (400, failure("configuration_incompatible"), ConfigurationError, "chargebee_other_catalogue"),
        (401, failure("api_authentication_failed"), AuthenticationError, "chargebee_wrong_key"),
        (401, failure("basic_authentication_failed"), AuthenticationError, "chargebee_wrong_key"),
        (401, HTML, AuthenticationError, "chargebee_wrong_key"),
        (403, failure("api_authorization_failed"), PrivilegeError, "chargebee_restricted_key"),
        (403, failure("request_blocked"), ConfigurationError, "chargebee_site_blocked"),
        (403, failure("request_blocked", error_code="api_disabled"), ConfigurationError, "chargebee_api_disabled"),
        (403, {"message": "Sorry.", "error_code": "api_disabled"}, ConfigurationError, "chargebee_api_disabled"),
        (403, HTML, UnavailableError, "chargebee_gateway_page"),
        (404, failure("site_not_found"), ConfigurationError, "chargebee_site_not_found"),
        (404, failure("resource_not_found"), RejectedError, "chargebee_unknown_record"),
        (404, HTML, ConfigurationError, "chargebee_site_not_found"),
        (405, failure("http_method_not_supported"), ContractError, "chargebee_refused_request"),
        (409, failure("invalid_state_for_request"), ContractError, "chargebee_refused_request"),
        (429, failure("api_request_limit_exceeded"), RateLimitError, "chargebee_rate_limited"),
        (429, failure("lock_timeout"), RateLimitError, "chargebee_record_busy"),
        (429, b"Too many requests", RateLimitError, "chargebee_rate_limited"),
        (500, failure("internal_error"), UnavailableError, "chargebee_unavailable"),
        (502, HTML, UnavailableError, "chargebee_gateway_page"),
        (503, failure("db_connection_failure", type="invalid_request"), UnavailableError, "chargebee_unavailable"),
        (503, failure("site_not_ready"), UnavailableError, "chargebee_maintenance"),
        (504, b"", UnavailableError, "chargebee_gateway_page"),
        (200, HTML, UnavailableError, "chargebee_gateway_page"),
    ],
)
def test_it_classifies_by_status_then_code(status, body, error, code):
    found = judged(status, body)
    assert (type(found), found.code) == (error, code)


def test_it_lets_a_good_answer_pass():
    assert judge(answer(200, {"list": []}), False) is None


@pytest.mark.parametrize(("hint", "seconds"), [({"retry-after": "17"}, 17.0), ({}, None)])
def test_it_hands_on_how_long_to_wait(hint, seconds):
    assert judged(429, failure("api_request_limit_exceeded"), **hint).retry_after_s == seconds


def test_it_names_the_parameter_that_was_refused():
    assert judged(400, failure("param_wrong_value", param="limit")).field == "limit"


def test_it_names_call_and_next_step():
    assert judged(401, failure("api_authentication_failed")).message == (
        "GET /api/v2/invoices at acme-test.chargebee.com answered 401: the API key is refused. Copy a key of exactly "
        "this site (test and live sites have different ones). It said: “Sorry.”"
    )


def test_it_explains_at_least_ten_codes_each_once():
    codes = [explanation.code for explanation in CONNECTOR.explanations]
    assert len(codes) == len(set(codes)) >= 10


def test_it_gives_every_explanation_a_cause_and_a_fix():
    assert all(one.title and one.cause.endswith(".") and one.fix.endswith(".") for one in CONNECTOR.explanations)
