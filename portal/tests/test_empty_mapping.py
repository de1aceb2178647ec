"""A sync that begins with an empty mapping, and the rows suggested for it."""

import pytest

from integrations.engine.rehearsal.readiness import readiness
from integrations.engine.syncs import create_sync
from integrations.models import Connection, Sync
from integrations.registry import pair
from mappings.models import Mapping, ValueMapEntry
from portal.models import Role
from portal.tests.screens import ACTOR, make_company

pytestmark = pytest.mark.django_db

PAIR = "chargebee_to_netsuite"


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def client(company):
    return company.client(Role.ACCOUNTANT)


@pytest.fixture
def sync(company):
    sides = {"source": company.source, "target": company.target}
    return create_sync(
        tenant_id=company.tenant.pk, pair_slug=PAIR, name="Empty", actor=ACTOR, starts_empty=True, **sides
    )


def url(sync, rest=""):
    return f"/syncs/{sync.pk}/mappings/invoices/{rest}"


def draft(sync, flow="invoices"):
    return Mapping.objects.get(sync_id=sync.pk, flow=flow)


def test_it_makes_a_draft_without_rows_for_each_flow(sync):
    kept = Mapping.objects.filter(sync_id=sync.pk).values_list("status", "rows", "filters")
    assert list(kept) == [("draft", [], [])] * len(pair(PAIR).flows)


def test_it_leaves_nothing_in_the_value_maps_but_what_keeps_a_field_empty(sync):
    assert set(ValueMapEntry.objects.filter(value_map__sync_id=sync.pk).values_list("value", flat=True)) <= {""}


def test_it_is_not_ready_before_something_is_mapped(sync):
    assert {each.code for each in readiness(sync)} == {"not_published"}


def test_it_asks_in_the_set_up_what_to_begin_with(company):
    Connection.objects.filter(tenant=company.tenant).update(fingerprint="")
    sides = {"source": company.source.pk, "target": company.target.pk}
    company.client().post(f"/syncs/add/{PAIR}/", {**sides, "begin": "empty"})
    made = Sync.objects.order_by("-id").first()
    assert not Mapping.objects.filter(sync_id=made.pk).exclude(rows=[]).exists()


def test_it_suggests_the_usual_rows(client, sync):
    page = client.get(url(sync))
    usual = [row.target for row in pair(PAIR).flows[2].default_rows]
    assert [row.target for row in page.context["suggestions"]][: len(usual)] == usual


def test_it_takes_one_suggestion_over(client, sync):
    first = pair(PAIR).flows[2].default_rows[0]
    client.post(url(sync, "take/"), {"version": "1", "row": first.id})
    assert [row["target"] for row in draft(sync).rows] == [first.target]


def test_it_takes_all_suggestions_over(client, sync):
    client.post(url(sync, "take/"), {"version": "1"})
    assert client.get(url(sync)).context["suggestions"] == []


def test_it_leaves_a_filled_field_as_it_is(client, sync):
    first = pair(PAIR).flows[2].default_rows[0]
    for _ in range(2):
        client.post(url(sync, "take/"), {"version": "1", "row": first.id})
    assert len(draft(sync).rows) == 1


def test_it_calls_fields_by_their_labels(client, sync):
    client.post(url(sync, "take/"), {"version": "1"})
    said = {row.said for row in client.get(url(sync)).context["rows"] if row.kind == "Source"}
    assert {"Date", "Due date"} <= said
