"""External ids and bodies."""

from datetime import date
from decimal import Decimal

import pytest

from integrations.connectors.netsuite.records import (
    LONGEST_EXTERNAL_ID,
    application,
    body,
    external_id,
    is_external_id,
    owner,
    sublist,
)


def test_it_keeps_an_allowed_key_as_it_is():
    assert external_id("CB-acme", "INV", "1001") == "CB-acme-INV-1001"


@pytest.mark.parametrize("key", ["a|b", "INV/2026/7", "ü", "x y", "9" * 80, ""])
def test_it_makes_any_key_fit_for_a_path(key):
    assert is_external_id(external_id("CB-acme", "INV", key))


def test_it_gives_the_same_id_for_the_same_key():
    assert external_id("CB-acme", "CUS", "a|b") == external_id("CB-acme", "CUS", "a|b")


@pytest.mark.parametrize(("one", "other"), [("a|b", "a/b"), ("a|b", "a_b"), ("9" * 80, "9" * 81)])
def test_it_keeps_different_keys_apart(one, other):
    assert external_id("CB-acme", "INV", one) != external_id("CB-acme", "INV", other)


def test_it_keeps_a_revision_apart_from_a_key_that_looks_like_one():
    assert external_id("CB-acme", "INV", "7", 2) != external_id("CB-acme", "INV", "7-R2")


def test_it_shows_the_revision():
    assert external_id("CB-acme", "INV", "7", 2).startswith("CB-acme-INV-7-R2-")


def test_it_never_grows_too_long():
    assert len(external_id("CB-" + "s" * 40, "INV", "k" * 40, 12)) == LONGEST_EXTERNAL_ID


@pytest.mark.parametrize(("reference", "prefix"), [("CB-acme-INV-7", "CB-acme-INV-"), ("900", ""), ("", "")])
def test_it_tells_what_is_ours(reference, prefix):
    assert owner(reference) == prefix


def test_it_shapes_an_invoice():
    header = {"entity": "900", "tranDate": date(2026, 3, 1), "memo": "one\ntwo", "currency": "1", "dueDate": None}
    lines = [{"item": "310", "quantity": Decimal(5), "amount": Decimal("100.00"), "class": "3", "description": ""}]
    assert body("invoices", header, lines) == {
        "entity": {"id": "900"},
        "tranDate": "2026-03-01",
        "memo": "one two",
        "currency": {"id": "1"},
        "item": {
            "items": [
                {
                    "line": 1,
                    "item": {"id": "310"},
                    "quantity": Decimal(5),
                    "amount": Decimal("100.00"),
                    "class": {"id": "3"},
                }
            ]
        },
    }


def test_it_makes_an_address_book_of_address_fields():
    made = body("customers", {"companyName": "Orchid", "address.city": "Oslo", "address.country": "NO"})
    assert made["addressBook"] == sublist(
        [
            {
                "defaultBilling": True,
                "defaultShipping": True,
                "addressBookAddress": {"city": "Oslo", "country": {"id": "NO"}},
            }
        ]
    )


def test_it_makes_no_address_of_a_country_alone():
    assert "addressBook" not in body("customers", {"companyName": "Orchid", "address.country": "NO"})


def test_it_shares_an_item_with_a_list_of_subsidiaries():
    assert body("items", {"itemId": "Pro", "subsidiary": "2"})["subsidiary"] == {"items": [{"id": "2"}]}


def test_it_leaves_custom_fields_and_objects_alone():
    made = body("invoices", {"custbody_x": "7", "terms": {"externalId": "n30"}})
    assert made == {"custbody_x": "7", "terms": {"externalId": "n30"}}


def test_it_applies_an_amount_to_a_document():
    row = application("7001", Decimal("80.00"))
    assert row == {"doc": {"id": "7001"}, "line": 0, "apply": True, "amount": Decimal("80.00")}
