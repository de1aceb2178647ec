"""Raw answers as the vendor file gives them become codes, sentences and consequences."""

import pytest

from integrations.connectors.acumatica import rules
from integrations.connectors.acumatica.explain import entity_of, faults_of, judge, judge_login, judge_token
from integrations.connectors.acumatica.explanations import EXPLANATIONS
from integrations.connectors.acumatica.tests.client_kit import answer_of
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

BASE = "/Acme/entity/Default/24.200.001"
STATUS = f"{BASE}/Invoice/ReleaseInvoice/status/7b1f0000-0000-0000-0000-000000000000"
KNOWN = {known.code for known in EXPLANATIONS}


def thrown(message: str, kind: str = "PX.Data.PXException") -> dict[str, str]:
    said = {"message": "An error has occurred.", "exceptionMessage": message, "exceptionType": kind}
    return {**said, "stackTrace": "   at PX.Data.PXGraph.Persist() in C:\\build\\PXGraph.cs:line 1"}


def echoed(**errors: str) -> dict[str, object]:
    fields = {name: {"value": "NOPE", "error": error} for name, error in errors.items()}
    return {"id": "x", "rowNumber": 1, "error": "Saving raised errors.", "ReferenceNbr": {"value": "<NEW>"}, **fields}


def raised(answer, *, is_write: bool = True) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        judge(answer, is_write)
    return caught.value


@pytest.mark.parametrize(
    ("status", "said", "error", "code"),
    [
        (422, echoed(CustomerID="'Customer' cannot be found in the system."), MissingReferenceError, "value_unknown"),
        (422, echoed(Date="The financial period 02-2026 is inactive."), ClosedPeriodError, "period_closed"),
        (422, echoed(Date="The 01-2026 financial period is closed in AR."), ClosedPeriodError, "period_closed"),
        (422, echoed(Date="Financial Period cannot be found in the system."), ClosedPeriodError, "period_missing"),
        (422, echoed(CuryID="The currency rate is not defined."), MissingReferenceError, "rate_missing"),
        (422, echoed(BatchNbr="Batch is out of balance, please review."), RejectedError, "out_of_balance"),
        (422, echoed(Amount="The document is out of the balance."), RejectedError, "refused"),
        (422, echoed(AmountPaid="The amount exceeds the open balance."), RejectedError, "over_applied"),
        (422, echoed(Terms="'Terms' cannot be empty."), RejectedError, "field_missing"),
        (422, echoed(Account="Account 11000 is a control account for AR."), RejectedError, "control_account"),
        (422, echoed(CustomerID="The customer status is 'On Hold'."), RejectedError, "customer_on_hold"),
        (422, echoed(Status="The document is already released."), RejectedError, "released_document"),
        (422, echoed(Odd="Something that nobody has seen."), RejectedError, "refused"),
        (
            400,
            {"message": "The request is invalid.", "modelState": {"entity.Date": ["bad"]}},
            ContractError,
            "unwrapped_value",
        ),
        (500, thrown("Another process has updated the 'ARRegister' record."), TransientError, "record_changed"),
        (500, thrown("x", "PX.Data.PXSetupNotEnteredException"), ConfigurationError, "set_up_missing"),
        (500, thrown("The previous operation has not been completed yet."), UnavailableError, "screen_busy"),
        (500, thrown("Object reference not set", "System.NullReferenceException"), RejectedError, "not_on_screen"),
        (500, thrown("Nobody knows."), UnknownOutcomeError, "broke_off"),
        (500, "<html>Runtime Error</html>", UnknownOutcomeError, "broke_off"),
        (500, thrown("API Login Limit"), RateLimitError, "login_limit"),
        (429, {"message": "API Login Limit"}, RateLimitError, "login_limit"),
        (401, "", AuthenticationError, "session_refused"),
        (403, {"message": "You have insufficient rights."}, PrivilegeError, "role_missing"),
        (404, "", ConfigurationError, "endpoint_missing"),
        (406, "", ConfigurationError, "endpoint_missing"),
        (412, {"message": "Precondition failed"}, DuplicateError, "precondition"),
    ],
)
def test_it_names_the_consequence_of_a_refused_write(status, said, error, code):
    found = raised(answer_of(status, said))
    assert (type(found), found.code) == (error, f"acumatica_{code}")


@pytest.mark.parametrize(
    ("status", "said", "error", "code"),
    [
        (
            500,
            thrown("x", "PX.Api.NoEntitySatisfiesTheConditionException"),
            MissingReferenceError,
            "acumatica_not_found",
        ),
        (500, thrown("Optimization cannot be performed."), RejectedError, "acumatica_not_listable"),
        (500, thrown("A binary operator with incompatible types"), RejectedError, "acumatica_filter_refused"),
        (500, thrown("Nobody knows."), UnavailableError, "acumatica_down"),
        (500, "<html></html>", UnavailableError, "acumatica_down"),
        (502, "<html></html>", UnavailableError, "unavailable"),
        (429, "", RateLimitError, "rate_limit"),
    ],
)
def test_it_names_the_consequence_of_a_refused_read(status, said, error, code):
    found = raised(answer_of(status, said), is_write=False)
    assert (type(found), found.code) == (error, code)


