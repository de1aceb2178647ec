"""References, invoice numbers and bodies: deterministic, short enough, and never the same for two objects."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from integrations.connectors.billcom.records import (
    bill_body,
    invoice_number,
    is_reference,
    marked,
    owner,
    reference,
    reference_in,
    unmarked,
    vendor_body,
)

TEXTS = st.text(max_size=300)
NUMBERS = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=60)


@given(NUMBERS)
def test_an_invoice_number_fits_and_stays_what_it_is(number):
    short = invoice_number(number)
    assert len(short) <= 21
    assert invoice_number(number) == short
    assert invoice_number(short) == short


@given(NUMBERS, NUMBERS)
def test_two_invoice_numbers_never_become_one(one, other):
    same = " ".join(one.split()) == " ".join(other.split())
    assert (invoice_number(one) == invoice_number(other)) == same


def test_a_number_of_21_characters_is_kept():
    assert invoice_number("A" * 21) == "A" * 21


def test_numbers_that_differ_at_their_end_only_stay_apart():
    numbers = {invoice_number(f"PO-2026-11-SUPPLIER-{n:05}") for n in range(2000)}
    assert len(numbers) == 2000


def test_a_revision_has_a_number_of_its_own():
    assert invoice_number("INV-1", 2) not in (invoice_number("INV-1"), invoice_number("INV-1", 3))


@given(TEXTS, st.integers(1, 5))
def test_a_reference_can_be_read_off_any_description(text, revision):
    ours = reference("JDE-acme", "BIL", text, revision)
    assert is_reference(ours)
    assert reference_in(marked(text, ours)) == ours
    assert len(marked(text * 20, ours)) <= 4000


@given(st.sets(st.text(min_size=1, max_size=80), min_size=2, max_size=20))
def test_two_objects_never_share_a_reference(keys):
    assert len({reference("JDE-acme", "VEN", key) for key in keys}) == len(keys)


def test_a_reference_tells_its_site_and_kind():
    assert owner(reference("JDE-acme", "BIL", "OP 4711/2", 3)) == "JDE-acme-BIL-"
    assert owner("net 30") == ""


def test_marking_anew_replaces_the_mark():
    assert marked("Bearings [ref JDE-a-BIL-1]", "JDE-a-BIL-2") == "Bearings [ref JDE-a-BIL-2]"
    assert unmarked("Bearings [ref JDE-a-BIL-2]") == "Bearings"


def test_a_bill_goes_through_approval_unless_the_mapping_says_otherwise():
    assert bill_body({})["billApprovals"] is True
    assert bill_body({"billApprovals": False})["billApprovals"] is False


def test_a_bills_body_is_grouped_as_bill_wants_it():
    header = {"vendorId": "0091", "invoice.invoiceNumber": "I-1", "invoice.invoiceDate": date(2026, 11, 1), "note": ""}
    body = bill_body(header, [{"amount": Decimal("1.50"), "classifications.departmentId": "0de1"}])
    assert body == {
        "billApprovals": True,
        "vendorId": "0091",
        "invoice": {"invoiceNumber": "I-1", "invoiceDate": "2026-11-01"},
        "billLineItems": [{"amount": Decimal("1.50"), "classifications": {"departmentId": "0de1"}}],
    }


def test_empty_values_are_left_out_of_a_vendor():
    assert vendor_body({"name": " Acme ", "phone": None, "address.line2": ""}) == {"name": "Acme"}
