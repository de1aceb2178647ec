"""Work on records: search by anything, a clear story, choices among look-alikes and periods, undo, and export."""

import io
import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from audit.models import Run
from audit.record import Answer, Closing, close_attempts, open_attempts, open_run, save_answers
from integrations.models import Link, Problem, SyncRecord
from portal.models import Role
from portal.queries.records import amount_of
from portal.tests.screens import PLANTED, make_company, opening

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def client(company):
    return company.client()


def found(client, query):
    return [record.natural_key for record, _, _ in client.get(f"/records/?{query}").context["rows"]]


def customer_of(company, label="Customer Müller & Söhne"):
    sides = {"source_identity": company.sync.source_identity, "target_identity": company.sync.target_identity}
    names = {"tenant": company.tenant, "flow": "customers", "natural_key": "cus_9"}
    SyncRecord.objects.create(**names, **sides, sync=company.sync, label=label, state="delivered")
    Link.objects.create(**names, **sides, reference="CB-cus_9", external_id="901", source_version="v1")
    Link.objects.for_tenant(company.tenant).filter(natural_key="inv_0").update(
        facts={"customer": "901", "total": "1230.50"}
    )


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("q=CB-inv_0", ["inv_0"]),
        ("q=1,230.50", ["inv_0"]),
        ("q=1.230,50", ["inv_0"]),
        ("q=1231", []),
        ("q=2026-11-20", ["inv_0"]),
        ("q=2026-11-21", []),
        ("from=2026-11-01&to=2026-11-30&currency=eur", ["inv_0"]),
        ("to=2026-11-01", []),
        ("currency=USD", []),
        ("from=nonsense", ["inv_0"]),
    ],
)
def test_it_finds_records_by_reference_amount_date_and_currency(client, query, keys):
    assert found(client, query) == keys


def test_it_finds_a_customers_documents_by_the_customers_name(company, client):
    customer_of(company)

    assert found(client, "q=müller") == ["cus_9", "inv_0"]


@pytest.mark.parametrize(
    ("text", "amount"),
    [("85", "85"), ("-1 230,5", "-1230.5"), ("1,234,567.89", "1234567.89"), ("INV-1", None), ("1.2.3", None)],
)
def test_it_reads_amounts_as_people_type_them(text, amount):
    assert amount_of(text) == (Decimal(amount) if amount else None)


# The story


def attempt(company, outcome, *, answered=True, run=None):
    run = run or open_run(tenant_id=company.tenant.pk, sync_id=company.sync.pk, pair=company.sync.pair,
                          trigger="manual", fence=2)  # fmt: skip
    ids = open_attempts(run=run, openings=[opening(company.record)])
    if answered:
        save_answers([Answer(attempt_id=ids[0], external_id="881", answer="{}")])
    close_attempts([Closing(attempt_id=ids[0], outcome=outcome)])


def test_it_tells_a_read_back_and_a_look_up_from_a_second_booking(company, client):
    attempt(company, "unknown", answered=False)
    attempt(company, "absent", answered=False)
    attempt(company, "delivered")
    attempt(company, "delivered", answered=False)
    entries = client.get(f"/records/{company.record.pk}/").context["entries"]

    assert [entry.title for entry in entries] == [
        "Read back from Oracle NetSuite",
        "Book in Oracle NetSuite, tried again",
        "Looked up in Oracle NetSuite",
        "Book in Oracle NetSuite, tried again",
        "Book in Oracle NetSuite",
        "First seen in Chargebee",
    ]
    assert (entries[0].state, entries[1].state) == ("agrees", "delivered")


def test_it_tells_who_decided_what(company, client):
    client.post(f"/records/{company.record.pk}/skip/", {"reason": "Billed by hand."})
    entries = client.get(f"/records/{company.record.pk}/").context["entries"]

    assert (entries[0].icon, "owner@acme.example" in entries[0].title) == ("people", True)
    assert entries[0].text == "Billed by hand."


# Choices


def test_it_links_the_chosen_one_of_several_look_alikes(company, client):
    Problem.objects.update(code="duplicate_in_target", value="701, 702")
    SyncRecord.objects.update(code="duplicate_in_target")
    seen = client.get(f"/records/{company.record.pk}/").content.decode()
    assert seen.count('type="radio"') == 2

    client.post(f"/records/{company.record.pk}/link/", {"external_id": "702"})

    record = SyncRecord.objects.get(pk=company.record.pk)
    assert (record.decision, record.decision_value, record.state) == ("link", "702", "due")


def test_it_links_none_of_several_unless_one_is_chosen(company, client):
    SyncRecord.objects.update(code="duplicate_in_target")
    client.post(f"/records/{company.record.pk}/link/")

    assert SyncRecord.objects.get(pk=company.record.pk).state == "parked"


@pytest.mark.parametrize("choice", ["next_open", "hold", "skip"])
def test_it_chooses_what_becomes_of_a_record_of_a_closed_period(company, client, choice):
    SyncRecord.objects.update(code="closed_period_ask")
    assert "what becomes of it?" in client.get(f"/records/{company.record.pk}/").content.decode()

    client.post(f"/records/{company.record.pk}/period/", {"choice": choice})

    assert SyncRecord.objects.get(pk=company.record.pk).decision == choice


def test_it_refuses_a_choice_that_is_none(company, client):
    SyncRecord.objects.update(code="closed_period_ask")
    client.post(f"/records/{company.record.pk}/period/", {"choice": "whatever"})

    assert SyncRecord.objects.get(pk=company.record.pk).state == "parked"


# Undo


