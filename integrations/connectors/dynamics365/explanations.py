"""Every failure code of F&O in plain words, with the path to the fix in its own menus."""

from integrations.contracts import Explanation

_APPS = "System administration > Setup > Microsoft Entra ID applications"
_ENTRA = "Microsoft Entra admin center > App registrations > the application"
_NAMES = "General ledger > Journal setup > Journal names"
_FORMATS = (
    "General ledger > Chart of accounts > Dimensions > Financial dimension configuration for integrating applications"
)
_CUSTOMERS = "Accounts receivable > Customers > All customers"


def _told(code: str, title: str, cause: str, fix: str, who: str = "erp_admin") -> Explanation:
    return Explanation(code=code, title=title, cause=cause, who=who, fix=fix)  # type: ignore[arg-type]


CONNECTING = (
    _told(
        "d365_credentials",
        "A connection field is not valid",
        "One of the typed values cannot be right: it is empty or has another form.",
        "Mend the named field under Connections.",
        "portal_owner",
    ),
    _told(
        "d365_environment_mismatch",
        "Sandbox environment and live connection",
        "Addresses with .sandbox., .cloudax. or .onebox. in them are no production environments; this connection is "
        "live.",
        "Connect the environment under a test connection, and production under the live one.",
        "portal_owner",
    ),
    _told(
        "d365_not_an_environment",
        "No Dynamics 365 Finance at this address",
        "Something answers at the address, but not Finance and Operations: a mistyped name, a Dataverse address "
        "(crm.dynamics.com), or a page before it.",
        "Copy the address from the browser while Finance is open; it usually ends in .operations.dynamics.com.",
        "portal_owner",
    ),
    _told(
        "d365_environment_unknown",
        "The tenant does not know this environment",
        "Entra makes no tokens for the address: it is mistyped, belongs to another tenant, or the environment was "
        "deleted.",
        "Compare the address with the browser's while Finance is open, and the tenant id with the one of that "
        "environment (Power Platform admin center > Environments).",
        "portal_owner",
    ),
    _told(
        "d365_tenant_unknown",
        "No such Entra tenant",
        "The tenant id is mistyped, or belongs to another Microsoft cloud.",
        "Copy it from Microsoft Entra admin center > Identity > Overview > Tenant ID; check the connection's cloud.",
        "portal_owner",
    ),
    _told(
        "d365_client_unknown",
        "The tenant has no such application",
        "The application (client) id is mistyped, or the application was registered in another tenant or deleted.",
        f"Copy the Application (client) ID from {_ENTRA} > Overview.",
        "portal_owner",
    ),
    _told(
        "d365_wrong_secret",
        "The client secret is wrong",
        "Entra refuses the secret. Often its Secret ID was copied instead of its Value.",
        f"Make a new one: {_ENTRA} > Certificates & secrets > New client secret, and paste its Value here.",
        "portal_owner",
    ),
    _told(
        "d365_secret_expired",
        "The client secret has expired",
        "Client secrets live two years at most; this one is past its end. Nothing is booked until there is a new one.",
        f"{_ENTRA} > Certificates & secrets > New client secret; paste its Value here and note its end.",
        "portal_owner",
    ),
    _told(
        "d365_sign_in_refused",
        "Entra refuses the sign-in",
        "Entra did not accept the request and names no cause that we know: a policy may forbid it.",
        "Look up the AADSTS number under Microsoft Entra admin center > Monitoring > Sign-in logs > Service principal "
        "sign-ins.",
    ),
    _told(
        "d365_app_not_registered",
        "F&O does not know the application",
        "Entra signs the application in, but F&O refuses each call: it is not in its list of applications, or its line "
        "names a user that is disabled.",
        f"{_APPS} > New: paste the Application (client) ID, give a name, and choose the user whose roles count. Then "
        "wait a minute and ping again.",
    ),
    _told(
        "d365_principal_missing",
        "The application has no service principal in the tenant",
        "The registration stands, but no enterprise application (service principal) belongs to it in the tenant of the "
        "environment: its tokens lack the claim oid, and F&O refuses each call. Registering it in F&O does not help.",
        f"{_ENTRA} > API permissions > Grant admin consent, or Microsoft Entra admin center > Enterprise applications: "
        "see that it is there and enabled for sign-in. Then ping again.",
    ),
    _told(
        "d365_privilege_missing",
        "The application's user may not do this",
        "The user named in the list of applications lacks a privilege on the entity. Records wait until it is given.",
        f"See which user stands in {_APPS}; then System administration > Users > Users > that user > Assign roles. "
        "The guide names the roles.",
    ),
    _told(
        "d365_entity_missing",
        "This environment lacks something",
        "An entity or the posting service is not there: another version, a licence configuration key that is off, or a "
        "service that was not deployed.",
        "System administration > Setup > License configuration; for the service ask who deployed it. Then System "
        "administration > Workspaces > Data management > Framework parameters > Entity settings > Refresh entity list.",
    ),
    _told(
        "d365_company_unknown",
        "No such legal entity",
        "The legal entity's id is mistyped, or the application's user may not see it.",
        "Organization administration > Organizations > Legal entities shows the ids; correct the connection.",
        "portal_owner",
    ),
    _told(
        "d365_journal_name_missing",
        "The journal name is not there",
        "The legal entity has no journal name of that spelling. Nothing can be booked without one.",
        f"{_NAMES} > New, or correct the name on the connection.",
    ),
    _told(
        "d365_journal_name_type",
        "The journal name has the wrong type",
        "Invoices and credit notes need a journal name of type Daily, payments and refunds of type Customer payment.",
        f"{_NAMES}: choose another name on the connection, or make one of that type.",
    ),
    _told(
        "d365_voucher_by_hand",
        "The journal name wants vouchers by hand",
        "Its New voucher setting is Manually, so lines without a voucher number are refused.",
        f"{_NAMES} > the name > New voucher: “One voucher number only”.",
    ),
    _told(
        "d365_dimension_format_missing",
        "No active dimension format",
        "Accounts with dimensions are written in the order of the active integration format; there is none of that "
        "type, so no journal can be written.",
        f"{_FORMATS}: make a format of the type named, with all dimensions in use, and set it active.",
    ),
)

