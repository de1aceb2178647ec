"""Raw answers become codes: by BDC code whatever the status, in every shape that was ever seen."""

from datetime import UTC, datetime

import pytest

from integrations.connectors.billcom.explain import faults_in, judge
from integrations.connectors.billcom.explanations import EXPLANATIONS
from integrations.connectors.billcom.rules import RULES
from integrations.connectors.billcom.tests.client_kit import answer_of, fault_entry
from integrations.errors import (
    AuthenticationError,
    ConnectorError,
    DuplicateError,
    MissingReferenceError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    TransientError,
    UnavailableError,
    UnknownOutcomeError,
)

NOW = datetime(2026, 11, 2, 12, 40, 0, tzinfo=UTC)
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


def judged(status: int, said: object, is_write: bool = True, **options) -> ConnectorError:
    method = "POST" if is_write else "GET"
    with pytest.raises(ConnectorError) as caught:
        judge(answer_of(status, said, method), is_write, now=NOW, **options)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "message", "error", "ours"),
    [
        (401, "BDC_1101", "Invalid username or password.", AuthenticationError, "billcom_wrong_login"),
        (401, "BDC_1102", "The developer key is invalid.", AuthenticationError, "billcom_wrong_dev_key"),
        (400, "BDC_1103", "The developer key is inactive.", AuthenticationError, "billcom_dev_key_inactive"),
        (400, "BDC_1104", "Terms not accepted.", AuthenticationError, "billcom_terms_not_accepted"),
        (423, "BDC_1107", "The organization is locked out.", UnavailableError, "billcom_org_locked"),
        (401, "BDC_1109", "Session is invalid. Please log in.", TransientError, "session_ended"),
        (400, "BDC_1110", "This login is locked.", AuthenticationError, "billcom_login_locked"),
        (400, "BDC_1111", "No active user.", AuthenticationError, "billcom_user_inactive"),
        (400, "BDC_1113", "Login failed.", AuthenticationError, "billcom_login_failed"),
        (400, "BDC_1117", "vendorId: is required", RejectedError, "billcom_missing_field"),
        (400, "BDC_1119", "email: is not an e-mail address", RejectedError, "billcom_invalid_value"),
        (404, "BDC_1121", "No such endpoint", ConnectorError, "billcom_unknown_endpoint"),
        (400, "BDC_1143", "invoiceNumber too long", RejectedError, "billcom_invoice_number_too_long"),
        (400, "BDC_1143", "vendorId: vendor 009 is archived", MissingReferenceError, "billcom_invalid_reference"),
        (400, "BDC_1143", "The bill has a scheduled payment.", RejectedError, "billcom_bill_locked"),
        (422, "BDC_1144", "20000 requests per hour", RateLimitError, "billcom_hourly_quota"),
        (429, "BDC_1144", "20000 requests per hour", RateLimitError, "billcom_hourly_quota"),
        (403, "BDC_1145", "No permission.", PrivilegeError, "billcom_permission_missing"),
        (422, "BDC_1171", "Duplicate invoice number.", DuplicateError, "billcom_duplicate_invoice"),
        (404, "BDC_1205", "No bill exists with id 00n.", MissingReferenceError, "billcom_unknown_record"),
        (422, "BDC_1322", "3 concurrent requests", RateLimitError, "billcom_too_many_at_once"),
        (429, "BDC_1322", "3 concurrent requests", RateLimitError, "billcom_too_many_at_once"),
        (403, "BDC_1361", "Session has expired.", TransientError, "session_ended"),
        (403, "BDC_1361", "Session is untrusted.", PrivilegeError, "billcom_mfa_needed"),
        (400, "BDC_1001", "A system error occurred.", UnknownOutcomeError, "billcom_system_error"),
        (500, "BDC_1002", "An unknown error occurred.", UnknownOutcomeError, "billcom_system_error"),
        (400, "BDC_1999", "Something new.", RejectedError, "billcom_rejected"),
    ],
)
def test_it_turns_a_code_into_an_error(status, code, message, error, ours):
    found = judged(status, [fault_entry(code, message)])
    assert isinstance(found, error)
    assert found.code == ours


def test_a_refusal_of_several_fields_names_one_and_a_rolled_back_sibling_last():
    entries = [
        fault_entry("BDC_1246", "[0]: rolled back"),
        fault_entry("BDC_1124", "dueDate: must be a date", params=[{"name": "dueDate"}]),
    ]
    assert judged(400, entries).field == "dueDate"


@pytest.mark.parametrize(
    "said",
    [
        {"code": "BDC_1145", "message": "No permission."},
        {"errors": [{"code": "BDC_1145", "message": "No permission."}]},
        [{"code": "BDC_1145", "message": "No permission."}],
    ],
)
def test_it_reads_every_shape_of_an_error(said):
    assert judged(422, said).code == "billcom_permission_missing"


def test_a_missing_permission_names_the_operation():
    assert judged(403, [fault_entry("BDC_1145", "No.")], is_write=False).value == "read bills"


def test_the_hourly_quota_waits_for_the_next_clock_hour():
    assert judged(422, [fault_entry("BDC_1144", "quota")]).retry_after_s == 1201


@pytest.mark.parametrize("status", [200, 404, 502])
def test_a_web_page_is_unknown_on_a_write_and_transient_on_a_read(status):
    assert isinstance(judged(status, HTML), UnknownOutcomeError)
    assert isinstance(judged(status, HTML, is_write=False), UnavailableError)


def test_a_session_that_is_refused_again_and_again_is_a_matter_of_credentials():
    found = judged(401, [fault_entry("BDC_1109", "Session is invalid.")], is_session_refused=True)
    assert found.code == "billcom_session_refused"


@pytest.mark.parametrize("text", ["", "null", "[]", "[1]", '"x"', "{", "[" * 5000])
def test_it_survives_bodies_that_are_none(text):
    assert faults_in(text) == ()


def test_no_message_is_a_bare_status_or_code():
    assert all(len(rule.next_step.split()) > 4 for rule in RULES)


def test_every_code_is_explained_with_its_fix():
    explained = {one.code for one in EXPLANATIONS}
    assert {rule.code for rule in RULES} <= explained
    assert all(one.cause and one.fix and one.title for one in EXPLANATIONS)
    assert len(explained) == len(EXPLANATIONS) >= 10


def test_at_least_ten_fixes_name_a_menu_of_bill():
    menus = ("Settings >", "Payables >")
    assert sum(any(menu in one.fix for menu in menus) for one in EXPLANATIONS) >= 10
