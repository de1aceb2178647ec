"""Mappings on the screen: read in words, changed as new drafts, published with the change on record."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import ConfigChange
from integrations.engine.syncs import create_sync
from mappings.map_versions import change_entries, content_of
from mappings.models import Mapping, ValueMap
from mappings.value_maps import Entry
from portal.forms.mappings import ConstantField
from portal.models import Role
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db


ITEMS = {("item", "*"): "Services", ("discount", "*"): "Discounts", ("tax", "*"): "Tax", ("rounding", "*"): "Cents"}


@pytest.fixture
def company():
    made = make_company()
    items = ValueMap.objects.get(sync_id=made.sync.pk, name="items")
    put = [Entry(keys=keys, value=value) for keys, value in ITEMS.items()]
    change_entries(value_map=items, put=put, actor="test", is_whole=True)
    return made


@pytest.fixture
def client(company):
    return company.client(Role.ACCOUNTANT)


def url(company, rest=""):
    return f"/syncs/{company.sync.pk}/mappings/invoices/{rest}"


def typed_rows(company, **changes):
    """Give the edit form as it stands, with some targets' rows changed."""
    form = company.client().get(url(company, "edit/")).context["form"]
    typed = {part["field"].html_name: part["field"].value() for part in form.parts() if part["field"]}
    for part in form.parts():
        if part["row"]["target"] in changes:
            typed[part["field"].html_name] = changes[part["row"]["target"]]
    return {name: value or "" for name, value in typed.items()}


def versions(company):
    return Mapping.objects.filter(sync_id=company.sync.pk, flow="invoices").order_by("version")


def test_it_says_what_is_filled_from_what(company, client):
    seen = client.get(url(company)).content.decode()

    assert "tranDate" in seen
    assert "Formula" in seen
    assert f"/syncs/{company.sync.pk}/maps/items/" in seen


def test_it_saves_a_change_as_a_new_draft(company, client):
    answer = client.post(url(company, "edit/"), typed_rows(company, memo='"Billing " & number'))

    draft = versions(company).last()
    assert answer["Location"] == url(company, "?version=2")
    assert (draft.version, draft.status) == (2, "draft")
    assert '"Billing " & number' in str(draft.rows)
    assert versions(company).first().status == "published"


def test_it_saves_nothing_where_nothing_was_changed(company, client):
    client.post(url(company, "edit/"), typed_rows(company))

    assert versions(company).count() == 1


def test_it_shows_what_is_wrong_with_a_draft_and_refuses_to_publish_it(company, client):
    client.post(url(company, "edit/"), typed_rows(company, memo="IF("))
    shown = client.get(url(company, "?version=2")).context["problems"]

    answer = client.post(url(company, "publish/"), {"version": "2"}, follow=True)

    assert "memo" in shown[0].sentence
    assert shown[0].sentence.split(":")[0] in answer.content.decode()
    assert versions(company).get(version=2).status == "draft"


def test_it_publishes_a_draft_and_notes_it(company, client):
    client.post(url(company, "edit/"), typed_rows(company, memo="number"))
    client.post(url(company, "publish/"), {"version": "2"})

    change = ConfigChange.objects.filter(action="published").latest("id")
    assert [row.status for row in versions(company)] == ["retired", "published"]
    assert (change.actor, change.details["version"]) == (f"accountant@{company.tenant.slug}.example", 2)


def test_it_publishes_no_version_twice(company, client):
    seen = client.post(url(company, "publish/"), {"version": "1"}, follow=True).content.decode()

    assert "is no draft any more" in seen


def test_it_discards_a_draft(company, client):
    client.post(url(company, "edit/"), typed_rows(company, memo="number"))
    client.post(url(company, "discard/"), {"version": "2"})

    assert versions(company).count() == 1
    assert ConfigChange.objects.filter(action="draft discarded").exists()


def test_it_discards_no_published_version(company, client):
    client.post(url(company, "discard/"), {"version": "1"})

    assert versions(company).count() == 1


def test_it_knows_no_other_versions_and_flows(company, client):
    assert client.get(url(company, "?version=99")).status_code == 404
    assert client.get(f"/syncs/{company.sync.pk}/mappings/unicorns/").status_code == 404


@pytest.mark.parametrize(
    ("like", "text", "stored"),
    [
        ("a", "b", "b"),
        ("a", "", None),
        (None, "new", "new"),
        (Decimal("1.5"), "2.50", {"amount": "2.50"}),
        (3, "4", 4),
        (True, "FALSE", False),
    ],
)
def test_it_keeps_the_kind_of_a_constant(like, text, stored):
    assert ConstantField(like=like).clean(text) == stored


