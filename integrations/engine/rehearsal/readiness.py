"""Whether a sync may be switched on: each flow is mapped, and its preview was clean or its faults were accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from audit.record import change_config
from integrations import registry
from integrations.models import Check, Sync
from mappings.models import Mapping as Version

SHIPPED = "shipped"  # the choice of a preview that nobody made: the sandbox's mappings were reviewed by us


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing that stands against switching a sync on."""

    flow: str
    code: str  # "not_published" | "no_preview" | "faults"
    said: str
    faults: tuple[Mapping[str, Any], ...] = ()


def readiness(sync: Sync) -> list[Missing]:
    """Give what is missing before a sync can be switched on for the first time; two queries."""
    pair = registry.pair(sync.pair)
    published = dict(
        Version.objects.for_tenant(sync.tenant_id)
        .filter(sync_id=sync.pk, status=Version.Status.PUBLISHED)
        .values_list("flow", "version")
    )
    newest: dict[tuple[str, int], Check] = {}
    rows = Check.objects.for_tenant(sync.tenant_id).filter(sync=sync, kind=Check.Kind.PREVIEW, state=Check.State.DONE)
    for row in rows.order_by("id"):
        newest[(row.flow, row.mapping_version)] = row
    found = []
    for flow in pair.flows:
        version = published.get(flow.slug)
        if version is None:
            said = f"{flow.label}: no mapping is published. Fill its required fields and publish it under Mappings."
            found.append(Missing(flow=flow.slug, code="not_published", said=said))
        elif (check := newest.get((flow.slug, version))) is None:
            said = f"{flow.label}: version {version} of the mapping was never previewed. Preview it."
            found.append(Missing(flow=flow.slug, code="no_preview", said=said))
        elif faults := open_faults(check):
            said = f"{flow.label}: its preview has {len(faults)} fault(s) that nobody accepted, such as: "
            found.append(Missing(flow=flow.slug, code="faults", said=said + faults[0]["said"], faults=tuple(faults)))
    return found


def open_faults(check: Check) -> list[Mapping[str, Any]]:
    """Give the faults of a look that nobody has accepted by name."""
    return [fault for fault in check.report.get("faults", ()) if fault["name"] not in check.marks]


def review_as_shipped(sync: Sync, *, actor: str) -> None:
    """Take the mappings published now as reviewed, without a preview; on record. For those shipped for the sandbox."""
    now, versions = timezone.now(), Version.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk)
    published = list(versions.filter(status=Version.Status.PUBLISHED).values_list("flow", "version"))
    for flow, version in published:
        Check.objects.create(
            tenant_id=sync.tenant_id,
            sync=sync,
            kind=Check.Kind.PREVIEW,
            flow=flow,
            mapping_version=version,
            state=Check.State.DONE,
            report={"flow": flow, "version": version, "choice": SHIPPED, "faults": [], "records": []},
            asked_by=actor,
            made_at=now,
        )
    change_config(
        tenant_id=sync.tenant_id,
        actor=actor,
        subject=f"sync {sync.pk}",
        action="took the sandbox's mappings as reviewed",
        details=dict(published),
    )
