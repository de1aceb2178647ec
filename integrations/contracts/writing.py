"""What is written: facts, drafts, receipts, sinks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias

from integrations.contracts.words import Day, Value
from mappings.catalogue import TargetField


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """One line as the ledger will show it: the target's id of the item or account, and the signed amount.

    `dimensions`: (name, the target's id) of what its account does not carry itself: department, location, subaccount.
    Of a draft only those stated are compared.
    """

    account: str
    amount: Decimal
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An amount applied to another document, named by its id in the target.

    In the facts of a draft another document of the same record may not have an id yet: empty for the record's own one
    (of shares and companions), our reference for any other. The engine names it once it stands.
    """

    external_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a document makes a customer owe: in its own currency, and in the ledger's as it stands there."""

    customer: str
    amount: Decimal
    base: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What stands, or must stand, in the target. None: not said, not compared. Amounts in the document's currency."""

    name: str | None = None
    customer: str | None = None  # the target's id of the customer or vendor
    currency: str | None = None  # ISO code
    total: Decimal | None = None
    open_amount: Decimal | None = None
    exchange_rate: Decimal | None = None  # of a foreign document: the ledger's own currency for one of its units
    date: Day | None = None
    posting_date: Day | None = None
    dimensions: tuple[tuple[str, str], ...] = ()  # of the whole document: each stated must be among them
    lines: tuple[LineFact, ...] | None = None
    applied: tuple[Application, ...] | None = None
    owed: tuple[Owed, ...] | None = None  # of a foreign document, where the target tells it; never compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A value of the target's reference data that a draft uses: checked before the call. `code` is the target's id."""

    kind: str
    code: str
    field: str


Makes: TypeAlias = Literal["link", "share", "companion", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One operation about to be written. `reference` is ours and goes into the target (with the revision when above 1).

    `external_id` is the target's id where the operation acts on a document that stands already. `payload` is in the
    target's own words. `sink` may be another than the flow's. With `writes_back` it is a sink of the system that the
    flow reads: a step on the record's own document there (held while the other system pays), which makes no link.

    `makes` says what the operation makes or acts on: the record's own document (`link`), a further one that carries
    part of the record's own amount (`share`: a payment over several customers), one that stands beside it
    (`companion`: tax withheld), or none of them (`nothing`: a step before, as the voucher that a payment needs). Shares
    and companions are known by their references, have facts of their own, and come after the own document. While they
    are booked, and in all that acts on them later, drafts carry their reference, the same `makes`, and their
    `external_id`: empty for one of the same pass, the engine fills it in once it is known.

    With `amends_next` the last draft of a delivery leaves something undone that `Flow.amend` is asked for right after:
    what stands is then booked whatever becomes of the rest.
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
    writes_back: bool = False
    makes: Makes = "link"
    amends_next: bool = False


# rejected: whoever approves documents there refused it; unlike on hold, nothing goes on by itself
Stage: TypeAlias = Literal["on_hold", "unposted", "posted", "rejected", "voided"]


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
    number: str = ""  # what people call it in the target


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What a document leaves open in the target's subledger: positive is owed to the tenant (payables: by the tenant).

    Unapplied cash and credits are negative. Amounts in the document's currency.
    """

    external_id: str
    reference: str
    customer: str
    currency: str
    amount: Decimal
    number: str = ""


class LedgerSink(Sink, Protocol):
    """A sink whose documents can be listed as they stand, by date: the target's side of a reconciliation."""

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List this kind's documents dated in [start, end], ours and others, reversals included; a few big reads.

        `Found.reference` is empty for documents that are not ours; voided ones come with stage `voided`.
        """
        ...

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """List what was open at the end of a day. Raises ConfigurationError where the target cannot tell the past."""
        ...
