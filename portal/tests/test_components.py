"""The pieces screens are made of: states, money, times, pages by key."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from audit.models import Attempt, Run
from integrations.models import Connection, Sync, SyncRecord
from portal.models import User
from portal.paging import page_by_id
from portal.states import STATES, look_of
from portal.templatetags.portal import browser, money, when
from portal.views.styleguide import icon_names

LOOKS = [(kind, state) for kind, looks in STATES.items() for state in looks]


@pytest.mark.parametrize(("kind", "state"), LOOKS)
def test_it_gives_every_state_a_word_a_meaning_and_an_icon_of_the_sprite(kind, state):
    look = look_of(state, kind)

    assert look.word
    assert look.meaning
    assert look.icon in icon_names()


CHOICES = [
    ("record", SyncRecord.State),
    ("sync", Sync.State),
    ("connection", Connection.State),
    ("run", Run.State),
    ("attempt", Attempt.Outcome),
]


@pytest.mark.parametrize(("kind", "choices"), CHOICES)
def test_it_has_a_look_for_every_state_of_the_database(kind, choices):
    assert set(choices.values) <= set(STATES[kind])


def test_it_shows_an_unknown_state_by_its_name():
    assert look_of("half_done").word == "Half done"


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("0.005", "EUR", "0.005"),
        ("7", "", "7.00"),
        ("12480.5", "EUR", "12,480.50"),
        ("1250000", "JPY", "1,250,000"),
        ("-85.125", "KWD", "−85.125"),
    ],
)
def test_it_shows_money_in_the_currencys_decimals(amount, currency, shown):
    assert f">{shown}<" in money(Decimal(amount), currency)


def test_it_shows_times_in_the_zone_with_utc_on_hover():
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        shown = when(datetime(2026, 11, 21, 16, 30, tzinfo=UTC))

    assert "22 Nov 2026, 01:30" in shown
    assert "21 Nov 2026, 16:30:00 UTC" in shown


@pytest.fixture
def people(db):
    return [User.objects.create(email=f"u{number}@acme.example") for number in range(5)]


def emails(page):
    return [user.email[:2] for user in page.rows]


def get(query=""):
    return RequestFactory().get(f"/list/{query}")


def test_it_pages_by_key_there_and_back(people):
    first = page_by_id(get("?q=u"), User.objects.all(), size=2)
    second = page_by_id(RequestFactory().get(first.older_url), User.objects.all(), size=2)
    back = page_by_id(RequestFactory().get(second.newer_url), User.objects.all(), size=2)

    assert emails(first) == emails(back) == ["u4", "u3"]
    assert emails(second) == ["u2", "u1"]
    assert "q=u" in first.older_url
    assert back.newer_url == ""


def test_it_ends_the_pages_where_the_rows_end(people):
    page = page_by_id(get(f"?before={people[1].pk}"), User.objects.all(), size=2)

    assert emails(page) == ["u0"]
    assert page.older_url == ""


def test_it_reads_nonsense_as_the_first_page(people):
    assert emails(page_by_id(get("?before=x&after=-1"), User.objects.all(), size=1)) == ["u4"]


def test_it_says_which_browser_a_session_runs_in():
    assert (
        browser("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130")
        == "Edge on Windows"
    )


def test_it_serves_no_inline_script_or_style(client):
    page = client.get("/").content.decode()

    assert " style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert finders.find("portal.css")


def test_it_leads_on_from_an_empty_page():
    shown = render_to_string("components/empty.html", {"title": "Nothing yet", "url": "/syncs/add/", "action": "Begin"})

    assert 'href="/syncs/add/"' in shown