# Value maps


def entries(company):
    value_map = ValueMap.objects.get(sync_id=company.sync.pk, name="items")
    return {" | ".join(entry.keys): entry.value for entry in content_of(value_map).entries}


def typed_entries(company, *new, **changes):
    """Give the form of the items map as it stands, with values changed by their first key, and new entries."""
    page = company.client().get(f"/syncs/{company.sync.pk}/maps/items/")
    typed = {"entry-TOTAL_FORMS": 0, "entry-INITIAL_FORMS": 0}
    stored = [form.initial for form in page.context["forms"] if form.initial]
    added = [{"key_0": one, "key_1": two, "value": value} for one, two, value in new]
    for number, row in enumerate([*stored, *added]):
        change = changes.get(row["key_0"], {})
        for name, value in {**row, **change}.items():
            typed[f"entry-{number}-{name}"] = value or ""
        typed["entry-TOTAL_FORMS"] += 1
    return typed


def save(company, client, typed):
    return client.post(f"/syncs/{company.sync.pk}/maps/items/save/", typed)


def test_it_adds_changes_and_removes_entries(company, client):
    typed = typed_entries(company, ("charge", "setup-fee", "Set-up"), tax={"value": "VAT"}, rounding={"remove": "on"})
    save(company, client, typed)

    stored = entries(company)
    assert stored["tax | *"] == "VAT"
    assert stored["charge | setup-fee"] == "Set-up"
    assert "rounding | *" not in stored
    details = ConfigChange.objects.get(action="entries changed").details
    assert (details["put"], details["removed"]) == (
        ["tax | * -> VAT", "charge | setup-fee -> Set-up"],
        ["rounding | *"],
    )


def test_it_moves_an_entry_whose_keys_are_changed(company, client):
    save(company, client, typed_entries(company, rounding={"key_0": "cents"}))

    assert "cents | *" in entries(company)
    assert "rounding | *" not in entries(company)


def test_it_refuses_an_entry_that_is_half_typed(company, client):
    answer = save(company, client, typed_entries(company, ("charge", "", "Set-up")))

    assert answer.status_code == 422
    assert "charge" not in str(entries(company))


def test_it_refuses_entries_that_contradict_each_other(company, client):
    typed = typed_entries(company)
    for number, (first, last) in enumerate([("2026-01-01", "2026-06-30"), ("2026-06-01", "2026-12-31")]):
        start = f"entry-{typed['entry-TOTAL_FORMS']}"
        typed["entry-TOTAL_FORMS"] += 1
        typed |= {f"{start}-key_0": "charge", f"{start}-key_1": "x", f"{start}-value": f"V{number}"}
        typed |= {f"{start}-valid_from": first, f"{start}-valid_to": last}

    answer = save(company, client, typed)

    assert "more than once for the same days" in answer.content.decode()


def test_it_publishes_changed_maps_with_a_new_version(company, client):
    save(company, client, typed_entries(company, ("charge", "setup-fee", "Set-up")))
    client.post(f"/syncs/{company.sync.pk}/publish-maps/")

    assert versions(company).get(status="published").version == 2
    items = ValueMap.objects.get(sync_id=company.sync.pk, name="items")
    assert items.pinned_revision == items.revision


def test_it_says_that_a_changed_map_is_not_published(company, client):
    client.post(f"/syncs/{company.sync.pk}/publish-maps/")
    seen = [client.get(f"/syncs/{company.sync.pk}/maps/items/").content.decode()]
    save(company, client, typed_entries(company, tax={"value": "VAT"}))
    seen.append(client.get(f"/syncs/{company.sync.pk}/maps/items/").content.decode())

    assert ["Not published" in page for page in seen] == [False, True]


def test_it_shows_entries_to_those_who_may_only_read(company):
    seen = company.client(Role.VIEWER).get(f"/syncs/{company.sync.pk}/maps/items/").content.decode()

    assert "Services" in seen
    assert "<form method" not in seen.split("<main")[1].split("</main>")[0]


def test_it_finds_entries(company, client):
    page = client.get(f"/syncs/{company.sync.pk}/maps/items/?q=tax")

    assert [entry.value for entry, _ in page.context["entries"]] == ["Tax"]


def test_it_lists_the_mappings_of_many_syncs_with_no_more_queries(company, client):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/mappings/")
        return len(queries)

    few = count()
    sides = {"source": company.source, "target": company.target, "tenant_id": company.tenant.pk}
    for name in ("Second", "Third"):
        create_sync(pair_slug=company.sync.pair, name=name, actor="test", **sides)
    assert count() == few
