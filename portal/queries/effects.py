"""What a change of a mapping does: its trial on delivered records, and the parked ones that it heals."""

import re
from collections.abc import Callable, Iterable
from collections.abc import Mapping as Facts
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from integrations.engine.rehearsal.changes import content_of_version, with_newest_maps
from integrations.engine.rehearsal.stored import ask
from integrations.models import Check, Sync, SyncRecord
from mappings.models import Mapping
from mappings.versions import behind_their_maps
from portal.queries.mapping_fields import fields_for
from portal.queries.syncs import flow_label
from portal.words import operation_words

_TRIED = (SyncRecord.State.DELIVERED, SyncRecord.State.DIFFERENT)
_RECORDS_SHOWN, _FIELDS_SHOWN = 10, 5
_MAPPED = re.compile(r"mapped (?:lines\[(?P<line>\d+)\]\.)?(?P<name>.+)")  # as the engine's comparisons name fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A record that would be drafted otherwise. `fields`: what each is called, its value before and after."""

    label: str
    amount: Decimal | None
    currency: str
    fields: tuple[tuple[str, str, str], ...]
    after: str  # why nothing would be drafted


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The newest trial of a version, finished or not; `is_current`: it tried what the version holds now.

    `heals`: the records that it heals and that are parked still.
    """

    mapping: Mapping
    label: str
    check: Check | None
    is_current: bool
    heals: list[Facts[str, Any]]
    records: tuple[Differing, ...] = ()

    @property
    def moved(self) -> list[tuple[str, Decimal, str]]:
        """Give by how much each account's balance would be another: account, amount, currency."""
        told = self.check.report.get("moved", ()) if self.check else ()
        return [(one["account"], Decimal(one["amount"]), one["currency"]) for one in told]

    @property
    def is_pending(self) -> bool:
        """Tell whether it is asked for or being made."""
        return self.check is not None and self.check.state in (Check.State.ASKED, Check.State.RUNNING)


def effect_kept(sync: Sync, mapping: Mapping, *, newest_maps: bool = False) -> Effect:
    """Give what is known of a version's effect; of a published one with its value maps as they stand where asked."""
    rows = Check.objects.for_tenant(sync.tenant_id).filter(sync=sync, kind=Check.Kind.CHANGE, flow=mapping.flow)
    rows = rows.filter(params__version=mapping.version)
    rows = rows.filter(params__newest_maps=True) if newest_maps else rows.exclude(params__has_key="newest_maps")
    check = rows.order_by("-id").first()
    tried = with_newest_maps(mapping) if newest_maps else mapping
    is_done = check is not None and check.state == Check.State.DONE
    is_current = bool(is_done and check and check.report.get("content") == content_of_version(tried))
    heals = _still_parked(sync, check.report.get("heals", ())) if is_current and check else []
    label = flow_label(sync.pair, mapping.flow)
    records = _differing(sync, mapping, check.report.get("records", ())) if is_done and check else ()
    return Effect(mapping=mapping, label=label, check=check, is_current=is_current, heals=heals, records=records)


def _differing(sync: Sync, mapping: Mapping, told: Iterable[Facts[str, Any]]) -> tuple[Differing, ...]:
    shown = list(told)[:_RECORDS_SHOWN]
    called = fields_for(sync, mapping).label_of_target if shown else None
    return tuple(
        Differing(
            label=one["label"],
            amount=Decimal(one["amount"]) if one["amount"] else None,
            currency=one["currency"],
            fields=tuple(in_words(one["fields"], called)[:_FIELDS_SHOWN]) if called else (),
            after=one["after"],
        )
        for one in shown
    )


def in_words(fields: Iterable[Iterable[str]], called: Callable[[str, str], str]) -> list[tuple[str, str, str]]:
    """Name fields that differ as people call them; what is sent differs with them, and is named where only it does."""
    mapped, sent = [], []
    for name, was, now in fields:
        if found := _MAPPED.fullmatch(name):
            line, plain = found["line"], found["name"]
            word = called("line" if line else "header", plain)
            mapped.append((f"Line {line}: {word}" if line else word, was, now))
        else:
            operation, _, path = name.partition(" ")
            sent.append((f"{operation_words(operation)}, as sent: {path}", was, now))
    return mapped or sent


def _still_parked(sync: Sync, heals: list[Facts[str, Any]]) -> list[Facts[str, Any]]:
    ids = [one["id"] for one in heals]
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, pk__in=ids, state=SyncRecord.State.PARKED)
    parked = set(rows.values_list("pk", flat=True)) if ids else set()
    return [one for one in heals if one["id"] in parked]


def wants_look(sync: Sync, effect: Effect) -> bool:
    """Tell whether somebody should look before publishing: there is a version before, and records that it delivered."""
    is_first = effect.mapping.is_draft and not _published(sync, effect.mapping.flow)
    if effect.is_current or is_first or not (sync.source.fingerprint and sync.target.fingerprint):
        return False
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, flow=effect.mapping.flow)
    return rows.filter(state__in=_TRIED).exists()


def _published(sync: Sync, flow: str) -> bool:
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, flow=flow)
    return rows.filter(status=Mapping.Status.PUBLISHED).exists()


def effects_of_maps(sync: Sync) -> list[Effect]:
    """Give the effect of publishing the value maps as they stand, for each mapping that reads a changed one."""
    stale = behind_their_maps(tenant_id=sync.tenant_id, sync_id=sync.pk)
    return [effect_kept(sync, mapping, newest_maps=True) for mapping in stale]


def healing(sync: Sync) -> list[Effect]:
    """Give the published versions that heal records which are parked still."""
    rows = Mapping.objects.for_tenant(sync.tenant_id).filter(sync_id=sync.pk, status=Mapping.Status.PUBLISHED)
    effects = [effect_kept(sync, mapping) for mapping in rows.order_by("flow")]
    return [effect for effect in effects if effect.heals or effect.is_pending]


def try_version(sync: Sync, mapping: Mapping, *, actor: str, newest_maps: bool = False) -> None:
    """Have a version tried on delivered and parked records. Safe to call twice."""
    more = {"newest_maps": True} if newest_maps else {}
    params = {"version": mapping.version, **more}
    ask(sync, Check.Kind.CHANGE, actor=actor, flow=mapping.flow, params=params)


def look_for_healed(sync: Sync, mapping: Mapping, *, actor: str) -> None:
    """Have a version that was just published tried on what is parked, where anything of its flow is."""
    rows = SyncRecord.objects.for_tenant(sync.tenant_id).filter(sync=sync, flow=mapping.flow)
    if rows.filter(state=SyncRecord.State.PARKED).exists() and sync.source.fingerprint and sync.target.fingerprint:
        try_version(sync, mapping, actor=actor)
