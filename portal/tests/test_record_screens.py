"""Records, problems and Home: found, explained, tried again, and led to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import ConfigChange, Run
from audit.queries import readable
from integrations.models import Companion, Connection, Problem, Reconciliation, Sync, SyncRecord
from portal.causes import cause_of
from portal.models import Role
from portal.tests.people import client_of, make_tenant, make_user
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def client(company):
    return company.client()


def found(client, query):
    return [record.natural_key for record, _, _ in client.get(f"/records/?{query}").context["rows"]]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("q=inv_0", ["inv_0"]),
        ("q=inv-0", ["inv_0"]),
        ("q=880", ["inv_0"]),
        ("q=nothing", []),
        ("state=parked&flow=invoices", ["inv_0"]),
        ("state=delivered", []),
        ("flow=customers", []),
        ("sync=12345678", []),
    ],
)
def test_it_finds_records_by_key_label_target_id_state_and_flow(client, query, keys):
    assert found(client, query) == keys


def test_it_pages_records_by_key():
    client = make_company("Big", records=60).client()
    first = client.get("/records/")
    older = client.get(first.context["page"].older_url)

    assert (len(first.context["rows"]), len(older.context["rows"])) == (50, 10)
    assert {row[0].pk for row in first.context["rows"]}.isdisjoint(row[0].pk for row in older.context["rows"])


def test_it_tells_the_story_of_a_record(company, client):
    seen = client.get(f"/records/{company.record.pk}/").content.decode()

    for text in (
        "Book in Oracle NetSuite",
        "Refused",
        "First seen in Chargebee",
        "What was sent",
        "880",
        "Invalid item.",
    ):
        assert text in seen


def test_it_explains_what_holds_a_record_up(company, client):
    seen = client.get(f"/records/{company.record.pk}/").content.decode()

    assert "A value is not mapped" in seen
    assert f"/syncs/{company.sync.pk}/mappings/invoices/" in seen


def test_it_names_what_a_record_waits_for_and_what_waits_behind(company, client):
    sides = {"source_identity": company.sync.source_identity, "target_identity": company.sync.target_identity}
    parent = SyncRecord.objects.create(
        tenant=company.tenant,
        sync=company.sync,
        flow="customers",
        natural_key="cus_1",
        label="Customer Acme",
        state="due",
        **sides,
    )

    assert "Customer Acme" in client.get(f"/records/{company.record.pk}/").content.decode()
    assert "Invoice INV-0" in client.get(f"/records/{parent.pk}/").content.decode()


def test_it_tries_a_record_again(company):
    company.client(Role.OPERATOR).post(f"/records/{company.record.pk}/replay/")

    company.record.refresh_from_db()
    company.sync.refresh_from_db()
    assert company.record.state == "due"
    assert ConfigChange.objects.filter(action="replayed", details__records=[company.record.pk]).exists()


def test_it_reads_a_delivered_record_back_only(company, client):
    SyncRecord.objects.filter(pk=company.record.pk).update(state="delivered", problem=None)
    assert "Read back" in client.get(f"/records/{company.record.pk}/").content.decode()

    client.post(f"/records/{company.record.pk}/replay/")

    assert SyncRecord.objects.get(pk=company.record.pk).state == "delivered"


def test_it_leaves_a_record_in_flight_alone(company, client):
    SyncRecord.objects.filter(pk=company.record.pk).update(state="open")
    assert "/replay/" not in client.get(f"/records/{company.record.pk}/").content.decode()

    assert "in flight" in client.post(f"/records/{company.record.pk}/replay/", follow=True).content.decode()


def test_it_links_to_the_systems_own_pages(company, client):
    Connection.objects.filter(tenant=company.tenant).update(environment="test")
    seen = client.get(f"/records/{company.record.pk}/").content.decode()

    assert "https://1234567-sb1.app.netsuite.com/app/accounting/transactions/custinvc.nl?id=880" in seen
    assert "https://acme-test.chargebee.com/d/invoices/inv_0" in seen


def test_it_shows_and_finds_the_further_documents_of_a_record(company, client):
    sides = {"source_identity": company.record.source_identity, "target_identity": company.record.target_identity}
    facts = {"customer": "7", "currency": "EUR", "total": "25.00"}
    Companion.objects.create(
        tenant=company.tenant, **sides, flow="invoices", natural_key="inv_0", reference="TXN-1-OF-7", external_id="991",
        sink="payments", is_share=True, facts=facts,
    )  # fmt: skip
    seen = " ".join(client.get(f"/records/{company.record.pk}/").content.decode().split())

    assert "<code>991</code>" in seen
    assert "part of its amount" in seen
    assert (found(client, "q=991"), found(client, "q=TXN-1-OF-7")) == (["inv_0"], ["inv_0"])


def test_it_shows_json_indented_without_secrets():
    assert readable('{"a": 12480.50, "password": "x"}') == '{\n  "a": 12480.50,\n  "password": "[redacted]"\n}'
    assert readable("no json, password=hush") == "no json, password=[redacted]"


# Problems


def test_it_lists_a_problem_with_money_cause_and_who_must_act(client):
    seen = client.get("/problems/").content.decode()

    for text in ("A value is not mapped: setup-fee", "18,240.50", "An accountant", "Retry all"):
        assert text in seen


def test_it_retries_all_records_of_a_problem():
    company = make_company("Big", records=3)
    company.client(Role.OPERATOR).post(f"/problems/{company.problem.pk}/retry/")

    assert set(SyncRecord.objects.values_list("state", flat=True)) == {"due"}


def test_it_leaves_healed_problems_out_of_the_list_and_keeps_their_page(company, client):
    Problem.objects.update(healed_at=timezone.now())

    assert "Nothing needs you" in client.get("/problems/").content.decode()
    assert "Healed" in client.get(f"/problems/{company.problem.pk}/").content.decode()


def test_it_explains_codes_by_connector_engine_or_name():
    assert cause_of("chargebee_wrong_key", "chargebee").title == "The API key is refused"
    assert cause_of("no_mapping", "chargebee").place == "mappings"
    assert cause_of("never_heard_of").title == "Never heard of"


# Home


def test_it_leads_a_new_company_on_step_by_step():
    owner = make_user("new@acme.example")
    tenant = make_tenant("New", owner=owner)
    client = client_of(owner)
    leads = []
    for connector in ("chargebee", "netsuite", None):
        leads.append(client.get("/home/").context["lead"]["action"])
        if connector:
            Connection.objects.create(
                tenant=tenant, connector=connector, name=connector, environment="test", webhook_token=connector
            )

    assert leads == ["Set up a sync", "Go on with the set-up", "Set up a sync"]


def test_it_shows_first_what_needs_a_person(company, client):
    Sync.objects.filter(pk=company.sync.pk).update(state="stopped", stop_code="chargebee_wrong_key", stop_reason="401")
    Connection.objects.filter(pk=company.source.pk).update(state="failing")

    titles = [each.title for each in client.get("/home/").context["attention"]]

    assert titles == [
        "Main sync is stopped: The API key is refused",
        "Chargebee side fails",
        "Main sync: November 2026 does not tie",
        "A value is not mapped: setup-fee",
    ]


def test_it_adds_up_what_was_delivered_of_late(company, client):
    assert client.get("/home/").context["totals"].delivered_of_late == 1

    Run.objects.filter(pk=company.run.pk).update(started_at=timezone.now() - timedelta(hours=25))
    assert client.get("/home/").context["totals"].delivered_of_late == 0


def test_it_says_that_nothing_needs_anybody(company, client):
    Problem.objects.update(healed_at=timezone.now())
    Reconciliation.objects.update(ok=True)

    assert "Nothing. Every record read is booked" in client.get("/home/").content.decode()


# Decisions


def test_it_skips_a_held_record_with_a_reason(company):
    client = company.client(Role.OPERATOR)
    assert "Skip it" in client.get(f"/records/{company.record.pk}/").content.decode()

    client.post(f"/records/{company.record.pk}/skip/", {"reason": "Billed by hand."})

    record = SyncRecord.objects.get(pk=company.record.pk)
    assert (record.state, "Billed by hand." in record.reason) == ("skipped", True)
    assert Problem.objects.get(pk=company.problem.pk).healed_at


def test_it_skips_nothing_without_a_reason(company, client):
    client.post(f"/records/{company.record.pk}/skip/", {"reason": " "})

    assert SyncRecord.objects.get(pk=company.record.pk).state == "parked"


def test_it_accepts_a_difference_with_a_reason(company):
    SyncRecord.objects.filter(pk=company.record.pk).update(state="different")
    client = company.client(Role.ACCOUNTANT)
    assert "Accept it as it stands" in client.get(f"/records/{company.record.pk}/").content.decode()

    client.post(f"/records/{company.record.pk}/accept/", {"reason": "One cent."})

    assert SyncRecord.objects.get(pk=company.record.pk).state == "delivered"


@pytest.mark.parametrize(("action", "decision"), [("link", "link"), ("post-anew", "post")])
def test_it_decides_about_a_look_alike(company, client, action, decision):
    SyncRecord.objects.filter(pk=company.record.pk).update(code="possible_duplicate")
    assert "Is it the same document?" in client.get(f"/records/{company.record.pk}/").content.decode()

    client.post(f"/records/{company.record.pk}/{action}/")

    record = SyncRecord.objects.get(pk=company.record.pk)
    assert (record.decision, record.state) == (decision, "due")


def test_it_decides_nothing_where_there_is_no_look_alike(company, client):
    seen = client.post(f"/records/{company.record.pk}/link/", follow=True).content.decode()

    assert "is not held up by a look-alike" in seen


def test_it_puts_a_sync_away(company, client):
    client.post(f"/syncs/{company.sync.pk}/archive/")
    seen = client.get(f"/syncs/{company.sync.pk}/").content.decode()

    assert "Archived" in seen
    assert "Switch on" not in seen
