"""What a reconciliation says: control totals, named differences and remarks, and all of it as JSON and back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias, TypeVar, cast

from integrations.money import decimals

Kind: TypeAlias = Literal["missing", "held", "extra", "amount", "date", "account", "unapplied", "duplicate"]
Heal: TypeAlias = Literal["", "run", "replay", "read_again", "link", "post_anew"]

KINDS: tuple[Kind, ...] = ("missing", "held", "extra", "amount", "date", "account", "unapplied", "duplicate")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many documents, and what they sum up to."""

    n: int = 0
    total: Decimal = ZERO

    def plus(self, amount: Decimal) -> "Total":
        """Give the total with one more document."""
        return Total(n=self.n + 1, total=self.total + amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kind of document in one currency: what the source says, our trail, and what stands in the target."""

    kind: str  # the flow's slug
    label: str
    currency: str
    source: Total = Total()
    trail: Total = Total()
    target: Total = Total()

    @property
    def agrees(self) -> bool:
        """Tell whether all three sides say the same."""
        return self.source == self.trail == self.target

    @property
    def difference(self) -> Decimal:
        """Give the target less the source."""
        return self.target.total - self.source.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One document that does not agree. `id` is its natural key, or its id in the target where no source has it.

    `source` and `target` are its amounts, None where it does not stand; `action` says in words what heals it, `heal`
    what the engine can do about it on request.
    """

    kind: Kind
    flow: str
    id: str
    label: str
    currency: str
    action: str
    source: Decimal | None = None
    target: Decimal | None = None
    detail: str = ""
    heal: Heal = ""
    record_id: int = 0
    external_id: str = ""
    number: str = ""
    day: date | None = None

    @property
    def name(self) -> str:
        """Give what a mark names it by."""
        return f"{self.flow}:{self.kind}:{self.id}:{self.external_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Documents that need no action but explain a figure: not posted by rule, reversed, posted on another day ..."""

    code: str
    flow: str
    currency: str
    reason: str
    n: int = 0
    total: Decimal = ZERO
    ids: tuple[str, ...] = ()

    def plus(self, id: str, amount: Decimal) -> "Remark":
        """Give the remark with one more document; the first ids are kept by name."""
        ids = (*self.ids, id) if len(self.ids) < _IDS_KEPT else self.ids
        return replace(self, n=self.n + 1, total=self.total + amount, ids=ids)


_IDS_KEPT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReport:
    """A period, both days included: `ok` when nothing differs that nobody has explained."""

    start: date
    end: date
    lines: tuple[Line, ...]
    differences: tuple[Difference, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def ok(self) -> bool:
        """Tell whether no difference is left unexplained."""
        return not self.differences


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """One document's open amount at the end of a day: credits and unapplied cash are negative."""

    flow: str
    id: str  # its natural key; in the target's words where no source has it
    label: str
    customer: str  # the target's id
    currency: str
    source: Decimal = ZERO
    target: Decimal = ZERO
    external_id: str = ""
    number: str = ""
    record_id: int = 0
    is_settled_otherwise: bool = False  # it differs, and all of its customer's agree by their sum: the target's doing

    @property
    def difference(self) -> Decimal:
        """Give the target less the source."""
        return self.target - self.source


@dataclass(frozen=True, slots=True, kw_only=True)
class TieOut:
    """What is open as of a day in both systems, document by document.

    `since` is the first day whose source documents were all looked at; older ones are compared as far as the target
    or the tie-out before shows them open.
    """

    as_of: date
    since: date
    rows: tuple[OpenRow, ...]
    remarks: tuple[Remark, ...] = ()

    @property
    def differing(self) -> tuple[OpenRow, ...]:
        """Give the rows that do not agree, neither by themselves nor as their customer's sum where that is exact."""
        return tuple(row for row in self.rows if row.difference and not row.is_settled_otherwise)

    @property
    def ok(self) -> bool:
        """Tell whether every open amount agrees."""
        return not self.differing


@dataclass(slots=True)
class Tally:
    """Lines, differences and remarks while they are gathered."""

    labels: Mapping[str, str]
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    remarks: dict[tuple[str, ...], Remark] = field(default_factory=dict)

    def count(self, side: Literal["source", "trail", "target"], flow: str, currency: str, amount: Decimal) -> None:
        """Count one document on one side."""
        line = self.lines.get((flow, currency)) or Line(kind=flow, label=self.labels[flow], currency=currency)
        self.lines[(flow, currency)] = replace(line, **{side: getattr(line, side).plus(amount)})

    def remark(self, code: str, flow: str, currency: str, id: str, amount: Decimal, reason: str) -> None:
        """Note one document under its reason."""
        key = (code, flow, currency, reason)
        held = self.remarks.get(key) or Remark(code=code, flow=flow, currency=currency, reason=reason)
        self.remarks[key] = held.plus(id, amount)

    def report(self, start: date, end: date) -> PeriodReport:
        """Give what was gathered, in the order of the flows."""
        order = {flow: number for number, flow in enumerate(self.labels)}
        return PeriodReport(
            start=start,
            end=end,
            lines=tuple(sorted(self.lines.values(), key=lambda line: (order[line.kind], line.currency))),
            differences=tuple(sorted(self.differences, key=lambda d: (order[d.flow], KINDS.index(d.kind), d.id))),
            remarks=tuple(sorted(self.remarks.values(), key=lambda r: (order[r.flow], r.code, r.currency, r.reason))),
        )


# As JSON


def amount_text(amount: Decimal, currency: str) -> str:
    """Write an amount with all decimals of its currency, and more only where it has more."""
    places = decimals(currency) if len(currency) == 3 and currency.isalpha() and currency.isupper() else 2
    exponent = amount.normalize().as_tuple().exponent
    shown = max(places, -exponent if isinstance(exponent, int) else 0)
    return f"{amount:.{shown}f}"


def dump(report: PeriodReport | TieOut) -> dict[str, Any]:
    """Give a report as JSON values: amounts and days as text, so that nothing is rounded."""
    return cast(dict[str, Any], _plain(asdict(report)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        currency = str(value.get("currency", ""))
        return {name: _shown(each, currency) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _shown(value: Any, currency: str) -> Any:
    if isinstance(value, Decimal):
        return amount_text(value, currency)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict) and "total" in value and "currency" not in value:
        return {"n": value["n"], "total": amount_text(value["total"], currency)}
    return _plain(value)


def load_period(said: Mapping[str, Any]) -> PeriodReport:
    """Read what `dump` gave for a period."""
    return PeriodReport(
        start=date.fromisoformat(said["start"]),
        end=date.fromisoformat(said["end"]),
        lines=tuple(
            Line(**{**line, **{side: _total(line[side]) for side in ("source", "trail", "target")}})
            for line in said["lines"]
        ),
        differences=tuple(_load(Difference, each) for each in said["differences"]),
        remarks=tuple(_load(Remark, each) for each in said["remarks"]),
    )


def load_tie_out(said: Mapping[str, Any]) -> TieOut:
    """Read what `dump` gave for a tie-out."""
    return TieOut(
        as_of=date.fromisoformat(said["as_of"]),
        since=date.fromisoformat(said["since"]),
        rows=tuple(_load(OpenRow, each) for each in said["rows"]),
        remarks=tuple(_load(Remark, each) for each in said["remarks"]),
    )


def _total(said: Mapping[str, Any]) -> Total:
    return Total(n=said["n"], total=Decimal(said["total"]))


Loaded = TypeVar("Loaded", Difference, Remark, OpenRow)
_AMOUNTS = frozenset({"source", "target", "total"})


def _load(kind: type[Loaded], said: Mapping[str, Any]) -> Loaded:
    values = {each.name: _value(each.name, said[each.name]) for each in fields(kind) if each.name in said}
    return kind(**values)


def _value(name: str, said: Any) -> Any:
    if said is None:
        return None
    if name in _AMOUNTS:
        return Decimal(said)
    if name == "day":
        return date.fromisoformat(said)
    return tuple(said) if name == "ids" else said
