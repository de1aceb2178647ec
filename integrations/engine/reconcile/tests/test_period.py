"""A period three ways over real sockets: a ledger left alone agrees, and each tampering is named exactly."""

from datetime import date
from decimal import Decimal

from integrations.engine.reconcile.heal import heal
from integrations.engine.reconcile.period import reconcile_period
from integrations.engine.reconcile.signing import save_report, sign
from integrations.engine.reconcile.tests.ground import END, START, applied_payment, delivered, found, settle, tamper
from integrations.engine.tests.harness import ACTOR, links
from integrations.models import Link, SyncRecord


def test_it_agrees_three_ways_with_a_ledger_left_alone(box, sync):
    report = reconcile_period(sync, START, END)
    assert (found(report), report.ok) == ([], True)
    assert all(line.agrees for line in report.lines)
    assert sum(line.source.n for line in report.lines) > 40


def test_it_counts_only_what_is_due_in_the_ledger(box, sync):
    report = reconcile_period(sync, START, END)
    counted = sum(line.source.n for line in report.lines if line.kind == "invoices")
    documents = [each for each in box.control.documents("chargebee") if each["object"] == "invoice"]
    due = [each for each in documents if each["status"] not in ("pending", "voided") and not each.get("deleted")]
    assert counted == len(due)


def test_it_explains_the_targets_own_register_to_the_cent(box, sync):
    report = reconcile_period(sync, START, END)
    register: dict[str, Decimal] = {}
    for each in box.control.documents("netsuite"):
        if each["kind"] == "invoice" and each["status"] != "voided":
            register[each["currency"]] = register.get(each["currency"], Decimal(0)) + Decimal(str(each["total"]))
    told = {line.currency: line.target.total for line in report.lines if line.kind == "invoices"}
    for each in report.remarks:
        if each.flow == "invoices" and each.code in ("beside", "reversed", "others"):
            told[each.currency] = told.get(each.currency, Decimal(0)) + each.total
    assert told == register


def test_it_names_a_changed_amount_and_nothing_else(box, sync):
    record, id = delivered(sync, "invoices")
    tamper(box, id, "amount", str(record.amount + Decimal("0.01")))
    report = reconcile_period(sync, START, END)
    assert found(report) == [("invoices", "amount", record.natural_key)]
    difference = report.differences[0]
    assert difference.target - difference.source == Decimal("0.01")
    assert sum((line.difference for line in report.lines), Decimal(0)) == Decimal("0.01")


def test_it_names_a_changed_date_though_the_document_left_the_period(box, sync):
    record, id = delivered(sync, "payments")
    tamper(box, id, "date", "2019-05-05")
    report = reconcile_period(sync, START, END)
    assert found(report) == [("payments", "date", record.natural_key)]


def test_it_names_a_document_that_moved_into_the_period(box, sync):
    record, id = delivered(sync, "payments")
    tamper(box, id, "date", "2019-05-05")
    report = reconcile_period(sync, date(2019, 5, 1), date(2019, 5, 31))
    assert found(report) == [("payments", "date", record.natural_key)]


def test_it_names_a_duplicate_made_by_hand_and_what_to_void(box, sync):
    record, id = delivered(sync, "invoices")
    tamper(box, id, "duplicate")
    report = reconcile_period(sync, START, END)
    assert found(report) == [("invoices", "duplicate", record.natural_key)]
    difference = report.differences[0]
    assert (difference.external_id != id, difference.target) == (True, 2 * record.amount)
    assert f"(id {difference.external_id})" in difference.action
    tamper(box, difference.external_id, "delete")
    assert reconcile_period(sync, START, END).ok


def test_it_names_an_unapplied_payment_once(box, sync):
    key, id, _ = applied_payment(box, sync)
    tamper(box, id, "unapply")
    report = reconcile_period(sync, START, END)
    assert found(report) == [("payments", "unapplied", key)]


def test_it_names_what_was_never_read_and_heals_it_by_a_run(box, sync):
    record, id = delivered(sync, "payments")
    tamper(box, id, "delete")
    SyncRecord.objects.filter(pk=record.pk).delete()
    Link.objects.filter(flow="payments", natural_key=record.natural_key).delete()
    report = reconcile_period(sync, START, END)
    assert [(each.kind, each.heal) for each in report.differences] == [("missing", "run")]
    heal(sync, report.differences, actor=ACTOR)
    settle(sync, "replay")
    assert reconcile_period(sync, START, END).ok


