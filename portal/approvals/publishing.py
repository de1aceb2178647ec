"""Publishing a mapping, or the changed value maps of a sync, as something a second person approves."""

from typing import Any

from django.http import Http404
from django.urls import reverse

from integrations.approvals.gate import holds
from integrations.approvals.publications import maps_deed, publication_deed
from integrations.errors import ConfigurationError
from integrations.mapping_changes import publish_mapping, publish_maps
from integrations.models import Action, Sync
from mappings.models import Mapping
from mappings.versions import problems_of
from portal.approvals.wanted import Wanted
from portal.models import Tenant
from portal.queries.effects import effect_kept, effects_of_maps, look_for_healed
from portal.queries.mapping_fields import fields_for
from portal.queries.mappings import compare_versions
from portal.queries.syncs import flow_label


def publication(tenant: Tenant, what: dict[str, Any]) -> Wanted:
    """Make out the publication of a draft (`mapping`). Raises Http404, ConfigurationError for what cannot be."""
    mapping = Mapping.objects.for_tenant(tenant).filter(pk=what["mapping"]).first()
    if mapping is None:
        raise Http404("No such mapping.")
    if not mapping.is_draft:
        raise ConfigurationError(f"{mapping} is no draft any more.", code="no_draft")
    if problems := problems_of(mapping):
        raise ConfigurationError(f"It cannot be published yet. {problems[0].sentence}", code="not_publishable")
    sync = sync_of(tenant, mapping.sync_id)
    label, url = flow_label(sync.pair, mapping.flow), reverse("mapping_detail", args=[sync.pk, mapping.flow])
    before = _published(mapping)

    def run(actor: str, approval: int) -> str:
        published = publish_mapping(mapping=mapping, actor=actor, approval=approval)
        look_for_healed(sync, published, actor=actor)
        return f"Version {published.version} is published. What is booked already stays as it is."

    return Wanted(
        kind="publish",
        deed=publication_deed(mapping),
        what={"mapping": mapping.pk},
        title=f"Publish version {mapping.version} of {label.lower()} in {sync.name}",
        facts=(
            ("Sync", sync.name),
            ("Mapping", f"{label}, version {mapping.version} by {mapping.created_by}"),
            ("Takes the place of", f"version {before.version}" if before else "none: it is the first"),
        ),
        url=f"{url}?version={mapping.version}",
        template="approvals/publication.html",
        is_held=holds(tenant.pk, Action.PUBLISH),
        run=run,
        page={
            "sync": sync,
            "before": before,
            "after": mapping,
            "differences": compare_versions(before, mapping, fields_for(sync, mapping)) if before else (),
            "effect": effect_kept(sync, mapping),
        },
    )


def map_publication(tenant: Tenant, what: dict[str, Any]) -> Wanted:
    """Make out the publication of a sync's changed value maps (`sync`)."""
    sync = sync_of(tenant, what["sync"])
    effects = effects_of_maps(sync)
    if not effects:
        raise ConfigurationError("Its value maps are published already.", code="nothing_to_publish")
    labels = ", ".join(effect.label for effect in effects)

    def run(actor: str, approval: int) -> str:
        published = publish_maps(tenant_id=tenant.pk, sync_id=sync.pk, actor=actor, approval=approval)
        for mapping in published:
            look_for_healed(sync, mapping, actor=actor)
        said = ", ".join(f"{flow_label(sync.pair, each.flow)} version {each.version}" for each in published)
        return f"Published: {said}."

    return Wanted(
        kind="maps",
        deed=maps_deed(tenant.pk, sync.pk),
        what={"sync": sync.pk},
        title=f"Publish the changed value maps of {sync.name}",
        facts=(("Sync", sync.name), ("Mappings that read them", labels)),
        url=reverse("value_maps_changed", args=[sync.pk]),
        template="approvals/maps.html",
        is_held=holds(tenant.pk, Action.PUBLISH),
        run=run,
        page={"sync": sync, "effects": effects},
    )


def sync_of(tenant: Tenant, sync_id: int) -> Sync:
    """Give a company's sync with both sides. Raises Http404."""
    rows = Sync.objects.for_tenant(tenant).select_related("source__tenant", "target__tenant", "tenant")
    found = rows.filter(pk=sync_id).first()
    if found is None:
        raise Http404("No such sync.")
    return found


def _published(mapping: Mapping) -> Mapping | None:
    rows = Mapping.objects.for_tenant(mapping.tenant_id).filter(sync_id=mapping.sync_id, flow=mapping.flow)
    return rows.filter(status=Mapping.Status.PUBLISHED).first()
