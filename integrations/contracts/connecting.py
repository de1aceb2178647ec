"""What a system is to us: its form, identity, session, ping, webhooks and connector."""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from integrations.contracts.reading import Stream
from integrations.contracts.tools import Limits, Tools
from integrations.contracts.words import Environment
from integrations.contracts.writing import Sink


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
class Expiry:
    """A credential that ends by itself: what it is called, the moment it ends, and what to do before, in a sentence."""

    what: str
    at: datetime
    renew: str


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
    """A webhook call as received. Header names are lower case; `query` are the address's own parameters."""

    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)


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


class Subscribed(Protocol):
    """A webhook subscription just made."""

    @property
    def id(self) -> str:
        """The subscription's id in its system."""
        ...

    @property
    def security_key(self) -> str:
        """The key that its webhooks are signed with: told once, to be sealed at once."""
        ...


class SubscribingSession(Session, Protocol):
    """A session whose system makes webhook subscriptions through its API, and issues their signing keys itself."""

    def subscribe(self, name: str, url: str, idempotency_key: str) -> Subscribed:
        """Make the subscription; the same key gives the same one again. The key (a UUID) was stored before."""
        ...

    def look_after(self, subscription_id: str) -> bool:
        """Switch the subscription on again where the system switched it off; tell whether it was off.

        Raises RejectedError where it is gone.
        """
        ...

    def unsubscribe(self, subscription_id: str) -> None:
        """Remove the subscription."""
        ...


class ConsentingSession(Session, Protocol):
    """A session that may sign in by a person's consent, given in the browser at the system itself."""

    def consent_url(self, state: str) -> str:
        """Give the page on which to consent; it comes back with `code` and `state`. Empty: signs in otherwise."""
        ...

    def consent(self, code: str) -> None:
        """Take the code that came back and keep what it gives. Raises AuthenticationError."""
        ...


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
    signing_secret: str = (
        ""  # the inbound secret for the key of subscriptions that its sessions make; "": they make none
    )
    asks_consent: bool = False  # its sessions are ConsentingSessions
    consent_days: Callable[[Settings], int | None] | None = None  # so long a consent lasts, where one signs in by it
    expires: Callable[[Settings], tuple[Expiry, ...]] | None = (
        None  # when its credentials end by themselves, as far as they tell; raises ConfigurationError
    )
    sandbox_port_offset: int | None = None
    trust: Callable[[Settings], ssl.SSLContext | None] | None = None  # where a connection may bring its own CA
    document_url: Callable[[Settings, str, str], str] | None = (
        None  # (settings, sink, external id) -> page in the system, "" if unknown
    )
    streams: tuple[str, ...] = ()  # what a session can read
    sinks: tuple[str, ...] = ()  # what it can write
    awaits: str = "posting"  # what a document that is booked but not final still waits for there
