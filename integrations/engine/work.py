"""What one run carries in memory: its sync, its sessions, and each record's work."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.utils import timezone

from audit.models import Run
from integrations.contracts import (
    Booked,
    Draft,
    Flow,
    Identity,
    LinkView,
    Money,
    Pair,
    Record,
    ReferenceEntry,
    Session,
    Standing,
    Value,
)
from integrations.engine.lease import Lease
from integrations.engine.limits import RedisLimiter
from integrations.engine.routes import Routes
from integrations.models import Sync, SyncRecord
from integrations.policies import choice
from mappings.apply import CompiledMapping

State = SyncRecord.State
OF_ANOTHER_KIND = "not_a_"  # what the codes of records begin with that another flow of the same stream has
PARTLY = "partly_applied"  # the code of what was booked without some of its needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A SyncRecord as it stood when its chunk was loaded."""

    id: int
    natural_key: str
    state: str
    source_version: str
    revision: int
    next_operation: str
    wanted_order: int
    seen_order: int
    tries: int
    problem_id: int | None
    code: str
    due_at: datetime | None
    absent_since: datetime | None
    label: str
    amount: Decimal | None
    currency: str
    document_date: date | None
    decision: str
    decision_value: str
    details_version: str
    waits_for: Sequence[str]
    waiting_since: datetime | None
    is_taken_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """What a work's drafts are for; kept with every attempt, so that whoever settles it ends it alike."""

    mode: Literal["deliver", "amend", "reverse"] = "deliver"
    purpose: Literal["", "void", "repost", "undo"] = ""  # of a reversal
    on: date | None = None  # the reversal's posting date
    why: str = ""  # what the flow says of its withdrawal: since when, and where that day is from
    token: str = ""  # the details that the link will show
    lacks: tuple[str, ...] = ()  # needs ("flow:key") that the drafts do without
    reverses_next: bool = False  # posted only to be reversed: it was withdrawn before its first post
    may_be_voided: bool = False  # likewise: that it stands voided is what the reversal wants
    looks_up: bool = False  # nothing is booked: linked if it stands there, else skipped
    amends_next: bool = False  # linked, but applied otherwise: that is brought up to date next

    def kept(self) -> dict[str, Value]:
        """Give what an attempt keeps of the aim: what is not as usual."""
        said: dict[str, Value] = {"mode": self.mode, "purpose": self.purpose, "token": self.token}
        said |= {"lacks": list(self.lacks), "reverses_next": self.reverses_next, "looks_up": self.looks_up}
        said |= {"may_be_voided": self.may_be_voided, "amends_next": self.amends_next}
        said |= {"on": self.on.isoformat() if self.on else "", "why": self.why}
        return {name: value for name, value in said.items() if value and value != "deliver"}

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> "Aim":
        """Read what `kept` gave, among whatever else was kept beside it."""
        known = {name: value for name, value in said.items() if name in cls.__slots__}
        on = date.fromisoformat(known["on"]) if known.get("on") else None
        return cls(**{**known, "lacks": tuple(known.get("lacks", ())), "on": on})


