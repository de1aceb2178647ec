"""What Acumatica's refusals say, and what becomes of them: patterns in its words, the telling ones first."""

import re
from dataclasses import dataclass

from integrations.errors import (
    ClosedPeriodError,
    ConfigurationError,
    ConnectorError,
    ContractError,
    DuplicateError,
    MissingReferenceError,
    RejectedError,
    TransientError,
    UnavailableError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When the words of an answer match: which error, which code, what to do next.

    Named groups `field` and `value` say what is to be mended; else the field under which the words stood does.
    """

    code: str
    error: type[ConnectorError]
    says: re.Pattern[str]
    next_step: str


def _rule(code: str, error: type[ConnectorError], says: str, next_step: str) -> Rule:
    return Rule(code=code, error=error, says=re.compile(says, re.IGNORECASE | re.DOTALL), next_step=next_step)


RECORD_CHANGED = _rule(
    "acumatica_record_changed",
    TransientError,
    r"Another process has (?:updated|added|deleted)",
    "Somebody saved the same record in between; it is sent again.",
)

# What proves, whatever the status, that nothing was saved.
NOT_SAVED = (
    RECORD_CHANGED,
    _rule(
        "acumatica_screen_busy",
        UnavailableError,
        r"previous operation has not been completed"
        r"|operation is (?:still )?(?:in progress|being (?:executed|processed))"
        r"|long[- ]run(?:ning)? operation",
        "Another action of this screen is running; it is sent again.",
    ),
    _rule(
        "acumatica_set_up_missing",
        ConfigurationError,
        r"PXSetupNotEntered|required configuration data is not entered|configuration data is not entered on the",
        "Fill in the form that it names.",
    ),
    _rule(
        "acumatica_unwrapped_value",
        ContractError,
        r"modelState|could not be converted|Error converting value|Unexpected character encountered|not wrapped",
        "Support must look at the request.",
    ),
)

# What the words of a refusal mean.
BUSINESS = (
    _rule(
        "acumatica_period_closed",
        ClosedPeriodError,
        r"period[^.]{0,60}(?:is |are )?(?:closed|inactive|locked|not (?:active|open))"
        r"|(?:closed|inactive|locked)[^.]{0,30}"
        r"period",
        "Open the period, or let the sync's policy move the posting date.",
    ),
    _rule(
        "acumatica_period_missing",
        ClosedPeriodError,
        r"period[^.]{0,60}(?:cannot be found|does not exist|not (?:defined|generated))|no[^.]{0,20}financial period",
        "Generate the periods of this year.",
    ),
    _rule(
        "acumatica_rate_missing",
        MissingReferenceError,
        r"(?:currency|exchange)? ?rate[^.]{0,40}(?:not (?:defined|found|specified)|missing|does not exist)"
        r"|(?:no|specify)[^.]{0,20} rate",
        "Enter the rate of this day.",
    ),
    _rule(
        "acumatica_currency_not_allowed",
        RejectedError,
        r"currency[^.]{0,60}(?:override|cannot be (?:changed|overridden)|not allowed|differ)"
        r"|override[^.]{0,20}currency",
        "Allow this customer other currencies.",
    ),
    _rule(
        "acumatica_out_of_balance",
        RejectedError,
        r"out of balance|not balanced|debit[^.]{0,40}credit|credit[^.]{0,30}debit",
        "Debits and credits differ: mend the mapping.",
    ),
    _rule(
        "acumatica_control_total",
        RejectedError,
        r"control total|document total|amount[^.]{0,30}(?:does not (?:match|equal)|must (?:be )?equal)",
        "Map the document's amount, or switch the validation of totals off.",
    ),
    _rule(
        "acumatica_over_applied",
        RejectedError,
        r"(?:exceeds?|greater than|more than|less than)[^.]{0,60}(?:balance|amount|unapplied|open)"
        r"|already (?:paid|applied)"
        r"|cannot be applied|application[^.]{0,40}(?:exceed|not allowed)",
        "Look which documents are applied to it already.",
    ),
    _rule(
        "acumatica_released_document",
        RejectedError,
        r"(?:has been|is|was|already) (?:already )?released|released document|cannot be (?:modified|changed|updated|"
        r"deleted)|document status is invalid|invalid (?:document )?status|read[- ]only",
        "Released documents do not change: reverse it by policy.",
    ),
    _rule(
        "acumatica_control_account",
        RejectedError,
        r"control account|manual (?:entry|posting)[^.]{0,40}not allowed",
        "Map another account: this one takes no journal entries.",
    ),
    _rule(
        "acumatica_customer_on_hold",
        RejectedError,
        r"customer[^.]{0,60}(?:on hold|inactive|credit hold|status)|credit (?:hold|limit)",
        "Take the customer off hold, or activate it.",
    ),
    _rule(
        "acumatica_not_on_screen",
        RejectedError,
        r"NullReference|Object reference not set",
        "A document is released on the screen that made it: look at the pair's choice of invoice screen.",
    ),
    _rule(
        "acumatica_duplicate",
        DuplicateError,
        r"already exists|duplicate (?:key|entry|record|value)|must be unique",
        "It is looked up by its reference.",
    ),
    _rule(
        "acumatica_value_unknown",
        MissingReferenceError,
        r"['“\"]?(?P<value>[^'”\"]{1,60})['”\"]? (?:cannot|could not) be found in the system"
        r"|cannot be found in the system|is inactive|not active|does not exist|is not (?:a )?valid|invalid value",
        "Map it to a value that exists and is active.",
    ),
    _rule(
        "acumatica_field_missing",
        RejectedError,
        r"['“\"](?P<field>[\w .]+)['”\"] (?:cannot|may not) be empty|cannot be empty|is required|may not be empty",
        "Map this field.",
    ),
    _rule(
        "acumatica_too_long",
        RejectedError,
        r"(?:too long|exceeds? (?:the )?(?:maximum|max|allowed) length|maximum length)",
        "Shorten it in the mapping.",
    ),
)
