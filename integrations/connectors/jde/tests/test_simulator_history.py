"""The generated history: every state of orders and invoices, sound books, the same from the same seed."""

import pytest

from integrations.connectors.jde.simulator.acts import ACTS
from integrations.connectors.jde.tests.simulator_helpers import (
    act,
    add_supplier,
    condition,
    control,
    enterprise_of,
    make_world,
    rows,
    signed_in,
)

SIZES = {"suppliers": 20, "orders": 45, "invoices": 36}


@pytest.fixture(scope="module")
def world():
    return make_world(seed=7, **SIZES)


@pytest.fixture(scope="module")
def tables(world):
    return enterprise_of(world).store


def documents(world):
    return control(world).get("/state/jde").json()["documents"]


def test_the_same_seed_makes_the_same_history(world):
    assert documents(make_world(seed=7, **SIZES)) == documents(world)


def test_another_seed_makes_another(world):
    assert documents(make_world(seed=8, **SIZES)) != documents(world)


def test_a_second_history_adds_to_the_first():
    world = make_world(seed=1, suppliers=3, orders=3, invoices=3)
    made = control(world).post("/generate/jde", json={"seed": 2, "suppliers": 2, "orders": 1, "invoices": 0}).json()
    assert (made["suppliers"], made["orders"]) == (2, 1)


def test_the_books_are_sound_and_agree_with_the_subledger(world, tables):
    enterprise = enterprise_of(world)
    control(world).post("/post/jde")
    assert enterprise.books.faults() == []
    for company in ("00001", "00020", "00040"):
        trade = enterprise.account_of(company, "4110")["AID"]
        open_items = sum(row["AAP"] for row in tables["F0411"] if row["CO"] == company)
        assert enterprise.books.balance(trade, company) == -open_items
        assert sum(enterprise.books.trial_balance(company).values()) == 0


def test_every_ledger_row_sums_to_zero_by_batch(tables):
    sums = {}
    for row in tables["F0911"]:
        if row["POST"] == "P":
            key = (row["ICU"], row["LT"], row["KCO"])
            sums[key] = sums.get(key, 0) + row["AA"]
    assert {key: total for key, total in sums.items() if total and key[1] == "AA"} == {}


def test_keys_are_unique_in_every_table(tables):
    for name, table in tables.tables.items():
        keys = [tuple(row[alias] for alias in table.schema.key) for row in table]
        assert len(keys) == len(set(keys)), name


def test_orders_are_in_every_state_of_approval(tables):
    lines = [(row["LTTR"], row["NXTR"]) for row in tables["F4311"]]
    assert {("220", "230"), ("230", "280"), ("280", "400"), ("400", "400"), ("400", "999"), ("980", "999")} <= set(
        lines
    )
    assert {row["ASTS"] for row in tables["F4209"]} == {"1N", "1A", "1R", "2N"}
    assert any(row["HOLD"] for row in tables["F4301"])
    assert {row["DCTO"] for row in tables["F4301"]} == {"OP", "OR", "OB"}


def test_invoices_are_in_every_state_of_payment(tables):
    items = list(tables["F0411"])
    assert {row["PST"] for row in items} == {"A", "H", "P"}
    assert {row["DCT"] for row in items} == {"PV", "PD", "PE"}
    assert {row["SFX"] for row in items} == {"001", "002"}
    assert any(0 < row["AAP"] < row["AG"] for row in items)
    assert any(row["STAM"] for row in items)
    assert any(row["PO"] for row in items)
    assert any(row["CRRM"] == "F" for row in items)


def test_companies_and_currencies_are_mixed(tables):
    assert {row["CO"] for row in tables["F0411"]} == {"00001", "00020", "00040"}
    assert len({row["CRCD"] for row in tables["F4311"]}) >= 4


def test_invoice_numbers_look_like_dates_and_fill_their_column(tables):
    numbers = {row["VINV"] for row in tables["F0411"]}
    assert any(len(one) == 8 and one.isdecimal() for one in numbers)
    assert max(map(len, numbers)) <= 25


def test_audit_dates_are_zero_or_in_the_future_at_times(world, tables):
    days = [row["UPMJ"] for row in tables["F0101"] if row["AT1"] == "V"]
    assert None in days
    assert max(day for day in days if day) > enterprise_of(world).clock.today()


def test_two_suppliers_share_a_name_and_planned_addresses_wait(world, tables):
    names = [row["ALPH"] for row in tables["F0101"] if row["AT1"] == "V"]
    assert len(names) > len(set(names))
    assert any(row["EFTB"] > enterprise_of(world).clock.today() for row in tables["F0116"])


def test_the_newest_documents_are_not_posted():
    world = make_world(seed=1, suppliers=5, orders=0, invoices=10)
    statuses = {row["IST"] for row in enterprise_of(world).store["F0011"]}
    assert statuses == {"A", "D"}


def test_nothing_lies_in_the_future(world, tables):
    today = enterprise_of(world).clock.today()
    assert all(row["DGJ"] <= today for row in tables["F0911"])
    assert all(row["RCDJ"] <= today for row in tables["F43121"])


@pytest.fixture
def shop():
    world = make_world()
    supplier = add_supplier(world)
    lines = [{"account": "120.8650", "text": "Booth", "quantity": "2", "price": "100"}]
    return world, act(world, "add_order", supplier=supplier, lines=lines)["order"]


def status(world, order):
    row = rows(signed_in(world), "F4311", condition("F4311.DOCO", "EQUAL", str(order)))[0]
    return row["LTTR"], row["NXTR"], row["UOPN"], row["AOPN"]


def test_an_order_is_approved_changed_received_and_vouchered(shop):
    world, order = shop
    assert status(world, order) == ("220", "230", 2, 200)
    act(world, "approve_order", order=order)
    assert status(world, order) == ("230", "280", 2, 200)
    act(world, "change_order", order=order, price="120")
    assert status(world, order) == ("220", "230", 2, 240)
    act(world, "approve_order", order=order)
    act(world, "receive_order", order=order, quantity="1")
    assert status(world, order) == ("400", "400", 1, 120)
    act(world, "receive_order", order=order)
    assert status(world, order) == ("400", "999", 0, 0)
    key = act(world, "voucher_received", order=order, invoice="S-1")["document"]
    found = rows(signed_in(world), "F0411")[0]
    assert (found["PO"], found["PDCT"], found["AG"], key) == (str(order), "OP", 240, f"PV-{found['DOC']}-00001")


def test_approvals_wait_in_held_orders_until_released(shop):
    world, order = shop
    client = signed_in(world)
    waiting = rows(client, "F4209", condition("F4209.DOCO", "EQUAL", str(order)))
    assert [(row["ASTS"], row["RDC"]) for row in waiting] == [("1N", "")]
    act(world, "approve_order", order=order)
    after = rows(client, "F4209", condition("F4209.DOCO", "EQUAL", str(order)))
    assert [(row["ASTS"], row["RDC"]) for row in after] == [("1N", "AP"), ("1A", "AP")]


def test_staff_can_do_all_that_the_control_api_names():
    assert {"payment_run", "enter_invoice", "cancel_order", "hold_order", "void_payment", "change_supplier"} <= set(
        ACTS
    )
