"""Raw answers, as the vendor's pages and public clients show them, and the codes they become."""

from dataclasses import dataclass

import pytest

from integrations.connectors.netsuite.explain import faults_of, judge
from integrations.connectors.netsuite.explanations import EXPLANATIONS
from integrations.connectors.netsuite.tests.client_kit import answer_of, fault
from integrations.errors import (
    AuthenticationError,
    ClosedPeriodError,
    ConfigurationError,
    ConnectorError,
    ContractError,
    DuplicateError,
    MissingReferenceError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    TransientError,
    UnavailableError,
    UnknownOutcomeError,
)


def judged(answer, *, is_write=True, is_role_refused=False) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        judge(answer, is_write, is_role_refused=is_role_refused)
    return caught.value


@dataclass(frozen=True)
class Case:
    status: int
    said: str
    detail: str
    error: type
    code: str
    path: str = ""
    field: str = ""
    value: str = ""


PREFIX = "Error while accessing a resource. "
APPLY = "Unable to find a matching line for sublist apply with key: [doc,line] - [7001,0]."
HIDDEN = "Invalid search query. Search error occurred: Record 'transaction' was not found."
UNKNOWN = "Invalid search query. Unknown identifier 'foo'"
READ_ONLY = "You do not have permissions to set a value for element total due to: the field is read-only."
NEEDED = "Permission Violation: You need a higher level of the 'Invoice' permission to access this page."
CLOSED = "The transaction date you specified is in a period that is closed."
LOCKED = "You cannot create or edit transactions in a locked period."
OUTSIDE = "The document date is outside of the accounting period."
BAD_VALUE = PREFIX + "Invalid Field Value 88 for the following field: department"
MANDATORY = PREFIX + "Please enter value(s) for: Location."
LINE_PATH = "item.items[3].rate"

