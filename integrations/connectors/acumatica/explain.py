"""Turns Acumatica's raw answers into our errors: by status and call, then by the rules on what the body says."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audit.redact import redact_text
from integrations.answer import Answer, judge_by_status
from integrations.connectors.acumatica.rules import BUSINESS, NOT_SAVED, RECORD_CHANGED, Rule
from integrations.errors import (
    AuthenticationError,
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

LOGIN_LIMIT = "acumatica_login_limit"
NOT_FOUND = "acumatica_not_found"
STATUS_PART = "/status/"
LONGEST_DETAIL = 300
LIMIT_PAUSE_S = 60.0
_LIMIT_WORDS = ("api login limit", "login limit")
_URL = re.compile(r"https?://[^\s\"'<>]+")
_STACK = re.compile(r"\s+at [\w.`<>]+\(.*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One complaint: the field it stands under, the value sent, and the words."""

    said: str
    field: str = ""
    value: str = ""


# Before and while signing in


def judge_plain(answer: Answer, is_write: bool) -> None:
    """Raise what is worth another try; the rest is judged by whoever asked."""
    _raise_login_limit(answer)
    if answer.status in (408, 429, 502, 503, 504) or (answer.status >= 500 and not faults_of(answer)):
        judge_by_status(answer, is_write=False)
    if answer.status >= 500 and answer.path.endswith("/token"):
        raise UnavailableError(f"Acumatica cannot sign anybody in now: {_said(answer)}", answer=answer.summary)


def judge_token(answer: Answer, grant_type: str) -> None:
    """Raise what the token endpoint's refusal means. Source: RFC 6749 section 5.2; Acumatica's bodies are inferred."""
    if answer.is_success:
        return
    said = _json(answer)
    error = str(said.get("error") or "") if isinstance(said, Mapping) else ""
    told = str(said.get("error_description") or "") if isinstance(said, Mapping) else ""
    if not error:
        raise _not_acumatica(answer)
    code, sentence, field = _TOKEN_ERRORS.get(error, _TOKEN_ERRORS["invalid_request"])
    if error == "invalid_grant" and "lock" in told.lower():
        code, sentence = "acumatica_user_locked", "the user is locked or disabled"
    if error == "invalid_grant" and grant_type == "authorization_code":
        code, sentence, field = "acumatica_consent_ended", "the consent's code is used up or expired", "redirect_uri"
    raise AuthenticationError(
        f"Acumatica refused the sign-in ({error}): {sentence}.", code=code, field=field, answer=answer.summary
    )


_TOKEN_ERRORS = {
    "invalid_client": (
        "acumatica_client_refused",
        "it does not know this client id with this secret, or the part after the @ is another tenant's",
        "client_id",
    ),
    "invalid_grant": ("acumatica_password_refused", "user name or password are wrong", "password"),
    "unauthorized_client": (
        "acumatica_flow_not_allowed",
        "the connected application is inactive or has another flow",
        "grant",
    ),
    "unsupported_grant_type": (
        "acumatica_flow_not_allowed",
        "the connected application has another flow",
        "grant",
    ),
    "invalid_scope": ("acumatica_scope_refused", "the connected application may not have the scope", "client_id"),
    "invalid_request": ("acumatica_sign_in_refused", "it does not accept the request", "client_id"),
}


def judge_login(answer: Answer) -> None:
    """Raise what a refused cookie sign-in means, whatever its status: the words tell. Never tried again: users lock.

    Source: the official client's substrings "API Login Limit" and "Invalid credentials"; the rest as seen in the field.
    """
    if answer.is_success:
        return
    said = answer.text.lower()
    if "undefinedcompany" in said or "company cannot" in said or ("tenant" in said and "invalid cred" not in said):
        code, sentence, field = "acumatica_tenant_unknown", "there is no such tenant on this site", "tenant"
    elif "branch" in said:
        code, sentence, field = "acumatica_branch_unknown", "this user has no such branch", "branch"
    elif "lock" in said or "disabled" in said:
        code, sentence, field = "acumatica_user_locked", "the user is locked or disabled", "username"
    elif "credential" in said or "password" in said or answer.status in (401, 403):
        code, sentence, field = "acumatica_password_refused", "user name or password are wrong", "password"
    elif answer.status == 404 or not faults_of(answer):
        raise _not_acumatica(answer)
    else:
        code, sentence, field = "acumatica_sign_in_refused", _said(answer), "username"
    raise AuthenticationError(
        f"Acumatica refused the sign-in: {sentence}.", code=code, field=field, answer=_safe(answer.summary)
    )


def consent_ended() -> AuthenticationError:
    """Say that a person must consent again."""
    return AuthenticationError(
        "The consent to use Acumatica has ended or was withdrawn. Open the connection and sign in to Acumatica again.",
        code="acumatica_consent_ended",
        field="grant",
    )