def test_it_finds_a_change_healed_after_it_was_put_right(box, sync):
    record, id = delivered(sync, "invoices")
    tamper(box, id, "amount", str(record.amount + 1))
    heal(sync, reconcile_period(sync, START, END).differences, actor=ACTOR)
    settle(sync, "replay")
    record.refresh_from_db()
    assert record.state == "different"
    tamper(box, id, "amount", str(record.amount))
    heal(sync, [], actor=ACTOR)
    assert reconcile_period(sync, START, END).ok


def test_it_names_a_deleted_document_and_posts_it_anew_on_request(box, sync):
    record, id = delivered(sync, "payments")
    tamper(box, id, "delete")
    report = reconcile_period(sync, START, END)
    assert found(report) == [("payments", "missing", record.natural_key)]
    assert report.differences[0].heal == "post_anew"
    for _ in range(2):  # the second time by a report that is no longer true
        heal(sync, report.differences, actor=ACTOR)
        settle(sync, "replay")
        assert found(reconcile_period(sync, START, END)) == []


def test_it_applies_a_payment_to_the_invoice_that_was_posted_anew(box, sync):
    _, payment, applied = applied_payment(box, sync)
    tamper(box, applied["id"], "delete")
    missing = [each for each in reconcile_period(sync, START, END).differences if each.heal == "post_anew"]
    heal(sync, missing, actor=ACTOR)
    settle(sync, "replay")
    assert found(reconcile_period(sync, START, END)) == []
    new = next(each for each in box.control.documents("netsuite") if each["id"] == payment)["applied"]
    assert [each["amount"] for each in new] == [applied["amount"]]
    assert new != [applied]


def test_it_marks_a_signed_period_stale_when_documents_land_in_it_afterwards(box, sync):
    signed = sign(save_report(sync, reconcile_period(sync, START, END), actor=ACTOR), actor=ACTOR)
    known = set(links(sync, "invoices"))
    settle(sync)
    signed.refresh_from_db()
    assert (signed.state, signed.late) == ("signed", [])
    box.control.post("/generate/chargebee", {"activity": 40, "seed": 9})
    settle(sync)
    signed.refresh_from_db()
    new = set(links(sync, "invoices")) - known
    assert new
    assert signed.state == "stale"
    assert {each["id"] for each in signed.late if each["flow"] == "invoices"} >= new


def key_by_hand(box, id: str) -> None:
    """Make a document one that somebody keyed into NetSuite: it carries no reference of ours."""
    site = box.world.simulators["netsuite"].site
    stored = site.store.groups["transaction"][id]
    before = stored.fields.pop("externalId")
    site.store.rename(stored, before)
    stored.document.reference = ""
    site.touch(id)


def test_it_links_on_request_what_somebody_keyed_by_hand(box, sync):
    record, id = delivered(sync, "payments")
    key_by_hand(box, id)
    Link.objects.filter(flow="payments", natural_key=record.natural_key).delete()
    SyncRecord.objects.filter(pk=record.pk).delete()
    record.pk, record.state = None, "parked"  # as if it had been held from the start
    record.save()
    report = reconcile_period(sync, START, END)
    (difference,) = report.differences
    assert (difference.kind, difference.id, difference.heal) == ("missing", record.natural_key, "link")
    assert (difference.external_id, difference.target) == (id, record.amount)
    before = box.control.writes("netsuite")
    heal(sync, report.differences, actor=ACTOR)
    settle(sync, "replay")
    assert reconcile_period(sync, START, END).ok
    assert box.control.writes("netsuite") == before


def test_it_names_as_extra_what_was_keyed_by_hand_for_a_customer_of_ours(box, sync):
    record, id = delivered(sync, "invoices")
    tamper(box, id, "duplicate")
    double = reconcile_period(sync, START, END).differences[0].external_id
    tamper(box, double, "amount", str(record.amount + 7))
    key_by_hand(box, double)
    assert found(reconcile_period(sync, START, END)) == [("invoices", "extra", double)]
