"""Sinks: what is booked stands as drafted, is found again, and the same operation again books nothing."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.connectors.acumatica.faces import PAYMENT
from integrations.connectors.acumatica.query import Query
from integrations.connectors.acumatica.reader import one_by_one
from integrations.connectors.acumatica.records import BEFORE_REVERSAL, apply_to
from integrations.connectors.acumatica.tests.client_kit import (
    DAY,
    Bench,
    book,
    everything,
    found,
    operation,
    released,
    stands,
)
from integrations.contracts import Application, Facts
from integrations.engine.compare import differences
from integrations.errors import (
    ConfigurationError,
    DuplicateError,
    MappingError,
    MissingReferenceError,
    RejectedError,
)


@pytest.fixture
def session(bench: Bench):
    return bench.session()


@pytest.fixture
def customer(bench: Bench, session) -> str:
    return book(session, bench.customer())


def applied(external_id: str, amount: str) -> tuple[Application, ...]:
    return (Application(external_id=external_id, amount=Decimal(amount)),)


# Customers


def test_it_books_a_customer(bench, session):
    draft = bench.customer("Orchid Labs")
    told = stands(session, draft, book(session, draft))
    assert (told.facts.name, told.reference, told.by_reference) == ("Orchid Labs", draft.reference, True)


def test_it_changes_a_customer_and_makes_no_other(bench, session, customer):
    draft = bench.draft("customers", "CUS", {"CustomerName": "Orchid GmbH"}, Facts(name="Orchid GmbH"), key="1")
    change = operation(draft, "update", customer)
    assert book(session, change) == customer
    assert stands(session, change, customer).facts.name == "Orchid GmbH"
    assert [one.name for one in (record.body for record in everything(session, bench, "customers").values())] == [
        "Orchid GmbH"
    ]


def test_it_changes_no_customer_that_is_gone(bench, session):
    draft = bench.draft("customers", "CUS", {"CustomerName": "Orchid"}, Facts())
    with pytest.raises(DuplicateError) as caught:
        book(session, operation(draft, "update", "NOBODY"))
    assert caught.value.code == "acumatica_precondition"


def test_it_makes_a_customer_of_a_given_id_only_once(bench, session):
    draft = bench.customer(CustomerID="ORCHID1")
    book(session, draft)
    with pytest.raises(DuplicateError):
        book(session, draft)


@pytest.mark.parametrize("name", ["O'Brien & Söhne (100 %)", "Ünïcode 東京 " * 12])
def test_it_finds_a_customer_by_name_that_people_made(bench, session, name):
    name = name.strip()
    book(session, replace(bench.customer(name), reference="their own number"))
    draft = bench.customer(name)
    (hit,) = found(session, draft)[draft.reference]
    assert (hit.facts.name, hit.by_reference) == (name, False)


def test_it_offers_no_customer_that_is_another_ones(bench, session, customer):
    draft = bench.customer("Orchid Labs")
    assert found(session, draft)[draft.reference] == ()


# Invoices


@pytest.mark.parametrize("screen", ["Invoice", "SalesInvoice"])
def test_it_books_an_invoice_as_drafted(bench, session, customer, screen):
    draft = bench.invoice(customer, "100.00", "20.50", screen=screen)
    told = stands(session, draft, book(session, draft))
    assert (told.facts.customer, told.facts.currency, told.facts.total) == (customer, "USD", Decimal("120.50"))
    assert sorted(line.amount for line in told.facts.lines) == [Decimal("20.50"), Decimal("100.00")]
    assert (told.facts.date, told.stage, told.reference) == (DAY, "on_hold", draft.reference)


@pytest.mark.parametrize("screen", ["Invoice", "SalesInvoice"])
def test_it_releases_an_invoice(bench, session, customer, screen):
    draft = bench.invoice(customer, "100.00", screen=screen)
    told = stands(session, draft, released(session, draft))
    assert (told.stage, told.facts.open_amount) == ("posted", Decimal("100.00"))


def test_it_releases_once(bench, session, customer):
    draft = bench.invoice(customer, "100.00")
    external_id = released(session, draft)
    before = bench.calls("POST", "ReleaseInvoice")
    assert session.sink("invoices").book(operation(draft, "release", external_id)).summary["already"] is True
    assert bench.calls("POST", "ReleaseInvoice") == before


def test_it_tells_the_posting_date_by_the_period(bench, session, customer):
    draft = bench.invoice(customer, "5.00")
    external_id = book(session, draft)
    stated = replace(draft, facts=replace(draft.facts, posting_date=DAY))
    assert stands(session, stated, external_id).facts.posting_date == DAY


@pytest.mark.parametrize("count", [1, 2, 60])
def test_it_finds_invoices_in_batches(bench, session, customer, count):
    drafts = [bench.invoice(customer, f"{number}.00") for number in range(1, count + 1)]
    ids = {draft.reference: book(session, draft) for draft in drafts}
    before = bench.calls("GET")
    hits = found(session, *drafts)
    assert {reference: [one.external_id for one in some] for reference, some in hits.items()} == {
        reference: [external_id] for reference, external_id in ids.items()
    }
    assert bench.calls("GET") - before <= count // 15 + 1


def test_it_tells_both_of_two_hits(bench, session, customer):
    draft = bench.invoice(customer, "7.00")
    ids = {book(session, draft), book(session, draft)}
    assert {one.external_id for one in found(session, draft)[draft.reference]} == ids
    assert len(ids) == 2


def test_it_finds_a_document_that_people_entered(bench, session, customer):
    book(session, replace(bench.invoice(customer, "42.00"), reference="PO 4711"))
    draft = bench.invoice(customer, "42.00")
    (hit,) = found(session, draft)[draft.reference]
    assert (hit.by_reference, hit.facts.total) == (False, Decimal("42.00"))


def test_it_offers_no_document_that_is_another_records(bench, session, customer):
    book(session, bench.invoice(customer, "42.00"))
    draft = bench.invoice(customer, "42.00")
    assert found(session, draft)[draft.reference] == ()


def test_it_finds_a_document_to_be_released_by_its_stage(bench, session, customer):
    draft = bench.invoice(customer, "9.00")
    release = operation(draft, "release", book(session, draft))
    assert [one.stage for one in found(session, release)[draft.reference]] == ["on_hold"]
    book(session, release)
    assert [one.stage for one in found(session, release)[draft.reference]] == ["posted"]


def test_it_names_a_field_that_the_endpoint_has_not(bench, session, customer):
    draft = bench.invoice(customer, "9.00", CustomerOrdr="x")
    before = bench.calls("PUT")
    with pytest.raises(MappingError) as caught:
        book(session, draft)
    assert (caught.value.code, caught.value.field) == ("acumatica_unknown_field", "CustomerOrdr")
    assert bench.calls("PUT") == before


def test_it_names_a_line_field_that_an_old_endpoint_has_not(bench, customer):
    session = bench.session(endpoint_version="23.200.001")
    with pytest.raises(MappingError) as caught:
        book(session, bench.invoice(customer, "9.00", screen="SalesInvoice"))
    assert caught.value.field == "Details.Account"


@pytest.mark.parametrize("text", ["x" * 41, "a\nb", " a", ""])
def test_it_refuses_a_reference_that_would_be_changed(bench, session, customer, text):
    with pytest.raises(MappingError) as caught:
        book(session, replace(bench.invoice(customer, "9.00"), reference=text))
    assert caught.value.code == "acumatica_bad_reference"


def test_it_tells_what_acumatica_does_not_have(bench, session):
    with pytest.raises(MissingReferenceError) as caught:
        book(session, bench.invoice("NOBODY", "9.00"))
    assert (caught.value.code, caught.value.field) == ("acumatica_value_unknown", "Customer")


def test_it_releases_no_document_that_is_gone(bench, session, customer):
    draft = operation(bench.invoice(customer, "9.00"), "release", "Invoice/NONE")
    with pytest.raises(MissingReferenceError) as caught:
        book(session, draft)
    assert caught.value.code == "acumatica_not_found"


# Payments, memos, refunds


def test_it_books_a_payment_applied_to_an_invoice(bench, session, customer):
    invoice = released(session, bench.invoice(customer, "100.00"))
    draft = bench.payment(customer, "100.00", {invoice: "100.00"})
    external_id = book(session, draft)
    assert stands(session, draft, external_id).facts.applied == applied(invoice, "100.00")


def test_it_still_tells_what_a_released_payment_is_applied_to(bench, session, customer):
    bill = bench.invoice(customer, "100.00")
    invoice = released(session, bill)
    draft = bench.payment(customer, "150.00", {invoice: "100.00"})
    told = stands(session, draft, released(session, draft))
    assert (told.facts.applied, told.facts.open_amount) == (applied(invoice, "100.00"), Decimal("50.00"))
    assert stands(session, bill, invoice).facts.open_amount == Decimal(0)


def test_it_applies_a_payment_on_account_later_and_once(bench, session, customer):
    invoice = released(session, bench.invoice(customer, "60.00"))
    draft = bench.payment(customer, "100.00")
    external_id = released(session, draft)
    rows = applied(invoice, "60.00")
    apply = operation(
        draft, f"apply:{invoice}:1", external_id, payload=apply_to(rows), facts=replace(draft.facts, applied=rows)
    )
    assert [book(session, apply), book(session, apply)] == [external_id, external_id]
    assert stands(session, apply, external_id).facts.applied == rows


def test_it_voids_a_payment_by_a_document_of_its_own(bench, session, customer):
    draft = bench.payment(customer, "100.00")
    external_id = released(session, draft)
    void = operation(draft, "void", external_id, reference=f"{draft.reference}-REV")
    voided = book(session, void)
    assert book(session, void) == voided
    assert stands(session, draft, external_id).stage == "voided"
    assert [one.external_id for one in found(session, void)[void.reference]] == [voided]


def test_it_finds_no_void_where_none_is(bench, session, customer):
    draft = bench.payment(customer, "100.00")
    void = operation(draft, "void", released(session, draft), reference=f"{draft.reference}-REV")
    assert found(session, void)[void.reference] == ()


def test_it_applies_a_released_credit_memo(bench, session, customer):
    invoice = released(session, bench.invoice(customer, "100.00"))
    draft = bench.memo(customer, "30.00")
    memo = released(session, draft)
    rows = applied(invoice, "30.00")
    apply = operation(draft, "apply", memo, payload=apply_to(rows), facts=replace(draft.facts, applied=rows))
    book(session, apply)
    told = stands(session, apply, memo)
    assert (told.facts.total, told.facts.applied) == (Decimal("30.00"), rows)


def test_it_refunds_a_payment(bench, session, customer):
    payment = released(session, bench.payment(customer, "80.00"))
    draft = bench.payment(customer, "80.00", {payment: "80.00"}, sink="refunds")
    told = stands(session, draft, released(session, draft))
    assert (told.stage, told.facts.total, told.facts.applied) == ("posted", Decimal("80.00"), applied(payment, "80.00"))


def test_it_tells_where_the_money_of_a_payment_is(bench, session, customer):
    draft = bench.payment(customer, "80.00")
    told = stands(session, draft, released(session, draft))
    elsewhere = replace(draft.facts, dimensions=(("CashAccount", "ELSEWHERE"),))
    assert [one.field for one in differences(elsewhere, told.facts)] == ["CashAccount"]


def test_it_says_that_taking_an_application_back_is_not_offered(bench, session, customer):
    draft = bench.payment(customer, "10.00")
    with pytest.raises(RejectedError) as caught:
        book(session, operation(draft, "unapply", book(session, draft)))
    assert caught.value.code == "acumatica_not_offered"


# Journals


def test_it_books_and_releases_a_journal(bench, session):
    draft = bench.journal(Description="gateway fees")
    external_id = released(session, draft)
    told = stands(session, draft, external_id)
    assert (differences(draft.facts, told.facts), told.stage) == ([], "posted")
    assert told.reference == draft.reference
    assert [one.external_id for one in found(session, draft)[draft.reference]] == [external_id]


def test_it_tells_journals_apart_whose_references_begin_alike(bench, session):
    long = replace(bench.journal(), reference="CB-test-JE-11")
    book(session, long)
    draft = replace(bench.journal(), reference="CB-test-JE-1")
    assert found(session, draft)["CB-test-JE-1"] == ()


def test_it_sends_no_journal_out_of_balance(bench, session):
    before = bench.calls("PUT")
    with pytest.raises(MappingError) as caught:
        book(session, bench.journal("10.00", credit="9.99"))
    assert (caught.value.code, bench.calls("PUT")) == ("acumatica_out_of_balance", before)


# Listing and catalogue


def test_it_lists_what_stands_with_its_reversals(bench, session, customer):
    mine = bench.payment(customer, "10.00")
    external_id = released(session, mine)
    voided = book(session, operation(mine, "void", external_id, reference=f"{mine.reference}-REV"))
    listed = {one.external_id: one.stage for one in session.sink("payments").listing(DAY, DAY)}
    assert listed[external_id] == "voided"
    assert external_id in listed
    assert voided in {one.external_id for one in session.sink("payments").listing(DAY, bench.world.clock.now().date())}


def test_it_lists_each_invoice_once_and_others_without_reference(bench, session, customer):
    ours = book(session, bench.invoice(customer, "10.00"))
    sales = book(session, bench.invoice(customer, "11.00", screen="SalesInvoice"))
    theirs = book(session, replace(bench.invoice(customer, "12.00"), reference="PO 1"))
    listed = list(session.sink("invoices").listing(DAY, DAY))
    assert sorted(one.external_id for one in listed) == sorted([ours, sales, theirs])
    assert {one.external_id: bool(one.reference) for one in listed}[theirs] is False


def test_it_tells_open_items(bench, session, customer):
    invoice = released(session, bench.invoice(customer, "100.00"))
    payment = released(session, bench.payment(customer, "30.00"))
    today = bench.world.clock.now().date()
    assert [(one.external_id, one.amount) for one in session.sink("invoices").open_items(today)] == [
        (invoice, Decimal("100.00"))
    ]
    assert [(one.external_id, one.amount) for one in session.sink("payments").open_items(today)] == [
        (payment, Decimal("-30.00"))
    ]


def test_it_does_not_invent_the_balances_of_a_past_day(session):
    with pytest.raises(ConfigurationError) as caught:
        list(session.sink("invoices").open_items(DAY.replace(year=2025)))
    assert caught.value.code == "acumatica_past_unknown"


@pytest.mark.parametrize("sink", ["customers", "invoices", "sales_invoices", "credit_memos", "payments", "journals"])
def test_it_offers_only_fields_that_it_sends(session, sink):
    fields = session.sink(sink).catalogue()
    assert any(field.required for field in fields)
    assert len({(field.level, field.name) for field in fields}) == len(fields)


def test_it_calls_fields_as_the_screens_do(session):
    sinks = ("customers", "invoices", "sales_invoices", "payments", "journals")
    labels = {field.name: field.label for sink in sinks for field in session.sink(sink).catalogue()}
    assert labels["custom.Document.AdjFinPeriodID"] == "Application period (MMYYYY)"
    assert [label for label in labels.values() if re.search(r"[a-z][A-Z]|\w\.\w", label)] == []


def test_it_leaves_out_of_the_catalogue_what_an_old_endpoint_has_not(bench):
    names = {field.name for field in bench.session(endpoint_version="22.200.001").sink("sales_invoices").catalogue()}
    assert "Account" not in names


# What tenants have differently


def test_it_lists_invoices_of_a_tenant_without_the_sales_screen(bench, session, customer):
    external_id = book(session, bench.invoice(customer, "10.00"))
    bench.control("POST rights", user="connector", forbidden=["SO303000"])
    assert [one.external_id for one in session.sink("invoices").listing(DAY, DAY)] == [external_id]


def test_it_leaves_what_waits_for_approval_to_a_person(bench, session, customer):
    bench.control("POST options", approve_refunds=True)
    payment = released(session, bench.payment(customer, "80.00"))
    draft = bench.payment(customer, "80.00", {payment: "80.00"}, sink="refunds")
    external_id = book(session, draft)
    book(session, operation(draft, "release", external_id))
    assert stands(session, draft, external_id).stage == "on_hold"
    with pytest.raises(RejectedError, match="Pending Approval"):  # taken back it is only once it is released
        book(session, operation(draft, f"release:{BEFORE_REVERSAL}", external_id))
    bench.control("POST act", id=external_id.partition("/")[2], do="reject")
    assert stands(session, draft, external_id).stage == "rejected"


def test_it_tells_a_journal_that_is_released_and_not_posted(bench, session):
    bench.control("POST options", auto_post=False)
    draft = bench.journal()
    external_id = released(session, draft)
    assert stands(session, draft, external_id).stage == "unposted"
    assert session.sink("journals").book(operation(draft, "release", external_id)).summary["already"] is True


def test_it_reads_one_by_one_what_the_optimiser_refuses(bench, session, customer):
    for amount in ("1.00", "2.00"):
        book(session, bench.payment(customer, amount))
    query = Query(entity="Payment", expand=("ApplicationHistory",))
    rows = one_by_one(session.client, query, PAYMENT.keys_of)
    assert sorted(row.amount("PaymentAmount") for row in rows) == [Decimal("1.00"), Decimal("2.00")]


def test_it_applies_a_credit_memo_when_it_is_made(bench, session, customer):
    invoice = released(session, bench.invoice(customer, "100.00"))
    rows = [{"Customer": customer, "DocType": "Invoice", "ReferenceNbr": invoice.partition("/")[2], "AmountPaid": 30}]
    draft = bench.memo(customer, "30.00", ApplicationsCreditMemo=rows)
    draft = replace(draft, facts=replace(draft.facts, applied=applied(invoice, "30.00")))
    memo = book(session, draft)
    assert stands(session, draft, memo).facts.applied == applied(invoice, "30.00")
    book(session, operation(draft, "release", memo))
    assert stands(session, draft, memo).facts.applied == applied(invoice, "30.00")


def test_it_dates_a_document_in_one_period_and_posts_it_in_another(bench, session, customer):
    draft = bench.invoice(customer, "10.00", PostPeriod="122026")
    december = DAY.replace(month=12, day=1)
    draft = replace(draft, facts=replace(draft.facts, posting_date=december))
    told = stands(session, draft, book(session, draft)).facts
    assert (told.date, told.posting_date) == (DAY, december)


@pytest.mark.parametrize("screen", ["Invoice", "SalesInvoice"])
def test_it_books_a_document_in_a_foreign_currency(bench, session, customer, screen):
    draft = bench.invoice(customer, "10.00", screen=screen)
    name = "Currency" if screen == "SalesInvoice" else "custom.Document.CuryID"
    draft = replace(draft, payload={**draft.payload, name: "EUR"}, facts=replace(draft.facts, currency="EUR"))
    assert stands(session, draft, book(session, draft)).facts.currency == "EUR"


def test_it_changes_the_text_of_a_document_and_makes_no_other(bench, session, customer):
    draft = bench.invoice(customer, "10.00")
    external_id = book(session, draft)
    change = operation(draft, "update", external_id, payload={"Description": "New words"})
    assert book(session, change) == external_id
    assert [one.body.description for one in everything(session, bench, "invoices").values()] == ["New words"]
