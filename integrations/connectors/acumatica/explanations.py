"""Acumatica's failure codes in plain words: cause, who must act, and the path to the fix in Acumatica's own menus."""

from integrations.contracts import Explanation

_APPS = "Integration > Connected Applications (SM303010)"
_USERS = "User Security > Users (SM201010)"
_ROLES = "User Security > Access Rights by Role (SM201025)"
_LICENCE = "License Monitoring Console (SM604000)"
_PERIODS = "Finance > General Ledger > Manage Financial Periods (GL503000)"
_AR = "Receivables > Accounts Receivable Preferences (AR101000)"

SIGN_IN = (
    Explanation(
        code="acumatica_credentials",
        title="A connection field is not valid",
        cause="One of the typed values is empty or has another form than Acumatica's.",
        who="portal_owner",
        fix="Mend the named field under Connections.",
    ),
    Explanation(
        code="acumatica_not_here",
        title="No Acumatica at this address",
        cause="Another web site answers, or the instance name in the address is missing or mistyped.",
        who="portal_owner",
        fix="Copy the address from the browser while you work in Acumatica, up to and with the instance name: "
        "https://host/Instance.",
    ),
    Explanation(
        code="acumatica_endpoint_unknown",
        title="No such endpoint",
        cause="This tenant lists no web service endpoint of this name. Endpoints of your own belong to one tenant.",
        who="erp_admin",
        fix="Integration > Web Service Endpoints (SM207060): copy the name, or use Default.",
    ),
    Explanation(
        code="acumatica_version_unknown",
        title="The endpoint has no such version",
        cause="The version is not listed for this endpoint: old ones are removed by upgrades. Calls would end in 404.",
        who="erp_admin",
        fix="Integration > Web Service Endpoints (SM207060): choose one of the listed versions, the newest is best.",
    ),
    Explanation(
        code="acumatica_endpoint_missing",
        title="The endpoint lacks an entity or action",
        cause="Acumatica answers 404: the endpoint does not contain what is called.",
        who="erp_admin",
        fix="Integration > Web Service Endpoints (SM207060): let your endpoint extend Default, or use Default itself.",
    ),
    Explanation(
        code="acumatica_client_refused",
        title="Client id or secret refused",
        cause="Acumatica does not know this client id with this secret, or the part after the @ names another tenant.",
        who="erp_admin",
        fix=f"{_APPS}: compare the Client ID, with the part after the @. If the secret is wrong or expired: Secrets > "
        "Add Shared Secret, and copy it here.",
    ),
    Explanation(
        code="acumatica_password_refused",
        title="User name or password refused",
        cause="Acumatica does not accept this user with this password. After some tries it locks the user.",
        who="erp_admin",
        fix=f"{_USERS}: reset the password of the portal's user and type it here.",
    ),
    Explanation(
        code="acumatica_user_locked",
        title="The user is locked or disabled",
        cause="Too many wrong passwords, or somebody disabled the user.",
        who="erp_admin",
        fix=f"{_USERS}: choose Unlock User or Enable User.",
    ),
    Explanation(
        code="acumatica_flow_not_allowed",
        title="The connected application has another flow",
        cause="The way of signing in chosen here is not the one for which the application was registered, or it is "
        "inactive.",
        who="erp_admin",
        fix=f"{_APPS}: set Flow to Resource Owner Password Credentials (or Authorization Code, if chosen here), "
        "tick Active.",
    ),
    Explanation(
        code="acumatica_scope_refused",
        title="The scope is refused",
        cause="The connected application may not have the scopes api and offline_access.",
        who="erp_admin",
        fix=f"{_APPS}: register the application anew with the flow of the guide.",
    ),
    Explanation(
        code="acumatica_consent_ended",
        title="The consent has ended",
        cause="The chain of refresh tokens has ended (30 days by default), or was withdrawn.",
        who="portal_owner",
        fix=f"Sign in to Acumatica from the connection's page again. For longer chains: {_APPS} > Sliding Expiration.",
    ),
    Explanation(
        code="acumatica_sign_in_refused",
        title="The sign-in is refused",
        cause="Acumatica refuses the sign-in in words of its own, shown above.",
        who="erp_admin",
        fix=f"Compare {_APPS} with the guide, field by field.",
    ),
    Explanation(
        code="acumatica_session_refused",
        title="Signed in, but every call is refused",
        cause="The token is given, but not accepted: the user was disabled, or the application lacks the scope api.",
        who="erp_admin",
        fix=f"{_USERS}: see that the user is active. Then compare {_APPS} with the guide.",
    ),
    Explanation(
        code="acumatica_tenant_unknown",
        title="No such tenant",
        cause="The site has several tenants, and none has this login name.",
        who="portal_owner",
        fix="Tenants (SM203520): copy the Login Name. With a connected application the part after the @ names it.",
    ),
    Explanation(
        code="acumatica_login_limit",
        title="All API sessions of the licence are in use",
        cause="The licence allows few sessions at a time; other integrations hold them, or left them open. Nothing is "
        "lost: it is tried again.",
        who="erp_admin",
        fix=f"{_LICENCE}: see who holds sessions. End those that were left, or ask Acumatica for more API users.",
    ),
    Explanation(
        code="acumatica_role_missing",
        title="The role lacks a screen",
        cause="The user may not use the screen behind what was called, or its feature is switched off.",
        who="erp_admin",
        fix=f"{_ROLES}: give the portal's role Delete access (the highest) to the named screen. Features: "
        "Enable/Disable Features (CS100000).",
    ),
    Explanation(
        code="acumatica_branch_unknown",
        title="No such branch",
        cause="The branch is mistyped, inactive, or this user may not see it.",
        who="portal_owner",
        fix="Organization Structure > Branches (CS102000): copy the Branch ID.",
    ),
    Explanation(
        code="acumatica_set_up_missing",
        title="A set-up form is empty",
        cause="Acumatica refuses the screen until its preferences are filled in; it names the form.",
        who="erp_admin",
        fix=f"Fill in the form that it names, mostly {_AR} or General Ledger Preferences (GL102000).",
    ),
)

