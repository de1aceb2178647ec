"""Taxes that customers withheld: a payment line each against a tax account, beside the invoice that it relieves."""

from dataclasses import replace

from integrations.connectors.chargebee.records import TaxWithheld, lifecycle
from integrations.contracts import CompanionView, Context, Draft, LinkView, Mapped, Record
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_dynamics365.cash import OFFSET, OFFSET_KIND, line
from integrations.pairs.chargebee_to_dynamics365.common import CUSTOMER_DIMENSIONS, Values, is_ledger_mode, reference
from integrations.pairs.chargebee_to_dynamics365.journals import for_entries, journal
from integrations.pairs.chargebee_to_dynamics365.settling import marks

_WITHHELD = "withheld"


def withheld(record: Record, mapped: Mapped, context: Context, link: LinkView | None = None) -> tuple[Draft, ...]:
    """Draft the taxes that a customer withheld: they relieve the receivable like a payment, against a tax account.

    They mark the invoice where it is posted already. Those that stand beside `link` stay as they are: RejectedError
    where one of them is gone in Chargebee, or has another amount.
    """
    taxes = {_withheld_as(record, tax, context): tax for tax in lifecycle.invoices.withheld(record)}
    currency = lifecycle.invoices.invoice_of(record).currency_code  # of what stands beside it in another: cents
    standing = {one.reference: one for one in link.companions if one.facts.currency == currency} if link else {}
    for one in standing.values():
        if one.reference not in taxes or taxes[one.reference].amount != one.facts.total:
            raise _changed(record, one)
    left = [tax for own, tax in taxes.items() if own not in standing]
    return tuple(replace(_withheld(record, tax, mapped, context, link), makes="companion") for tax in left)


def _withheld(record: Record, tax: TaxWithheld, mapped: Mapped, context: Context, link: LinkView | None) -> Draft:
    document, operation = lifecycle.invoices.invoice_of(record), f"{_WITHHELD}:{tax.id}"
    day = lifecycle.common.day(tax.date or document.date, context)
    entries = lifecycle.journals.withheld_entries(record, tax, for_entries(mapped, context), context)
    if is_ledger_mode(context):
        number = f"{record.key}-{tax.id}"
        return journal("invoices", document, day, entries, mapped, context, operation=operation, number=number)
    header: Values = {
        OFFSET_KIND: "Ledger",
        OFFSET: entries[0].account,
        CUSTOMER_DIMENSIONS: mapped.header.get(CUSTOMER_DIMENSIONS),
        "TransactionText": entries[0].text,
    }
    settled = marks([(record.key, tax.amount)], "invoices", context) if link else ()
    customer = context.links[("customers", document.customer_id)].external_id
    return line("invoices", document, day, tax.amount, customer, settled, header, context, operation)


def _withheld_as(record: Record, tax: TaxWithheld, context: Context) -> str:
    return reference(context, "invoices", record.key, f"{_WITHHELD}:{tax.id}", context.revision)


def _changed(record: Record, one: CompanionView) -> RejectedError:
    return RejectedError(
        f"Tax of {one.facts.total} withheld on {record.key} was booked as {one.external_id} and is not so in Chargebee "
        "any longer. Reverse it in F&O, then accept it here with the reason.",
        code="withheld_tax_changed",
        field="linked_taxes_withheld",
        value=one.external_id,
    )
