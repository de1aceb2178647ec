"""The ground on which a look ahead stands: both systems opened without the right to write, and the mappings to try."""

import math
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from audit.models import Run
from integrations import registry
from integrations.contracts import Flow, Session
from integrations.engine.backfill import ranges_halted, ranges_in_force
from integrations.engine.catalogues import target_fields
from integrations.engine.identity import verify_identity
from integrations.engine.lease import Lease
from integrations.engine.references import reference_values, refresh_if_old
from integrations.engine.sessions import identity_of, limiter_of, open_session
from integrations.engine.work import FlowPlan, RunState
from integrations.errors import ConfigurationError
from integrations.models import Sync
from mappings.catalogue import TargetField
from mappings.models import Mapping as Version
from mappings.versions import compiled

Versions = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a look ahead holds: the state a run would have, each flow's mapping, and the fields it may fill."""

    state: RunState
    versions: Mapping[str, Version]
    fields: Mapping[str, tuple[TargetField, ...]]

    def plan(self, flow: str) -> FlowPlan:
        """Give a flow's plan. Raises KeyError for a flow that was not opened."""
        return self.state.plans[flow]


@contextmanager
def open_ground(sync: Sync, *, versions: Versions | None = None) -> Iterator[Ground]:
    """Open both systems for reading only, with each flow's published mapping unless `versions` names another.

    A flow without any stays closed; one without a published version is tried with its newest draft. Every write is
    refused before it is sent: the lease is void. Raises ConfigurationError and TransientError.
    """
    if not sync.source.fingerprint or not sync.target.fingerprint:
        raise ConfigurationError(
            f"{sync.name} has a side without a good ping. Press Ping your systems first.", code="not_pinged"
        )
    void = Lease(sync_id=sync.pk, fence=0, term_s=0.0, good_until=0.0)
    with (
        ThreadPoolExecutor(max_workers=1) as pool,
        open_session(sync.source, lease=void) as source,
        open_session(sync.target, lease=void) as target,
    ):
        for side, session in ((sync.source, source), (sync.target, target)):
            verify_identity(side, session)
            refresh_if_old(side, session, is_awaited=side == sync.target)
        sync.source_identity, sync.target_identity = sync.source.fingerprint, sync.target.fingerprint
        yield _ground(sync, source, target, pool, void, versions or {})


def _ground(
    sync: Sync, source: Session, target: Session, pool: ThreadPoolExecutor, lease: Lease, wanted: Versions
) -> Ground:
    pair, plans = registry.pair(sync.pair), dict[str, FlowPlan]()
    rows, fields = _versions(sync, wanted), dict[str, tuple[TargetField, ...]]()
    for flow in pair.flows:
        if flow.slug in rows:
            fields[flow.slug] = _fields(sync, flow, source, target)
            plans[flow.slug] = plan_of(flow, rows[flow.slug], fields[flow.slug])
    state = RunState(
        run=Run(tenant_id=sync.tenant_id, sync_id=sync.pk, pair=sync.pair, fence=0),
        sync=sync,
        pair=pair,
        lease=lease,
        source=source,
        target=target,
        source_identity=identity_of(sync.source),
        target_identity=identity_of(sync.target),
        references=reference_values(sync.target),
        source_references=reference_values(sync.source),
        plans=plans,
        limiter=limiter_of(sync.target),
        pool=pool,
        pool_size=1,
        slice_ends=math.inf,
        backfilled=ranges_in_force(sync),
        halted=ranges_halted(sync),
    )
    return Ground(state=state, versions=rows, fields=fields)


def plan_of(flow: Flow, version: Version, fields: tuple[TargetField, ...]) -> FlowPlan:
    """Give a flow with a version of its mapping, a draft too."""
    return FlowPlan(flow=flow, mapping=compiled(version, targets=fields), mapping_version=version.version)


def _fields(sync: Sync, flow: Flow, source: Session, target: Session) -> tuple[TargetField, ...]:
    written, session = (sync.target, target) if flow.reads == "source" else (sync.source, source)
    return (*target_fields(written, session, flow.sink), *flow.fields)


def _versions(sync: Sync, wanted: Versions) -> dict[str, Version]:
    """Give each flow's version to try: the one named, else the published one, else the newest draft."""
    rows = Version.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk).exclude(status=Version.Status.RETIRED)
    found: dict[str, Version] = {}
    for row in rows.order_by("version"):
        held = found.get(row.flow)
        if row.flow in wanted or held is None or held.status != Version.Status.PUBLISHED:
            found[row.flow] = row
    for flow, number in wanted.items():
        named = Version.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, flow=flow, version=number).first()
        if named is None:
            raise ConfigurationError(f"There is no version {number} of {flow}. Choose another.", field=flow)
        found[flow] = named
    return found