BOOKING = (
    Explanation(
        code="acumatica_unknown_field",
        title="The endpoint has no such field",
        cause="A mapped field is not in this endpoint. Acumatica would take it and drop it, so nothing was sent.",
        who="portal_owner",
        fix="Mend or remove the mapping row, or choose a newer version of the endpoint under Connections.",
    ),
    Explanation(
        code="acumatica_bad_reference",
        title="The reference does not fit",
        cause="References hold at most 40 signs (customers 50) without line breaks; nothing was sent.",
        who="support",
        fix="Support must look at how the reference is made.",
    ),
    Explanation(
        code="acumatica_bad_text",
        title="A text holds a control character",
        cause="A value that is looked up holds a line break or another control character; nothing was sent.",
        who="accountant",
        fix="Mend the value in its source, then replay the record.",
    ),
    Explanation(
        code="acumatica_period_closed",
        title="The period is closed or inactive",
        cause="The date lies in a period that takes no documents of this kind.",
        who="accountant",
        fix=f"{_PERIODS}: open or activate the period. Or let the sync's policy move the posting date: the document "
        "date stays.",
    ),
    Explanation(
        code="acumatica_period_missing",
        title="There is no such period",
        cause="The periods of this year were not generated, or none is open.",
        who="accountant",
        fix="Finance > General Ledger > Master Financial Calendar (GL201000): Generate Calendar, then open periods on "
        "GL503000.",
    ),
    Explanation(
        code="acumatica_value_unknown",
        title="Acumatica does not have this value",
        cause="The named customer, account, subaccount, item, tax, method or other value does not exist "
        "or is inactive.",
        who="accountant",
        fix="Choose another under Mappings, or activate it on its screen in Acumatica.",
    ),
    Explanation(
        code="acumatica_field_missing",
        title="A field may not be empty",
        cause="The screen demands a field that the mapping leaves empty.",
        who="portal_owner",
        fix="Map the named field, or give it a default on the screen in Acumatica.",
    ),
    Explanation(
        code="acumatica_too_long",
        title="A text is too long",
        cause="A value has more signs than its field takes.",
        who="portal_owner",
        fix="Shorten it in the mapping with LEFT.",
    ),
    Explanation(
        code="acumatica_rate_missing",
        title="No exchange rate for this day",
        cause="Acumatica looks for a rate of the document's date and finds none.",
        who="accountant",
        fix="Currency Management > Currency Rates (CM301000): enter the rate for this day and rate type.",
    ),
    Explanation(
        code="acumatica_currency_not_allowed",
        title="The customer may not be billed in this currency",
        cause="The customer has another currency, and overriding it is not enabled.",
        who="accountant",
        fix="Receivables > Customers (AR303000) > Financial > Enable Currency Override.",
    ),
    Explanation(
        code="acumatica_out_of_balance",
        title="Debits and credits differ",
        cause="The journal's lines do not add up to zero, so it cannot be saved as balanced.",
        who="portal_owner",
        fix="Mend the mapping of the journal's lines; the difference is shown.",
    ),
    Explanation(
        code="acumatica_control_total",
        title="The document's total is validated",
        cause="Acumatica wants the total beside the lines and compares them; taxes or rounding may differ.",
        who="accountant",
        fix=f"Map the field Amount, or switch {_AR} > Validate Document Totals on Entry off.",
    ),
    Explanation(
        code="acumatica_over_applied",
        title="More is applied than is open",
        cause="The document was paid meanwhile, or has another balance than the payment assumes.",
        who="accountant",
        fix="Receivables > Payments and Applications (AR302000) > Application History: see what is "
        "applied, then replay.",
    ),
    Explanation(
        code="acumatica_application_dropped",
        title="An application was dropped",
        cause="Acumatica answered that all is well, but did not apply the payment to the document.",
        who="accountant",
        fix="See on AR302000 whether the document is released, open and of the same customer. Apply it "
        "there, or replay.",
    ),
    Explanation(
        code="acumatica_released_document",
        title="The document is released",
        cause="Released documents do not change.",
        who="accountant",
        fix="Correct it by a reversing document, as the sync's policy says.",
    ),
    Explanation(
        code="acumatica_control_account",
        title="The account takes no journal entries",
        cause="It is a control account of a subledger.",
        who="portal_owner",
        fix="Choose another account under Mappings. Flag: Chart of Accounts (GL202500) > Control Account Module.",
    ),
    Explanation(
        code="acumatica_customer_on_hold",
        title="The customer is on hold or inactive",
        cause="The customer's status allows no new documents.",
        who="accountant",
        fix="Receivables > Customers (AR303000): change the status, or raise the credit limit.",
    ),
    Explanation(
        code="acumatica_not_on_screen",
        title="Released on another screen than it was made",
        cause="A sales invoice can only be released as such, and an invoice only on its own screen.",
        who="support",
        fix="Release it on its screen (SO303000 or AR301000), then replay the record.",
    ),
    Explanation(
        code="acumatica_not_released",
        title="The release had no effect",
        cause="Acumatica ran the release, but the document is still on hold or balanced: an approval or an option "
        "keeps it.",
        who="accountant",
        fix="Open the document and press Release to see why it stays; look at approval maps and at "
        f"{_AR} > Hold Documents on Entry. Then replay.",
    ),
    Explanation(
        code="acumatica_not_voided",
        title="The voiding had no effect",
        cause="Acumatica ran the voiding, but the payment stands.",
        who="accountant",
        fix="Void it on Payments and Applications (AR302000) to see why it stays, then replay.",
    ),
    Explanation(
        code="acumatica_action_failed",
        title="An action failed",
        cause="The release or voiding ended with an error in Acumatica's own words; the document stays as it was.",
        who="accountant",
        fix="Mend what it names, then replay the record: it goes on with the action.",
    ),
    Explanation(
        code="acumatica_not_offered",
        title="Not possible through the API",
        cause="Acumatica does this on its screens only; taking an application back is such a thing.",
        who="accountant",
        fix="Payments and Applications (AR302000) > Application History > Reverse Application, then replay the record.",
    ),
    Explanation(
        code="acumatica_duplicate",
        title="It is there already",
        cause="Acumatica has a record under this key.",
        who="accountant",
        fix="The record is looked up; decide between linking it and posting a new one.",
    ),
    Explanation(
        code="acumatica_precondition",
        title="It stands already, or is gone",
        cause="A record that was to be made stands, or one that was to be changed was deleted.",
        who="accountant",
        fix="The record is looked up; decide between linking and posting anew.",
    ),
    Explanation(
        code="acumatica_not_found",
        title="The document is gone",
        cause="It does not stand in Acumatica any longer, or the user does not see its branch.",
        who="accountant",
        fix="Look for it on its screen; restore it there, or skip the record with a reason.",
    ),
    Explanation(
        code="acumatica_refused",
        title="Acumatica refuses the record",
        cause="The fields named above do not pass Acumatica's own checks.",
        who="accountant",
        fix="Mend what it names in the mapping or in Acumatica, then replay the record.",
    ),
    Explanation(
        code="acumatica_past_unknown",
        title="Open balances of a past day are not told",
        cause="Acumatica's API tells what is open now.",
        who="accountant",
        fix="Compare with Receivables > AR Balance by Customer (AR632500) for that day.",
    ),
)

