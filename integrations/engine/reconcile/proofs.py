"""What proofs booked in the target: their runs and attempts still tell, when their own syncs are long removed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from audit.models import Attempt, ConfigChange, Run
from integrations import registry
from integrations.engine.trial.life import BEGAN, links_of
from integrations.models import Link, Sync

CODE: Final = "proof"  # of the remark
REASON: Final = "Booked and reversed by a proof: nothing of it is left."
_BOOKED = (Attempt.Outcome.DELIVERED, Attempt.Outcome.LINKED, Attempt.Outcome.DIFFERENT)
_FOUND = ("create", Attempt.Outcome.LINKED)
_SENT = (Attempt.Outcome.UNKNOWN, Attempt.Outcome.OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Whose a document is: the flow under which a proof booked it, and the trial that still has it standing, if any."""

    flow: str
    left_by: str = ""

    @property
    def is_reversed(self) -> bool:
        """Tell whether the proof took it out again."""
        return not self.left_by


def left_detail(name: str, proven: Proven) -> str:
    """Say of a document that a proof left it."""
    return f"{name} was booked by a proof, {proven.left_by}, and is not reversed."


def left_action(proven: Proven) -> str:
    """Say what becomes of a document that a proof left."""
    return (
        f"Open {proven.left_by} under Syncs and see what holds its reversal up; the next proof reverses it first. "
        "Then reconcile again."
    )


def read_proofs(sync: Sync, documents: Iterable[tuple[str, str]]) -> dict[str, Proven]:
    """Give, by id, what proofs of the sync booked of these documents of the target, each an (id, reference).

    A few queries whatever their number; none without documents. A document is known by its id; by its reference only
    where it was booked beside others, or where its trial still waits for the answer: a second one is no proof's.
    """
    wanted = list(documents)
    known = _known(sync) if wanted else {}
    found = {id: known.get(("id", id)) or known.get(("reference", reference)) for id, reference in wanted}
    return {id: proven for id, proven in found.items() if proven is not None}


def _known(sync: Sync) -> dict[tuple[str, str], Proven]:
    known: dict[tuple[str, str], Proven] = {}
    trials = _trials(sync)
    left = {trial.pk: trial for trial in Sync.objects.for_tenant(sync.tenant_id).filter(pk__in=trials)}
    reversed_of = {pk: _reversed(trial) for pk, trial in left.items()}
    flows = [flow.slug for flow in registry.pair(sync.pair).flows if flow.is_document]
    runs = Run.objects.for_tenant(sync.tenant_id).filter(sync_id__in=trials)
    rows = Attempt.objects.for_tenant(sync.tenant_id).filter(run__in=runs, flow__in=flows, outcome__in=_BOOKED + _SENT)
    names = ("run__sync_id", "flow", "natural_key", "operation", "outcome", "external_id", "reference")
    told = list(rows.order_by("pk").values_list(*names))
    linked = {(pk, flow, key) for pk, flow, key, operation, outcome, *_ in told if (operation, outcome) == _FOUND}
    for pk, flow, key, operation, outcome, id, reference in told:
        is_left = pk in left and (flow, key) not in reversed_of[pk]  # a trial goes only when all of it is reversed
        proven = Proven(flow=flow, left_by=left[pk].name if is_left else "")
        is_found = (pk, flow, key) in linked  # perhaps keyed by hand: only what bears the proof's reference is its own
        if outcome in _BOOKED and not is_found:
            known["id", id] = proven
        if reference and (is_found or (operation != "create" if outcome in _BOOKED else is_left)):
            known["reference", reference] = proven
    return known


def _trials(sync: Sync) -> list[int]:
    """Name the trials of a sync, and those of others between the same two systems; the older ones tell no systems."""
    sides = Q(details__sides=[sync.source_identity, sync.target_identity])
    own = Q(subject=f"sync {sync.pk}", details__sides__isnull=True)
    begun = ConfigChange.objects.for_tenant(sync.tenant_id).filter(sides | own, action=BEGAN)
    return list(begun.values_list("details__trial", flat=True))


def _reversed(trial: Sync) -> set[tuple[str, str]]:
    """Name the records of a trial whose documents are all reversed."""
    states = links_of(trial).values_list("flow", "natural_key", "state")
    standing = {(flow, key) for flow, key, state in states if state != Link.State.REVERSED}
    return {(flow, key) for flow, key, _ in states} - standing
