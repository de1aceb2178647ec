"""Versions of mappings: drafted, saved, published, pinned, and never changed afterwards."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction

from mappings.catalogue import TargetField
from mappings.errors import InvalidMappingError, MappingStateError
from mappings.map_versions import change_entries
from mappings.models import Mapping, ValueMap, ValueMapEntry
from mappings.rows import FormulaSpec, Row, SourceSpec, ValueMapSpec
from mappings.value_maps import Entry
from mappings.value_maps import ValueMap as Content
from mappings.versions import (
    create_draft,
    discard_draft,
    problems_of,
    publish,
    publish_map_changes,
    published,
    save_as_draft,
    save_rows,
)
from portal.models import Tenant

pytestmark = pytest.mark.django_db

ITEMS = Content(
    name="revenue_items",
    label="Items",
    gives="revenue item",
    key_labels=("item price",),
    entries=(Entry(keys=("basic",), value="4000"),),
)
ROWS = (
    Row(id="customer", target="entity", spec=SourceSpec(path="customer_id"), required=True),
    Row(id="item", target="item", level="line", spec=ValueMapSpec(map="revenue_items", keys=("line.item_price_id",))),
)


@pytest.fixture
def tenant():
    return Tenant.objects.create(name="Acme", slug="acme")


@pytest.fixture
def draft(tenant):
    return create_draft(
        tenant_id=tenant.pk, sync_id=7, flow="invoices", actor="ann@acme.test", rows=ROWS, value_maps=(ITEMS,)
    )


def put(tenant, *entries):
    value_map = ValueMap.objects.for_tenant(tenant).get(sync_id=7, name="revenue_items")
    return change_entries(value_map=value_map, put=entries, actor="ann@acme.test")


def booked_item(code):
    applied = published(sync_id=7, flow="invoices").apply({"customer_id": "c1"}, [{"item_price_id": code}])
    return applied.lines[0].get("item"), [problem.sentence for problem in applied.problems]


def test_it_drafts_from_the_defaults(draft):
    assert (draft.version, draft.status, problems_of(draft)) == (1, "draft", ())


def test_it_applies_what_is_published(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert booked_item("basic") == ("4000", [])


def test_it_names_the_version_it_applies(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert published(sync_id=7, flow="invoices").version == 1


def test_it_keeps_the_compiled_mapping(draft, django_assert_num_queries):
    publish(mapping=draft, actor="ann@acme.test")
    published(sync_id=7, flow="invoices")
    with django_assert_num_queries(1):
        published(sync_id=7, flow="invoices")


def test_it_refuses_to_map_without_a_published_version(draft):
    with pytest.raises(MappingStateError, match="No mapping is published for invoices"):
        published(sync_id=7, flow="invoices")


def test_it_brings_values_into_the_form_of_their_targets(draft):
    publish(mapping=draft, actor="ann@acme.test")
    mapping = published(sync_id=7, flow="invoices", targets=(TargetField(name="entity", label="Entity"),))
    assert mapping.apply({"customer_id": 12}).header == {"entity": "12"}


def test_it_retires_the_version_before(tenant, draft):
    publish(mapping=draft, actor="ann@acme.test")
    second = create_draft(tenant_id=tenant.pk, sync_id=7, flow="invoices", actor="bob@acme.test")
    publish(mapping=second, actor="bob@acme.test")
    states = Mapping.objects.for_tenant(tenant).order_by("version").values_list("version", "status")
    assert list(states) == [(1, "retired"), (2, "published")]


def test_it_copies_the_published_version_into_a_new_draft(tenant, draft):
    publish(mapping=draft, actor="ann@acme.test")
    second = create_draft(tenant_id=tenant.pk, sync_id=7, flow="invoices", actor="bob@acme.test", rows=ROWS[:1])
    assert (second.version, second.rows) == (2, draft.rows)


def test_it_goes_back_to_an_older_version_as_a_new_one(tenant, draft):
    publish(mapping=draft, actor="ann@acme.test")
    emptied = save_as_draft(mapping=draft, actor="bob@acme.test", rows=[]).mapping
    publish(mapping=emptied, actor="bob@acme.test")
    third = create_draft(tenant_id=tenant.pk, sync_id=7, flow="invoices", actor="bob@acme.test", from_version=1)
    assert (third.version, third.rows) == (3, draft.rows)


def test_it_refuses_a_version_that_is_not_there(tenant, draft):
    with pytest.raises(MappingStateError, match="no version 9"):
        create_draft(tenant_id=tenant.pk, sync_id=7, flow="invoices", actor="bob@acme.test", from_version=9)


def test_it_does_not_show_versions_to_another_tenant(draft):
    other = Tenant.objects.create(name="Other", slug="other")
    assert not Mapping.objects.for_tenant(other).exists()


def test_it_does_not_show_entries_to_another_tenant(draft):
    other = Tenant.objects.create(name="Other", slug="other")
    assert not ValueMapEntry.objects.for_tenant(other).exists()


def test_it_saves_a_draft_in_place(draft):
    saved = save_rows(mapping=draft, actor="bob@acme.test", rows=[])
    assert (saved.mapping.pk, saved.mapping.rows) == (draft.pk, [])


def test_it_tells_what_is_wrong_with_a_saved_draft(draft):
    rows = [{"id": "r1", "target": "memo", "kind": "formula", "formula": "LEFT(number,"}]
    saved = save_rows(mapping=draft, actor="bob@acme.test", rows=rows)
    assert [problem.sentence for problem in saved.problems] == [
        "The formula for memo stops at column 13: it ends too early. Correct the formula."
    ]


def test_it_refuses_rows_that_cannot_be_read(draft):
    with pytest.raises(InvalidMappingError, match="Row 1 for memo: 'kind' is 'python'"):
        save_rows(mapping=draft, actor="bob@acme.test", rows=[{"id": "r1", "target": "memo", "kind": "python"}])


def test_it_saves_a_published_version_as_a_new_draft(draft):
    live = publish(mapping=draft, actor="ann@acme.test")
    saved = save_rows(mapping=live, actor="bob@acme.test", rows=[])
    assert (saved.mapping.version, saved.mapping.status) == (2, "draft")


def test_it_saves_always_a_new_version_when_asked_to(draft):
    assert save_as_draft(mapping=draft, actor="staff@portal.test", rows=[]).mapping.version == 2


def test_it_refuses_to_save_a_draft_published_meanwhile(draft):
    stale = Mapping.objects.get(pk=draft.pk)
    publish(mapping=draft, actor="ann@acme.test")
    with pytest.raises(MappingStateError, match="published or discarded meanwhile"):
        save_rows(mapping=stale, actor="bob@acme.test", rows=[])


def test_it_refuses_to_publish_what_has_problems(draft):
    rows = [{"id": "r1", "target": "memo", "kind": "formula", "formula": "1 +"}]
    save_rows(mapping=draft, actor="bob@acme.test", rows=rows)
    with pytest.raises(InvalidMappingError, match="formula for memo"):
        publish(mapping=draft, actor="bob@acme.test")


def test_it_refuses_to_publish_what_the_catalogue_refuses(draft):
    targets = (TargetField(name="entity", label="Entity"), TargetField(name="due", label="Due", required=True))
    with pytest.raises(InvalidMappingError, match=r"Due \(due\) is required"):
        publish(mapping=draft, actor="bob@acme.test", targets=targets)


def test_it_refuses_to_publish_twice(draft):
    publish(mapping=draft, actor="ann@acme.test")
    with pytest.raises(MappingStateError, match="no draft any more"):
        publish(mapping=draft, actor="ann@acme.test")


def test_it_discards_a_draft(draft):
    discard_draft(mapping=draft)
    assert not Mapping.objects.filter(pk=draft.pk).exists()


def test_it_refuses_to_discard_a_published_version(draft):
    with pytest.raises(MappingStateError, match="kept for the trail"):
        discard_draft(mapping=publish(mapping=draft, actor="ann@acme.test"))


def test_it_pins_the_value_maps_of_a_published_version(tenant, draft):
    publish(mapping=draft, actor="ann@acme.test")
    put(tenant, Entry(keys=("basic",), value="4999"))
    assert booked_item("basic") == ("4000", [])


def test_it_reads_a_map_as_it_stands_in_a_draft(tenant, draft):
    put(tenant, Entry(keys=("basic",), value="x" * 50))
    targets = (TargetField(name="item", label="Item", level="line", max_length=10),)
    assert [problem.code for problem in problems_of(draft, targets=targets)] == ["unknown_target", "too_long"]


def test_it_publishes_anew_what_a_changed_map_concerns(tenant, draft):
    publish(mapping=draft, actor="ann@acme.test")
    put(tenant, Entry(keys=("setup-fee",), value="4100"))
    publish_map_changes(tenant_id=tenant.pk, sync_id=7, actor="ann@acme.test")
    assert booked_item("setup-fee") == ("4100", [])


def test_it_says_where_to_add_what_a_map_lacks(draft):
    publish(mapping=draft, actor="ann@acme.test")
    sentence = "Line 1: no revenue item mapped for item price 'setup-fee'. Add it under Mappings > Items."
    assert booked_item("setup-fee") == (None, [sentence])


def test_it_publishes_nothing_where_no_map_has_changed(tenant, draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert publish_map_changes(tenant_id=tenant.pk, sync_id=7, actor="ann@acme.test") == ()


def test_it_pins_maps_that_formulas_look_up(tenant, draft):
    formula = Row(id="item", target="item", spec=FormulaSpec(formula='LOOKUP("revenue_items", code)'))
    other = create_draft(
        tenant_id=tenant.pk, sync_id=7, flow="payments", actor="ann@acme.test", rows=(formula,), value_maps=(ITEMS,)
    )
    assert publish(mapping=other, actor="ann@acme.test").value_maps == {"revenue_items": 1}


def refused(change):
    with pytest.raises(DatabaseError), transaction.atomic():
        change()
    return True


def test_the_database_refuses_to_change_a_published_version(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert refused(lambda: Mapping.objects.filter(pk=draft.pk).update(rows=[]))


def test_the_database_refuses_to_make_a_published_version_a_draft_again(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert refused(lambda: Mapping.objects.filter(pk=draft.pk).update(status="draft", published_at=None))


def test_the_database_refuses_to_change_a_retired_version(tenant, draft):
    publish(mapping=draft, actor="ann@acme.test")
    publish(mapping=save_as_draft(mapping=draft, actor="a", rows=[]).mapping, actor="ann@acme.test")
    assert refused(lambda: Mapping.objects.filter(pk=draft.pk).update(rows=[]))


def test_the_database_refuses_to_delete_a_published_version(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert refused(lambda: Mapping.objects.filter(pk=draft.pk).delete())


def test_the_database_refuses_a_second_published_version(draft):
    publish(mapping=draft, actor="ann@acme.test")
    second = save_as_draft(mapping=draft, actor="a", rows=[]).mapping
    now = Mapping.objects.get(pk=draft.pk).published_at
    assert refused(lambda: Mapping.objects.filter(pk=second.pk).update(status="published", published_at=now))


def test_the_database_refuses_to_move_a_draft_to_another_flow(draft):
    assert refused(lambda: Mapping.objects.filter(pk=draft.pk).update(flow="payments"))


def test_the_database_refuses_to_change_a_pinned_entry(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert refused(lambda: ValueMapEntry.objects.update(value="4999"))


def test_the_database_refuses_to_remove_a_pinned_entry_in_hindsight(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert refused(lambda: ValueMapEntry.objects.update(added_in=0, removed_in=1))


def test_the_database_refuses_to_delete_a_pinned_entry(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert refused(lambda: ValueMapEntry.objects.all().delete())


def test_the_database_refuses_to_add_to_a_pinned_revision(draft):
    publish(mapping=draft, actor="ann@acme.test")
    value_map = ValueMap.objects.get()
    assert refused(lambda: value_map.entries.create(keys=["late"], value="1", added_in=1, added_by="mallory"))


def test_the_database_refuses_to_turn_revisions_back(draft):
    publish(mapping=draft, actor="ann@acme.test")
    assert refused(lambda: ValueMap.objects.update(revision=0, pinned_revision=0))


def test_it_numbers_versions_made_at_the_same_time(live_db):
    tenant = Tenant.objects.create(name="Acme", slug="acme")

    def draft_and_publish(position):
        made = create_draft(tenant_id=tenant.pk, sync_id=7, flow="invoices", actor=f"user {position}", rows=ROWS[:1])
        publish(mapping=made, actor=f"user {position}")
        connection.close()
        return made.version

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(draft_and_publish, range(8)))
    assert (numbers, published(sync_id=7, flow="invoices").problems) == (list(range(1, 9)), ())
