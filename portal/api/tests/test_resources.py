"""What the operations answer and do: pages by key, amounts, refusals, and the same verbs as the screens."""

from typing import get_args

import pytest

from audit.models import ConfigChange, Run
from integrations import registry
from integrations.engine.configuration import export_sync
from integrations.models import Backfill, Check, Cursor, Reconciliation, Sync, SyncRecord
from portal.api.backfills import BackfillState
from portal.api.records import RecordState
from portal.api.runs import RunState
from portal.api.tests.kit import call, token_of
from portal.models import ApiToken
from portal.tests.screens import PLANTED, make_company

pytestmark = pytest.mark.django_db
STEPS = ("pause", "resume", "end")


@pytest.fixture
def company():
    return make_company(records=3)


@pytest.fixture
def token(company):
    return token_of(company)


def test_it_pages_by_key(company, token):
    first = call(token, "GET", "/records?limit=2").json()
    second = call(token, "GET", f"/records?limit=2&before={first['next_before']}").json()
    ids = [each["id"] for each in (*first["items"], *second["items"])]

    assert ids == sorted(SyncRecord.objects.values_list("pk", flat=True), reverse=True)
    assert first["next"].endswith(f"/api/v1/records?limit=2&before={first['next_before']}")
    assert (second["next_before"], second["next"]) == (None, None)


def test_it_lists_records_in_a_constant_number_of_queries(token, django_assert_num_queries):
    with django_assert_num_queries(4):  # token, its last use, records, links
        call(token, "GET", "/records")


def test_it_gives_amounts_as_texts_with_their_currency(company, token):
    record = call(token, "GET", f"/records/{company.record.pk}").json()

    assert record["money"] == {"amount": "1230.50", "currency": "EUR"}
    assert record["created_at"].endswith("Z")


@pytest.mark.parametrize(
    ("query", "number"),
    [("q=inv_1", 1), ("q=1230.50", 3), ("q=880", 1), ("state=delivered", 0), ("dated_from=2026-11-21", 0)],
)
def test_it_searches_records_as_the_screen_does(token, query, number):
    assert len(call(token, "GET", f"/records?{query}").json()["items"]) == number


def test_it_tells_what_was_tried_without_secrets_and_without_floats(company, token):
    answer = call(token, "GET", f"/records/{company.record.pk}/timeline")

    assert answer.json()["items"][0]["draft"]["payload"]["total"] == "1230.5"
    assert [word for word in PLANTED if word in answer.content.decode()] == []


def test_it_replays_a_record(company, token):
    answer = call(token, "POST", f"/records/{company.record.pk}/replay")

    assert (answer.status_code, answer.json()["number"]) == (202, 1)
    assert SyncRecord.objects.get(pk=company.record.pk).state == "due"


def test_it_names_person_and_token_in_the_trail(company, token):
    call(token, "POST", f"/syncs/{company.sync.pk}/pause")

    assert ConfigChange.objects.order_by("-id").first().actor == "owner@acme.example (token Admin script)"


def test_it_switches_a_sync_off_and_on(company, token):
    paused = call(token, "POST", f"/syncs/{company.sync.pk}/pause").json()
    resumed = call(token, "POST", f"/syncs/{company.sync.pk}/resume").json()

    assert (paused["state"], resumed["state"]) == ("paused", "active")


@pytest.mark.parametrize("verb", ["pause", "resume", "runs"])
def test_it_leaves_an_archived_sync_alone(company, token, verb):
    Sync.objects.filter(pk=company.sync.pk).update(state="archived")

    assert call(token, "POST", f"/syncs/{company.sync.pk}/{verb}").status_code == 409
    assert Sync.objects.get(pk=company.sync.pk).state == "archived"


def test_it_asks_for_a_run(company, token):
    assert call(token, "POST", f"/syncs/{company.sync.pk}/runs").status_code == 202
    assert ConfigChange.objects.filter(action="asked for a run").exists()


