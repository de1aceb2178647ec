"""Every failure code of JD Edwards in plain words, with the path to the fix in its own menus and programs."""

from integrations.contracts import Explanation

SIGN_IN = (
    Explanation(
        code="jde_credentials",
        title="A connection field is not valid",
        cause="One of the typed values cannot be right: it is empty or has another form.",
        who="portal_owner",
        fix="Mend the named field under Connections.",
    ),
    Explanation(
        code="jde_not_ais",
        title="No AIS server answers",
        cause="The address is not that of an Application Interface Services server, or a proxy stands before it.",
        who="erp_admin",
        fix="Compare the address with Server Manager > Managed Instances > the AIS Server instance > its host "
        "and HTTP port.",
    ),
    Explanation(
        code="jde_allowed_hosts",
        title="The call is not allowed (405)",
        cause="One of three: the HTML (JAS) server does not list this AIS server among its Allowed Hosts; your "
        "network lets only listed addresses through; or the address is not that of AIS.",
        who="erp_admin",
        fix="Server Manager > the HTML Server > Configuration > Web Runtime > AIS/Allowed Hosts: add the AIS "
        "server's host; then look at the network's allowlist and the address under Connections.",
    ),
    Explanation(
        code="jde_tools_too_old",
        title="The Tools Release is too old",
        cause="The AIS server answers only version 1 of its services; reading by pages needs 9.2.1.2 or later.",
        who="erp_admin",
        fix="Plan a Tools Release upgrade: Server Manager > Software Components shows the one in use.",
    ),
    Explanation(
        code="jde_capability_missing",
        title="The AIS server lacks a capability",
        cause="The server does not offer the data service as we need it.",
        who="erp_admin",
        fix="Server Manager > the AIS Server > Configuration > Capabilities: switch on dataservice, query and "
        "outputType, or upgrade Tools.",
    ),
    Explanation(
        code="jde_jas_down",
        title="The HTML server behind AIS does not answer",
        cause="AIS is up, but cannot work without its HTML (JAS) server.",
        who="erp_admin",
        fix="Server Manager > Managed Instances: start the HTML Server that AIS uses, and look at its logs.",
    ),
    Explanation(
        code="jde_down",
        title="JD Edwards is out of order",
        cause="AIS answered with an error of its own.",
        who="erp_admin",
        fix="Nothing is lost: it is tried again. If it lasts, look at the AIS Server's logs in Server Manager.",
    ),
    Explanation(
        code="jde_sign_in_refused",
        title="The sign-in is refused",
        cause="JD Edwards does not say why: user or password wrong, password expired, user locked, environment "
        "or role not allowed, or sign-in by password switched off.",
        who="erp_admin",
        fix="P98OWSEC (User Security): look whether the user is enabled and when its password ends; P0092 > "
        "Environments and Role Relationships (P95921); Server Manager > the AIS Server > Allow Username "
        "and Password. Then enter the password anew, once: each try counts against the lock.",
    ),
    Explanation(
        code="jde_sso",
        title="Single sign-on stands in the way",
        cause="The server expects another kind of sign-in for this user.",
        who="erp_admin",
        fix="Server Manager > the AIS Server > Security: allow user name and password for the portal's user.",
    ),
    Explanation(
        code="jde_environment_differs",
        title="Another environment answers",
        cause="The server signed the user in with another environment or role than the connection names.",
        who="portal_owner",
        fix="Correct environment or role under Connections, or allow it to the user: P0092 > Environments, "
        "P95921 > Role Relationships.",
    ),
    Explanation(
        code="jde_session_refused",
        title="Fresh sessions are refused",
        cause="A session that was opened a moment ago is not known: a balancer sends calls to another AIS server.",
        who="erp_admin",
        fix="Set session affinity on the load balancer, or switch on stateless load balancing (Tools 9.2.5.2 "
        "and later).",
    ),
    Explanation(
        code="jde_date_format",
        title="The user's date format is not usable",
        cause="Filters on days must be written as the user profile writes days, and this format is not one of figures.",
        who="erp_admin",
        fix="P0092 (User Profiles): set the date format of the portal's user to MDE, EMD or DME with four- "
        "digit years.",
    ),
    Explanation(
        code="jde_not_found",
        title="The server does not know this service",
        cause="The AIS server has no such path: the address is wrong or the release is older than expected.",
        who="erp_admin",
        fix="Compare the address with Server Manager, and the Tools Release with the guide.",
    ),
)

