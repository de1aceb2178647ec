"""Chargebee -> Dynamics 365 Finance & Operations: its flows in the order in which they need one another."""

from dataclasses import replace

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Pair
from integrations.pairs.chargebee_to_dynamics365 import (
    applying,
    cash,
    customers,
    defaults,
    invoices,
    journals,
    reversing,
    sandbox,
    settling,
)
from integrations.pairs.chargebee_to_dynamics365.common import CUSTOMER_DIMENSIONS, module_of, number_of
from integrations.pairs.chargebee_to_dynamics365.policies import POLICIES
from mappings.catalogue import TargetField

_DIMENSIONS = TargetField(name=CUSTOMER_DIMENSIONS, label="Dimensions, as Name=Value; Name=Value")
_EXCHANGE_FIELDS = lifecycle.journals.exchange_fields("main_account")
_JOURNAL_FIELDS = (
    *_EXCHANGE_FIELDS,
    *(
        replace(one, required=False)
        for one in lifecycle.journals.document_fields("main_account")
        if one.name != lifecycle.journals.ACCOUNT
    ),
    TargetField(name="amount", label="Amount", type="amount", level="line", required=True),
    TargetField(name="date_to", label="End of the service period", type="date", level="line"),
    _DIMENSIONS,
)
_CASH_FIELDS = (
    *_EXCHANGE_FIELDS,
    *(
        replace(one, required=False)
        for one in lifecycle.journals.cash_fields("main_account")
        if one.name != lifecycle.journals.CLEARING
    ),
    _DIMENSIONS,
)


_CUSTOMERS = replace(
    lifecycle.flows.CUSTOMERS,
    sink="customers",
    draft=customers.draft,
    default_rows=defaults.CUSTOMERS,
    default_maps=defaults.CUSTOMER_MAPS,
    sandbox_maps=sandbox.CUSTOMER_MAPS,
    fields=(_DIMENSIONS,),
)
_INVOICES = replace(
    lifecycle.flows.INVOICES,
    sink="journals",
    verdict=invoices.verdict,
    draft=invoices.draft,
    default_rows=defaults.INVOICES,
    default_maps=defaults.INVOICE_MAPS,
    sandbox_rows=sandbox.LINES,
    sandbox_maps=sandbox.INVOICE_MAPS,
    details=settling.invoice_details,
    amend=invoices.amend,
    settles=lifecycle.settled.is_settled_in_parts,
    reverse=reversing.reverse("invoices"),
    module_of=module_of,
    applied_as=number_of,
    open_at=settling.open_at(settling.invoice_open_at),
    fields=_JOURNAL_FIELDS,
)
_CREDIT_NOTES = replace(
    lifecycle.flows.CREDIT_NOTES,
    sink="journals",
    needs=settling.note_needs,
    draft=journals.credit_note,
    default_rows=defaults.CREDIT_NOTES,
    default_maps=defaults.NOTE_MAPS,
    sandbox_rows=sandbox.LINES,
    sandbox_maps=sandbox.NOTE_MAPS,
    details=lifecycle.credit_notes.details,
    amend=journals.amend_credit_note,
    settles=lifecycle.settled.asks,
    reverse=reversing.reverse("credit_notes"),
    module_of=module_of,
    applied_as=number_of,
    open_at=settling.open_at(settling.credit_open_at),
    fields=_JOURNAL_FIELDS,
)
_PAYMENTS = replace(
    lifecycle.flows.PAYMENTS,
    sink="payment_journals",
    needs=settling.payment_needs,
    draft=cash.payment,
    default_rows=defaults.PAYMENTS,
    default_maps=defaults.CASH_MAPS,
    sandbox_maps=sandbox.CASH_MAPS,
    details=lifecycle.payments.details,
    amend=applying.amend_payment,
    settles=lifecycle.settled.asks,
    reverse=reversing.reverse("payments"),
    module_of=module_of,
    open_at=settling.open_at(settling.payment_open_at),
    fields=_CASH_FIELDS,
)
_REFUNDS = replace(
    lifecycle.flows.REFUNDS,
    sink="payment_journals",
    needs=settling.refund_needs,
    draft=cash.refund,
    default_rows=defaults.REFUNDS,
    default_maps=defaults.CASH_MAPS,
    sandbox_maps=sandbox.CASH_MAPS,
    details=lifecycle.settled.refund_details,
    amend=cash.amend_refund,
    settles=lifecycle.settled.asks,
    reverse=reversing.reverse("refunds"),
    module_of=module_of,
    open_at=settling.open_at(lifecycle.refunds.open_at),
    fields=_CASH_FIELDS,
)

PAIR = Pair(
    slug="chargebee_to_dynamics365",
    name="Chargebee to Dynamics 365 Finance & Operations",
    source="chargebee",
    target="dynamics365",
    flows=(_CUSTOMERS, _INVOICES, _CREDIT_NOTES, _PAYMENTS, _REFUNDS),
    policies=POLICIES,
    entries=cash.entries,
    tells_open="today",
    settles_itself=True,
)
