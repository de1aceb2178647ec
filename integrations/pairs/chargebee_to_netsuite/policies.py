"""The choices that this pair offers beside the engine's own, each with its consequence; the first is the default."""

from integrations.contracts import PolicyField

POLICIES = (
    PolicyField(
        name="zero_invoices",
        label="Invoices that total zero",
        choices=(
            ("post", "Post them: NetSuite then shows every invoice number."),
            ("skip", "Skip them, with the reason in the trail."),
        ),
    ),
    PolicyField(
        name="write_offs",
        label="Debts written off in Chargebee",
        choices=(
            (
                "net",
                "Credit memo on the write-off item; its tax comes off the tax account (bad-debt relief): from the day "
                "of the write-off the return owes less. The law ties that to conditions in many places (age of the "
                "debt, proof, notice): choose it where they are met.",
            ),
            (
                "gross",
                "Credit memo on the write-off item for the whole debt: the tax stays owed until relief is claimed by "
                "hand.",
            ),
            ("skip", "Skip them, with the reason in the trail: the invoice stays open until you write it off there."),
        ),
        flow="credit_notes",
    ),
    PolicyField(
        name="tax",
        label="Tax",
        choices=(
            (
                "tax_line",
                "Lines of their own on the tax account: works in every account, but no tax report sees a code.",
            ),
            (
                "suitetax",
                "Tax details imposed on SuiteTax: Chargebee's amounts under your tax codes, in NetSuite's return.",
            ),
            (
                "netsuite",
                "NetSuite computes it: a document whose total then differs from Chargebee's is shown as different.",
            ),
        ),
    ),
    PolicyField(
        name="moved_dates",
        label="Documents moved out of a closed period",
        choices=(
            ("period", "Move the posting period only; NetSuite must allow dates outside the posting period."),
            ("date", "Move the document's date, too; its memo keeps the date that it had."),
        ),
    ),
    PolicyField(
        name="exchange_rates",
        label="Exchange rate of documents in other currencies",
        choices=(
            (
                "target",
                "NetSuite's own rate of the day: one rate for everything in the ledger. A credit note has the rate of "
                "its own day, not that of the invoice it credits; a void has the invoice's.",
            ),
            (
                "source",
                "Chargebee's rate of each document, where both base currencies agree: the ledger matches Chargebee's "
                "reports. A credit note has its own rate, too, a void the invoice's.",
            ),
        ),
    ),
)
