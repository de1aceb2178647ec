"""Turns Chargebee's raw answers into our errors: by HTTP status first, then by `api_error_code`, never by `type`.

`type: invalid_request` may come with a 503 that passes by itself; `type` and the legacy `error_code` may be absent.
Source: "Error handling" (apidocs) and `components.schemas.400` to `503` (openapi), read 2026-11-21.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.answer import Answer
from integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectorError,
    ContractError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    UnavailableError,
)

UNKNOWN_RECORD = "chargebee_unknown_record"
BAD_OFFSET = "chargebee_bad_offset"
OTHER_CATALOGUE = "chargebee_other_catalogue"
SITE_NOT_FOUND = "chargebee_site_not_found"
RESTRICTED_KEY = "chargebee_restricted_key"
PAGE = "chargebee_gateway_page"


@dataclass(frozen=True, slots=True)
class Rule:
    """What an answer means: the error to raise, our code, and a sentence that ends with the next step."""

    error: type[ConnectorError]
    code: str
    sentence: str


_BY_CODE: Mapping[tuple[int, str], Rule] = {
    (400, "configuration_incompatible"): Rule(
        ConfigurationError,
        OTHER_CATALOGUE,
        "the site uses the other product catalogue, so this list does not exist there. Ping the connection again.",
    ),
    (403, "request_blocked"): Rule(
        ConfigurationError,
        "chargebee_site_blocked",
        "Chargebee has blocked the site or this kind of call. Ask Chargebee's support to lift the block.",
    ),
    (403, "api_disabled"): Rule(
        ConfigurationError,
        "chargebee_api_disabled",
        "the API is switched off for this site. Ask Chargebee's support to switch it on.",
    ),
    (404, "site_not_found"): Rule(
        ConfigurationError,
        SITE_NOT_FOUND,
        "there is no such site in this region. Check the site's name and its region under Connections.",
    ),
    (404, "resource_not_found"): Rule(RejectedError, UNKNOWN_RECORD, "Chargebee does not know this id."),
    (429, "lock_timeout"): Rule(
        RateLimitError, "chargebee_record_busy", "the record is being changed there at this moment. It is tried again."
    ),
    (503, "site_not_ready"): Rule(
        UnavailableError, "chargebee_maintenance", "the site is under maintenance. It is tried again by itself."
    ),
}
_BY_STATUS: Mapping[int, Rule] = {
    401: Rule(
        AuthenticationError,
        "chargebee_wrong_key",
        "the API key is refused. Copy a key of exactly this site (test and live sites have different ones).",
    ),
    403: Rule(
        PrivilegeError,
        RESTRICTED_KEY,
        "the API key may not read this. Use a read-only key for all data.",
    ),
    429: Rule(
        RateLimitError,
        "chargebee_rate_limited",
        "too many requests within a minute. It goes on more slowly by itself.",
    ),
}
_TROUBLE = Rule(UnavailableError, "chargebee_unavailable", "Chargebee has trouble. It is tried again by itself.")
_HTML = Rule(UnavailableError, PAGE, "a web page came instead of Chargebee's answer. It is tried again by itself.")
_REFUSED = Rule(
    ContractError, "chargebee_refused_request", "Chargebee refuses the request. Report this to our support."
)


def judge(answer: Answer, is_write: bool) -> None:
    """Raise what an answer means, or return for a good one. There are no writes to Chargebee."""
    if answer.is_success and _is_json(answer):
        return
    body = error_body(answer)
    raise _error(answer, _rule(answer, body), body)


def error_body(answer: Answer) -> Mapping[str, Any]:
    """Give the error's JSON; empty where there is none, as with the HTML of the edge."""
    if not _is_json(answer):
        return {}
    try:
        body = answer.json()
    except ContractError:
        return {}
    return body if isinstance(body, dict) else {}


def _rule(answer: Answer, body: Mapping[str, Any]) -> Rule:
    status, code = answer.status, str(body.get("api_error_code") or body.get("error_code") or "")
    if status == 403 and body.get("error_code") == "api_disabled":
        code = "api_disabled"
    if status == 404 and not body:
        code = "site_not_found"
    rule = _BY_CODE.get((status, code))
    if rule is None and not body and status != 401:
        rule = _BY_STATUS[429] if status == 429 else _HTML
    return rule or _BY_STATUS.get(status) or (_TROUBLE if status >= 500 or status == 408 else _REFUSED)


def _error(answer: Answer, rule: Rule, body: Mapping[str, Any]) -> ConnectorError:
    param = str(body.get("param") or "")
    code = BAD_OFFSET if rule is _REFUSED and param == "offset" else rule.code
    said = str(body.get("message") or "")[:200]
    quoted = f" It said: “{said}”" if said else ""
    return rule.error(
        f"{answer.where} answered {answer.status}: {rule.sentence}{quoted}",
        code=code,
        field=param,
        value=answer.host if issubclass(rule.error, ConfigurationError) else "",
        answer=answer.summary,
        retry_after_s=answer.retry_after_s,
    )


def _is_json(answer: Answer) -> bool:
    return answer.body[:64].lstrip()[:1] == b"{"
