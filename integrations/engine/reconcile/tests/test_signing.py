"""Reports are kept, explained and signed; what lands in a signed period afterwards marks it stale."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from audit.models import ConfigChange
from audit.seal import verify
from integrations.contracts import Facts, Found, LineFact
from integrations.engine.drafts import dump_facts
from integrations.engine.reconcile.landing import Landed, note_landed
from integrations.engine.reconcile.report import Difference, Line, OpenRow, PeriodReport, TieOut, Total
from integrations.engine.reconcile.signing import digest_of, mark, open_name, reports_of, save_report, sign
from integrations.engine.tests.builders import make_sync
from integrations.errors import ConfigurationError
from integrations.models import Link, Reconciliation, Sync, SyncRecord

START, END = date(2026, 10, 1), date(2026, 10, 31)
AMOUNT = Decimal("10000000000000.01")
EXTRA = Difference(
    kind="extra", flow="invoices", id="77", label="INV77", currency="EUR", target=AMOUNT, action="Void it."
)
OPEN_ROW = OpenRow(flow="invoices", id="I1", label="I1", customer="7", currency="EUR", source=AMOUNT)


def report(*differences: Difference) -> PeriodReport:
    line = Line(kind="invoices", label="Invoices", currency="EUR", source=Total(n=1, total=AMOUNT))
    return PeriodReport(start=START, end=END, lines=(line,), differences=differences)


def landed(key: str = "I9", day: date = START, total: int = 5) -> Landed:
    facts = Facts(customer="7", currency="EUR", total=Decimal(total), date=day)
    return Landed(key=key, label=f"Invoice {key}", found=Found(external_id=f"x-{key}", reference="", facts=facts))


def known(sync: Sync, facts: Facts) -> None:
    """Link the document of `landed` with facts as they were read then."""
    Link.objects.create(
        tenant=sync.tenant, source_identity=sync.source_identity, target_identity=sync.target_identity,
        flow="invoices", natural_key="I9", reference="R", external_id="x-I9", source_version="v",
        facts=dump_facts(facts),
    )  # fmt: skip


@pytest.fixture
def sync(db):
    return make_sync()


def test_it_keeps_a_report_exactly(sync):
    tie_out = TieOut(as_of=END, since=START, rows=(OPEN_ROW,))
    saved = save_report(sync, report(EXTRA), tie_out, actor="ann")
    assert reports_of(Reconciliation.objects.get(pk=saved.pk)) == (report(EXTRA), tie_out)


def test_it_keeps_one_open_report_of_a_period_with_its_explanations(sync):
    first = save_report(sync, report(EXTRA), actor="ann")
    mark(first, [EXTRA.name], reason="Keyed by hand on purpose", actor="ann")
    again = save_report(sync, report(EXTRA), actor="ben")
    assert (again.pk, again.ok, again.made_by) == (first.pk, True, "ben")


def test_it_does_not_sign_what_nobody_explained(sync):
    saved = save_report(sync, report(EXTRA), actor="ann")
    with pytest.raises(ConfigurationError, match="1 differences"):
        sign(saved, actor="ann")


def test_it_does_not_sign_an_open_amount_that_nobody_explained(sync):
    saved = save_report(sync, report(), TieOut(as_of=END, since=START, rows=(OPEN_ROW,)), actor="ann")
    with pytest.raises(ConfigurationError):
        sign(saved, actor="ann")
    mark(saved, [open_name(OPEN_ROW)], reason="Paid on the first", actor="ann")
    assert sign(saved, actor="ann").state == "signed"


def test_it_takes_no_explanation_for_one_of_another_amount(sync):
    mark(save_report(sync, report(EXTRA), actor="ann"), [EXTRA.name], reason="A cent of rounding", actor="ann")
    other = replace(EXTRA, target=AMOUNT + 9000)
    assert (EXTRA.name, save_report(sync, report(other), actor="ann").ok) == (other.name, False)


def changed(sync: Sync, **fields) -> None:
    """Have the engine write a record of the period, at the end of a run."""
    SyncRecord.objects.create(
        tenant=sync.tenant, sync=sync, source_identity=sync.source_identity, target_identity=sync.target_identity,
        flow="invoices", natural_key="I9", label="Invoice I9", **{"state": "delivered", **fields},
    )  # fmt: skip


def test_it_does_not_sign_what_changed_since_it_was_compared(sync):
    saved = save_report(sync, report(), actor="ann")
    changed(sync, document_date=START)
    with pytest.raises(ConfigurationError, match="Invoice I9 changed since"):
        sign(saved, actor="ann")
    assert sign(save_report(sync, report(), actor="ann"), actor="ann").state == "signed"


def test_it_does_not_sign_what_was_posted_into_the_period_while_it_was_read(sync):
    begun_at = timezone.now()
    changed(sync, document_date=date(2026, 9, 30), changed_at=begun_at - timedelta(days=1))
    known(sync, replace(landed().found.facts, date=date(2026, 9, 30), posting_date=START))
    with pytest.raises(ConfigurationError, match="Invoice I9 changed since"):
        sign(save_report(sync, report(), actor="ann", begun_at=begun_at), actor="ann")


@pytest.mark.parametrize(("names", "reason"), [([EXTRA.name], " "), (["missing:of:nothing"], "because")])
def test_it_takes_no_explanation_without_a_reason_or_a_difference(sync, names, reason):
    saved = save_report(sync, report(EXTRA), actor="ann")
    with pytest.raises(ConfigurationError):
        mark(saved, names, reason=reason, actor="ann")


def test_it_freezes_what_is_signed_and_puts_its_digest_on_record(sync):
    signed = sign(save_report(sync, report(), actor="ann"), actor="cora")
    for refused in (lambda: sign(signed, actor="ann"), lambda: mark(signed, ["x"], reason="y", actor="ann")):
        with pytest.raises(ConfigurationError):
            refused()
    change = ConfigChange.objects.get(action="signed off")
    assert (signed.signed_by, change.details["digest"]) == ("cora", digest_of(signed))
    assert verify(sync.tenant_id) is None


def test_it_keeps_the_signed_report_when_the_period_is_reconciled_again(sync):
    signed = sign(save_report(sync, report(), actor="ann"), actor="cora")
    again = save_report(sync, report(EXTRA), actor="ann")
    assert again.pk != signed.pk
    assert Reconciliation.objects.get(pk=signed.pk).state == "signed"


def test_it_marks_a_signed_period_stale_and_lists_what_landed_in_it(sync):
    signed = sign(save_report(sync, report(), actor="ann"), actor="cora")
    assert note_landed(sync, "invoices", [landed(), landed("I8", date(2026, 11, 2))]) == 1
    signed.refresh_from_db()
    assert (signed.state, [each["id"] for each in signed.late]) == ("stale", ["I9"])


def test_it_marks_a_signed_period_stale_once_when_a_document_of_it_is_missed(sync):
    signed = sign(save_report(sync, report(), actor="ann"), actor="cora")
    known(sync, landed().found.facts)
    for _ in range(2):  # at each look
        note_landed(sync, "invoices", [replace(landed(), is_gone=True)])
    signed.refresh_from_db()
    assert (signed.state, [each["label"] for each in signed.late]) == ("stale", ["Invoice I9 (gone from there)"])


def test_it_leaves_a_signed_period_alone_when_what_stood_there_is_read_again(sync):
    sign(save_report(sync, report(), actor="ann"), actor="cora")
    known(sync, landed().found.facts)
    assert note_landed(sync, "invoices", [landed()]) == 0
    assert note_landed(sync, "invoices", [landed(total=6)]) == 1


def test_it_marks_a_signed_period_stale_that_a_document_was_moved_out_of(sync):
    signed = sign(save_report(sync, report(), actor="ann"), actor="cora")
    known(sync, landed().found.facts)
    assert note_landed(sync, "invoices", [landed(day=date(2026, 11, 2))]) == 1
    signed.refresh_from_db()
    assert [(each["day"], each["was_on"]) for each in signed.late] == [("2026-11-02", "2026-10-01")]


def test_it_leaves_a_signed_period_alone_when_a_document_beside_it_moves(sync):
    sign(save_report(sync, report(), actor="ann"), actor="cora")
    known(sync, landed(day=date(2026, 11, 3)).found.facts)
    assert note_landed(sync, "invoices", [landed(day=date(2026, 11, 2))]) == 0


def test_it_leaves_a_signed_period_alone_when_a_document_is_applied_or_more_of_it_is_read(sync):
    sign(save_report(sync, report(), actor="ann"), actor="cora")
    before, line = landed(), LineFact(account="4000", amount=Decimal(5))
    known(sync, replace(before.found.facts, open_amount=Decimal(5), applied=(), lines=(line,)))
    coded = replace(line, dimensions=(("department", "2"),))
    facts = replace(before.found.facts, open_amount=Decimal(0), dimensions=(("account", "1"),), lines=(coded,))
    assert note_landed(sync, "invoices", [replace(before, found=replace(before.found, facts=facts))]) == 0


def test_it_asks_once_for_a_batch_that_touches_no_signed_period(sync, django_assert_num_queries):
    save_report(sync, report(), actor="ann")
    with django_assert_num_queries(1):
        note_landed(sync, "invoices", [landed(f"I{number}") for number in range(500)])
