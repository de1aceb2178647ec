"""Invoices, memos, payments and refunds keep to sections 5.2 to 5.6 of the vendor file, down to the books."""

from decimal import Decimal

import pytest

from integrations.connectors.acumatica.tests.simulator_helpers import (
    CB,
    booked,
    books_of,
    finish,
    good,
    invoice_body,
    journal_body,
    line,
    make_customer,
    make_invoice,
    make_payment,
    make_world,
    order,
    payment_body,
    refused,
    released_invoice,
    released_payment,
    reread,
    run,
    signed_in,
    start,
    values,
    wrap,
)

TAX = [wrap(TaxID="CHARGEBEE", TaxableAmount=100, TaxAmount=19)]


@pytest.fixture
def world():
    return make_world()


@pytest.fixture
def client(world):
    client = signed_in(world)
    make_customer(client)
    return client


@pytest.fixture(autouse=True)
def sound_books(world):
    yield
    assert books_of(world).faults() == []


def number_of(record):
    return record["ReferenceNbr"]["value"]


def trial(world):
    return {account: amount for account, amount in books_of(world).trial_balance().items() if amount}


def open_of(world, record):
    return booked(world, number_of(record)).open


def credit_memo(client, amount=100.0, **more):
    return released_invoice(client, Type="Credit Memo", CustomerOrder="CN-1", lines=[line(amount)], **more)


# 5.2 which entity


def test_it_holds_new_documents_unless_told_otherwise(client):
    body = invoice_body()
    del body["Hold"]
    assert good(client.put("/SalesInvoice", json=body))["Status"]["value"] == "On Hold"


def test_it_keeps_sales_invoices_from_the_other_screen_until_they_are_released(client):
    made = make_invoice(client)
    assert good(client.get("/Invoice")) == []
    failed = finish(client, start(client, "Invoice", "ReleaseInvoice", made))
    assert (failed.status_code, "Object reference" in failed.text) == (500, True)
    run(client, "SalesInvoice", "ReleaseSalesInvoice", made)
    assert number_of(good(client.get("/Invoice"))[0]) == number_of(made)


def test_it_keeps_plain_invoices_from_the_sales_screen(client):
    body = wrap(Type="Invoice", Customer=CB, Date="2026-03-31", Hold=False, Terms="15D", PostPeriod="042026")
    rows = [wrap(TransactionDescription="Fees", Qty=1, UnitPrice=80, Account="40200", Subaccount="000000")]
    made = good(client.put("/Invoice", json={**body, "Details": rows}))
    assert good(client.get("/SalesInvoice")) == []
    done = run(client, "Invoice", "ReleaseInvoice", made)
    assert (done["Status"]["value"], done["PostPeriod"]["value"]) == ("Open", "042026")


def test_it_posts_in_the_period_that_was_given(world, client):
    body = {**invoice_body(), "custom": {"Document": {"FinPeriodID": {"type": "CustomStringField", "value": "042026"}}}}
    made = run(client, "SalesInvoice", "ReleaseSalesInvoice", good(client.put("/SalesInvoice", json=body)))
    assert booked(world, number_of(made)).posting_date.isoformat() == "2026-04-01"


def test_it_wants_items_on_the_lines_of_sales_invoices(world, client):
    bare = wrap(Account="40000", Qty=1, UnitPrice=5)
    assert "Details.0.InventoryID" in refused(client.put("/SalesInvoice", json=invoice_body(lines=[bare])))
    order(world, "options", sales_lines_need_item=False)
    assert make_invoice(client, lines=[bare])["Amount"]["value"] == 5


def test_it_wants_a_feature_for_stock_items_and_links(client):
    for more in ({"InventoryID": "BOXED"}, {"OrigInvNbr": "AR000001"}):
        assert client.put("/SalesInvoice", json=invoice_body(lines=[line(**more)])).status_code == 422


