"""Batches, the post program, planted mistakes and the control API's state: checklist item 6, DESIGN section 11."""

import pytest

from integrations.connectors.jde.tests.simulator_helpers import (
    act,
    add_supplier,
    bank_id,
    condition,
    control,
    document,
    enterprise_of,
    journal,
    make_world,
    rows,
    run,
    signed_in,
    voucher,
)

JE = "MLC_GL_ADD_JE"
KEY = "JE-8101-00001"


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    return signed_in(world)


def tamper(world, key, op, **more):
    return control(world).post("/tamper/jde", json={"id": key, "op": op, **more})


def test_documents_are_entered_unposted_and_posted_every_30_seconds(world, client):
    batch = run(client, JE, **journal()).json()["batchNumber"]
    wanted = condition("F0011.ICU", "EQUAL", str(batch))
    assert (rows(client, "F0011", wanted)[0]["IST"], rows(client, "F0911")[0]["POST"]) == ("A", "")
    assert document(world, KEY)["status"] == "unposted"
    world.advance(29)
    assert rows(client, "F0911")[0]["POST"] == ""
    world.advance(2)
    assert (rows(client, "F0011", wanted)[0]["IST"], rows(client, "F0911")[0]["POST"]) == ("D", "P")
    assert document(world, KEY)["status"] == "posted"


def test_the_timer_can_be_stopped(world, client):
    control(world).post("/post/jde", json={"auto": False})
    run(client, JE, **journal())
    world.advance(3600)
    assert enterprise_of(world).books.balance(bank_id(world, "1.1215"), "00001") == 0
    assert control(world).post("/post/jde").json()["posted"] == 1
    assert enterprise_of(world).books.balance(bank_id(world, "1.1215"), "00001") == 100


def test_posting_writes_the_automatic_entries_of_a_voucher(world, client):
    made = run(client, "MLC_AP_ADD_VOUCHER", **voucher(add_supplier(world))).json()
    assert [row["DCT"] for row in rows(client, "F0911")] == ["PV"]
    world.advance(31)
    found = rows(client, "F0911", condition("F0911.ICU", "EQUAL", str(made["batchNumber"])), columns="DCT AA OBJ")
    assert [(row["DCT"], row["AA"], row["OBJ"]) for row in found] == [("PV", 250, "8650"), ("AE", -250, "4110")]
    assert rows(client, "F0411")[0]["POST"] == "D"


def test_a_period_closed_meanwhile_puts_the_batch_in_error(world, client):
    batch = run(client, JE, **journal()).json()["batchNumber"]
    control(world).post("/periods/jde", json={"period": "2026-11", "status": "closed"})
    world.advance(31)
    wanted = condition("F0011.ICU", "EQUAL", str(batch))
    assert (rows(client, "F0011", wanted)[0]["IST"], rows(client, "F0911")[0]["POST"]) == ("E", "")
    control(world).post("/periods/jde", json={"period": "2026-11", "status": "open"})
    world.advance(31)
    assert rows(client, "F0011", wanted)[0]["IST"] == "E"
    assert control(world).post("/post/jde").json()["posted"] == 1


def test_a_clerk_may_delete_an_unposted_batch(world, client):
    batch = run(client, JE, **journal()).json()["batchNumber"]
    act(world, "delete_batch", batch=batch)
    assert (rows(client, "F0911"), rows(client, "F0011")) == ([], [])
    assert run(client, JE, **journal()).json()["result"] == "CREATED"


def test_a_posted_batch_stays(world, client):
    batch = run(client, JE, **journal()).json()["batchNumber"]
    world.advance(31)
    answer = control(world).post("/act/jde", json={"do": "delete_batch", "batch": batch})
    assert (answer.status_code, "is posted" in answer.json()["error"]) == (400, True)


def test_the_state_shows_documents_as_the_control_api_promises(world, client):
    run(client, JE, **journal())
    shown = document(world, KEY)
    assert (shown["kind"], shown["reference"], shown["currency"], shown["total"], shown["open"]) == (
        "journal", "CAAAAAAAAAAAAAAAAAA1", "USD", "100.00", "0.00",
    )  # fmt: skip
    assert (shown["date"], shown["posting_date"], shown["applied"]) == ("2026-11-20", "2026-11-20", [])
    assert shown["lines"][0] | {"account": "1.1215", "debit": "100.00", "credit": "0.00"} == shown["lines"][0]


