"""What the simulated NetSuite books: sales, taxes, currencies, periods (vendor file, sections 4 and 6)."""

from decimal import Decimal

import pytest

from integrations.connectors.netsuite.tests.simulator_kit import RECORDS, Account, error, line, said, sale

D = Decimal
AR, CLEARING, REVENUE, DEFERRED, DISCOUNT, VAT = "119", "122", "401", "220", "410", "211"
EXCHANGE = "702"


@pytest.fixture
def account():
    signed_in = Account().sign_in()
    signed_in.customer()
    return signed_in


def taxed(amount=100.0, tax=25.0, **changes):
    """An invoice with its tax imposed, as section 4.7 writes it."""
    detail = {
        "taxDetailsReference": {"id": "L1"},
        "taxType": "5",
        "taxCode": {"id": "12"},
        "taxBasis": amount,
        "taxRate": 25,
        "taxAmount": tax,
    }
    lines = sale(0, line(amount, taxDetailsReference="L1"))
    return {**lines, "taxDetailsOverride": True, "taxDetails": {"items": [{**detail, **changes}]}}


def balances(account):
    assert account.books.faults() == []
    return account.books.trial_balance()


# Sales


def test_an_invoice_debits_the_receivable_and_credits_the_items_account(account):
    account.invoice(amount=100.0)
    assert balances(account) == {AR: 100, REVENUE: -100}


def test_negative_lines_reduce_it(account):
    account.put("invoice", "I", sale(0, line(100.0), line(-30.5, item={"id": "313"})))
    assert balances(account) == {AR: D("69.5"), REVENUE: -100, DISCOUNT: D("30.5")}


def test_totals_are_computed_by_the_server(account):
    body = {**taxed(), "discountItem": {"id": "313"}, "discountRate": -10}
    shown = account.get("invoice", account.put("invoice", "I", body))
    figures = [shown[name] for name in ("subtotal", "discountTotal", "taxTotal", "total", "amountRemaining")]
    assert figures == [100, -10, 25, 115, 115]


def test_quantity_times_rate_makes_the_amount(account):
    id = account.put("invoice", "I", sale(0, {"item": {"id": "310"}, "quantity": 3, "rate": 3.333}))
    assert account.get("invoice", id)["item"]["items"][0]["amount"] == 10


def test_a_line_needs_an_amount(account):
    response = account.send("PUT", f"{RECORDS}/invoice/eid:I", sale(0, {"item": {"id": "310"}}))
    assert "Please enter value(s) for: Amount." in said(response)


def test_service_dates_move_the_revenue_to_the_deferred_account(account):
    dates = {"revRecStartDate": "2026-03-01", "revRecEndDate": "2026-05-31"}
    account.put("invoice", "I", sale(0, line(90.0, **dates)))
    assert balances(account) == {AR: 90, DEFERRED: -90}


def test_a_zero_invoice_is_paid_at_once(account):
    id = account.invoice(amount=0.0)
    assert account.get("invoice", id)["status"]["id"] == "B"


def test_a_negative_total_is_refused(account):
    assert error(account.send("PUT", f"{RECORDS}/invoice/eid:I", sale(-5.0)))[:2] == (400, "USER_ERROR")


def test_a_credit_memo_is_the_opposite_of_an_invoice(account):
    account.put("creditMemo", "CN", sale(40.0))
    assert balances(account) == {AR: -40, REVENUE: 40}


def test_an_update_replaces_what_was_booked(account):
    account.invoice(amount=100.0)
    account.invoice(amount=70.0)
    assert balances(account) == {AR: 70, REVENUE: -70}


# Taxes, 4.7


def test_imposed_taxes_are_booked_as_sent(account):
    account.put("invoice", "I", taxed(tax=24.99))
    assert balances(account) == {AR: D("124.99"), REVENUE: -100, VAT: D("-24.99")}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"taxDetailsReference": {"id": "L9"}}, "taxDetailsReference"),
        ({"taxType": "2"}, "taxType"),
        ({"taxAmount": None}, "taxAmount"),
        ({"taxCode": {"id": "99"}}, "taxCode"),
    ],
)
def test_it_refuses_tax_details_that_fit_no_line_or_code(account, changes, field):
    response = account.send("PUT", f"{RECORDS}/invoice/eid:I", taxed(**changes))
    assert error(response) == (400, "INVALID_CONTENT", f"taxDetails.items[0].{field}")


def test_tax_details_without_replace_are_added_again(account):
    """3.5: a sublist without a key is appended to."""
    id = account.put("invoice", "I", taxed(), "?replace=item")
    account.put("invoice", "I", taxed(), "?replace=item")
    assert account.get("invoice", id)["taxTotal"] == 50
    account.put("invoice", "I", taxed(), "?replace=item,taxDetails")
    assert account.get("invoice", id)["taxTotal"] == 25


def test_without_override_it_computes_taxes_itself(account):
    """4.7: netsuite_calculates; a taxable item sold to Norway."""
    book = {"items": [{"defaultBilling": True, "addressBookAddress": {"addr1": "Quay 9", "country": {"id": "NO"}}}]}
    account.customer(addressBook=book)
    account.put("invoice", "I", sale(0, line(100.0, item={"id": "319"}), line(10.0)))
    assert balances(account)[VAT] == -25


def test_a_tax_line_item_books_to_the_tax_account(account):
    account.put("invoice", "I", sale(0, line(100.0), line(7.25, item={"id": "315"})))
    assert balances(account) == {AR: D("107.25"), REVENUE: -100, "210": D("-7.25")}


