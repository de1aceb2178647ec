"""What a connector's tests declare for the conformance suite: how its sinks are tried, how its connections go wrong."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from integrations.contracts import Draft, Environment, Session
from integrations.sandbox.testing import control
from integrations.sandbox.world import World

Rule = Mapping[str, str]


def nothing(world: World) -> None:
    """Seed nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconfiguration:
    """One way in which a connection can be wrong: what is typed or done over there, and the code that a ping names."""

    name: str
    code: str
    typed: Mapping[str, str] = field(default_factory=dict)  # into the form, over the sandbox's own credentials
    seed: Callable[[World], None] = nothing
    environment: Environment = "sandbox"


@dataclass(frozen=True, slots=True)
class Setting:
    """What makes a draft unacceptable: one field of its payload, named by its own name or a dotted path."""

    path: str
    value: object

    def __call__(self, draft: Draft) -> Draft:
        """Give the draft with the field set."""
        return with_value(draft, self.path, self.value)

    @property
    def shown(self) -> str:
        """The value as a message names it."""
        return str(self.value["id"] if isinstance(self.value, Mapping) else self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How one sink is tried.

    `draft` makes a bookable draft for a key that was never used; what it refers to is booked by `ground` or by itself.
    `write` matches the requests that write (`method`, `path` of a fault rule). `texts` are the dotted paths of payload
    fields that take any text, `named` the one among them that is `Facts.name`. `twins` puts two documents in place that
    `find` must both give for the draft; None where the target lets none double. `altered` are options of the fault
    `write_altered`, `dropped` those of `write_dropped_field`; None where the target refuses what is then left.
    """

    sink: str
    draft: Callable[[Any, str], Draft]
    write: Rule
    refused: Setting  # what it makes of a draft is refused, naming `refused_field`
    refused_field: str
    texts: Sequence[str] = ()
    named: str = ""
    twins: Callable[[Any, Draft], set[str]] | None = None
    altered: Mapping[str, object] | None = field(default_factory=dict)
    dropped: Mapping[str, object] | None = None
    is_moved_by_tampering: bool = True
    acts_on_standing: bool = False  # the draft acts on a document that stands: nothing is added


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What drafts stand on: an open session, the world behind it, and what the connector's own kit made there."""

    session: Session
    world: World
    slug: str
    kit: Any

    def book(self, draft: Draft) -> str:
        """Book a draft and give its id."""
        return self.session.sink(draft.sink).book(draft).external_id

    def control(self, call: str, **options: object) -> Mapping[str, Any]:
        """Make a control call of the simulator."""
        return control(self.world, self.slug, call, **options)

    def tamper(self, draft: Draft, external_id: str, op: str, value: str | None = None) -> None:
        """Change what stands for a draft past every check; simulators know documents by ids of their own."""
        documents = self.world.simulators[self.slug].state()["documents"]
        ids = [one["id"] for one in documents if one["reference"] == draft.reference]
        if any(one["id"] == external_id for one in documents) or not ids:
            ids = [external_id.rpartition("/")[2]]
        self.control("POST tamper", id=ids[0], op=op, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conformance:
    """All that a connector declares; `kit` makes what its drafts stand on, once for a session.

    `elsewhere` says what to type to reach a site that has a stream which the usual one lacks.
    """

    misconfigurations: tuple[Misconfiguration, ...]
    trials: tuple[Trial, ...] = ()
    kit: Callable[[Session, World], Any] = lambda session, world: None
    elsewhere: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    fill: Callable[[Ground], None] | None = None  # lets the system have business that its sinks do not make


def doubled(ground: Ground, draft: Draft) -> set[str]:
    """Book a draft and double what stands past every check; give both ids."""
    external_id = ground.book(draft)
    ground.tamper(draft, external_id, "duplicate")
    return {external_id}


def booked_twice(ground: Ground, draft: Draft) -> set[str]:
    """Book a draft twice, where the target does not mind."""
    return {ground.book(draft), ground.book(draft)}


def short(key: str) -> str:
    """Give a short plain text that only this key has."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def with_value(draft: Draft, path: str, value: object) -> Draft:
    """Give the draft with a payload field set, by its own name or a dotted path; figures are places in a list."""
    steps = [path] if path in draft.payload else path.split(".")
    return replace(draft, payload=_set(draft.payload, steps, value))


def _set(place: Any, path: list[str], value: object) -> Any:
    first, *rest = path
    if isinstance(place, list | tuple):
        made = list(place)
        made[int(first)] = _set(made[int(first)], rest, value) if rest else value
        return made
    return {**place, first: _set(place.get(first) or {}, rest, value) if rest else value}
