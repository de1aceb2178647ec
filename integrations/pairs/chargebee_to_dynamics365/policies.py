"""The choices that this pair offers beside the engine's own, each with its consequence; the first is the default."""

from integrations.contracts import PolicyField

POLICIES = (
    PolicyField(
        name="post_when",
        label="When an invoice is posted",
        choices=(
            (
                "paid",
                "Once Chargebee shows it settled, on its own date. What nobody has paid yet is in no ledger and in no "
                "sales tax return: at a month's end its revenue and tax are missing, and its payment brings them back "
                "into that month (where it is closed, as the policy says). That is no accrual accounting: choose it "
                "only where revenue and tax are owed on payment. F&O's receivables show no arrears. Money that comes "
                "earlier goes on account and settles once the invoice is posted.",
            ),
            (
                "finalised",
                "As soon as it is final, on its own date: revenue and sales tax stand in the month they belong to "
                "(accrual). F&O shows who owes what; payments mark their invoices.",
            ),
        ),
    ),
    PolicyField(
        name="posting_mode",
        label="Where the receivable stands",
        choices=(
            (
                "customer",
                "On the customer's account (a customer invoice with number and due date): F&O ages it, payments settle "
                "it.",
            ),
            (
                "ledger",
                "On a mapped main account of the general ledger: who owes what stays in Chargebee. Payments and "
                "refunds are general journals, too, and mark nothing.",
            ),
        ),
    ),
    PolicyField(
        name="late_settlement",
        label="Payments applied to invoices after F&O has posted them",
        flow="payments",
        choices=(
            (
                "target",
                "Leave the settlement to F&O's automatic settlement, or to your people. The customer's balance is "
                "right; until then payment and invoice both stand open.",
            ),
            ("ask", "Park such a payment until F&O shows it settled: somebody is told each time."),
        ),
    ),
    PolicyField(
        name="zero_invoices",
        label="Invoices that total zero",
        flow="invoices",
        choices=(
            ("post", "Post those whose lines move something between accounts; the others have nothing to say."),
            ("skip", "Skip them, with the reason in the trail."),
        ),
    ),
    PolicyField(
        name="service_periods",
        label="Revenue whose service leaves the posting month",
        choices=(
            ("revenue", "Credit the revenue account at once; recognition is done elsewhere."),
            ("deferred", "Credit the mapped deferred revenue account; F&O recognises it from there."),
        ),
    ),
    PolicyField(
        name="write_offs",
        label="Debts that were written off",
        flow="credit_notes",
        choices=(
            (
                "net",
                "Debit bad debts with the net amount, and the tax account with the tax: from the day of the write-off "
                "the return owes less. The law ties that relief to conditions in many places (age of the debt, "
                "proof, notice): choose it where they are met.",
            ),
            ("gross", "Debit bad debts with all of it: the tax stays owed until relief is claimed by hand."),
            ("skip", "Leave them to F&O: the receivable stays open there."),
        ),
    ),
    PolicyField(
        name="exchange_rates",
        label="Exchange rate of documents in another currency",
        choices=(
            (
                "target",
                "F&O's own rate of the day: one rate for everything in the ledger. A credit note has its own day's "
                "rate, not that of the invoice it credits; a void has the invoice's.",
            ),
            (
                "source",
                "Chargebee's rate of each document, where both base currencies are the same: a credit note has its "
                "own, too, a void the invoice's.",
            ),
        ),
    ),
)
