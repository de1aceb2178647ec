"""Faults, permissions, limits, state and mistakes planted on purpose."""

import json
import pickle

import pytest

from integrations.connectors.netsuite.tests.simulator_kit import RECORDS, Account, error, line, read, sale


@pytest.fixture
def account():
    signed_in = Account().sign_in()
    signed_in.customer()
    return signed_in


def fault(account, kind, **rule):
    account.world.faults("netsuite").set_rules({"rules": [{"kind": kind, **rule}]})


def documents(account, kind):
    assert account.books.faults() == []
    return [each for each in account.world.state("netsuite")["documents"] if each["kind"] == kind]


# Faults


def test_a_write_may_be_altered_in_silence(account):
    fault(account, "write_altered", method="PUT", times=1)
    account.invoice(amount=100.0)
    assert documents(account, "invoice")[0]["total"] == "101.00"


def test_an_altered_write_may_name_its_field(account):
    fault(account, "write_altered", value="date")
    account.invoice()
    assert documents(account, "invoice")[0]["date"] == "2026-03-02"


def test_a_write_may_lose_a_field(account):
    id = account.invoice()
    fault(account, "write_dropped_field", value="apply")
    account.payment(applied={id: 100.0})
    assert documents(account, "payment")[0]["applied"] == []


def test_a_write_may_lose_a_field_of_its_lines(account):
    fault(account, "write_dropped_field", value="item.department")
    id = account.put("invoice", "I", sale(0, line(5.0, department={"id": "7"})))
    assert "department" not in account.get("invoice", id)["item"]["items"][0]


def test_the_search_may_lag(account):
    fault(account, "search_lag", value_s=30)
    account.invoice()
    before = account.rows("SELECT id FROM transaction")
    account.world.advance(31)
    assert (before, account.rows("SELECT id FROM transaction")) == ([], [{"id": "7001"}])


def test_the_record_api_does_not_lag(account):
    fault(account, "search_lag")
    assert account.get("invoice", account.invoice())["total"] == 100


@pytest.mark.parametrize("kind", ["session_lost", "token_expired"])
def test_a_session_may_be_lost(account, kind):
    fault(account, kind, times=1)
    assert error(account.send("GET", f"{RECORDS}/invoice"))[:2] == (401, "INVALID_LOGIN")
    assert account.sign_in().send("GET", f"{RECORDS}/invoice").status == 200


def test_a_lost_session_writes_nothing(account):
    fault(account, "token_expired", times=1)
    account.send("PUT", f"{RECORDS}/invoice/eid:I", sale())
    assert documents(account, "invoice") == []


def test_a_record_may_have_been_changed_in_between_once(account):
    """6.2: RCRD_HAS_BEEN_CHANGED: re-read, retry."""
    account.invoice()
    account.control("POST quirks", kind="record_changed")
    target = f"{RECORDS}/invoice/eid:CB-acme-INV-1001?replace=item"
    assert error(account.send("PUT", target, sale(7.0)))[1] == "RCRD_HAS_BEEN_CHANGED"
    assert account.send("PUT", target, sale(7.0)).status == 204


def test_a_500_may_come_after_the_commit(account):
    """10: the duplicate test."""
    account.control("POST quirks", kind="error_after_commit")
    assert error(account.send("PUT", f"{RECORDS}/invoice/eid:I", sale()))[:2] == (500, "UNEXPECTED_ERROR")
    assert len(documents(account, "invoice")) == 1


def test_a_server_error_is_worded_as_netsuite_does(account):
    fault(account, "server_error")
    response = account.send("GET", f"{RECORDS}/invoice")
    assert error(response)[:2] == (500, "UNEXPECTED_ERROR")
    assert b"Error ID:" in response.body


def test_throttling_is_worded_as_netsuite_does(account):
    fault(account, "rate_limit", value_s=3)
    response = account.send("GET", f"{RECORDS}/invoice")
    assert error(response)[:2] == (429, "CONCURRENCY_LIMIT_EXCEEDED")
    assert response.header("Retry-After") == "3"


def test_oracles_own_sample_of_throttling_is_broken_json(account):
    """6.2: it carries title "Bad Request" and misses a comma."""
    fault(account, "rate_limit_no_hint")
    response = account.send("GET", f"{RECORDS}/invoice")
    assert response.status == 429
    with pytest.raises(json.JSONDecodeError):
        read(response)


def test_it_takes_five_requests_at_a_time(account):
    """6.3: one account-wide limit of concurrent requests, 5 by default."""
    entered = [account.simulator.enter(None) for _ in range(6)]
    assert [answer and answer.status for answer in entered] == [None, None, None, None, None, 429]
    account.simulator.leave(None)
    assert account.simulator.enter(None) is None


# Permissions


@pytest.mark.parametrize("level", ["none", "view"])
def test_reading_needs_the_level_to_edit(account, level):
    """3.2: every record load, GET included, is in edit mode."""
    id = account.invoice()
    account.control("POST role", permissions={"Invoice": level})
    assert error(account.send("GET", f"{RECORDS}/invoice/{id}"))[:2] == (403, "INSUFFICIENT_PERMISSION")
    assert account.send("GET", f"{RECORDS}/customer/900").status == 200


