"""What the page of a mapping proof shows: each flow with its count, and a counter-example for each way to fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integrations.models import Check, Sync, SyncRecord
from mappings.models import Mapping as Version
from portal.queries.preview import Look, look_at
from portal.queries.syncs import flow_label, flows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One way in which a mapping fails; `record_id` is that of the counter-example where the engine knows it."""

    facts: Mapping[str, Any]
    record_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedFlow:
    """One flow: by which version, on how many records, and what fails."""

    slug: str
    label: str
    version: int | None
    records: int
    failures: tuple[Failure, ...]


def proof_of(sync: Sync) -> Look:
    """Give the newest proof."""
    return look_at(sync, Check.Kind.PROOF)


def drafts_of(sync: Sync) -> dict[str, int]:
    """Give the newest draft of each flow that has one newer than what is published."""
    rows = Version.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk)
    newest: dict[str, tuple[str, int]] = {}
    for flow, status, version in rows.order_by("version").values_list("flow", "status", "version"):
        newest[flow] = (status, version)
    return {flow: version for flow, (status, version) in newest.items() if status == Version.Status.DRAFT}


def proved_flows(sync: Sync, look: Look) -> list[ProvedFlow]:
    """Give what a proof found, flow by flow; nothing before the first one."""
    if look.check is None:
        return []
    report = look.check.report
    known = _known_records(sync, report["faults"])
    return [
        ProvedFlow(
            slug=slug,
            label=flow_label(sync.pair, slug),
            version=report.get("versions", {}).get(slug),
            records=report["records"][slug],
            failures=tuple(
                Failure(facts=one, record_id=known.get((slug, one["key"])))
                for one in report["faults"]
                if one["flow"] == slug
            ),
        )
        for slug in (flow.slug for flow in flows_of(sync.pair))
        if slug in report["records"]
    ]


def _known_records(sync: Sync, faults: list[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """Give the ids of the counter-examples that a run has met already, by flow and key; one query."""
    keys = [one["key"] for one in faults if one["key"]]
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, natural_key__in=keys)
    return {(flow, key): pk for flow, key, pk in rows.values_list("flow", "natural_key", "pk")}
