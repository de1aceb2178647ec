"""What the pages of syncs show: the list, and one sync with its flows, runs and problems."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from audit.models import Run
from audit.queries import telling
from integrations import registry
from integrations.contracts import Flow, Pair
from integrations.models import Check, Problem, Sync
from mappings.models import Mapping as MappingVersion
from portal.models import Tenant
from portal.states import Look, look_of
from portal.systems import System, system
from portal.ui import StateCount

# Those that ask for somebody first.
STATE_ORDER = ("parked", "different", "unknown", "waiting", "open", "due", "delivered", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRow:
    """A sync in a list, with what joins it and how it is."""

    sync: Sync
    source: System
    target: System
    last_run: Run | None
    problems: int = 0

    @property
    def health(self) -> Look:
        """Say in a word how the sync is, and in a sentence why."""
        return health_of(self.sync, self.last_run, self.problems)


_LATE = timedelta(minutes=10)
_FAILED = (Run.State.FAILED, Run.State.LOST)
_LEFT = Look(
    word="Left of a proof",
    tone="warning",
    icon="hand",
    meaning="A proof booked documents that still stand. Prove it again: they are reversed first.",
)


def health_of(sync: Sync, last_run: Run | None, problems: int) -> Look:
    """Judge a sync by its state, its newest run and what it holds up; the worst is said."""
    if sync.trial_of_id is not None:
        return _LEFT
    if sync.state != Sync.State.ACTIVE:
        return look_of(sync.state, "sync")
    if last_run is not None and last_run.state in _FAILED:
        return Look(word="Failing", tone="danger", icon="cross", meaning="Its last run did not get through.")
    if sync.next_run_at is not None and sync.next_run_at < timezone.now() - _LATE:
        return Look(word="Late", tone="warning", icon="clock", meaning="Its next run should have started by now.")
    if problems:
        causes = "1 cause holds" if problems == 1 else f"{problems:,} causes hold"
        return Look(word="Needs you", tone="warning", icon="hand", meaning=f"It runs; {causes} records up.")
    if last_run is None:
        return Look(word="Not run yet", tone="info", icon="clock", meaning="It is on and waits for its first run.")
    return Look(word="Healthy", tone="success", icon="check", meaning="It runs, and nothing is held up.")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowRow:
    """One flow of a sync: its mapping's versions, and its records by state, most urgent first."""

    slug: str
    label: str
    published: int | None
    draft: int | None
    counts: tuple[StateCount, ...]

    @property
    def published_word(self) -> str:
        """Name the version by which its records are mapped."""
        return f"Version {self.published}"

    @property
    def has_draft(self) -> bool:
        """Tell whether a draft waits that is newer than what is published."""
        return self.draft is not None and self.draft > (self.published or 0)

    @property
    def total(self) -> int:
        """Give the number of its records."""
        return sum(each.number for each in self.counts)


def trials_under_way(tenant: Tenant) -> QuerySet[Sync]:
    """Give the trials that a proof runs just now: lists leave them out. What a proof could not reverse stays listed."""
    proving = Check.objects.for_tenant(tenant).filter(
        kind=Check.Kind.TRIAL, state__in=(Check.State.ASKED, Check.State.RUNNING)
    )
    return Sync.objects.for_tenant(tenant).filter(trial_of__in=proving.values("sync_id"))


def sync_choices(tenant: Tenant) -> list[tuple[str, str]]:
    """Offer a company's syncs in a filter; a trial is reached from its proof and its own page."""
    return names_and_choices(tenant)[1]


def names_and_choices(tenant: Tenant) -> tuple[dict[int, str], list[tuple[str, str]]]:
    """Give the names of all syncs, for rows that hold only the id, and those that a filter offers; one query."""
    rows = list(Sync.objects.for_tenant(tenant).order_by("name", "id").values_list("pk", "name", "trial_of"))
    return {pk: name for pk, name, _ in rows}, [(str(pk), name) for pk, name, tried in rows if tried is None]


def sync_rows(tenant: Tenant) -> list[SyncRow]:
    """List a company's syncs by name, each with its newest run and its open problems."""
    listed = Sync.objects.for_tenant(tenant).exclude(pk__in=trials_under_way(tenant).values("pk"))
    syncs = list(listed.select_related("source", "target", "tenant").order_by("name", "id"))
    runs = newest_runs(tenant, [sync.pk for sync in syncs])
    problems = open_problem_counts(tenant)
    return [sync_row(sync, runs.get(sync.pk), problems.get(sync.pk, 0)) for sync in syncs]