def test_it_codes_a_direct_line_to_the_expense_account_by_default(client):
    made = make_invoice(client, expand="Details", lines=[line(Account=None)])
    assert values(made["Details"][0])["Account"] == "50000"


# 5.3 rules


def test_it_books_an_invoice_when_it_is_released(world, client):
    made = make_invoice(client)
    assert trial(world) == {}
    run(client, "SalesInvoice", "ReleaseSalesInvoice", made)
    assert trial(world) == {"11000": 100, "40000": -100}


def test_it_lists_the_batch_of_a_released_invoice(client):
    done = reread(client, "SalesInvoice", released_invoice(client), **{"$expand": "FinancialDetails"})
    batch = done["FinancialDetails"]["BatchNbr"]["value"]
    assert good(client.get(f"/JournalTransaction/AR/{batch}"))["Status"]["value"] == "Posted"


def test_it_computes_taxes_by_zone_and_category(world, client):
    make_customer(client, TaxZone="DE")
    made = released_invoice(client, lines=[line(), line(10, TaxCategory="EXEMPT")])
    assert (made["TaxTotal"]["value"], made["Amount"]["value"]) == (19, 129)
    assert trial(world)["22100"] == -19


def test_it_takes_imposed_taxes(world, client):
    made = released_invoice(client, IsTaxValid=True, TaxDetails=TAX)
    assert made["Amount"]["value"] == 119
    assert trial(world) == {"11000": 119, "40000": -100, "22000": -19}


def test_it_computes_again_without_the_flag(client):
    assert make_invoice(client, TaxDetails=TAX)["TaxTotal"]["value"] == 0


def test_it_refuses_an_unknown_tax(client):
    body = invoice_body(IsTaxValid=True, TaxDetails=[wrap(TaxID="NOPE", TaxAmount=1)])
    assert "TaxDetails.0.TaxID" in refused(client.put("/SalesInvoice", json=body))


def test_it_can_validate_the_total(world, client):
    order(world, "options", validate_totals=True)
    assert "Amount" in refused(client.put("/SalesInvoice", json=invoice_body(Amount=99)))
    assert make_invoice(client, Amount=100)["Status"]["value"] == "Balanced"


@pytest.mark.parametrize("status", ["inactive", "closed", "locked"])
def test_it_refuses_dates_in_periods_that_take_nothing(world, client, status):
    order(world, "periods", period="2026-03", status=status)
    assert status in refused(client.put("/SalesInvoice", json=invoice_body()))["Date"]


def test_it_closes_periods_by_module(world, client):
    order(world, "periods", period="032026", status="closed", module="AR")
    assert client.put("/SalesInvoice", json=invoice_body()).status_code == 422
    assert client.put("/JournalTransaction", json=journal_body()).status_code == 200


def test_it_refuses_dates_without_a_period(client):
    assert "Date" in refused(client.put("/SalesInvoice", json=invoice_body(Date="2031-01-01")))


def test_it_lets_a_supervisor_post_to_closed_periods(world, client):
    order(world, "options", restrict_closed_periods=False)
    order(world, "periods", period="2026-03", status="closed")
    assert released_invoice(client)["Status"]["value"] == "Open"


def test_it_fails_the_release_when_the_period_was_closed_meanwhile(world, client):
    made = make_invoice(client)
    order(world, "periods", period="2026-03", status="closed")
    assert finish(client, start(client, "SalesInvoice", "ReleaseSalesInvoice", made)).status_code == 500
    assert reread(client, "SalesInvoice", made)["Status"]["value"] == "Balanced"


def test_it_can_accept_a_wrong_account_until_the_release(world, client):
    order(world, "options", account_checked_at_save=False)
    made = make_invoice(client, lines=[line(Account="99999")])
    assert finish(client, start(client, "SalesInvoice", "ReleaseSalesInvoice", made)).status_code == 500
    assert trial(world) == {}


