"""Facts about further documents: how drafts learn their ids, what a look shows, how old drafts are read."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

from integrations.contracts import Application, Booked, CompanionView, Draft, Facts, Found, LinkView, Record
from integrations.engine.companions import all_reversed, first_fault, further_views, link_after, tell_ids
from integrations.engine.drafting import hold_what_others_settled
from integrations.engine.drafts import dump_draft, dump_facts, load_draft, load_facts
from integrations.engine.endings import Ending, Outcome
from integrations.engine.looking import with_further
from integrations.engine.work import Aim, Work
from integrations.pairs.chargebee_to_netsuite.pair import PAIR

OWN = Draft(flow="payments", key="p", sink="payments", reference="TXN-p", payload={}, facts=Facts(total=Decimal(100)))
SHARE = replace(OWN, reference="TXN-p-OF-9", operation="create-share:9", facts=Facts(total=Decimal(25)), makes="share")
STANDING = CompanionView(
    external_id="72", reference="TXN-p-OF-9", sink="payments", facts=Facts(total=Decimal(25)), is_share=True
)
LINK = LinkView(external_id="71", facts=Facts(total=Decimal(100)), reference="TXN-p")


DELIVER = Aim()


def work(*drafts, link=LINK, operation=0, aim=DELIVER):
    made = Work(record=Record(stream="transactions", key="p", body=None), row=None)
    made.drafts, made.link, made.operation, made.aim = drafts, link, operation, aim
    return made


def told(made):
    tell_ids(made, PAIR.flow("payments"), start=made.operation)
    return [draft.external_id for draft in made.drafts]


def test_it_tells_later_drafts_the_document_that_each_acts_on():
    release = replace(SHARE, operation="release:9")
    link = replace(LINK, companions=(STANDING,))
    assert told(work(replace(OWN, operation="release"), SHARE, release, link=link)) == ["71", "72", "72"]
    assert told(work(SHARE)) == [""]


def test_it_names_the_own_document_in_what_a_companion_is_applied_to():
    applied = (Application(external_id="", amount=Decimal(10)), Application(external_id="5", amount=Decimal(1)))
    made = work(replace(SHARE, makes="companion", facts=Facts(applied=applied)))
    told(made)
    assert [one.external_id for one in made.draft.facts.applied] == ["71", "5"]


def test_it_knows_a_further_document_once_it_is_read_and_forgets_it_when_it_is_taken_back():
    found = Found(external_id="72", reference="TXN-p-OF-9", facts=Facts(total=Decimal(25)))
    known = link_after(work(OWN, SHARE, operation=1), LINK, found)
    assert known.companions == (STANDING,)
    gone = link_after(work(replace(SHARE, operation="void:9", external_id="72"), link=known), known, found)
    assert [one.state for one in gone.companions] == ["reversed"]
    assert [one.state for one in all_reversed(known).companions] == ["reversed"]


def test_it_keeps_what_takes_a_share_back_apart():
    back = replace(SHARE, reference="TXN-p-OF-9-REV", operation="reverse:9")
    link = replace(LINK, companions=(STANDING,))
    found = Found(external_id="80", reference=back.reference, facts=Facts(total=Decimal(25)))
    known = link_after(work(back, link=link, aim=Aim(mode="reverse")), link, found)
    assert (known.companions, [one.external_id for one in known.reversals]) == ((STANDING,), ["80"])


def test_it_says_what_is_wrong_with_a_further_document():
    made = work(OWN)
    made.further = (Booked(draft=SHARE, external_id="72"),)
    right = Found(external_id="72", reference=SHARE.reference, facts=SHARE.facts)
    assert first_fault(made, {SHARE.reference: right}) is None
    assert "total" in first_fault(made, {SHARE.reference: replace(right, facts=Facts(total=Decimal(24)))}).told
    assert "voided" in first_fault(made, {SHARE.reference: replace(right, stage="voided")}).told
    assert first_fault(made, {}).is_gone


def test_it_foresees_further_documents_once_each():
    [view] = further_views([OWN, SHARE, replace(SHARE, operation="release:9")], "new1")
    assert (view.external_id, view.reference, view.is_share) == ("new1+1", "TXN-p-OF-9", True)


def test_it_reads_what_was_stored_before_there_were_further_documents():
    step = replace(OWN, makes="nothing")
    stored = dump_draft(step, then="").replace('"makes":"nothing"', '"makes_link":false')
    assert "makes_link" in stored
    assert (load_draft(stored)[0], load_draft(dump_draft(SHARE, then="x"))[0]) == (step, SHARE)


def test_it_goes_on_after_a_settled_operation_though_a_share_is_not_shown_at_the_first_look():
    made = work(OWN)
    made.after, made.further = "apply:9", (Booked(draft=SHARE, external_id="72"),)
    own = Found(external_id="71", reference=OWN.reference, facts=OWN.facts)
    settled, sink = Ending(made, Outcome.LINKED, found=own), SimpleNamespace(settle_s_of=lambda draft: 600)
    assert with_further(sink, settled, {}, {}, settles=True) is settled
    assert (made.state, made.look_again_at is None) == ("due", False)
    assert with_further(sink, settled, {}, {}).code == "absent_once"  # a look ends nothing


def test_it_holds_a_payment_of_which_a_share_pays_what_others_settled():
    foreign = LinkView(external_id="5", facts=Facts(open_amount=Decimal(0)), is_ours=False)
    applied = (Application(external_id="5", amount=Decimal(25)),)
    made = work(OWN, replace(SHARE, facts=replace(SHARE.facts, applied=applied)))
    hold_what_others_settled(SimpleNamespace(pair=PAIR), made, {("invoices", "i"): foreign})
    assert (made.state, made.code, made.value) == ("parked", "paid_in_target", "5")


def test_it_keeps_every_account_that_a_document_moves():
    facts = Facts(dimensions=(("account", "10"), ("account", "11"), ("location", "2")))
    assert load_facts(dump_facts(facts)) == facts
    assert load_facts({"dimensions": {"account": "10"}}).dimensions == (("account", "10"),)  # as once written
