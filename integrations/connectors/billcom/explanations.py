"""Every failure code of BILL in plain words, with the path to the fix in its own menus."""

from collections.abc import Iterable
from typing import Literal

from integrations.contracts import Explanation

Who = Literal["accountant", "erp_admin", "portal_owner", "support"]

_KEYS = "Settings > Sync & Integrations > Manage Developer Keys"
_TOKENS = "Settings > Sync & Integrations > Tokens"
_USERS = "Settings > Users"
_ROLES = "Settings > Users > Roles"


def _make(rows: Iterable[tuple[str, str, str, Who, str]]) -> tuple[Explanation, ...]:
    return tuple(
        Explanation(code=f"billcom_{code}", title=title, cause=cause, who=who, fix=fix)
        for code, title, cause, who, fix in rows
    )


SIGN_IN = _make(
    (
        (
            "bad_setting",
            "A connection field is not valid",
            "One of the typed values cannot be right: it is empty or has another form.",
            "portal_owner",
            f"Mend the named field under Connections. Key and organization id stand in BILL under {_KEYS}.",
        ),
        (
            "environment_mismatch",
            "Production and sandbox are mixed up",
            "A test connection points to BILL's production, or a live one to its developer sandbox.",
            "portal_owner",
            "Choose the other environment under Connections, or make a connection of the other kind.",
        ),
        (
            "wrong_login",
            "BILL refuses the sign-in",
            "User and password, or token name and value, do not match in this organization and environment. BILL says "
            "the same when the environment is wrong. It is not tried again, because BILL locks users.",
            "portal_owner",
            f"Make a new AP & AR sync token in BILL: {_TOKENS}, and paste its name and value under Connections.",
        ),
        (
            "wrong_dev_key",
            "The developer key is unknown",
            "The developer key is mistyped, or belongs to BILL's other environment.",
            "portal_owner",
            f"Copy the key from {_KEYS} of exactly this environment.",
        ),
        (
            "dev_key_inactive",
            "The developer key is inactive",
            "BILL knows the key, but it was switched off.",
            "erp_admin",
            f"{_KEYS}: make a new key, or ask BILL's support to activate this one.",
        ),
        (
            "terms_not_accepted",
            "BILL's developer terms are not accepted",
            "An administrator must accept the terms of service before the key works.",
            "erp_admin",
            f"{_KEYS}: accept the terms as an administrator, then ping again.",
        ),
        (
            "login_locked",
            "The login is locked",
            "BILL locked this user after failed sign-ins.",
            "erp_admin",
            f"{_USERS}: open the user and reset the password, or wait; then correct it under Connections.",
        ),
        (
            "user_inactive",
            "The user is not active",
            "BILL has no active user for this login.",
            "erp_admin",
            f"{_USERS}: activate the user, or connect another one.",
        ),
        (
            "login_failed",
            "The sign-in failed",
            "BILL refused the sign-in without a further reason.",
            "erp_admin",
            "Sign in to BILL by hand with the same user: it may ask for a new password or for a confirmation.",
        ),
        (
            "other_organization",
            "Another organization answers",
            "The session is not of the organization that the connection names.",
            "portal_owner",
            f"Compare the organization id under Connections with {_KEYS}.",
        ),
        (
            "session_refused",
            "Sessions end at once",
            "BILL signs us in and then refuses the session: another program may use the same user, or another key.",
            "erp_admin",
            f"Make a sync token for this portal alone: {_TOKENS}.",
        ),
        (
            "mfa_needed",
            "BILL wants a second factor",
            "The operation needs a session trusted by a second factor: making payments, or switching automatic "
            "payment on. The portal does neither.",
            "erp_admin",
            "Do this step in BILL by hand, and take it out of the mapping.",
        ),
        (
            "permission_missing",
            "The user lacks a permission",
            "BILL's permissions go by operation: a user may write what he cannot read. The problem names which.",
            "erp_admin",
            f"{_ROLES}: give the portal's user the named right; for a sync token, make a new one under {_TOKENS}.",
        ),
        (
            "payments_not_allowed",
            "Payments are not allowed",
            "BILL says that the user or organization cannot make payments; the portal never does.",
            "support",
            "Write to support with the attempt's number.",
        ),
        (
            "no_accounts",
            "The chart of accounts is empty",
            "BILL holds no account that lines can be coded to.",
            "erp_admin",
            "Settings > Accounting > Chart of Accounts: add or import your accounts.",
        ),
    )
)

