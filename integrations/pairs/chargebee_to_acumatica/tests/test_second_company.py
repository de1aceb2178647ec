"""A second company on the same systems: what the first one booked and voided is linked, and left alone."""

from pathlib import Path

import yaml

from integrations import registry
from integrations.engine.tests.casebook import Telling, play, tell
from integrations.engine.tests.harness import make_live_sync, sandbox
from integrations.models import SyncRecord

SLUG = "chargebee_to_acumatica"
FOLDER = Path(__file__).parent / "cases"


def test_it_takes_a_payment_that_stands_voided_for_reversed(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as box:
        play(FOLDER / "payment_late_failure.yaml", SLUG, box, yaml.safe_load((FOLDER / "opening.yml").read_text()))
        before = [box.control.writes("acumatica"), box.control.documents("acumatica")]
        second = make_live_sync(box, SLUG)
        tell(Telling(box=box, sync=second, pair=registry.pair(SLUG)), "sync")
        payment = SyncRecord.objects.get(sync=second, flow="payments")
        assert (payment.state, payment.code) == ("delivered", "reversed")
        assert [box.control.writes("acumatica"), box.control.documents("acumatica")] == before
