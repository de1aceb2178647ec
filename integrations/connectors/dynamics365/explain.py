"""Turns F&O's raw answers into our errors: by status, then by the rules on the reasons in its infolog."""

import json
import re
import secrets
from dataclasses import dataclass

from audit.redact import redact_text
from integrations.answer import Answer
from integrations.connectors.dynamics365.rules import NOT_SAVED, OTHERWISE, REFUSED, Rule
from integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectorError,
    MissingReferenceError,
    PrivilegeError,
    RateLimitError,
    TransientError,
    UnavailableError,
    UnknownOutcomeError,
)

NO_HINT_S = 10.0  # a 429 without Retry-After: the pause that other clients of F&O take
LONGEST_REASON = 300
_TECHNICAL = re.compile(
    r"validateField failed on field '(?:[^'.]*\.)?(?P<field>[^']+)'|validateWrite failed on data source"
    r"|Update has been canceled",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^\s*(?:Warning|Error|Info)\s*:\s*", re.IGNORECASE)
_SET = re.compile(r"/data/(?P<set>[A-Za-z0-9_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What an error body says: the reasons for people, the field that failed, and how F&O names the failure."""

    reasons: tuple[str, ...] = ()
    field: str = ""
    type: str = ""

    @property
    def sentence(self) -> str:
        """All reasons in one sentence, without secrets."""
        joined = "; ".join(reason.rstrip(". ") for reason in self.reasons)
        return redact_text(" ".join(joined.replace("<", "‹").replace(">", "›").split()))[:LONGEST_REASON]


def judge(answer: Answer, is_write: bool, *, is_refused: bool = False, lacks_principal: bool = False) -> None:
    """Raise what an answer of the environment means; 2xx returns.

    `is_refused`: fresh tokens were refused, too, so a 401 is F&O's list of applications, or, with `lacks_principal`,
    Entra's own. A 5xx on a write is unknown unless it proves that nothing was saved; on a read it is worth another
    try.
    """
    if answer.status < 300:
        return
    if answer.status == 401:
        raise _unauthorised(answer, is_refused, lacks_principal)
    if answer.status == 403:
        raise _forbidden(answer)
    if answer.status == 429:
        raise _throttled(answer)
    fault = fault_of(answer)
    if answer.status >= 500 or answer.status == 408:
        raise _matched(fault, NOT_SAVED, answer) or _trouble(answer, fault, is_write)
    if answer.status == 404:
        raise _not_found(answer)
    if fault is None:
        raise _strange(answer)
    raise _matched(fault, (*REFUSED, OTHERWISE), answer) or AssertionError


def fault_of(answer: Answer) -> Fault | None:
    """Read the error object; None where what answered speaks another language (a gateway's page).

    Source: recorded bodies of public clients (class names `FoODataException*`) and the HR leave API page, read
    2026-11-21: `code` is empty, the outer message generic, and the reason in `innererror`.
    """
    said = _json_of(answer)
    error = said.get("error") if isinstance(said, dict) else None
    if not isinstance(error, dict):
        return None
    inner = error.get("innererror")
    while isinstance(inner, dict) and isinstance(inner.get("internalexception"), dict) and not inner.get("message"):
        inner = inner["internalexception"]
    told = inner if isinstance(inner, dict) and inner.get("message") else error
    return _fault(str(told.get("message") or ""), str(told.get("type") or ""))


def _fault(message: str, kind: str) -> Fault:
    """Take the reasons out of an infolog: labels stripped, technical entries and repetitions left out."""
    _, found, infolog = message.partition("Infolog:")
    entries = [_LABEL.sub("", entry).strip() for entry in (infolog if found else message).split(";")]
    failed = [match for entry in entries if (match := _TECHNICAL.search(entry))]
    reasons = tuple(dict.fromkeys(entry for entry in entries if entry and not _TECHNICAL.search(entry)))
    fields = [match["field"] for match in failed if match["field"]]
    return Fault(reasons=reasons or (message.strip(),), field=fields[0] if fields else "", type=kind)


def _matched(fault: Fault | None, rules: tuple[Rule, ...], answer: Answer) -> ConnectorError | None:
    """Make the error of the first rule that any reason fits: rules are ordered from the telling to the general."""
    for rule in rules if fault else ():
        for reason in fault.reasons if fault else ():
            if found := rule.like.search(reason):
                return _made(rule, fault or Fault(), found, answer)
    return None


def _made(rule: Rule, fault: Fault, found: re.Match[str], answer: Answer) -> ConnectorError:
    groups = {name: value for name, value in found.groupdict().items() if value}
    said = fault.sentence or f"status {answer.status}"
    return rule.error(
        f"F&O says: {said}. {rule.next_step}",
        code=rule.code,
        field=fault.field or groups.get("field", ""),
        value=redact_text(groups.get("value", "").strip())[:80],
        answer=answer.summary,
        retry_after_s=answer.retry_after_s if issubclass(rule.error, TransientError) else None,
    )


def _unauthorised(answer: Answer, is_refused: bool, lacks_principal: bool) -> ConnectorError:
    if not is_refused:
        return TransientError(
            "F&O did not accept the token; the call did not run. Signed in again; it is sent again.",
            code="session_ended",
            answer=answer.summary,
        )
    if lacks_principal:
        return AuthenticationError(
            "Entra signs us in, but the application has no service principal in this tenant, so F&O refuses every "
            "call. Make its enterprise application there, by the consent of an administrator.",
            code="d365_principal_missing",
            field="client_id",
            answer=answer.summary,
        )
    return AuthenticationError(
        "Entra signs us in, but F&O refuses every call: the application is not in its list, or the address is another "
        "environment's. Add it under System administration > Setup > Microsoft Entra ID applications.",
        code="d365_app_not_registered",
        field="client_id",
        answer=answer.summary,
    )


def _forbidden(answer: Answer) -> ConnectorError:
    entity = _entity(answer)
    return PrivilegeError(
        f"The application's user may not {'change' if answer.method != 'GET' else 'read'} {entity or 'this'}. Give the "
        "user a role with that privilege under System administration > Users.",
        code="d365_privilege_missing",
        value=entity,
        answer=answer.summary,
    )


def _throttled(answer: Answer) -> ConnectorError:
    """Wait as long as F&O asks and up to a second more, so that not all workers come back in the same moment."""
    asked_s = answer.retry_after_s
    pause_s = (NO_HINT_S if asked_s is None else asked_s) + secrets.randbelow(1000) / 1000
    return RateLimitError(
        "F&O is short of resources and asks for a pause. It is tried again by itself.",
        code="d365_throttled",
        retry_after_s=pause_s,
        answer=answer.summary,
    )


def _not_found(answer: Answer) -> ConnectorError:
    """Tell an unknown address from a missing row and from a host that is no F&O at all."""
    said = _json_of(answer)
    if isinstance(said, dict) and "Message" in said and "error" not in said:
        entity = _entity(answer) or answer.path
        return ConfigurationError(
            f"This environment has nothing under {entity}: its version or its licence configuration lacks it, or the "
            "posting service is not deployed there.",
            code="d365_entity_missing",
            value=entity,
            answer=answer.summary,
        )
    if isinstance(said, dict) or not answer.body.strip():
        return MissingReferenceError(
            f"F&O has no such record ({_entity(answer) or answer.path}): it was deleted, or never saved.",
            code="d365_not_found",
            value=_entity(answer),
            answer=answer.summary,
        )
    return _strange(answer)


def _trouble(answer: Answer, fault: Fault | None, is_write: bool) -> ConnectorError:
    said = f"F&O answered {answer.status}" + (f" ({fault.sentence})" if fault and fault.sentence else "")
    if is_write:
        return UnknownOutcomeError(
            f"{said}. It is looked up before anything is repeated.", code="d365_down", answer=answer.summary
        )
    return UnavailableError(f"{said}.", code="d365_down", answer=answer.summary, retry_after_s=answer.retry_after_s)


def _strange(answer: Answer) -> ConnectorError:
    """Judge a refusal that is not in F&O's words: another host or a gateway answered, and nothing was booked."""
    return ConfigurationError(
        f"What answers at {answer.host} is not Dynamics 365 Finance (status {answer.status}). Check the environment's "
        "address.",
        code="d365_not_an_environment",
        field="environment_url",
        answer=answer.summary,
    )


def _entity(answer: Answer) -> str:
    found = _SET.search(answer.path)
    return found["set"] if found else ""


def _json_of(answer: Answer) -> object:
    try:
        return json.loads(answer.text)
    except (ValueError, RecursionError):
        return None