def test_it_shows_the_plan_of_an_undo_and_changes_nothing(company, client):
    SyncRecord.objects.update(state="delivered", problem=None)
    seen = client.get(f"/records/{company.record.pk}/undo/").content.decode()

    assert "1 document would be reversed" in seen
    assert SyncRecord.objects.get(pk=company.record.pk).decision == ""


def test_it_adds_an_undo_up_by_kind_and_lists_first_what_goes_first(company, client):
    SyncRecord.objects.update(state="delivered", problem=None)
    sync = company.sync
    names = {"tenant": company.tenant, "flow": "payments", "natural_key": "txn_1"}
    sides = {"source_identity": sync.source_identity, "target_identity": sync.target_identity}
    money = {"amount": Decimal("30.50"), "currency": "EUR"}
    SyncRecord.objects.create(**names, **sides, **money, sync=sync, label="Payment txn_1", state="delivered")
    Link.objects.create(**names, **sides, reference="T1", external_id="990", facts={"applied": [["880", "30.50"]]})

    plan = client.get(f"/records/{company.record.pk}/undo/").context

    assert [(line.kind, line.total) for line in plan["lines"]] == [
        ("Payments", Decimal("30.50")),
        ("Invoices", Decimal("1230.50")),
    ]
    assert [str(record) for record, _ in plan["rows"]] == ["Payment txn_1", "Invoice INV-0"]


def test_it_undoes_a_record_for_a_reason(company):
    SyncRecord.objects.update(state="delivered", problem=None)
    company.client(Role.ACCOUNTANT).post(f"/records/{company.record.pk}/undo/", {"reason": "Wrong company."})

    record = SyncRecord.objects.get(pk=company.record.pk)
    assert (record.decision, record.state) == ("undo", "due")
    assert "accountant@acme.example: Wrong company." in record.decision_value


def test_it_says_of_a_record_that_it_is_about_to_be_reversed_and_offers_no_second_undo(company, client):
    SyncRecord.objects.update(state="delivered", problem=None)
    client.post(f"/records/{company.record.pk}/undo/", {"reason": "Wrong company."})
    seen = client.get(f"/records/{company.record.pk}/").content.decode()

    assert "About to be reversed" in seen
    assert f"/records/{company.record.pk}/undo/" not in seen
    assert f"/records/{company.record.pk}/replay/" not in seen


def test_it_offers_to_post_anew_what_was_undone(company, client):
    SyncRecord.objects.update(state="skipped", code="undone", decision="undo", problem=None)

    assert client.get(f"/records/{company.record.pk}/").context["replay_label"] == "Post it anew"


def test_it_undoes_nothing_without_a_reason_or_the_right(company, client):
    SyncRecord.objects.update(state="delivered", problem=None)
    client.post(f"/records/{company.record.pk}/undo/", {"reason": " "})
    denied = company.client(Role.OPERATOR).post(f"/records/{company.record.pk}/undo/", {"reason": "x"})

    assert (SyncRecord.objects.get(pk=company.record.pk).decision, denied.status_code) == ("", 403)


def test_it_undoes_all_that_a_run_or_a_day_booked(company, client):
    SyncRecord.objects.update(state="delivered", problem=None)
    attempt(company, "delivered")
    run = Run.objects.latest("pk")

    assert "Invoice INV-0" in client.get(f"/runs/{run.pk}/undo/").content.decode()
    day = client.get(f"/syncs/{company.sync.pk}/undo/?day={run.started_at:%Y-%m-%d}").content.decode()
    assert "Undo all that was booked on" in day
    assert "nothing to reverse" in client.get(f"/runs/{company.run.pk}/undo/").content.decode()
    assert client.get(f"/syncs/{company.sync.pk}/undo/?day=x").status_code == 404


# Export


def text_of(answer):
    return answer.getvalue().decode("utf-8-sig")


def test_it_exports_what_a_search_finds_without_formulas(company, client):
    SyncRecord.objects.update(label='=HYPERLINK("http://evil")')
    seen = text_of(client.get("/records/export/?state=parked"))

    assert "'=HYPERLINK" in seen
    assert "1230.50" in seen
    assert "HYPERLINK" not in text_of(client.get("/records/export/?state=delivered"))


def test_it_exports_a_workbook_with_numbers(client):
    sheet = load_workbook(io.BytesIO(client.get("/records/export/?as=xlsx").getvalue()))["Records"]

    assert (sheet["A2"].value, sheet["F2"].value) == ("Invoice INV-0", 1230.5)


def test_it_exports_json_lines_with_exact_amounts(client):
    (line,) = text_of(client.get("/records/export/?as=jsonl")).splitlines()

    said = json.loads(line)
    assert (said["Amount"], said["Dated"], said["Id in the target"]) == ("1230.50", "2026-11-20", "880")


def test_it_exports_the_trail_redacted(client):
    seen = text_of(client.get("/trail/export/?as=jsonl&from=2026-01-01&to=2099-12-31"))

    assert json.loads(seen.splitlines()[0])["Outcome"] == "Refused"
    assert [word for word in PLANTED if word in seen] == []
    assert client.get("/trail/export/?from=2026-02-01&to=2026-01-01").status_code == 422


def test_it_exports_only_ones_own():
    make_company()
    stranger = make_company("Other").client()

    assert text_of(stranger.get("/records/export/")).count("Invoice") == 1


def test_it_searches_in_a_constant_number_of_queries():
    few, many = make_company("Few"), make_company("Many", records=12)
    for company in (few, many):
        customer_of(company)
    counts = []
    for client in (few.client(), many.client()):
        client.get("/records/?q=customer")
        with CaptureQueriesContext(connection) as caught:
            client.get("/records/?q=customer")
        counts.append(len(caught))

    assert counts[0] == counts[1] <= 9
