"""Life-cycle cases reconciled: whatever the story, both systems agree but for what the engine itself holds back."""

import pytest

from integrations.engine.reconcile.open_items import tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.tests.ground import END, START
from integrations.engine.tests.casebook import cases, play
from integrations.engine.tests.harness import sandbox
from integrations.models import Sync, SyncRecord
from integrations.pairs.chargebee_to_netsuite.tests.test_cases import FOLDER, OPENING

EVERY = 5  # the pair's own tests play all of them


@pytest.mark.parametrize("case", cases(FOLDER)[::EVERY], ids=lambda case: case.stem)
def test_it_reconciles_what_a_case_leaves(live_db, settings, case):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        play(case, "chargebee_to_netsuite", box, OPENING)
        sync = Sync.objects.latest("pk")
        report, opened = reconcile_period(sync, START, END), tie_out(sync, END, since=START)
    held = set(
        SyncRecord.objects.filter(sync=sync, state__in=["waiting", "parked", "different"]).values_list(
            "natural_key", flat=True
        )
    )
    assert {each.id for each in report.differences} == held
    assert held or all(line.agrees for line in report.lines)
    skips = SyncRecord.objects.filter(sync=sync, flow="credit_notes", state="skipped").exists()
    assert {row.id for row in opened.differing} <= held or skips  # a write-off left to a person
