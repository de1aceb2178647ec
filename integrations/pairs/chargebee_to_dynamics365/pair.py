"""Chargebee -> Dynamics 365 Finance & Operations: its flows in the order in which they need one another."""

from dataclasses import replace
from datetime import date

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Context, Flow, Money, Pair, Record
from integrations.pairs.chargebee_to_dynamics365 import (
    cash,
    customers,
    defaults,
    invoices,
    journals,
    reversing,
    sandbox,
    settling,
)
from integrations.pairs.chargebee_to_dynamics365.common import CUSTOMER_DIMENSIONS
from integrations.pairs.chargebee_to_dynamics365.policies import POLICIES
from mappings.catalogue import TargetField

_DIMENSIONS = TargetField(name=CUSTOMER_DIMENSIONS, label="Dimensions, as Name=Value; Name=Value")
_JOURNAL_FIELDS = (
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
    *(
        replace(one, required=False)
        for one in lifecycle.journals.cash_fields("main_account")
        if one.name != lifecycle.journals.CLEARING
    ),
    _DIMENSIONS,
)


def _no_money(record: Record) -> Money | None:
    return None


def _no_date(record: Record, context: Context) -> date | None:
    return None


_CUSTOMERS = Flow(
    slug="customers",
    label="Customers",
    stream="customers",
    sink="customers",
    version=lifecycle.customers.version,
    verdict=lifecycle.customers.verdict,
    needs=lifecycle.customers.needs,
    source=lifecycle.customers.source,
    draft=customers.draft,
    money=_no_money,
    document_date=_no_date,
    label_of=lifecycle.customers.label_of,
    default_rows=defaults.CUSTOMERS,
    default_maps=defaults.CUSTOMER_MAPS,
    sandbox_maps=sandbox.CUSTOMER_MAPS,
    is_document=False,
    fields=(_DIMENSIONS,),
)
_INVOICES = Flow(
    slug="invoices",
    label="Invoices",
    stream="invoices",
    sink="journals",
    version=lifecycle.invoices.version,
    verdict=invoices.verdict,
    needs=lifecycle.invoices.needs,
    source=lifecycle.invoices.source,
    draft=invoices.draft,
    money=lifecycle.invoices.money,
    document_date=lifecycle.invoices.document_date,
    label_of=lifecycle.invoices.label_of,
    default_rows=defaults.INVOICES,
    default_maps=defaults.INVOICE_MAPS,
    sandbox_rows=sandbox.LINES,
    sandbox_maps=sandbox.INVOICE_MAPS,
    details=settling.invoice_details,
    amend=invoices.amend,
    reverse=reversing.reverse("invoices"),
    open_at=settling.open_at(settling.invoice_open_at),
    fields=_JOURNAL_FIELDS,
)
_CREDIT_NOTES = Flow(
    slug="credit_notes",
    label="Credit notes",
    stream="credit_notes",
    sink="journals",
    version=lifecycle.credit_notes.version,
    verdict=lifecycle.credit_notes.verdict,
    needs=settling.note_needs,
    source=lifecycle.credit_notes.source,
    draft=journals.credit_note,
    money=lifecycle.credit_notes.money,
    document_date=lifecycle.credit_notes.document_date,
    label_of=lifecycle.credit_notes.label_of,
    default_rows=defaults.CREDIT_NOTES,
    default_maps=defaults.NOTE_MAPS,
    sandbox_rows=sandbox.LINES,
    sandbox_maps=sandbox.NOTE_MAPS,
    reverse=reversing.reverse("credit_notes"),
    open_at=settling.open_at(lifecycle.credit_notes.open_at),
    fields=_JOURNAL_FIELDS,
)
_PAYMENTS = Flow(
    slug="payments",
    label="Payments",
    stream="transactions",
    sink="payment_journals",
    version=lifecycle.payments.version,
    verdict=lifecycle.payments.verdict,
    needs=settling.payment_needs,
    source=lifecycle.payments.source,
    draft=cash.payment,
    money=lifecycle.payments.money,
    document_date=lifecycle.payments.document_date,
    label_of=lifecycle.payments.label_of,
    default_rows=defaults.PAYMENTS,
    default_maps=defaults.CASH_MAPS,
    sandbox_maps=sandbox.CASH_MAPS,
    details=lifecycle.payments.details,
    amend=cash.amend_payment,
    reverse=reversing.reverse("payments"),
    open_at=settling.open_at(settling.payment_open_at),
    fields=_CASH_FIELDS,
)
_REFUNDS = Flow(
    slug="refunds",
    label="Refunds",
    stream="transactions",
    sink="payment_journals",
    version=lifecycle.refunds.version,
    verdict=lifecycle.refunds.verdict,
    needs=settling.refund_needs,
    source=lifecycle.refunds.source,
    draft=cash.refund,
    money=lifecycle.refunds.money,
    document_date=lifecycle.refunds.document_date,
    label_of=lifecycle.refunds.label_of,
    default_rows=defaults.REFUNDS,
    default_maps=defaults.CASH_MAPS,
    sandbox_maps=sandbox.CASH_MAPS,
    reverse=reversing.reverse("refunds"),
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
)
