"""Raw answers as the documentation and public clients give them become codes, sentences and consequences."""

import pytest

from integrations.connectors.jde import explain, rules
from integrations.connectors.jde.explain import judge, judge_configuration, judge_sign_in
from integrations.connectors.jde.explanations import EXPLANATIONS
from integrations.connectors.jde.tests.kit import answer_of
from integrations.errors import (
    AuthenticationError,
    ClosedPeriodError,
    ConfigurationError,
    ConnectorError,
    PrivilegeError,
    RejectedError,
    UnavailableError,
    UnknownOutcomeError,
)

DATA = "/jderest/v2/dataservice"
TOKEN = "/jderest/v2/tokenrequest"
FORM = {
    "fs_P0911_W0911A": {
        "errors": [
            {"CODE": "0002", "TITLE": "Error: Document out of balance", "ERRORCONTROL": "12", "DESC": "CAUSE: it does"}
        ],
        "warnings": [],
    },
    "sysErrors": [],
}
KNOWN = {known.code for known in EXPLANATIONS}


def raised(answer, *, is_write: bool = True) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        judge(answer, is_write)
    return caught.value


@pytest.mark.parametrize(
    ("status", "said", "error", "code"),
    [
        (500, {"message": "G/L Date Is Before Current Period (PBCO)"}, ClosedPeriodError, "jde_period_closed"),
        (500, {"message": FORM}, RejectedError, "jde_out_of_balance"),
        (
            500,
            {"message": "x", "userDefinedErrorText": "Account 1.1 does not exist"},
            RejectedError,
            "jde_account_unknown",
        ),
        (
            500,
            {"message": {"fs_P0411": {"errors": [{"TITLE": "Odd", "DESC": "Odd thing"}]}}},
            RejectedError,
            "jde_refused",
        ),
        (500, {"message": "Internal Server Error"}, UnknownOutcomeError, "jde_broke_off"),
        (500, "", UnknownOutcomeError, "jde_broke_off"),
        (500, "<html><body>Error 500</body></html>", UnknownOutcomeError, "jde_broke_off"),
        (400, {"message": "Invalid JSON"}, RejectedError, "jde_inputs_refused"),
        (406, "", RejectedError, "jde_inputs_refused"),
        (415, "", RejectedError, "jde_inputs_refused"),
        (403, {"message": "Authorization Failure"}, PrivilegeError, "jde_permission_missing"),
        (405, "", ConfigurationError, "jde_allowed_hosts"),
        (444, {"message": "Invalid Token"}, UnknownOutcomeError, "session_ended"),
        (502, "<html>Bad gateway</html>", UnknownOutcomeError, "unknown_outcome"),
    ],
)
def test_it_names_the_consequence_of_a_refused_write(status, said, error, code):
    found = raised(answer_of(status, said))
    assert (isinstance(found, error), found.code) == (True, code)


@pytest.mark.parametrize(
    ("status", "said", "error", "code"),
    [
        (500, {"message": "User X is not authorized to select data"}, PrivilegeError, "jde_permission_missing"),
        (500, {"message": "Invalid date 2026-01-01"}, ConfigurationError, "jde_date_format"),
        (500, {"message": "Column F0401.ZZZ is not valid"}, ConfigurationError, "jde_table_differs"),
        (500, {"message": "Something else"}, UnavailableError, "jde_down"),
        (444, {"message": "Invalid Token"}, UnavailableError, "jde_session_refused"),
        (404, "<html></html>", ConfigurationError, "jde_not_found"),
        (503, "<html></html>", UnavailableError, "unavailable"),
    ],
)
def test_it_names_the_consequence_of_a_refused_read(status, said, error, code):
    found = raised(answer_of(status, said, DATA), is_write=False)
    assert (isinstance(found, error), found.code) == (True, code)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (403, AuthenticationError, "jde_sign_in_refused"),
        (405, ConfigurationError, "jde_allowed_hosts"),
        (445, AuthenticationError, "jde_sso"),
        (446, AuthenticationError, "jde_sso"),
        (500, UnavailableError, "jde_down"),
    ],
)
def test_it_names_the_consequence_of_a_refused_sign_in(status, error, code):
    said = {"message": "Error: Authorization Failure", "exception": "com.oracle.e1.rest.session.E1LoginException"}
    with pytest.raises(error) as caught:
        judge_sign_in(answer_of(status, said, TOKEN))
    assert caught.value.code == code


def test_it_says_that_no_ais_server_answers():
    with pytest.raises(ConfigurationError) as caught:
        judge_configuration(answer_of(404, "<html>Error 404</html>", "/jderest/v2/defaultconfig"))
    assert caught.value.code == "jde_not_ais"


def test_it_shows_the_simplest_words_first():
    said = {"jde__simpleMessage": "Plain words", "userDefinedErrorText": "Longer words", "message": FORM}
    assert raised(answer_of(500, said)).message.startswith("JD Edwards says: Plain words; Longer words")


def test_it_tells_no_internal_address_and_no_token():
    said = {"message": "Failure at https://jas01.internal.example:8443/x?token=044abc for token=044def"}
    found = raised(answer_of(500, said))
    told = found.message + found.answer
    assert "jas01" not in told
    assert "044" not in told


def test_it_explains_every_code_of_its_rules():
    codes = {rule.code for rule in (*rules.READING, *rules.BUSINESS)}
    assert codes <= KNOWN


def test_it_says_for_each_code_who_must_act_and_where():
    assert len(KNOWN) == len(EXPLANATIONS) > 30
    assert all(one.cause and one.fix and one.title for one in EXPLANATIONS)


def test_it_shows_no_html_to_people():
    assert "<" not in raised(answer_of(500, "<html><body><h1>Oops</h1></body></html>")).message
    assert explain.said_of(answer_of(500, "<html>")) == "a web page came instead of an answer"
