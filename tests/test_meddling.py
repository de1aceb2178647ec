"""Runs that are cancelled, and connections whose credentials are replaced, while the work is under way."""

import pytest

from audit.models import Run
from integrations.connectors.chargebee.simulator.site import READ_ONLY
from integrations.connectors.chargebee.simulator.sites import DEFAULT, SITES
from integrations.engine import belt
from integrations.engine.cancel import cancel_run
from integrations.engine.janitor import wake_due_records
from integrations.engine.rotation import rotate
from integrations.engine.run import run_sync
from integrations.engine.schedule import claim_due
from integrations.engine.tests.harness import ACTOR, verdict
from integrations.errors import ConfigurationError
from integrations.models import Connection, Ping, Sync, SyncRecord
from integrations.vault import open_credentials
from portal.models import Role
from portal.tests.people import client_of, join
from tests.test_lifecycle import box, story  # noqa: F401 (fixtures)
from tests.test_people_meanwhile import once_before

KEYS = next(setup.keys for setup in SITES if setup.name == DEFAULT)
OLD, NEW = "test_SandboxAcmeReadOnly", "test_SandboxAcmeReadOnlyNew"


def under_way(sync):
    return Run.objects.filter(sync_id=sync.pk).latest("pk")


@pytest.fixture
def cancelled(story, monkeypatch):  # noqa: F811
    """Give a sync whose run was cancelled between two flows: some records are delivered, others are not read yet."""
    for day in ("2026-09-01", "2026-09-02", "2026-09-03"):
        story.invoice(day)
    once_before(monkeypatch, belt, "close", lambda *_: cancel_run(under_way(story.sync), actor=ACTOR))
    run_sync(story.sync.pk, trigger="manual")
    return story


def test_it_ends_a_cancelled_run_and_says_who_cancelled_it(cancelled):
    ended = under_way(cancelled.sync)
    assert (ended.state, ended.cancelled_by) == ("cancelled", ACTOR)
    assert ended.message.startswith(f"Cancelled by {ACTOR}.")
    assert not SyncRecord.objects.filter(sync=cancelled.sync, state="open").exists()
    assert SyncRecord.objects.filter(sync=cancelled.sync, flow="invoices", state="delivered").count() < 3


def test_it_starts_nothing_by_itself_after_a_run_was_cancelled(cancelled):
    wake_due_records()
    assert claim_due() == []
    assert Sync.objects.get(pk=cancelled.sync.pk).state == "active"


def test_it_delivers_once_what_a_cancelled_run_left(cancelled):
    cancelled.run()
    assert SyncRecord.objects.filter(sync=cancelled.sync, flow="invoices", state="delivered").count() == 3
    assert verdict(cancelled.sync, cancelled.box).findings == []


def test_it_refuses_to_cancel_a_run_that_has_ended(story):  # noqa: F811
    story.run()
    with pytest.raises(ConfigurationError, match="has ended already"):
        cancel_run(under_way(story.sync), actor=ACTOR)
    assert under_way(story.sync).cancelled_by == ""


# Credentials


@pytest.fixture
def keys(monkeypatch):
    """Let the site know two keys, each of which may be revoked."""
    monkeypatch.setitem(KEYS, OLD, READ_ONLY)
    monkeypatch.setitem(KEYS, NEW, READ_ONLY)
    return KEYS


def test_it_goes_on_where_credentials_are_replaced_and_the_old_ones_revoked_in_mid_run(story, keys, monkeypatch):  # noqa: F811
    for day in ("2026-09-01", "2026-09-02", "2026-09-03"):
        story.invoice(day)

    def replace(*_):
        rotation = rotate(Connection.objects.get(pk=story.sync.source_id), values={"api_key": NEW}, actor=ACTOR)
        monkeypatch.delitem(keys, OLD)
        return rotation.is_done

    once_before(monkeypatch, belt, "close", replace)
    result = run_sync(story.sync.pk, trigger="manual")
    assert (result.goes_on, under_way(story.sync).state) == (True, "yielded")
    story.run()
    assert Sync.objects.get(pk=story.sync.pk).state == "active"
    assert SyncRecord.objects.filter(sync=story.sync, flow="invoices", state="delivered").count() == 3
    assert verdict(story.sync, story.box).findings == []


