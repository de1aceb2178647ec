"""Tax that a customer withheld: a credit memo on its own account, beside the invoice that it is applied to."""

from integrations.connectors.acumatica.records import BESIDE, payload
from integrations.connectors.chargebee.records import TaxWithheld, lifecycle
from integrations.contracts import Application, Context, Draft, Facts, Mapped, Record, Reference, Value
from integrations.errors import MappingError, RejectedError
from integrations.pairs.chargebee_to_acumatica import lines
from integrations.pairs.chargebee_to_acumatica.common import Values, period, posted_on, reference

ACCOUNT = lifecycle.journals.WITHHELD
_OPERATION = "withheld"


def memos(record: Record, mapped: Mapped, invoice: Facts, invoice_id: str, context: Context) -> tuple[Draft, ...]:
    """Draft one credit memo per tax not booked yet: each is made, released and applied to its invoice in one step."""
    return tuple(_memo(record, tax, mapped, invoice, invoice_id, context) for tax in not_booked(record, context))


def not_booked(record: Record, context: Context) -> tuple[TaxWithheld, ...]:
    """Give the taxes withheld since. Raises RejectedError where one that was booked is gone or has another amount."""
    taxes = {operation_of(tax): tax for tax in lifecycle.invoices.withheld(record)}
    booked = {one.draft.operation: one.draft.facts.total for one in context.booked}
    stood = {name: total for name, total in booked.items() if name.partition(":")[0] == _OPERATION}
    for name, total in stood.items():
        if name not in taxes or taxes[name].amount != total:
            raise RejectedError(
                f"A tax of {total} withheld on {record.key} was booked and is not so in Chargebee any longer. Reverse "
                "its credit memo in Acumatica, then accept it here with the reason.",
                code="withheld_tax_changed",
                field="linked_taxes_withheld",
                value=name.partition(":")[2],
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


def _memo(record: Record, tax: TaxWithheld, mapped: Mapped, invoice: Facts, invoice_id: str, context: Context) -> Draft:
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
    applied = (Application(external_id=invoice_id, amount=tax.amount),) if invoice_id else None
    return Draft(
        flow="invoices",
        key=record.key,
        sink="credit_memos",
        operation=operation_of(tax),
        external_id=invoice_id,
        revision=context.revision,
        reference=reference(context, "CN", record.key, context.revision, tax.id),
        payload={**payload(header, [row]), BESIDE: True},
        facts=Facts(
            customer=invoice.customer,
            currency=invoice.currency,
            total=tax.amount,
            date=day,
            lines=lines.facts_of([row]),
            applied=applied,
        ),
        references=(Reference(kind="account", code=str(account), field=ACCOUNT),),
    )
