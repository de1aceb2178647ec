"""Chargebee -> Oracle JD Edwards: its flows in the order in which they need one another, and its policies."""

from dataclasses import replace

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Pair, PolicyField
from integrations.pairs.chargebee_to_jde import common, customers, defaults, journals, refunds, sandbox

_EXCHANGE_FIELDS = lifecycle.journals.exchange_fields("account")
_OF_DOCUMENTS = tuple(one for one in lifecycle.journals.document_fields("account") if one.name != "account")
_JOURNAL_FIELDS = (*_OF_DOCUMENTS, *_EXCHANGE_FIELDS)
_CASH_FIELDS = (*lifecycle.journals.cash_fields("account"), *_EXCHANGE_FIELDS)


_CUSTOMERS = replace(
    lifecycle.flows.CUSTOMERS,
    sink="address_book",
    draft=customers.draft,
    default_rows=defaults.CUSTOMERS,
)
_INVOICES = replace(
    lifecycle.flows.INVOICES,
    sink="journal_entries",
    verdict=journals.invoice_verdict,
    draft=journals.invoice,
    default_rows=defaults.INVOICES,
    default_maps=defaults.INVOICE_MAPS,
    sandbox_maps=sandbox.INVOICE_MAPS,
    details=lifecycle.settled.invoice_details,
    amend=journals.amend_invoice,
    settles=lifecycle.settled.is_settled_in_parts,
    reverse=journals.reverse("invoices"),
    open_at=lifecycle.invoices.open_at,
    module="gl",
    company_of=common.company_of,
    fields=_JOURNAL_FIELDS,
)
_CREDIT_NOTES = replace(
    lifecycle.flows.CREDIT_NOTES,
    sink="journal_entries",
    draft=journals.credit_note,
    default_rows=defaults.CREDIT_NOTES,
    default_maps=defaults.DOCUMENT_MAPS,
    sandbox_maps=sandbox.DOCUMENT_MAPS,
    details=lifecycle.credit_notes.details,
    amend=journals.amend_credit_note,
    settles=lifecycle.settled.asks,
    reverse=journals.reverse("credit_notes"),
    open_at=lifecycle.credit_notes.open_at,
    module="gl",
    company_of=common.company_of,
    fields=_JOURNAL_FIELDS,
)
_PAYMENTS = replace(
    lifecycle.flows.PAYMENTS,
    sink="journal_entries",
    draft=journals.payment,
    default_rows=defaults.PAYMENTS,
    default_maps=defaults.CASH_MAPS,
    sandbox_maps=sandbox.CASH_MAPS,
    details=lifecycle.payments.details,
    amend=journals.amend_payment,
    settles=lifecycle.settled.asks,
    reverse=journals.reverse("payments"),
    open_at=lifecycle.payments.open_at,
    module="gl",
    company_of=common.company_of,
    fields=_CASH_FIELDS,
)
_REFUNDS = replace(
    lifecycle.flows.REFUNDS,
    sink="journal_entries",
    draft=refunds.draft,
    default_rows=defaults.REFUNDS,
    default_maps=defaults.REFUND_MAPS,
    sandbox_maps=sandbox.REFUND_MAPS,
    details=lifecycle.settled.refund_details,
    amend=refunds.amend,
    settles=lifecycle.settled.asks,
    reverse=refunds.reverse,
    open_at=lifecycle.refunds.open_at,
    module="gl",
    module_of=common.refunds_in,
    company_of=common.company_of,
    fields=(*_CASH_FIELDS, *refunds.FIELDS),
)

PAIR = Pair(
    slug="chargebee_to_jde",
    name="Chargebee to Oracle JD Edwards",
    source="chargebee",
    target="jde",
    flows=(_CUSTOMERS, _INVOICES, _CREDIT_NOTES, _PAYMENTS, _REFUNDS),
    tells_open="never",
    policies=(
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
                ("deferred", "Credit the mapped deferred revenue account; JD Edwards recognises it from there."),
            ),
        ),
        PolicyField(
            name="write_offs",
            label="Debts that were written off",
            flow="credit_notes",
            choices=(
                (
                    "net",
                    "Debit bad debts with the net amount, and the tax account with the tax: from the day of the write-"
                    "off the return owes less. The law ties that relief to conditions in many places (age of the "
                    "debt, proof, notice): choose it where they are met.",
                ),
                ("gross", "Debit bad debts with all of it: the tax stays owed until relief is claimed by hand."),
                ("skip", "Leave them to JD Edwards: the receivable stays open there."),
            ),
        ),
        PolicyField(
            name="refunds",
            label="Refunds",
            flow="refunds",
            choices=(
                ("journal", "One journal: receivable to clearing account."),
                ("voucher", "A voucher of the mapped supplier, entered as paid: refunds show in accounts payable."),
            ),
        ),
        PolicyField(
            name="exchange_rates",
            label="Exchange rate of documents in another currency",
            choices=(
                (
                    "target",
                    "JD Edwards' own rate of each document's day; what settles at another rate leaves a difference, "
                    "which is booked. A credit note has its own day's rate, not that of the invoice it credits; a void "
                    "has the invoice's.",
                ),
                (
                    "source",
                    "Chargebee's rate of each document, where both base currencies are the same: a credit note has its "
                    "own, too, a void the invoice's. Differences are booked.",
                ),
            ),
        ),
    ),
)