@pytest.mark.parametrize("is_posted", [True, False])
def test_a_changed_amount_shows_in_state_and_tables(world, client, is_posted):
    run(client, JE, **journal())
    world.advance(31 if is_posted else 0)
    assert tamper(world, KEY, "amount", value="100.01").json() == {"touched": [KEY]}
    assert document(world, KEY)["total"] == "100.01"
    assert sorted(row["AA"] for row in rows(client, "F0911")) == [-100.01, 100.01]
    assert document(world, KEY)["posted"] is is_posted
    assert enterprise_of(world).books.faults() == []


def test_a_changed_date_shows_in_the_ledger(world, client):
    run(client, JE, **journal())
    tamper(world, KEY, "date", value="2026-11-02")
    assert {row["DGJ"] for row in rows(client, "F0911")} == {"20261102"}


def test_a_deleted_document_is_gone_everywhere(world, client):
    made = run(client, "MLC_AP_ADD_VOUCHER", **voucher(add_supplier(world))).json()
    world.advance(31)
    tamper(world, f"PV-{made['documentNumber']}-00001", "delete")
    assert (rows(client, "F0411"), rows(client, "F0911")) == ([], [])
    assert enterprise_of(world).books.faults() == []


def test_a_doubled_document_has_the_same_reference(world, client):
    run(client, JE, **journal())
    key = tamper(world, KEY, "duplicate").json()["touched"][0]
    found = rows(client, "F0911", condition("F0911.EXR", "EQUAL", "CAAAAAAAAAAAAAAAAAA1"))
    assert (len(found), len({row["DOC"] for row in found})) == (4, 2)
    assert document(world, key)["reference"] == "CAAAAAAAAAAAAAAAAAA1"
    world.advance(31)
    assert {row["POST"] for row in rows(client, "F0911")} == {"P"}


@pytest.mark.parametrize("which", ["payment", "voucher"])
def test_an_unapplied_payment_leaves_its_voucher_open(world, client, which):
    made = run(client, "MLC_AP_ADD_VOUCHER", **voucher(add_supplier(world))).json()
    bill = f"PV-{made['documentNumber']}-00001"
    payment = act(world, "pay_voucher", document=bill)["payment"]
    world.advance(31)
    tamper(world, {"payment": payment, "voucher": bill}[which], "unapply")
    assert (document(world, bill)["open"], document(world, payment)["applied"]) == ("250.00", [])
    assert rows(client, "F0414") == []
    assert enterprise_of(world).books.faults() == []


@pytest.mark.parametrize(("key", "op", "status"), [("JE-1-00001", "amount", 404), (KEY, "burn", 400)])
def test_tampering_says_what_it_did_not_understand(world, client, key, op, status):
    run(client, JE, **journal())
    assert tamper(world, key, op).status_code == status


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("options", {"colour": 1}, 400),
        ("options", {"nodes": "two"}, 400),
        ("options", {"host": "nowhere"}, 404),
        ("options", {"erp": {"duplicate_invoice": "maybe"}}, 400),
        ("options", {"erp": {"timezone": "Mars/Olympus"}}, 400),
        ("orchestrations", {"name": "MLC_X"}, 404),
        ("orchestrations", {"name": JE, "fail": "slowly"}, 400),
        ("orchestrations", {"name": JE, "udoGroup": "Ours"}, 400),
        ("periods", {"period": "1999-01", "status": "open"}, 404),
        ("periods", {"period": "2026-11", "status": "ajar"}, 400),
        ("act", {"do": "dance"}, 404),
        ("act", {"do": "approve_order", "order": 1}, 404),
        ("act", {"do": "approve_order", "wrong": 1}, 400),
        ("generate", {"suppliers": 0}, 400),
        ("post", {"environment": "JXX"}, 404),
    ],
)
def test_control_calls_say_what_they_did_not_understand(world, verb, body, status):
    answer = control(world).post(f"/{verb}/jde", json=body)
    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_the_credentials_sign_in(world):
    found = control(world).get("/credentials").json()["jde"]
    assert {"base_url", "username", "password", "environment", "role", "device_name"} <= set(found)
    assert signed_in(world, found["username"], environment=found["environment"], role=found["role"])


def test_the_simulator_stands_on_its_port_and_answers_for_its_hosts(world):
    shown = control(world).get("/systems").json()["jde"]
    assert (shown["port_offset"], "ais.acme.example" in shown["hosts"]) == (2, True)
