"""Customer payments, refunds, settlements and free text invoices (facts: vendor file, 5.6, 5.7, 5.10, 5.11)."""

from decimal import Decimal

import pytest

from integrations.connectors.dynamics365.tests.simulator_helpers import (
    books_of,
    control,
    documents,
    good,
    line,
    listed,
    make_invoice,
    make_journal,
    make_payment,
    payment_line,
    post_all,
    ready,
    reason,
    sample,
)


@pytest.fixture
def world_and_client():
    return ready()


@pytest.fixture
def client(world_and_client):
    return world_and_client[1]


@pytest.fixture
def world(world_and_client):
    return world_and_client[0]


def only(world, kind):
    (found,) = documents(world, kind)
    return found


def test_it_takes_the_documented_line(world, client):
    body = sample("payment_line_request")
    good(client.post("/CustomersV3", json={**sample("customer_request"), "CustomerAccount": "CB-10042"}))
    account = {"account": "CB\\-10042", "TransDate": "2025-03-01"}
    make_invoice(client, "CB-INV-2001", 129.95, **account)
    post_all(world)
    journal = make_journal(client, "CustPay", "CustomerPaymentJournalHeaders")
    made = good(client.post("/CustomerPaymentJournalLines", json={**body, "JournalBatchNumber": journal}))
    assert {name: made[name] for name in body} == {**body, "JournalBatchNumber": journal}
    assert (made["CustomerName"], made["SettleVoucher"], made["ExchangeRate"]) == (
        "Acme Robotics",
        "SelectedTransact",
        100,
    )


@pytest.mark.parametrize(
    "changes", [{"DefaultDimensionDisplayValue": "BU01"}, {"DocumentNumber": "1"}, {"AccountType": "Ledger"}]
)
def test_it_refuses_what_a_payment_line_does_not_have(client, changes):
    journal = make_journal(client, "CustPay", "CustomerPaymentJournalHeaders")
    assert client.post("/CustomerPaymentJournalLines", json=payment_line(journal, **changes)).status_code == 400


def test_a_payment_settles_its_marked_invoice_when_posted(world, client):
    make_invoice(client)
    post_all(world)
    make_payment(client, 120, MarkedInvoice="INV-1")
    assert only(world, "invoice")["open"] == "120.00"
    post_all(world)
    payment = only(world, "payment")
    assert (only(world, "invoice")["open"], payment["open"], payment["reference"]) == ("0.00", "0.00", "txn_1")
    assert payment["applied"] == [{"id": only(world, "invoice")["id"], "amount": "120.00"}]
    closed = {row["AmountCur"]: row["Closed"] for row in listed(client, "CustTransactions")}
    assert closed == {120: "2026-11-21T12:00:00Z", -120: "2026-11-21T12:00:00Z"}
    assert listed(client, "CustTransOpens") == []
    assert books_of(world).trial_balance() == {"401100": Decimal(-120), "110110": Decimal(120)}


def test_an_invoice_that_is_not_posted_cannot_be_marked(client):
    make_invoice(client)
    journal = make_journal(client, "CustPay", "CustomerPaymentJournalHeaders")
    answer = client.post("/CustomerPaymentJournalLines", json=payment_line(journal, MarkedInvoice="INV-1"))
    assert "not an open transaction" in reason(answer)


def test_an_unmarked_payment_stays_on_account(world, client):
    make_payment(client, 50)
    post_all(world)
    assert only(world, "payment")["open"] == "50.00"
    assert [row["AmountCur"] for row in listed(client, "CustTransOpens")] == [-50]


def test_a_payment_of_more_than_the_invoice_keeps_the_rest_open(world, client):
    make_invoice(client)
    post_all(world)
    make_payment(client, 150, MarkedInvoice="INV-1")
    post_all(world)
    assert (only(world, "invoice")["open"], only(world, "payment")["open"]) == ("0.00", "30.00")


def test_a_payment_over_several_invoices_names_amounts(world, client):
    for number in ("A", "B"):
        make_invoice(client, number, 100)
    post_all(world)
    journal = make_payment(client, 150)
    due = {row["Invoice"]: row["DueDate"] for row in listed(client, "CustTransactions")}
    for number, amount in (("A", 100), ("B", 50)):
        body = {
            "JournalLineCompany": "usmf", "JournalBatchNumber": journal, "JournalLineNumber": 1,
            "InvoiceNumber": number, "InvoiceCompany": "usmf", "InvoiceDueDate": due[number],
            "SettlementAmountInInvoiceCurrency": amount,
        }  # fmt: skip
        good(client.post("/PaymentJournalLineSettledInvoices", json=body))
    post_all(world)
    assert {one["number"]: one["open"] for one in documents(world, "invoice")} == {"A": "0.00", "B": "50.00"}


def test_more_than_what_is_open_cannot_be_settled(world, client):
    make_invoice(client)
    post_all(world)
    journal = make_payment(client, 150)
    body = {
        "JournalLineCompany": "usmf", "JournalBatchNumber": journal, "JournalLineNumber": 1, "InvoiceNumber": "INV-1",
        "InvoiceCompany": "usmf", "InvoiceDueDate": "2026-12-20", "SettlementAmountInInvoiceCurrency": 121,
    }  # fmt: skip
    assert "between 0 and 120" in reason(client.post("/PaymentJournalLineSettledInvoices", json=body))


