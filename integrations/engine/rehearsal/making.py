"""What a worker does for each kind of look ahead."""

from datetime import date
from typing import Final

from integrations.engine.reconcile.making import reconcile
from integrations.engine.rehearsal import coverage
from integrations.engine.rehearsal.changes import COMPARED, effect_of, with_newest_maps
from integrations.engine.rehearsal.ground import open_ground
from integrations.engine.rehearsal.preview import EXAMPLES, preview
from integrations.engine.rehearsal.proving import prove
from integrations.engine.rehearsal.rehearse import rehearse
from integrations.engine.rehearsal.sources import fields_report
from integrations.engine.rehearsal.stored import Maker
from integrations.engine.rehearsal.stored import make as make_stored
from integrations.engine.trial.prove import prove_in_target
from integrations.models import Check, Sync
from mappings.models import Mapping as Version


def make(check_id: int) -> Check | None:
    """Make a look that was asked for; None where another worker has it."""
    return make_stored(check_id, MAKERS)


def _coverage(sync: Sync, check: Check) -> None:
    with open_ground(sync) as ground:
        check.report = coverage.measure(ground)


def _preview(sync: Sync, check: Check) -> None:
    """Preview a flow; `params`: version (0: the published one), keys, choice, number."""
    said, version = check.params, check.params.get("version") or check.mapping_version
    with open_ground(sync, versions={check.flow: version} if version else {}) as ground:
        check.report = preview(
            ground,
            check.flow,
            keys=said.get("keys", ()),
            choice=said.get("choice", EXAMPLES),
            number=int(said.get("number", 12)),
        )
        check.mapping_version = ground.plan(check.flow).mapping_version


def _fields(sync: Sync, check: Check) -> None:
    with open_ground(sync) as ground:
        check.report = fields_report(ground, check.flow)


def _rehearsal(sync: Sync, check: Check) -> None:
    """Rehearse a range; `params`: start and end, both included."""
    start, end = (date.fromisoformat(check.params[name]) for name in ("start", "end"))
    with open_ground(sync) as ground:
        check.report, check.payloads = rehearse(ground, start, end)


def _proof(sync: Sync, check: Check) -> None:
    with open_ground(sync, versions=check.params.get("versions") or {}) as ground:
        check.report = prove(ground)


def _change(sync: Sync, check: Check) -> None:
    """Compare a version with the one before; `params`: version, number, newest_maps (the published one with these)."""
    number = int(check.params["version"])
    version = Version.objects.for_tenant(sync.tenant_id).get(sync_id=sync.pk, flow=check.flow, version=number)
    if check.params.get("newest_maps"):
        version = with_newest_maps(version)
    with open_ground(sync) as ground:
        check.report = effect_of(ground, version, number=int(check.params.get("number", COMPARED)))
    check.mapping_version = number


MAKERS: Final[dict[str, Maker]] = {
    Check.Kind.COVERAGE: _coverage,
    Check.Kind.PREVIEW: _preview,
    Check.Kind.FIELDS: _fields,
    Check.Kind.REHEARSAL: _rehearsal,
    Check.Kind.RECONCILIATION: reconcile,
    Check.Kind.PROOF: _proof,
    Check.Kind.CHANGE: _change,
    Check.Kind.TRIAL: prove_in_target,
}
