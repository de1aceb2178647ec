"""Mappings built row by row, formulas checked while typed, versions compared and rolled back."""

import pytest

from audit.models import ConfigChange
from integrations.models import Check
from mappings.models import Mapping, ValueMap
from portal.models import Role
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db

TARGET = {
    "name": "subsidiary", "label": "Primary subsidiary", "type": "reference", "level": "header", "required": True,
    "enum": [], "max_length": 0, "reference": "subsidiary",
}  # fmt: skip
SOURCE = {
    "name": "billing_country", "label": "Billing country", "type": "text", "level": "header", "samples": ["DE", "US"],
    "filled": 2, "seen": 2, "is_custom": False,
}  # fmt: skip
ROW = {"level": "header", "value_kind": "text", "default_kind": "text", "writes": "on_change"}


@pytest.fixture
def company():
    made = make_company()
    Check.objects.create(
        tenant=made.tenant, sync=made.sync, kind="fields", flow="customers", state="done",
        report={"fields": [SOURCE], "targets": [TARGET]}, asked_by="test", made_at=made.sync.created_at,
    )  # fmt: skip
    return made


@pytest.fixture
def client(company):
    return company.client(Role.ACCOUNTANT)


def url(company, rest="", flow="customers"):
    return f"/syncs/{company.sync.pk}/mappings/{flow}/{rest}"


def draft(company, flow="customers"):
    return Mapping.objects.filter(sync_id=company.sync.pk, flow=flow, status="draft").last()


def row_for(mapping, target):
    return next((row for row in mapping.rows if row["target"] == target), None)


def without_subsidiary(company):
    """Give the flow's published version as a real company has it: nobody chose a subsidiary yet."""
    draft_of = Mapping.objects.create(
        tenant=company.tenant, sync_id=company.sync.pk, flow="customers", version=9, created_by="test",
        rows=[row for row in Mapping.objects.get(sync_id=company.sync.pk, flow="customers").rows
              if row["target"] != "subsidiary"],
    )  # fmt: skip
    return draft_of.version


def test_it_adds_a_row_for_the_subsidiary_of_customers(company, client):
    version = without_subsidiary(company)
    typed = {**ROW, "target": "subsidiary", "kind": "constant", "value": "Acme GmbH", "writes": "on_create"}
    client.post(url(company, f"row/?version={version}"), typed)

    assert row_for(draft(company), "subsidiary") == {
        "id": "header-subsidiary", "target": "subsidiary", "kind": "constant", "value": "Acme GmbH",
        "writes": "on_create",
    }  # fmt: skip


def test_it_names_required_fields_that_no_row_fills(company, client):
    version = without_subsidiary(company)
    page = client.get(url(company, f"?version={version}"))

    assert [field.name for field in page.context["fields"].unfilled] == ["subsidiary"]


@pytest.mark.parametrize(("role", "asked"), [(Role.ACCOUNTANT, 1), (Role.VIEWER, 0)])
def test_it_asks_the_systems_what_fields_are_called_when_a_mapping_is_looked_at(company, role, asked):
    company.client(role).get(url(company, flow="invoices"))

    assert Check.objects.filter(sync=company.sync, kind="fields", flow="invoices").count() == asked


def test_it_names_what_differs_as_people_call_it(company, client):
    fields = [
        ["mapped subsidiary", "1", "2"],
        ["mapped lines[2].item", "7", ""],
        ["create body.subsidiary.id", "1", "2"],
    ]
    record = {"label": "Customer C-1", "amount": "1230.50", "currency": "EUR", "fields": fields, "after": ""}
    moved = [{"account": "4000 Sales", "currency": "EUR", "amount": "-1230.50"}]
    Check.objects.create(
        tenant=company.tenant, sync=company.sync, kind="change", flow="customers", state="done", asked_by="test",
        params={"version": 1}, made_at=company.sync.created_at,
        report={"compared": 5, "differ": 1, "held": 0, "heals": [], "moved": moved, "records": [record]},
    )  # fmt: skip
    page = client.get(url(company, "?version=1"))
    (shown,) = page.context["effect"].records

    assert shown.fields == (("Primary subsidiary", "1", "2"), ("Line 2: item", "7", ""))
    assert "−1,230.50" in page.content.decode()


def test_it_offers_source_fields_with_samples(company, client):
    seen = client.get(url(company, "row/")).content.decode()

    assert '<option value="billing_country">Billing country, text, e.g. DE · US</option>' in seen


