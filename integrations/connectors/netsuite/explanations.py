"""Every failure code of NetSuite in plain words, with the path to the fix in its own menus."""

from integrations.contracts import Explanation

_ROLE = "Setup > Users/Roles > Manage Roles > the role > Permissions"
_M2M = "Setup > Integration > Manage Authentication > OAuth 2.0 Client Credentials (M2M) Setup"
_RECORD = "Setup > Integration > Manage Integrations > the record"

SIGN_IN = (
    Explanation(
        code="netsuite_account_unknown",
        title="No such NetSuite account",
        cause="The account id is mistyped or belongs to another environment: no NetSuite account answers under its "
        "name.",
        who="portal_owner",
        fix="Copy the account id from Setup > Company > Company Information > Account ID. A sandbox ends in _SB1, "
        "Release "
        "Preview in _RP.",
    ),
    Explanation(
        code="netsuite_environment_mismatch",
        title="Sandbox account and live connection, or the reverse",
        cause="Account ids that end in _SB1, _SB2 or _RP, or begin with TSTDRV, are no production accounts; this "
        "connection says otherwise.",
        who="portal_owner",
        fix="Connect the account under a connection of its own kind: production as live, all others as test.",
    ),
    Explanation(
        code="netsuite_credentials",
        title="A connection field is not valid",
        cause="One of the typed values cannot be right: it is empty, has another form, or key and certificate do not "
        "belong together.",
        who="portal_owner",
        fix="Mend the named field under Connections. For keys, let the portal make a new pair and upload its "
        "certificate.",
    ),
    Explanation(
        code="netsuite_not_set_up",
        title="The set-up in NetSuite is not finished",
        cause="NetSuite's ids are missing: the integration record's client id, or the id of the uploaded certificate.",
        who="erp_admin",
        fix=f"Follow the guide: {_M2M} > Create New, upload the connection's certificate, and copy the certificate id.",
    ),
    Explanation(
        code="netsuite_key_too_small",
        title="The key is too small",
        cause="NetSuite takes RSA keys of 3072 or 4096 bits, and curve keys of 256 bits and more; this one is smaller.",
        who="portal_owner",
        fix=f"Let the portal make a new key pair under Connections, then upload its certificate: {_M2M} > Create New.",
    ),
    Explanation(
        code="netsuite_clock_skew",
        title="The clocks differ",
        cause="This server's clock and NetSuite's differ by more than a minute, so signed requests look expired or not "
        "yet valid.",
        who="support",
        fix="Nothing is wrong in NetSuite. Our operators must set the server's clock (NTP); then ping again.",
    ),
    Explanation(
        code="netsuite_client_unknown",
        title="The account does not know this client",
        cause="The account id, client id and certificate do not belong together: the account id is another "
        "environment's, an id is mistyped, or the certificate was never uploaded there or wiped by a sandbox refresh.",
        who="erp_admin",
        fix="Compare the account id with Setup > Company > Company Information, and the client id with the integration "
        f"record. Then {_M2M}: if the certificate id is not listed, Create New and upload the "
        "connection's certificate.",
    ),
    Explanation(
        code="netsuite_certificate_refused",
        title="The certificate is refused",
        cause="NetSuite knows this certificate, but no longer accepts it: it was revoked or replaced, or its user or "
        "role was made inactive.",
        who="erp_admin",
        fix=f"{_M2M}: see whether the certificate id is listed and active. If not, choose Create New, upload the "
        "connection's certificate, and copy the new certificate id here.",
    ),
    Explanation(
        code="netsuite_certificate_expired",
        title="The certificate has expired",
        cause="NetSuite certificates live at most two years; this one is past its end.",
        who="erp_admin",
        fix=f"Make a new key pair under Connections, then upload its certificate: {_M2M} > Create New.",
    ),
    Explanation(
        code="netsuite_grant_not_allowed",
        title="Machine-to-machine sign-in is off",
        cause="The integration record does not allow the client credentials grant.",
        who="erp_admin",
        fix=f"{_RECORD} > Edit: tick Client Credentials (Machine to Machine) Grant, and set State to Enabled.",
    ),
    Explanation(
        code="netsuite_scope_missing",
        title="The scope REST Web Services is off",
        cause="The integration record does not allow the scope that the connection asks for.",
        who="erp_admin",
        fix=f"{_RECORD} > Edit: tick the scope REST Web Services.",
    ),
    Explanation(
        code="netsuite_token_request_refused",
        title="The signed request is refused",
        cause="NetSuite does not read the signed request: the OAuth 2.0 feature may be off, or the ids belong to "
        "another account.",
        who="erp_admin",
        fix="Setup > Company > Enable Features > SuiteCloud: tick OAuth 2.0 and REST Web Services. Then compare client "
        "id and "
        "certificate id with this account's.",
    ),
    Explanation(
        code="netsuite_role_without_rest",
        title="The role may not use REST",
        cause="NetSuite signs us in but refuses every call: the role lacks REST Web Services or Log in using OAuth 2.0 "
        "Access "
        "Tokens, or the user or role is inactive. Setup > Users/Roles > View Login Audit Trail shows which.",
        who="erp_admin",
        fix=f"{_ROLE} > Setup: add REST Web Services (Full) and Log in using OAuth 2.0 Access Tokens (Full).",
    ),
    Explanation(
        code="netsuite_permission_missing",
        title="The role lacks a permission",
        cause="The role may not do this. NetSuite opens records for editing even to read them, so view rights are not "
        "enough.",
        who="erp_admin",
        fix=f"{_ROLE}: add the named permission with at least the level Edit (Create for what is booked).",
    ),
    Explanation(
        code="netsuite_table_hidden",
        title="SuiteQL does not show a table",
        cause="Without the permission for a record, SuiteQL answers as if its table did not exist.",
        who="erp_admin",
        fix=f"{_ROLE}: add Reports > SuiteAnalytics Workbook (Edit) and the permission for the named record.",
    ),
)

