"""Drafts and facts as text: what an attempt keeps, so that another worker can settle it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.contracts import Application, Booked, Draft, Facts, LineFact, Owed, Value
from integrations.errors import ConfigurationError
from integrations.money import from_json, to_json

ERASED = "erased_payload"  # stands in the payload of a draft whose time was over
_AMOUNTS = ("total", "open_amount", "exchange_rate")


def dump_draft(draft: Draft, *, then: str, aim: Mapping[str, Value] | None = None) -> str:
    """Write a draft as JSON: amounts in facts as texts, the payload as sent. `then` names the operation after it.

    `aim` is what the draft is for, kept as it is.
    """
    return to_json(
        {
            "then": then,
            "aim": aim or {},
            "flow": draft.flow,
            "key": draft.key,
            "sink": draft.sink,
            "operation": draft.operation,
            "revision": draft.revision,
            "reference": draft.reference,
            "external_id": draft.external_id,
            "payload": draft.payload,
            "facts": dump_facts(draft.facts),
            **({"writes_back": True} if draft.writes_back else {}),
            **({} if draft.makes == "link" else {"makes": draft.makes}),
            **({"amends_next": True} if draft.amends_next else {}),
        }
    )


def load_draft(text: str) -> tuple[Draft, str]:
    """Read a draft that `dump_draft` wrote and the operation after it. Dates in the payload stay ISO texts, as sent."""
    fields = from_json(text)
    then, _ = fields.pop("then"), fields.pop("aim", None)
    if fields.pop("makes_link", True) is False:  # as drafts said it before there were further documents
        fields["makes"] = "nothing"
    fields["facts"] = load_facts(fields["facts"])
    return Draft(**fields), then


def refuse_erased(booked: Sequence[Booked]) -> None:
    """Raise ConfigurationError where what was booked is no longer known: it cannot be changed or reversed by us."""
    if any(ERASED in one.draft.payload for one in booked):
        raise ConfigurationError(
            "What was booked was erased from the trail when its time was over, so it cannot be changed or reversed "
            "from here. Do that in the target by hand, then skip it here with a reason.",
            code="payload_erased",
        )


def load_aim(text: str) -> Mapping[str, Any]:
    """Read the aim that `dump_draft` wrote beside a draft; empty where there was none."""
    aim: Mapping[str, Any] = from_json(text).get("aim") or {}
    return aim


def dump_facts(facts: Facts) -> dict[str, Any]:
    """Give facts as JSON values, unsaid ones left out."""
    said: dict[str, Any] = {}
    for name in ("name", "customer", "currency"):
        if (text := getattr(facts, name)) is not None:
            said[name] = text
    for name in _AMOUNTS:
        if (amount := getattr(facts, name)) is not None:
            said[name] = str(amount)
    for name in ("date", "posting_date"):
        if (day := getattr(facts, name)) is not None:
            said[name] = day.isoformat()
    if facts.dimensions:
        said["dimensions"] = [list(each) for each in facts.dimensions]  # a name may come several times
    if facts.lines is not None:
        said["lines"] = [_said_line(line) for line in facts.lines]
    if facts.applied is not None:
        said["applied"] = [[applied.external_id, str(applied.amount)] for applied in facts.applied]
    if facts.owed is not None:
        said["owed"] = [[one.customer, str(one.amount), str(one.base)] for one in facts.owed]
    return said


def load_facts(said: Mapping[str, Any]) -> Facts:
    """Read what `dump_facts` gave."""
    values: dict[str, Any] = {name: said[name] for name in ("name", "customer", "currency") if name in said}
    values |= {name: Decimal(said[name]) for name in _AMOUNTS if name in said}
    values |= {name: date.fromisoformat(said[name]) for name in ("date", "posting_date") if name in said}
    if "dimensions" in said:
        values["dimensions"] = tuple((name, id) for name, id in _pairs(said["dimensions"]))
    if "lines" in said:
        values["lines"] = tuple(_line(*line) for line in said["lines"])
    if "applied" in said:
        values["applied"] = tuple(Application(external_id=to, amount=Decimal(amount)) for to, amount in said["applied"])
    if "owed" in said:
        values["owed"] = tuple(_owed(*one) for one in said["owed"])
    return Facts(**values)


def _pairs(said: Mapping[str, str] | Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """Give pairs of what was written as such, or as names with one value each."""
    return list(said.items()) if isinstance(said, Mapping) else said


def _owed(customer: str, amount: str, base: str) -> Owed:
    return Owed(customer=customer, amount=Decimal(amount), base=Decimal(base))


def _said_line(line: LineFact) -> list[Any]:
    return [line.account, str(line.amount), *([dict(line.dimensions)] if line.dimensions else [])]


def _line(account: str, amount: str, dimensions: Mapping[str, str] | None = None) -> LineFact:
    return LineFact(account=account, amount=Decimal(amount), dimensions=tuple((dimensions or {}).items()))
