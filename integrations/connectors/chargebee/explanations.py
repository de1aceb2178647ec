"""What can go wrong with Chargebee, in plain words: cause, who must act, and where in Chargebee's menus the fix is."""

from integrations.contracts import Explanation

_KEYS = "Settings > Configure Chargebee > API Keys and Webhooks > API Keys"

EXPLANATIONS = (
    Explanation(
        code="chargebee_wrong_key",
        title="The API key is refused",
        cause="The key was mistyped, deleted or disabled, or it belongs to another site: a test site and its live site "
        "have different keys.",
        who="portal_owner",
        fix=f"In Chargebee, switch to the site you connect, open {_KEYS}, copy a read-only key (or add one), and paste "
        "it here under Connections.",
    ),
    Explanation(
        code="chargebee_restricted_key",
        title="The API key may not read this",
        cause="The key is restricted: a publishable key, or a read-only key for a part of the data.",
        who="portal_owner",
        fix=f"Under {_KEYS}, press Add an API Key, choose Read-Only Key and All (not transactional data or product "
        "catalogue alone), and replace the key here under Connections.",
    ),
    Explanation(
        code="chargebee_site_not_found",
        title="There is no such site",
        cause="The site's name is mistyped, or the site lives in another region.",
        who="portal_owner",
        fix="Look at the address bar when you are signed in to Chargebee: the site is what stands before "
        ".chargebee.com; .eu or .au between them is the region. Correct both under Connections.",
    ),
    Explanation(
        code="chargebee_wrong_region",
        title="The site lives in another region",
        cause="Chargebee keeps its regions apart; the site answers, but not in the region chosen here.",
        who="portal_owner",
        fix="Choose the region that the message names, under Connections.",
    ),
    Explanation(
        code="chargebee_environment_mismatch",
        title="Test site and live connection, or the reverse",
        cause="Sites whose name ends in -test are test sites; this connection says otherwise.",
        who="portal_owner",
        fix="Connect the site under a connection of its own kind: -test sites as test, others as live.",
    ),
    Explanation(
        code="chargebee_site_blocked",
        title="Chargebee has blocked the site",
        cause="Chargebee's staff block sites that go over their limits for long, or whose account is suspended.",
        who="portal_owner",
        fix="Write to Chargebee's support and name the site. Afterwards press Ping your systems.",
    ),
    Explanation(
        code="chargebee_api_disabled",
        title="The API is switched off for this site",
        cause="The site is disabled or archived, or its plan has no API access.",
        who="portal_owner",
        fix="Ask Chargebee's support to switch the API on for this site, then press Ping your systems.",
    ),
    Explanation(
        code="chargebee_rate_limited",
        title="Too many requests",
        cause="All programs that use this site share one limit: 150 requests a minute on test and Starter sites, more "
        "on larger plans. It clears within about a minute.",
        who="portal_owner",
        fix="Nothing need be done. If it comes often, lower the requests per minute under Connections, or ask "
        "Chargebee for a higher limit.",
    ),
    Explanation(
        code="chargebee_record_busy",
        title="The record is being changed",
        cause="Somebody else was changing the same record in Chargebee at that moment.",
        who="support",
        fix="Nothing need be done: it is read again.",
    ),
    Explanation(
        code="chargebee_maintenance",
        title="The site is under maintenance",
        cause="Chargebee has put the site into maintenance.",
        who="support",
        fix="Nothing need be done: reading goes on by itself. Chargebee's status page says more.",
    ),
    Explanation(
        code="chargebee_unavailable",
        title="Chargebee has trouble",
        cause="Chargebee answers with an internal error or a failure of its database.",
        who="support",
        fix="Nothing need be done: reading goes on by itself. If it lasts over an hour, look at Chargebee's status "
        "page or write to its support.",
    ),
    Explanation(
        code="chargebee_gateway_page",
        title="A web page came instead of an answer",
        cause="A gateway before Chargebee answered in its place: an outage there, or a proxy on the way.",
        who="support",
        fix="Usually it passes. If it stays, and calls leave through a proxy of your own, let *.chargebee.com through.",
    ),
    Explanation(
        code="chargebee_cut_short",
        title="An answer broke off",
        cause="The answer ended before its time or was garbled on the way.",
        who="support",
        fix="Nothing need be done: the same page is read again.",
    ),
    Explanation(
        code="chargebee_other_catalogue",
        title="The site uses the other product catalogue",
        cause="Items and item prices exist with Product Catalog 2.0 only, plans and addons with 1.0 only; the site may "
        "have been moved to 2.0 lately.",
        who="portal_owner",
        fix="Press Ping your systems, which looks again which catalogue the site uses.",
    ),
    Explanation(
        code="chargebee_unknown_catalogue",
        title="The product catalogue is not named",
        cause="Chargebee did not say which product catalogue the site uses.",
        who="support",
        fix="Ask Chargebee's support whether the site uses Product Catalog 1.0 or 2.0, and tell ours.",
    ),
    Explanation(
        code="chargebee_refused_request",
        title="Chargebee refuses a request of ours",
        cause="A parameter of the request is not accepted; it is a defect of this connector, or Chargebee changed.",
        who="support",
        fix="Report it to our support with the message; nothing was lost, the records are read again afterwards.",
    ),
    Explanation(
        code="chargebee_bad_offset",
        title="A place in a list is no longer known",
        cause="Reading was interrupted, and Chargebee no longer accepts the place where it stopped.",
        who="support",
        fix="Nothing need be done: the list is read from its start, and nothing is delivered twice.",
    ),
    Explanation(
        code="chargebee_filter_ignored",
        title="Chargebee ignored a filter",
        cause="Records came that the request had excluded. Chargebee ignores filters that it does not understand "
        "without saying so; to go on could miss records.",
        who="support",
        fix="Report it to our support; the cursor has not moved, so nothing is missed.",
    ),
    Explanation(
        code="chargebee_unexpected_answer",
        title="An answer is not what Chargebee documents",
        cause="Chargebee answered in a form that this connector does not know.",
        who="support",
        fix="Report it to our support with the message; the cursor has not moved, so nothing is missed.",
    ),
    Explanation(
        code="chargebee_bad_setting",
        title="A setting of the connection cannot be used",
        cause="What was typed under Connections is not of the kind that the field asks for.",
        who="portal_owner",
        fix="Open the connection, correct the field that the message names, and press Ping your systems.",
    ),
    Explanation(
        code="chargebee_missing_field",
        title="A record lacks a field",
        cause="A record came without a field that Chargebee always gives and that is needed to book it.",
        who="support",
        fix="Open the record in Chargebee and see whether it looks complete; then ask our support with its number.",
    ),
    Explanation(
        code="chargebee_bad_value",
        title="A field holds something unexpected",
        cause="A field of a record is not of its documented kind, such as an amount with a fraction of a cent.",
        who="support",
        fix="Open the record in Chargebee; then ask our support with its number and the field that the message names.",
    ),
    Explanation(
        code="chargebee_lines_paged",
        title="The document has more lines than Chargebee gives at once",
        cause="With enterprise-scale invoicing Chargebee gives long documents in pieces, which this connector does not "
        "put together.",
        who="support",
        fix="Book this document by hand, or ask our support for help with it.",
    ),
    Explanation(
        code="chargebee_totals_disagree",
        title="The document's amounts do not add up",
        cause="Lines, discounts, taxes and total of the document disagree, so no entry could be right.",
        who="accountant",
        fix="Open the document in Chargebee and compare it with the arithmetic in the message. A newly added "
        "zero-decimal currency may be missing from the connection's list.",
    ),
    Explanation(
        code="chargebee_unreadable_webhook",
        title="A webhook could not be read",
        cause="A call reached the webhook address whose body is not an event of Chargebee.",
        who="portal_owner",
        fix="Under Settings > Configure Chargebee > API Keys and Webhooks > Webhooks, check that nothing but Chargebee "
        "calls this address, and that its API version is V2.",
    ),
    Explanation(
        code="chargebee_unknown_record",
        title="Chargebee does not have the record",
        cause="It was deleted for good, or belongs to another site.",
        who="accountant",
        fix="Look it up in Chargebee by its id; if it is gone, skip the record with the reason.",
    ),
    Explanation(
        code="no_account",
        title="An account is not mapped",
        cause="An entry needs a ledger account that no row of the mapping gives.",
        who="accountant",
        fix="Add the row that the message names under Mappings, publish, then retry.",
    ),
    Explanation(
        code="difference_not_booked",
        title="An exchange difference waits for its account",
        cause="The document stands, but what its exchange rate leaves on the receivable has no account to go to.",
        who="accountant",
        fix="Add the account that the message names under Mappings, publish, then have the record read again.",
    ),
    Explanation(
        code="totals_disagree",
        title="The entries do not balance",
        cause="The rows of the mapping leave a line out or count one twice, so debits and credits differ.",
        who="accountant",
        fix="Look at the line rows under Mappings: each line of the document must give its amount; then retry.",
    ),
    Explanation(
        code="voided_partly_used",
        title="The credit note was voided after a part of it had been used",
        cause="Only the rest of it no longer stands; no single reversing entry is right.",
        who="accountant",
        fix="Correct it in the ledger by hand and accept it with the reason.",
    ),
)