def test_it_keeps_the_old_credentials_where_the_new_ones_do_not_work(story):  # noqa: F811
    source = story.sync.source
    rotation = rotate(source, values={"api_key": "test_NobodyKnowsThisKey"}, actor=ACTOR)
    assert (rotation.is_done, rotation.failed.code) == (False, "chargebee_wrong_key")
    story.invoice()
    story.run()
    assert Connection.objects.get(pk=source.pk).state == "good"
    assert verdict(story.sync, story.box).findings == []


def test_it_keeps_the_old_credentials_where_the_new_ones_lead_to_another_company(story):  # noqa: F811
    source = story.sync.source
    other = {"site": "acme", "api_key": "live_SandboxAcmeReadOnly"}
    rotation = rotate(source, values={**source.values, **other}, actor=ACTOR)
    assert (rotation.is_done, rotation.failed.code) == (False, "identity_changed")
    assert Connection.objects.get(pk=source.pk).values["site"] == DEFAULT
    assert Sync.objects.get(pk=story.sync.pk).state == "active"


def test_it_keeps_the_ping_of_credentials_that_took_their_place(story, keys):  # noqa: F811
    source = story.sync.source
    assert rotate(source, values={"api_key": NEW}, actor=ACTOR).is_done
    assert Ping.objects.filter(connection=source).latest("pk").ok
    assert source.state == "good"


def test_it_stops_the_sync_where_credentials_end_that_nobody_replaced(story, keys, monkeypatch):  # noqa: F811
    monkeypatch.delitem(keys, OLD)
    run_sync(story.sync.pk, trigger="manual")
    assert Sync.objects.get(pk=story.sync.pk).stop_code == "chargebee_wrong_key"


# The form


def edit(story, **typed):  # noqa: F811
    source = story.sync.source
    client = client_of(join(source.tenant, Role.OWNER).user, tenant=source.tenant)
    values = {**source.values, "api_key": "", **typed}
    without = {"without_ping": values.pop("without_ping")} if "without_ping" in values else {}
    form = {"name": source.name, **without, **{f"value_{name}": text for name, text in values.items()}}
    return client.post(f"/connections/{source.pk}/edit/", form)


def test_it_shows_why_new_credentials_were_refused_and_keeps_the_old_ones(story):  # noqa: F811
    answer = edit(story, api_key="test_NobodyKnowsThisKey")
    assert answer.status_code == 422
    assert "Nothing was replaced" in answer.content.decode()
    assert "How to fix it" in answer.content.decode()
    assert Connection.objects.get(pk=story.sync.source_id).state == "good"


def test_it_replaces_credentials_on_the_form_once_they_work(story, keys):  # noqa: F811
    answer = edit(story, api_key=NEW)
    assert answer["Location"] == f"/connections/{story.sync.source_id}/"
    assert open_credentials(Connection.objects.get(pk=story.sync.source_id))["api_key"] == NEW


def test_it_replaces_credentials_that_do_not_work_where_somebody_insists(story):  # noqa: F811
    edit(story, api_key="test_NobodyKnowsThisKey", without_ping="yes")
    assert Connection.objects.get(pk=story.sync.source_id).state == "new"


def test_it_takes_credentials_back_that_lead_to_the_company_it_was(story, keys):  # noqa: F811
    Connection.objects.filter(pk=story.sync.source_id).update(state="changed")
    source = Connection.objects.get(pk=story.sync.source_id)
    assert rotate(source, values={"api_key": NEW}, actor=ACTOR).is_done
    assert source.state == "good"


def test_it_pings_nobody_where_only_the_name_changes(story):  # noqa: F811
    source = story.sync.source
    rotation = rotate(source, values=source.values, name="Billing", actor=ACTOR)
    assert (rotation.is_done, rotation.steps) == (True, ())
    assert (source.name, source.state) == ("Billing", "good")
