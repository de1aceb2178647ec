"""What a proof booked and reversed is told in both months and in the tie-out as a remark, what it left by name."""

from calendar import monthrange
from datetime import date, datetime
from zoneinfo import ZoneInfo

from integrations.engine.reconcile.open_items import tie_out
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.proofs import CODE
from integrations.engine.reconcile.tests.ground import START, delivered
from integrations.engine.rehearsal import making
from integrations.engine.tests.casebook import SITE_ZONE
from integrations.engine.tests.harness import ACTOR, Sandbox
from integrations.engine.trial import life
from integrations.engine.trial.prove import ask_for_proof


def month_of(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def earlier_invoice(box: Sandbox, ids: set[str]) -> date:
    days = [date.fromisoformat(each["date"]) for each in box.control.documents("netsuite") if each["id"] in ids]
    return min(days)


def test_it_remarks_what_a_proof_booked_and_reversed_in_both_months_and_in_the_tie_out(box, sync):
    check = making.make(ask_for_proof(sync, actor=ACTOR).pk)
    assert check.report["ok"], check.report
    day = earlier_invoice(box, {one["external_id"] for one in check.report["documents"] if one["flow"] == "invoices"})
    today = datetime.now(ZoneInfo(SITE_ZONE)).date()  # reversals are dated in the site's zone
    assert month_of(day) != month_of(today)
    for start, end in (month_of(day), month_of(today)):
        report, opened = reconcile_period(sync, start, end), tie_out(sync, end, since=START)
        assert (report.differences, opened.differing) == ((), ())
        assert sum(each.n for each in report.remarks if each.code == CODE)
    assert sum(each.n for each in tie_out(sync, month_of(day)[1], since=START).remarks if each.code == CODE)


def test_it_names_what_a_proof_left_standing(box, sync):
    parents = sync.records.filter(flow__in=["customers", "items"]).values_list("flow", "natural_key")
    record, _ = delivered(sync, "invoices")
    trial = life.make_trial(sync, [*parents, ("invoices", record.natural_key)], actor=ACTOR, number=36)
    life.run_to_rest(trial, seconds=60)
    link = life.standing_of(trial).get()
    start, end = month_of(date.fromisoformat(link.facts["date"]))
    left = reconcile_period(sync, start, end).differences
    assert [(each.external_id, each.heal) for each in left] == [(link.external_id, "")]
    assert trial.name in left[0].detail
    assert trial.name in left[0].action
    opened = [row.label for row in tie_out(sync, end, since=START).differing]
    assert opened == [left[0].detail]