CALLS = _make(
    (
        (
            "too_many_at_once",
            "Too many calls at once",
            "BILL allows three calls in flight for a developer key and organization; other programs share them.",
            "portal_owner",
            "It passes by itself. If it lasts, lower Calls at once under Connections, or use a key apart.",
        ),
        (
            "hourly_quota",
            "The hour's calls are used up",
            "BILL allows 20,000 calls and 200 log-ins an hour for a developer key, over all its organizations. It goes "
            "on at the next full hour.",
            "portal_owner",
            "If it lasts, lower Calls per hour under Connections for the organizations that share the key.",
        ),
        (
            "org_locked",
            "BILL has locked the organization",
            "After bursts of calls or failed sign-ins BILL locks an organization for some minutes.",
            "erp_admin",
            "It is tried again by itself. If it lasts an hour, ask BILL's support to lift the lock.",
        ),
        (
            "system_error",
            "BILL had an error of its own",
            "BILL answered with a system error. What was sent is looked up before anything is repeated.",
            "support",
            "Nothing to mend; status.bill.com tells about outages. If it stays with one record, write to support.",
        ),
        (
            "gateway_page",
            "A web page came instead of an answer",
            "A gateway before BILL answered: maintenance, or a firewall on the way.",
            "support",
            "It is tried again by itself. If it lasts, let our operators look at the way to BILL's gateway.",
        ),
        (
            "unexpected_answer",
            "An answer is not as documented",
            "BILL's answer lacks what its documentation promises.",
            "support",
            "Write to support with the attempt's number.",
        ),
        (
            "query_refused",
            "A list's filter is refused",
            "BILL does not take a filter that we send.",
            "support",
            "Write to support with the answer.",
        ),
        (
            "bad_json",
            "BILL does not read the request",
            "The request's form is wrong; this is ours to mend.",
            "support",
            "Write to support with the attempt's number.",
        ),
        (
            "unknown_endpoint",
            "BILL does not know the address",
            "The address that was called does not exist in this environment.",
            "support",
            "Write to support with the attempt's number.",
        ),
        (
            "webhook_address",
            "BILL cannot deliver to this address",
            "BILL delivers webhooks by HTTPS only.",
            "portal_owner",
            "Run the portal under a public HTTPS address, then subscribe again under Connections.",
        ),
        (
            "unreadable_webhook",
            "A webhook cannot be read",
            "A signed call came whose body names no event.",
            "support",
            "Nothing is lost: the schedule reads all changes. Write to support if it repeats.",
        ),
    )
)

RECORDS = _make(
    (
        (
            "duplicate_invoice",
            "The invoice number exists already",
            "BILL has a bill with this invoice number. It is looked up by vendor and number.",
            "accountant",
            "Payables > Bills: search the number. If it is the same bill, link it on the record's page; if not, "
            "correct the number in one of the systems.",
        ),
        (
            "duplicate_name",
            "The name exists already",
            "BILL has a record of this name and takes no second one.",
            "accountant",
            "Payables > Vendors: search the name. If it is the same vendor, link it on the record's page.",
        ),
        (
            "invoice_number_too_long",
            "The invoice number is too long",
            "BILL takes 21 characters. Longer numbers are shortened with a digest, unless the mapping fills the field "
            "otherwise.",
            "accountant",
            "Map the invoice number without a transform of your own, then replay the record.",
        ),
        (
            "invalid_reference",
            "A mapped value is not usable",
            "The vendor, account, department or location does not exist in BILL or is archived.",
            "accountant",
            "Map it to another value, or restore it: Settings > Accounting > the list > Archived > Restore.",
        ),
        (
            "invalid_value",
            "A value is not valid",
            "BILL would not take the named field as it is: its length, form or characters.",
            "accountant",
            "Mend the field under Mappings or in the source record, then replay it. In vendors it is mostly the ZIP "
            "code or the country.",
        ),
        (
            "missing_field",
            "A field is empty that BILL needs",
            "Vendors need a name and a full address; bills need vendor, due date, number, date and a line.",
            "accountant",
            "Fill it in the source record, or map a constant under Mappings.",
        ),
        (
            "bill_locked",
            "The bill is being paid",
            "A payment is scheduled or made, so the bill is no longer changed or archived from here.",
            "accountant",
            "Payables > Payments: cancel or void the payment, then replay the record; or change the bill in BILL by "
            "hand and accept the difference.",
        ),
        (
            "unknown_record",
            "The record is not in BILL",
            "A vendor or bill that was booked no longer exists under its id: it may have been merged.",
            "accountant",
            "Payables > Vendors (or Bills): search it by name or number, then link it on the record's page.",
        ),
        (
            "rolled_back",
            "A call was rolled back",
            "Another record of the same call was refused.",
            "support",
            "Replay the record.",
        ),
        (
            "process_date",
            "The process date is too early",
            "BILL needs two business days for a vendor's new bank account.",
            "accountant",
            "Payables > Payments: choose a later date.",
        ),
        (
            "invalid_operation",
            "The operation is not possible",
            "The draft asks for something that this sink does not do.",
            "support",
            "Write to support with the record's key.",
        ),
        (
            "missing_value",
            "A record cannot be read",
            "An object came from BILL without a field that it must have.",
            "support",
            "Look at the record in BILL; write to support with its id.",
        ),
        (
            "bad_value",
            "A record cannot be read",
            "A field of an object has another type than BILL documents.",
            "support",
            "Look at the record in BILL; write to support with its id.",
        ),
        (
            "bill_taken",
            "The bill stands for another purchase",
            "BILL has one bill per purchase, and this one was made for another document of the source.",
            "accountant",
            "Enter what is missing in BILL by hand, or skip this record with the reason.",
        ),
        (
            "rejected",
            "BILL refused the record",
            "A rule of BILL refused it. The answer names the reason.",
            "accountant",
            "Mend what the answer names in BILL or in the mapping, then replay the record.",
        ),
    )
)

EXPLANATIONS = SIGN_IN + CALLS + RECORDS
