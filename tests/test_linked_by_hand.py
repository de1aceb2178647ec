"""A person links a record to what is not there: nothing is posted in its place."""

from datetime import date

from integrations.engine import decisions, syncs
from integrations.engine.tests.harness import ACTOR
from tests.test_lifecycle import as_keyed, box, older_invoice, pay_by_hand, story  # noqa: F401 (fixtures)


def test_it_posts_nothing_where_a_person_names_a_document_that_is_not_there(story):  # noqa: F811
    story.invoice()
    story.run()
    syncs.change_sync(story.sync, changes={"start_date": date(2026, 9, 1)}, actor=ACTOR)
    invoice, payment = older_invoice(story)
    pay_by_hand(story, as_keyed(story, invoice), day="2026-09-04")
    story.run()
    decisions.link_found(story.record("payments", payment), actor=ACTOR, external_id="999999")
    writes = story.writes()
    story.run("replay")
    assert (story.state("payments", payment), story.writes()) == (("parked", "paid_in_target"), writes)
