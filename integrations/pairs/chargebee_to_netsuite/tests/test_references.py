"""Facts about how mapped numbers become NetSuite's ids."""

import pytest

from integrations.contracts import Context, Facts, Identity, LinkView, ReferenceEntry
from integrations.errors import MappingError, MissingReferenceError
from integrations.pairs.chargebee_to_netsuite.references import only_subsidiary, own_items, resolve, used

ACCOUNT = ReferenceEntry(kind="account", code="154", number="4000", name="Revenue")
WEST = ReferenceEntry(kind="subsidiary", code="1", number="West", name="West")
EAST = ReferenceEntry(kind="subsidiary", code="2", number="East", name="East")


def context(*entries, links=None):
    references = {(entry.kind, key): entry for entry in entries for key in (entry.number, entry.code)}
    side = Identity(fingerprint="x", name="x")
    return Context(policies={}, source=side, target=side, links=links or {}, references=references)


def test_it_replaces_a_number_by_the_id_and_leaves_other_fields_alone():
    values = resolve("items", {"incomeAccount": "4000", "itemId": "4000"}, context(ACCOUNT))
    assert values == {"incomeAccount": "154", "itemId": "4000"}


def test_it_names_the_field_and_the_value_that_netsuite_does_not_have():
    with pytest.raises(MissingReferenceError) as caught:
        resolve("items", {"incomeAccount": "4711"}, context(ACCOUNT))
    assert (caught.value.field, caught.value.value) == ("incomeAccount", "account 4711")
    assert "4711" in caught.value.message


def test_it_knows_an_item_that_the_sync_itself_made():
    links = {("items", "seat"): LinkView(external_id="900", facts=Facts())}
    here = context(links=links)
    own = own_items(here)
    line = resolve("invoices", {"item": "900"}, here, is_line=True, own=own)
    assert line == {"item": "900"}
    assert list(used("invoices", line, is_line=True, own=own)) == []


def test_it_takes_the_only_subsidiary_and_asks_where_there_is_a_choice():
    assert only_subsidiary(context(WEST)) == "1"
    with pytest.raises(MappingError, match="several subsidiaries"):
        only_subsidiary(context(WEST, EAST))
