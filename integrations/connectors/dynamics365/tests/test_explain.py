"""Answers as the vendor file gives them, turned into codes that a person can act on."""

import pytest

from integrations.connectors.dynamics365.credentials import Credentials, clean
from integrations.connectors.dynamics365.entra import refusal
from integrations.connectors.dynamics365.explain import fault_of, judge
from integrations.connectors.dynamics365.explanations import EXPLANATIONS
from integrations.connectors.dynamics365.tests.kit import TYPED, answer_of, error_body, refused
from integrations.contracts import Settings
from integrations.errors import (
    AuthenticationError,
    ClosedPeriodError,
    ConfigurationError,
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

CREDENTIALS = Credentials.of(Settings(connection_id="1", environment="live", values=clean(TYPED)))
ROUTE = {"Message": "No HTTP resource was found that matches the request URI 'https://h/data/Nothing'."}


def judged(answer, is_write: bool = True, **more: bool) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        judge(answer, is_write, **more)
    return caught.value


@pytest.mark.parametrize(
    ("infolog", "error", "code"),
    [
        ("Warning: The value 'ZZZ' in field 'Currency' is not found in the related table 'Currency'.",
         MissingReferenceError, "d365_value_not_found"),
        ("Error: Field 'Customer group' must be filled in.", RejectedError, "d365_mandatory_field"),
        ("Error: Cannot create a record in Customers (CustTable). The record already exists.",
         DuplicateError, "d365_duplicate"),
        ("Error: An update conflict occurred due to another user process deleting the record or changing one or more "
         "fields in the record.", TransientError, "d365_update_conflict"),
        ("Error: Fiscal period for 11/3/2026 is not open.", ClosedPeriodError, "d365_period_closed"),
        ("Error: The period is closed for the module Customer.", ClosedPeriodError, "d365_period_closed"),
        ("Error: Main account 401100 is suspended.", RejectedError, "d365_account_blocked"),
        ("Error: The dimension value CC999 does not exist for CostCenter.", MissingReferenceError,
         "d365_dimension_value"),
        ("Error: The combination 401100-001 is not valid for the account structure.", RejectedError,
         "d365_account_structure"),
        ("Error: Customer CB10042 is on hold.", RejectedError, "d365_customer_on_hold"),
        ("Error: Number sequence for Customer account is used up.", RejectedError, "d365_number_sequence"),
        ("Error: Journal USMF-000412 has already been posted.", RejectedError, "d365_journal_posted"),
        ("Error: A party with this number exists already as a prospect.", RejectedError, "d365_party_conflict"),
        ("Error: No exchange rate between EUR and USD on the date.", RejectedError, "d365_exchange_rate"),
        ("Error: Invoice INV-7 has already been used.", RejectedError, "d365_invoice_number_used"),
        ("Fehler: Der Datensatz ist nicht gültig.", RejectedError, "d365_rejected"),
    ],
)  # fmt: skip
def test_it_names_the_cause_of_a_refused_write(infolog: str, error: type[ConnectorError], code: str):
    found = judged(refused(infolog))
    assert isinstance(found, error)
    assert found.code == code


def test_it_leaves_technical_entries_out_and_keeps_their_field():
    found = judged(
        refused(
            "Warning: The value 'ZZZ' in field 'Currency' is not found in the related table 'Currency'.; "
            "Warning: validateField failed on field 'LedgerJournalLineEntity.CurrencyCode'.; "
            "Error: Update has been canceled."
        )
    )
    assert found.field == "CurrencyCode"
    assert found.value == "ZZZ"
    assert "validateField" not in found.message
    assert "canceled" not in found.message


def test_it_finds_the_reason_in_a_nested_exception():
    body = error_body("Error: Main account 401100 is suspended.")
    inner = body["error"]["innererror"]
    body["error"]["innererror"] = {"message": "", "internalexception": inner}
    assert fault_of(answer_of(400, body)).reasons == ("Main account 401100 is suspended.",)


def test_it_names_an_unknown_property():
    said = "An error has occurred. The property 'Nonsense' does not exist on type 'LedgerJournalLine'."
    found = judged(answer_of(400, {"error": {"code": "", "message": "e", "innererror": {"message": said}}}))
    assert (found.code, found.field) == ("d365_unknown_field", "Nonsense")


@pytest.mark.parametrize(
    ("answer", "is_write", "error", "code"),
    [
        (answer_of(403, {}), True, PrivilegeError, "d365_privilege_missing"),
        (answer_of(404, ROUTE), False, ConfigurationError, "d365_entity_missing"),
        (answer_of(404, {"error": {"code": "", "message": "No such row."}}), False, MissingReferenceError,
         "d365_not_found"),
        (answer_of(404, ""), False, MissingReferenceError, "d365_not_found"),
        (answer_of(404, "<html>Not found</html>"), False, ConfigurationError, "d365_not_an_environment"),
        (answer_of(400, "<html>Bad request</html>"), True, ConfigurationError, "d365_not_an_environment"),
        (answer_of(502, "<html>Bad gateway</html>"), True, UnknownOutcomeError, "d365_down"),
        (answer_of(502, "<html>Bad gateway</html>"), False, UnavailableError, "d365_down"),
        (refused("Error: An update conflict occurred due to another user process.", 500), True, TransientError,
         "d365_update_conflict"),
        (refused("Error: The record already exists.", 500), True, DuplicateError, "d365_duplicate"),
        (refused("Error: Something else.", 500), True, UnknownOutcomeError, "d365_down"),
    ],
)  # fmt: skip
def test_it_chooses_the_consequence_by_status_and_body(answer, is_write: bool, error, code: str):
    found = judged(answer, is_write)
    assert isinstance(found, error)
    assert found.code == code
    assert "<" not in found.message


def test_it_sees_a_refused_application_only_after_fresh_tokens():
    assert isinstance(judged(answer_of(401, "")), TransientError)
    found = judged(answer_of(401, ""), is_refused=True)
    assert isinstance(found, AuthenticationError)
    assert found.code == "d365_app_not_registered"


def test_it_waits_as_asked_and_a_little_longer():
    found = judged(answer_of(429, "experiencing high resource utilization", **{"Retry-After": "12"}))
    assert isinstance(found, RateLimitError)
    assert 12 <= found.retry_after_s < 13


def test_it_waits_ten_seconds_without_a_hint():
    assert 10 <= judged(answer_of(429, "")).retry_after_s < 11


@pytest.mark.parametrize(
    ("word", "number", "code", "field"),
    [
        ("invalid_client", 7000215, "d365_wrong_secret", "client_secret"),
        ("invalid_client", 7000222, "d365_secret_expired", "client_secret"),
        ("unauthorized_client", 700016, "d365_client_unknown", "client_id"),
        ("invalid_request", 90002, "d365_tenant_unknown", "tenant_id"),
        ("invalid_resource", 500011, "d365_environment_unknown", "environment_url"),
        ("invalid_grant", 65001, "d365_environment_unknown", "environment_url"),
        ("invalid_request", 900144, "d365_sign_in_refused", "tenant_id"),
    ],
)
def test_it_names_why_entra_refuses(word: str, number: int, code: str, field: str):
    body = {"error": word, "error_description": f"AADSTS{number}: ...\r\nTrace ID: 6f", "error_codes": [number]}
    found = refusal(answer_of(401, body, path="/t/oauth2/v2.0/token"), CREDENTIALS)
    assert (found.code, found.field) == (code, field)
    assert f"AADSTS{number}" in found.message


def test_it_reads_entras_number_from_the_description_where_codes_are_missing():
    body = {"error": "invalid_client", "error_description": "AADSTS7000222: The provided client secret keys expired."}
    assert refusal(answer_of(401, body), CREDENTIALS).code == "d365_secret_expired"


def test_it_explains_at_least_fourteen_codes_with_a_path_in_the_menus():
    assert len(EXPLANATIONS) >= 14
    assert sum(" > " in each.fix for each in EXPLANATIONS) >= 14
