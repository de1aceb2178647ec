"""What goes wrong in a chaos run, and when: all of it follows from the seed."""

from dataclasses import dataclass
from random import Random
from typing import Any

MOMENTS = ("opened", "calling", "answered", "receipts_saved", "read_back", "closed")  # at which a worker may die
_KILLS_PER_MOMENT = 2
_ON_WRITES = (
    "answer_lost_after_commit", "answer_lost_before_commit", "commit_after_timeout", "connection_reset", "rate_limit",
    "server_error",
)  # fmt: skip
_ON_READS = ("connection_reset", "rate_limit", "server_error")
_RATE, _MOST = 0.15, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One round: which faults are in force in each system, when its worker dies, and whether Redis is emptied after."""

    seed: int
    checkpoint: str
    target: dict[str, Any]
    source: dict[str, Any]
    empties_redis: bool
    is_waited_for: bool  # the dead worker's lease runs out by itself; else its time is let pass


def blows(seed: int) -> tuple[Blow, ...]:
    """Give the rounds of a seed: each moment some times, in an order of its own."""
    dice = Random(seed)  # noqa: S311 (the same seed must give the same run)
    moments = [moment for moment in MOMENTS for _ in range(_KILLS_PER_MOMENT)]
    dice.shuffle(moments)
    return tuple(_blow(dice, seed + number, number, moment) for number, moment in enumerate(moments))


def _blow(dice: Random, seed: int, number: int, moment: str) -> Blow:
    nth = dice.randint(1, 6) if moment == "calling" else 1
    return Blow(
        seed=seed,
        checkpoint=f"{moment}:{nth}",
        target=_rules(seed, dice.sample(_ON_WRITES, 3)),
        source=_rules(seed, dice.sample(_ON_READS, 1)),
        empties_redis=number % 4 == 1,
        is_waited_for=number % 6 == 0,
    )


def _rules(seed: int, kinds: list[str]) -> dict[str, Any]:
    return {"seed": seed, "rules": [{"kind": kind, "rate": _RATE, "times": _MOST} for kind in kinds]}