def sync_row(sync: Sync, last_run: Run | None, problems: int = 0) -> SyncRow:
    """Give a sync with the systems that it joins."""
    return SyncRow(
        sync=sync,
        source=system(sync.source.connector),
        target=system(sync.target.connector),
        last_run=last_run,
        problems=problems,
    )


def newest_runs(tenant: Tenant, sync_ids: Sequence[int]) -> dict[int, Run]:
    """Give the newest run of each sync, by the sync's id."""
    runs = Run.objects.for_tenant(tenant).filter(sync_id__in=sync_ids).order_by("sync_id", "-id").distinct("sync_id")
    return {run.sync_id: run for run in runs}


def open_problem_counts(tenant: Tenant) -> dict[int, int]:
    """Count the open problems of each sync."""
    problems = Problem.objects.for_tenant(tenant).filter(healed_at=None)
    return dict(problems.values_list("sync_id").annotate(number=Count("id")))


def sync_names(tenant: Tenant) -> dict[int, str]:
    """Give the names of a company's syncs, for rows that hold only the id."""
    return dict(Sync.objects.for_tenant(tenant).order_by("name").values_list("id", "name"))


def flow_rows(sync: Sync) -> list[FlowRow]:
    """List a sync's flows with their mappings' versions and their records by state; two queries."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    # Through the sync, which is the tenant's.
    records = sync.records.exclude(state="skipped", code__startswith="not_a_")  # another flow's, in a shared stream
    for flow, state, number in records.values_list("flow", "state").annotate(number=Count("id")):
        counts[flow][state] = number
    versions = _versions(sync)
    return [
        FlowRow(
            slug=flow.slug,
            label=flow.label,
            published=versions.get((flow.slug, MappingVersion.Status.PUBLISHED)),
            draft=versions.get((flow.slug, MappingVersion.Status.DRAFT)),
            counts=in_order(counts[flow.slug], sync=sync.pk, flow=flow.slug),
        )
        for flow in flows_of(sync.pair)
    ]


def in_order(counts: Mapping[str, int], **among: object) -> tuple[StateCount, ...]:
    """Give counts by state, most urgent first, the empty ones left out; with `among`, each leads to such records."""
    names = [*STATE_ORDER, *(state for state in counts if state not in STATE_ORDER)]
    return tuple(
        StateCount(state=state, number=counts[state], url=_records_url(state, among))
        for state in names
        if counts.get(state)
    )


def _records_url(state: str, among: Mapping[str, object]) -> str:
    return f"{reverse('record_list')}?{urlencode({**among, 'state': state})}" if among else ""


def _versions(sync: Sync) -> dict[tuple[str, str], int]:
    """Give the highest version of each flow and status."""
    shown = [MappingVersion.Status.PUBLISHED, MappingVersion.Status.DRAFT]
    rows = MappingVersion.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, status__in=shown)
    versions = rows.order_by("version").values_list("flow", "status", "version")
    return {(flow, status): version for flow, status, version in versions}


def pair_of(slug: str) -> Pair | None:
    """Give a pair, or None where it is installed no more."""
    return registry.pairs().get(slug)


def sides_of(pair_slug: str) -> tuple[str, ...]:
    """Give the connectors that a pair joins; none where it is installed no more."""
    pair = pair_of(pair_slug)
    return (pair.source, pair.target) if pair else ()


def flows_of(pair_slug: str) -> tuple[Flow, ...]:
    """Give the flows of a pair, parents first; none where it is installed no more."""
    pair = pair_of(pair_slug)
    return pair.flows if pair else ()


def flow_label(pair_slug: str, flow_slug: str) -> str:
    """Give what people call a flow."""
    return next((flow.label for flow in flows_of(pair_slug) if flow.slug == flow_slug), flow_slug)


def recent_runs(sync: Sync, number: int = 5) -> list[Run]:
    """Give a sync's newest runs, without those that only looked and saw nothing new."""
    runs = Run.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk)
    return list(telling(runs).order_by("-id")[:number])
