"""The screens say what people call things: periods, kinds, changes, zones; and hide what is nobody's business."""

import json

import pytest

from audit.models import ConfigChange, Run
from audit.queries import drafted
from audit.record import change_config
from integrations import registry
from integrations.models import Link, Sync, SyncRecord
from integrations.policies import policies_of
from portal.runs import name_of, run_view
from portal.templatetags.portal import own_id, zone_words
from portal.tests.screens import ACTOR, make_company
from portal.words import changed_words, spoken


@pytest.fixture
def company(db):
    return make_company()


def test_it_shows_on_home_what_waits_for_an_open_period_with_its_money(company):
    SyncRecord.objects.filter(pk=company.record.pk).update(state="waiting", waits_for=["period"], problem=None)
    seen = company.client().get("/home/").content.decode()

    assert "Main sync: 1 document waits for an open period" in seen
    assert "dated November 2026" in seen
    assert "1,230.50" in seen


def test_it_says_that_a_record_waits_for_its_period(company):
    SyncRecord.objects.filter(pk=company.record.pk).update(state="waiting", waits_for=["period", "customers:cus_9"])
    seen = company.client().get(f"/records/{company.record.pk}/").content.decode()

    assert "Its period to be opened in the target" in seen
    assert "cus_9 (customers), which was not read yet" in seen


def test_it_names_the_missing_permission_of_a_stopped_sync_on_home(company):
    Sync.objects.filter(pk=company.sync.pk).update(
        state="stopped", stop_code="netsuite_no_permission", stop_reason="The role lacks “Transactions > Invoice”."
    )
    assert "The role lacks “Transactions &gt; Invoice”." in company.client().get("/home/").content.decode()


def test_it_lists_no_record_that_another_flow_has_unless_skipped_ones_are_asked_for(company):
    SyncRecord.objects.filter(pk=company.record.pk).update(state="skipped", code="not_a_refund:payment", problem=None)
    client = company.client()

    assert "Invoice INV-0" not in client.get("/records/").content.decode()
    assert "Invoice INV-0" in client.get("/records/?state=skipped").content.decode()
    assert "1 Skipped" not in client.get(f"/syncs/{company.sync.pk}/").content.decode()


def test_it_says_approval_of_a_bill_and_posting_of_an_invoice(company):
    Link.objects.update(is_posted=False)

    assert "Awaiting posting" in company.client().get(f"/records/{company.record.pk}/").content.decode()
    assert registry.connector("billcom").awaits == "approval"


def test_it_says_what_was_changed(company):
    change_config(
        tenant_id=company.tenant.pk, actor=ACTOR, subject="sync 1", action="changed",
        details={"every_minutes": "5", "policies": "{}"},
    )  # fmt: skip
    assert changed_words(ConfigChange.objects.latest("pk")) == "Changed minutes between runs and policies"


def test_it_offers_no_policy_that_cannot_matter():
    names = {(field.flow, field.name) for field in policies_of(registry.pair("jde_to_billcom"))}

    assert ("", "partly_held") not in names
    assert ("", "partly_held") in {(f.flow, f.name) for f in policies_of(registry.pair("chargebee_to_netsuite"))}


def test_it_hides_no_digest_of_ours_and_every_token_of_others():
    text = json.dumps({"aim": {"mode": "amend", "token": "abc"}, "payload": {"token": "theirs"}})

    assert drafted(text)["aim"] == {"mode": "amend", "details": "abc"}
    assert drafted(text)["payload"] == {"token": "[redacted]"}


def test_it_writes_ids_and_zones_as_people_know_them():
    assert own_id("jde:jde:00001", "jde") == "jde:00001"
    assert zone_words("Asia/Tokyo") == "Tokyo, UTC+09:00"
    assert zone_words("Etc/GMT+6") == "UTC-06:00"
    assert zone_words("UTC") == "UTC"
    assert zone_words("GMTMINUS0500EASTERNTIME") == "UTC-05:00"
    assert zone_words("GMT_casablanca") == "GMT_casablanca"


def test_it_names_a_run_of_a_proof_and_what_awaits_approval(company):
    Run.objects.filter(pk=company.run.pk).update(
        pair="jde_to_billcom",
        actor="proof",
        sync_id=0,
        counts={"payments": {"awaiting_posting": 2}, "bills": {"due": 1}},
    )
    view = run_view(Run.objects.get(pk=company.run.pk))

    assert name_of(view.run, {}) == "a proof that is over"
    assert [each.label for each in view.flows] == ["Bills", "Payments"]
    assert [each.state for each in view.flows[1].states] == ["awaiting_approval"]


@pytest.mark.parametrize(
    ("action", "details", "told"),
    [
        ("undid", {"scope": "record 3522", "reason": "Keyed twice", "number": 2}, "Undid 2 documents: Keyed twice"),
        ("undid", {"scope": "run 7", "reason": "Wrong", "number": 1200}, "Undid 1,200 documents of run 7: Wrong"),
        ("undid", {"scope": "2026-11-21", "reason": "No", "number": 1}, "Undid 1 document booked on 21 Nov 2026: No"),
        ("replayed", {"records": [1, 2, 3], "number": 3}, "Replayed 3 records"),
    ],
)
def test_it_says_how_many_something_was_done_to(action, details, told):
    assert changed_words(ConfigChange(action=action, details=details)) == told


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("Its reversal is dated 2026-10-05.", "Its reversal is dated 5 Oct 2026."),
        ("2026-10-01 to 2026-10-31 was signed off.", "1 Oct 2026 to 31 Oct 2026 was signed off."),
        ("Invoice INV-2026-10-05 of batch 2026-10-05-7", "Invoice INV-2026-10-05 of batch 2026-10-05-7"),
        ("“2026-10-05” is no date there, nor is 2026-13-45.", "“2026-10-05” is no date there, nor is 2026-13-45."),
    ],
)  # fmt: skip
def test_it_writes_days_in_sentences_as_people_do_and_leaves_numbers_and_quotes(stored, said):
    assert spoken(stored) == said


def test_it_shows_a_reason_with_its_day_in_words_and_exports_it_as_stored(company):
    SyncRecord.objects.filter(pk=company.record.pk).update(
        state="skipped", reason="Its reversal is dated 2026-10-05.", problem=None
    )
    client = company.client()

    assert "Its reversal is dated 5 Oct 2026." in client.get(f"/records/{company.record.pk}/").content.decode()
    exported = b"".join(client.get("/records/export/?as=csv").streaming_content).decode()
    assert "Its reversal is dated 2026-10-05." in exported
