"""What connectors, pairs and the engine promise one another: frozen dataclasses and protocols, nothing that acts."""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from mappings.catalogue import TargetField
from mappings.rows import Filter, Row
from mappings.value_maps import ValueMap

if TYPE_CHECKING:
    from integrations.errors import ConnectorError

Scalar: TypeAlias = str | int | Decimal | bool | date | datetime | None
Value: TypeAlias = "Scalar | tuple[Value, ...] | list[Value] | Mapping[str, Value]"
Day: TypeAlias = date  # inside a class with a field called date
Environment: TypeAlias = Literal["sandbox", "test", "live"]
Side: TypeAlias = Literal["source", "target"]


# Records: what was read


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One object as read. `body` is the connector's own dataclass from its `records.py`.

    `order` grows with every change of the object (0: none given) and only orders reads; it is not the source version.
    """

    stream: str
    key: str
    body: Any  # each stream has its own type; pairs cast it at their border
    order: int = 0
    deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An object that could not be parsed: it is parked under its key, the others go on."""

    stream: str
    key: str
    error: "ConnectorError"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What to read: changed in [start, end], from `position` on. `start` None: everything, whatever its dates."""

    start: datetime | None
    end: datetime
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a window. `position` is where the next page starts; empty when the window is read to its end."""

    records: tuple[Record, ...]
    unreadable: tuple[Unreadable, ...] = ()
    position: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """One line of the sweep: an object's key and order, deleted ones included."""

    key: str
    order: int
    deleted: bool = False


class Stream(Protocol):
    """A kind of object read from a system."""

    slug: str
    lag_s: int  # the vendor's own delay: windows end this much before now

    def pages(self, window: Window) -> Iterator[Page]:
        """Read a window page by page; an object changed meanwhile may come twice, none may be lost."""
        ...

    def read(self, keys: Sequence[str]) -> tuple[tuple[Record, ...], tuple[Unreadable, ...]]:
        """Read these objects now, in batches. Deleted ones come with `deleted`; unknown ones do not come."""
        ...

    def index(self, start: datetime | None) -> Iterator[IndexEntry]:
        """List key and order of every object with a document date from `start` on (None: all); no changed-at filter."""
        ...


