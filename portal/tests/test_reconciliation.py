"""The command `reconcile` over real sockets, and what the reconciliation screen is given."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from integrations.engine.reconcile.report import Difference, Line, PeriodReport, Total
from integrations.engine.reconcile.signing import mark, save_report, sign
from integrations.engine.reconcile.tests.ground import delivered, delivered_sync, tamper
from integrations.engine.tests.builders import make_sync
from integrations.engine.tests.harness import sandbox
from integrations.models import Reconciliation
from portal.queries.reconciliation import chosen, latest_of, shown, unreconciled_of

PERIOD = ("--from", "2020-01-01", "--to", "2027-12-31")


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as running:
        running.control.post("/generate/chargebee", {"customers": 8, "seed": 3, "months": 3})
        running.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        yield running


def reconcile(sync, tmp_path, *more: str):
    path = tmp_path / "report.json"
    call_command("reconcile", "--sync", str(sync.pk), *PERIOD, "--report", str(path), *more)
    return json.loads(path.read_text(), parse_float=Decimal)


def test_it_reports_control_totals_that_agree(box, tmp_path):
    report = reconcile(delivered_sync(box), tmp_path)
    assert (report["ok"], report["from"], report["to"], report["differences"]) == (True, "2020-01-01", "2027-12-31", [])
    assert all(line["source"] == line["trail"] == line["target"] for line in report["lines"])
    assert {line["kind"] for line in report["lines"]} >= {"invoices", "payments"}


def test_it_reports_a_tampered_amount_by_kind_id_and_amounts(box, tmp_path):
    sync = delivered_sync(box)
    record, id = delivered(sync, "invoices")
    tamper(box, id, "amount", str(record.amount + Decimal("0.01")))
    report = reconcile(sync, tmp_path)
    (difference,) = report["differences"]
    assert (report["ok"], difference["kind"], difference["id"]) == (False, "amount", record.natural_key)
    assert difference["target"] - difference["source"] == Decimal("0.01")
    assert difference["action"]


def test_it_keeps_what_the_command_found_for_the_portal_and_writes_tables(box, tmp_path):
    sync = delivered_sync(box)
    reconcile(sync, tmp_path, "--xlsx", str(tmp_path / "r.xlsx"), "--csv", str(tmp_path / "csv"))
    held = Reconciliation.objects.get(sync=sync)
    assert (held.ok, held.made_by) == (True, "command line")
    assert "Totals" in load_workbook(tmp_path / "r.xlsx").sheetnames
    assert (tmp_path / "csv" / "totals.csv").read_text().startswith("Kind,Currency,")


@pytest.mark.parametrize("given", [("0", "2026-01-01", "2026-01-31"), ("1", "2026-02-01", "2026-01-31")])
def test_it_refuses_what_it_cannot_reconcile(db, given):
    sync, start, end = given
    with pytest.raises(CommandError):
        call_command("reconcile", "--sync", sync, "--from", start, "--to", end)


# The screen

START, END = date(2026, 10, 1), date(2026, 10, 31)
EXTRA = Difference(kind="extra", flow="invoices", id="77", label="INV77", currency="EUR", action="Void it.", heal="")
LINE = Line(kind="invoices", label="Invoices", currency="EUR", source=Total(n=1, total=Decimal(5)))


def report(*differences: Difference, start: date = START) -> PeriodReport:
    return PeriodReport(start=start, end=END, lines=(LINE,), differences=differences)


def test_it_shows_the_matrix_with_the_differences_behind_each_figure(db):
    sync = make_sync()
    view = shown(sync.tenant, save_report(sync, report(EXTRA), actor="ann").pk)
    assert [(row.line.kind, row.differences, row.agrees) for row in view.matrix] == [("invoices", 1, False)]
    assert view.may_be_signed is False


def test_it_shows_who_explained_a_difference_and_lets_the_report_be_signed(db):
    sync = make_sync()
    held = mark(save_report(sync, report(EXTRA), actor="ann"), [EXTRA.name], reason="By hand", actor="ann")
    view = shown(sync.tenant, held.pk)
    assert [(row.explained_by, row.reason) for row in view.differences] == [("ann", "By hand")]
    assert view.may_be_signed


def test_it_gives_the_differences_that_a_person_ticked():
    assert chosen(report(EXTRA), [EXTRA.name, "other"]) == [EXTRA]


def test_it_shows_a_stranger_nothing(db):
    held = save_report(make_sync(), report(), actor="ann")
    with pytest.raises(Reconciliation.DoesNotExist):
        shown(make_sync().tenant, held.pk)


def test_it_lists_the_newest_report_of_each_period_and_what_needs_a_person(db):
    sync = make_sync()
    sign(save_report(sync, report(), actor="ann"), actor="cora")
    again = save_report(sync, report(EXTRA), actor="ann")
    other = save_report(sync, report(start=date(2026, 10, 2)), actor="ann")
    assert {each.pk for each in latest_of(sync.tenant, sync)} == {again.pk, other.pk}
    assert [each.pk for each in unreconciled_of(sync.tenant)] == [again.pk]


def test_it_lists_periods_in_one_query_without_their_reports(db, django_assert_num_queries):
    sync = make_sync()
    for day in range(1, 6):
        save_report(sync, report(start=date(2026, 10, day)), actor="ann")
    with django_assert_num_queries(1):
        assert len([str(each) for each in latest_of(sync.tenant, sync)]) == 5
