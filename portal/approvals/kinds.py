"""The kinds of requests, each made out by one function, and the pages from which they are asked for."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from django.http import Http404

from integrations.engine.rehearsal.changes import healed_ids
from integrations.models import Problem, SyncRecord
from mappings.models import Mapping
from portal.approvals.changing import identity_change, rule_change
from portal.approvals.publishing import map_publication, publication, sync_of
from portal.approvals.replaying import healing, posting_anew, replaying
from portal.approvals.undoing import undoing
from portal.approvals.wanted import Wanted
from portal.held import held_ids
from portal.models import Tenant
from portal.queries.effects import effect_kept

Maker: TypeAlias = Callable[[Tenant, dict[str, Any]], Wanted]

KINDS: Final[dict[str, Maker]] = {
    "publish": publication,
    "maps": map_publication,
    "undo": undoing,
    "identity": identity_change,
    "replay": replaying,
    "heal": healing,
    "post-anew": posting_anew,
    "rule": rule_change,
}


def make_out(tenant: Tenant, kind: str, what: dict[str, Any]) -> Wanted:
    """Make out what is wanted, as things are now. Raises Http404, ConfigurationError for what cannot be done."""
    return KINDS[kind](tenant, what)


def begun_at(tenant: Tenant, place: str, pk: int, names: list[str]) -> tuple[str, dict[str, Any]]:
    """Give the kind, and what it is about, of what is asked for from a page. Raises Http404 for an unknown place.

    `names` are the differences ticked on a reconciliation's page.
    """
    begun = _PLACES.get(place)
    if begun is None:
        raise Http404("No such page.")
    return begun(tenant, pk, names)


def _problem(tenant: Tenant, pk: int, names: list[str]) -> tuple[str, dict[str, Any]]:
    problem = Problem.objects.for_tenant(tenant).filter(pk=pk).first()
    if problem is None:
        raise Http404("No such problem.")
    return "replay", {"sync": problem.sync_id, "ids": held_ids(problem)}


def _record(tenant: Tenant, pk: int, names: list[str]) -> tuple[str, dict[str, Any]]:
    record = SyncRecord.objects.for_tenant(tenant).filter(pk=pk).first()
    if record is None:
        raise Http404("No such record.")
    return "replay", {"sync": record.sync_id, "ids": [record.pk]}


def _healed(tenant: Tenant, pk: int, names: list[str]) -> tuple[str, dict[str, Any]]:
    mapping = Mapping.objects.for_tenant(tenant).filter(pk=pk).first()
    if mapping is None:
        raise Http404("No such mapping.")
    check = effect_kept(sync_of(tenant, mapping.sync_id), mapping).check
    return "replay", {"sync": mapping.sync_id, "ids": healed_ids(check) if check else []}


_PLACES: Final[dict[str, Callable[[Tenant, int, list[str]], tuple[str, dict[str, Any]]]]] = {
    "mapping": lambda tenant, pk, names: ("publish", {"mapping": pk}),
    "maps": lambda tenant, pk, names: ("maps", {"sync": pk}),
    "connection": lambda tenant, pk, names: ("identity", {"connection": pk}),
    "record": _record,
    "problem": _problem,
    "healed": _healed,
    "look-alike": lambda tenant, pk, names: ("post-anew", {"record": pk}),
    "differences": lambda tenant, pk, names: ("heal", {"reconciliation": pk, "names": names}),
}
