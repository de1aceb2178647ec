"""Streams: whole tables, changes by the day, child tables that change alone, and the approval rule."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.connectors.jde.streams import STREAMS
from integrations.connectors.jde.tests.kit import START, Bench, canned, everything, grid
from integrations.contracts import Window

SLUGS = [kind.slug for kind in STREAMS]
LATER = START + timedelta(days=10)


@pytest.fixture
def filled(bench: Bench) -> Bench:
    bench.control("POST generate", seed=1, suppliers=8, orders=12, invoices=12)
    return bench


def act(bench: Bench, do: str, **arguments: object):
    return bench.control("POST act", do=do, **arguments)


@pytest.mark.parametrize("slug", SLUGS)
def test_it_reads_everything_that_its_index_lists(filled, slug):
    session = filled.session()
    listed = {entry.key: entry.order for entry in session.stream(slug).index(None)}
    read = everything(session, slug)
    assert listed
    assert read.keys() == listed.keys()
    assert all(read[key].order >= order for key, order in listed.items())


@pytest.mark.parametrize("slug", SLUGS)
def test_it_reads_by_key_what_it_read_as_a_whole(filled, slug):
    session = filled.session()
    whole = everything(session, slug)
    records, unreadable = session.stream(slug).read([*whole, "no such key"])
    assert not unreadable
    assert {record.key: record.body for record in records} == {key: record.body for key, record in whole.items()}


def test_it_goes_on_at_a_position(filled):
    session = filled.session()
    stream = session.stream("accounts")
    first, *_ = stream.pages(Window(start=None, end=START))
    rest = [
        record.key
        for page in stream.pages(Window(start=None, end=START, position=first.position))
        for record in page.records
    ]
    assert {record.key for record in first.records}.isdisjoint(rest)
    assert len(first.records) + len(rest) == 144


def test_it_reads_only_what_changed(filled):
    session = filled.session()
    filled.world.advance(10 * 86_400)
    document = act(filled, "enter_invoice", supplier=int(next(iter(everything(session, "suppliers")))), invoice="N-1",
                   lines=[{"account": "110.8620", "amount": "10.00"}])["document"]  # fmt: skip
    changed = everything(session, "supplier_invoices", LATER)
    assert document in changed
    assert len(changed) < len(everything(session, "supplier_invoices"))


def test_it_reads_a_supplier_whose_name_alone_changed(filled):
    session = filled.session()
    supplier = next(iter(everything(session, "suppliers")))
    filled.world.advance(10 * 86_400)
    act(filled, "change_supplier", supplier=int(supplier), name="New Name Ltd")
    changed = everything(session, "suppliers", LATER)
    assert changed[supplier].body.entry.name == "New Name Ltd"


def test_it_tells_which_orders_are_approved(filled):
    session = filled.session()
    supplier = int(next(iter(everything(session, "suppliers"))))
    number = act(filled, "add_order", supplier=supplier, lines=[{"account": "110.8620", "price": "75.00"}])["order"]
    key = f"OP-{number}-00001"
    waiting = everything(session, "purchase_orders")[key].body
    act(filled, "approve_order", order=number)
    approved = everything(session, "purchase_orders")[key].body
    act(filled, "hold_order", order=number)
    held = everything(session, "purchase_orders")[key].body
    act(filled, "hold_order", order=number, hold="")
    act(filled, "cancel_order", order=number)
    cancelled = everything(session, "purchase_orders")[key].body
    assert [one.is_approved for one in (waiting, approved, held, cancelled)] == [False, True, False, False]


def test_it_reads_amounts_in_the_document_s_own_currency(filled):
    session = filled.session()
    shown = {one["id"]: one for one in filled.world.simulators["jde"].state()["documents"] if one["kind"] == "bill"}
    read = {key: record.body for key, record in everything(session, "supplier_invoices").items()}
    own = {key: (body.currency, body.gross, body.open) for key, body in read.items() if key in shown}
    assert own == {
        key: (one["currency"], Decimal(one["total"]), Decimal(one["open"])) for key, one in shown.items() if key in own
    }
    assert len({currency for currency, _, _ in own.values()}) > 1


def test_it_shows_row_security_as_fewer_rows(filled):
    session = filled.session(username="MLUSA", password="sandbox-MLUSA", role="MLCUSA")
    assert set(everything(session, "companies")) == {"00000", "00001"}


def test_it_parks_a_row_that_cannot_be_read_and_reads_the_others():
    rows = [{"CO": "00001", "NAME": "A", "UPMJ": "20260101", "PNC": 1}, {"CO": "00002", "NAME": "B", "PNC": "odd"}]
    with canned(lambda request: grid("F0010", rows) if "dataservice" in request.path else None) as (bench, _):
        records, unreadable = bench.session().stream("companies").read(["00001", "00002"])
    assert [record.key for record in records] == ["00001"]
    assert [one.key for one in unreadable] == ["00002"]


def test_it_reads_the_currencies_decimals(bench):
    read = everything(bench.session(), "currencies")
    assert (read["JPY"].body.decimals, read["KWD"].body.decimals) == (0, 3)


def test_it_reads_reference_data_of_every_kind(filled):
    entries = list(filled.session().reference_values())
    kinds = {entry.kind for entry in entries}
    assert kinds == {
        "account", "bank_account", "business_unit", "company", "currency", "supplier", "period",
    }  # fmt: skip


def test_it_calls_control_accounts_by_their_name(filled):
    entries = {one.code: one for one in filled.session().reference_values() if one.kind == "account"}
    assert entries["1.1210"].details["is_control"] == "true"
    assert not entries["1.1210"].is_active
    assert entries["1.1215"].is_active


def test_it_loses_and_doubles_nothing_while_vouchers_come_in(filled):
    filled.control("POST options", fetch_limit=5)
    session = filled.session()
    before = set(everything(session, "supplier_invoices"))
    supplier = int(next(iter(everything(session, "suppliers"))))
    seen: list[str] = []
    for at, page in enumerate(session.stream("supplier_invoices").pages(Window(start=None, end=START))):
        seen += [record.key for record in page.records]
        lines = [{"account": "110.8620", "amount": "10.00"}]
        act(filled, "enter_invoice", supplier=supplier, invoice=f"C-{at}", lines=lines)
    assert before <= set(seen)
    assert len(seen) == len(set(seen))
