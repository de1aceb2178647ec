"""What a worker does for each kind of look ahead."""

from datetime import date
from typing import Final

from integrations.engine.rehearsal import coverage
from integrations.engine.rehearsal.ground import open_ground
from integrations.engine.rehearsal.preview import EXAMPLES, preview
from integrations.engine.rehearsal.rehearse import rehearse
from integrations.engine.rehearsal.sources import source_fields
from integrations.engine.rehearsal.stored import Maker
from integrations.engine.rehearsal.stored import make as make_stored
from integrations.models import Check, Sync


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
        check.report = {"fields": source_fields(ground, check.flow)}


def _rehearsal(sync: Sync, check: Check) -> None:
    """Rehearse a range; `params`: start and end, both included."""
    start, end = (date.fromisoformat(check.params[name]) for name in ("start", "end"))
    with open_ground(sync) as ground:
        check.report, check.payloads = rehearse(ground, start, end)


MAKERS: Final[dict[str, Maker]] = {
    Check.Kind.COVERAGE: _coverage,
    Check.Kind.PREVIEW: _preview,
    Check.Kind.FIELDS: _fields,
    Check.Kind.REHEARSAL: _rehearsal,
}
