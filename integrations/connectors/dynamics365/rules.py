"""What F&O's refusals say in English, and what becomes of them; other languages end as `d365_rejected`."""

import re
from dataclasses import dataclass

from integrations.errors import (
    ClosedPeriodError,
    ConnectorError,
    DuplicateError,
    MissingReferenceError,
    RejectedError,
    TransientError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a reason matches: which error, which code, what to do next.

    Named groups `field` and `value` of the pattern say what is to be mended.
    """

    code: str
    error: type[ConnectorError]
    like: re.Pattern[str]
    next_step: str


def _rule(code: str, error: type[ConnectorError], pattern: str, next_step: str) -> Rule:
    return Rule(code=code, error=error, like=re.compile(pattern, re.IGNORECASE | re.DOTALL), next_step=next_step)


# Reasons that prove at any status that nothing was saved.
NOT_SAVED = (
    _rule(
        "d365_update_conflict",
        TransientError,
        r"update conflict occurred",
        "Somebody else saved the journal in that moment; it is sent again.",
    ),
    _rule("d365_duplicate", DuplicateError, r"record already exists|already in use", "It is looked up."),
)

# What a refusal (400) says, the first that fits.
REFUSED = (
    *NOT_SAVED,
    _rule(
        "d365_unknown_field",
        RejectedError,
        r"property '(?P<field>[^']+)' does not exist|could not find a property named '(?P<value>[^']+)'",
        "This environment has no such field: take it out of the mapping.",
    ),
    _rule(
        "d365_party_conflict",
        RejectedError,
        r"party.{0,120}(?:already|prospect|conflict)|prospect.{0,120}(?:party|already)",
        "A prospect or another role of the same party has this account number; settle it in F&O.",
    ),
    _rule(
        "d365_period_closed",
        ClosedPeriodError,
        r"period.{0,80}(?:closed|on hold|not open|stopped|does not exist|not available)"
        r"|(?:closed|on hold|not open)[^.]{0,60}period|no (?:open )?(?:fiscal|ledger) period",
        "Open the period, or let the sync's policy move the posting date.",
    ),
    _rule(
        "d365_journal_posted",
        RejectedError,
        r"journal.{0,80}(?:already (?:been )?posted|is posted|has been posted)",
        "A posted journal takes no further lines; reverse it instead.",
    ),
    _rule(
        "d365_journal_blocked",
        RejectedError,
        r"journal.{0,100}(?:workflow|approv|in use|blocked|locked|being edited)",
        "Finish the approval, or close the journal where it is open, then replay the record.",
    ),
    _rule(
        "d365_number_sequence",
        RejectedError,
        r"number sequence",
        "Mend the number sequence, then replay the record.",
    ),
    _rule(
        "d365_customer_on_hold",
        RejectedError,
        r"(?:customer|account)\s*(?P<value>[\w\\.-]*).{0,60}(?:on hold|is blocked|stopped)",
        "Take the customer off hold for invoices and payments, or wait.",
    ),
    _rule(
        "d365_dimension_value",
        MissingReferenceError,
        r"dimension.{0,120}(?:not valid|invalid|does not exist|not found|not active|suspended|inactive|blocked)"
        r"|(?:invalid|inactive|suspended).{0,60}dimension",
        "Map the dimension to a value that is active on the posting date.",
    ),
    _rule(
        "d365_account_structure",
        RejectedError,
        r"account structure|combination.{0,80}(?:not valid|invalid|not allowed)",
        "Choose dimensions that the account structure allows for this main account.",
    ),
    _rule(
        "d365_account_blocked",
        RejectedError,
        r"main ?account.{0,100}(?:suspended|not active|inactive|blocked|closed|manual entr)|manual entr",
        "Map another main account, or allow manual entry on it.",
    ),
    _rule(
        "d365_exchange_rate",
        RejectedError,
        r"exchange rate",
        "Enter the exchange rate for the date, then replay the record.",
    ),
    _rule(
        "d365_unbalanced",
        RejectedError,
        r"not balance|unbalanced|debit.{0,40}credit.{0,40}(?:differ|equal|not)",
        "Support must look at the lines that were sent.",
    ),
    _rule(
        "d365_invoice_number_used",
        RejectedError,
        r"invoice.{0,80}(?:already (?:been )?used|exists|duplicate)",
        "F&O's parameters allow an invoice number once; look whether somebody entered the document by hand.",
    ),
    _rule(
        "d365_invoice_not_open",
        RejectedError,
        r"(?:invoice|transaction).{0,80}(?:not (?:been )?(?:found|open|posted)|already (?:been )?(?:settled|marked))",
        "An invoice must be posted and open before a payment can settle it; post it, or settle by hand.",
    ),
    _rule(
        "d365_value_not_found",
        MissingReferenceError,
        r"value '(?P<value>[^']*)' in field '(?P<field>[^']+)' is not found",
        "Map it to a value that exists in this legal entity.",
    ),
    _rule(
        "d365_mandatory_field",
        RejectedError,
        r"field '(?P<field>[^']+)' must be filled in",
        "Map this field.",
    ),
    _rule(
        "d365_value_not_found",
        MissingReferenceError,
        r"(?P<value>[^\s']+)?\s*(?:does not exist|unknown|is not valid|cannot be found|is not found)",
        "Map it to a value that exists in this legal entity.",
    ),
)

OTHERWISE = Rule(
    code="d365_rejected",
    error=RejectedError,
    like=re.compile(""),
    next_step="Mend what F&O names, then replay the record.",
)
