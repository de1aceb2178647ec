"""Documents that take another's effect back: its lines on the opposite record type, its money the other way."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.netsuite.records import sublist
from integrations.contracts import Draft, Facts, Makes, Standing, Value
from integrations.errors import RejectedError

_LINE = (
    "item", "quantity", "rate", "amount", "description", "department", "class", "location", "taxCode",
    "taxDetailsReference",
    "revRecStartDate", "revRecEndDate", "revRecSchedule",
)  # fmt: skip
_HEADER = (
    "entity", "customer", "currency", "exchangeRate", "subsidiary", "department", "class", "location",
    "taxDetailsOverride", "taxDetails",
)  # fmt: skip


def sales_reversal(standing: Standing, *, flow: str, sink: str, reference: str, more: Mapping[str, Value]) -> Draft:
    """Draft the opposite record with the lines of an invoice or credit memo, on the reversal's day."""
    sent, facts = created(standing), standing.link.facts
    lines = [_line(number, line) for number, line in enumerate(lines_sent(sent) or _lines_read(facts), 1)]
    payload = {
        **_header(sent, facts),
        "entity": {"id": facts.customer},
        "tranDate": standing.on.isoformat(),
        "tranId": f"{standing.key}-REV",
        "memo": f"Reversal of {standing.label}",
        "item": sublist(lines),
        **more,
    }
    if sink == "credit_memos":
        payload["autoApply"] = False
    else:
        payload["toBeEmailed"] = False
    return _reversal(standing, flow, sink, reference, payload)


def money_reversal(standing: Standing, *, flow: str, sink: str, reference: str, more: Mapping[str, Value]) -> Draft:
    """Draft a payment or refund the other way round, over the same bank or clearing account, on the reversal's day."""
    sent, facts = created(standing), standing.link.facts
    if "account" not in sent:
        raise RejectedError(
            f"{standing.label} was keyed by hand in NetSuite as {standing.link.external_id}: its account is not known "
            "here. Reverse it there, then accept the difference with the reason.",
            code="account_unknown",
            field="account",
            value=standing.link.external_id,
        )
    payload = {
        **_header(sent, facts),
        "customer": {"id": facts.customer},
        "tranDate": standing.on.isoformat(),
        "account": sent["account"],
        "memo": f"Reversal of {standing.label}",
        **more,
    }
    return _reversal(standing, flow, sink, reference, payload)


def each_document(standing: Standing) -> list[tuple[Standing, Makes]]:
    """Give each document of a record as if it stood alone, its own first, and what drafts that act on it make.

    Without the own one where that is of others and stays.
    """
    link = standing.link
    alone = (
        (replace(link, external_id=one.external_id, reference=one.reference, facts=one.facts), one.makes)
        for one in lifecycle.payments.parts(link)
        if one.makes == "share" or not standing.leaves_own
    )
    return [(replace(standing, link=each), makes) for each, makes in alone]


def step(name: str, facts: Facts, makes: Makes) -> str:
    """Name an operation on the own document plainly, on a share with its customer."""
    return name if makes == "link" else f"{name}:{facts.customer}"


def created(standing: Standing) -> Mapping[str, Any]:
    """Give what was sent when the document was made, or a part of it; empty for one that was found there."""
    made = (one.draft for one in standing.booked if one.draft.operation.partition("-")[0] == "create")
    return next((one.payload for one in made), {})


def _reversal(standing: Standing, flow: str, sink: str, reference: str, payload: Mapping[str, Value]) -> Draft:
    facts = standing.link.facts
    return Draft(
        flow=flow,
        key=standing.key,
        sink=sink,
        operation="reverse",
        revision=standing.link.revision,
        reference=reference,
        payload=payload,
        facts=Facts(customer=facts.customer, currency=facts.currency, total=facts.total, date=standing.on),
    )


def _header(sent: Mapping[str, Any], facts: Facts) -> dict[str, Value]:
    """Take over what was sent, and the rate at which the document stands: a reversal gains and loses nothing."""
    rate = {} if facts.exchange_rate is None else {"exchangeRate": facts.exchange_rate}
    return {**{name: sent[name] for name in _HEADER if name in sent}, **rate}


def lines_sent(sent: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give the lines of a document as they were sent."""
    return list((sent.get("item") or {}).get("items", ()))


def _lines_read(facts: Facts) -> list[Mapping[str, Value]]:
    """Make lines of what stands, for a document that was found in NetSuite: items and amounts are all it shows."""
    return [
        {"item": {"id": line.account}, "quantity": Decimal(1), "rate": line.amount, "amount": line.amount}
        for line in facts.lines or ()
    ]


def _line(number: int, line: Mapping[str, Value]) -> Mapping[str, Value]:
    return {"line": number, **{name: line[name] for name in _LINE if name in line}}
