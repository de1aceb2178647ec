"""One Chargebee site: its keys and limits, its objects, and the events that every change leaves."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.connectors.chargebee.simulator.resources import RESOURCES
from integrations.connectors.chargebee.simulator.shelf import Row, Shelf
from integrations.sandbox.app import Json
from integrations.sandbox.clock import SandboxClock
from integrations.sandbox.dice import dice

FULL, READ_ONLY = "full", "read_only"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
DEFAULT_LAG_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSetup:
    """What a site is from its start. `keys` maps a sandbox key to FULL, READ_ONLY or the resources it may read."""

    name: str
    keys: Mapping[str, str | frozenset[str]]
    shown_as: str = ""
    region: str = "us"
    catalog: str = "v2"
    per_minute: int = 150
    concurrent: int = 50
    timezone: str = "America/New_York"
    base_currency: str = "USD"
    status: str = "active"

    @property
    def host(self) -> str:
        """The site's host name, which tells its region."""
        middle = "" if self.region == "us" else f".{self.region}"
        return f"{self.name}{middle}.chargebee.com"


@dataclass(slots=True)
class Knobs:
    """What the control API may turn on a site."""

    per_minute: int
    concurrent: int
    status: str
    index_lag_s: float = DEFAULT_LAG_S
    honours_customer_sort: bool = True


class Site:
    """The objects of one site. Objects are never changed in place: every change stores a new version."""

    def __init__(self, setup: SiteSetup, clock: SandboxClock, seed: int) -> None:
        self.setup = setup
        self.clock = clock
        self.seed = seed
        self.on_event: Callable[[Json], None] = lambda _: None
        self.reset()

    def reset(self) -> None:
        """Forget all objects; turn the knobs back."""
        self.knobs = Knobs(self.setup.per_minute, self.setup.concurrent, self.setup.status)
        self.shelves = {path: Shelf() for path in RESOURCES}
        self.cards: dict[str, Row] = {}
        self.moment_s: int | None = None
        self.events_by_type: Counter[str] = Counter()
        self.counters: Counter[str] = Counter()
        self._dice = dice(self.seed, self.setup.name)
        self._number = 343_554_000

    def now_s(self) -> int:
        """Give the present: the clock's, or the moment of history being written."""
        return self.clock.epoch_s() if self.moment_s is None else self.moment_s

    def new_id(self, prefix: str, length: int = 14) -> str:
        """Make an id as the vendor's look: a prefix and letters."""
        return prefix + "".join(self._dice.choices(ALPHABET, k=length))

    def next_number(self, series: str, first: int) -> int:
        """Give the next number of a document series."""
        self.counters[series] += 1
        return first + self.counters[series] - 1

    def get(self, path: str, key: str) -> Json:
        """Give an object's newest version; `LookupError` with a sentence if there is none."""
        row = self.shelves[path].rows.get(key)
        if row is None:
            raise LookupError(f"Site {self.setup.name} has no '{key}' among its {path}.")
        return row.obj

    def has(self, path: str, key: str) -> bool:
        """Tell whether an object exists (deleted ones do)."""
        return key in self.shelves[path].rows

    def every(self, path: str) -> list[Json]:
        """Give all objects of a resource, oldest first, deleted ones included."""
        return [row.obj for row in self.shelves[path].rows.values()]

    def add(self, path: str, obj: Json) -> Json:
        """Store a new object with its `updated_at` and `resource_version`."""
        made = {**obj, **self._stamps(0)}
        self._put(path, made)
        return made

    def change(self, path: str, key: str, **fields: Any) -> Json:
        """Store a new version; a field given as None goes away; `updated_at` and `resource_version` move."""
        old = self.get(path, key)
        made = _merged(old, {**fields, **self._stamps(old.get("resource_version", 0))})
        self._put(path, made)
        return made

    def change_quietly(self, path: str, key: str, **fields: Any) -> Json:
        """Store what the vendor shows anew without moving `updated_at` (mirrored statuses, dunning, lost stamps)."""
        made = _merged(self.get(path, key), fields)
        self._put(path, made)
        return made

    def add_plain(self, path: str, obj: Json) -> Json:
        """Store an object that carries no stamps (currencies, events)."""
        self._put(path, obj)
        return obj

    def emit(self, event_type: str, **content: Json | list[Json] | None) -> Json:
        """Record an event with a snapshot of its objects; what is None is left out. One in eight is a second late."""
        event = {
            "id": self.new_id("ev_"),
            "occurred_at": self.now_s() + (self._number % 8 == 0),
            "source": "api" if self.moment_s is None else "scheduled_job",
            "user": "full_access_key_v1",
            "object": "event",
            "api_version": "v2",
            "event_type": event_type,
            "webhook_status": "not_configured",
            "content": {name: obj for name, obj in content.items() if obj is not None},
        }
        self.events_by_type[event_type] += 1
        self.add_plain("events", event)
        self.on_event(event)
        return event

    def _put(self, path: str, obj: Json) -> None:
        self._number += 1
        lagging = RESOURCES[path].lagging and self.moment_s is None
        created_ms = self.now_s() * 1000
        index_from_ms = self.clock.epoch_ms() if lagging else None
        self.shelves[path].put(obj, number=self._number, created_ms=created_ms, index_from_ms=index_from_ms)

    def _stamps(self, previous_version: int) -> Json:
        now_s = self.now_s()
        version = max(now_s * 1000 + (self._number * 7) % 1000, previous_version + 1)
        return {"updated_at": now_s, "resource_version": version}


@dataclass(frozen=True, slots=True)
class Access:
    """What the key of a request may do."""

    right: str | frozenset[str] = field(default=FULL)

    def may_read(self, path: str) -> bool:
        """Tell whether the key may read a resource."""
        return isinstance(self.right, str) or path in self.right

    @property
    def may_write(self) -> bool:
        """Whether the key may change anything."""
        return self.right == FULL


def _merged(old: Json, fields: Json) -> Json:
    return {key: value for key, value in {**old, **fields}.items() if value is not None}
