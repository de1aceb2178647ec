"""Departments, classes and locations stand in NetSuite as they were mapped; one that was dropped is told."""

import pytest

from integrations.engine.tests.harness import ACTOR, make_live_sync, run_to_rest, sandbox
from integrations.models import SyncRecord
from mappings.models import Mapping
from mappings.rows import ConstantSpec, Row
from mappings.rows_json import row_to_json
from mappings.versions import publish, save_as_draft


@pytest.fixture
def box(live_db, settings):
    settings.SETTLE_SCALE = 0
    with sandbox() as running:
        running.control.post("/limits/chargebee", {"per_minute": 100_000, "index_lag_s": 0})
        running.control.post("/generate/chargebee", {"customers": 5, "seed": 3, "months": 2})
        yield running


def with_departments(box):
    sync = make_live_sync(box)
    for flow, levels in {"invoices": ("line", "header"), "payments": ("header",)}.items():
        live = Mapping.objects.get(sync_id=sync.pk, flow=flow, status="published")
        rows = [
            Row(id=f"{level}.department", target="department", level=level, spec=ConstantSpec(value="Sales"))
            for level in levels
        ]
        draft = save_as_draft(mapping=live, actor=ACTOR, rows=[*live.rows, *map(row_to_json, rows)])
        publish(mapping=draft.mapping, actor=ACTOR)
    return sync


def found(sync, flow):
    return SyncRecord.objects.filter(sync=sync, flow=flow).exclude(state__in=["skipped", "waiting"])


def states(sync, flow):
    return set(found(sync, flow).values_list("state", flat=True))


def test_it_delivers_what_stands_in_its_department(box):
    sync = with_departments(box)
    run_to_rest(sync)
    assert states(sync, "invoices") == states(sync, "payments") == {"delivered"}


@pytest.mark.parametrize(
    ("flow", "path", "field"),
    [
        ("invoices", "/invoice/", "item.department"),
        ("invoices", "/invoice/", "department"),
        ("payments", "/customerPayment/", "department"),
    ],
)
def test_it_tells_a_department_that_was_dropped(box, flow, path, field):
    sync = with_departments(box)
    box.fault("netsuite", "write_dropped_field", method="PUT", path=path, value=field)
    run_to_rest(sync)
    assert states(sync, flow) == {"different"}
    assert all("department 5" in row.reason or "department: 5" in row.reason for row in found(sync, flow))


def test_it_tells_a_payment_that_landed_on_another_account(box):
    sync = make_live_sync(box)
    box.fault("netsuite", "write_dropped_field", method="PUT", path="/customerPayment/", value="account")
    run_to_rest(sync)
    assert states(sync, "payments") == {"different"}
    assert all("account: " in row.reason for row in found(sync, "payments"))


def test_it_tells_an_income_account_that_was_dropped(box):
    sync = make_live_sync(box)
    box.fault("netsuite", "write_dropped_field", method="PUT", path="/serviceSaleItem/", value="incomeAccount")
    run_to_rest(sync)
    assert states(sync, "items") <= {"different", "parked"}
    assert not SyncRecord.objects.filter(sync=sync, flow="items", state="delivered").exists()
