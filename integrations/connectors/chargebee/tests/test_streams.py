"""Reading Chargebee's lists: nothing is lost, whatever happens meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.connectors.chargebee.simulator import activity, people
from integrations.connectors.chargebee.simulator.generator import generate
from integrations.connectors.chargebee.tests.kit import (
    CLASSIC,
    CLASSIC_KEY,
    SITE,
    keys,
    open_canned,
    read_all,
)
from integrations.connectors.chargebee.tests.samples import INVOICE, sample
from integrations.contracts import Window
from integrations.errors import ContractError, RateLimitError, UnavailableError
from integrations.sandbox.app import Response
from integrations.sandbox.dice import dice

BILLING = ("customers", "subscriptions", "invoices", "credit_notes", "transactions", "items", "item_prices")
ODD_IDS = [
    'quote"quote', "apostrophe'", "a,b", "[list]", "['a','b']", "a/b", "a//b", "back\\slash", "per%20cent", "q?m=1#x",
    "plus+and&", "Müller GmbH", "日本-1", "sp ace", "..", "a/../b", ".", "curly{}", "semi;colon", "a=b", "`tick`",
]  # fmt: skip


def everything(sandbox, path, name=SITE):
    return sorted(one["id"] for one in sandbox.site(name).every(path))


def many_customers(sandbox, number, prefix="cus"):
    return [people.add_customer(sandbox.site(), f"{prefix}-{at:04d}")["id"] for at in range(number)]


# Everything there is


@pytest.mark.parametrize("path", BILLING)
def test_it_reads_everything_that_exists(sandbox, path):
    generate(sandbox.site(), customers=30, seed=3, months=4)
    read = read_all(sandbox.session().stream(path), None, sandbox.later())
    assert keys(read) == everything(sandbox, path)


@pytest.mark.parametrize("path", ["plans", "addons"])
def test_it_reads_everything_of_the_older_catalogue(sandbox, path):
    generate(sandbox.site(CLASSIC), customers=5, seed=3, months=2)
    session = sandbox.session(site=CLASSIC, api_key=CLASSIC_KEY)
    assert keys(read_all(session.stream(path), None, sandbox.later())) == everything(sandbox, path, CLASSIC)


@pytest.mark.parametrize(
    ("site", "key", "path"), [(SITE, "test_SandboxAcmeReadOnly", "plans"), (CLASSIC, CLASSIC_KEY, "items")]
)
def test_it_finds_nothing_in_the_catalogue_that_the_site_does_not_use(sandbox, site, key, path):
    stream = sandbox.session(site=site, api_key=key).stream(path)
    assert read_all(stream, None, sandbox.later()) == []
    assert stream.read(["basic", "team"]) == ((), ())
    assert list(stream.index(None)) == []


def test_it_marks_deleted_objects(sandbox):
    many_customers(sandbox, 3)
    people.delete_customer(sandbox.site(), "cus-0001")
    read = read_all(sandbox.session().stream("customers"), None, sandbox.later())
    assert [record.key for record in read if record.deleted] == ["cus-0001"]


def test_it_orders_objects_by_their_version(sandbox):
    site = sandbox.site()
    many_customers(sandbox, 3)
    site.change_quietly("customers", "cus-0001", resource_version=None)
    site.change_quietly("customers", "cus-0002", resource_version=None, updated_at=None)
    orders = {one.key: one.order for one in read_all(sandbox.session().stream("customers"), None, sandbox.later())}
    assert orders == {
        "cus-0000": site.get("customers", "cus-0000")["resource_version"],
        "cus-0001": site.get("customers", "cus-0001")["updated_at"] * 1000,
        "cus-0002": 0,
    }


def test_it_goes_on_where_another_reader_stopped(sandbox):
    many_customers(sandbox, 250)
    end = sandbox.later()
    first = next(sandbox.session().stream("customers").pages(Window(start=None, end=end)))
    rest = read_all(sandbox.session().stream("customers"), None, end, first.position)
    assert (len(first.records), keys([*first.records, *rest])) == (100, everything(sandbox, "customers"))


def test_it_begins_anew_where_a_position_is_no_longer_accepted(sandbox):
    many_customers(sandbox, 120)
    read = read_all(sandbox.session().stream("customers"), None, sandbox.later(), "no longer known")
    assert keys(read) == everything(sandbox, "customers")


# What changed


def test_it_reads_what_changed_since_the_window_began(sandbox):
    many_customers(sandbox, 5)
    start = sandbox.later()
    sandbox.later(10)
    people.change_customer(sandbox.site(), "cus-0003", company="Changed")
    changed = read_all(sandbox.session().stream("customers"), start, sandbox.later())
    assert [(record.key, record.body.company) for record in changed] == [("cus-0003", "Changed")]


def test_it_reads_the_second_before_the_window_again(sandbox):
    many_customers(sandbox, 2)
    changed_at = sandbox.world.clock.now()
    read = read_all(sandbox.session().stream("customers"), changed_at + timedelta(seconds=1), sandbox.later())
    assert keys(read) == ["cus-0000", "cus-0001"]


def test_it_reads_all_rows_that_share_one_moment(sandbox):
    start = sandbox.later()
    many_customers(sandbox, 333)
    read = read_all(sandbox.session().stream("customers"), start, sandbox.later())
    assert keys(read) == everything(sandbox, "customers")


def test_it_loses_no_row_on_the_seam_of_two_windows(sandbox):
    start, seam = sandbox.later(), sandbox.later(30)
    many_customers(sandbox, 3, "early")
    first = read_all(sandbox.session().stream("customers"), start, seam)
    many_customers(sandbox, 3, "late")
    second = read_all(sandbox.session().stream("customers"), seam, sandbox.later(30))
    assert sorted({*keys(first), *keys(second)}) == everything(sandbox, "customers")


def test_it_finds_rows_without_a_change_time_only_by_reading_everything(sandbox):
    start = sandbox.later()
    many_customers(sandbox, 4)
    sandbox.site().change_quietly("customers", "cus-0002", updated_at=None, resource_version=None)
    end = sandbox.later()
    stream = sandbox.session().stream("customers")
    assert (len(read_all(stream, start, end)), len(read_all(stream, None, end))) == (3, 4)
    assert "cus-0002" in [entry.key for entry in stream.index(start - timedelta(days=1))]


def test_it_asks_nothing_for_a_window_that_ends_before_it_begins(sandbox):
    stream = sandbox.session().stream("invoices")
    now = sandbox.world.clock.now()
    assert [page.records for page in stream.pages(Window(start=now, end=now - timedelta(seconds=1)))] == [()]
    assert sandbox.world.traffic["chargebee"].reads == 0


@pytest.mark.parametrize("path", ["customers", "invoices", "credit_notes", "transactions"])
def test_it_loses_nothing_that_changes_while_it_reads(sandbox, path):
    site = sandbox.site()
    generate(site, customers=60, seed=5, months=5)
    first_end = sandbox.later(600)
    chance, known = dice("changes"), {}
    for page in sandbox.session().stream(path).pages(Window(start=None, end=first_end)):
        known |= {record.key: record.order for record in page.records}
        sandbox.later(7)
        activity.make_activity(site, events=12, seed=chance.randint(1, 999))
        people.add_customer(site, preferred_currency_code="USD")
    start = first_end
    for _ in range(3):
        end = sandbox.later(20)
        for page in sandbox.session().stream(path).pages(Window(start=start, end=end)):
            known |= {record.key: max(record.order, known.get(record.key, 0)) for record in page.records}
            activity.make_activity(site, events=12, seed=chance.randint(1, 999))
        start = end
    known |= {
        one.key: max(one.order, known.get(one.key, 0))
        for one in read_all(sandbox.session().stream(path), start, sandbox.later())
    }
    assert known == {one["id"]: one.get("resource_version", 0) for one in site.every(path)}


def test_it_reads_customers_though_the_list_ignores_their_sort(sandbox):
    sandbox.site().knobs.honours_customer_sort = False
    start = sandbox.later()
    many_customers(sandbox, 230)
    end = sandbox.later()
    stream = sandbox.session().stream("customers")
    assert keys(read_all(stream, start, end)) == keys(read_all(stream, None, end)) == everything(sandbox, "customers")


def test_it_stays_behind_by_five_minutes_unless_told_otherwise(sandbox):
    assert sandbox.session(lag_s="").stream("invoices").lag_s == 300
    assert sandbox.session(lag_s="0").stream("invoices").lag_s == 0


def test_it_misses_nothing_behind_a_lagging_index(sandbox):
    sandbox.site().knobs.index_lag_s = 290.0
    start = sandbox.later()
    many_customers(sandbox, 20)
    sandbox.later(300)
    stream = sandbox.session(lag_s="300").stream("customers")
    end = sandbox.world.clock.now() - timedelta(seconds=stream.lag_s)
    assert keys(read_all(stream, start, end)) == everything(sandbox, "customers")


# Trouble on the way


@pytest.mark.parametrize(
    "kind", ["rate_limit", "rate_limit_no_hint", "server_error", "gateway_html", "connection_reset"]
)
def test_it_reads_on_after_passing_trouble(sandbox, kind):
    many_customers(sandbox, 250)
    end = sandbox.later()
    sandbox.fault(kind, times=2, path="/customers")
    assert keys(read_all(sandbox.session().stream("customers"), None, end)) == everything(sandbox, "customers")


def test_it_reads_on_within_the_sites_limit(sandbox):
    many_customers(sandbox, 320)
    sandbox.site().knobs.per_minute = 2
    end = sandbox.later()
    session = sandbox.session()
    known, position = {}, ""
    for _ in range(9):
        try:
            for page in session.stream("customers").pages(Window(start=None, end=end, position=position)):
                known |= {record.key: record for record in page.records}
                position = page.position
            break
        except RateLimitError:
            sandbox.later(60)
    assert sorted(known) == everything(sandbox, "customers")


def test_it_sets_a_bad_row_aside_and_reads_the_others():
    good, bad, nameless = (
        {"invoice": sample(INVOICE)},
        {"invoice": sample(INVOICE, id="1002", total="12")},
        {"invoice": {}},
    )
    with open_canned({"invoices": {"list": [good, bad, nameless, {"card": {}}, "text"]}}) as session:
        page = next(session.stream("invoices").pages(Window(start=None, end=datetime(2026, 11, 1, tzinfo=UTC))))
    assert [record.key for record in page.records] == ["1001"]
    assert [one.key.split("-")[0] for one in page.unreadable] == ["1002", "row", "row", "row"]
    assert page.unreadable[0].error.field == "total"


@pytest.mark.parametrize("changed", [{"updated_at": 1_000}, {"updated_at": None}])
def test_it_refuses_rows_that_show_an_ignored_filter(changed):
    row = {"invoice": sample(INVOICE, **changed)}
    with open_canned({"invoices": {"list": [row]}}) as session, pytest.raises(ContractError) as caught:
        read_all(session.stream("invoices"), datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    assert caught.value.code == "chargebee_filter_ignored"


def test_it_refuses_an_index_that_shows_an_ignored_filter():
    rows = {"list": [{"invoice": sample(INVOICE)}]}
    with open_canned({"invoices": rows}) as session, pytest.raises(ContractError) as caught:
        list(session.stream("invoices").index(datetime(2026, 10, 1, tzinfo=UTC)))
    assert caught.value.code == "chargebee_filter_ignored"


@pytest.mark.parametrize("answer", [{"list": {}}, {"rows": []}, {"list": [], "next_offset": ["1", "2"]}])
def test_it_refuses_an_answer_that_is_no_list(answer):
    with open_canned({"invoices": answer}) as session, pytest.raises(ContractError) as caught:
        read_all(session.stream("invoices"), None, datetime(2026, 11, 1, tzinfo=UTC))
    assert caught.value.code == "chargebee_unexpected_answer"


def test_it_does_not_go_round_in_circles():
    circle = {"list": [], "next_offset": '["1","2"]'}
    with open_canned({"invoices": circle}) as session, pytest.raises(ContractError, match="same page twice"):
        read_all(session.stream("invoices"), None, datetime(2026, 11, 1, tzinfo=UTC))


def test_it_takes_a_body_that_broke_off_for_passing_trouble():
    broken = Response.text(200, '{"list":[{"invoice":{"id":"10', "application/json")
    with open_canned({"invoices": broken}) as session, pytest.raises(UnavailableError) as caught:
        read_all(session.stream("invoices"), None, datetime(2026, 11, 1, tzinfo=UTC))
    assert caught.value.code == "chargebee_cut_short"


# Named objects


def test_it_reads_named_objects_in_batches(sandbox):
    known = many_customers(sandbox, 230)
    session = sandbox.session()
    records, unreadable = session.stream("customers").read([*known, "nobody"])
    assert ([record.key for record in records], unreadable) == (known, ())
    assert sandbox.world.traffic["chargebee"].reads < 10


def test_it_reads_ids_of_full_length_in_urls_that_gateways_accept(sandbox):
    long = [people.add_customer(sandbox.site(), f"{'Ü' * 46}{at:04d}")["id"] for at in range(100)]
    records, _ = sandbox.session().stream("customers").read(long)
    assert [record.key for record in records] == long
    assert sandbox.world.traffic["chargebee"].reads < 20


@pytest.mark.parametrize("together", [True, False])
def test_it_reads_ids_with_odd_characters(sandbox, together):
    for key in ODD_IDS:
        people.add_customer(sandbox.site(), key)
    stream = sandbox.session().stream("customers")
    found = [stream.read([key])[0] for key in ODD_IDS]
    records = stream.read(ODD_IDS)[0] if together else [record for one in found for record in one]
    assert [record.key for record in records] == ODD_IDS


def test_it_finds_deleted_ones_behind_a_404(sandbox):
    known = many_customers(sandbox, 2)
    people.delete_customer(sandbox.site(), "cus-0001")
    stream = sandbox.session().stream("customers")
    alone, together = stream.read(["cus-0001"])[0], stream.read(known)[0]
    assert [(record.key, record.deleted) for record in alone] == [("cus-0001", True)]
    assert [(record.key, record.deleted) for record in together] == [("cus-0000", False), ("cus-0001", True)]


def test_it_gives_nothing_for_an_unknown_id(sandbox):
    many_customers(sandbox, 1)
    assert sandbox.session().stream("customers").read(["nobody"]) == ((), ())
    assert sandbox.session().stream("customers").read([]) == ((), ())


def test_it_never_gives_another_object_than_it_was_asked_for():
    with open_canned({"invoices/7": {"invoice": sample(INVOICE, id="8")}, "invoices": {"list": []}}) as session:
        assert session.stream("invoices").read(["7"]) == ((), ())


def test_it_reads_a_single_object_fresh_past_the_lagging_index(sandbox):
    many_customers(sandbox, 2)
    sandbox.session().stream("customers").read(["cus-0000", "cus-0001"])
    sandbox.site().knobs.index_lag_s = 300.0
    people.change_customer(sandbox.site(), "cus-0000", company="Fresh")
    people.add_customer(sandbox.site(), "new")
    records, _ = sandbox.session().stream("customers").read(["cus-0000"])
    unlisted, _ = sandbox.session().stream("customers").read(["cus-0001", "new"])
    assert records[0].body.company == "Fresh"
    assert [record.key for record in unlisted] == ["cus-0001", "new"]


def test_it_parks_a_named_object_that_cannot_be_read():
    bad = {"invoice": sample(INVOICE, total=None)}
    with open_canned({"invoices/1001": bad}) as session:
        records, unreadable = session.stream("invoices").read(["1001"])
    assert (records, [(one.key, one.error.field) for one in unreadable]) == ((), [("1001", "total")])


def test_it_reads_singly_where_the_list_ignores_the_ids():
    rows = {"list": [{"invoice": sample(INVOICE, id="9")}]}
    alone = {"invoices/7": {"invoice": sample(INVOICE, id="7")}, "invoices/8": {"invoice": sample(INVOICE, id="8")}}
    with open_canned({"invoices": rows, **alone}) as session:
        records, _ = session.stream("invoices").read(["7", "8"])
    assert [record.key for record in records] == ["7", "8"]


# The index


@pytest.mark.parametrize("path", BILLING)
def test_it_lists_every_object_with_its_order(sandbox, path):
    site = sandbox.site()
    generate(site, customers=30, seed=3, months=4)
    people.delete_customer(site, people.add_customer(site)["id"])
    listed = {entry.key: (entry.order, entry.deleted) for entry in sandbox.session().stream(path).index(None)}
    assert listed == {one["id"]: (one.get("resource_version", 0), bool(one.get("deleted"))) for one in site.every(path)}


@pytest.mark.parametrize("path", ["invoices", "credit_notes", "transactions"])
def test_it_lists_documents_from_a_date_on(sandbox, path):
    generate(sandbox.site(), customers=30, seed=3, months=4)
    start = sandbox.world.clock.now() - timedelta(days=35)
    listed = sorted(entry.key for entry in sandbox.session().stream(path).index(start))
    due = sorted(one["id"] for one in sandbox.site().every(path) if one["date"] >= start.timestamp() - 1)
    assert listed == due


def test_it_lists_documents_dated_ahead(sandbox):
    generate(sandbox.site(), customers=3, seed=3, months=1)
    first = sandbox.site().every("invoices")[0]["id"]
    sandbox.site().change("invoices", first, date=int(sandbox.later().timestamp()) + 90 * 86_400)
    assert first in [entry.key for entry in sandbox.session().stream("invoices").index(sandbox.world.clock.now())]


# Nothing is written


def test_it_writes_nothing(sandbox):
    generate(sandbox.site(), customers=5, seed=3, months=1)
    session = sandbox.session()
    for path in BILLING:
        read_all(session.stream(path), None, sandbox.later())
        list(session.stream(path).index(None))
    list(session.reference_values())
    assert sandbox.world.traffic["chargebee"].writes == 0
