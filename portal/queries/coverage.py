"""What the page of a sync's coverage shows: the newest look, its age, what is missing, and what the target has lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.engine.rehearsal.accepting import sure_choices
from integrations.engine.rehearsal.coverage import with_newer_entries
from integrations.engine.rehearsal.stored import latest, newest
from integrations.engine.rehearsal.uses import Lost, lost_references
from integrations.models import Check, Sync

CODES_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeView:
    """One code met in the source; `choice` names it in a form."""

    keys: tuple[str, ...]
    money: tuple[tuple[str, str], ...]
    facts: Mapping[str, Any]
    is_answered: bool  # an entry was added since

    @property
    def choice(self) -> str:
        """The keys as one value of a form."""
        return "\x1f".join(self.keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapCoverage:
    """One value map against what was met."""

    facts: Mapping[str, Any]
    missing: tuple[CodeView, ...]
    sure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The page: `check` is None before the first look; `under_way` is one that is being made or has failed."""

    check: Check | None
    pending: Check | None
    maps: tuple[MapCoverage, ...]
    lost: tuple[Lost, ...]


def coverage_of(sync: Sync) -> Coverage:
    """Give what is known of a sync's coverage; no system is asked."""
    check, last = latest(sync, Check.Kind.COVERAGE), newest(sync, Check.Kind.COVERAGE)
    pending = last if last and (check is None or last.pk != check.pk) else None
    if check is None:
        return Coverage(check=None, pending=pending, maps=(), lost=())
    answered = with_newer_entries(sync.tenant_id, sync.pk, check.report)
    maps = tuple(
        MapCoverage(
            facts=one,
            missing=tuple(
                _code(one["name"], code, answered) for code in one["codes"][:CODES_SHOWN] if code["is_missing"]
            ),
            sure=len(sure_choices(check.report, map_name=one["name"])),
        )
        for one in sorted(check.report["maps"], key=lambda each: -each["missing"])
    )
    return Coverage(
        check=check, pending=pending, maps=maps, lost=tuple(lost_references(sync, check.report.get("uses", ())))
    )


def _code(name: str, code: Mapping[str, Any], answered: set[tuple[str, tuple[str, ...]]]) -> CodeView:
    keys = tuple(code["keys"])
    return CodeView(keys=keys, money=tuple(code["money"].items()), facts=code, is_answered=(name, keys) in answered)
