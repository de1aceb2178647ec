"""The source's fields come from real records, with types, samples and custom fields, and are kept with their age."""

import pytest

from integrations.engine.rehearsal.sources import is_stale, known_fields, label_of, read_fields
from integrations.engine.rehearsal.tests.kit import billing
from integrations.engine.tests.harness import ACTOR, make_live_sync


@pytest.fixture
def box(live_db):
    with billing() as running:
        yield running


def test_it_lists_header_and_line_fields_with_types_and_samples(box):
    sync = make_live_sync(box)
    assert known_fields(sync, "invoices") == ((), None)
    read_fields(sync, "invoices", actor=ACTOR)
    fields, check = known_fields(sync, "invoices")
    found = {(field.level, field.name): field for field in fields}
    types = [found[("header", name)].type for name in ("number", "date", "total", "recurring", "net_term_days")]
    assert types == ["text", "date", "amount", "bool", "integer"]
    assert (found[("line", "amount")].type, bool(found[("line", "description")].sample)) == ("amount", True)
    assert not is_stale(check)


def test_it_shows_custom_fields(box):
    sync = make_live_sync(box)
    kept = read_fields(sync, "customers", actor=ACTOR).report["fields"]
    assert any(one["is_custom"] and one["samples"] for one in kept)


def test_it_names_fields_as_people_write_them():
    assert label_of("billing_address.line1") == "Billing address: line1"
    assert label_of("cf_cost_center") == "Cost center"
    assert label_of("po_number") == "PO number"