READING = (
    Explanation(
        code="jde_permission_missing",
        title="The user may not do this",
        cause="The role of the portal's user lacks permission for a table, an orchestration or the program inside it.",
        who="erp_admin",
        fix="P00950 (Security Workbench): allow data browser and application security for the portal's role; "
        "view security of orchestrations: P00950UO.",
    ),
    Explanation(
        code="jde_table_differs",
        title="A table differs from what we know",
        cause="A table or column that we read is not there in this release.",
        who="support",
        fix="Report it to our support with the answer shown.",
    ),
    Explanation(
        code="jde_unexpected_answer",
        title="An answer that we do not understand",
        cause="AIS answered in a form that its documentation does not describe.",
        who="support",
        fix="Report it to our support; nothing was booked by it.",
    ),
    Explanation(
        code="jde_cursor_lost",
        title="The result set ended while it was read",
        cause="JD Edwards closed a result set before it was read to its end.",
        who="erp_admin",
        fix="It is read again. If it comes back: Server Manager > the HTML Server > Configuration: raise "
        "resultSetTimeout.",
    ),
)

ORCHESTRATIONS = (
    Explanation(
        code="jde_orchestration_missing",
        title="An orchestration is missing",
        cause="It is not imported, not shared, or the user may not view it.",
        who="erp_admin",
        fix="Orchestrator Studio > Import; then share it, approve it in P98220W, and give view security in P00950UO.",
    ),
    Explanation(
        code="jde_orchestration_not_shared",
        title="An orchestration is not shared",
        cause="It is personal, reserved or waits for approval, so others run another version or none.",
        who="erp_admin",
        fix="Orchestrator Studio > Manage > Request to Publish; approve it in P98220W (Work with User Defined "
        "Objects).",
    ),
    Explanation(
        code="jde_orchestration_differs",
        title="An orchestration differs from the contract",
        cause="It takes other inputs, has another input format, or gives other outputs than its specification "
        "page says.",
        who="erp_admin",
        fix="Orchestrator Studio > the orchestration: compare inputs, input format (Generic) and outputs with "
        "the page, and save.",
    ),
    Explanation(
        code="jde_continue_on_error",
        title="An orchestration goes on after errors",
        cause="A step is set to continue, so half a document could be booked.",
        who="erp_admin",
        fix="Orchestrator Studio > the orchestration > each step > On Error: choose Abort.",
    ),
    Explanation(
        code="jde_continued_on_error",
        title="A run went on after an error",
        cause="JD Edwards reported success, but one of its steps failed. What stands was looked up.",
        who="erp_admin",
        fix="Orchestrator Studio > the orchestration > each step > On Error: choose Abort. Then compare the "
        "document shown.",
    ),
    Explanation(
        code="jde_status_not_success",
        title="A run did not end well",
        cause="The orchestration ended with a warning or an error, though it answered.",
        who="erp_admin",
        fix="Orchestrator Monitor (P980060): look at the run. The document is looked up before anything is repeated.",
    ),
    Explanation(
        code="jde_outputs_missing",
        title="A run did not say what it booked",
        cause="The orchestration's outputs lack a name of the contract.",
        who="erp_admin",
        fix="Orchestrator Studio > the orchestration > Outputs: add the outputs of the specification page.",
    ),
    Explanation(
        code="jde_inputs_refused",
        title="The inputs were not taken",
        cause="The orchestration refused what was sent: it differs from the contract, or a value has another form.",
        who="erp_admin",
        fix="Compare the orchestration's inputs with its specification page; the message names the input.",
    ),
    Explanation(
        code="jde_broke_off",
        title="A run broke off",
        cause="JD Edwards answered with an error that does not say whether anything was booked.",
        who="erp_admin",
        fix="Nothing is repeated before the document was looked up. Orchestrator Monitor (P980060) shows the run.",
    ),
    Explanation(
        code="jde_refused",
        title="JD Edwards refused the entry",
        cause="A program inside the orchestration did not accept the entry.",
        who="accountant",
        fix="Read the message, mend the record or its mapping, and replay it.",
    ),
)

