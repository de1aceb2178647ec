"""Turns AIS's raw answers into our errors: by status and operation, then by the rules on what the body says."""

import json
import re
from typing import Any

from audit.redact import redact_text
from integrations.answer import Answer, judge_by_status
from integrations.connectors.jde.rules import BUSINESS, READING, Rule
from integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectorError,
    ContractError,
    PrivilegeError,
    RejectedError,
    UnavailableError,
    UnknownOutcomeError,
)

LONGEST_DETAIL = 300
CURSOR_LOST = "JAS_MSG347"
_URL = re.compile(r"https?://[^\s\"'<>]+")
_TOKEN = re.compile(r"(token=)[^&\s\"']+", re.IGNORECASE)
_SSO = {445: "mobile single sign-on failed", 446: "single sign-on is not enabled"}


# Before the sign-in


def judge_plain(answer: Answer, is_write: bool) -> None:
    """Raise what is worth another try; the rest is judged by whoever asked."""
    if answer.status in (502, 503, 504, 408, 429):
        judge_by_status(answer, is_write=False)


def judge_configuration(answer: Answer) -> None:
    """Raise what an answer of defaultconfig means."""
    if answer.is_success:
        return
    if answer.status >= 500:
        raise UnavailableError(
            f"The AIS server cannot work now: {said_of(answer)}. It may not reach its HTML server.",
            code="jde_jas_down",
            answer=safe(answer.summary),
        )
    if answer.status == 405:
        raise wrong_place(answer)
    raise ConfigurationError(
        f"No AIS server answers at {answer.host}{answer.path} (status {answer.status}). Check the address.",
        code="jde_not_ais",
        field="base_url",
        answer=safe(answer.summary),
    )


def judge_sign_in(answer: Answer) -> None:
    """Raise what a token request's answer means; a refusal is never worth another try: users are locked by those."""
    if answer.is_success:
        return
    if answer.status == 405:
        raise wrong_place(answer)
    if answer.status in _SSO:
        raise AuthenticationError(
            f"JD Edwards refused the sign-in: {_SSO[answer.status]}.", code="jde_sso", field="username"
        )
    if answer.status in (401, 403):
        raise AuthenticationError(
            f"JD Edwards refused the sign-in of the user (status {answer.status}): {said_of(answer)}. It does not say "
            "why: user or password wrong, password expired, user locked, environment or role not allowed, or this kind "
            "of sign-in switched off.",
            code="jde_sign_in_refused",
            field="password",
            answer=safe(answer.summary),
        )
    if answer.status >= 500:
        raise UnavailableError(
            f"JD Edwards cannot sign anybody in now: {said_of(answer)}.", code="jde_down", answer=safe(answer.summary)
        )
    raise ContractError(
        f"The AIS server did not understand the sign-in (status {answer.status}): {said_of(answer)}.",
        code="jde_unexpected_answer",
        answer=safe(answer.summary),
    )


def wrong_place(answer: Answer) -> ConfigurationError:
    """Name the three causes of a 405."""
    return ConfigurationError(
        f"{answer.host} does not allow this call (status 405). One of three: the HTML (JAS) server's Allowed Hosts "
        "lacks this AIS server; your network's allowlist lacks our address; or the address is not the AIS server's. "
        "Ask your CNC administrator.",
        code="jde_allowed_hosts",
        field="base_url",
        answer=safe(answer.summary),
    )


# With a token


def judge(answer: Answer, is_write: bool) -> None:
    """Raise what an answer to a call with a token means; 2xx returns, though an orchestration's needs a second look."""
    if answer.is_success:
        return
    if answer.status in (403, 401):
        raise PrivilegeError(
            f"The JD Edwards user may not do this (status {answer.status}): {said_of(answer)}.",
            code="jde_permission_missing",
            value=_last_segment(answer),
            answer=safe(answer.summary),
        )
    if answer.status == 444:
        raise _session_lost(answer, is_write)
    if answer.status == 405:
        raise wrong_place(answer)
    if answer.status == 429 or answer.status in (408, 502, 503, 504):
        judge_by_status(answer, is_write)
    raise _written(answer) if is_write else _read(answer)


def _session_lost(answer: Answer, is_write: bool) -> ConnectorError:
    if is_write:
        return UnknownOutcomeError("The session ended during the call.", code="session_ended")
    return UnavailableError(
        "A fresh session was refused, too. If several AIS servers stand behind a balancer, they need session affinity "
        "or stateless load balancing.",
        code="jde_session_refused",
        answer=safe(answer.summary),
    )


