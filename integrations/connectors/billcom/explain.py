"""Turns BILL's raw answers into our errors: by BDC code first; a status alone only where no code came."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.redact import redact_text
from integrations.answer import Answer
from integrations.connectors.billcom.rules import (
    HOURLY,
    LOCKED_FOR_S,
    RULES,
    SESSION_ENDED,
    SYSTEM,
    UNTRUSTED,
    Rule,
)
from integrations.errors import (
    AuthenticationError,
    ConnectorError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    TransientError,
    UnavailableError,
    UnknownOutcomeError,
)

LONGEST_DETAIL = 300
HOUR_S = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One entry of an error body; `field` is the parameter it is about."""

    code: str = ""
    message: str = ""
    field: str = ""


def judge(answer: Answer, is_write: bool, *, now: datetime, is_session_refused: bool = False) -> None:
    """Raise what an answer means; a good one returns. `is_session_refused`: fresh sessions were refused as well.

    Source: developer.bill.com/docs/common-api-error-codes and /reference/login, read 2026-11-21.
    """
    if answer.is_success:
        if answer.body.lstrip()[:1] == b"<":
            raise _gateway(answer, is_write)
        return
    faults = faults_of(answer)
    if has_session_ended(faults, answer.status):
        raise _session_error(answer, is_session_refused)
    for rule in RULES:
        for fault in faults:
            if fault.code in rule.codes and rule.message.search(fault.message):
                raise _error(rule, fault, answer, now)
    raise _by_status(answer, faults, is_write)


def has_session_ended(faults: tuple[Fault, ...], status: int) -> bool:
    """Tell whether signing in again may help: the session ended, and not just lacks the trust of a second factor."""
    codes = {fault.code for fault in faults}
    if SESSION_ENDED in codes:
        return True
    if UNTRUSTED in codes:
        return not any("trust" in fault.message.lower() or "mfa" in fault.message.lower() for fault in faults)
    return status == 401 and not any(code.startswith("BDC_") for code in codes)


def faults_of(answer: Answer) -> tuple[Fault, ...]:
    """Read an error body: a bare array as documented, or one of the shapes that others saw; none for anything else.

    Source: developer.bill.com/docs/common-api-error-codes, read 2026-11-21; objects observed in public connectors.
    """
    return faults_in(answer.text)


def faults_in(text: str) -> tuple[Fault, ...]:
    """Read an error body's text."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    return tuple(_fault(row) for row in _rows(said))


def _rows(said: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(said, dict):
        nested = said.get("errors")
        said = nested if isinstance(nested, list) else [said]
    for row in said if isinstance(said, list) else ():
        if isinstance(row, dict) and (row.get("code") or row.get("message")):
            yield row


def _fault(row: Mapping[str, Any]) -> Fault:
    message = str(row.get("message") or "")
    params = row.get("params")
    first = params[0] if isinstance(params, list) and params and isinstance(params[0], dict) else {}
    head, colon, _ = message.partition(":")
    named = head if colon and head and " " not in head else ""
    return Fault(code=str(row.get("code") or ""), message=message, field=str(first.get("name") or named))


def _error(rule: Rule, fault: Fault, answer: Answer, now: datetime) -> ConnectorError:
    return rule.error(
        f"BILL says: {_said(fault)}. {rule.next_step}",
        code=rule.code,
        field=fault.field,
        value=_operation(answer) if issubclass(rule.error, PrivilegeError) else "",
        answer=answer.summary,
        retry_after_s=_pause_s(rule, fault, answer, now) if issubclass(rule.error, TransientError) else None,
    )


def _said(fault: Fault) -> str:
    said = redact_text(" ".join(fault.message.split()))[:LONGEST_DETAIL].rstrip(". ")
    return f"{said} ({fault.code})" if said else fault.code or "no reason"


def _pause_s(rule: Rule, fault: Fault, answer: Answer, now: datetime) -> float | None:
    """Give the pause: BILL never says one. The quota counts by the clock hour; for places the limiter backs off."""
    if fault.code == HOURLY:
        return float(HOUR_S - int(now.timestamp()) % HOUR_S + 1)
    return LOCKED_FOR_S if rule.error is UnavailableError else answer.retry_after_s


def _operation(answer: Answer) -> str:
    """Name what was tried: "read bills", "write vendors"."""
    parts = answer.path.partition("/v3/")[2].split("/")
    what = parts[1] if parts[0] == "classifications" and len(parts) > 1 else parts[0]
    return f"{'read' if answer.method == 'GET' else 'write'} {what}"


def _session_error(answer: Answer, is_refused: bool) -> ConnectorError:
    if is_refused:
        return AuthenticationError(
            "BILL signs us in but refuses the session at once: the developer key is not the session's own, or another "
            "program signs the same user out. Give this portal a user or sync token of its own.",
            code="billcom_session_refused",
            answer=answer.summary,
        )
    return TransientError(
        "The session had ended; the call did not run. It is sent again.", code="session_ended", answer=answer.summary
    )


# Answers without a code that we know


def _by_status(answer: Answer, faults: tuple[Fault, ...], is_write: bool) -> ConnectorError:
    if answer.status == 429:
        return RateLimitError(
            f"{answer.where} answered 429: too many calls.",
            code="billcom_too_many_at_once",
            answer=answer.summary,
            retry_after_s=answer.retry_after_s,
        )
    if answer.status == 423:
        return UnavailableError(
            "BILL has locked the organization for some minutes; it is tried again.",
            code="billcom_org_locked",
            answer=answer.summary,
            retry_after_s=LOCKED_FOR_S,
        )
    if answer.status >= 500 or answer.status == 408 or any(fault.code in SYSTEM for fault in faults):
        return _trouble(answer, is_write)
    if not faults:
        return _gateway(answer, is_write)
    if answer.status == 403:
        return PrivilegeError(
            f"BILL says: {_said(faults[0])}. Give the user's role this permission in BILL.",
            code="billcom_permission_missing",
            value=_operation(answer),
            answer=answer.summary,
        )
    return RejectedError(
        f"BILL says: {_said(faults[0])}. Mend what BILL names, then replay the record.",
        code="billcom_rejected",
        field=faults[0].field,
        answer=answer.summary,
    )


def _trouble(answer: Answer, is_write: bool) -> ConnectorError:
    said = f"{answer.where} answered with an error of BILL's own (status {answer.status})"
    if is_write:
        return UnknownOutcomeError(
            f"{said}. It is looked up before anything is repeated.", code="billcom_system_error", answer=answer.summary
        )
    return UnavailableError(
        f"{said}. It is tried again.",
        code="billcom_system_error",
        answer=answer.summary,
        retry_after_s=answer.retry_after_s,
    )


def _gateway(answer: Answer, is_write: bool) -> ConnectorError:
    """Judge what is not BILL's own answer: whether a write reached BILL behind it cannot be told."""
    said = f"{answer.where}: a web page or nothing came instead of BILL's answer (status {answer.status})"
    if is_write:
        return UnknownOutcomeError(
            f"{said}. It is looked up before anything is repeated.", code="billcom_gateway_page", answer=answer.summary
        )
    return UnavailableError(f"{said}. It is tried again.", code="billcom_gateway_page", answer=answer.summary)
