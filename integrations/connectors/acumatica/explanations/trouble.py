"""Codes of what passes by itself, or is ours to look into."""

from integrations.contracts import Explanation

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
