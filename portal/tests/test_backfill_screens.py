"""The screen that posts older documents: counted first, started, paused, resumed and given up, by who may."""

from datetime import date
from decimal import Decimal

import pytest

from integrations import registry
from integrations.models import Backfill, Cursor, Sync, SyncRecord
from portal.models import Role
from portal.tests.screens import make_company

pytestmark = pytest.mark.django_db
AUGUST = {"start": "2026-08-01", "end": "2026-08-31"}


@pytest.fixture
def company():
    made = make_company()
    Sync.objects.filter(pk=made.sync.pk).update(start_date=date(2026, 9, 1), state="active")
    made.sync.refresh_from_db()
    for flow in registry.pair(made.sync.pair).flows:
        Cursor.objects.update_or_create(sync=made.sync, flow=flow.slug, defaults={"walked": True})
    for key, day in (("old_1", date(2026, 8, 5)), ("old_2", date(2026, 8, 31)), ("older", date(2026, 7, 31))):
        SyncRecord.objects.create(
            tenant=made.tenant,
            sync=made.sync,
            source_identity=made.sync.source_identity,
            target_identity=made.sync.target_identity,
            flow="invoices",
            natural_key=key,
            label=f"Invoice {key}",
            state="skipped",
            code="before_start_date",
            amount=Decimal("1250.50"),
            currency="USD",
            document_date=day,
        )
    return made


@pytest.fixture
def url(company):
    return f"/syncs/{company.sync.pk}/backfill/"


def test_it_counts_the_documents_of_the_days_and_starts_nothing(company, url):
    text = company.client().get(url, AUGUST).content.decode()

    assert ("2,501.00" in text, "Post 2 documents" in text) == (True, True)
    assert not Backfill.objects.exists()


def test_it_says_so_where_the_days_are_none(company, url):
    assert "Give both days" in company.client().get(url, {"start": "2026-08-31", "end": "2026-08-01"}).content.decode()


def test_it_lets_an_accountant_start_pause_resume_and_give_up(company, url):
    client, states = company.client(Role.ACCOUNTANT), []
    for step in ("start", "pause", "resume", "end"):
        client.post(f"{url}{step}/", AUGUST)
        states.append(Backfill.objects.get().state)

    assert states == ["running", "paused", "running", "ended"]
    assert "Given up" in client.get(url).content.decode()
    assert Backfill.objects.get().records == 2


def test_it_shows_what_is_under_way_and_offers_to_pause_it(company, url):
    company.client().post(f"{url}start/", AUGUST)
    text = company.client().get(url).content.decode()

    assert ("0 of 2" in text, "Pause" in text, "Count them" in text) == (True, True, False)


@pytest.mark.parametrize("step", ["start", "pause"])
def test_it_tells_why_nothing_was_done(company, url, step):
    answer = company.client().post(f"{url}{step}/", {"start": "2026-06-01", "end": "2026-06-30"}, follow=True)

    assert ("keeps out nothing" if step == "start" else "No backfill is under way") in answer.content.decode()


def test_it_shows_strangers_nothing(company, url):
    assert make_company("Other").client().get(url).status_code == 404


def test_it_asks_for_itself_again_only_while_it_works(company, url):
    client, asks = company.client(), []
    for step in ("start", "pause"):
        client.post(f"{url}{step}/", AUGUST)
        asks.append('hx-trigger="every 2s"' in client.get(url).content.decode())

    assert asks == [True, False]


def test_it_leads_from_an_earlier_one_to_its_records(company, url):
    client = company.client()
    for step in ("start", "end"):
        client.post(f"{url}{step}/", AUGUST)

    leads = f"/records/?sync={company.sync.pk}&amp;from=2026-08-01&amp;to=2026-08-31"
    assert leads in client.get(url).content.decode()


def test_it_says_how_many_documents_a_start_date_that_is_moved_back_has_posted(company):
    client, settings = company.client(), f"/syncs/{company.sync.pk}/settings/"
    form = client.get(settings).context["form"]
    typed = {name: field.initial for name, field in form.fields.items() if field.initial not in (None, "", False)}
    seen = client.post(settings, {**typed, "start_date": "2026-08-01"}, follow=True).content.decode()

    assert "left out 2 documents: now that it is moved back, they are posted by the next run" in seen
    assert SyncRecord.objects.filter(sync=company.sync, state="due").count() == 2
