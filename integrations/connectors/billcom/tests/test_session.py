"""Identity, streams, reference data, events and subscriptions against the sandbox BILL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from uuid import uuid4

import pytest

from integrations.connectors.billcom.client import Listing
from integrations.connectors.billcom.streams import KINDS
from integrations.connectors.billcom.tests.client_kit import START, Bench, pages_of, sandbox
from integrations.contracts import Window
from integrations.errors import AuthenticationError, ConnectorError, ContractError, RateLimitError

HOOK = "https://portal.example/hooks/bill/8f3a"
LOGIN = ("POST", "/connect/v3/login")


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as opened:
        yield opened


def everything(bench: Bench) -> Window:
    return Window(start=None, end=bench.world.clock.now())


def book(session, draft) -> str:
    return session.sink(draft.sink).book(draft).external_id


def vendors(bench: Bench, session, count: int) -> set[str]:
    return {book(session, bench.vendor(f"Vendor {number}")) for number in range(count)}


def keys(stream, window) -> list[str]:
    return [record.key for record in pages_of(stream, window)[0]]


def test_it_says_what_the_organization_is(bench):
    identity = bench.session().identity()
    assert identity.fingerprint == "billcom:stage:00801ACMEORG00000001"
    assert (identity.name, identity.base_currency, identity.is_production) == ("Acme Manufacturing", "USD", False)


def test_another_user_is_the_same_identity(bench):
    other = bench.session(username="svc-portal@acme.example", password="Sandbox-1!")
    assert other.identity().fingerprint == bench.session().identity().fingerprint


def test_two_connections_share_a_session(bench):
    bench.session().identity()
    bench.session().identity()
    assert bench.calls(*LOGIN) == 1


@pytest.mark.parametrize("idle_s", [36 * 60, 49 * 3600])
def test_a_session_that_ended_in_silence_is_renewed_and_the_read_repeated(bench, idle_s):
    session = bench.session(username="svc-portal@acme.example", password="Sandbox-1!")
    session.identity()
    bench.world.advance(idle_s)
    assert session.identity().name == "Acme Manufacturing"
    assert bench.calls(*LOGIN) == 2


@pytest.mark.parametrize("kind", ["session_lost", "token_expired"])
def test_a_session_lost_between_pages_loses_no_record(bench, kind):
    session = bench.session()
    made = vendors(bench, session, 205)
    bench.fault(kind, path="/connect/v3/vendors", method="GET", times=2)
    assert made <= set(keys(session.stream("vendors"), everything(bench)))


@pytest.mark.parametrize("paging", ["offset", "keyset"])
def test_vendors_changed_while_they_are_read_are_not_lost(bench, paging):
    session = bench.session()
    bench.switch(paging=paging)
    start = bench.world.clock.now() - timedelta(minutes=1)
    made = vendors(bench, session, 250)
    pages = session.stream("vendors").pages(Window(start=start, end=bench.world.clock.now()))
    seen = {record.key for record in next(pages).records}
    bench.world.advance(10)
    for vendor_id in sorted(seen)[:60]:
        session.client.change("vendors", vendor_id, {"phone": "555"})
    seen |= {record.key for page in pages for record in page.records}
    assert made <= seen


def test_a_window_holds_what_changed_in_it(bench):
    session = bench.session()
    old = book(session, bench.vendor("Old"))
    bench.world.advance(3600)
    new = book(session, bench.vendor("New"))
    window = Window(start=bench.world.clock.now() - timedelta(minutes=10), end=bench.world.clock.now())
    found = keys(session.stream("vendors"), window)
    assert new in found
    assert old not in found


def test_a_position_that_is_too_old_starts_the_list_again(bench):
    session = bench.session()
    made = vendors(bench, session, 120)
    bench.switch(page_token_life_s=60)
    first = next(session.stream("vendors").pages(everything(bench)))
    bench.world.advance(120)
    later = Window(start=None, end=bench.world.clock.now(), position=first.position)
    assert made <= set(keys(session.stream("vendors"), later))


def test_an_empty_next_page_ends_a_list(bench):
    session = bench.session()
    bench.switch(empty_next_page=True)
    assert pages_of(session.stream("departments"), everything(bench))[0]


def test_pages_that_turn_in_a_circle_are_refused(bench):
    session = bench.session()
    vendors(bench, session, 250)
    bench.switch(repeats_page_token=True)
    with pytest.raises(ContractError):
        keys(session.stream("vendors"), everything(bench))


@pytest.mark.parametrize("slug", sorted(KINDS))
def test_every_stream_can_be_read(bench, slug):
    records, unreadable = pages_of(bench.session().stream(slug), everything(bench))
    assert unreadable == []
    assert len({record.key for record in records}) == len(records)


def test_an_archived_vendor_comes_as_deleted(bench):
    session = bench.session()
    vendor_id = book(session, bench.vendor())
    session.client.set_archived("vendors", vendor_id, archived=True)
    ((record,), _) = session.stream("vendors").read([vendor_id])
    assert record.deleted


def test_it_reads_named_records_and_leaves_unknown_ones_out(bench):
    session = bench.session()
    made = sorted(vendors(bench, session, 3))
    records, _ = session.stream("vendors").read([*made, "00901NOBODY", "no id, at all"])
    assert sorted(record.key for record in records) == made


def test_an_index_lists_keys_and_orders_of_bills(bench):
    session = bench.session()
    bill_id = book(session, bench.bill(book(session, bench.vendor()), "INV-1", "10.00"))
    entries = {one.key: one.order for one in session.stream("bills").index(START - timedelta(days=35))}
    ((record,), _) = session.stream("bills").read([bill_id])
    assert entries[bill_id] == record.order > 0


def test_an_index_of_payments_goes_back_to_its_start_only(bench):
    session = bench.session()
    everything_listed = {one.key for one in session.stream("payments").index(None)}
    assert {one.key for one in session.stream("payments").index(START + timedelta(days=900))} <= everything_listed


def test_reference_data_holds_accounts_departments_and_locations(bench):
    entries = list(bench.session().reference_values())
    assert {entry.kind for entry in entries} == {"account", "department", "location"}
    assert all(entry.code and entry.number and entry.name for entry in entries)


def test_the_hourly_quota_ends_a_read_at_once(bench):
    session = bench.session()
    session.identity()
    bench.switch(calls_per_hour=0)
    with pytest.raises(RateLimitError) as caught:
        session.identity()
    assert caught.value.code == "billcom_hourly_quota"
    assert bench.limiter.pauses[-1] > 0


def test_a_gateways_page_is_tried_again(bench):
    session = bench.session()
    session.identity()
    bench.fault("gateway_html", times=2)
    assert session.client.page(Listing(path="vendors"))


def test_a_subscription_made_twice_with_one_key_is_one(bench):
    session, key = bench.session(), str(uuid4())
    first = session.subscribe("portal", HOOK, key)
    assert session.subscribe("portal", HOOK, key) == first
    assert first.security_key
    assert first.security_key not in repr(first)


def test_a_disabled_subscription_is_switched_on_again(bench):
    session = bench.session()
    made = session.subscribe("portal", HOOK, str(uuid4()))
    bench.simulator.webhooks.subscriptions[made.id].is_enabled = False
    assert session.look_after(made.id) is True
    assert session.look_after(made.id) is False


def test_a_new_signing_key_replaces_the_old(bench):
    session = bench.session()
    made = session.subscribe("portal", HOOK, str(uuid4()))
    assert session.renew_key(made.id, str(uuid4())) not in ("", made.security_key)


def test_events_are_confirmed_by_reading_their_objects_again(bench):
    session = bench.session()
    vendor_id = book(session, bench.vendor())
    known, unknown = f"e1|vendors|{vendor_id}|5", "e2|bills|00n01NOBODY|5"
    assert [event.changed[0].key for event in session.confirm([known, unknown])] == [vendor_id]


def test_sessions_that_end_at_once_are_not_made_without_end(bench):
    session = bench.session()
    bench.fault("session_lost")
    for _ in range(5):
        with suppress(ConnectorError):
            session.identity()
    with pytest.raises(AuthenticationError):
        session.identity()
    assert bench.calls(*LOGIN) <= 6


def test_a_fourth_call_at_once_waits_its_turn(bench):
    session = bench.session()
    session.identity()
    bench.switch(in_flight=1)
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda _: session.client.page(Listing(path="vendors")), range(12)))
    assert len(pages) == 12