BOOKING = (
    Explanation(
        code="jde_field_missing",
        title="A required field is empty",
        cause="The mapping gives no value for a field that JD Edwards needs.",
        who="accountant",
        fix="Mappings > the flow: fill the named field, or give it a default.",
    ),
    Explanation(
        code="jde_field_invalid",
        title="A value does not fit",
        cause="A value is too long, no amount, no date, or holds a character that JD Edwards does not take.",
        who="accountant",
        fix="Mappings > the flow: change the row of the named field; LEFT() shortens a text.",
    ),
    Explanation(
        code="jde_period_closed",
        title="The period is closed",
        cause="The G/L date lies before the company's current period.",
        who="accountant",
        fix="P0010 (Company Names & Numbers) > the company > current period; or let the policy of the sync "
        "move the date.",
    ),
    Explanation(
        code="jde_period_unknown",
        title="The date is not in a fiscal year",
        cause="No fiscal date pattern is set up for the date.",
        who="accountant",
        fix="P0008 (Fiscal Date Patterns): set up the year for the company's pattern.",
    ),
    Explanation(
        code="jde_out_of_balance",
        title="Debits and credits differ",
        cause="The lines do not add up to nothing in every company and currency.",
        who="accountant",
        fix="Look at the record's lines; a rounding difference needs its account under Mappings.",
    ),
    Explanation(
        code="jde_account_unknown",
        title="The account does not exist",
        cause="The mapped account is not in the account master.",
        who="accountant",
        fix="Mappings > accounts: choose another; or add it in P0901 (Accounts).",
    ),
    Explanation(
        code="jde_account_not_posting",
        title="The account takes no entries",
        cause="Its posting edit code forbids entries, or it is inactive or for machine-made entries only.",
        who="accountant",
        fix="Mappings > accounts: choose another; or change its posting edit in P0901 (Accounts).",
    ),
    Explanation(
        code="jde_business_unit",
        title="The business unit takes no entries",
        cause="The business unit of the account is closed or does not exist.",
        who="accountant",
        fix="P0006 (Business Units): look at the posting edit; or map another account.",
    ),
    Explanation(
        code="jde_subledger",
        title="The subledger is not right",
        cause="The account needs a subledger, or the one given is no address number.",
        who="accountant",
        fix="P0901 > the account's posting edit code; the customer must be delivered to the address book first.",
    ),
    Explanation(
        code="jde_currency",
        title="The currency is not possible",
        cause="The currency is not set up, or a monetary account takes another one only.",
        who="accountant",
        fix="P0013 (Currency Codes), P0015A (Exchange Rates); or map an account without a currency of its own.",
    ),
    Explanation(
        code="jde_exchange_rate",
        title="There is no exchange rate",
        cause="JD Edwards has no rate between the document's and the company's currency on that day.",
        who="accountant",
        fix="P0015A (Exchange Rates): enter the rate of the day.",
    ),
    Explanation(
        code="jde_duplicate",
        title="It seems to be there already",
        cause="JD Edwards holds a document with the same number.",
        who="accountant",
        fix="Compare both documents side by side: link the one that stands, or book anyway.",
    ),
    Explanation(
        code="jde_address_unknown",
        title="The address number is not known",
        cause="The supplier or customer is not in the address book or the supplier master.",
        who="accountant",
        fix="P01012 (Address Book), P04012 (Supplier Master): add it, then replay the record.",
    ),
    Explanation(
        code="jde_company",
        title="The company is not right",
        cause="The company does not exist, or accounts of another one are used without intercompany settlement.",
        who="accountant",
        fix="Mappings: choose accounts of the document's company; P0010 lists companies.",
    ),
    Explanation(
        code="jde_distribution",
        title="The lines do not make the total",
        cause="Lines plus tax differ from the gross amount.",
        who="accountant",
        fix="Look at the record's lines and its tax mapping.",
    ),
    Explanation(
        code="jde_not_open",
        title="The voucher is not open",
        cause="Somebody paid, held or voided the voucher, or less is open than is to be paid.",
        who="accountant",
        fix="P0411 (Supplier Ledger Inquiry): look at the voucher's pay items and pay status.",
    ),
    Explanation(
        code="jde_code_unknown",
        title="A code is not set up",
        cause="A value is not in the user defined codes of JD Edwards.",
        who="accountant",
        fix="Mappings: choose another value; or add it in P0004A (User Defined Codes).",
    ),
)

PURCHASES = (
    Explanation(
        code="jde_order_unknown",
        title="The order that was paid is not shown",
        cause="BILL paid an order that JD Edwards does not have, or hides from the portal's user.",
        who="erp_admin",
        fix="P4310 (Purchase Orders): look it up; P00950 (Security Workbench): let the user see its branch.",
    ),
    Explanation(
        code="jde_order_differs",
        title="The order was changed after its bill",
        cause="The order comes to another total than the bill that was paid for it.",
        who="accountant",
        fix="P0411 or P4314: enter the voucher by hand, then replay: the payment is recorded against it.",
    ),
    Explanation(
        code="jde_voucher_needed",
        title="A voucher is needed first",
        cause="What was paid is an order that was received, or is paid in parts, and no single voucher stands for it.",
        who="accountant",
        fix="P4314 (Voucher Match): enter the voucher, then replay: the payment is recorded against it.",
    ),
    Explanation(
        code="jde_paid_twice",
        title="It was paid here, too",
        cause="The voucher is open for less than BILL paid: somebody paid it in JD Edwards as well.",
        who="accountant",
        fix="P0413M (Manual Payments) or BILL: void one of the two payments, then replay.",
    ),
    Explanation(
        code="jde_several_payees",
        title="One payment, several payees",
        cause="The payment's vouchers are payable to different payees; JD Edwards records one payee per payment.",
        who="accountant",
        fix="P0413M (Manual Payments): record it by hand, and skip it here with the reason.",
    ),
    Explanation(
        code="jde_no_open_items",
        title="Journal entries have no open amounts",
        cause="Only vouchers and invoices are open items in JD Edwards.",
        who="accountant",
        fix="P09210A (Account Ledger Inquiry): compare the balance of the receivables account instead.",
    ),
)

EXPLANATIONS = (*SIGN_IN, *READING, *ORCHESTRATIONS, *BOOKING, *PURCHASES)
