"""A period that a target refuses counts as closed: the one that was refused, and no other."""

import pytest

from integrations.engine.tests.harness import ACTOR, sandbox
from integrations.engine.undo import Scope, undo
from integrations.models import ReferenceValue
from tests.test_lifecycle import Story, paid_invoice


@pytest.fixture
def story(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as running:
        running.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        yield Story(running)


def test_it_takes_no_open_period_for_closed_where_a_standing_document_may_not_be_changed(story):
    _, payment = paid_invoice(story)
    story.box.control.post("/options/netsuite", {"allow_non_gl_changes": False})
    story.box.control.post("/periods/netsuite", {"period": "2026-09", "status": "closed"})
    undo(story.sync, scope=Scope(record_id=story.record("payments", payment).pk), actor=ACTOR, reason="Wrong")
    story.run("replay")
    assert story.state("payments", payment) == ("waiting", "closed_period")
    assert not ReferenceValue.objects.filter(kind="refused_period").exists()
    following = story.invoice(day="2026-11-20")
    story.run()
    assert story.state("invoices", following) == ("delivered", "")