@pytest.mark.parametrize(
    ("status", "said", "error", "code"),
    [
        (500, thrown("The financial period is closed."), ClosedPeriodError, "acumatica_period_closed"),
        (500, thrown("Nobody knows."), RejectedError, "acumatica_action_failed"),
        (400, thrown("Nobody knows."), RejectedError, "acumatica_action_failed"),
        (500, thrown("Another process has updated the record."), TransientError, "acumatica_record_changed"),
        (500, {"message": "Internal error"}, UnavailableError, "acumatica_down"),
        (404, "", UnknownOutcomeError, "acumatica_action_forgotten"),
    ],
)
def test_it_names_how_an_action_ended(status, said, error, code):
    found = raised(answer_of(status, said, STATUS), is_write=False)
    assert (type(found), found.code) == (error, code)


@pytest.mark.parametrize(
    ("error", "code", "field"),
    [
        ("invalid_client", "acumatica_client_refused", "client_id"),
        ("invalid_grant", "acumatica_password_refused", "password"),
        ("unauthorized_client", "acumatica_flow_not_allowed", "grant"),
        ("unsupported_grant_type", "acumatica_flow_not_allowed", "grant"),
        ("invalid_scope", "acumatica_scope_refused", "client_id"),
        ("something_new", "acumatica_sign_in_refused", "client_id"),
    ],
)
def test_it_names_why_a_grant_is_refused(error, code, field):
    with pytest.raises(AuthenticationError) as caught:
        judge_token(answer_of(400, {"error": error}), "password")
    assert (caught.value.code, caught.value.field) == (code, field)


def test_it_says_that_no_acumatica_answers():
    with pytest.raises(ConfigurationError) as caught:
        judge_token(answer_of(404, "<html>Not found</html>"), "password")
    assert caught.value.code == "acumatica_not_here"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (thrown("Invalid credentials. Please try again."), "acumatica_password_refused"),
        (thrown("x", "PX.Data.PXUndefinedCompanyException"), "acumatica_tenant_unknown"),
        (thrown("The branch NOWHERE is not accessible"), "acumatica_branch_unknown"),
        (thrown("Your account has been locked out"), "acumatica_user_locked"),
    ],
)
def test_it_names_why_a_cookie_sign_in_is_refused_by_its_words(said, code):
    with pytest.raises(AuthenticationError) as caught:
        judge_login(answer_of(500, said))
    assert caught.value.code == code


def test_it_names_the_field_at_any_depth():
    said = {
        "ReferenceNbr": {"value": "<NEW>"},
        "Details": [{"InventoryID": {"value": "X1", "error": "'Inventory ID' cannot be found in the system."}}],
    }
    found = raised(answer_of(422, said))
    assert (found.field, found.value) == ("Details.InventoryID", "X1")
    assert "X1" in found.message


def test_it_says_the_fields_before_the_summary():
    assert [fault.field for fault in faults_of(answer_of(422, echoed(Date="bad")))] == ["Date", ""]


def test_it_reads_what_an_error_is_wrapped_in():
    said = {**thrown("Outer"), "innerException": thrown("The financial period is closed.")}
    assert raised(answer_of(422, said)).code == "acumatica_period_closed"


def test_it_shows_no_stack_no_address_and_no_markup():
    found = raised(answer_of(422, thrown("<b>Bad</b> at https://inside.example/x?token=abc   at PX.Data.Foo() line 1")))
    assert "inside.example" not in found.message + found.answer
    assert "<" not in found.message
    assert "PX.Data.Foo" not in found.message


@pytest.mark.parametrize(
    ("path", "entity"),
    [
        (f"{BASE}/SalesInvoice", "SalesInvoice"),
        (f"{BASE}/SalesInvoice/Invoice/AR004711", "SalesInvoice/Invoice"),
        (f"{BASE}/Invoice/ReleaseInvoice", "Invoice/ReleaseInvoice"),
        ("/Acme/entity", "entity"),
    ],
)
def test_it_names_what_was_called(path, entity):
    assert entity_of(path) == entity


def test_it_explains_every_code_of_its_rules():
    assert {rule.code for rule in (*rules.NOT_SAVED, *rules.BUSINESS)} <= KNOWN


def test_it_says_for_each_code_who_must_act_and_where():
    assert len(KNOWN) == len(EXPLANATIONS) >= 50
    assert all(one.cause and one.fix and one.title for one in EXPLANATIONS)