BOOKING = (
    _told(
        "d365_dimension_not_in_format",
        "A dimension is not in the active format",
        "The mapping fills a dimension that the active format does not hold. F&O would drop it without a word, so "
        "nothing was sent.",
        f"{_FORMATS}: add the dimension to the active format; or take it out of the mapping.",
    ),
    _told(
        "d365_too_many_segments",
        "An account has too many segments",
        "The account's text has more segments than the active format. F&O would drop the rest, so nothing was sent.",
        "Mend the mapping of the account: map main account and dimensions each to their own field.",
        "accountant",
    ),
    _told(
        "d365_account_or_dimension",
        "An account or dimension value cannot be used",
        "It does not exist, is suspended, is not active on the posting date, or does not allow manual entry. Nothing "
        "was sent.",
        "General ledger > Chart of accounts > Accounts > Main accounts, or Dimensions > Financial dimensions > "
        "Dimension values; or map another value under Mappings.",
        "accountant",
    ),
    _told(
        "d365_dimension_value",
        "F&O refuses a dimension value",
        "A dimension value is not valid or not active on the date.",
        "General ledger > Chart of accounts > Dimensions > Financial dimensions > Dimension values; or map another.",
        "accountant",
    ),
    _told(
        "d365_account_structure",
        "The account structure does not allow this combination",
        "Main account and dimensions exist, but the account structure or an advanced rule forbids them together.",
        "General ledger > Chart of accounts > Structures > Configure account structures; or map other dimensions.",
        "accountant",
    ),
    _told(
        "d365_account_blocked",
        "The main account is closed to entries",
        "It is suspended, not active on the date, or does not allow manual entry.",
        "General ledger > Chart of accounts > Accounts > Main accounts > the account; or map another.",
        "accountant",
    ),
    _told(
        "d365_period_closed",
        "The period is closed",
        "The posting date lies in a period that is closed, on hold, or not there. The policy may hold it, move it to "
        "the first open day, or ask.",
        "General ledger > Calendars > Ledger calendars: open the period for Customer and Ledger; or choose the policy.",
        "accountant",
    ),
    _told(
        "d365_customer_on_hold",
        "The customer is on hold",
        "The customer's account is stopped for invoices or all transactions. Its documents wait.",
        f"{_CUSTOMERS} > the customer > Credit and collections > Invoicing and delivery on hold.",
        "accountant",
    ),
    _told(
        "d365_party_conflict",
        "The party belongs to somebody else",
        "A prospect or another role of the same party already holds this account number.",
        f"Global address book, or {_CUSTOMERS}: convert or merge the party; then replay the record.",
    ),
    _told(
        "d365_number_sequence",
        "A number sequence is in the way",
        "A number could not be drawn: the sequence is used up, blocked, or not allowed to take our customer accounts.",
        "Organization administration > Number sequences > Number sequences: for customer accounts set Manual to Yes.",
    ),
    _told(
        "d365_value_not_found",
        "A value does not exist in F&O",
        "A mapped value (currency, group, terms, tax group, journal name) is not there in this legal entity.",
        "Make it in F&O, or map another value under Mappings.",
        "accountant",
    ),
    _told(
        "d365_mandatory_field",
        "A field must be filled",
        "F&O wants a field that the mapping leaves empty.",
        "Map the field under Mappings; or make it optional in F&O.",
        "accountant",
    ),
    _told(
        "d365_unknown_field",
        "This environment has no such field",
        "The mapping fills a field that the entity does not have in this version or licence. Nothing was sent.",
        "Take the field out of the mapping; or System administration > Setup > License configuration.",
        "accountant",
    ),
    _told(
        "d365_invalid_value",
        "A value cannot be written",
        "It holds control characters, or is neither text, number nor date. Nothing was sent.",
        "Mend the mapping of the field, or the value in the source.",
        "accountant",
    ),
    _told(
        "d365_invalid_reference",
        "A reference cannot be written",
        "Our reference or the customer account is longer than 20 characters, or holds a wildcard or the dimension "
        "delimiter. Nothing was sent.",
        "Support must look; if the delimiter is a letter or digit, change it in General ledger parameters.",
        "support",
    ),
    _told(
        "d365_invalid_journal",
        "The journal is not in order",
        "A line has no account, no amount, both sides, or an offset account. Nothing was sent.",
        "Mend the mapping of the field named; then replay the record.",
        "accountant",
    ),
    _told(
        "d365_unbalanced",
        "Debits and credits differ",
        "The document's lines do not add up to its total. A journal like that could not post, so nothing was sent.",
        "The record shows the arithmetic: mend the mapping of tax or rounding.",
        "accountant",
    ),
    _told(
        "d365_voucher_split",
        "The document was spread over vouchers",
        "The journal name starts a new voucher in the middle of a document. What was written has been taken back.",
        f"{_NAMES} > the name > New voucher: “One voucher number only”; then replay the record.",
    ),
    _told(
        "d365_exchange_rate",
        "An exchange rate is missing",
        "F&O has no rate for the currency on the date.",
        "General ledger > Currencies > Currency exchange rates: enter or import it; then replay the record.",
        "accountant",
    ),
    _told(
        "d365_duplicate",
        "It stands already",
        "F&O holds a record with the same key. It is compared with ours and linked if they agree.",
        "If it is parked, compare both documents on the record's page and decide.",
        "accountant",
    ),
    _told(
        "d365_invoice_number_used",
        "The invoice number was used before",
        "Somebody entered the invoice by hand, or another program did; F&O's parameters allow a number once.",
        f"{_CUSTOMERS} > the customer > Transactions: look for the number, then link or skip the record here.",
        "accountant",
    ),
    _told(
        "d365_invoice_not_open",
        "The invoice cannot be settled",
        "A payment can settle only an invoice that is posted and open in F&O.",
        "Post the invoice's journal first; or let the payment go on account and settle it there.",
        "accountant",
    ),
    _told(
        "d365_settle_by_hand",
        "Settle this payment in F&O",
        "The payment is posted already, and F&O's API settles no posted payment. The cash is booked; the invoice stays "
        "open until somebody settles it.",
        f"{_CUSTOMERS} > the customer > Collect > Settle transactions.",
        "accountant",
    ),
    _told(
        "d365_rate_not_shown",
        "The exchange rate of a journal is not shown",
        "A journal in another currency is to be reversed at its own rate, but its lines were deleted at posting and no "
        "customer transaction tells it. At another day's rate it would leave a gain or a loss.",
        "Enter the reversal in F&O at the rate of the voucher, then accept it here. Let journal names keep lines.",
        "accountant",
    ),
    _told(
        "d365_journal_posted",
        "The journal is posted already",
        "A posted journal cannot be changed.",
        "Reverse it through the portal, which books the opposite; nothing is deleted.",
        "accountant",
    ),
    _told(
        "d365_journal_blocked",
        "The journal is locked",
        "Somebody has it open, or its workflow or approval holds it.",
        "General ledger > Journal entries > General journals > the journal: close it, or finish the approval.",
        "accountant",
    ),
    _told(
        "d365_not_posted",
        "The journal did not post",
        "The posting service answered, but the journal is not posted: a closed period, an approval, or an error in it.",
        "General ledger > Journal entries > General journals > the journal > Validate: its message tells why.",
        "accountant",
    ),
    _told(
        "d365_posting_service",
        "No posting service is set",
        "Journals were to be posted through a custom service, but the connection names none.",
        "Name the service on the connection, or post journals in F&O (a batch job can do that).",
        "portal_owner",
    ),
    _told(
        "d365_past_not_told",
        "F&O does not tell the past",
        "Its API shows what is open now, not what was open on an earlier day.",
        "Reconcile open amounts for today, or compare with Accounts receivable > Inquiries and reports > Aging.",
        "accountant",
    ),
    _told(
        "d365_rejected",
        "F&O refuses the record",
        "F&O gives a reason that we have no better words for; it is shown as F&O says it. Texts in other languages "
        "than English end here: give the application's user the language en-us.",
        "Mend what F&O names, then replay the record.",
        "accountant",
    ),
)

