"""What one run carries in memory: its sync, its sessions, and each record's work."""

import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from audit.models import Run
from integrations.contracts import Draft, Flow, Identity, Money, Pair, Record, ReferenceEntry, Session
from integrations.engine.lease import Lease
from integrations.engine.limits import RedisLimiter
from integrations.models import Sync, SyncRecord
from mappings.apply import CompiledMapping

State = SyncRecord.State


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
    state: str = State.DUE
    code: str = ""
    field: str = ""
    value: str = ""
    reason: str = ""
    waits_for: tuple[str, ...] = ()
    prepare: Callable[[], None] | None = None  # maps the record and makes its drafts, when its batch comes
    drafts: tuple[Draft, ...] = ()
    operation: int = 0  # which of the drafts is next
    record_id: int = 0
    attempt_id: int = 0
    problem_id: int | None = None
    seen_order: int = 0
    due_at: datetime | None = None
    tries: int = 0
    absent_since: datetime | None = None
    look_again_at: datetime | None = None
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

    def carry(self) -> None:
        """Take over from the SyncRecord what this pass does not set anew."""
        row = self.row
        self.seen_order = max(row.seen_order if row else 0, self.record.order)
        if row is None:
            return
        self.revision, self.tries, self.version, self.label = row.revision, row.tries, row.source_version, row.label
        self.document_date, self.absent_since = row.document_date, row.absent_since
        if row.amount is not None:
            self.money = Money(amount=row.amount, currency=row.currency)

    def park(self, code: str, reason: str, *, field: str = "", value: str = "") -> None:
        """Leave the record to a person; a replay goes on with the operation that was next."""
        self.resume, self.drafts = self.next_operation, ()
        self.state, self.code, self.reason, self.field, self.value = State.PARKED, code, reason, field, value[:200]

    def skip(self, code: str, reason: str) -> None:
        """Do not post the record, by rule."""
        self.drafts = ()
        self.state, self.code, self.reason = State.SKIPPED, code, reason


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

    @property
    def source_zone(self) -> ZoneInfo:
        """The zone in which the source's days are reckoned."""
        return ZoneInfo(self.source_identity.time_zone or "UTC")

    @property
    def slice_is_over(self) -> bool:
        """Tell whether this run must leave the worker to others and go on as a new job."""
        return time.monotonic() >= self.slice_ends

    def count(self, flow: str, state: str, number: int = 1) -> None:
        """Count records for the run's totals."""
        self.counts[flow][state] += number

    def session(self, flow: Flow) -> Session:
        """Give the session that a flow reads from."""
        return self.source if flow.reads == "source" else self.target

    def sink_session(self, flow: Flow) -> Session:
        """Give the session that a flow writes to."""
        return self.target if flow.reads == "source" else self.source