@dataclass(slots=True)
class Work:
    """One record on its way through a chunk; `state` and what follows is what will be written to its SyncRecord."""

    record: Record
    row: Row | None
    version: str = ""
    revision: int = 1
    label: str = ""
    money: Money | None = None
    document_date: date | None = None
    is_taken_up: bool = False  # judged while a backfill of its day was in force
    state: str = State.DUE
    code: str = ""
    field: str = ""
    value: str = ""
    reason: str = ""
    waits_for: tuple[str, ...] = ()
    prepare: Callable[[], None] | None = None  # maps the record and makes its drafts, when its batch comes
    drafts: tuple[Draft, ...] = ()
    operation: int = 0  # which of the drafts is next
    booked_as: str = ""  # the id that the last attempt was answered with
    record_id: int = 0
    attempt_id: int = 0
    problem_id: int | None = None
    seen_order: int = 0
    due_at: datetime | None = None
    tries: int = 0
    absent_since: datetime | None = None
    look_again_at: datetime | None = None
    waiting_since: datetime | None = None
    details: str = ""  # digest of what may still change on a posted document
    aim: Aim = Aim()
    link: LinkView | None = None  # what stands, or stood
    taken_back: frozenset[str] = frozenset()  # ids of the record's own documents that are reversed
    not_before: date | None = None  # the day of the last reversal, where the record is posted anew
    new_link: LinkView | None = None  # what is to be known of it, though nothing is called
    standing: Standing | None = None  # of a reversal
    anew: "Work | None" = None  # of a reversal: the same record as it is posted next
    booked: tuple[Booked, ...] = ()  # of an amendment: what stands of the record already, oldest first
    further: tuple[Booked, ...] = ()  # of a look: the record's further documents, each with its newest draft
    done: frozenset[str] = frozenset()  # operations of the reversal that an earlier pass has booked
    is_overdue: bool = False  # waits longer than the policy's days
    period_policy: str = ""
    is_linked: bool = False  # found there by this pass: what belongs to it may stand, too
    links_alike: bool = False  # by policy: link a look-alike that agrees without asking
    resume: str = ""  # set where only one draft is known: the operation to go on with
    after: str = ""  # likewise: the operation that follows this one

    @property
    def key(self) -> str:
        """The record's natural key."""
        return self.record.key

    @property
    def next_operation(self) -> str:
        """The name of the operation to go on with; empty when the record starts from the first or is finished."""
        return self.resume or (self.drafts[self.operation].operation if 0 < self.operation < len(self.drafts) else "")

    @property
    def then(self) -> str:
        """The operation that follows the one under way; empty when it is the last."""
        following = self.operation + 1
        return self.after or (self.drafts[following].operation if following < len(self.drafts) else "")

    @property
    def draft(self) -> Draft:
        """The draft of the operation that is next."""
        return self.drafts[self.operation]

    @property
    def chosen(self) -> str:
        """The id of the document that a person chose to link; empty without such a choice."""
        return self.row.decision_value if self.row and self.row.decision == "link" else ""

    def carry(self) -> None:
        """Take over from the SyncRecord what this pass does not set anew."""
        row = self.row
        self.seen_order = max(row.seen_order if row else 0, self.record.order)
        if row is None:
            return
        self.revision, self.tries, self.version, self.label = row.revision, row.tries, row.source_version, row.label
        self.document_date, self.absent_since, self.details = row.document_date, row.absent_since, row.details_version
        self.is_taken_up = row.is_taken_up
        if row.amount is not None:
            self.money = Money(amount=row.amount, currency=row.currency)

    def heed(self) -> None:
        """Take this reading for all that was told of the record so far: only a newer change makes it due again."""
        self.seen_order = max(self.seen_order, self.row.wanted_order if self.row else 0)

    def park(self, code: str, reason: str, *, field: str = "", value: str = "") -> None:
        """Leave the record to a person; a replay goes on with the operation that was next."""
        self.resume, self.drafts = self.next_operation, ()
        self.state, self.code, self.reason, self.field, self.value = State.PARKED, code, reason, field, value[:200]

    def skip(self, code: str, reason: str) -> None:
        """Do not post the record, by rule."""
        self.drafts, self.resume = (), ""
        self.state, self.code, self.reason = State.SKIPPED, code, reason

    def wait(self, code: str, reason: str, names: Sequence[str]) -> None:
        """Let the record wait until one of these is settled."""
        self.resume, self.drafts = self.next_operation, ()
        self.state, self.code, self.reason, self.waits_for = State.WAITING, code, reason, tuple(names)
        self.waiting_since = (self.row.waiting_since if self.row else None) or timezone.now()

    def deliver(self) -> None:
        """Take the record as delivered; what its document had to do without is waited for."""
        self.state, self.tries, self.waits_for, self.resume = State.DELIVERED, 0, self.aim.lacks, ""
        self.code, self.field, self.value, self.reason = "", "", "", ""
        if self.aim.lacks:
            lacked = ", ".join(name.replace(":", " ") for name in self.aim.lacks)
            self.code, self.reason = PARTLY, f"Booked without {lacked}; that is made up for once it stands."


