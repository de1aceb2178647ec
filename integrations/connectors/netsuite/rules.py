"""What NetSuite's refusals say, and what becomes of them: o:errorCode first, then patterns in the detail."""

import re
from dataclasses import dataclass

from integrations.errors import (
    ClosedPeriodError,
    ConnectorError,
    ContractError,
    DuplicateError,
    MissingReferenceError,
    PrivilegeError,
    RateLimitError,
    RejectedError,
    TransientError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a fault has this o:errorCode (empty: any) and its detail matches: which error, which code, what to do next.

    Named groups `field` and `value` of the pattern say what is to be mended; else the fault's own path does.
    """

    code: str
    error: type[ConnectorError]
    next_step: str
    said: str = ""
    detail: re.Pattern[str] = re.compile("")


def _like(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL)


_NOT_WRITABLE_STEP = "The form hides or computes this field: take it out of the mapping."
_PERMISSION_STEP = "Add it to the role under Setup > Users/Roles > Manage Roles."
_QUERY_STEP = "This account lacks a feature that the query needs, or its role a field; support must look."

# A fault that proves at any status that nothing was saved.
NOT_SAVED = (
    Rule(
        code="netsuite_too_many_requests",
        error=RateLimitError,
        said="CONCURRENCY_LIMIT_EXCEEDED",
        next_step="It is sent again when a place is free.",
    ),
    Rule(
        code="netsuite_record_changed",
        error=TransientError,
        detail=_like(r"RCRD_HAS_BEEN_CHANGED|record has been changed"),
        next_step="A script or a user saved it in between; it is sent again.",
    ),
)

# What a refusal (4xx) says, the first that fits.
REFUSED = (
    *NOT_SAVED,
    Rule(
        code="netsuite_duplicate",
        error=DuplicateError,
        detail=_like(
            r"DUP_RCRD|already exists|duplicate (?:\w+ )?(?:number|external|entity|record|name|item)|already in use"
        ),
        next_step="It is looked up by its external id.",
    ),
    Rule(
        code="netsuite_period_closed",
        error=ClosedPeriodError,
        detail=_like(
            r"(?:closed|locked)[^.]{0,60}period|period[^.]{0,80}(?:closed|locked)|outside (?:of )?the (?:\w+ )?period"
            r"|PERIOD_(?:CLOSED|LOCKED)"
        ),
        next_step="Open the period, or let the sync's policy move the posting date.",
    ),
    Rule(
        code="netsuite_apply_no_match",
        error=RejectedError,
        detail=_like(r"matching line for sublist apply(?: with key: \[doc,line\] - \[(?P<value>[^\]]*)\])?"),
        next_step="The document that it is applied to is settled already, was deleted or voided there, or has another "
        "customer, currency or receivables account.",
    ),
    Rule(
        code="netsuite_mandatory_field",
        error=RejectedError,
        detail=_like(r"enter value\(?s?\)? for:?\s*(?P<field>[^.\n]+)"),
        next_step="Map this field, or make it optional on the form.",
    ),
    Rule(
        code="netsuite_unknown_field",
        error=RejectedError,
        detail=_like(
            r"(?:unknown|unrecogni[sz]ed|invalid|nonexistent) (?:property|field|attribute)(?: name)?(?!\s+value)"
            r"(?:s?:?\s*['\"“]?(?P<field>[\w.\[\]]+))?|property name"
        ),
        next_step="Take the field out of the mapping, or give the role access to it.",
    ),
    Rule(
        code="netsuite_invalid_reference",
        error=MissingReferenceError,
        detail=_like(r"Invalid Field Value (?P<value>.+?) for the following field:\s*(?P<field>[\w.\[\]]+)"),
        next_step="Map it to a value that exists, is active and is shared with the subsidiary.",
    ),
    Rule(
        code="netsuite_invalid_reference",
        error=MissingReferenceError,
        detail=_like(
            r"invalid [\w ]*reference(?: key)?(?: (?P<value>[\w-]+))?|(?:is|are) inactive|no (?:\w+ "
            ")?(?:record|entity) (?:with|for)"
        ),
        next_step="Map it to a value that exists, is active and is shared with the subsidiary.",
    ),
    Rule(
        code="netsuite_field_not_writable",
        error=RejectedError,
        detail=_like(r"permissions? to set a value for element (?P<field>\w+)"),
        next_step=_NOT_WRITABLE_STEP,
    ),
    Rule(
        code="netsuite_field_not_writable",
        error=RejectedError,
        detail=_like(r"\bread-only\b"),
        next_step=_NOT_WRITABLE_STEP,
    ),
    Rule(
        code="netsuite_permission_missing",
        error=PrivilegeError,
        said="INSUFFICIENT_PERMISSION",
        detail=_like(r"'(?P<value>[^']{3,60})' permission"),
        next_step=_PERMISSION_STEP,
    ),
    Rule(
        code="netsuite_permission_missing",
        error=PrivilegeError,
        said="INSUFFICIENT_PERMISSION",
        next_step=_PERMISSION_STEP,
    ),
    Rule(
        code="netsuite_table_hidden",
        error=PrivilegeError,
        detail=_like(r"Record '(?P<value>\w+)' was not found"),
        next_step="SuiteQL hides tables that the role may not see: add the permission for it to the role.",
    ),
    Rule(
        code="netsuite_query_refused",
        error=ContractError,
        detail=_like(r"Unknown identifier '?(?P<value>[\w.]+)"),
        next_step=_QUERY_STEP,
    ),
    Rule(
        code="netsuite_query_refused",
        error=ContractError,
        detail=_like(r"Invalid (?:search )?query|Search error"),
        next_step=_QUERY_STEP,
    ),
    Rule(
        code="netsuite_not_found",
        error=MissingReferenceError,
        said="NONEXISTENT_ID",
        next_step="It was deleted in NetSuite, or the role does not see its subsidiary.",
    ),
    Rule(
        code="netsuite_invalid_request",
        error=RejectedError,
        said="INVALID_REQUEST",
        next_step="Support must look at the request.",
    ),
    Rule(
        code="netsuite_invalid_request",
        error=RejectedError,
        said="INVALID_URL",
        next_step="Support must look at the request.",
    ),
    Rule(
        code="netsuite_invalid_value",
        error=RejectedError,
        said="INVALID_CONTENT",
        next_step="Mend the mapping of this field.",
    ),
    Rule(code="netsuite_rejected", error=RejectedError, next_step="Mend what NetSuite names, then replay the record."),
)

THROTTLED = Rule(
    code="netsuite_too_many_requests", error=RateLimitError, next_step="It is sent again when a place is free."
)
