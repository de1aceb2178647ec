"""Which words of JD Edwards mean which of our errors, and what to do then; the vendor documents no codes."""

import re
from dataclasses import dataclass

from integrations.errors import (
    ClosedPeriodError,
    ConfigurationError,
    ConnectorError,
    DuplicateError,
    MissingReferenceError,
    PrivilegeError,
    RejectedError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Words, the error they mean, and the next step for a person."""

    says: re.Pattern[str]
    error: type[ConnectorError]
    code: str
    next_step: str
    field: str = ""


def _rule(says: str, error: type[ConnectorError], code: str, next_step: str, field: str = "") -> Rule:
    return Rule(says=re.compile(says, re.IGNORECASE), error=error, code=code, next_step=next_step, field=field)


READING = (
    _rule(
        r"not authori[sz]ed|no (?:permission|authority|access)|security (?:violation|prevents)|insufficient rights",
        PrivilegeError,
        "jde_permission_missing",
        "Allow the table in data browser security for the portal's role.",
    ),
    _rule(
        r"(?:invalid|bad) date",
        ConfigurationError,
        "jde_date_format",
        "Let the user profile write days with four-digit years, such as MM/dd/yyyy.",
    ),
    _rule(
        r"column (?P<value>\S+) is not valid|(?:invalid|unknown) (?:column|alias|control ?id)",
        ConfigurationError,
        "jde_table_differs",
        "Your release lacks a column that we read: report it to our support.",
    ),
    _rule(
        r"(?P<value>\S+) is not a (?:table|view)|table \S+ (?:does not exist|not found)",
        ConfigurationError,
        "jde_table_differs",
        "Your release lacks a table that we read: report it to our support.",
    ),
)

BUSINESS = (
    _rule(
        r"pbco|pyeb|before current period|prior (?:period|year)|period (?:is )?(?:closed|locked)|locked period",
        ClosedPeriodError,
        "jde_period_closed",
        "Open the period in Company Names & Numbers (P0010), or let the policy move the G/L date.",
        "glDate",
    ),
    _rule(
        r"waco|beyond the fiscal|not set up for.*fiscal|date pattern|invalid (?:g/l )?date|fiscal (?:date )?pattern",
        ClosedPeriodError,
        "jde_period_unknown",
        "Set up the fiscal date pattern for this date (P0008), or change the date.",
        "glDate",
    ),
    _rule(
        r"out of balance|do(?:es)? not balance|differ by",
        RejectedError,
        "jde_out_of_balance",
        "Look at the lines of the record: debits and credits must be equal in every company.",
        "lines",
    ),
    _rule(
        r"business unit.*(?:does not allow|invalid|not (?:found|exist))",
        MissingReferenceError,
        "jde_business_unit",
        "Map another account, or open the business unit for posting (P0006).",
        "account",
    ),
    _rule(
        r"does not allow posting|not.*posting edit|inactive account|account is inactive|non-posting",
        MissingReferenceError,
        "jde_account_not_posting",
        "Map an account with a blank posting edit code, or change it (P0901).",
        "account",
    ),
    _rule(
        r"account (?:number )?(?P<value>[\w.]*\d[\w.]*)? ?(?:is )?(?:invalid|does not exist|not found|not in)",
        MissingReferenceError,
        "jde_account_unknown",
        "Map an account of the chart of accounts (P0901).",
        "account",
    ),
    _rule(
        r"subledger",
        MissingReferenceError,
        "jde_subledger",
        "Check the customer's address number and the account's posting edit code (P0901).",
        "subledger",
    ),
    _rule(
        r"currency",
        MissingReferenceError,
        "jde_currency",
        "Set up the currency (P0013) and its exchange rate (P0015A), or map another account.",
        "currencyCode",
    ),
    _rule(
        r"exchange rate",
        MissingReferenceError,
        "jde_exchange_rate",
        "Enter the exchange rate of the day (P0015A).",
        "currencyCode",
    ),
    _rule(
        r"(?:duplicate|already (?:used|exists|entered)|entered before)",
        DuplicateError,
        "jde_duplicate",
        "Compare the document that stands in JD Edwards with this one.",
    ),
    _rule(
        r"address (?:number )?.*(?:invalid|not (?:found|exist|in))|supplier.*not (?:found|in)|payee does not match",
        MissingReferenceError,
        "jde_address_unknown",
        "Check the address number in the Address Book (P01012) and the Supplier Master (P04012).",
        "supplier",
    ),
    _rule(
        r"company .*(?:invalid|not exist|not found|does not match)|intercompany",
        MissingReferenceError,
        "jde_company",
        "Map accounts of the document's company, or another company (P0010).",
        "company",
    ),
    _rule(
        r"(?:not equal to gross|do not make the gross|gross amount required)",
        RejectedError,
        "jde_distribution",
        "Lines plus tax must make the gross amount: look at the record's lines.",
        "grossAmount",
    ),
    _rule(
        r"pay item not open|exceeds? open|already voided|has payments|no pay items|selected twice|payment is negative",
        RejectedError,
        "jde_not_open",
        "Look at the voucher in Supplier Ledger Inquiry (P0411): somebody paid, held or voided it.",
        "applyTo",
    ),
    _rule(
        r"not in user defined code|user defined code|udc|(?:search type|country|document type|pay status).*invalid",
        MissingReferenceError,
        "jde_code_unknown",
        "Map a value of the user defined code, or add it (P0004A).",
    ),
    _rule(
        r"not authori[sz]ed|no (?:permission|authority|access)|application security",
        PrivilegeError,
        "jde_permission_missing",
        "Give the portal's role application security for the program inside the orchestration.",
    ),
    _rule(
        r"orchestration .*not (?:found|exist)|(?:unknown|no such) orchestration|not found.*orchestration",
        ConfigurationError,
        "jde_orchestration_missing",
        "Import, share and promote the orchestration, and let the portal's user view it (P98220U).",
    ),
    _rule(
        r"missing (?:required )?(?:orchestration )?input|required input|input format",
        RejectedError,
        "jde_inputs_refused",
        "The orchestration differs from the contract: compare it with its specification page.",
    ),
)
