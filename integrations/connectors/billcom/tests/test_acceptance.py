"""For any text: what a sink books is what `find` finds, or the record is refused before any call, its field named."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.connectors.billcom.records import bill_body
from integrations.connectors.billcom.tests.client_kit import DAY, Bench, sandbox
from integrations.errors import MappingError

TEXTS = st.text(min_size=1, max_size=300) | st.text('ab"\\:,*%_[]|~', min_size=1, max_size=30)
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with sandbox() as opened:
        yield opened


def book_and_find(bench: Bench, draft) -> tuple[str, list[str]]:
    """Book a draft; give its id and those found. ("", []) when it was refused with its field, before any call."""
    session = bench.session()
    before = bench.world.traffic["billcom"].writes
    try:
        booked = session.sink(draft.sink).book(draft).external_id
    except MappingError as error:
        wrong = "" if error.field and bench.world.traffic["billcom"].writes == before else "refused without a field"
        return wrong, []
    return booked, [hit.external_id for hit in session.sink(draft.sink).find([draft])[draft.reference]]


@EXAMPLES
@given(name=TEXTS)
def test_a_vendor_of_any_name_is_found_as_itself(bench, name):
    draft = bench.vendor()
    booked, found = book_and_find(bench, replace(draft, payload={**draft.payload, "name": name}))
    assert found == ([booked] if booked else [])


@EXAMPLES
@given(number=TEXTS, text=TEXTS)
def test_a_bill_of_any_number_is_found_as_itself(bench, number, text):
    session = bench.session()
    vendor = bench.vendor("Vendor of any bills")
    vendor_id = session.sink("vendors").book(vendor).external_id
    draft = bench.bill(vendor_id, "I-1", "10.00")
    header = {
        "vendorId": vendor_id,
        "dueDate": DAY,
        "description": text,
        "invoice.invoiceNumber": number,
        "invoice.invoiceDate": DAY,
    }
    body = {**bill_body(header), "billLineItems": draft.payload["billLineItems"]}
    booked, found = book_and_find(bench, replace(draft, payload=body))
    assert found == ([booked] if booked else [])
