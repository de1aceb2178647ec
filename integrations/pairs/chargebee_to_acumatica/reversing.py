"""Takes documents of receivables back: by the opposite kind with the same lines, which uses up what is left open."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from integrations.connectors.acumatica.records import LINES, SETTLES, on_invoice_screen
from integrations.contracts import Context, Draft, Facts, LineFact, Standing, Value
from integrations.errors import RejectedError
from integrations.pairs.chargebee_to_acumatica import journals
from integrations.pairs.chargebee_to_acumatica.common import (
    Values,
    at_rate_of,
    is_journal,
    reference,
    release,
    released_first,
)

_OF_ITS_OWN_DAY = ("PostPeriod", "DueDate", "Terms", "custom.Document.FinPeriodID", "custom.Document.TermsID")
_REVERSAL = "reversal"
ZERO = Decimal(0)


def invoice(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take an invoice back by a credit memo with its lines, released and applied to what the invoice leaves open.

    Tax that the customer withheld was credited already: the memo has it as a line the other way round.
    """
    if is_journal(standing.link):
        return journals.reverse(standing, context)
    made = _opposite("invoices", "credit_memos", "INV", standing, context)
    return (*released_first(standing), made, release(made, _REVERSAL), _settle(made, standing))


def credit_note(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take a credit memo back by an invoice with its lines, which uses up what the memo has left."""
    if is_journal(standing.link):
        return journals.reverse(standing, context)
    made = _opposite("credit_notes", "invoices", "CN", standing, context)
    return (*released_first(standing), made, release(made, _REVERSAL), _settle(made, standing))


def _opposite(flow: str, sink: str, kind: Literal["INV", "CN"], standing: Standing, context: Context) -> Draft:
    sent = next((one.draft.payload for one in standing.booked if one.draft.operation == "create"), {})
    if not sent:
        raise RejectedError(
            f"{standing.label} was keyed by hand in Acumatica as {standing.link.external_id}: its lines are not known "
            "here. Reverse it there, then accept the difference with the reason.",
            code="lines_unknown",
            field=LINES,
            value=standing.link.external_id,
        )
    facts, withheld = standing.link.facts, _withheld(standing)
    sent = on_invoice_screen(sent) if withheld else sent  # its line has no item
    rows = [*_rows(sent), *withheld]
    credited = sum((_amount(row) for row in withheld), ZERO)
    header = {name: value for name, value in sent.items() if name not in _OF_ITS_OWN_DAY}
    return Draft(
        flow=flow,
        key=standing.key,
        sink=sink,
        operation="reverse",
        revision=standing.link.revision,
        reference=reference(context, kind, standing.key, standing.link.revision, "REV"),
        payload={
            **header,
            LINES: list[Value](rows),
            "Date": standing.on,
            "Description": f"Reversal of {standing.label}"[:512],
            **at_rate_of(standing.link.external_id, facts.currency, context),
        },
        facts=Facts(
            customer=facts.customer,
            currency=facts.currency,
            total=None if facts.total is None else facts.total + credited,
            date=standing.on,
            lines=tuple(LineFact(account=str(row["Account"]), amount=_amount(row)) for row in rows),
        ),
    )


def _settle(made: Draft, standing: Standing) -> Draft:
    """Draft the application of memo and invoice to each other, with what both have left when it is booked."""
    facts = Facts(customer=made.facts.customer, currency=made.facts.currency, total=made.facts.total)
    return Draft(
        flow=made.flow,
        key=made.key,
        sink=made.sink,
        operation=f"settle:{_REVERSAL}",
        revision=made.revision,
        reference=made.reference,
        payload={SETTLES: standing.link.external_id},
        facts=facts,
    )


def _rows(sent: Mapping[str, Value]) -> list[Mapping[str, Value]]:
    given = sent.get(LINES)
    return [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []


def _withheld(standing: Standing) -> list[Values]:
    """Give the lines of the withheld taxes with their signs turned."""
    sent: Sequence[Mapping[str, Value]] = [
        row
        for one in standing.booked
        if one.draft.operation.startswith("withheld:")
        for row in _rows(one.draft.payload)
    ]
    return [{**row, "UnitPrice": -_number(row, "UnitPrice"), "Amount": -_number(row, "Amount")} for row in sent]


def _amount(row: Mapping[str, Value]) -> Decimal:
    return _number(row, "Amount")


def _number(row: Mapping[str, Value], name: str) -> Decimal:
    value = row.get(name)
    return value if isinstance(value, Decimal) else Decimal(str(value or 0))
