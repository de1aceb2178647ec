"""Facts about leases: one holder, fencing, and a takeover that waits out the old holder's longest call."""

from datetime import timedelta

import pytest
from django.utils import timezone

from integrations.engine.lease import fenced, take_lease
from integrations.engine.tests.builders import make_sync
from integrations.errors import LeaseLostError
from integrations.models import Sync

pytestmark = pytest.mark.django_db


def test_it_gives_the_lease_to_one_run_only():
    sync = make_sync(state="active")
    assert take_lease(sync.pk) is not None
    assert take_lease(sync.pk) is None


def test_it_grows_the_fence_with_every_holder():
    sync = make_sync(state="active")
    first = take_lease(sync.pk)
    first.release()
    assert take_lease(sync.pk).fence == first.fence + 1


@pytest.mark.parametrize(("expired_s", "is_free"), [(10, False), (60, True)])
def test_it_waits_out_the_longest_call_of_a_lost_holder(expired_s, is_free):
    sync = make_sync(state="active", lease_grace_s=31, lease_until=timezone.now() - timedelta(seconds=expired_s))
    assert (take_lease(sync.pk) is not None) is is_free


def test_it_refuses_to_commit_for_a_holder_that_was_replaced():
    sync = make_sync(state="active")
    old = take_lease(sync.pk)
    Sync.objects.filter(pk=sync.pk).update(fence=old.fence + 1)
    with pytest.raises(LeaseLostError), fenced(old):
        Sync.objects.filter(pk=sync.pk).update(name="written by a zombie")
    assert Sync.objects.get(pk=sync.pk).name == "Chargebee to NetSuite"


def test_it_refuses_a_call_that_could_outlive_the_lease():
    sync = make_sync(state="active")
    lease = take_lease(sync.pk)
    lease.may_write(lease.term_s - 1)
    with pytest.raises(LeaseLostError):
        lease.may_write(lease.term_s + 1)


def test_it_refuses_any_call_after_the_lease_was_lost():
    sync = make_sync(state="active")
    lease = take_lease(sync.pk)
    Sync.objects.filter(pk=sync.pk).update(lease_until=None)
    with pytest.raises(LeaseLostError):
        lease.renew()
    with pytest.raises(LeaseLostError):
        lease.may_write(0.1)