def _raise_login_limit(answer: Answer) -> None:
    if answer.is_success or not any(words in answer.text.lower() for words in _LIMIT_WORDS):
        return
    raise RateLimitError(
        "Acumatica lets nobody more in: the licence's API sessions are all in use. Sessions that were not signed out "
        "end by themselves after a while.",
        code=LOGIN_LIMIT,
        retry_after_s=LIMIT_PAUSE_S,
        answer=_safe(answer.summary),
    )


def _not_acumatica(answer: Answer) -> ConfigurationError:
    return ConfigurationError(
        f"What answers at {answer.host}{answer.path} is not Acumatica (status {answer.status}). Check the address: the "
        "instance name may be missing or wrong.",
        code="acumatica_not_here",
        field="instance_url",
        answer=_safe(answer.summary),
    )


def judge_discovery(answer: Answer) -> None:
    """Raise what an answer of `GET /entity` means: it is open to all, so anything but a list is another system."""
    if not answer.is_success:
        raise _not_acumatica(answer)


# Calls


def judge(answer: Answer, is_write: bool) -> None:
    """Raise what an answer of the contract-based API means; 2xx returns.

    A 5xx on a write is unknown unless its words prove that nothing was saved; on a read it is worth another try, but
    not where the words say that it would end alike.
    """
    if answer.status < 300:
        return
    _raise_login_limit(answer)
    faults = faults_of(answer)
    if answer.status == 401:
        raise _unauthorised(answer)
    if answer.status == 403:
        raise _forbidden(answer, faults)
    if answer.status == 412:
        raise _precondition(answer)
    if STATUS_PART in answer.path and answer.status in (400, 422, 500) and _is_exception(answer):
        ended = _match(faults, (RECORD_CHANGED, *BUSINESS), answer)
        raise ended or _refused(faults, answer, "acumatica_action_failed")
    if answer.status in (404, 406, 411):
        raise _no_such_place(answer)
    if found := _match(faults, NOT_SAVED, answer):
        raise found
    if answer.status in (400, 422):
        raise _match(faults, BUSINESS, answer) or _refused(faults, answer, "acumatica_refused")
    if answer.status == 500:
        raise _broken(answer, faults, is_write)
    judge_by_status(answer, is_write)


def _broken(answer: Answer, faults: tuple[Fault, ...], is_write: bool) -> ConnectorError:
    """Judge a 500: what is missing, what the optimiser refuses, what a filter got wrong, else trouble."""
    words = answer.text
    if "NoEntitySatisfies" in words:
        return MissingReferenceError(
            f"Acumatica has no such record ({answer.where}).", code=NOT_FOUND, answer=_safe(answer.summary)
        )
    if "Optimization cannot be performed" in words or "CannotOptimize" in words:
        return RejectedError(
            "Acumatica cannot list this with its details; it is read one by one.", code="acumatica_not_listable"
        )
    if not is_write and "incompatible types" in words.lower():
        return RejectedError(
            f"Acumatica does not understand the filter of {answer.path}. Support must look.",
            code="acumatica_filter_refused",
            answer=_safe(answer.summary),
        )
    is_telling = is_write and _is_exception(answer)
    if is_telling and (found := _match(faults, BUSINESS, answer)):
        return found
    told = _said(answer)
    if is_write:
        return UnknownOutcomeError(
            f"{answer.where} broke off: {told}. It is looked up before anything is repeated.",
            code="acumatica_broke_off",
            answer=_safe(answer.summary),
        )
    return UnavailableError(f"Acumatica has trouble: {told}.", code="acumatica_down", answer=_safe(answer.summary))


def _unauthorised(answer: Answer) -> ConnectorError:
    """Judge a 401 that a fresh sign-in did not heal."""
    return AuthenticationError(
        "Acumatica signs us in, but refuses every call: the user is disabled, or the connected application lacks the "
        "scope api.",
        code="acumatica_session_refused",
        answer=_safe(answer.summary),
    )


def _forbidden(answer: Answer, faults: tuple[Fault, ...]) -> ConnectorError:
    what = entity_of(answer.path)
    told = f" It says: {faults[0].said.rstrip('.')}." if faults else ""
    return PrivilegeError(
        f"The user may not use {what} in Acumatica, or its feature is switched off.{told} Give its role access to the "
        "screen.",
        code="acumatica_role_missing",
        value=what,
        answer=_safe(answer.summary),
    )


def _precondition(answer: Answer) -> ConnectorError:
    """Judge a 412: we send `If-None-Match: *` to create only, and `If-Match: *` to change only."""
    return DuplicateError(
        f"{entity_of(answer.path)}: the record stands already though it was to be made, or is gone though it was to be "
        "changed. It is looked up.",
        code="acumatica_precondition",
        answer=_safe(answer.summary),
    )


