"""Chargebee -> Oracle JD Edwards: its flows in the order in which they need one another, and its policies."""

from datetime import date

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Context, Flow, Money, Pair, PolicyField, Record
from integrations.pairs.chargebee_to_jde import customers, defaults, journals, refunds, sandbox

_EXCHANGE_FIELDS = lifecycle.journals.exchange_fields("account")
_OF_DOCUMENTS = tuple(one for one in lifecycle.journals.document_fields("account") if one.name != "account")
_JOURNAL_FIELDS = (*_OF_DOCUMENTS, *_EXCHANGE_FIELDS)
_CASH_FIELDS = (*lifecycle.journals.cash_fields("account"), *_EXCHANGE_FIELDS)


def _no_money(record: Record) -> Money | None:
    return None


def _no_date(record: Record, context: Context) -> date | None:
    return None


_CUSTOMERS = Flow(
    slug="customers",
    label="Customers",
    stream="customers",
    sink="address_book",
    version=lifecycle.customers.version,
    verdict=lifecycle.customers.verdict,
    needs=lifecycle.customers.needs,
    source=lifecycle.customers.source,
    draft=customers.draft,
    money=_no_money,
    document_date=_no_date,
    label_of=lifecycle.customers.label_of,
    default_rows=defaults.CUSTOMERS,
    is_document=False,
)
_INVOICES = Flow(
    slug="invoices",
    label="Invoices",
    stream="invoices",
    sink="journal_entries",
    version=lifecycle.invoices.version,
    verdict=journals.invoice_verdict,
    needs=lifecycle.invoices.needs,
    source=lifecycle.invoices.source,
    draft=journals.invoice,
    money=lifecycle.invoices.money,
    document_date=lifecycle.invoices.document_date,
    label_of=lifecycle.invoices.label_of,
    default_rows=defaults.INVOICES,
    default_maps=defaults.INVOICE_MAPS,
    sandbox_maps=sandbox.INVOICE_MAPS,
    details=lifecycle.invoices.details,
    amend=journals.amend_invoice,
    reverse=journals.reverse("invoices"),
    open_at=lifecycle.invoices.open_at,
    module="gl",
    fields=_JOURNAL_FIELDS,
)
_CREDIT_NOTES = Flow(
    slug="credit_notes",
    label="Credit notes",
    stream="credit_notes",
    sink="journal_entries",
    version=lifecycle.credit_notes.version,
    verdict=lifecycle.credit_notes.verdict,
    needs=lifecycle.credit_notes.needs,
    source=lifecycle.credit_notes.source,
    draft=journals.credit_note,
    money=lifecycle.credit_notes.money,
    document_date=lifecycle.credit_notes.document_date,
    label_of=lifecycle.credit_notes.label_of,
    default_rows=defaults.CREDIT_NOTES,
    default_maps=defaults.DOCUMENT_MAPS,
    sandbox_maps=sandbox.DOCUMENT_MAPS,
    details=lifecycle.credit_notes.details,
    amend=journals.amend_credit_note,
    reverse=journals.reverse("credit_notes"),
    open_at=lifecycle.credit_notes.open_at,
    module="gl",
    fields=_JOURNAL_FIELDS,
)
_PAYMENTS = Flow(
    slug="payments",
    label="Payments",
    stream="transactions",
    sink="journal_entries",
    version=lifecycle.payments.version,
    verdict=lifecycle.payments.verdict,
    needs=lifecycle.payments.needs,
    source=lifecycle.payments.source,
    draft=journals.payment,
    money=lifecycle.payments.money,
    document_date=lifecycle.payments.document_date,
    label_of=lifecycle.payments.label_of,
    default_rows=defaults.PAYMENTS,
    default_maps=defaults.CASH_MAPS,
    sandbox_maps=sandbox.CASH_MAPS,
    details=lifecycle.payments.details,
    amend=journals.amend_payment,
    reverse=journals.reverse("payments"),
    open_at=lifecycle.payments.open_at,
    module="gl",
    fields=_CASH_FIELDS,
)
_REFUNDS = Flow(
    slug="refunds",
    label="Refunds",
    stream="transactions",
    sink="journal_entries",
    version=lifecycle.refunds.version,
    verdict=lifecycle.refunds.verdict,
    needs=lifecycle.refunds.needs,
    source=lifecycle.refunds.source,
    draft=refunds.draft,
    money=lifecycle.refunds.money,
    document_date=lifecycle.refunds.document_date,
    label_of=lifecycle.refunds.label_of,
    default_rows=defaults.REFUNDS,
    default_maps=defaults.REFUND_MAPS,
    sandbox_maps=sandbox.REFUND_MAPS,
    reverse=refunds.reverse,
    open_at=lifecycle.refunds.open_at,
    module="gl",
    fields=(*_CASH_FIELDS, *refunds.FIELDS),
)

PAIR = Pair(
    slug="chargebee_to_jde",
    name="Chargebee to Oracle JD Edwards",
    source="chargebee",
    target="jde",
    flows=(_CUSTOMERS, _INVOICES, _CREDIT_NOTES, _PAYMENTS, _REFUNDS),
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
                ("net", "Debit bad debts with the net amount and give back the tax on its own account."),
                ("gross", "Debit bad debts with all of it: tax relief is claimed by hand."),
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
                ("target", "JD Edwards' own rate of the day; its revaluation finds the exchange differences."),
                ("source", "Chargebee's rate, where both base currencies are the same; differences are booked."),
            ),
        ),
    ),
)
