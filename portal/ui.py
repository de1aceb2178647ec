"""What the template components take: small frozen view models, one per component that lists things."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    """One step of the breadcrumb; the last has no url."""

    label: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    label: str
    url: str
    is_current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a steps list, as a ping shows it; `side` is the time taken, ready to read."""

    name: str
    status: Literal["ok", "failed", "running", "todo"]
    side: str = ""
    text: str = ""
    fix: str = ""
    fix_url: str = ""
    fix_label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCount:
    """How many are in a state; `url` leads to them."""

    state: str
    number: int
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copyable:
    """A text with a copy button; `id` is unique on its page."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A foldable piece of a timeline entry: a draft, a request, an answer; redacted before it gets here."""

    label: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """One entry; `state` is an attempt's outcome, shown as a badge; `url` leads on, with `link` as its label."""

    title: str
    moment: datetime
    tone: str = "neutral"
    icon: str = "dot"
    state: str = ""
    text: str = ""
    note: str = ""
    url: str = ""
    link: str = ""
    parts: tuple[Part, ...] = ()


def crumbs(*steps: tuple[str, str] | str) -> tuple[Crumb, ...]:
    """Build a breadcrumb from (label, url) pairs; the last step is the label of this page alone."""
    return tuple(Crumb(label=step) if isinstance(step, str) else Crumb(label=step[0], url=step[1]) for step in steps)