RUNNING = (
    _told(
        "d365_throttled",
        "F&O asks for a pause",
        "The environment is short of resources, and integrations of low priority wait first. Nothing is lost.",
        "It goes on by itself. If it lasts: System administration > Setup > Throttling priority mapping > add the "
        "application.",
    ),
    _told(
        "d365_down",
        "F&O does not answer properly",
        "The environment or a gateway before it has trouble, or is being updated. What was sent is looked up first.",
        "It goes on by itself. If it lasts, see the environment under Lifecycle Services or Power Platform admin "
        "center.",
    ),
    _told(
        "d365_update_conflict",
        "Somebody saved it at the same moment",
        "Another user or batch job changed the journal in that second. It is sent again.",
        "Nothing is to be done. If it lasts, see who works in the journal.",
        "support",
    ),
    _told(
        "d365_not_found",
        "The record is gone",
        "F&O has no record under the key: somebody deleted it, or it was never saved.",
        "Look for the journal or customer in F&O; restore it there, or replay or skip the record here.",
        "accountant",
    ),
    _told(
        "d365_unexpected_answer",
        "F&O answered in an unknown form",
        "The answer is not what Microsoft's documentation says; what was sent is looked up before it is repeated.",
        "Send us the problem's page: support must look.",
        "support",
    ),
    _told(
        "d365_unreadable_event",
        "A business event cannot be read",
        "Somebody called the webhook address with something that is no business event.",
        "System administration > Setup > Business events > Endpoints: check which endpoint has this address.",
    ),
)

EXPLANATIONS = (*CONNECTING, *BOOKING, *RUNNING)