CASES = (
    Case(
        400, "INVALID_CONTENT", BAD_VALUE, MissingReferenceError, "netsuite_invalid_reference", "", "department", "88"
    ),
    Case(400, "INVALID_CONTENT", "Cannot read.", RejectedError, "netsuite_invalid_value", LINE_PATH, "item.rate"),
    Case(400, "USER_ERROR", MANDATORY, RejectedError, "netsuite_mandatory_field", field="Location"),
    Case(400, "USER_ERROR", "This record already exists", DuplicateError, "netsuite_duplicate"),
    Case(400, "DUP_RCRD", "A customer record with this ID exists.", DuplicateError, "netsuite_duplicate"),
    Case(400, "USER_ERROR", "A record with this name already exists.", DuplicateError, "netsuite_duplicate"),
    Case(400, "USER_ERROR", CLOSED, ClosedPeriodError, "netsuite_period_closed"),
    Case(400, "USER_ERROR", LOCKED, ClosedPeriodError, "netsuite_period_closed"),
    Case(400, "USER_ERROR", OUTSIDE, ClosedPeriodError, "netsuite_period_closed"),
    Case(400, "USER_ERROR", APPLY, RejectedError, "netsuite_apply_no_match", value="7001,0"),
    Case(400, "USER_ERROR", READ_ONLY, RejectedError, "netsuite_field_not_writable", field="total"),
    Case(400, "INVALID_REQUEST", "The request is malformed.", RejectedError, "netsuite_invalid_request"),
    Case(400, "INVALID_URL", "It must be <service>/v1/<record>/<id>.", RejectedError, "netsuite_invalid_request"),
    Case(400, "USER_ERROR", "The workflow says no.", RejectedError, "netsuite_rejected"),
    Case(403, "INSUFFICIENT_PERMISSION", "Permission Violation.", PrivilegeError, "netsuite_permission_missing"),
    Case(403, "INSUFFICIENT_PERMISSION", NEEDED, PrivilegeError, "netsuite_permission_missing", value="Invoice"),
    Case(404, "NONEXISTENT_ID", "The record does not exist.", MissingReferenceError, "netsuite_not_found"),
    Case(400, "INVALID_PARAMETER", HIDDEN, PrivilegeError, "netsuite_table_hidden", value="transaction"),
    Case(400, "INVALID_PARAMETER", UNKNOWN, ContractError, "netsuite_query_refused", value="foo"),
    Case(429, "CONCURRENCY_LIMIT_EXCEEDED", "Too many.", RateLimitError, "netsuite_too_many_requests"),
    Case(400, "RCRD_HAS_BEEN_CHANGED", "Changed.", TransientError, "netsuite_record_changed"),
    Case(500, "RCRD_HAS_BEEN_CHANGED", "Changed.", TransientError, "netsuite_record_changed"),
    Case(500, "UNEXPECTED_ERROR", "Error ID: abc", UnknownOutcomeError, "netsuite_unexpected_error"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.status} {case.detail[:40]}")
def test_it_names_a_refused_write(case):
    error = judged(fault(case.status, case.said, case.detail, case.path))
    assert (type(error), error.code) == (case.error, case.code)


@pytest.mark.parametrize("case", [case for case in CASES if case.field], ids=lambda case: case.code)
def test_it_names_the_field_to_mend_alike_on_all_lines(case):
    assert judged(fault(case.status, case.said, case.detail, case.path)).field == case.field


@pytest.mark.parametrize("case", [case for case in CASES if case.value], ids=lambda case: case.code)
def test_it_names_the_value_to_mend(case):
    assert judged(fault(case.status, case.said, case.detail, case.path)).value == case.value


def test_it_explains_every_code_that_it_gives():
    known = {explanation.code for explanation in EXPLANATIONS}
    assert {case.code for case in CASES} <= known


def test_it_explains_each_code_once():
    codes = [explanation.code for explanation in EXPLANATIONS]
    assert len(codes) == len(set(codes))


def test_it_takes_a_server_error_on_a_read_for_passing():
    assert type(judged(fault(500, "UNEXPECTED_ERROR", "Error ID: abc"), is_write=False)) is UnavailableError


def test_it_takes_a_gateway_page_after_a_write_for_unknown():
    assert type(judged(answer_of(502, "<html>Bad Gateway</html>"))) is UnknownOutcomeError


def test_it_reads_oracles_broken_throttling_sample():
    broken = '{"type": "x" "title": "Bad Request", "status": 429, "o:errorDetails": [{"detail": "Too many.", ' \
        '"o:errorCode": "CONCURRENCY_LIMIT_EXCEEDED"}]}'  # fmt: skip
    assert type(judged(answer_of(400, broken))) is RateLimitError


def test_it_honours_retry_after_where_there_is_one():
    assert judged(answer_of(429, "busy", **{"Retry-After": "7"})).retry_after_s == 7.0


def test_it_reads_the_older_form_with_the_code_at_top_level():
    said = {"title": "No", "status": 400, "o:errorCode": "USER_ERROR", "detail": "Because."}
    faults = faults_of(answer_of(400, said))
    assert [(fault.code, fault.detail) for fault in faults] == [("USER_ERROR", "Because.")]


def test_it_prefers_the_telling_detail_among_several():
    details = [
        {"detail": "Something.", "o:errorCode": "USER_ERROR"},
        {"detail": "Please enter value(s) for: Class", "o:errorCode": "USER_ERROR"},
    ]
    assert judged(answer_of(400, {"o:errorDetails": details})).code == "netsuite_mandatory_field"


def test_it_takes_a_401_for_an_ended_token_while_a_new_one_may_help():
    assert type(judged(fault(401, "INVALID_LOGIN", "Invalid login attempt."))) is TransientError


def test_it_blames_the_role_once_fresh_tokens_are_refused_too():
    error = judged(fault(401, "INVALID_LOGIN", "Invalid login attempt."), is_role_refused=True)
    assert (type(error), error.code) == (AuthenticationError, "netsuite_role_without_rest")


def test_it_takes_a_page_in_foreign_words_for_another_host():
    error = judged(answer_of(404, "<html>Not here</html>"))
    assert (type(error), error.code) == (ConfigurationError, "netsuite_account_unknown")


def test_it_keeps_secrets_out_of_what_it_passes_on():
    error = judged(fault(400, "USER_ERROR", "access_token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc was bad"))
    assert "eyJ" not in error.message + error.answer
