"""Trials in lists: not listed while a proof runs them; what one left is listed, and says what it is."""

import pytest
from django.urls import reverse

from integrations.models import Check, Sync
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