def test_it_cancels_a_run_under_way_only(company, token):
    url = f"/runs/{company.run.pk}/cancel"
    assert (call(token, "POST", url).status_code, call(token, "POST", url).json()["code"]) == (409, "ended")

    Run.objects.filter(pk=company.run.pk).update(state="running", ended_at=None)

    assert call(token, "POST", url).status_code == 200
    assert Run.objects.get(pk=company.run.pk).cancelled_by == "owner@acme.example (token Admin script)"


def kept_out(company):
    """Have the company's records kept out by the start date, all read, as before a backfill."""
    SyncRecord.objects.update(state="skipped", code="before_start_date", document_date="2026-08-03", amount="10.00")
    flows = [flow.slug for flow in registry.pair(company.sync.pair).flows if flow.is_document]
    Cursor.objects.bulk_create(Cursor(sync=company.sync, flow=flow, walked=True) for flow in flows)
    return {"sync": company.sync.pk, "start": "2026-08-01", "end": "2026-08-31"}


def test_it_starts_pauses_resumes_and_ends_a_backfill(company, token):
    asked = call(token, "POST", "/backfills", kept_out(company))
    made = asked.json()
    states = [call(token, "POST", f"/backfills/{made['id']}/{step}").json()["state"] for step in STEPS]

    assert (asked.status_code, made["records"], made["left"], made["state"]) == (202, 3, 3, "running")
    assert made["totals"] == [{"flow": "invoices", "records": 3, "total": {"amount": "30.00", "currency": "EUR"}}]
    assert states == ["paused", "running", "ended"]
    assert call(token, "GET", f"/backfills?sync={company.sync.pk}").json()["items"][0]["state"] == "ended"
    assert made["asked_by"].endswith("(token Admin script)")


def test_it_refuses_a_backfill_that_the_screen_refuses(company, token):
    days = {"sync": company.sync.pk, "start": "2026-08-01", "end": "2026-08-31"}
    early = call(token, "POST", "/backfills", days).json()["code"]
    kept_out(company)
    empty = call(token, "POST", "/backfills", {**days, "start": "2026-08-20"}).json()["code"]
    backwards = call(token, "POST", "/backfills", {**days, "end": "2026-07-01"})

    assert (early, empty) == ("not_read_yet", "nothing_to_backfill")
    assert (backwards.status_code, backwards.json()["field"]) == (422, "end")


def test_it_lists_channels_without_address_and_key(company, token):
    answer = call(token, "GET", "/channels")
    found = answer.json()["items"][0]

    assert (found["name"], found["host"], found["digest_at"]) == (company.channel.name, "hooks.acme.invalid", "")
    assert [word for word in PLANTED if word in answer.content.decode()] == []


def test_it_shows_a_problem_with_its_next_step(company, token):
    found = call(token, "GET", "/problems").json()["items"][0]

    assert found["money"] == [{"amount": "18240.50", "currency": "EUR"}]
    assert found["next_step"].startswith("Add the entry")


def test_it_skips_a_problem_for_a_reason(company, token):
    answer = call(token, "POST", f"/problems/{company.problem.pk}/skip", {"reason": "Not ours."})

    assert answer.json()["number"] == 3
    assert set(SyncRecord.objects.values_list("state", flat=True)) == {"skipped"}


