"""Invoices: a general journal each, once the policy has them due, and the taxes that their customers withheld."""

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import Context, Draft, Mapped, Record, Verdict
from integrations.pairs.chargebee_to_dynamics365 import settling, withholding
from integrations.pairs.chargebee_to_dynamics365.common import is_ledger_mode, posted_on
from integrations.pairs.chargebee_to_dynamics365.journals import cents, for_entries, journal

MOVES_NOTHING = "moves_nothing"


def verdict(record: Record, context: Context) -> Verdict:
    """Judge an invoice: by the policy, one that is not settled yet is not due; one that is zero all over says nothing.

    Policy `post_when`: paid (default) or finalised.
    """
    found = lifecycle.invoices.verdict(record, context)
    document = lifecycle.invoices.invoice_of(record)
    if found.action in ("deliver", "withdraw") and not document.total and not _moves(record, context):
        reason = f"Invoice {document.id} and all of its lines are zero: a journal has nothing to say of it."
        return Verdict(action="skip", code=MOVES_NOTHING, reason=reason)
    if found.action == "deliver" and not settling.is_due(document, context):
        reason = f"Invoice {document.id} is not settled in Chargebee yet; by the policy it is posted once it is."
        return Verdict(action="later", code=settling.NOT_PAID, reason=reason)
    return found


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft an invoice's journal, then what its customer withheld of it."""
    document = lifecycle.invoices.invoice_of(record)
    day = lifecycle.invoices.document_date(record, context)
    posting = posted_on("invoices", day, f"Invoice {document.id}", context)
    entries = lifecycle.journals.invoice_entries(record, for_entries(mapped, context), context, posting=posting)
    due = lifecycle.common.day(document.due_date, context) if document.due_date else day
    made = journal("invoices", document, day, entries, mapped, context, due=due)
    return (made, *withholding.withheld(record, mapped, context))


def amend(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Book the taxes that were withheld since, and in ledger mode the cents that parts have left on the receivable.

    F&O takes no other change of a journal that may be posted.
    """
    made = withholding.withheld(record, mapped, context, context.links[("invoices", record.key)])
    return (*made, *cents(record, mapped, context)) if is_ledger_mode(context) else made


def _moves(record: Record, context: Context) -> bool:
    lines = lifecycle.lines.document_lines(lifecycle.invoices.invoice_of(record), context)
    return any(line.amount for line in lines)