def test_an_unknown_permission_is_named(account):
    with pytest.raises(ValueError, match="Unknown permission 'Fly'"):
        account.control("POST role", permissions={"Fly": "full"})


def test_an_unknown_option_is_named(account):
    with pytest.raises(ValueError, match="Unknown option 'fly'"):
        account.control("POST options", fly=True)


# State


def test_the_state_shows_what_is_booked(account):
    id = account.invoice()
    payment = account.payment(amount=60.0, applied={id: 60.0})
    (shown,) = documents(account, "invoice")
    lines = [(row["account"], row["debit"], row["credit"]) for row in shown["lines"]]
    expected = {
        "id": id, "reference": "CB-acme-INV-1001", "customer": "CB-acme-CUS-cus_77", "currency": "USD",
        "total": "100.00", "open": "40.00", "date": "2026-03-01", "posting_date": "2026-03-01", "status": "A",
        "applied": [],
    }  # fmt: skip
    assert {name: shown[name] for name in expected} == expected
    assert lines == [("1100", "100.00", "0.00"), ("4000", "0.00", "100.00")]
    (paid,) = documents(account, "payment")
    assert (paid["id"], paid["applied"]) == (payment, [{"id": id, "amount": "60.00"}])


def test_the_state_lists_customers_and_made_items(account):
    account.put("serviceSaleItem", "CB-acme-ITM-pro", {"itemId": "Pro", "incomeAccount": {"id": "401"}})
    assert [each["reference"] for each in documents(account, "customer")] == ["CB-acme-CUS-cus_77"]
    assert [each["reference"] for each in documents(account, "item")] == ["CB-acme-ITM-pro"]


def test_only_record_writes_count_as_writes(account):
    before = account.world.state("netsuite")["writes"]
    account.rows("SELECT id FROM account")
    account.sign_in()
    account.invoice()
    assert account.world.state("netsuite")["writes"] == before + 1


@pytest.mark.parametrize(
    ("op", "value", "seen"),
    [
        ("amount", "100.01", [("100.01", "2026-03-01")]),
        ("date", "2026-03-07", [("100.00", "2026-03-07")]),
        ("delete", None, []),
        ("duplicate", None, [("100.00", "2026-03-01"), ("100.00", "2026-03-01")]),
    ],
)
def test_mistakes_can_be_planted(account, op, value, seen):
    id = account.invoice()
    account.control("POST tamper", id=id, op=op, value=value)
    assert [(each["total"], each["date"]) for each in documents(account, "invoice")] == seen
    rows = account.rows("SELECT externalid FROM transaction")
    assert rows == [{"externalid": "CB-acme-INV-1001"}] * len(seen)


def test_a_payment_can_be_torn_from_its_invoice(account):
    id = account.invoice()
    account.payment(applied={id: 100.0})
    account.control("POST tamper", id="CB-acme-TXN-txn_9", op="unapply")
    assert documents(account, "invoice")[0]["open"] == "100.00"


def test_a_tampered_amount_shows_in_the_record_and_the_search(account):
    id = account.invoice()
    account.control("POST tamper", id=id, op="amount", value="77")
    assert account.get("invoice", id)["total"] == 77
    assert account.rows("SELECT foreigntotal FROM transaction") == [{"foreigntotal": "77"}]


# Keeping


def test_a_kept_world_goes_on_where_it_was(account):
    account.invoice()
    again = Account(world=pickle.loads(pickle.dumps(account.world)), bearer=account.bearer)
    assert again.rows("SELECT externalid FROM transaction") == [{"externalid": "CB-acme-INV-1001"}]
    assert again.invoice(amount=50.0) == "7001"
    assert again.books.faults() == []


def test_a_reset_empties_the_books(account):
    account.invoice()
    account.world.reset()
    account.sign_in()
    assert account.rows("SELECT id FROM transaction") == []
    assert account.customer() == "900"


# Bad input


@pytest.mark.parametrize(
    "body",
    [
        b'{"item":{"items":[{"item":{"id":"310"},"amount":1e400}]},"entity":{"id":"900"}}',
        b'{"item":{"items":[{"item":{"id":"310"},"amount":NaN}]},"entity":{"id":"900"}}',
        b'{"item":{"items":[{"item":{"id":"310"},"amount":1,"line":99999999999999999999}]},"entity":{"id":"900"}}',
        b'{"memo":"\\ud800","entity":{"id":"900"}}',
        b'{"memo":"\\u0000","entity":{"id":"900"}}',
        b'{"\\ud800":1}',
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"\xff\xfe",
    ],
)
def test_odd_bodies_are_refused_and_never_raise(account, body):
    strict = {"x_netsuite_propertynamevalidation": "error"}
    assert account.send("PUT", f"{RECORDS}/invoice/eid:I", body, **strict).status == 400


@pytest.mark.parametrize("statement", ["(" * 5000, "SELECT " + "-" * 5000 + "1 FROM account", "SELECT '", "\ud800"])
def test_odd_queries_are_refused_and_never_raise(account, statement):
    assert account.query(statement).status == 400


@pytest.mark.parametrize("value", [10**40, "\ud800", True, [], {}])
def test_odd_parameters_are_refused_and_never_raise(account, value):
    assert account.query("SELECT id FROM transaction WHERE id = ?", value).status == 400