def test_it_skips_nothing_without_a_reason(company, token):
    refusal = call(token, "POST", f"/problems/{company.problem.pk}/skip", {"reason": " "})

    assert (refusal.status_code, refusal.json()["field"]) == (422, "reason")
    assert refusal["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(("address", "status"), [("owner@acme.example", 200), ("x@other.example", 404)])
def test_it_assigns_a_problem_to_members_only(company, token, address, status):
    answer = call(token, "POST", f"/problems/{company.problem.pk}/assign", {"assignee": address})

    assert (answer.status_code, answer.json().get("assignee", "")) == (status, address if status == 200 else "")


def test_it_has_a_period_reconciled(company, token):
    wanted = {"sync": company.sync.pk, "start": "2026-10-01", "end": "2026-10-31"}
    asked = call(token, "POST", "/reconciliations", wanted).json()

    assert call(token, "GET", f"/reconciliations/asked/{asked['id']}").json()["state"] == "asked"
    assert Check.objects.get(pk=asked["id"]).asked_by.endswith("(token Admin script)")


def test_it_signs_only_what_is_explained(company, token):
    url = f"/reconciliations/{company.reconciliation.pk}"
    found = call(token, "GET", url).json()
    assert call(token, "POST", f"{url}/sign").json()["code"] == "not_reconciled"

    names = [each["name"] for each in found["differences"]]
    call(token, "POST", f"{url}/explain", {"differences": names, "reason": "Booked by hand."})
    signed = call(token, "POST", f"{url}/sign").json()

    assert (signed["standing"], len(signed["digest"])) == ("signed", 64)
    assert Reconciliation.objects.get().signed_by == "owner@acme.example"
    assert ConfigChange.objects.order_by("-id").first().actor == "owner@acme.example (token Admin script)"


def test_it_gives_and_takes_a_configuration(company, token):
    url = f"/syncs/{company.sync.pk}/configuration"
    file = call(token, "GET", url).content.decode()
    changed = file.replace("every_minutes: 15", "every_minutes: 30")
    line = {"where": "every minutes", "before": "15", "after": "30"}

    assert call(token, "POST", f"{url}/compare", changed).json() == {"taken_over": False, "changes": [line]}
    assert Sync.objects.get(pk=company.sync.pk).every_minutes == 15
    assert call(token, "PUT", url, changed).json() == {"taken_over": True, "changes": [line]}
    assert export_sync(Sync.objects.get(pk=company.sync.pk)) == changed


@pytest.mark.parametrize("file", ["{", "- 1", "format: x", "\x00", "pair: nobody"])
def test_it_refuses_a_file_that_is_no_configuration(company, token, file):
    refusal = call(token, "PUT", f"/syncs/{company.sync.pk}/configuration", file)

    assert (refusal.status_code, refusal.json()["code"]) == (422, "invalid_configuration")


def test_it_refuses_a_file_too_big_to_be_read(company, token, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    assert call(token, "PUT", f"/syncs/{company.sync.pk}/configuration", "format: something").status_code == 413


def test_it_knows_every_state():
    assert set(get_args(RecordState)) == set(SyncRecord.State.values)
    assert set(get_args(RunState)) == set(Run.State.values)
    assert set(get_args(BackfillState)) == set(Backfill.State.values)


@pytest.mark.parametrize("day", ["0", "2026-11-31", "20261121", "1763683200"])
def test_it_takes_days_as_days_only(token, day):
    assert call(token, "GET", f"/records?dated_from={day}").status_code == 422


def test_it_bounds_the_calls_of_one_token(company, token, monkeypatch):
    monkeypatch.setattr("portal.api.access.CALLS_A_MINUTE", 2)
    monkeypatch.setattr("portal.api.access.time.time", lambda: 1_000_000_000.0)
    answers = [call(token, "GET", "/syncs") for _ in range(3)]
    other = call(token_of(company), "GET", "/syncs")

    assert [each.status_code for each in (*answers, other)] == [200, 200, 429, 200]
    assert (answers[2]["Retry-After"], answers[2].json()["code"]) == ("20", "too_many_requests")


def test_it_notes_when_a_token_was_last_used(token):
    call(token, "GET", "/syncs")

    assert ApiToken.objects.order_by("-id").first().last_used_at is not None


@pytest.mark.parametrize(("method", "path"), [("GET", "/nothing"), ("POST", "/syncs/1/nothing"), ("GET", "/syncs/x/")])
def test_it_answers_programs_that_call_what_is_not_there(token, method, path):
    assert call(token, method, path).json()["code"] == "no_operation"


def test_it_shows_the_reference_to_everybody_under_the_strict_policy(client):
    answer = client.get("/api/v1/docs/")

    assert "POST /api/v1/syncs/{sync_id}/pause" in answer.content.decode()
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert client.get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
