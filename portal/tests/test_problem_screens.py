"""Problems: grouped by cause, sorted by the money, with an owner, comments, the fix, and skipping all."""

import pytest

from integrations.models import Problem, SyncRecord
from mappings.models import ValueMap
from portal.models import CauseAssignment, CauseComment, Role
from portal.queries.causes import Span, held_up
from portal.tests.people import join
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return make_company()


def problem_of(company, **fields):
    return Problem.objects.create(
        **{
            "tenant": company.tenant,
            "sync": company.sync,
            "code": "different",
            "field": "document",
            "message": "It stands differently.",
            "records": 1,
            "money": {"EUR": "10"},
            **fields,
        }
    )


def titles(client, query=""):
    return [row["held"].title for row in client.get(f"/problems/?{query}").context["problems"]]


def test_it_shows_documents_that_differ_as_one_cause(company):
    for number in range(3):
        problem_of(company, value=f"JRN-{number}")

    held = {each.code: each for each in held_up(company.tenant)}
    assert (held["different"].records, held["different"].money) == (3, {"EUR": "30"})
    assert titles(company.client()) == ["A value is not mapped: setup-fee", "It stands there otherwise than sent"]


@pytest.mark.parametrize(("state", "is_offered"), [("parked", True), ("different", False)])
def test_it_offers_to_skip_only_what_can_be_skipped(company, state, is_offered):
    SyncRecord.objects.filter(problem=company.problem).update(state=state)
    seen = company.client().get(f"/problems/{company.problem.pk}/").content.decode()

    assert ("Skip all of them" in seen) == is_offered


def test_it_sorts_by_money_across_currencies(company):
    problem_of(company, code="first", money={"JPY": "20000000"})
    problem_of(company, code="last", money={"JPY": "20000"})

    assert titles(company.client()) == ["First", "A value is not mapped: setup-fee", "Last"]


def test_it_leads_to_the_value_map_that_lacks_the_entry(company):
    label = ValueMap.objects.get(sync_id=company.sync.pk, name="items").label
    Problem.objects.update(message=f"Invoice INV-1: no item mapped. Add it under Mappings > {label}.")

    assert f"/syncs/{company.sync.pk}/maps/items/" in company.client().get("/problems/").content.decode()


def test_it_names_the_period_at_risk(company):
    assert "November 2026" in company.client().get("/problems/").content.decode()
    assert Span().text == ""


def test_it_assigns_a_cause_and_finds_it_by_assignee(company):
    clara = join(company.tenant, Role.ACCOUNTANT).user
    client = company.client(Role.OPERATOR)
    client.post(f"/problems/{company.problem.pk}/assign/", {"assignee": clara.pk})

    assert CauseAssignment.objects.get().assignee == clara
    assert titles(client, "mine=1") == []
    assert clara.display_name in client.get("/problems/").content.decode()

    client.post(f"/problems/{company.problem.pk}/assign/", {"assignee": ""})
    assert not CauseAssignment.objects.exists()


def test_it_assigns_nothing_to_a_stranger(company):
    stranger = make_company("Other").owner
    answer = company.client().post(f"/problems/{company.problem.pk}/assign/", {"assignee": stranger.pk})

    assert (answer.status_code, CauseAssignment.objects.exists()) == (404, False)


def test_it_keeps_comments_with_the_cause(company):
    client = company.client(Role.OPERATOR)
    client.post(f"/problems/{company.problem.pk}/comment/", {"text": "<b>Asked AR.</b>"})

    seen = client.get(f"/problems/{company.problem.pk}/").content.decode()
    assert "&lt;b&gt;Asked AR." in seen
    assert CauseComment.objects.get().author == "operator@acme.example"


def test_it_skips_all_parked_records_for_one_reason():
    company = make_company("Big", records=3)
    company.client(Role.OPERATOR).post(f"/problems/{company.problem.pk}/skip/", {"reason": "Billed by hand."})

    assert set(SyncRecord.objects.values_list("state", flat=True)) == {"skipped"}


def test_it_skips_nothing_without_a_reason(company):
    company.client().post(f"/problems/{company.problem.pk}/skip/", {"reason": ""})

    assert SyncRecord.objects.get(pk=company.record.pk).state == "parked"


def test_it_retries_all_documents_of_a_grouped_cause(company):
    first, second = problem_of(company, value="A"), problem_of(company, value="B")
    SyncRecord.objects.filter(pk=company.record.pk).update(problem=second)
    company.client().post(f"/problems/{first.pk}/retry/")

    assert SyncRecord.objects.get(pk=company.record.pk).state == "due"


@pytest.mark.parametrize("choice", ["next_open", "hold", "skip"])
def test_it_chooses_a_period_for_all_that_a_closed_one_holds_up(company, choice):
    problem = problem_of(company, code="closed_period_ask", field="posting_date")
    SyncRecord.objects.update(problem=problem, code="closed_period_ask", state="parked")
    client = company.client(Role.ACCOUNTANT)
    assert "What becomes of all of them?" in client.get(f"/problems/{problem.pk}/").content.decode()

    client.post(f"/problems/{problem.pk}/period/", {"choice": choice})

    assert set(SyncRecord.objects.values_list("decision", "state")) == {(choice, "due")}


def test_it_chooses_no_period_for_what_no_period_holds_up(company):
    company.client().post(f"/problems/{company.problem.pk}/period/", {"choice": "hold"})

    assert SyncRecord.objects.get(pk=company.record.pk).state == "parked"