CALLS = (
    Explanation(
        code="netsuite_too_many_requests",
        title="NetSuite is busy",
        cause="The account's concurrent requests, shared by all integrations, are used up. We wait and send again.",
        who="erp_admin",
        fix="If it lasts: Setup > Integration > Integration Management > Integration Governance: reserve requests for "
        "this "
        "integration, or lower Concurrent requests in the connection.",
    ),
    Explanation(
        code="netsuite_down",
        title="NetSuite is out of order",
        cause="NetSuite answers with a server error or a maintenance page. We look up what was sent and try again.",
        who="support",
        fix="Nothing to mend here; status.netsuite.com tells about outages.",
    ),
    Explanation(
        code="netsuite_unexpected_error",
        title="NetSuite had an unexpected error",
        cause="NetSuite answered UNEXPECTED_ERROR: a fault of its own or of a script on the record. We look up what "
        "was sent.",
        who="erp_admin",
        fix="If it stays with one record: Customization > Scripting > Script Execution Logs, at the time of the "
        "attempt.",
    ),
    Explanation(
        code="netsuite_record_changed",
        title="The record was saved in between",
        cause="A user, script or workflow saved the record at the same moment. It is sent again.",
        who="erp_admin",
        fix="If it stays: look for scripts and workflows that save the record again after each change.",
    ),
    Explanation(
        code="netsuite_query_refused",
        title="A query is refused",
        cause="SuiteQL does not know a field that we ask for: a feature such as Multiple Currencies is off, or the "
        "role hides it.",
        who="support",
        fix="Setup > Company > Enable Features: Multiple Currencies must be on. Otherwise write to support with the "
        "answer.",
    ),
    Explanation(
        code="netsuite_unexpected_answer",
        title="An answer is not as documented",
        cause="NetSuite's answer lacks what its documentation promises.",
        who="support",
        fix="Write to support with the attempt's number.",
    ),
)

RECORDS = (
    Explanation(
        code="netsuite_duplicate",
        title="It exists already",
        cause="NetSuite has a record with this external id, name or number.",
        who="accountant",
        fix="If it is the same document, link it on the record's page. If not, change its number or name in NetSuite.",
    ),
    Explanation(
        code="netsuite_period_closed",
        title="The period is closed",
        cause="The date lies in a closed or locked accounting period.",
        who="accountant",
        fix="Setup > Accounting > Manage Accounting Periods: open it; or choose another policy for closed periods in "
        "the sync.",
    ),
    Explanation(
        code="netsuite_mandatory_field",
        title="A mandatory field is empty",
        cause="The account's form demands a field that the mapping does not fill.",
        who="accountant",
        fix="Map the named field under Mappings; or Customization > Forms > Transaction Forms: make it optional.",
    ),
    Explanation(
        code="netsuite_invalid_reference",
        title="A mapped value is not usable",
        cause="A customer, item, account, department or other value does not exist, is inactive, or is not shared with "
        "the subsidiary.",
        who="accountant",
        fix="Map it to another value under Mappings, or open the record in NetSuite and untick Inactive or add the "
        "subsidiary.",
    ),
    Explanation(
        code="netsuite_invalid_value",
        title="A value is not valid",
        cause="NetSuite does not take the value of the named field.",
        who="accountant",
        fix="Mend the field's mapping under Mappings, then replay the record.",
    ),
    Explanation(
        code="netsuite_unknown_field",
        title="NetSuite does not know a field",
        cause="The named field does not exist on this record, or the role may not see it.",
        who="accountant",
        fix="Take it out of the mapping; for a custom field: Customization > Lists, Records, & Fields > the field > "
        "Access.",
    ),
    Explanation(
        code="netsuite_field_not_writable",
        title="A field cannot be set",
        cause="The form hides, locks or computes the named field.",
        who="accountant",
        fix="Take it out of the mapping, or show it on the form: Customization > Forms > Transaction Forms.",
    ),
    Explanation(
        code="netsuite_apply_no_match",
        title="The payment or credit cannot be applied",
        cause="The document that it is applied to is settled already, was deleted or voided in NetSuite, or differs in "
        "customer, currency or receivables account.",
        who="accountant",
        fix="Open that document in NetSuite > Related Records > Payments. If it was paid by hand, link that payment "
        "instead. If it is not there, Transactions > Management > View Deleted Records tells who deleted it.",
    ),
    Explanation(
        code="netsuite_not_found",
        title="The record is not there",
        cause="A record that was booked or mapped no longer exists, or lies in a subsidiary that the role does not "
        "see.",
        who="erp_admin",
        fix="Transactions > Management > View Deleted Records tells whether it was deleted; the role's Subsidiaries "
        "tell what it sees.",
    ),
    Explanation(
        code="netsuite_invalid_external_id",
        title="The external id is not usable",
        cause="NetSuite takes letters, digits, underscore and hyphen, and we keep below 64 characters.",
        who="support",
        fix="Write to support with the record's key.",
    ),
    Explanation(
        code="netsuite_invalid_request",
        title="NetSuite does not read the request",
        cause="The request's form is wrong; this is ours to mend.",
        who="support",
        fix="Write to support with the attempt's number.",
    ),
    Explanation(
        code="netsuite_rejected",
        title="NetSuite refused the record",
        cause="A rule of NetSuite, or a script or workflow of the account, refused it. The answer names the reason.",
        who="accountant",
        fix="Mend what the answer names in NetSuite or in the mapping, then replay the record.",
    ),
)

EXPLANATIONS = SIGN_IN + CALLS + RECORDS
