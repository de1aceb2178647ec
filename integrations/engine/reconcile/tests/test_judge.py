"""One record three ways, without any system: what counts where, and what each difference is called."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations import registry
from integrations.contracts import Facts, Found, LineFact, Money
from integrations.engine.reconcile.books import SourceDocument
from integrations.engine.reconcile.case import Case
from integrations.engine.reconcile.judge import judge_case
from integrations.engine.reconcile.ledger import Standing
from integrations.engine.reconcile.report import Tally
from integrations.engine.reconcile.trail import Booked, Joined, Trail

FLOW = registry.pair("chargebee_to_netsuite").flow("invoices")
DAY = date(2026, 10, 7)
FACTS = Facts(
    customer="7", currency="EUR", total=Decimal(100), date=DAY, lines=(LineFact(account="40", amount=Decimal(100)),),
    dimensions=(("account", "10"),),
)  # fmt: skip


def document(**changes) -> SourceDocument:
    given = {
        "key": "INV-1",
        "label": "Invoice INV-1",
        "day": DAY,
        "money": Money(amount=Decimal(100), currency="EUR"),
        "stands": True,
        "version": "v1",
    }
    return SourceDocument(**given | changes)


def joined(external_id="900", **changes) -> Joined:
    given = {"reference": "R", "revision": 1, "source_version": "v1", "facts": FACTS, "is_as_drafted": True}
    return Joined(external_id=external_id, **given | changes)


def trail(*links: Joined, state="delivered", **changes) -> Trail:
    given = {
        "record_id": 5, "key": "INV-1", "state": state, "code": "", "reason": "", "label": "Invoice INV-1",
        "source_version": "v1", "amount": Decimal(100), "currency": "EUR", "day": DAY, "links": list(links),
    }  # fmt: skip
    made = Trail(**given | changes)
    for link in links:
        made.booked[link.external_id] = Booked(
            external_id=link.external_id, sink="invoices", reference="R", revision=link.revision, facts=FACTS,
            attempt_id=1,
        )  # fmt: skip
    return made


def standing(id="900", stage="posted", **facts) -> Standing:
    found = Found(external_id=id, reference="R", facts=replace(FACTS, **facts), stage=stage, number=f"N{id}")
    return Standing(flow="invoices", sink="invoices", found=found)


def case(doc=None, known=None, stands=None, **changes) -> Case:
    given = {
        "flow": FLOW, "key": "INV-1", "document": doc, "trail": known, "standing": stands, "others": {},
        "is_stranger": False, "start": date(2026, 10, 1), "end": date(2026, 10, 31), "begins": None,
        "source_name": "Chargebee", "target_name": "NetSuite",
    }  # fmt: skip
    return Case(**given | changes)


def judged(made: Case) -> tuple[list[str], tuple[int, int, int], list[str]]:
    """Give the kinds of differences, the counts of source, trail and target, and the codes of remarks."""
    tally = Tally({"invoices": "Invoices"})
    judge_case(tally, made)
    line = next(iter(tally.lines.values()), None)
    counts = (line.source.n, line.trail.n, line.target.n) if line else (0, 0, 0)
    return [each.kind for each in tally.differences], counts, [each.code for each in tally.remarks.values()]


def test_it_counts_what_agrees_on_all_three_sides():
    assert judged(case(document(), trail(joined()), standing())) == ([], (1, 1, 1), [])


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"total": Decimal("100.01")}, "amount"),
        ({"currency": "USD"}, "amount"),
        ({"date": date(2026, 10, 8)}, "date"),
        ({"customer": "8"}, "account"),
        ({"lines": (LineFact(account="41", amount=Decimal(100)),)}, "account"),
        ({"dimensions": (("account", "11"), ("account", "12"))}, "account"),
    ],
)
def test_it_names_one_difference_by_what_is_wrong(facts, kind):
    assert judged(case(document(), trail(joined()), standing(**facts)))[0] == [kind]


@pytest.mark.parametrize("told", [(), (("account", "9"), ("account", "10"))])
def test_it_names_no_account_that_a_listing_does_not_tell_or_tells_among_others(told):
    assert judged(case(document(), trail(joined()), standing(dimensions=told))) == ([], (1, 1, 1), [])


def test_it_names_a_changed_amount_once_though_its_lines_changed_with_it():
    facts = {"total": Decimal(90), "lines": (LineFact(account="40", amount=Decimal(90)),)}
    assert judged(case(document(), trail(joined()), standing(**facts)))[0] == ["amount"]


def test_it_names_a_change_in_the_source_that_was_not_posted():
    changed = document(version="v2", money=Money(amount=Decimal(120), currency="EUR"))
    assert judged(case(changed, trail(joined(), state="parked"), standing())) == (["amount"], (1, 1, 1), [])


def test_it_names_what_is_gone_or_voided_as_missing():
    known = trail(joined())
    assert judged(case(document(), known, None)) == (["missing"], (1, 1, 0), [])
    assert judged(case(document(), known, standing(stage="voided"))) == (["missing"], (1, 1, 0), [])


def test_it_counts_what_waits_to_be_posted_and_says_so():
    waiting = case(document(), trail(joined()), standing(stage="unposted"))
    assert judged(waiting) == ([], (1, 1, 1), ["awaiting_posting"])


def test_it_measures_a_journal_by_how_far_it_is_from_what_was_sent():
    gross = replace(FACTS, total=Decimal(120))  # a journal's total is the sum of its debits
    known = trail(joined(facts=gross))
    known.booked["900"].facts = gross
    assert judged(case(document(), known, standing(total=Decimal(120)))) == ([], (1, 1, 1), [])
    assert judged(case(document(), known, standing(total=Decimal(121))))[0] == ["amount"]


def test_it_names_what_was_never_read_or_is_held_as_missing():
    assert judged(case(document())) == (["missing"], (1, 0, 0), [])
    assert judged(case(document(), trail(state="parked"))) == (["missing"], (1, 0, 0), [])


@pytest.mark.parametrize(
    ("late", "heal"), [(None, "run"), (trail(state="due"), "replay"), (trail(state="parked", reason="It is paid."), "")]
)
def test_it_names_as_held_without_counting_it_what_an_earlier_document_stands_for(late, heal):
    tally = Tally({"invoices": "Invoices"})
    judge_case(tally, case(document(), late, forerunner=trail(joined()), held_by=standing()))
    (named,) = tally.differences
    assert (named.kind, named.heal, named.source, named.target) == ("held", heal, Decimal(100), Decimal(100))
    assert (named.external_id, named.number, tally.lines) == ("900", "N900", {})


def test_it_remarks_what_a_person_skipped_because_an_earlier_document_stands_for_it():
    skipped = trail(state="skipped", code="skipped_by_hand", reason="Skipped by Ann: paid by the order's bill")
    made = case(document(), skipped, forerunner=trail(joined()), held_by=standing())
    assert judged(made) == ([], (0, 0, 0), ["skipped_by_hand"])


def test_it_remarks_what_is_not_posted_by_rule():
    skipped = trail(state="skipped", code="skipped_by_hand", reason="Skipped by Ann: a test")
    assert judged(case(document(), skipped)) == ([], (0, 0, 0), ["skipped_by_hand"])
    assert judged(case(document(), begins=date(2026, 11, 1))) == ([], (0, 0, 0), ["before_start_date"])


def test_it_names_as_missing_what_a_backfill_took_up_and_is_held():
    begins = date(2026, 11, 1)
    assert judged(case(document(), trail(state="parked"), begins=begins))[0] == ["missing"]
    skipped = trail(state="skipped", code="before_start_date", source_version="v0")
    assert judged(case(document(), skipped, begins=begins)) == ([], (0, 0, 0), ["before_start_date"])


def test_it_names_as_missing_what_changed_after_it_was_skipped():
    pending = trail(state="skipped", code="pending", source_version="v0")
    assert judged(case(document(), pending))[0] == ["missing"]


def test_it_lets_stand_what_was_posted_when_it_was_due_and_neither_changed_nor_was_withdrawn():
    held = document(stands=False)
    assert judged(case(held, trail(joined()), standing())) == ([], (1, 1, 1), [])


def test_it_names_as_extra_what_the_source_withdrew_and_the_ledger_still_has():
    withdrawn = document(stands=False, is_withdrawn=True)
    assert judged(case(withdrawn, trail(joined()), standing())) == (["extra"], (0, 1, 1), [])
    assert judged(case(withdrawn, trail(joined()), standing(stage="voided"))) == ([], (0, 0, 0), [])


def test_it_takes_a_withdrawn_document_and_its_reversal_for_nothing():
    known = trail(joined(is_reversed=True, reversal_id="901"))
    there = case(document(stands=False), known, standing(), others={"901": standing("901")})
    assert judged(there) == ([], (0, 0, 0), ["reversed"])
    assert judged(case(document(stands=False), known, standing()))[0] == ["extra"]


def test_it_names_what_is_wrong_with_a_reversal():
    known = trail(joined(is_reversed=True, reversal_id="901"))
    known.booked["901"] = Booked(
        external_id="901", sink="credit_notes", reference="R-REV", revision=1, facts=FACTS, attempt_id=2
    )
    there = case(document(stands=False), known, standing(), others={"901": standing("901", total=Decimal(99))})
    assert judged(there) == (["amount"], (0, 0, 0), ["reversed"])


def test_it_names_a_replaced_document_that_still_stands():
    known = trail(joined("902", revision=2), joined("900"))
    doubled = case(document(), known, standing("902"), others={"900": standing("900")})
    assert judged(doubled) == (["duplicate"], (1, 1, 2), [])
    known = trail(joined("902", revision=2), joined("900", is_reversed=True, reversal_id="901"))
    others = {"900": standing("900"), "901": standing("901")}
    assert judged(case(document(), known, standing("902"), others=others)) == ([], (1, 1, 1), [])


def test_it_remarks_a_difference_that_a_person_accepted_until_it_changes_again():
    accepted = trail(joined(facts=standing(date=date(2026, 10, 9)).found.facts), reason="Accepted by Ann: agreed")
    assert judged(case(document(), accepted, standing(date=date(2026, 10, 9)))) == ([], (1, 1, 1), ["accepted"])
    assert judged(case(document(), accepted, standing(date=date(2026, 10, 10))))[0] == ["date"]


def test_it_remarks_what_a_closed_period_moved_here_and_names_what_a_person_moved():
    elsewhere = document(day=date(2026, 9, 30))
    assert judged(case(elsewhere, trail(joined()), standing(), is_stranger=True)) == ([], (0, 0, 0), ["moved"])
    moved = standing(date=date(2026, 10, 20))
    assert judged(case(elsewhere, trail(joined()), moved, is_stranger=True))[0] == ["date"]


def test_it_names_what_it_cannot_read():
    unreadable = SourceDocument(key="INV-1", label="INV-1", stands=True, fault="the total is no amount")
    assert judged(case(unreadable)) == (["missing"], (0, 0, 0), [])
