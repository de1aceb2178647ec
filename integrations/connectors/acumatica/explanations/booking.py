"""Codes of refused records."""

from integrations.contracts import Explanation

_PERIODS = "Finance > General Ledger > Manage Financial Periods (GL503000)"
_AR = "Receivables > Accounts Receivable Preferences (AR101000)"

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
        code="acumatica_still_applied",
        title="An application must be taken back by hand",
        cause="Billing moved a payment or credit to another invoice; Acumatica's API can add applications, not take "
        "them back. The cash is booked as it should be.",
        who="accountant",
        fix="Receivables > Payments and Applications (AR302000) > open the document > Application History > Reverse "
        "Application. Then replay the record: the new application is made by the sync.",
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
        code="rate_not_shown",
        title="The exchange rate of a document is not shown",
        cause="A document is to be reversed at its own rate, but Acumatica shows none: it was deleted, or the user may "
        "not see its currency rate. Reversed at another day's rate it would leave a gain or a loss.",
        who="accountant",
        fix="See that the document stands, and that the sync's user sees its currency rate there. Then replay.",
    ),
    Explanation(
        code="reversed_at_another_rate",
        title="A reversal has another exchange rate than its document",
        cause="The reversal was entered, but Acumatica kept its rate of the day: the customer may have no rates of its "
        "own. It is not released, since what differs would be a gain or loss that nobody made.",
        who="accountant",
        fix="Customers (AR303000) > Enable Rate Override; set the named rate on the reversal, then replay the record.",
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
