"""Value maps in the database: changed as a whole or not at all, and readable as they stood."""

from datetime import date

import pytest

from mappings.errors import InvalidMappingError
from mappings.map_versions import change_entries, content_of, ensure_maps
from mappings.models import ValueMap, ValueMapEntry
from mappings.value_maps import Entry
from mappings.value_maps import ValueMap as Content
from portal.models import Tenant

pytestmark = pytest.mark.django_db

BASIC = Entry(keys=("basic",), value="4000")
SETUP = Entry(keys=("setup-fee",), value="4100")
ITEMS = Content(name="items", label="Items", gives="revenue item", key_labels=("item price",), entries=(BASIC,))


@pytest.fixture
def tenant():
    return Tenant.objects.create(name="Acme", slug="acme")


@pytest.fixture
def items(tenant):
    ensure_maps(tenant_id=tenant.pk, sync_id=7, value_maps=(ITEMS,), actor="ann@acme.test")
    return ValueMap.objects.for_tenant(tenant).get()


def change(value_map, **changes):
    return change_entries(value_map=value_map, actor="bob@acme.test", **changes)


def test_it_makes_a_map_with_its_entries(items):
    assert (content_of(items), items.revision) == (ITEMS, 1)


def test_it_leaves_a_map_that_is_there(tenant, items):
    change(items, put=(SETUP,))
    ensure_maps(tenant_id=tenant.pk, sync_id=7, value_maps=(ITEMS,), actor="ann@acme.test")
    assert content_of(items).entries == (BASIC, SETUP)


def test_it_replaces_an_entry(items):
    change(items, put=(Entry(keys=("basic",), value="4999"),))
    assert content_of(items).entries == (Entry(keys=("basic",), value="4999"),)


def test_it_removes_an_entry(items):
    change(items, remove=(BASIC.identity,))
    assert content_of(items).entries == ()


def test_it_tells_entries_of_other_days_apart(items):
    later = Entry(keys=("basic",), value="4001", valid_from=date(2026, 1, 1))
    change(items, put=(later,))
    assert content_of(items).entries == (BASIC, later)


def test_it_replaces_the_whole_content(items):
    change(items, put=(SETUP,), is_whole=True)
    assert content_of(items).entries == (SETUP,)


def test_it_reads_what_stood_at_a_revision(items):
    change(items, put=(Entry(keys=("basic",), value="4999"),))
    change(items, put=(SETUP,), is_whole=True)
    assert [[entry.value for entry in content_of(items, at).entries] for at in (0, 1, 2, 3)] == [
        [],
        ["4000"],
        ["4999"],
        ["4100"],
    ]


def test_it_makes_no_revision_where_nothing_changes(items):
    assert (change(items, put=(BASIC,)), ValueMapEntry.objects.count()) == (1, 1)


def test_it_writes_only_the_entries_that_change(items):
    change(items, put=(BASIC, SETUP))
    assert list(ValueMapEntry.objects.values_list("value", "added_in", "removed_in")) == [
        ("4000", 1, None),
        ("4100", 2, None),
    ]


def test_it_keeps_who_removed_an_entry(items):
    change(items, remove=(BASIC.identity,))
    assert list(ValueMapEntry.objects.values_list("added_by", "removed_by")) == [("ann@acme.test", "bob@acme.test")]


def test_it_changes_nothing_where_entries_contradict_each_other(items):
    twice = tuple(
        Entry(keys=("x",), value=value, valid_from=date(2026, day, 1)) for day, value in enumerate("12", start=1)
    )
    with pytest.raises(InvalidMappingError, match="x stands more than once for the same days"):
        change(items, put=(SETUP, *twice))
    assert content_of(items).entries == (BASIC,)


def test_it_refuses_entries_with_too_many_keys(items):
    with pytest.raises(InvalidMappingError, match="Items has 1 key columns, not 2"):
        change(items, put=(Entry(keys=("a", "b"), value="1"),))


def test_it_puts_a_thousand_entries_in_few_queries(items, django_assert_max_num_queries):
    many = [Entry(keys=(f"item-{number}",), value=str(number)) for number in range(1_000)]
    with django_assert_max_num_queries(10):
        change(items, put=many)
    assert len(content_of(items).entries) == 1_001
