"""The pages of the two-person rule ask the database as often for many as for one, and decide nothing when opened."""

from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import ApprovalRequest, SyncRecord
from portal.approvals.tests.office import CASES, ask, open_office
from portal.models import Role
from portal.tests.people import join

pytestmark = pytest.mark.django_db
NUMBERS = count(1)


@pytest.fixture
def office():
    return open_office()


def queries_of(client, url):
    """Count the queries of a page that was opened once before."""
    client.get(url)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def ask_more(request, state):
    """Keep nine more such requests."""
    for _ in range(9):
        request.pk, request.state, request.subject = None, state, f"another {next(NUMBERS)}"
        request.save()


@pytest.mark.parametrize("url", ["/approvals/", "/home/", "/two-person-rule/"])
def test_it_shows_many_requests_in_as_many_queries_as_one(office, url):
    request = ask(office, CASES["undo"])
    once = queries_of(office.approver, url)
    for state in ("waiting", "lapsed"):
        ask_more(request, state)
    for number in range(5):
        join(office.company.tenant, Role.ADMIN, f"admin{number}@acme.example")

    assert queries_of(office.approver, url) == once


@pytest.mark.parametrize("place", ["ask", "detail"])
def test_it_shows_many_records_in_as_many_queries_as_one(office, place):
    company = office.company
    url = f"/approvals/ask/problem/{company.problem.pk}/"
    office.asker.post(url, {"reason": "The item is mapped now."})
    request = ApprovalRequest.objects.get()
    page = url if place == "ask" else f"/approvals/{request.pk}/"
    once = queries_of(office.approver, page)
    ids = [company.record.pk]
    for number in range(9):
        record = SyncRecord.objects.get(pk=company.record.pk)
        record.pk, record.natural_key = None, f"inv_more_{number}"
        record.save()
        ids.append(record.pk)
    ApprovalRequest.objects.update(what={"sync": company.sync.pk, "ids": ids})

    assert queries_of(office.approver, page) == once


@pytest.mark.parametrize("verb", ["approve", "decline", "withdraw"])
def test_it_decides_nothing_by_opening_an_address(office, verb):
    request = ask(office, CASES["undo"])

    assert office.approver.get(f"/approvals/{request.pk}/{verb}/").status_code == 405
    assert ApprovalRequest.objects.get().state == "waiting"
