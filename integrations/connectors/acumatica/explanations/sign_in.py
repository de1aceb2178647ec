"""Codes of connecting and signing in."""

from integrations.contracts import Explanation

_APPS = "Integration > Connected Applications (SM303010)"
_USERS = "User Security > Users (SM201010)"
_ROLES = "User Security > Access Rights by Role (SM201025)"
_LICENCE = "License Monitoring Console (SM604000)"
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