# Drafts: what is about to be written


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """One line as the ledger will show it: the target's id of the item or account, and the signed amount."""

    account: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An amount applied to another document, named by its id in the target."""

    external_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stands, or must stand, in the target. None: not said, not compared. Amounts in the document's currency."""

    name: str | None = None
    customer: str | None = None  # the target's id of the customer or vendor
    currency: str | None = None  # ISO code
    total: Decimal | None = None
    open_amount: Decimal | None = None
    date: Day | None = None
    posting_date: Day | None = None
    lines: tuple[LineFact, ...] | None = None
    applied: tuple[Application, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A value of the target's reference data that a draft uses: checked before the call. `code` is the target's id."""

    kind: str
    code: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One operation about to be written. `reference` is ours and goes into the target (with the revision when above 1).

    `external_id` is the target's id where the operation acts on a document that stands already. `payload` is in the
    target's own words.
    """

    flow: str
    key: str
    sink: str
    reference: str
    payload: Mapping[str, Value]
    facts: Facts
    operation: str = "create"
    revision: int = 1
    external_id: str = ""
    references: tuple[Reference, ...] = ()


Stage: TypeAlias = Literal["on_hold", "unposted", "posted", "voided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the system answered to a write that it accepted. `summary` is redacted and short."""

    external_id: str
    summary: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A document that stands in the target. `by_reference`: it has our reference; else only its business key agrees."""

    external_id: str
    reference: str
    facts: Facts
    stage: Stage = "posted"
    by_reference: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A draft and the id under which the target says that it stands."""

    draft: Draft
    external_id: str


class Sink(Protocol):
    """A kind of object written to a system. All methods are safe to call from a pool thread."""

    slug: str
    settle_s: int  # how long to confirm absence; 0 only if the target enforces our reference and the write is an upsert

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look the drafts up, by our reference and by business key; keyed by `Draft.reference`. Reads only, batched."""
        ...

    def book(self, draft: Draft) -> Receipt:
        """Write one draft, with one call.

        Raises RejectedError, TransientError (not booked), UnknownOutcomeError, ConfigurationError.
        """
        ...

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read what stands in the target with all facts the drafts state, by `Draft.reference`. Absent: not there."""
        ...

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the target's fields that a mapping may fill."""
        ...


# Connections, sessions, connectors


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One field of the connection form. Secret ones are sealed and never shown again. `kind` decides the widget."""

    name: str
    label: str
    help: str = ""
    kind: Literal["text", "secret", "choice", "generated", "number"] = "text"
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = True
    default: str = ""
    placeholder: str = ""

    @property
    def is_secret(self) -> bool:
        """Tell whether the value must be sealed."""
        return self.kind in ("secret", "generated")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Settings:
    """A connection as a connector sees it: cleaned credential values (secrets opened), environment and a stable id.

    The id is for locks and tokens. The representation shows no values, so that none can reach a log.
    """

    connection_id: str
    environment: Environment
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Settings(connection_id={self.connection_id!r}, environment={self.environment!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What the far side is. `fingerprint` changes only if it becomes another company, site or account."""

    fingerprint: str
    name: str
    base_currency: str = ""
    time_zone: str = ""
    is_production: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEntry:
    """One reference value: `code` is its id in the system, `number` what people call it (account number, ISO code)."""

    kind: str
    code: str
    number: str
    name: str
    is_active: bool = True
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a connection may ask at most. None: the vendor names no such limit."""

    concurrency: int
    per_minute: int | None = None
    per_hour: int | None = None


class TokenStore(Protocol):
    """Shared, sealed cache of access tokens of one connection."""

    def get(self, name: str) -> str | None:
        """Give the token, or None when there is none or it ran out."""
        ...

    def put(self, name: str, token: str, ttl_s: int) -> None:
        """Keep a token for so many seconds."""
        ...

    def drop(self, name: str) -> None:
        """Forget a token."""
        ...

    def login(self, name: str) -> AbstractContextManager[None]:
        """Let one worker at a time log in; others wait and then find the token."""
        ...


class Limiter(Protocol):
    """Holds one connection's limits across all workers."""

    def permit(self) -> AbstractContextManager[None]:
        """Wait for the right to make one call. Raises RateLimitError when none comes in good time."""
        ...

    def slow_down(self, retry_after_s: float | None) -> None:
        """Tell every worker that the system asked for a pause."""
        ...


class Clock(Protocol):
    """The only source of time below the engine."""

    def now(self) -> datetime:
        """Give the present, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Give seconds that never go back."""
        ...

    def wait(self, seconds: float) -> None:
        """Pause this thread."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Where a host is dialled, by the sandbox map and the egress guard. The socket connects to `host` and `port`."""

    host: str
    port: int
    scheme: str


class Egress(Protocol):
    """Decides whether and where a URL may be dialled."""

    def dial(self, scheme: str, host: str, port: int) -> Dial:
        """Resolve, judge and pin the address. Raises ConfigurationError when it is refused or has no address."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the engine hands to a connector: nothing below reaches for Django, Redis or the clock by itself.

    `may_write` is called before every write and raises LeaseLostError when the lease does not cover the call's timeout.
    """

    tokens: TokenStore
    limiter: Limiter
    clock: Clock
    egress: Egress
    timeout_s: float = 30.0  # of one call
    may_write: Callable[[float], None] = lambda timeout_s: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An object that an event says has changed; `order` is the object's order in the event's snapshot, 0 if unknown."""

    stream: str
    key: str
    order: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A confirmed event and the objects it touches."""

    id: str
    type: str
    occurred_at: datetime
    changed: tuple[Changed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What an unconfirmed webhook body claims."""

    event_id: str
    event_type: str


class Session(Protocol):
    """One connection, opened: one HTTP client, its streams and sinks."""

    def identity(self) -> Identity:
        """Ask the far side what it is."""
        ...

    def stream(self, slug: str) -> Stream:
        """Give a stream by its slug."""
        ...

    def sink(self, slug: str) -> Sink:
        """Give a sink by its slug."""
        ...

    def reference_values(self) -> Iterator[ReferenceEntry]:
        """Read all reference data."""
        ...

    def confirm(self, event_ids: Sequence[str]) -> tuple[Event, ...]:
        """Confirm webhook events at the source, in batches; unknown ids do not come back."""
        ...

    def close(self) -> None:
        """Close the HTTP client (and log out where the vendor counts sessions)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PingStep:
    """One timed step of a ping. A failed one says its likely cause and the fix."""

    slug: str  # resolve, tls, sign_in, permission:<what>, first_read ...
    label: str
    ok: bool
    ms: int
    detail: str = ""
    code: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PingCheck:
    """A connector's check after name resolution and TLS: it returns the detail to show, an error fails the step."""

    slug: str
    label: str
    run: Callable[[Session], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A failure code in plain words: cause, who must act, and the path to the fix in that system's own menus."""

    code: str
    title: str
    cause: str
    who: Literal["accountant", "erp_admin", "portal_owner", "support"]
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundRequest:
    """A webhook call as received. Header names are lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """How a system's webhooks are verified and read.

    `verify` answers whether the call is genuine, in constant time; `secrets` are the connection's own inbound secrets
    (named as in `secret_names`, generated by the portal). `hint` reads the event id, or raises ContractError.
    """

    secret_names: tuple[str, ...]
    verify: Callable[[InboundRequest, Mapping[str, str]], bool]
    hint: Callable[[InboundRequest], Hint]
    guide: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """Our code for one system."""

    slug: str
    name: str
    fields: tuple[CredentialField, ...]
    clean: Callable[
        [Mapping[str, str]], dict[str, str]
    ]  # normalise typed values; raises ConfigurationError naming the field
    origin: Callable[[Settings], str]  # https://host that is dialled first; for the ping's first steps
    open: Callable[[Settings, Tools], Session]
    limits: Callable[[Settings], Limits]
    checks: tuple[PingCheck, ...]
    explanations: tuple[Explanation, ...]
    generate: Callable[[Mapping[str, str]], dict[str, str]] | None = (
        None  # make key pairs and the like; gives values to store and show
    )
    inbound: Inbound | None = None
    sandbox_port_offset: int | None = None
    trust: Callable[[Settings], ssl.SSLContext | None] | None = None  # where a connection may bring its own CA
    document_url: Callable[[Settings, str, str], str] | None = (
        None  # (settings, sink, external id) -> page in the system, "" if unknown
    )


# Pairs and flows


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Another record whose target id a draft references."""

    flow: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a record is delivered.

    `skip` never posts it (with the reason, for good until it changes); `later` waits for its next change.
    """

    action: Literal["deliver", "skip", "later"] = "deliver"
    code: str = ""
    reason: str = ""


DELIVER = Verdict()


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """A delivered record as drafts see it."""

    external_id: str
    facts: Facts
    revision: int = 1
    source_version: str = ""  # what was booked
    is_as_drafted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDocument:
    """A record for a mapping: named header values and lines. Decimal amounts in major units, the site's own dates."""

    header: Mapping[str, Value]
    lines: tuple[Mapping[str, Value], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What the mapping made of a source document."""

    header: Mapping[str, Value]
    lines: tuple[Mapping[str, Value], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All a handler knows beside its record: policies, both identities, delivered parents, target reference data."""

    policies: Mapping[str, str]
    source: Identity
    target: Identity
    links: Mapping[tuple[str, str], LinkView]
    references: Mapping[tuple[str, str], ReferenceEntry]  # (kind, number or code)
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """An amount and its ISO currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyField:
    """One policy a flow offers, each choice with its consequence in words. The first choice is the default."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One object kind on its way from a stream to a sink. All callables are pure.

    `version` digests the posting-relevant fields only. `needs` is asked before `draft`; `draft` gets a context in which
    every need is linked and gives the operations in their order. `document` is False for customers and items, which are
    updated in place; documents never are.
    """

    slug: str
    label: str
    stream: str
    sink: str
    version: Callable[[Record], str]
    verdict: Callable[[Record, Context], Verdict]
    needs: Callable[[Record, Context], tuple[Need, ...]]
    source: Callable[[Record, Context], SourceDocument]
    draft: Callable[[Record, Mapped, Context], tuple[Draft, ...]]
    money: Callable[[Record], Money | None]
    document_date: Callable[[Record, Context], date | None]
    label_of: Callable[[Record], str]  # what people call it: "Invoice INV-7"
    default_rows: tuple[Row, ...]
    default_maps: tuple[ValueMap, ...] = ()
    default_filters: tuple[Filter, ...] = ()
    sandbox_rows: tuple[Row, ...] = ()  # beside or instead of the defaults (by id) where the target is the sandbox,
    sandbox_maps: tuple[ValueMap, ...] = ()  # so that it can be tried before a choice was made
    is_document: bool = True
    reads: Side = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two connectors and their flows, parents before children."""

    slug: str
    name: str
    source: str
    target: str
    flows: tuple[Flow, ...]
    policies: tuple[PolicyField, ...] = ()

    def flow(self, slug: str) -> Flow:
        """Give a flow by its slug. Raises KeyError."""
        for flow in self.flows:
            if flow.slug == slug:
                return flow
        raise KeyError(slug)