def test_it_wants_an_override_for_another_currency(client):
    make_customer(client, "LOCAL", CustomerClass="DEFAULT")
    assert "Currency" in refused(client.put("/SalesInvoice", json=invoice_body("LOCAL", Currency="EUR")))


def test_it_wants_a_rate_for_a_currency(world, client):
    order(world, "options", missing_rates=["EUR"])
    assert "rate" in refused(client.put("/SalesInvoice", json=invoice_body(Currency="EUR")))["Currency"]


def test_it_rounds_to_the_decimals_of_the_currency(client):
    assert make_invoice(client, Currency="JPY", lines=[line(100.6)])["Amount"]["value"] == 101


def test_it_refuses_terms_on_credit_memos(client):
    body = invoice_body(Type="Credit Memo", DueDate="2026-04-30")
    assert "DueDate" in refused(client.put("/SalesInvoice", json=body))


def test_it_refuses_inactive_customers(world, client):
    order(world, "inactivate", table="Customer", key=CB)
    assert "CustomerID" in refused(client.put("/SalesInvoice", json=invoice_body()))


def test_it_leaves_released_documents_as_they_are(client):
    made = released_invoice(client)
    key = wrap(Type="Invoice", ReferenceNbr=number_of(made))
    assert client.put("/SalesInvoice", json={**key, **wrap(Description="late")}).status_code == 422
    assert client.put("/SalesInvoice", json=key).status_code == 200


# 5.4 payments


def test_it_books_and_applies_a_payment_when_it_is_released(world, client):
    invoice = released_invoice(client)
    payment = make_payment(client, 100.0, [("Invoice", number_of(invoice), 60.0)])
    assert open_of(world, invoice) == 100
    done = run(client, "Payment", "ReleasePayment", payment)
    assert (done["Status"]["value"], done["AvailableBalance"]["value"]) == ("Open", 40)
    assert open_of(world, invoice) == 40
    assert trial(world) == {"10200": 100, "40000": -100}


def test_it_closes_what_is_paid_in_full(client):
    invoice = released_invoice(client)
    payment = released_payment(client, 100.0, [("INV", number_of(invoice), 100.0)])
    assert payment["Status"]["value"] == "Closed"
    assert reread(client, "SalesInvoice", invoice)["Status"]["value"] == "Closed"


@pytest.mark.parametrize("wrong", ["AmountApplied", "CuryAdjgAmt"])
def test_it_applies_nothing_by_a_wrong_name_and_says_nothing(client, wrong):
    invoice = released_invoice(client)
    rows = [wrap(DocType="Invoice", ReferenceNbr=number_of(invoice), **{wrong: 100})]
    payment = make_payment(client, DocumentsToApply=rows)
    assert payment["AppliedToDocuments"]["value"] == 0


def test_it_drops_a_row_that_names_no_document(client):
    rows = [wrap(DocType="Invoice", AdjdRefNbr="AR004711", AmountPaid=5)]
    made = good(client.put("/Payment?$expand=DocumentsToApply", json=payment_body(DocumentsToApply=rows)))
    assert made["DocumentsToApply"] == []


def test_it_applies_to_released_documents_of_the_customer_up_to_their_balance(client):
    make_customer(client, "OTHER")
    draft, foreign = make_invoice(client), released_invoice(client, customer="OTHER")
    ours = released_invoice(client)
    for invoice, amount, field in (
        (draft, 10, "ReferenceNbr"),
        (foreign, 10, "ReferenceNbr"),
        (ours, 100.01, "AmountPaid"),
    ):
        body = payment_body(200.0, [("Invoice", number_of(invoice), amount)])
        assert f"DocumentsToApply.0.{field}" in refused(client.put("/Payment", json=body))


