"""Chargebee -> Acumatica: its flows in the order in which they need one another, and its policies."""

from dataclasses import replace

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Context, Need, Pair, PolicyField, Record
from integrations.entries import RECEIVABLES, by_sink, named, of_cash, of_document, of_journal
from integrations.pairs.chargebee_to_acumatica import (
    cash,
    common,
    customers,
    defaults,
    documents,
    journals,
    reversing,
    sandbox,
)
from mappings.catalogue import TargetField

_JOURNAL = lifecycle.journals.document_fields("account")
_EXCHANGE_FIELDS = lifecycle.journals.exchange_fields("account")
_DOCUMENT_FIELDS = (
    *_EXCHANGE_FIELDS,
    *(replace(one, required=one.level == "line" and one.required) for one in _JOURNAL),
    TargetField(name="TaxID", label="Tax id (where taxes are imposed)", level="line"),
    TargetField(name="TaxRate", label="Tax rate in percent", type="amount", level="line"),
    TargetField(name="kind", label="Kind of line", level="line"),
    TargetField(name="amount", label="Amount", type="amount", level="line", required=True),
    TargetField(name="description", label="Text", level="line"),
    TargetField(name="date_to", label="End of the service period", type="date", level="line"),
)
_CASH_FIELDS = (
    *_EXCHANGE_FIELDS,
    *(replace(one, required=False) for one in lifecycle.journals.cash_fields("account")),
)


def _released(needs: tuple[Need, ...]) -> tuple[Need, ...]:
    """Want what is applied to be released: Acumatica applies to nothing else."""
    return tuple(replace(need, posted=need.flow != "customers") for need in needs)


def _credit_note_needs(record: Record, context: Context) -> tuple[Need, ...]:
    return _released(lifecycle.credit_notes.needs(record, context))


def _payment_needs(record: Record, context: Context) -> tuple[Need, ...]:
    return _released(lifecycle.payments.needs(record, context))


def _refund_needs(record: Record, context: Context) -> tuple[Need, ...]:
    return _released(lifecycle.refunds.needs(record, context))


_CUSTOMERS = replace(
    lifecycle.flows.CUSTOMERS,
    sink="customers",
    draft=customers.draft,
    default_rows=defaults.CUSTOMERS,
    default_maps=(defaults.CLASSES,),
    sandbox_maps=sandbox.CUSTOMER_MAPS,
)
_INVOICES = replace(
    lifecycle.flows.INVOICES,
    sink="invoices",
    verdict=journals.invoice_verdict,
    draft=documents.invoice,
    default_rows=defaults.INVOICES,
    default_maps=defaults.INVOICE_MAPS,
    sandbox_maps=sandbox.INVOICE_MAPS,
    details=lifecycle.settled.invoice_details,
    amend=documents.amend_invoice,
    settles=lifecycle.settled.is_settled_in_parts,
    reverse=reversing.invoice,
    module_of=common.module_of,
    open_at=lifecycle.invoices.open_at,
    fields=_DOCUMENT_FIELDS,
)
_CREDIT_NOTES = replace(
    lifecycle.flows.CREDIT_NOTES,
    sink="credit_memos",
    needs=_credit_note_needs,
    draft=documents.credit_note,
    default_rows=defaults.CREDIT_NOTES,
    default_maps=defaults.NOTE_MAPS,
    sandbox_maps=sandbox.NOTE_MAPS,
    details=lifecycle.credit_notes.details,
    amend=documents.amend_credit_note,
    settles=lifecycle.settled.asks,
    reverse=reversing.credit_note,
    module_of=common.module_of,
    open_at=lifecycle.credit_notes.open_at,
    fields=_DOCUMENT_FIELDS,
)
_PAYMENTS = replace(
    lifecycle.flows.PAYMENTS,
    sink="payments",
    needs=_payment_needs,
    draft=cash.payment,
    default_rows=defaults.PAYMENTS,
    default_maps=defaults.CASH_MAPS,
    sandbox_maps=sandbox.CASH_MAPS,
    details=lifecycle.payments.details,
    amend=cash.amend_payment,
    settles=lifecycle.settled.asks,
    reverse=cash.reverse,
    voids=True,
    module_of=common.module_of,
    open_at=lifecycle.payments.open_at,
    fields=_CASH_FIELDS,
)
_REFUNDS = replace(
    lifecycle.flows.REFUNDS,
    sink="refunds",
    needs=_refund_needs,
    draft=cash.refund,
    default_rows=defaults.REFUNDS,
    default_maps=defaults.CASH_MAPS,
    sandbox_maps=sandbox.CASH_MAPS,
    details=lifecycle.settled.refund_details,
    amend=cash.amend_refund,
    settles=lifecycle.settled.asks,
    reverse=cash.reverse,
    voids=True,
    module_of=common.module_of,
    open_at=lifecycle.refunds.open_at,
    fields=_CASH_FIELDS,
)

PAIR = Pair(
    slug="chargebee_to_acumatica",
    name="Chargebee to Acumatica",
    source="chargebee",
    target="acumatica",
    flows=(_CUSTOMERS, _INVOICES, _CREDIT_NOTES, _PAYMENTS, _REFUNDS),
    tells_open="today",
    policies=(
        PolicyField(
            name="posting_mode",
            label="How documents are posted",
            choices=(
                (
                    "documents",
                    "As invoices and credit memos of receivables (screen AR301000): customers can be dunned.",
                ),
                ("sales_invoices", "As sales invoices (screen SO303000), with items and quantities."),
                ("journals", "As journals of the general ledger: receivables stay in Chargebee."),
            ),
        ),
        PolicyField(
            name="tax",
            label="Taxes",
            choices=(
                ("lines", "Each tax is a line of its own on the tax account; Acumatica computes none."),
                ("imposed", "Chargebee's amounts are sent as Acumatica's own taxes, for its tax report."),
            ),
        ),
        PolicyField(
            name="zero_invoices",
            label="Invoices that total zero",
            flow="invoices",
            choices=(
                ("post", "Post them: Acumatica then shows every invoice number."),
                ("skip", "Skip them, with the reason in the trail."),
            ),
        ),
        PolicyField(
            name="service_periods",
            label="Revenue whose service leaves the posting month",
            choices=(
                ("revenue", "Credit the revenue account at once; an item's deferral code recognises it where set."),
                ("deferred", "Credit the mapped deferred revenue account."),
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
                ("skip", "Leave them to Acumatica: the receivable stays open there."),
            ),
        ),
    ),
    entries=by_sink(
        invoices=of_document(1, RECEIVABLES),
        credit_memos=of_document(-1, RECEIVABLES),
        payments=of_cash(1, RECEIVABLES, named("CashAccount")),
        refunds=of_cash(-1, RECEIVABLES, named("CashAccount")),
        journals=of_journal,
    ),
    id_of=journals.id_of,
)
