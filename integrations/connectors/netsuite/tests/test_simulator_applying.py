"""What the simulated NetSuite applies: payments, credits, refunds, deposits, journals (vendor file, 4.3, 4.5, 4.6)."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.connectors.netsuite.tests.simulator_kit import RECORDS, Account, error, id_of, said, sale

D = Decimal
CLEARING, REVENUE, DEPOSITS = "122", "401", "212"


@pytest.fixture
def account():
    signed_in = Account().sign_in()
    signed_in.customer()
    return signed_in


def balances(account):
    assert account.books.faults() == []
    return account.books.trial_balance()


# Payments, 4.5


def test_a_payment_closes_its_invoice(account):
    id = account.invoice()
    account.payment(applied={id: 100.0})
    shown = account.get("invoice", id)
    assert (shown["status"]["id"], shown["amountRemaining"], shown["amountPaid"]) == ("B", 0, 100)
    assert balances(account) == {REVENUE: -100, CLEARING: 100}


def test_what_is_not_applied_stays_with_the_customer(account):
    """4.5: payment minus applied amounts becomes unapplied."""
    id = account.invoice()
    payment = account.get("customerPayment", account.payment(amount=130.0, applied={id: 100.0}))
    assert (payment["applied"], payment["unapplied"]) == (100, 30)
    assert account.get("customer", account.customer())["balance"] == -30


def test_one_payment_may_pay_several_invoices(account):
    first, second = account.invoice("1", 60.0), account.invoice("2", 40.0)
    account.payment(applied={first: 60.0, second: 15.0})
    assert [account.get("invoice", id)["amountRemaining"] for id in (first, second)] == [0, 25]


@pytest.mark.parametrize("amount", [100.01, 250.0])
def test_it_does_not_apply_more_than_is_due(account, amount):
    id = account.invoice()
    rows = {"items": [{"doc": {"id": id}, "line": 0, "apply": True, "amount": amount}]}
    body = {"customer": {"id": "900"}, "payment": 500, "account": {"id": "122"}, "apply": rows}
    assert error(account.send("PUT", f"{RECORDS}/customerPayment/eid:P", body))[:2] == (400, "USER_ERROR")


def test_it_does_not_apply_more_than_was_paid(account):
    id = account.invoice()
    rows = {"items": [{"doc": {"id": id}, "line": 0, "apply": True, "amount": 100}]}
    body = {"customer": {"id": "900"}, "payment": 50, "account": {"id": "122"}, "apply": rows}
    assert account.send("PUT", f"{RECORDS}/customerPayment/eid:P", body).status == 400


def unmatched(account, id, **changes):
    rows = {"items": [{"doc": {"id": id}, "line": 0, "apply": True, "amount": 1, **changes.pop("row", {})}]}
    body = {"customer": {"id": "900"}, "payment": 50, "account": {"id": "122"}, "apply": rows, **changes}
    return said(account.send("PUT", f"{RECORDS}/customerPayment/eid:P", body))


def test_it_applies_only_to_an_open_document_of_the_same_customer_currency_and_receivable(account):
    """4.5: "Unable to find a matching line for sublist apply with key: [doc,line]"."""
    words = "Unable to find a matching line for sublist apply with key: [doc,line]"
    id = account.invoice()
    other = account.customer("other")
    euro = {"items": [{"currency": {"id": "4"}}]}
    account.customer(currencyList=euro)
    assert words in unmatched(account, "123456")
    assert words in unmatched(account, id, customer={"id": other})
    assert words in unmatched(account, id, currency={"id": "4"})
    assert words in unmatched(account, id, arAcct={"id": "120"})
    assert words in unmatched(account, id, row={"line": 5})
    account.payment(applied={id: 100.0})
    assert words in unmatched(account, id)


def test_resending_the_same_doc_edits_it(account):
    """3.5: apply lines are keyed by doc and line."""
    id = account.invoice()
    account.payment(applied={id: 40.0})
    account.payment(applied={id: 70.0})
    assert account.get("invoice", id)["amountRemaining"] == 30


@pytest.mark.parametrize("row", [{"apply": False}, {"apply": True, "amount": 0}])
def test_it_takes_an_application_back(account, row):
    """4.5: un-apply with apply:false or amount:0 by PATCH."""
    id = account.invoice()
    payment = account.payment(applied={id: 100.0})
    rows = {"items": [{"doc": {"id": id}, "line": 0, **row}]}
    account.send("PATCH", f"{RECORDS}/customerPayment/{payment}", {"apply": rows})
    assert account.get("invoice", id)["amountRemaining"] == 100
    assert account.get("customerPayment", payment)["unapplied"] == 100


def test_the_apply_list_shows_what_else_is_open(account):
    first, second = account.invoice("1"), account.invoice("2")
    rows = account.get("customerPayment", account.payment(applied={first: 100.0}))["apply"]["items"]
    assert [(row["doc"]["id"], row["apply"], row["due"]) for row in rows] == [(first, True, 100), (second, False, 100)]


def test_auto_apply_pays_the_oldest_first(account):
    late = account.invoice("1", tranDate="2026-03-20")
    early = account.invoice("2", tranDate="2026-03-10")
    account.payment(amount=120.0, autoApply=True)
    assert [account.get("invoice", id)["amountRemaining"] for id in (early, late)] == [0, 80]


def test_money_without_an_account_goes_to_undeposited_funds(account):
    payment = account.payment(account=None)
    assert account.get("customerPayment", payment)["status"]["id"] == "B"
    assert balances(account)["121"] == 100


def test_a_payment_wants_a_money_account(account):
    body = {"customer": {"id": "900"}, "payment": 50, "account": {"id": "401"}}
    assert error(account.send("PUT", f"{RECORDS}/customerPayment/eid:P", body))[2] == "account"


def test_credits_named_beside_a_payment_pay_first(account):
    id, credit = account.invoice(), account.put("creditMemo", "CN", sale(30.0))
    rows = {"items": [{"doc": {"id": credit}, "apply": True, "amount": 30}]}
    account.payment(amount=70.0, applied={id: 100.0}, credit=rows)
    assert account.get("invoice", id)["status"]["id"] == "B"
    assert account.get("creditMemo", credit)["status"]["id"] == "B"
    assert balances(account) == {REVENUE: -70, CLEARING: 70}


def test_a_paid_invoice_does_not_shrink_below_what_was_paid(account):
    id = account.invoice()
    account.payment(applied={id: 100.0})
    assert account.send("PUT", f"{RECORDS}/invoice/eid:CB-acme-INV-1001?replace=item", sale(99.0)).status == 400
    assert account.get("invoice", id)["total"] == 100


# Credit memos, refunds, deposits, journals


def test_a_credit_memo_pays_an_invoice(account):
    id = account.invoice()
    rows = {"items": [{"doc": {"id": id}, "line": 0, "apply": True, "amount": 20}]}
    memo = account.put("creditMemo", "CN", {**sale(20.0), "apply": rows})
    assert account.get("invoice", id)["amountRemaining"] == 80
    assert account.get("creditMemo", memo)["status"]["id"] == "B"


def refund(account, rows, **changes):
    body = {"customer": {"id": "900"}, "account": {"id": "122"}, "tranDate": "2026-03-09", "apply": {"items": rows}}
    return account.send("PUT", f"{RECORDS}/customerRefund/eid:CB-acme-RFD-1", {**body, **changes})


def test_a_refund_pays_out_a_credit_memo(account):
    memo = account.put("creditMemo", "CN", sale(40.0))
    response = refund(account, [{"doc": {"id": memo}, "line": 1, "apply": True, "amount": 40}])
    assert account.get("customerRefund", id_of(response))["total"] == 40
    assert balances(account) == {REVENUE: 40, CLEARING: -40}


def test_a_refund_pays_out_an_overpayment(account):
    payment = account.payment(amount=30.0)
    refund(account, [{"doc": {"id": payment}, "apply": True, "amount": 30}])
    assert balances(account) == {}


def test_a_refund_does_not_exceed_the_credit(account):
    """7.14: credit memo smaller than the refund because tax changed it."""
    memo = account.put("creditMemo", "CN", sale(40.0))
    response = refund(account, [{"doc": {"id": memo}, "apply": True, "amount": 41}])
    assert error(response)[:2] == (400, "USER_ERROR")


def test_a_refund_applies_to_something(account):
    assert error(refund(account, []))[:2] == (400, "USER_ERROR")


def test_a_refunded_deposit_shows_as_its_application(account):
    """4.6: on GET the deposit sublist is always empty, the deposit shows as a deposit application in apply."""
    body = {"customer": {"id": "900"}, "payment": 50, "account": {"id": "122"}}
    deposit = account.put("customerDeposit", "CD", body)
    rows = {"items": [{"doc": {"id": deposit}, "apply": True, "amount": 50}]}
    shown = account.get("customerRefund", id_of(refund(account, [], deposit=rows)))
    assert (shown["deposit"]["items"], len(shown["apply"]["items"])) == ([], 1)
    assert balances(account) == {}


def test_a_deposit_is_owed_until_applied(account):
    body = {"customer": {"id": "900"}, "payment": 80, "account": {"id": "122"}, "tranDate": "2026-03-01"}
    deposit = account.put("customerDeposit", "CD", body)
    before = balances(account)
    id = account.invoice(amount=60.0)
    rows = {"items": [{"doc": {"id": id}, "line": 0, "apply": True, "amount": 60}]}
    account.put("depositApplication", "DA", {"deposit": {"id": deposit}, "tranDate": "2026-03-02", "apply": rows})
    assert before == {CLEARING: 80, DEPOSITS: -80}
    assert balances(account) == {CLEARING: 80, DEPOSITS: -20, REVENUE: -60}
    assert account.get("invoice", id)["status"]["id"] == "B"


def test_a_deposit_is_not_applied_beyond_its_amount(account):
    deposit = account.put("customerDeposit", "CD", {"customer": {"id": "900"}, "payment": 10, "account": {"id": "122"}})
    id = account.invoice()
    rows = {"items": [{"doc": {"id": id}, "apply": True, "amount": 11}]}
    body = {"deposit": {"id": deposit}, "apply": rows}
    assert account.send("PUT", f"{RECORDS}/depositApplication/eid:DA", body).status == 400


def journal(account, *rows, **changes):
    lines = [{"account": {"id": id}, side: amount, **more} for id, side, amount, more in rows]
    body = {"tranDate": "2026-03-05", "subsidiary": {"id": "2"}, "line": {"items": lines}}
    return account.send("PUT", f"{RECORDS}/journalEntry/eid:CB-acme-JE-1", {**body, **changes})


def test_a_journal_books_its_lines(account):
    """4.6: the sample of a payout with a fee."""
    rows = [("101", "debit", 77.20, {}), ("655", "debit", 2.80, {"memo": "gateway fee"}), ("122", "credit", 80.0, {})]
    assert journal(account, *rows).status == 204
    assert balances(account) == {"101": D("77.2"), "655": D("2.8"), "122": -80}


def test_a_journal_must_balance(account):
    response = journal(account, ("101", "debit", 10.0, {}), ("655", "credit", 9.99, {}))
    assert "must balance" in said(response)


def test_a_journal_on_the_receivable_needs_a_name(account):
    rows = [("119", "debit", 5.0, {}), ("655", "credit", 5.0, {})]
    assert "Please enter value(s) for: Name." in said(journal(account, *rows))
    named = [("119", "debit", 5.0, {"entity": {"id": "900"}}), ("655", "credit", 5.0, {})]
    assert journal(account, *named).status == 204


def test_a_reversal_date_makes_the_reversing_entry(account):
    journal(account, ("101", "debit", 5.0, {}), ("655", "credit", 5.0, {}), reversalDate="2026-04-01")
    documents = account.world.state("netsuite")["documents"]
    dates = [each["date"] for each in documents if each["kind"] == "journal"]
    assert dates == ["2026-03-05", "2026-04-01"]
    assert balances(account) == {}


# Anything at all


STEPS = st.tuples(
    st.sampled_from(["invoice", "memo", "pay", "unpay", "refund", "delete"]),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 500),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_the_books_stay_sound_whatever_is_tried(steps):
    account = Account().sign_in()
    account.customer()
    for kind, first, second, amount in steps:
        _try(account, kind, str(first), str(second), amount / 4)
    assert account.books.faults() == []
    assert sum(account.books.trial_balance().values()) == 0


def _try(account, kind, first, second, amount):
    """Send one request that may well be refused."""
    rows = {"items": [{"doc": {"externalId": f"I{second}"}, "line": 0, "apply": kind != "unpay", "amount": amount}]}
    money = {"customer": {"id": "900"}, "tranDate": "2026-03-02", "account": {"id": "122"}}
    if kind == "invoice":
        account.send("PUT", f"{RECORDS}/invoice/eid:I{first}?replace=item", sale(amount))
    elif kind == "memo":
        account.send("PUT", f"{RECORDS}/creditMemo/eid:M{first}?replace=item", {**sale(amount), "apply": rows})
    elif kind in ("pay", "unpay"):
        account.send("PUT", f"{RECORDS}/customerPayment/eid:P{first}", {**money, "payment": amount, "apply": rows})
    elif kind == "refund":
        owed = {"items": [{"doc": {"externalId": f"P{second}"}, "apply": True, "amount": amount}]}
        account.send("PUT", f"{RECORDS}/customerRefund/eid:R{first}", {**money, "apply": owed})
    else:
        account.send("DELETE", f"{RECORDS}/customerPayment/eid:P{first}")
        account.send("DELETE", f"{RECORDS}/invoice/eid:I{second}")