def test_a_gross_amount_recalculates_the_amount(account):
    """4.2: since 2026.1 a sent grossAmt recalculates amount."""
    body = taxed()
    body["item"]["items"][0]["grossAmt"] = 150.0
    id = account.put("invoice", "I", body)
    assert account.get("invoice", id)["item"]["items"][0]["amount"] == 125


def test_legacy_accounts_compute_by_tax_code(account):
    account.control("POST options", tax_engine="legacy")
    account.put("invoice", "I", sale(0, line(100.0, taxCode={"id": "13"})))
    assert balances(account)[VAT] == -20


# Currencies


@pytest.mark.parametrize(
    ("currency", "sent", "booked"), [("1", 10.005, "10.01"), ("3", 1000.0, "1000"), ("5", 1.2345, "1.235")]
)
def test_amounts_have_the_currencys_decimals(account, currency, sent, booked):
    account.customer(currencyList={"items": [{"currency": {"id": currency}}]})
    account.put("invoice", "I", {**sale(sent), "currency": {"id": currency}})
    assert account.world.state("netsuite")["documents"][0]["total"] == booked


def test_a_currency_must_be_the_customers(account):
    """4.1: currency is the primary one, currencyList holds more."""
    response = account.send("PUT", f"{RECORDS}/invoice/eid:I", {**sale(), "currency": {"id": "4"}})
    assert error(response) == (400, "INVALID_CONTENT", "currency")


def test_the_exchange_rate_is_base_units_per_document_unit(account):
    account.customer(currencyList={"items": [{"currency": {"id": "4"}}]})
    account.put("invoice", "I", {**sale(100.0), "currency": {"id": "4"}, "exchangeRate": 1.1})
    assert balances(account) == {AR: 110, REVENUE: -110}


def test_the_base_currency_has_no_other_rate_than_one(account):
    response = account.send("PUT", f"{RECORDS}/invoice/eid:I", {**sale(), "exchangeRate": 1.1})
    assert error(response)[2] == "exchangeRate"


def test_a_payment_at_another_rate_realises_the_difference(account):
    account.customer(currencyList={"items": [{"currency": {"id": "4"}}]})
    euro = {"currency": {"id": "4"}}
    id = account.put("invoice", "I", {**sale(100.0), **euro, "exchangeRate": 1.1})
    account.payment(applied={id: 100.0}, exchangeRate=1.2, **euro)
    assert balances(account) == {REVENUE: -110, CLEARING: 120, EXCHANGE: -10}


def test_each_subsidiary_keeps_its_own_base_currency(account):
    account.customer("nl", subsidiary={"id": "3"}, currency={"id": "4"})
    account.put("invoice", "I", {**sale(50.0), "entity": {"externalId": "CB-acme-CUS-nl"}})
    assert account.books.trial_balance("3") == {AR: 50, REVENUE: -50}


# Periods, 6.3


@pytest.mark.parametrize(("status", "word"), [("closed", "is closed"), ("locked", "is locked")])
def test_a_shut_period_takes_no_postings(account, status, word):
    account.control("POST periods", period="2026-03", status=status)
    response = account.send("PUT", f"{RECORDS}/invoice/eid:I", sale())
    assert error(response)[:2] == (400, "USER_ERROR")
    assert word in said(response)


def test_another_posting_period_may_take_it(account):
    account.control("POST periods", period="2026-03", status="closed")
    april = account.books.periods.named("2026-04").id
    account.invoice(postingPeriod={"id": april})
    (document, *_) = account.world.state("netsuite")["documents"]
    assert (document["date"], document["posting_date"]) == ("2026-03-01", "2026-04-01")


def test_a_preference_forbids_a_date_outside_the_period(account):
    account.control("POST options", allow_date_outside_period=False)
    april = account.books.periods.named("2026-04").id
    response = account.send("PUT", f"{RECORDS}/invoice/eid:I", {**sale(), "postingPeriod": {"id": april}})
    assert "outside the posting period" in said(response)


def test_existing_credits_may_be_applied_in_a_closed_period(account):
    """6.3: "Allow Non-G/L Changes" permits applying existing credits."""
    id, payment = account.invoice(), account.payment()
    account.control("POST periods", period="2026-03", status="closed")
    rows = {"items": [{"doc": {"id": id}, "line": 0, "apply": True, "amount": 100}]}
    assert account.send("PATCH", f"{RECORDS}/customerPayment/{payment}", {"apply": rows}).status == 204


def test_a_strict_account_allows_no_change_at_all_in_a_closed_period(account):
    id = account.invoice()
    account.control("POST options", allow_non_gl_changes=False)
    account.control("POST periods", period="2026-03", status="closed")
    assert account.send("PATCH", f"{RECORDS}/invoice/{id}", {"memo": "x"}).status == 400


def test_a_date_far_away_has_no_period(account):
    response = account.send("PUT", f"{RECORDS}/invoice/eid:I", {**sale(), "tranDate": "2019-01-01"})
    assert "not within the date range of your accounting periods" in said(response)


def test_the_last_thirty_months_are_open(account):
    periods = account.books.periods
    assert periods.all()[0].name == "May 2024"
    assert {period.status for period in periods.all()} == {"open"}


# Approval


def test_an_invoice_pending_approval_is_not_posted_until_approved(account):
    account.control("POST options", invoice_approval=True)
    id = account.invoice()
    before = (account.get("invoice", id)["status"]["id"], balances(account))
    account.control("POST post")
    assert before == ("D", {})
    assert (account.get("invoice", id)["status"]["id"], balances(account)) == ("A", {AR: 100, REVENUE: -100})


def test_a_rejected_invoice_is_not_posted(account):
    account.control("POST options", invoice_approval=True)
    id = account.invoice()
    account.control("POST post", reject=[id])
    assert (account.get("invoice", id)["status"]["id"], balances(account)) == ("E", {})