def test_a_refund_is_a_debit_that_settles_the_credit_note(world, client):
    journal = make_journal(client)
    for side in (
        {"AccountType": "Cust", "AccountDisplayValue": "C\\-01", "CreditAmount": 40, "Invoice": "CN-1"},
        {"AccountDisplayValue": "403100", "DebitAmount": 40},
    ):
        good(client.post("/LedgerJournalLines", json=line(journal, **side)))
    post_all(world)
    make_payment(client, 0, DebitAmount=40, MarkedInvoice="CN-1", PaymentReference="rf_1")
    post_all(world)
    assert (only(world, "credit_note")["open"], only(world, "refund")["open"]) == ("0.00", "0.00")
    assert books_of(world).balance("110110", "USMF") == Decimal(-40)


def test_the_payment_method_gives_the_offset_account(client):
    journal = make_journal(client, "CustPay", "CustomerPaymentJournalHeaders")
    body = payment_line(journal, PaymentMethodName="CARD")
    del body["OffsetAccountDisplayValue"]
    made = good(client.post("/CustomerPaymentJournalLines", json=body))
    assert (made["OffsetAccountType"], made["OffsetAccountDisplayValue"]) == ("Bank", "USMF\\-CARD")


def test_exchange_differences_are_realised_when_a_payment_settles(world, client):
    make_invoice(client, CurrencyCode="EUR", ExchRate=110)
    post_all(world)
    make_payment(client, 120, CurrencyCode="EUR", ExchangeRate=105, MarkedInvoice="INV-1")
    post_all(world)
    books = books_of(world)
    assert books.balance("130110", "USMF") == 0
    assert (books.balance("110110", "USMF"), books.balance("801400", "USMF")) == (Decimal("126.00"), Decimal("6.00"))
    assert books.faults() == []


def test_a_customer_on_hold_for_payments_takes_none(world, client):
    held = {"OnHoldStatus": "Payment"}
    control(world, "POST rows", set="CustomersV3", where={"CustomerAccount": "C-01"}, set_values=held)
    journal = make_journal(client, "CustPay", "CustomerPaymentJournalHeaders")
    assert "on hold" in reason(client.post("/CustomerPaymentJournalLines", json=payment_line(journal)))


def test_lines_are_deleted_after_posting_where_the_journal_name_says_so(world, client):
    journal = make_journal(client, "DelPost", "CustomerPaymentJournalHeaders")
    good(client.post("/CustomerPaymentJournalLines", json=payment_line(journal)))
    post_all(world)
    assert listed(client, "CustomerPaymentJournalLines") == []
    assert [row["PaymReference"] for row in listed(client, "CustTransactions")] == ["txn_1"]


def free_text(client, **more):
    body = {"dataAreaId": "usmf", "CustomerAccount": "C-01", "InvoiceDate": "2026-11-20", "CurrencyCode": "USD", **more}
    return good(client.post("/FreeTextInvoiceHeaders", json=body))


def test_a_free_text_invoice_is_numbered_and_posted_with_its_lines(world, client):
    made = free_text(client)
    assert (made["FreeTextNumber"], made["DueDate"], made["PostingProfile"]) == (
        "Not posted",
        "2026-12-20T12:00:00Z",
        "GEN",
    )
    body = {
        "dataAreaId": "usmf", "ParentRecId": made["InvoiceIdentifier"], "MainAccountDisplayValue": "401200-BU02",
        "Quantity": 2, "UnitPrice": 12.5,
    }  # fmt: skip
    good(client.post("/FreeTextInvoiceLines", json=body))
    post_all(world)
    (row,) = listed(client, "FreeTextInvoiceHeaders")
    assert (row["FreeTextNumber"], row["IsPosted"]) == ("FTI-00000001", "Yes")
    assert only(world, "invoice")["total"] == "25.00"


def test_a_free_text_invoice_without_lines_waits_and_may_be_deleted(world, client):
    made = free_text(client)
    post_all(world)
    url = f"/FreeTextInvoiceHeaders(dataAreaId='usmf',InvoiceIdentifier={made['InvoiceIdentifier']})"
    assert client.delete(url, params={"cross-company": "true"}).status_code == 204
    assert documents(world) == []


def test_automatic_settlement_pays_the_oldest_first_where_switched_on(world, client):
    control(world, "POST options", automatic_settlement=True)
    make_invoice(client)
    make_payment(client, 50)
    post_all(world)
    assert only(world, "invoice")["open"] == "70.00"


def test_a_voucher_of_several_customers_leaves_each_an_invoice_of_his_own(world, client):
    good(client.post("/CustomersV3", json={**sample("customer_request"), "CustomerAccount": "C2"}))
    journal = make_journal(client)
    for side in (
        {"AccountType": "Cust", "AccountDisplayValue": "C\\-01", "DebitAmount": 30, "Invoice": "A"},
        {"AccountType": "Cust", "AccountDisplayValue": "C2", "DebitAmount": 20, "Invoice": "B"},
        {"AccountDisplayValue": "401100", "CreditAmount": 50},
    ):
        good(client.post("/LedgerJournalLines", json=line(journal, **side)))
    post_all(world)
    make_payment(client, 20, AccountDisplayValue="C2", MarkedInvoice="B")
    post_all(world)
    assert {one["number"]: one["open"] for one in documents(world, "invoice")} == {"A": "30.00", "B": "0.00"}
    assert books_of(world).faults() == []


def test_yen_have_no_decimals(client):
    journal = make_journal(client, "CustPay", "CustomerPaymentJournalHeaders")
    body = payment_line(journal, 100.5, CurrencyCode="JPY")
    assert "must be rounded to 1 for currency JPY" in reason(client.post("/CustomerPaymentJournalLines", json=body))
