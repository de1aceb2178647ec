"""The support staff's admin: everything may be seen, edits go through the verbs and are put on record."""

import pytest

from audit.models import ConfigChange
from integrations.models import Connection, Sync
from integrations.vault import open_credentials
from mappings.models import Mapping
from portal.models import Membership, Role, Tenant
from portal.tests import screens
from portal.tests.people import client_of, make_user
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db

STAFF = "support@ml.example"


@pytest.fixture
def company():
    return make_company()


@pytest.fixture
def client():
    return client_of(make_user(STAFF, is_staff=True, is_superuser=True))


def change_of(action):
    return ConfigChange.objects.filter(actor=STAFF, action=action).latest("id")


def test_it_opens_every_page(company, client):
    pages = screens.admin_pages(company)

    assert {url: client.get(url).status_code for url in pages} == dict.fromkeys(pages, 200)


def test_it_lets_nobody_else_in(company):
    assert {company.client().get(url).status_code for url in screens.admin_pages(company)} == {302}


@pytest.mark.parametrize("model", ["run", "attempt", "seal", "configchange"])
def test_it_changes_nothing_of_the_trail(company, client, model):
    row = next(url for url in screens.admin_pages(company) if f"/audit/{model}/" in url and url.endswith("/change/"))

    assert client.post(row, {}).status_code == 403
    assert client.post(row.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
    assert client.get(f"/admin/audit/{model}/add/").status_code == 403


@pytest.mark.parametrize(
    "model", ["syncrecord", "link", "problem", "ping", "inboxevent", "apitoken", "channel", "message"]
)
def test_it_changes_nothing_of_what_the_engine_and_the_portal_know(company, client, model):
    row = next(url for url in screens.admin_pages(company) if f"/{model}/" in url and url.endswith("/change/"))
    app = row.split("/")[2]

    assert client.post(row, {}).status_code == 403
    assert client.get(f"/admin/{app}/{model}/add/").status_code == 403


@pytest.mark.parametrize("model", ["portal/apitoken", "notifications/channel", "notifications/message"])
def test_it_finds_what_programs_and_people_use_by_company_and_shows_no_secret(company, client, model):
    make_company("Other")
    found = client.get(f"/admin/{model}/?q=acme").context["cl"]
    row = client.get(f"/admin/{model}/{found.queryset.get().pk}/change/").content.decode()

    assert found.queryset.get().tenant == company.tenant
    assert not [word for word in (*screens.PLANTED, company.token.token_digest) if word in row]


@pytest.mark.parametrize(
    "model", ["integrations/connection", "integrations/sync", "mappings/mapping", "portal/tenant", "portal/user"]
)
def test_it_deletes_nothing_that_the_trail_names(company, client, model):
    row = next(url for url in screens.admin_pages(company) if f"/{model}/" in url and url.endswith("/change/"))

    assert client.post(row.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403


def connection_form(**changes):
    typed = {"name": "Renamed", "value_site": "acme-test", "value_region": "us", "value_api_key": ""}
    return {**typed, "value_requests_per_minute": "150", "value_zero_decimal_currencies": "JPY", **changes}


def test_it_changes_a_connection_and_keeps_its_secrets(company, client):
    client.post(f"/admin/integrations/connection/{company.source.pk}/change/", connection_form())

    stored = Connection.objects.get(pk=company.source.pk)
    assert (stored.name, open_credentials(stored)) == ("Renamed", {"api_key": screens.API_KEY})
    assert change_of("changed").subject == f"connection {company.source.pk}"


def test_it_replaces_a_secret_without_showing_it(company, client):
    url = f"/admin/integrations/connection/{company.source.pk}/change/"
    client.post(url, connection_form(value_api_key="test_replaced"))

    assert open_credentials(Connection.objects.get(pk=company.source.pk)) == {"api_key": "test_replaced"}
    assert "test_replaced" not in client.get(url).content.decode()
    assert "test_replaced" not in str(change_of("changed").details)


@pytest.mark.parametrize(
    ("changes", "field"), [({"value_site": "no site!"}, "value_site"), ({"name": "NetSuite side"}, "name")]
)
def test_it_says_what_is_wrong_with_a_connection(company, client, changes, field):
    answer = client.post(f"/admin/integrations/connection/{company.source.pk}/change/", connection_form(**changes))

    assert field in answer.context["adminform"].form.errors


SYNC = {
    "name": "Main sync",
    "start_date": "",
    "schedule": "hourly",
    "every_minutes": "15",
    "at_times": "",
    "quiet_from": "",
    "quiet_to": "",
    "webhooks_on": "on",
    "policies": '{"zero_invoices": "skip"}',
}


def test_it_changes_a_syncs_schedule_and_policies(company, client):
    client.post(f"/admin/integrations/sync/{company.sync.pk}/change/", SYNC)

    stored = Sync.objects.get(pk=company.sync.pk)
    assert (stored.schedule, stored.policies) == ("hourly", {"zero_invoices": "skip"})
    assert set(change_of("changed").details) == {"schedule", "policies"}


@pytest.mark.parametrize("policies", ['{"zero_invoices": "burn"}', '{"unheard": "of"}', '["skip"]'])
def test_it_refuses_policies_that_the_pair_does_not_offer(company, client, policies):
    answer = client.post(f"/admin/integrations/sync/{company.sync.pk}/change/", {**SYNC, "policies": policies})

    assert "policies" in answer.context["adminform"].form.errors


def mapping_of(company):
    return Mapping.objects.get(sync_id=company.sync.pk, flow="invoices", version=1)


def test_it_saves_a_mapping_as_a_new_draft(company, client):
    mapping = mapping_of(company)
    rows = '[{"id": "memo", "target": "memo", "kind": "constant", "value": "hello"}]'
    answer = client.post(f"/admin/mappings/mapping/{mapping.pk}/change/", {"rows": rows, "filters": "[]"})

    draft = Mapping.objects.get(sync_id=company.sync.pk, flow="invoices", version=2)
    assert answer["Location"] == f"/admin/mappings/mapping/{draft.pk}/change/"
    assert (draft.status, draft.created_by, mapping_of(company).status) == ("draft", STAFF, "published")
    assert change_of("draft saved").details["version"] == 2


def test_it_refuses_rows_that_cannot_be_read(company, client):
    mapping = mapping_of(company)
    typed = {"rows": '[{"target": "memo"}]', "filters": "[]"}
    answer = client.post(f"/admin/mappings/mapping/{mapping.pk}/change/", typed)

    assert answer.context["adminform"].form.non_field_errors()
    assert Mapping.objects.filter(sync_id=company.sync.pk, flow="invoices").count() == 1


def company_form(company, **changes):
    member = Membership.objects.get(tenant=company.tenant)
    inline = {"memberships-TOTAL_FORMS": "1", "memberships-INITIAL_FORMS": "1", "memberships-0-id": member.pk}
    inline |= {
        "memberships-0-user": member.user_id,
        "memberships-0-tenant": company.tenant.pk,
        "memberships-0-role": "owner",
    }
    typed = {"name": company.tenant.name, "slug": company.tenant.slug, "time_zone": "Europe/Berlin"}
    return {**typed, **inline, **changes}


def test_it_puts_a_suspension_on_record(company, client):
    client.post(f"/admin/portal/tenant/{company.tenant.pk}/change/", company_form(company, is_suspended="on"))

    assert Tenant.objects.get(pk=company.tenant.pk).is_suspended
    assert change_of("changed by support").details == {"is_suspended": "True"}


def test_it_puts_a_changed_role_on_record(company, client):
    typed = company_form(company, **{"memberships-0-role": "viewer"})
    client.post(f"/admin/portal/tenant/{company.tenant.pk}/change/", typed)

    assert Membership.objects.get(tenant=company.tenant).role == Role.VIEWER
    assert change_of("role changed by support").details["role"] == "viewer"


@pytest.mark.parametrize("page", ["mfa/authenticator", "usersessions/usersession"])
def test_it_has_no_page_for_peoples_own_secrets(client, page):
    assert client.get(f"/admin/{page}/").status_code == 404
