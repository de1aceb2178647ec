"""The tie-out over real sockets: what is open agrees to the cent, and what does not is named by document."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.engine.reconcile import open_items
from integrations.engine.reconcile.open_items import balances, tie_out
from integrations.engine.reconcile.report import TieOut
from integrations.engine.reconcile.tests.ground import END, START, applied_payment, settle, tamper


def differing(report: TieOut) -> list[tuple[str, Decimal]]:
    return [(row.external_id, row.difference) for row in report.differing]


def test_it_ties_out_what_a_sync_delivered(box, sync):
    report = tie_out(sync, END, since=START)
    assert differing(report) == []
    assert len(report.rows) > 3


def test_it_takes_no_amount_of_another_currency_for_the_same(box, sync, monkeypatch):
    def told(*args):
        found = read_items(*args)
        is_it = [item.external_id == row.external_id for _, item in found.items]
        items = [
            replace(item, currency="XTS") if it else item for it, (_, item) in zip(is_it, found.items, strict=True)
        ]
        return replace(found, items=[(flow, item) for (flow, _), item in zip(found.items, items, strict=True)])

    row, read_items = tie_out(sync, END, since=START).rows[0], open_items._read_items
    monkeypatch.setattr(open_items, "_read_items", told)
    differing = {(each.currency, each.difference) for each in tie_out(sync, END, since=START).differing}
    assert differing == {(row.currency, -row.target), ("XTS", row.target)}


def test_it_ties_out_a_day_in_the_past(box, sync):
    report = tie_out(sync, date(2026, 9, 30), since=START)
    assert differing(report) == []
    assert report.rows


def test_it_sums_balances_per_customer_and_currency(box, sync):
    report = tie_out(sync, END, since=START)
    summed = sum((each.target.amount for each in balances(report)), Decimal(0))
    assert summed == sum((row.target for row in report.rows), Decimal(0))
    assert len(balances(report)) == len({(row.customer, row.currency) for row in report.rows})


def test_it_names_an_invoice_and_its_payment_when_they_were_parted(box, sync):
    _, id, invoice = applied_payment(box, sync)
    tamper(box, id, "unapply")
    report = tie_out(sync, END, since=START)
    amount = Decimal(str(invoice["amount"]))
    assert set(differing(report)) == {(id, -amount), (invoice["id"], amount)}


def test_it_goes_on_from_the_tie_out_before_without_reading_history(box, sync):
    first = tie_out(sync, date(2026, 9, 30), since=START)
    box.control.post("/generate/chargebee", {"activity": 40, "seed": 9})
    settle(sync)
    whole = tie_out(sync, END, since=START)
    later = tie_out(sync, END, since=date(2026, 10, 1), before=first)
    assert later.rows == whole.rows
