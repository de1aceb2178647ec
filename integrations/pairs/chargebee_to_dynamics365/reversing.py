"""Reversals: each document of a record is taken back by one of its own kind with its sides exchanged."""

from collections.abc import Callable, Mapping

from integrations.connectors.dynamics365.records import (
    APPLY,
    REVERSES,
    journal_facts,
    payment_facts,
    reversed_payload,
    reversed_payment,
)
from integrations.contracts import Booked, Context, Draft, Standing, Value
from integrations.pairs.chargebee_to_dynamics365.common import LONGEST_TEXT, Values, delimiter, reference


def reverse(flow: str) -> Callable[[Standing, Context], tuple[Draft, ...]]:
    """Give how a flow's documents are taken back: the newest first, dated the reversal's day; nothing is deleted."""

    def reversal(standing: Standing, context: Context) -> tuple[Draft, ...]:
        made = [one for one in standing.booked if one.draft.operation.partition(":")[0] != APPLY]
        return tuple(_reversal(flow, one, standing, context) for one in reversed(made))

    return reversal


def _reversal(flow: str, booked: Booked, standing: Standing, context: Context) -> Draft:
    sent, revision = booked.draft, standing.link.revision
    operation = "reverse" if sent.operation == "create" else f"reverse:{sent.operation}"
    text = f"Reversal {standing.label}"[:LONGEST_TEXT]
    if sent.sink == "journals":
        payload = _journal(sent.payload, standing, text)
        facts = journal_facts(payload, delimiter(context))
    else:
        payload = reversed_payment(sent.payload, standing.on, text)
        facts = payment_facts(payload, delimiter(context))
    return Draft(
        flow=flow,
        key=standing.key,
        sink=sent.sink,
        operation=operation,
        revision=revision,
        reference=reference(context, flow, standing.key, operation, revision),
        payload={**payload, REVERSES: booked.external_id},
        facts=facts,
        makes=sent.makes,
    )


def _journal(sent: Mapping[str, Value], standing: Standing, text: str) -> Values:
    """Turn a journal around; its number becomes one of its own, so that it is taken for no second invoice."""
    turned = reversed_payload(sent, standing.on, text)
    lines = turned["lines"]
    return {**turned, "lines": [_renumbered(line) for line in lines] if isinstance(lines, list) else []}


def _renumbered(line: Value) -> Values:
    kept: Values = dict(line) if isinstance(line, Mapping) else {}
    kept.pop("DocumentDate", None)
    return {**kept, "Invoice": f"{kept['Invoice']}-REV"} if kept.get("Invoice") else kept