def test_it_refuses_to_apply_more_than_was_paid(client):
    invoice = released_invoice(client)
    body = payment_body(50.0, [("Invoice", number_of(invoice), 60.0)])
    assert client.put("/Payment", json=body).status_code == 422


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ({"PaymentRef": ""}, "PaymentRef"),
        ({"PaymentMethod": "NOPE"}, "PaymentMethod"),
        ({"CashAccount": "11000"}, "CashAccount"),
        ({"PaymentAmount": 0}, "PaymentAmount"),
        ({"Type": "Balance WO"}, "Type"),
        ({"CashAccount": "10210"}, "CurrencyID"),
    ],
)
def test_it_refuses_payments_that_cannot_be(client, more, place):
    assert place in refused(client.put("/Payment", json=payment_body(**more)))


def test_it_leaves_card_payments_pending(client):
    made = make_payment(client, PaymentMethod="CARD")
    assert made["Status"]["value"] == "Pending Processing"
    assert finish(client, start(client, "Payment", "ReleasePayment", made)).status_code == 500


def test_it_books_charges_out_of_the_cash_account(world, client):
    released_payment(client, Charges=[wrap(EntryTypeID="CCFEE", Amount=3)])
    assert trial(world) == {"10200": 97, "61000": 3, "11000": -100}


def test_it_applies_a_released_payment_later(world, client):
    payment, invoice = released_payment(client), released_invoice(client)
    key = wrap(Type="Payment", ReferenceNbr=number_of(payment))
    rows = [wrap(DocType="Invoice", ReferenceNbr=number_of(invoice), AmountPaid=100)]
    good(client.put("/Payment", json={**key, "DocumentsToApply": rows}))
    assert run(client, "Payment", "ReleasePayment", payment)["Status"]["value"] == "Closed"
    assert open_of(world, invoice) == 0


def test_it_voids_a_payment_and_opens_its_invoice_again(world, client):
    invoice = released_invoice(client)
    payment = released_payment(client, 100.0, [("Invoice", number_of(invoice), 100.0)])
    assert run(client, "Payment", "VoidPayment", payment)["Status"]["value"] == "Voided"
    assert open_of(world, invoice) == 100
    assert trial(world) == {"11000": 100, "40000": -100}
    assert {values(row)["Type"] for row in good(client.get("/Payment"))} == {"Payment", "Voided Payment"}


def test_it_can_leave_the_void_to_be_released(world, client):
    order(world, "options", void_needs_release=True)
    payment = released_payment(client)
    assert run(client, "Payment", "VoidPayment", payment)["Status"]["value"] == "Open"
    run(client, "Payment", "ReleasePayment", {**payment, "Type": {"value": "Voided Payment"}})
    assert reread(client, "Payment", payment)["Status"]["value"] == "Voided"


def test_it_books_a_prepayment_on_its_own_account(world, client):
    released_payment(client, Type="Prepayment")
    assert trial(world) == {"10200": 100, "25000": -100}


def test_it_moves_a_prepayment_to_the_receivable_when_it_is_applied(world, client):
    invoice = released_invoice(client)
    prepaid = released_payment(client, 100.0, [("Invoice", number_of(invoice), 100.0)], Type="Prepayment")
    assert trial(world) == {"10200": 100, "40000": -100}
    run(client, "Payment", "VoidPayment", prepaid)
    assert trial(world) == {"11000": 100, "40000": -100}


def test_it_books_the_exchange_difference_of_an_application(world, client):
    world.simulators["acumatica"].tenant.books.currencies.fix_rate("EUR", "USD", Decimal("1.10"))
    invoice = released_invoice(client, Currency="EUR")
    world.simulators["acumatica"].tenant.books.currencies.fix_rate("EUR", "USD", Decimal("1.20"))
    more = {"CurrencyID": "EUR", "CashAccount": "10210"}
    released_payment(client, 100.0, [("Invoice", number_of(invoice), 100.0)], **more)
    assert trial(world) == {"10210": 120, "40000": -110, "70000": -10}


# 5.5 credit notes and refunds


def test_it_books_a_credit_memo_the_other_way(world, client):
    credit_memo(client)
    assert trial(world) == {"11000": -100, "40000": 100}


