"""What somebody wants done, made out from a few ids: its deed, what is shown of it, and the verb that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from integrations.approvals.gate import Deed
from integrations.approvals.requests import Asked

Facts: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One thing that may need a second person. `what` makes it out again; `template` shows `page`.

    `run` does it, given the actor and the request granted for it, and says what happened. `is_held`: it asks for a
    second person by the rule as it is now.
    """

    kind: str
    deed: Deed
    what: dict[str, Any]
    title: str
    facts: Facts
    url: str
    template: str
    is_held: bool
    run: Callable[[str, int], str]
    page: Mapping[str, object] = field(default_factory=dict)

    @property
    def asked(self) -> Asked:
        """Give what a request for it keeps."""
        return Asked(kind=self.kind, what=self.what, title=self.title, facts=self.facts)


def number_of(number: int, one: str, many: str) -> str:
    """Write a number with its word."""
    return f"{number:,} {one if number == 1 else many}"
