"""What a worker does for each kind of look ahead."""

from typing import Final

from integrations.engine.rehearsal import coverage
from integrations.engine.rehearsal.ground import open_ground
from integrations.engine.rehearsal.stored import Maker
from integrations.engine.rehearsal.stored import make as make_stored
from integrations.models import Check, Sync


def make(check_id: int) -> Check | None:
    """Make a look that was asked for; None where another worker has it."""
    return make_stored(check_id, MAKERS)


def _coverage(sync: Sync, check: Check) -> None:
    with open_ground(sync) as ground:
        check.report = coverage.measure(ground)


MAKERS: Final[dict[str, Maker]] = {Check.Kind.COVERAGE: _coverage}
