"""Trials in lists: neither they nor what they do while a proof runs them; what one left is listed as what it is."""

import pytest
from django.urls import reverse

from audit.models import Run
from integrations.models import Check, Problem, Sync, SyncRecord
from portal.queries.causes import held_up
from portal.queries.records import Search, search_records
from portal.queries.syncs import sync_rows
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def trial():
    company = make_company()
    sync = company.sync
    made = Sync.objects.create(
        tenant=company.tenant,
        pair=sync.pair,
        name="Trial 1 of Main sync",
        source=sync.source,
        target=sync.target,
        trial_of=sync,
        state=Sync.State.ACTIVE,
        source_identity="acme#trial-1",
        target_identity=sync.target_identity,
    )
    return company, made


def test_it_does_not_list_a_trial_while_its_proof_runs(trial):
    company, _ = trial
    Check.objects.create(
        tenant=company.tenant, sync=company.sync, kind=Check.Kind.TRIAL, state=Check.State.RUNNING, asked_by="a"
    )

    assert [row.sync for row in sync_rows(company.tenant)] == [company.sync]


def test_it_marks_a_trial_that_a_proof_left(trial):
    company, made = trial

    health = {row.sync.pk: row.health.word for row in sync_rows(company.tenant)}

    assert health[made.pk] == "Left of a proof"


def test_it_says_on_a_trials_page_what_it_is_and_offers_no_run(trial):
    company, made = trial

    shown = company.client().get(reverse("sync_detail", args=[made.pk])).content.decode()

    assert "A trial of another sync" in shown
    assert reverse("sync_run", args=[made.pk]) not in shown


def test_it_lists_no_mapping_of_a_trial(trial):
    company, made = trial

    assert made.name not in company.client().get(reverse("mapping_list")).content.decode()


@pytest.mark.parametrize("name", ["sync_coverage", "sync_rehearsal", "sync_proof"])
def test_it_marks_mappings_as_the_place_of_what_looks_at_them(trial, name):
    company, _ = trial

    shown = company.client().get(reverse(name, args=[company.sync.pk])).content.decode()

    assert f'<a href="{reverse("mapping_list")}" aria-current="page">' in shown
    assert f'<a href="{reverse("sync_list")}" aria-current="page">' not in shown


@pytest.fixture
def proving(trial):
    """Keep a record, a problem and a run of a trial whose proof is under way."""
    company, made = trial
    Check.objects.create(
        tenant=company.tenant, sync=company.sync, kind=Check.Kind.TRIAL, state=Check.State.RUNNING, asked_by="a"
    )
    problem = Problem.objects.create(tenant=company.tenant, sync=made, code="missing_value", message="Of the trial.")
    SyncRecord.objects.create(
        tenant=company.tenant,
        sync=made,
        source_identity=made.source_identity,
        target_identity=made.target_identity,
        flow="invoices",
        natural_key="tried",
        state="parked",
        problem=problem,
    )
    Run.objects.create(tenant=company.tenant, sync_id=made.pk, pair=made.pair, trigger="replay", actor="proof", fence=1)
    return company, made


def test_it_lists_neither_records_nor_problems_of_a_proof_under_way(proving):
    company, _ = proving

    assert "tried" not in set(search_records(company.tenant, Search()).values_list("natural_key", flat=True))
    assert {each.sync for each in held_up(company.tenant)} == {company.sync}


def test_it_finds_what_a_proof_under_way_does_by_its_own_sync(proving):
    company, made = proving
    found = search_records(company.tenant, Search(sync=str(made.pk)))

    assert [record.natural_key for record in found] == ["tried"]
    assert [each.message for each in held_up(company.tenant, str(made.pk))] == ["Of the trial."]


@pytest.mark.parametrize("url", ["/records/", "/problems/", "/runs/"])
def test_it_offers_no_trial_under_way_in_filters(proving, url):
    company, made = proving

    assert made.name not in company.client().get(url).content.decode()


def test_it_lists_runs_of_proofs_only_where_they_are_asked_for(proving):
    company, made = proving

    assert made.name in company.client().get("/runs/?proofs=1").content.decode()
    assert [run.actor for _, run in _runs(company, f"/runs/?sync={made.pk}")] == ["proof"]


def _runs(company, url):
    return [(name, view.run) for view, name in company.client().get(url).context["rows"]]