def _no_such_place(answer: Answer) -> ConnectorError:
    if STATUS_PART in answer.path:
        return UnknownOutcomeError("Acumatica has forgotten the action that it ran.", code="acumatica_action_forgotten")
    what = entity_of(answer.path)
    return ConfigurationError(
        f"Acumatica's endpoint has no {what} ({answer.path}, status {answer.status}). Check endpoint and version, and "
        "that an endpoint of your own extends Default.",
        code="acumatica_endpoint_missing",
        field="endpoint_version",
        value=what,
        answer=_safe(answer.summary),
    )


def entity_of(path: str) -> str:
    """Name the entity that a path calls: `SalesInvoice`, or `SalesInvoice/ReleaseSalesInvoice`."""
    _, found, rest = path.partition("/entity/")
    parts = [part for part in rest.split("/")[2:] if part] if found else []
    is_action = len(parts) > 1 and parts[1][:1].isalpha() and parts[1].isalpha() and parts[1] != parts[1].upper()
    return "/".join(parts[: 2 if is_action else 1]) or "entity"


# The words


def faults_of(answer: Answer) -> tuple[Fault, ...]:
    """Read an HttpError, or walk the echoed entity of a 422 for the errors beside its values; nothing for HTML."""
    said = _json(answer)
    if not isinstance(said, Mapping):
        return ()
    if any(name in said for name in ("message", "exceptionMessage", "exceptionType")):
        return tuple(_exception(said))
    return tuple(_walk(said, ""))


def _exception(said: Mapping[str, Any]) -> Iterator[Fault]:
    model = said.get("modelState")
    if isinstance(model, Mapping):
        for name, words in model.items():
            yield Fault(
                said=f"modelState {'; '.join(map(str, words)) if isinstance(words, list) else words}", field=name
            )
    words = [str(said.get(name) or "") for name in ("exceptionMessage", "exceptionType", "messageDetail", "message")]
    yield Fault(said=" ".join(each for each in words if each))
    inner = said.get("innerException")
    if isinstance(inner, Mapping):
        yield from _exception(inner)


def _walk(node: Mapping[str, Any], path: str) -> Iterator[Fault]:
    """Give the deepest complaints first: a record's own summary says less than its fields."""
    own = node.get("error")
    for name, inner in node.items():
        where = f"{path}.{name}" if path else name
        if isinstance(inner, Mapping):
            yield from _walk(inner, where)
        elif isinstance(inner, list):
            for one in inner:
                if isinstance(one, Mapping):
                    yield from _walk(one, where)
    if isinstance(own, str) and own.strip():
        yield Fault(said=own.strip(), field=path, value=str(node.get("value") or ""))


def _match(faults: tuple[Fault, ...], rules: tuple[Rule, ...], answer: Answer) -> ConnectorError | None:
    for rule in rules:
        for fault in faults:
            if found := rule.says.search(fault.said):
                return _made(rule, fault, found, answer)
    return None


def _made(rule: Rule, fault: Fault, found: re.Match[str], answer: Answer) -> ConnectorError:
    groups = found.groupdict()
    pause = answer.retry_after_s if issubclass(rule.error, TransientError) else None
    return rule.error(
        f"Acumatica says{_at(fault)}: {_short(fault.said)}. {rule.next_step}",
        code=rule.code,
        field=fault.field or (groups.get("field") or ""),
        value=(fault.value or groups.get("value") or "").strip()[:80],
        answer=_safe(answer.summary),
        retry_after_s=pause,
    )


def _refused(faults: tuple[Fault, ...], answer: Answer, code: str) -> RejectedError:
    fault = faults[0] if faults else Fault(said=f"status {answer.status}, without a word why")
    told = "; ".join(dict.fromkeys(f"{_at(each).strip()} {_short(each.said)}".strip() for each in faults[:5]))
    return RejectedError(
        f"Acumatica says: {told or fault.said}. Mend what it names, then replay the record.",
        code=code,
        field=fault.field,
        value=fault.value[:80],
        answer=_safe(answer.summary),
    )


def _at(fault: Fault) -> str:
    value = f" “{fault.value[:60]}”" if fault.value else ""
    return f" of {fault.field}{value}" if fault.field else ""


def _is_exception(answer: Answer) -> bool:
    said = _json(answer)
    return isinstance(said, Mapping) and bool(said.get("exceptionMessage") or said.get("exceptionType"))


def _said(answer: Answer) -> str:
    faults = faults_of(answer)
    if faults:
        return _short(faults[0].said)
    return "a web page came instead of an answer" if "<" in answer.text[:200] else f"status {answer.status}"


def _short(words: str) -> str:
    plain = re.sub(r"[<>]", " ", _safe(_STACK.sub("", words)))
    return " ".join(plain.split())[:LONGEST_DETAIL].rstrip(". ")


def _safe(text: str) -> str:
    return redact_text(_URL.sub("[address]", text))


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.text)
    except (ValueError, RecursionError):
        return None
