"""The scheduler's ticks: work is found in PostgreSQL, done by a worker, and twice by none."""

import pytest
from django.core import mail
from rq import Queue

from integrations.engine.shared import shared_redis
from integrations.models import Problem
from portal.notifications import jobs
from portal.notifications.models import Event, Message
from portal.notifications.tests.kit import make_channel
from portal.tests.screens import make_company
from portal.worker import Worker


@pytest.fixture
def company(live_db):
    made = make_company()
    made.channel.delete()
    make_channel(made.tenant, kinds=["problem"])
    return made


def work():
    queues = [Queue(name, connection=shared_redis()) for name in ("high", "default")]
    Worker(queues, connection=shared_redis()).work(burst=True)


def test_it_tells_of_a_problem_from_tick_to_letter(company):
    jobs.tick()
    work()
    assert [letter.subject for letter in mail.outbox] == ["Acme: A value is not mapped: setup-fee"]
    assert Message.objects.get(channel__isnull=False).state == "sent"


def test_it_tells_nothing_twice_when_redis_was_emptied(company, session_redis):
    jobs.tick()
    session_redis.flushdb()
    jobs.tick()
    work()
    session_redis.flushdb()
    jobs.tick()
    work()
    assert len(mail.outbox) == 1


def test_it_looks_at_no_company_that_is_closed(company):
    company.tenant.is_suspended = True
    company.tenant.save()
    jobs.tick()
    jobs.tick_slow()
    work()
    assert not Event.objects.exists()
    assert Problem.objects.exists()
