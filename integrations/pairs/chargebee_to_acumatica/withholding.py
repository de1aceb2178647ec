"""Tax that a customer withheld: a credit memo on its own account, beside the invoice that it is applied to."""

from collections.abc import Mapping

from integrations.connectors.acumatica.records import BESIDE, payload
from integrations.connectors.chargebee.records import TaxWithheld, lifecycle
from integrations.contracts import Application, Context, Draft, Facts, LinkView, Mapped, Record, Reference, Value
from integrations.errors import MappingError, RejectedError
from integrations.pairs.chargebee_to_acumatica import lines
from integrations.pairs.chargebee_to_acumatica.common import Values, period, posted_on, reference

ACCOUNT = lifecycle.journals.WITHHELD
_OPERATION = "withheld"


def memos(record: Record, mapped: Mapped, invoice: Facts, link: LinkView | None, context: Context) -> tuple[Draft, ...]:
    """Draft one credit memo per tax not booked yet: each is made, released and applied to its invoice in one step."""
    named = {tax.id: reference(context, "CN", record.key, context.revision, tax.id) for tax in _of(record)}
    left = not_booked(record, named, link)
    return tuple(_memo(record, tax, mapped, invoice, link, context, named[tax.id]) for tax in left)


def not_booked(record: Record, references: Mapping[str, str], link: LinkView | None) -> tuple[TaxWithheld, ...]:
    """Give the taxes withheld that no companion stands for, by the references that theirs have.

    Raises RejectedError where one that was booked is gone in Chargebee or has another amount.
    """
    taxes = {references[tax.id]: tax for tax in _of(record)}
    currency = lifecycle.invoices.invoice_of(record).currency_code  # of what stands beside it in another: cents
    companions = [one for one in link.companions if one.facts.currency == currency] if link else []
    stood = {one.reference: one.facts.total for one in companions}
    for name, total in stood.items():
        if name not in taxes or taxes[name].amount != total:
            raise RejectedError(
                f"A tax of {total} withheld on {record.key} was booked and is not so in Chargebee any longer. Reverse "
                f"{name} in Acumatica, then accept it here with the reason.",
                code="withheld_tax_changed",
                field="linked_taxes_withheld",
                value=name,
            )
    return tuple(tax for name, tax in taxes.items() if name not in stood)


def operation_of(tax: TaxWithheld) -> str:
    """Name the operation that books a tax."""
    return f"{_OPERATION}:{tax.id}"


def account_of(record: Record, tax: TaxWithheld, mapped: Mapped) -> Value:
    """Give the mapped account. Raises MappingError where none is mapped."""
    if account := mapped.header.get(ACCOUNT):
        return account
    raise MappingError(
        f"The customer withheld {tax.amount} of tax on {record.key}, but no account is mapped for that. Add it under "
        "Mappings > Accounts for withheld tax.",
        code="no_account",
        field=ACCOUNT,
    )


def _of(record: Record) -> tuple[TaxWithheld, ...]:
    return tuple(lifecycle.invoices.withheld(record))


def _memo(
    record: Record,
    tax: TaxWithheld,
    mapped: Mapped,
    invoice: Facts,
    link: LinkView | None,
    context: Context,
    own: str,
) -> Draft:
    account, label = account_of(record, tax, mapped), f"Tax withheld on {record.key}"
    day = lifecycle.common.day(tax.date, context) if tax.date else lifecycle.invoices.document_date(record, context)
    posting = posted_on("invoices", day, label, context)
    row = lines.line(account, tax.amount, f"{label} {tax.reference_number}".strip())
    header: Values = {
        "Customer": invoice.customer,
        "Date": day,
        "custom.Document.CuryID": invoice.currency,
        "Description": label,
        **period("PostPeriod", day, posting, context),
    }
    return Draft(
        flow="invoices",
        key=record.key,
        sink="credit_memos",
        operation=operation_of(tax),
        revision=context.revision,
        reference=own,
        payload={**payload(header, [row]), BESIDE: True},
        facts=Facts(
            customer=invoice.customer,
            currency=invoice.currency,
            total=tax.amount,
            date=day,
            lines=lines.facts_of([row]),
            applied=(Application(external_id=link.external_id if link else "", amount=tax.amount),),
        ),
        references=(Reference(kind="account", code=str(account), field=ACCOUNT),),
        makes="companion",
    )
