"""Turns NetSuite's raw answers into our errors: by status, then by the rules on what the body says."""

import json
import re
from dataclasses import dataclass

from audit.redact import redact_text
from integrations.answer import Answer
from integrations.connectors.netsuite.rules import NOT_SAVED, REFUSED, THROTTLED, Rule
from integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectorError,
    TransientError,
    UnavailableError,
    UnknownOutcomeError,
)

LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One entry of `o:errorDetails`."""

    code: str = ""
    detail: str = ""
    path: str = ""


def judge(answer: Answer, is_write: bool, *, is_role_refused: bool = False) -> None:
    """Raise what an answer of the record API or of SuiteQL means; 2xx returns.

    `is_role_refused`: fresh tokens were refused too, so a 401 is the role's. A 5xx on a write is unknown unless it
    proves that nothing was saved; on a read it is worth another try.
    """
    if answer.status < 300:
        return
    if answer.status == 401:
        raise _unauthorised(answer, is_role_refused)
    faults = faults_of(answer)
    if answer.status >= 500 or answer.status == 408:
        raise _match(faults, NOT_SAVED, answer) or _trouble(answer, faults, is_write)
    if answer.status == 429:
        raise _match(faults[:1] or (Fault(),), (THROTTLED,), answer) or AssertionError
    if not faults:
        raise _strange(answer)
    if answer.status == 403:
        faults = tuple(Fault(code="INSUFFICIENT_PERMISSION", detail=fault.detail, path=fault.path) for fault in faults)
    raise _match(faults, REFUSED, answer) or AssertionError


def _match(faults: tuple[Fault, ...], rules: tuple[Rule, ...], answer: Answer) -> ConnectorError | None:
    """Make the error of the first rule that any fault fits: rules are ordered from the telling to the general."""
    for rule in rules:
        for fault in faults:
            found = rule.detail.search(f"{fault.code} {fault.detail}")
            if found and rule.said in ("", fault.code):
                return _made(rule, fault, found, answer)
    return None


def _made(rule: Rule, fault: Fault, found: re.Match[str], answer: Answer) -> ConnectorError:
    groups = found.groupdict()
    field = _without_index(groups.get("field") or fault.path)
    said = redact_text(" ".join(fault.detail.split()))[:LONGEST_DETAIL] or fault.code or f"status {answer.status}"
    return rule.error(
        f"NetSuite says: {said.rstrip('.')}. {rule.next_step}",
        code=rule.code,
        field=field,
        value=(groups.get("value") or "").strip(),
        answer=answer.summary,
        retry_after_s=answer.retry_after_s if issubclass(rule.error, TransientError) else None,
    )


def _without_index(path: str) -> str:
    """Name a line's field alike on all lines: `item.items[3].department` is `item.department`."""
    return re.sub(r"\.items\[\d+\]|\[\d+\]", "", path.strip())


def _unauthorised(answer: Answer, is_role_refused: bool) -> ConnectorError:
    if not is_role_refused:
        return TransientError(
            "NetSuite did not accept the token; the call did not run. Signed in again; it is sent again.",
            code="session_ended",
            answer=answer.summary,
        )
    return AuthenticationError(
        "NetSuite signs us in but refuses every call: the role lacks the permission REST Web Services or Log in using "
        "OAuth 2.0 Access Tokens, or the user or role is inactive. Add them under Setup > Users/Roles > Manage Roles.",
        code="netsuite_role_without_rest",
        answer=answer.summary,
    )


def _trouble(answer: Answer, faults: tuple[Fault, ...], is_write: bool) -> ConnectorError:
    is_fault = any(fault.code == "UNEXPECTED_ERROR" for fault in faults)
    code = "netsuite_unexpected_error" if is_fault else "netsuite_down"
    said = f"NetSuite answered {answer.status} ({'UNEXPECTED_ERROR' if is_fault else 'out of order'})"
    if is_write:
        return UnknownOutcomeError(
            f"{said}. It is looked up before anything is repeated.", code=code, answer=answer.summary
        )
    return UnavailableError(f"{said}.", code=code, answer=answer.summary, retry_after_s=answer.retry_after_s)


def _strange(answer: Answer) -> ConnectorError:
    """Judge a refusal that is not in NetSuite's words: another host or a gateway answered, and nothing was booked."""
    return ConfigurationError(
        f"What answers at {answer.host} is not NetSuite's REST service (status {answer.status}). Check the account id.",
        code="netsuite_account_unknown",
        field="account_id",
        answer=answer.summary,
    )


# Reading the body


def faults_of(answer: Answer) -> tuple[Fault, ...]:
    """Read `o:errorDetails`, or the older form at top level; broken JSON is searched as text, anything else gives
    nothing.

    Source: "Error Messages" (section_1545142173 and subsect_1559222360), read 2026-11-21: Oracle's own 429 sample is
    invalid JSON.
    """
    text = answer.text
    try:
        said = json.loads(text)
    except ValueError:
        return _searched(text)
    if not isinstance(said, dict):
        return ()
    details = said.get("o:errorDetails")
    rows = [row for row in details if isinstance(row, dict)] if isinstance(details, list) else []
    if not rows and ("o:errorCode" in said or ("title" in said and "status" in said)):
        rows = [said]
    return tuple(_fault(row) for row in rows)


def _fault(row: dict[str, object]) -> Fault:
    return Fault(
        code=str(row.get("o:errorCode") or ""),
        detail=str(row.get("detail") or row.get("title") or ""),
        path=str(row.get("o:errorPath") or row.get("o:errorQueryParam") or row.get("o:errorHeader") or ""),
    )


_CODE = re.compile(r'"o:errorCode"\s*:\s*"([A-Z_]+)"')
_DETAIL = re.compile(r'"detail"\s*:\s*"((?:[^"\\]|\\.)*)"')


def _searched(text: str) -> tuple[Fault, ...]:
    code, detail = _CODE.search(text), _DETAIL.search(text)
    if not code:
        return ()
    return (Fault(code=code[1], detail=detail[1] if detail else ""),)