def test_it_changes_the_kind_of_a_row(company, client):
    row = Mapping.objects.get(sync_id=company.sync.pk, flow="customers").rows[0]
    typed = {**ROW, "target": row["target"], "kind": "formula", "formula": 'LEFT(company, 5) & "-x"', "required": "on"}
    client.post(url(company, f"row/?version=1&row={row['id']}"), typed)

    stored = row_for(draft(company), row["target"])
    assert (stored["kind"], stored["formula"], stored["required"]) == ("formula", 'LEFT(company, 5) & "-x"', True)
    assert len(draft(company).rows) == len(
        Mapping.objects.get(sync_id=company.sync.pk, flow="customers", version=1).rows
    )


def test_it_looks_a_line_up_by_several_columns(company, client):
    items = ValueMap.objects.get(sync_id=company.sync.pk, name="items")
    keys = {f"key_{position}": f"line.key{position}" for position in range(len(items.key_labels))}
    typed = {**ROW, "target": "custcol_new", "level": "line", "kind": "value_map", "map": "items", **keys}
    client.post(url(company, "row/", "invoices"), typed)

    stored = row_for(draft(company, "invoices"), "custcol_new")
    assert (stored["map"], stored["keys"], stored["level"]) == ("items", list(keys.values()), "line")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "formula", "formula": "IF(1 > 0,"}, "Column "),
        ({"kind": "formula", "formula": "IFF(1)"}, "Column 1: "),
        ({"kind": "constant", "value": "many", "value_kind": "amount"}, "Write it like 12.50."),
        ({"kind": "source", "path": "line.amount"}, "cannot read one line"),
        ({"kind": "source", "path": ""}, "Choose the field to read."),
        ({"kind": "value_map", "map": ""}, "Choose a value map."),
        ({"kind": "source", "path": "id", "change_0": "truncate", "change_0_by": "x"}, "whole number from 1"),
    ],
)
def test_it_refuses_a_row_at_its_field_with_the_reason(company, client, typed, said):
    answer = client.post(url(company, "row/"), {**ROW, "target": "memo2", **typed})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert draft(company) is None


def test_it_refuses_two_rows_for_one_field(company, client):
    taken = Mapping.objects.get(sync_id=company.sync.pk, flow="customers").rows[0]["target"]
    answer = client.post(url(company, "row/"), {**ROW, "target": taken, "kind": "source", "path": "id"})

    assert "Another row fills this field already" in answer.content.decode()


def test_it_removes_a_row_and_keeps_to_one_draft(company, client):
    first, second = Mapping.objects.get(sync_id=company.sync.pk, flow="customers").rows[:2]
    client.post(url(company, "remove/"), {"version": "1", "part": first["id"]})
    client.post(url(company, "remove/"), {"version": "2", "part": second["id"]})

    assert Mapping.objects.filter(sync_id=company.sync.pk, flow="customers").count() == 2
    assert not {first["id"], second["id"]} & {row["id"] for row in draft(company).rows}


def test_it_adds_and_changes_a_filter(company, client):
    typed = {"mode": "skip_if", "formula": 'billing_country = "XX"', "reason": "Test customers are left out"}
    client.post(url(company, "filter/"), typed)
    kept = draft(company).filters[-1]
    client.post(url(company, f"filter/?version=2&filter={kept['id']}"), {**typed, "mode": "only_if"})

    assert draft(company).filters[-1] == {**kept, "mode": "only_if"}


def test_it_checks_a_formula_while_it_is_typed(company, client):
    def answer(formula):
        return client.post(url(company, "formula/"), {"formula": formula}).content.decode()

    assert "it gives: DE-1" in answer('billing_country & "-1"')
    assert "Column 9" in answer("LEFT(1) )")


def test_it_compares_versions_and_rolls_back(company, client):
    row = Mapping.objects.get(sync_id=company.sync.pk, flow="customers").rows[0]
    client.post(url(company, "remove/"), {"version": "1", "part": row["id"]})
    client.post(url(company, "publish/"), {"version": "2"})
    (found,) = client.get(url(company, "compare/?from=1&to=2")).context["differences"]
    client.post(url(company, "roll-back/"), {"version": "1"})

    assert (found.label, found.word) == (row["target"], "Removed")
    assert draft(company).rows == Mapping.objects.get(sync_id=company.sync.pk, flow="customers", version=1).rows
    assert ConfigChange.objects.filter(action="rolled back").exists()


def test_it_lists_flows_and_maps_of_every_sync(company, client):
    seen = client.get("/mappings/").content.decode()

    assert url(company) in seen
    assert f"/syncs/{company.sync.pk}/maps/items/" in seen


def test_it_makes_a_value_map(company, client):
    typed = {"label": "Cost centres", "gives": "cost centre", "keys": "country, item"}
    client.post(f"/syncs/{company.sync.pk}/add-map/", typed)

    made = ValueMap.objects.get(sync_id=company.sync.pk, name="cost_centres")
    assert made.key_labels == ["country", "item"]
