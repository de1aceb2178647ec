"""Each of the four actions: asked for, approved by another and done once, refused to who asked, declined, lapsed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import ConfigChange
from integrations.approvals.requests import lapse_over
from integrations.models import ApprovalRequest, SyncRecord
from mappings.versions import publish
from portal.approvals.tests.office import CASES, ask, draft_of, open_office

pytestmark = pytest.mark.django_db
every = pytest.mark.parametrize("action", list(CASES))


@pytest.fixture
def office():
    return open_office()


def decide(client, request, verb, **data):
    client.post(f"/approvals/{request.pk}/{verb}/", data)
    return ApprovalRequest.objects.get(pk=request.pk)


@every
def test_it_does_once_what_another_approves(office, action):
    request = ask(office, CASES[action])

    assert (request.action, CASES[action].is_done(office.company)) == (action, False)
    assert decide(office.approver, request, "approve").state == "done"
    assert CASES[action].is_done(office.company)
    decide(office.approver, request, "approve")
    assert ConfigChange.objects.filter(action="approved").count() == 1


@every
def test_it_does_not_let_who_asked_approve(office, action):
    request = ask(office, CASES[action])

    assert decide(office.asker, request, "approve").state == "waiting"
    assert not CASES[action].is_done(office.company)


@every
def test_it_does_nothing_that_was_declined(office, action):
    request = decide(office.approver, ask(office, CASES[action]), "decline", reason="Not this month.")

    assert (request.state, request.said, request.decider) == ("declined", "Not this month.", "olga@acme.example")
    assert decide(office.approver, request, "approve").state == "declined"
    assert not CASES[action].is_done(office.company)


@every
def test_it_lapses_where_what_was_asked_for_has_changed(office, action):
    request = ask(office, CASES[action])
    CASES[action].change(office.company)
    request = decide(office.approver, request, "approve")

    assert (request.state, CASES[action].is_done(office.company)) == ("lapsed", False)
    assert "changed since" in request.said


def publish_otherwise(company):
    publish(mapping=draft_of(company), actor="owner@acme.example")


def skip_by_hand(company):
    SyncRecord.objects.filter(pk=company.record.pk).update(state="skipped")


@pytest.mark.parametrize("happens", [publish_otherwise, skip_by_hand])
def test_it_lapses_where_a_replay_would_book_by_another_mapping_or_what_is_skipped_now(office, happens):
    request = ask(office, CASES["replay"])
    happens(office.company)

    assert decide(office.approver, request, "approve").state == "lapsed"


@every
def test_it_keeps_both_names_and_the_reason_on_record(office, action):
    request = decide(office.approver, ask(office, CASES[action]), "approve")
    said = {change.action: change for change in ConfigChange.objects.filter(subject=f"approval {request.pk}")}

    assert said["asked for approval"].details["reason"] == "Month end."
    assert said["approved"].details["asked_by"] == "owner@acme.example"
    assert said["approved"].details["approved_by"] == "olga@acme.example"
    both = "owner@acme.example, approved by olga@acme.example"
    assert ConfigChange.objects.filter(actor=both).exists()


@every
def test_it_shows_the_same_to_who_asks_and_who_approves(office, action):
    request = ask(office, CASES[action])
    CASES[action].prepare(office.company)
    page = office.approver.get(f"/approvals/{request.pk}/").context

    assert (page["why_not"], page["may_decide"], page["wanted"].deed.digest) == ("", True, request.digest)


def test_it_shows_on_home_what_waits_for_oneself_alone(office):
    request = ask(office, CASES["replay"])

    assert f"/approvals/{request.pk}/" in office.approver.get("/home/").content.decode()
    assert f"/approvals/{request.pk}/" not in office.asker.get("/home/").content.decode()


def test_it_lets_nobody_decide_after_its_days(office, time_machine):
    request = ask(office, CASES["undo"])
    time_machine.move_to(timezone.now() + timedelta(days=14, minutes=1))

    assert decide(office.approver, request, "approve").state == "waiting"
    assert (lapse_over(), lapse_over()) == (1, 0)
    assert not CASES["undo"].is_done(office.company)


def test_it_lets_only_the_asker_withdraw(office):
    request = ask(office, CASES["undo"])

    assert decide(office.approver, request, "withdraw").state == "waiting"
    assert decide(office.asker, request, "withdraw").state == "withdrawn"
    assert decide(office.approver, request, "approve").state == "withdrawn"


def test_it_asks_for_the_same_once(office):
    request = ask(office, CASES["undo"])
    office.asker.post(CASES["undo"].url(office.company), {"reason": "Again."})

    assert ApprovalRequest.objects.get() == request


def test_it_asks_anew_for_what_has_changed(office):
    first = ask(office, CASES["replay"])
    CASES["replay"].change(office.company)
    second = ask(office, CASES["replay"])

    assert (ApprovalRequest.objects.get(pk=first.pk).state, second.state) == ("lapsed", "waiting")


def test_it_asks_for_nothing_without_a_reason(office):
    office.asker.post(CASES["undo"].url(office.company), {"reason": " "})

    assert not ApprovalRequest.objects.exists()