def _read(answer: Answer) -> ConnectorError:
    said = said_of(answer)
    if CURSOR_LOST in said:
        return ContractError("JD Edwards closed the result set; the read starts again.", code="jde_cursor_lost")
    if found := match(said, BUSINESS if "/orchestrator/" in answer.path else READING):
        return error_of(found, said, answer)
    if answer.status == 404:
        return ConfigurationError(
            f"The AIS server does not know {answer.path}.", code="jde_not_found", value=_last_segment(answer)
        )
    if answer.status >= 500:
        return UnavailableError(f"JD Edwards could not read: {said}.", code="jde_down", answer=safe(answer.summary))
    return ContractError(
        f"The AIS server did not understand the question (status {answer.status}): {said}.",
        code="jde_unexpected_answer",
        answer=safe(answer.summary),
    )


def _written(answer: Answer) -> ConnectorError:
    """Judge a refused orchestration: what JD Edwards' own words show to be a refusal is one; the rest is unknown."""
    body, said = body_of(answer), said_of(answer)
    if found := match(said, BUSINESS):
        return error_of(found, said, answer)
    if answer.status == 404:
        return ConfigurationError(
            f"The AIS server does not know {answer.path}.",
            code="jde_orchestration_missing",
            value=_last_segment(answer),
        )
    if answer.status < 500:
        return RejectedError(
            f"{_last_segment(answer)} did not take what was sent (status {answer.status}): {said}. The orchestration "
            "may differ from the contract: compare it with its specification page.",
            code="jde_inputs_refused",
            value=_last_segment(answer),
            answer=safe(answer.summary),
        )
    if body and (body.get("userDefinedErrorText") or is_form_error(body.get("message"))):
        return RejectedError(f"JD Edwards says: {said}.", code="jde_refused", answer=safe(answer.summary))
    return UnknownOutcomeError(
        f"JD Edwards broke off (status {answer.status}): {said}. It is looked up before anything is repeated.",
        code="jde_broke_off",
        answer=safe(answer.summary),
    )


# What a body says


def match(said: str, rules: tuple[Rule, ...]) -> Rule | None:
    """Give the first rule that fits: they are ordered from the telling to the general."""
    return next((rule for rule in rules if rule.says.search(said)), None)


def error_of(rule: Rule, said: str, answer: Answer) -> ConnectorError:
    """Make a rule's error."""
    found = rule.says.search(said)
    value = (found.groupdict().get("value") or "") if found else ""
    return rule.error(
        f"JD Edwards says: {said.rstrip('.')}. {rule.next_step}",
        code=rule.code,
        field=rule.field,
        value=value.strip(" .,"),
        answer=safe(answer.summary),
    )


def body_of(answer: Answer) -> dict[str, Any]:
    """Give the body if it is a JSON object, else nothing."""
    try:
        said = json.loads(answer.text)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def said_of(answer: Answer) -> str:
    """Give what the answer says in words: the simplest text first; HTML pages and empty bodies are named as such."""
    body = body_of(answer)
    if not body:
        page = answer.body.lstrip()[:1] == b"<"
        return "a web page came instead of an answer" if page else "no more is said"
    return words_of(body) or "no more is said"


def words_of(body: dict[str, Any]) -> str:
    """Give `jde__simpleMessage`, `userDefinedErrorText`, then all texts of `message` and of the system's errors."""
    said: list[str] = []
    for name in ("jde__simpleMessage", "userDefinedErrorText", "errorText", "message", "sysErrors", "errors"):
        for text in texts(body.get(name)):
            if text not in said and not any(text in one for one in said):
                said.append(text)
    return safe("; ".join(said))[:LONGEST_DETAIL].rstrip(". ")


def texts(value: Any) -> list[str]:
    """List the sentences in a message, which is a text or an object with forms, errors and their descriptions."""
    if isinstance(value, str):
        return [" ".join(value.split())] if value.strip() else []
    if isinstance(value, list):
        return [text for one in value for text in texts(one)]
    if isinstance(value, dict):
        skipped = ("CODE", "ERRORCONTROL", "exception", "timeStamp", "data", "stackId", "stateId", "rid", "currentApp")
        return [text for name, one in value.items() if name not in skipped for text in texts(one)]
    return []


def is_form_error(message: Any) -> bool:
    """Tell whether a message holds errors of a form, upper-case names as forms give them: the form was not saved."""
    if isinstance(message, list):
        return any(is_form_error(one) for one in message)
    if isinstance(message, dict):
        return bool(message.get("TITLE") or message.get("DESC")) or any(map(is_form_error, message.values()))
    return False


def safe(text: str) -> str:
    """Take addresses of internal servers, tokens and secrets out of a text."""
    return redact_text(_TOKEN.sub(r"\1***", _URL.sub("(address)", text)))


def _last_segment(answer: Answer) -> str:
    return answer.path.rstrip("/").rpartition("/")[2]
