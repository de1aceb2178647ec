"""Facts about the trail: closed attempts never change, nothing is deleted, and tampering is found."""

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Attempt, Run, Seal
from audit.record import (
    Answer,
    Closing,
    Opening,
    change_config,
    close_attempts,
    close_run,
    open_attempts,
    open_run,
    save_answers,
)
from audit.seal import verify
from integrations.engine.tests.builders import make_tenant

pytestmark = pytest.mark.django_db


def opening(record_id, **changes):
    fields = {
        "record_id": record_id,
        "flow": "invoices",
        "natural_key": f"INV-{record_id}",
        "operation": "create",
        "revision": 1,
        "reference": f"CB-INV-{record_id}",
        "idempotency_key": f"{record_id:064d}",
        "source_version": "v1",
        "mapping_version": 1,
        "draft": '{"payload":{"amount":12.30}}',
    }
    return Opening(**{**fields, **changes})


@pytest.fixture
def run():
    return open_run(tenant_id=make_tenant().pk, sync_id=1, pair="p", trigger="manual", fence=1)


def closed_run(run, number=3):
    ids = open_attempts(run=run, openings=[opening(n) for n in range(1, number + 1)])
    save_answers([Answer(attempt_id=i, external_id=f"T{i}", answer="{}") for i in ids])
    close_attempts([Closing(attempt_id=i, outcome="delivered", external_id=f"T{i}") for i in ids])
    close_run(run, state=Run.State.DONE)
    return ids


def alter(sql, *values):
    """Change rows as somebody with the owner's rights would: past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, values)
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_attempt SET outcome = 'rejected' WHERE id = %s",
        "UPDATE audit_attempt SET closed_at = NULL WHERE id = %s",
        "DELETE FROM audit_attempt WHERE id = %s",
    ],
)
def test_it_refuses_to_change_or_delete_a_closed_attempt(run, sql):
    attempt_id = closed_run(run)[0]
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [attempt_id])
    assert Attempt.objects.get(pk=attempt_id).outcome == "delivered"


@pytest.mark.parametrize("table", ["audit_attempt", "audit_seal", "audit_configchange"])
def test_it_refuses_to_empty_the_trail(run, table):
    closed_run(run)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_it_refuses_to_rewrite_an_open_attempts_draft(run):
    open_attempts(run=run, openings=[opening(1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        Attempt.objects.filter(run=run).update(draft="{}")


def test_it_allows_one_open_attempt_per_record(run):
    open_attempts(run=run, openings=[opening(1)])
    with pytest.raises(IntegrityError), transaction.atomic():
        open_attempts(run=run, openings=[opening(1)])


def test_it_leaves_a_closed_attempt_as_it_is_when_closed_again(run):
    attempt_id = closed_run(run, 1)[0]
    close_attempts([Closing(attempt_id=attempt_id, outcome="rejected")])
    assert Attempt.objects.get(pk=attempt_id).outcome == "delivered"


def test_it_seals_each_runs_attempts_and_changes_in_one_chain(run):
    closed_run(run)
    change_config(tenant_id=run.tenant_id, actor="a@b.example", subject="sync 1", action="paused", details={"why": "é"})
    assert list(Seal.objects.filter(tenant_id=run.tenant_id).order_by("number").values_list("attempts", flat=True)) == [
        3,
        0,
    ]
    assert verify(run.tenant_id) is None


def test_it_seals_nothing_while_an_attempt_is_open(run):
    open_attempts(run=run, openings=[opening(1)])
    close_run(run, state=Run.State.FAILED)
    assert not Seal.objects.exists()


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE audit_attempt SET external_id = 'X' WHERE run_id = %s AND natural_key = 'INV-2'", "were altered"),
        ("UPDATE audit_attempt SET draft = replace(draft, '12.30', '12.31') WHERE run_id = %s", "were altered"),
        ("DELETE FROM audit_attempt WHERE run_id = %s AND natural_key = 'INV-2'", "1 are missing"),
        ("DELETE FROM audit_seal WHERE run_id = %s", "is missing"),
    ],
)
def test_it_names_the_first_place_that_was_tampered_with(run, sql, what):
    closed_run(run)
    change_config(tenant_id=run.tenant_id, actor="a@b.example", subject="sync 1", action="paused")
    alter(sql, run.pk)
    assert what in verify(run.tenant_id).reason


def test_it_notices_an_altered_configuration_change(run):
    change = change_config(tenant_id=run.tenant_id, actor="a@b.example", subject="sync 1", action="paused")
    alter("UPDATE audit_configchange SET actor = 'someone@else.example' WHERE id = %s", change.pk)
    assert verify(run.tenant_id).reason == f"configuration change {change.pk} was altered"


def test_it_finds_a_change_with_nested_details_as_it_was_sealed():
    tenant = make_tenant()
    nested = {
        "rows": [{"to": 1, "from": ("a", "b"), "é": None, "zz": {"longer": 1, "b": 2.50}}],
        "b": {3: "x", 12: "y"},
    }
    change_config(tenant_id=tenant.pk, actor="ann", subject="sync 1", action="changed", details=nested)
    assert verify(tenant.pk) is None