def test_it_applies_a_credit_memo_at_its_creation(world, client):
    invoice = released_invoice(client)
    rows = [wrap(Customer=CB, DocType="Invoice", ReferenceNbr=number_of(invoice), AmountPaid=30)]
    memo = credit_memo(client, 30.0, ApplicationsCreditMemo=rows)
    assert (memo["Status"]["value"], open_of(world, invoice)) == ("Closed", 70)


def test_it_applies_a_released_credit_memo_as_a_payment(world, client):
    invoice, memo = released_invoice(client), credit_memo(client, 30.0)
    rows = [wrap(DocType="Invoice", ReferenceNbr=number_of(invoice), AmountPaid=30)]
    key = wrap(Type="Credit Memo", ReferenceNbr=number_of(memo))
    put = good(client.put("/Payment", json={**key, "DocumentsToApply": rows}))
    assert put["AppliedToDocuments"]["value"] == 30
    assert run(client, "Payment", "ReleasePayment", put)["Status"]["value"] == "Closed"
    assert open_of(world, invoice) == 70


def test_it_shows_a_credit_memo_as_a_payment_only_once_released(client):
    make_invoice(client, Type="Credit Memo")
    assert good(client.get("/Payment")) == []


def test_it_applies_an_earlier_payment_on_an_invoice(world, client):
    payment = released_payment(client)
    rows = [wrap(DocType="Payment", AdjustingDocReferenceNbr=number_of(payment), AmountPaid=100)]
    assert released_invoice(client, ApplicationsInvoice=rows)["Status"]["value"] == "Closed"
    assert reread(client, "Payment", payment)["Status"]["value"] == "Closed"


def test_it_refunds_a_credit_memo_and_a_payment(world, client):
    memo, payment = credit_memo(client), released_payment(client)
    for kind, paid in (("Credit Memo", memo), ("Payment", payment)):
        applied = [(kind, number_of(paid), 100.0)]
        refund = released_payment(client, 100.0, applied, Type="Refund", PaymentRef=f"re_{kind}")
        assert refund["Status"]["value"] == "Closed"
    assert trial(world) == {"10200": -100, "40000": 100}
    assert reread(client, "SalesInvoice", memo)["Balance"]["value"] == 0


def test_it_refuses_a_refund_of_an_invoice(client):
    invoice = released_invoice(client)
    body = payment_body(10.0, [("Invoice", number_of(invoice), 10.0)], Type="Refund")
    assert client.put("/Payment", json=body).status_code == 422


def test_it_can_wait_for_the_approval_of_refunds(world, client):
    order(world, "options", approve_refunds=True)
    refund = make_payment(client, Type="Refund")
    assert refund["Status"]["value"] == "Pending Approval"
    assert order(world, "act", id=refund["id"], do="reject")["status"] == "Rejected"


# 5.6 journals


def test_it_posts_a_batch_on_release(world, client):
    made = good(client.put("/JournalTransaction", json=journal_body()))
    assert run(client, "JournalTransaction", "ReleaseJournalTransaction", made)["Status"]["value"] == "Posted"
    assert trial(world) == {"61000": Decimal("12.34"), "10200": Decimal("-12.34")}


def test_it_leaves_a_released_batch_unposted_without_the_option(world, client):
    order(world, "post", auto=False)
    made = good(client.put("/JournalTransaction", json=journal_body()))
    assert run(client, "JournalTransaction", "ReleaseJournalTransaction", made)["Status"]["value"] == "Unposted"
    assert trial(world) == {}
    order(world, "post")
    assert trial(world)["61000"] == Decimal("12.34")


def test_it_leaves_posted_batches_as_they_are(client):
    made = good(client.put("/JournalTransaction", json=journal_body()))
    run(client, "JournalTransaction", "ReleaseJournalTransaction", made)
    assert client.put("/JournalTransaction", json={"id": made["id"], **wrap(Description="x")}).status_code == 422
