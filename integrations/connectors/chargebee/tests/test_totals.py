"""The identities of Chargebee's documents, kept and broken."""

import pytest

from integrations.connectors.chargebee.parse import Units
from integrations.connectors.chargebee.parse_documents import parse_credit_note, parse_invoice
from integrations.connectors.chargebee.records import check_balance, check_sums, check_totals
from integrations.connectors.chargebee.simulator.generator import generate
from integrations.connectors.chargebee.tests.kit import read_all
from integrations.connectors.chargebee.tests.samples import CREDIT_NOTE, DATE_S, INVOICE, LINE, sample

UNITS = Units()
PAYMENT = {"txn_id": "txn_7", "applied_amount": 5000, "txn_status": "success", "txn_date": DATE_S, "txn_amount": 12000}


def invoice(**changed):
    return parse_invoice(sample(INVOICE, **changed), UNITS)


def note(**changed):
    return parse_credit_note(sample(CREDIT_NOTE, **changed), UNITS)


def test_it_passes_documents_that_add_up():
    assert (check_totals(invoice()), check_totals(note())) == (None, None)


def test_it_shows_the_arithmetic_when_lines_and_subtotal_disagree():
    assert check_totals(invoice(sub_total=9001)) == (
        "Invoice 1001: the lines (100.00) less discounts (10.00) make 90.00, but the subtotal is 90.01."
    )


def test_it_shows_the_arithmetic_when_the_total_disagrees():
    said = check_sums(invoice(total=10711, amount_due=10711))
    assert said is not None
    assert "90.00 and the tax 17.10 make 107.10" in said
    assert "total is 107.11" in said


def test_it_counts_tax_once_where_amounts_include_it():
    inclusive = invoice(price_type="tax_inclusive", total=9000, amount_due=9000, amount_to_collect=9000)
    assert check_totals(inclusive) is None


@pytest.mark.parametrize(("round_off", "total"), [(10, 10720), (10, 10700), (-10, 10700)])
def test_it_takes_a_round_off_with_either_sign(round_off, total):
    rounded = invoice(round_off_amount=round_off, total=total, amount_due=total, amount_to_collect=total)
    assert check_totals(rounded) is None


def test_it_uses_one_view_of_the_discounts_only():
    assert check_sums(invoice(line_item_discounts=[])) is None


def test_it_counts_the_applied_share_of_a_split_payment():
    paid = invoice(linked_payments=[PAYMENT], amount_paid=5000, amount_due=5710, amount_to_collect=5710)
    assert check_balance(paid) is None


def test_it_notices_a_payment_that_is_not_in_what_is_paid():
    said = check_balance(invoice(linked_payments=[PAYMENT]))
    assert said == "Invoice 1001: its successful payments make 50.00, but 0.00 is paid."


def test_it_counts_a_payment_underway_as_not_to_be_collected():
    underway = {**PAYMENT, "txn_status": "in_progress"}
    assert check_balance(invoice(linked_payments=[underway], amount_to_collect=5710)) is None


def test_it_accepts_an_invoice_closed_by_an_adjustment():
    written_off = invoice(
        status="paid",
        adjustment_credit_notes=[{"cn_id": "CN-1", "cn_total": 10710, "cn_status": "adjusted"}],
        amount_adjusted=10710,
        write_off_amount=10710,
        amount_due=0,
        amount_to_collect=0,
    )
    assert check_totals(written_off) is None


def test_it_subtracts_credits_and_tax_withheld():
    settled = invoice(
        applied_credits=[{"cn_id": "CN-1", "applied_amount": 710}],
        credits_applied=710,
        linked_taxes_withheld=[{"id": "tw_1", "amount": 1000}],
        amount_due=9000,
        amount_to_collect=9000,
    )
    assert check_totals(settled) is None


def test_it_lets_the_balance_of_a_voided_invoice_be():
    assert check_balance(invoice(status="voided", amount_due=0)) is None


def test_it_accepts_a_voided_credit_note_that_keeps_an_available_amount():
    assert check_totals(note(status="voided")) is None


def test_it_shows_the_arithmetic_when_a_credit_notes_uses_disagree():
    assert check_totals(note(amount_available=500)) == (
        "Credit note CN-12: allocated 0.00, refunded 5.90 and available 5.00 make 10.90, but the total is 11.90."
    )


def test_it_allows_a_cent_where_a_credit_note_carries_a_rounding_residue():
    residue = note(fractional_correction=4200, total=1191, amount_available=601)
    assert check_totals(residue) is None


def test_it_adds_up_negative_lines():
    lines = [sample(LINE), sample(LINE, id="li_2", amount=-4000)]
    less = invoice(
        line_items=lines, sub_total=5000, taxes=[], tax=0, total=5000, amount_due=5000, amount_to_collect=5000
    )
    assert check_totals(less) is None


@pytest.mark.parametrize("path", ["invoices", "credit_notes"])
def test_it_passes_every_document_of_a_long_history(sandbox, path):
    generate(sandbox.site(), customers=60, seed=11, months=8)
    documents = [record.body for record in read_all(sandbox.session().stream(path), None, sandbox.later())]
    assert len(documents) > 20
    assert [said for said in map(check_totals, documents) if said] == []
