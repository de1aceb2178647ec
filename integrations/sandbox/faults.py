"""Seeded fault rules of one system: what goes wrong, with which requests, how often."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random

from integrations.sandbox.app import Json, Request, Response
from integrations.sandbox.dice import dice

ANSWERED = ("rate_limit", "rate_limit_no_hint", "server_error", "gateway_html")
WRITES_ONLY = ("answer_lost_before_commit", "answer_lost_after_commit", "commit_after_timeout")
TRANSPORT = ("latency", "connection_reset", *ANSWERED, *WRITES_ONLY)
BY_SIMULATOR = (
    "write_altered", "write_dropped_field", "session_lost", "token_expired", "search_lag", "index_lag",
    "webhook_duplicate", "webhook_reorder", "webhook_drop",
)  # fmt: skip
KINDS = (*TRANSPORT, *BY_SIMULATOR)

COMMIT_LATER_S = 2.0


@dataclass(slots=True, kw_only=True)
class Rule:
    """One rule as posted: `path` is part of the path or a pattern with `*`; `times` is how often it may still hit."""

    kind: str
    rate: float = 1.0
    method: str | None = None
    path: str | None = None
    times: int | None = None
    value_s: float | None = None
    value: object = None
    hits: int = 0
    throws: Random = field(default_factory=lambda: dice(0), repr=False)

    def strikes(self, request: Request | None) -> bool:
        """Throw for a matching request; count the hit."""
        if not self._matches(request) or (self.times is not None and self.hits >= self.times):
            return False
        if self.rate < 1 and self.throws.random() >= self.rate:
            return False
        self.hits += 1
        return True

    def _matches(self, request: Request | None) -> bool:
        if request is None:
            return True
        if self.method and request.method != self.method:
            return False
        if not self.path:
            return True
        return fnmatchcase(request.path, self.path) if "*" in self.path else self.path in request.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What shall happen to one request; the server waits and cuts, the simulator never does."""

    delay_s: float = 0.0
    drop_before: bool = False
    drop_after: bool = False
    commit_later_s: float | None = None
    answer: str | None = None
    value_s: float | None = None
    refusal: Response | None = None


NOTHING = Plan()


class Faults:
    """The rules in force for one system; the same seed and the same requests give the same faults."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._retired: dict[str, int] = {}

    def set_rules(self, options: Json) -> int:
        """Replace the rules by `{"seed": 1, "rules": [{"kind": ...}]}`; `ValueError` names what is wrong."""
        seed = options.get("seed", 1)
        rules = [_rule(seed, index, row) for index, row in enumerate(options.get("rules", []))]
        self._retired = self.hits()
        self._rules = rules
        return len(rules)

    def clear(self) -> None:
        """End all faults; what was hit stays counted until the world is reset."""
        self._retired = self.hits()
        self._rules = []

    def reset(self) -> None:
        """End all faults and forget the counts."""
        self._rules, self._retired = [], {}

    def hits(self) -> dict[str, int]:
        """Count what has struck so far, by kind."""
        counts = dict(self._retired)
        for rule in self._rules:
            counts[rule.kind] = counts.get(rule.kind, 0) + rule.hits
        return {kind: count for kind, count in counts.items() if count}

    def hit(self, kind: str, request: Request | None = None) -> Rule | None:
        """Throw for a fault that the simulator itself plays (BY_SIMULATOR); the rule that struck, or None."""
        return next((rule for rule in self._rules if rule.kind == kind and rule.strikes(request)), None)

    def standing(self, kind: str) -> Rule | None:
        """Give the rule of a lasting fault such as `index_lag` without throwing."""
        return next((rule for rule in self._rules if rule.kind == kind), None)

    def plan(self, request: Request, *, is_write: bool) -> Plan:
        """Decide what happens to a request; latency adds to the first other fault that strikes."""
        if not self._rules:
            return NOTHING
        delay_s = 0.0
        struck: Rule | None = None
        for rule in self._rules:
            if rule.kind not in TRANSPORT or (rule.kind in WRITES_ONLY and not is_write):
                continue
            if rule.kind == "latency":
                delay_s += (rule.value_s or 0.1) if rule.strikes(request) else 0.0
            elif struck is None and rule.strikes(request):
                struck = rule
        return _plan(struck, delay_s)


def _plan(struck: Rule | None, delay_s: float) -> Plan:
    if struck is None:
        return Plan(delay_s=delay_s)
    if struck.kind == "commit_after_timeout":
        return Plan(delay_s=delay_s, commit_later_s=COMMIT_LATER_S if struck.value_s is None else struck.value_s)
    return Plan(
        delay_s=delay_s,
        drop_before=struck.kind in ("connection_reset", "answer_lost_before_commit"),
        drop_after=struck.kind == "answer_lost_after_commit",
        answer=struck.kind if struck.kind in ANSWERED else None,
        value_s=struck.value_s,
    )


def _rule(seed: object, index: int, row: Json) -> Rule:
    kind = row.get("kind")
    if kind not in KINDS:
        raise ValueError(f"Unknown fault kind {kind!r}. Known: {', '.join(KINDS)}.")
    unknown = set(row) - {"kind", "rate", "method", "path", "times", "value_s", "value"}
    if unknown:
        raise ValueError(f"Fault rule {index}: unknown keys {sorted(unknown)}.")
    return Rule(
        kind=kind,
        rate=float(row.get("rate", 1.0)),
        method=row["method"].upper() if row.get("method") else None,
        path=row.get("path"),
        times=None if row.get("times") is None else int(row["times"]),
        value_s=None if row.get("value_s") is None else float(row["value_s"]),
        value=row.get("value"),
        throws=dice(seed, index, kind),
    )
