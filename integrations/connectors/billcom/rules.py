"""What BILL's codes mean: which error, which code of ours, what to do next. Codes decide, never statuses."""

import re
from dataclasses import dataclass

from integrations.errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectorError,
    ContractError,
    DuplicateError,
    MissingReferenceError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    UnavailableError,
)

CONCURRENCY, HOURLY = "BDC_1322", "BDC_1144"
SESSION_ENDED, UNTRUSTED = "BDC_1109", "BDC_1361"
SYSTEM = frozenset({"BDC_1001", "BDC_1002"})
UNKNOWN_RECORD = "billcom_unknown_record"
LOCKED_FOR_S = 600.0  # BILL names no time; others wait 5 to 15 minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When one of these BDC codes comes (and its message matches): the error, our code, the next step."""

    codes: frozenset[str]
    error: type[ConnectorError]
    code: str
    next_step: str
    message: re.Pattern[str] = re.compile("")


def _rule(codes: str, error: type[ConnectorError], code: str, next_step: str, message: str = "") -> Rule:
    return Rule(
        codes=frozenset(f"BDC_{number}" for number in codes.split()),
        error=error,
        code=f"billcom_{code}",
        next_step=next_step,
        message=re.compile(message, re.IGNORECASE),
    )


_SIGN_IN = (
    _rule(
        "1101",
        AuthenticationError,
        "wrong_login",
        "Check user, password, organization id and environment; it is not tried again, as BILL locks logins.",
    ),
    _rule(
        "1102",
        AuthenticationError,
        "wrong_dev_key",
        "Copy the developer key of exactly this environment: production and sandbox have different ones.",
    ),
    _rule("1103", AuthenticationError, "dev_key_inactive", "Make a new developer key in BILL, or have it activated."),
    _rule("1104", AuthenticationError, "terms_not_accepted", "Accept the developer terms of service in BILL."),
    _rule("1110", AuthenticationError, "login_locked", "Unlock the user in BILL, or wait until BILL does."),
    _rule("1111", AuthenticationError, "user_inactive", "Activate the user in BILL, or connect another one."),
    _rule("1113", AuthenticationError, "login_failed", "Sign in to BILL by hand with the same user to see why."),
)

_WAITING = (
    _rule("1322", RateLimitError, "too_many_at_once", "It is sent again when a place is free."),
    _rule("1144", RateLimitError, "hourly_quota", "It goes on when the next clock hour begins."),
    _rule("1107", UnavailableError, "org_locked", "BILL lifts the lock after some minutes; it is tried again."),
)

_PERMISSION = (
    _rule("1145", PrivilegeError, "permission_missing", "Give the user's role this permission in BILL."),
    _rule(
        "1361",
        PrivilegeError,
        "mfa_needed",
        "This operation needs a session trusted by a second factor, which this portal never asks for.",
    ),
    _rule("1150 1151", PrivilegeError, "payments_not_allowed", "The portal makes no payments; tell support."),
)

_RECORD = (
    _rule("1171", DuplicateError, "duplicate_invoice", "The bill is looked up by vendor and invoice number."),
    _rule(
        "1143 1119",
        DuplicateError,
        "duplicate_name",
        "It is looked up by name.",
        r"already exists|name exists",
    ),
    _rule("1205", MissingReferenceError, "unknown_record", "Look whether it was merged or removed in BILL."),
    _rule(
        "1143 1119",
        RejectedError,
        "invoice_number_too_long",
        "BILL takes 21 characters; let the mapping shorten it.",
        r"invoiceNumber.{0,20}too long",
    ),
    _rule(
        "1143 1119",
        MissingReferenceError,
        "invalid_reference",
        "Map it to a value that exists in BILL and is not archived.",
        r"archived|no \w+ exists|does ?n[o']t exist|not found|invalid (?:\w+ )?id\b",
    ),
    _rule(
        "1143 1119 1159",
        RejectedError,
        "bill_locked",
        "A bill with a payment is changed in BILL only, after its payment was cancelled or voided.",
        r"\b(?:paid|scheduled|payments?)\b|overpay",
    ),
    _rule("1130 1131", ContractError, "query_refused", "Support must look at the request."),
    _rule("1108 1117", RejectedError, "missing_field", "Map the named field, then replay the record."),
    _rule("1143 1119 1124", RejectedError, "invalid_value", "Mend the mapping of the named field, then replay."),
    _rule("1122", ContractError, "bad_json", "Support must look at the request."),
    _rule("1121", ConfigurationError, "unknown_endpoint", "Support must look at the address that was called."),
    _rule("1246", RejectedError, "rolled_back", "Another record of the same call was refused; replay this one."),
    _rule("1402", RejectedError, "process_date", "BILL needs two business days for a new bank account."),
)

RULES = _WAITING + _SIGN_IN + _PERMISSION + _RECORD