@dataclass(slots=True)
class FlowPlan:
    """A flow with its published mapping."""

    flow: Flow
    mapping: CompiledMapping
    mapping_version: int


@dataclass(slots=True)
class RunState:
    """Everything a run holds. The run's own thread owns the database; pool threads only call sinks and streams."""

    run: Run
    sync: Sync
    pair: Pair
    lease: Lease
    source: Session
    target: Session
    source_identity: Identity
    target_identity: Identity
    references: dict[tuple[str, str], ReferenceEntry]
    plans: dict[str, FlowPlan]
    limiter: RedisLimiter  # the target's
    pool: ThreadPoolExecutor
    pool_size: int
    slice_ends: float
    counts: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    transient_in_row: int = 0
    pace: float = 10.0  # calls a second, as last measured
    touched_problems: set[int] = field(default_factory=set)
    noted: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    asked: set[int] = field(default_factory=set)  # records to look at, for a reversal waits for them
    to_look_up: set[tuple[str, str]] = field(default_factory=set)  # (flow, key) older than the start date
    source_references: dict[tuple[str, str], ReferenceEntry] = field(default_factory=dict)  # where a flow writes there
    stand_ins: dict[tuple[str, str], LinkView] = field(default_factory=dict)  # of parents not booked yet: looking ahead
    foreseen: dict[tuple[str, str], tuple[str, str, str]] = field(default_factory=dict)  # state, code, reason
    backfilled: tuple[tuple[date, date], ...] = ()  # days older than the start date that somebody asked for
    halted: tuple[tuple[date, date], ...] = ()  # likewise, but since paused or given up

    def is_backfilled(self, day: date, *, is_taken_up: bool) -> bool:
        """Tell whether a day older than the start date was asked for; what was judged before a halt goes its way."""
        ranges = (*self.backfilled, *self.halted) if is_taken_up else self.backfilled
        return any(start <= day <= end for start, end in ranges)

    @property
    def source_zone(self) -> ZoneInfo:
        """The zone in which the source's days are reckoned."""
        return ZoneInfo(self.source_identity.time_zone or "UTC")

    @property
    def slice_is_over(self) -> bool:
        """Tell whether this run must leave the worker to others and go on as a new job, or a person cancelled it."""
        return self.lease.is_cancelled or time.monotonic() >= self.slice_ends

    def count(self, flow: str, state: str, number: int = 1, *, code: str = "") -> None:
        """Count records for the run's totals; what only passes by in a stream shared with its own flow is none."""
        if not code.startswith(OF_ANOTHER_KIND):
            self.counts[flow][state] += number

    def session(self, flow: Flow) -> Session:
        """Give the session that a flow reads from."""
        return self.source if flow.reads == "source" else self.target

    def sink_session(self, flow: Flow) -> Routes:
        """Give what a flow writes to: the other system than it reads, but for drafts that write back."""
        writes = self.target if flow.reads == "source" else self.source
        return Routes(flow, writes=writes, reads=self.session(flow))

    def references_of(self, flow: Flow) -> dict[tuple[str, str], ReferenceEntry]:
        """Give the reference data of the system that a flow writes to."""
        return self.references if flow.reads == "source" else self.source_references

    def add_reference(self, flow: Flow, entry: ReferenceEntry) -> None:
        """Know one more value of the system that a flow writes to, in place of what was known under its code."""
        known = {**self.references_of(flow), (entry.kind, entry.code): entry}  # another dict: calendars are kept by it
        if flow.reads == "source":
            self.references = known
        else:
            self.source_references = known

    @property
    def today(self) -> date:
        """The day in the source's zone."""
        return datetime.now(self.source_zone).date()

    def policy(self, flow: str, name: str) -> str:
        """Give the choice in force for an object kind."""
        return choice(self.sync.policies, flow, name)