TROUBLE = (
    Explanation(
        code="acumatica_record_changed",
        title="Changed by somebody else in between",
        cause="Two saves met on one record. Nothing was lost; it is sent again.",
        who="support",
        fix="Nothing to do unless it lasts: then another integration writes the same records.",
    ),
    Explanation(
        code="acumatica_screen_busy",
        title="The screen is busy",
        cause="A long-running action of the same screen has not ended. Nothing was sent; it is tried again.",
        who="support",
        fix="Nothing to do unless it lasts: System Monitor (SM201530) shows what runs.",
    ),
    Explanation(
        code="acumatica_action_endless",
        title="An action did not end in time",
        cause="Acumatica was still working, or the connection broke. The document is looked up before "
        "anything goes on.",
        who="erp_admin",
        fix="System Monitor (SM201530): see what runs, and end it if it hangs.",
    ),
    Explanation(
        code="acumatica_action_forgotten",
        title="Acumatica forgot its action",
        cause="The server restarted or the session ended while an action ran. The document is looked up.",
        who="support",
        fix="Nothing to do: it is settled by itself.",
    ),
    Explanation(
        code="acumatica_broke_off",
        title="Acumatica broke off",
        cause="A write ended with an error that does not say whether it was done. It is looked up before "
        "anything goes on.",
        who="support",
        fix="Nothing to do unless it lasts: System Events (SM201530) names the error.",
    ),
    Explanation(
        code="acumatica_down",
        title="Acumatica has trouble",
        cause="It answers with errors of its own. It is tried again.",
        who="erp_admin",
        fix="See whether Acumatica works in the browser; System Monitor (SM201530) shows its load.",
    ),
    Explanation(
        code="acumatica_not_listable",
        title="A list is refused by the optimiser",
        cause="Acumatica cannot list this with its details; it is read one by one.",
        who="support",
        fix="Nothing to do.",
    ),
    Explanation(
        code="acumatica_filter_refused",
        title="A filter is not understood",
        cause="Acumatica does not take one of our filters: the endpoint's field types differ from the contract's.",
        who="support",
        fix="Support must look; the endpoint's name and version help.",
    ),
    Explanation(
        code="acumatica_unwrapped_value",
        title="A value has another form than the contract's",
        cause="Acumatica cannot read a value that was sent.",
        who="support",
        fix="Support must look at the request in the audit trail.",
    ),
    Explanation(
        code="acumatica_unexpected_answer",
        title="An answer is not as documented",
        cause="Acumatica, or something in front of it, answers in another form than its contract says.",
        who="support",
        fix="Support must look at the answer in the audit trail.",
    ),
    Explanation(
        code="acumatica_unreadable_push",
        title="A push notification cannot be read",
        cause="Something else than Acumatica's push notifications calls this address.",
        who="erp_admin",
        fix="Integration > Push Notifications (SM302000): compare the destination with the guide.",
    ),
    Explanation(
        code="redirected",
        title="Acumatica redirects to another page",
        cause="The site has moved, a sign-in page stands before it, or the tenant's custom endpoint is broken.",
        who="erp_admin",
        fix="Check the address. For an endpoint of your own: SM207060 > Validate Endpoint.",
    ),
)

EXPLANATIONS = (*SIGN_IN, *BOOKING, *TROUBLE)
