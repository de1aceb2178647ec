"""The faults that a look ahead finds: one per cause, however many records it holds up, with their money."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as made_of
from decimal import Decimal
from typing import Any

from integrations.engine.rehearsal.foreseeing import Foreseen, Name
from integrations.engine.rehearsal.ground import Ground
from integrations.engine.rehearsal.judging import judge
from integrations.engine.work import State

_HOLDS = (State.PARKED, State.WAITING)
_SAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One cause: the same code, field and value have one."""

    code: str
    field: str
    value: str
    said: str
    records: int = 0
    samples: tuple[str, ...] = ()
    money: Mapping[str, Decimal] = made_of(default_factory=dict)
    flow: str = ""

    @property
    def name(self) -> str:
        """How it is accepted."""
        return "|".join((self.code, self.field, self.value))[:300]

    def as_json(self) -> dict[str, Any]:
        """Give it as a report keeps it; amounts are texts."""
        return {
            "name": self.name,
            "code": self.code,
            "field": self.field,
            "value": self.value,
            "said": self.said,
            "records": self.records,
            "samples": list(self.samples),
            "money": {currency: str(amount) for currency, amount in self.money.items() if amount},
            "flow": self.flow,
        }


def static_faults(ground: Ground, flow: str) -> list[Fault]:
    """Give what is wrong with a flow's mapping without any record: by its rows, its maps and the target's fields."""
    problems = judge(ground.plan(flow).flow, ground.versions[flow], ground.fields[flow])
    return [Fault(code=p.code, field=p.field, value=p.value or p.row_id, said=str(p), flow=flow) for p in problems]


def faults_of(seen: Foreseen, names: Iterable[Name]) -> list[Fault]:
    """Group what holds these records up by its cause, those with most records first."""
    causes: dict[tuple[str, str, str, str], list[Name]] = defaultdict(list)
    for name in names:
        work = seen.works[name]
        if work.state in _HOLDS:
            causes[(name[0], work.code, work.field, work.value)].append(name)
    found = [_fault(seen, cause, held) for cause, held in causes.items()]
    return sorted(found, key=lambda fault: -fault.records)


def _fault(seen: Foreseen, cause: tuple[str, str, str, str], held: list[Name]) -> Fault:
    works, money = [seen.works[name] for name in held], dict[str, Decimal]()
    for work in works:
        if work.money:
            money[work.money.currency] = money.get(work.money.currency, Decimal(0)) + work.money.amount
    flow, code, target, value = cause
    return Fault(
        flow=flow,
        code=code,
        field=target,
        value=value,
        said=works[0].reason,
        records=len(works),
        samples=tuple(work.label for work in works[:_SAMPLES]),
        money=money,
    )
