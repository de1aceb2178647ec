"""What screens never show, and that they cost the same however much there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Run
from integrations.models import Connection
from portal.models import Role
from portal.tests import screens
from portal.tests.people import client_of, make_user
from portal.tests.screens import PLANTED, make_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return make_company()


def staff_client():
    return client_of(make_user("support@ml.example", is_staff=True, is_superuser=True))


def pages_of(company):
    return [url for url, _ in {**screens.lists(), **screens.objects(company)}.values()]


def test_it_shows_no_secret_on_any_page(company):
    client = company.client()
    pages = [*pages_of(company), f"/connections/{company.source.pk}/edit/"]
    seen = {url: client.get(url).getvalue().decode(errors="replace") for url in pages}

    assert [(url, word) for url, text in seen.items() for word in PLANTED if word in text] == []


def test_it_shows_no_secret_in_the_admin(company):
    client = staff_client()
    seen = {url: client.get(url).content.decode() for url in screens.admin_pages(company)}

    assert [(url, word) for url, text in seen.items() for word in PLANTED if word in text] == []


def test_it_gives_no_secret_back_beside_an_error(company):
    typed = {"name": "", "value_account_id": "nonsense", "value_private_key_pem": "planted-typed-key"}
    answer = company.client().post(f"/connections/{company.target.pk}/edit/", typed)

    assert answer.status_code == 422
    assert "planted-typed-key" not in answer.content.decode()


def test_it_shows_the_trail_redacted(company):
    seen = company.client().get(f"/records/{company.record.pk}/").content.decode()

    assert "[redacted]" in seen
    assert "1230.5" in seen


def test_it_names_the_secrets_that_are_set(company):
    seen = company.client().get(f"/connections/{company.source.pk}/").content.decode()

    assert "Set and sealed" in seen


def test_it_shows_webhook_secrets_to_those_who_configure_and_notes_it(company):
    answer = company.client().post(f"/connections/{company.source.pk}/webhook/")
    seen = answer.content.decode()

    assert screens.HOOK_WORD in seen
    assert f"/hooks/{company.source.webhook_token}/" in seen
    assert "no-store" in answer["Cache-Control"]
    assert screens.ConfigChange.objects.filter(action="webhook secrets shown", actor=company.owner.email).count() == 1


def test_it_shows_the_webhook_address_to_nobody_unasked(company):
    client = company.client(Role.ADMIN)

    assert company.source.webhook_token not in client.get(f"/connections/{company.source.pk}/").content.decode()


# Queries


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", [*screens.lists()])
def test_it_lists_in_a_constant_number_of_queries(name):
    few, many = make_company("Few", records=1), make_company("Many", records=12)
    for number in range(6):
        Connection.objects.create(
            tenant=many.tenant,
            connector="chargebee",
            name=f"More {number}",
            environment="test",
            webhook_token=f"t{number}",
        )
    url, _ = screens.lists()[name]

    assert queries_of(few.client(), url) == queries_of(many.client(), url)


@pytest.mark.parametrize(
    "name", ["sync_detail", "sync_live", "run_detail", "problem_detail", "record_detail", "reconciliation_detail"]
)
def test_it_shows_one_thing_in_a_constant_number_of_queries(name):
    few, many = make_company("Few", records=1), make_company("Many", records=12)

    assert queries_of(few.client(), screens.objects(few)[name][0]) == queries_of(
        many.client(), screens.objects(many)[name][0]
    )


LIMITS = {
    "dashboard": 16,
    "sync_list": 7,
    "run_list": 5,
    "record_list": 7,
    "problem_list": 9,
    "connection_list": 6,
    "notification_list": 7,
}


@pytest.mark.parametrize("name", LIMITS)
def test_it_asks_few_questions(name, company):
    url, _ = screens.lists()[name]

    assert queries_of(company.client(), url) <= LIMITS[name]


def test_it_lists_in_the_admin_in_a_constant_number_of_queries():
    make_company("Few", records=1)
    client = staff_client()
    lists = [url for url in screens.admin_pages(make_company("Some", records=2)) if not url.endswith("/change/")]
    before = {url: queries_of(client, url) for url in lists}
    make_company("Many", records=12)

    assert {url: queries_of(client, url) for url in lists} == before


def test_it_shows_that_a_run_is_being_cancelled_and_by_whom(company):
    Run.objects.filter(pk=company.run.pk).update(state="running", ended_at=None)
    client = company.client()
    client.post(f"/runs/{company.run.pk}/cancel/")
    page = client.get(f"/runs/{company.run.pk}/").content.decode()

    assert f"Being cancelled by {company.owner.email}" in page
    assert f"/runs/{company.run.pk}/cancel/" not in page
