"""A formula that cannot be worked out: said with its column while it is typed, else on the record that it holds up."""

import pytest

from integrations.engine.rehearsal import making, stored
from integrations.engine.rehearsal.tests.kit import billing
from integrations.engine.run import run_sync
from integrations.engine.tests.harness import ACTOR, make_live_sync
from integrations.models import Problem, SyncRecord
from mappings.models import Mapping
from mappings.versions import publish, save_as_draft
from portal.models import Role
from portal.tests.people import client_of, join

PAIR = "chargebee_to_acumatica"


@pytest.fixture
def sync(live_db, settings):
    settings.SETTLE_SCALE = 0
    with billing(customers=4, months=2) as box:
        yield make_live_sync(box, PAIR)


@pytest.fixture
def client(sync):
    return client_of(join(sync.tenant, Role.ACCOUNTANT).user, tenant=sync.tenant)


def describe_by(sync, formula: str) -> Mapping:
    """Give a draft whose invoices are described by a formula."""
    live = Mapping.objects.get(sync_id=sync.pk, flow="invoices", status="published")
    rows = [{**row, "formula": formula} if row["target"] == "Description" else row for row in live.rows]
    return save_as_draft(mapping=live, actor=ACTOR, rows=rows).mapping


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("1 / (total - total)", "column 3: it divides by zero"),
        ("LEFT(number, 3) * 2", "is not a number"),
        ("no_such_field + 1", "no_such_field is empty"),
    ],
)
def test_it_parks_the_record_with_row_column_and_reason(sync, formula, said):
    publish(mapping=describe_by(sync, formula), actor=ACTOR)
    run_sync(sync.pk, trigger="manual", flows=("customers", "invoices"))
    parked = SyncRecord.objects.filter(sync=sync, flow="invoices", state="parked")
    skipped = SyncRecord.objects.filter(sync=sync, flow="invoices").exclude(state="parked")
    assert set(skipped.values_list("state", flat=True)) <= {"skipped", "waiting"}
    assert {("Description" in row.reason, said in row.reason) for row in parked} == {(True, True)}
    assert Problem.objects.filter(sync=sync, healed_at=None).exists()


@pytest.mark.parametrize(
    ("formula", "column", "said"),
    [
        ("1 +", 4, "it ends too early"),
        ("number & )", 10, ""),
        ('MID("a")', 1, "MID takes 3 arguments, not 1"),
        ("NOSUCH(1)", 1, "There is no function NOSUCH"),
        ("LOOKUP(nowhere, number)", 8, "There is no value map"),
        ("line.amount", 1, "line.amount has a value on each line"),
    ],
)
def test_it_says_while_it_is_typed_what_is_wrong_and_where(sync, client, formula, column, said):
    posted = {"version": "1", "level": "header", "formula": formula}
    page = client.post(f"/syncs/{sync.pk}/mappings/invoices/formula/", posted).content.decode()
    assert f"Column {column}:" in page
    assert said.lower() in page.lower()


def test_it_says_while_it_is_typed_that_no_record_has_the_field(sync, client):
    posted = {"version": "1", "level": "header", "formula": '"A" & no_such_field'}
    client.post(f"/syncs/{sync.pk}/mappings/invoices/fields/", {"version": "1"})
    making.make(stored.newest(sync, "fields", "invoices").pk)
    page = client.post(f"/syncs/{sync.pk}/mappings/invoices/formula/", posted).content.decode()
    assert "No record looked at has no_such_field: it counts as blank." in page
