"""Sinks: what is booked stands as drafted, is found again, and the same again books nothing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from integrations.connectors.jde.records import external_ref
from integrations.connectors.jde.tests.kit import DAY, Bench, bank_of, book, found, stands, supplier_of
from integrations.contracts import Draft, Facts
from integrations.errors import ClosedPeriodError, MappingError, MissingReferenceError, RejectedError


@pytest.fixture
def payables(bench: Bench) -> Bench:
    bench.control("POST generate", seed=1, suppliers=4, orders=2, invoices=2)
    return bench


def document_draft(bench: Bench, sink: str, voucher: str, **more: object) -> Draft:
    kind, number, company = voucher.split("-")
    keys = {"documentType": kind, "documentNumber": number, "documentCompany": company}
    return bench.draft(sink, {**keys, **more}, Facts(), external_id=voucher, operation=sink)


# Journals


def test_it_books_a_journal_as_drafted(bench):
    session, draft = bench.session(), bench.journal()
    external_id = book(session, draft)
    told = stands(session, draft, external_id)
    assert told.facts == draft.facts
    assert (told.reference, told.stage) == (draft.reference, "unposted")


def test_it_books_a_journal_in_a_foreign_currency(bench):
    session, draft = bench.session(), bench.journal("1234.50", currency="EUR")
    facts = stands(session, draft, book(session, draft)).facts
    assert facts.exchange_rate is not None
    assert replace(facts, exchange_rate=None, owed=None) == draft.facts


def test_it_tells_the_customer_of_a_journal(bench):
    session = bench.session()
    customer = book(session, bench.customer())
    lines = [
        {"account": "1.1215", "amount": Decimal(5), "subledger": customer, "subledgerType": "A"},
        {"account": "110.5010", "amount": Decimal(-5)},
    ]
    draft = bench.journal(lines=lines)
    assert stands(session, draft, book(session, draft)).facts.customer == customer


def test_it_tells_that_a_journal_is_posted(bench):
    session, draft = bench.session(), bench.journal()
    external_id = book(session, draft)
    bench.control("POST post")
    assert stands(session, draft, external_id).stage == "posted"


@pytest.mark.parametrize("count", [1, 2, 120])
def test_it_finds_journals_in_batches(bench, count):
    session = bench.session()
    drafts = [bench.journal(f"{number}.00") for number in range(1, count + 1)]
    booked = {draft.reference: book(session, draft) for draft in drafts}
    before = bench.calls()
    hits = found(session, *drafts, bench.journal())
    assert {reference: [one.external_id for one in some] for reference, some in hits.items() if some} == {
        reference: [external_id] for reference, external_id in booked.items()
    }
    assert bench.calls() - before <= count // 50 + 1


def test_it_finds_a_journal_whose_date_was_moved(bench):
    session, draft = bench.session(), bench.journal()
    external_id = book(session, draft)
    bench.control("POST tamper", id=external_id, op="date", value=(DAY + timedelta(days=20)).isoformat())
    assert [one.external_id for one in found(session, draft)[draft.reference]] == [external_id]


def test_it_tells_both_of_two_hits(bench):
    session, draft = bench.session(), bench.journal()
    external_id = book(session, draft)
    bench.control("POST tamper", id=external_id, op="duplicate")
    assert len(found(session, draft)[draft.reference]) == 2


def test_it_books_the_same_journal_once(bench):
    session, draft = bench.session(), bench.journal()
    assert book(session, draft) == book(session, draft)
    assert len(bench.documents("journal")) == 1


def test_it_reverses_a_journal_by_one_of_its_own(bench):
    session, draft = bench.session(), bench.journal()
    book(session, draft)
    lines = [{**line, "amount": -line["amount"]} for line in draft.payload["lines"]]
    reversal = bench.journal(lines=lines, reversesRef=draft.reference)
    assert stands(session, reversal, book(session, reversal)).facts.lines[0].amount == Decimal(-100)


# The address book


def test_it_books_a_customer(bench):
    session, draft = bench.session(), bench.customer()
    external_id = book(session, draft)
    (shown,) = bench.documents("customer")
    assert (shown["id"], shown["name"], shown["reference"]) == (external_id, "Orchid Labs", draft.reference)
    assert stands(session, draft, external_id).facts == draft.facts


def test_it_changes_a_customer(bench):
    session = bench.session()
    number = book(session, bench.customer())
    change = bench.customer("Orchid Labs GmbH")
    draft = bench.draft("address_book", change.payload, change.facts, external_id=number, operation="update")
    assert found(session, draft)[draft.reference] == ()
    assert book(session, draft) == number
    assert [one["name"] for one in bench.documents("customer")] == ["Orchid Labs GmbH"]
    assert found(session, draft)[draft.reference][0].external_id == number


def test_it_offers_a_namesake_as_a_business_hit(bench):
    session = bench.session()
    number = book(session, bench.customer())
    draft = bench.customer()
    (hit,) = found(session, draft)[draft.reference]
    assert (hit.external_id, hit.by_reference) == (number, False)


# Payables


def test_it_books_a_voucher_as_drafted(payables):
    session = payables.session()
    draft = payables.voucher(supplier_of(session))
    external_id = book(session, draft)
    told = stands(session, draft, external_id)
    facts = told.facts
    assert (facts.customer, facts.currency, facts.total, facts.date, facts.posting_date) == (
        draft.facts.customer, "USD", Decimal(250), DAY, DAY,
    )  # fmt: skip
    assert (facts.open_amount, told.by_reference) == (Decimal(250), True)


def test_it_finds_a_voucher_that_somebody_keyed(payables):
    session = payables.session()
    supplier = supplier_of(session)
    lines = [{"account": "110.8620", "amount": "250.00"}]
    keyed = payables.control("POST act", do="enter_invoice", supplier=int(supplier), invoice="R-1001", lines=lines)
    draft = payables.voucher(supplier)
    (hit,) = found(session, draft)[draft.reference]
    assert (hit.external_id, hit.by_reference) == (keyed["document"], False)


def test_it_records_a_payment(payables):
    session = payables.session()
    supplier = supplier_of(session)
    voucher = book(session, payables.voucher(supplier))
    draft = payables.payment(voucher, supplier, "250.00", bank_of(session))
    external_id = book(session, draft)
    told = stands(session, draft, external_id)
    assert told.facts == draft.facts
    assert [one.external_id for one in found(session, draft)[draft.reference]] == [external_id]


def test_it_finds_an_equal_payment_by_its_voucher(payables):
    session = payables.session()
    supplier, bank = supplier_of(session), bank_of(session)
    voucher = book(session, payables.voucher(supplier))
    payables.control("POST act", do="pay_voucher", document=voucher)
    (keyed,) = payables.documents("payment")
    ours = payables.payment(voucher, supplier, "250.00", bank)
    ours = replace(ours, payload={**ours.payload, "paymentDate": date.fromisoformat(keyed["date"])})
    (hit,) = found(session, ours)[ours.reference]
    assert (hit.external_id, hit.by_reference) == (keyed["id"], False)


def test_it_takes_no_payment_of_ours_for_another_equal_one(payables):
    session = payables.session()
    supplier, bank = supplier_of(session), bank_of(session)
    voucher = book(session, payables.voucher(supplier))
    book(session, payables.payment(voucher, supplier, "100.00", bank))
    other = payables.payment(voucher, supplier, "100.00", bank, number="7002")
    assert found(session, other)[other.reference] == ()


def test_it_enters_a_paid_order_with_its_payment(payables):
    session = payables.session()
    paid = {"paymentNumber": "7003", "paymentDate": DAY, "bankAccountId": bank_of(session)}
    draft = payables.voucher(supplier_of(session), paid=paid)
    assert stands(session, draft, book(session, draft)).facts.open_amount == 0


def test_it_puts_a_voucher_on_another_pay_status(payables):
    session = payables.session()
    voucher = book(session, payables.voucher(supplier_of(session)))
    draft = document_draft(payables, "pay_status", voucher, payStatus="B", reason="Paid by BILL")
    assert found(session, draft)[draft.reference] == ()
    assert book(session, draft) == voucher
    assert found(session, draft)[draft.reference][0].external_id == voucher
    assert next(one for one in payables.documents("bill") if one["id"] == voucher)["pay_status"] == "B"


def test_it_voids_a_payment(payables):
    session = payables.session()
    supplier = supplier_of(session)
    voucher = book(session, payables.voucher(supplier))
    payment = book(session, payables.payment(voucher, supplier, "250.00", bank_of(session)))
    values = {"paymentId": payment.partition("-")[2], "voidDate": DAY, "glDate": DAY}
    draft = payables.draft("void_payment", values, Facts(), external_id=payment, operation="void")
    assert found(session, draft)[draft.reference] == ()
    assert stands(session, draft, book(session, draft)).stage == "voided"
    assert found(session, draft)[draft.reference][0].external_id == payment


def test_it_voids_a_voucher(payables):
    session = payables.session()
    voucher = book(session, payables.voucher(supplier_of(session)))
    draft = document_draft(payables, "void_voucher", voucher, glDate=DAY)
    assert found(session, draft)[draft.reference] == ()
    assert stands(session, draft, book(session, draft)).stage == "voided"
    assert found(session, draft)[draft.reference][0].external_id == voucher


# Refusals


@pytest.mark.parametrize("message", ["string", "object"])
@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"glDate": DAY.replace(year=2025, month=6)}, ClosedPeriodError, "jde_period_closed"),
        ({"documentCompany": "00077"}, MissingReferenceError, "jde_company"),
        ({"currencyCode": "XXX"}, MissingReferenceError, "jde_currency"),
        ({"lines": [{"account": "1.9999", "amount": 1}, {"account": "110.5010", "amount": -1}]},
         MissingReferenceError, "jde_account_unknown"),
        ({"lines": [{"account": "1.1210", "amount": 1}, {"account": "110.5010", "amount": -1}]},
         MissingReferenceError, "jde_account_not_posting"),
        ({"lines": [{"account": "1.1215", "amount": 2}, {"account": "110.5010", "amount": -1}]},
         RejectedError, "jde_out_of_balance"),
        ({"lines": [{"account": "1.1215", "amount": 1, "subledger": "99", "subledgerType": "A"},
                    {"account": "110.5010", "amount": -1}]}, MissingReferenceError, "jde_subledger"),
    ],
)  # fmt: skip
def test_it_says_why_a_journal_is_refused(bench, message, change, error, code):
    bench.control("POST options", message=message)
    draft = bench.journal()
    with pytest.raises(error) as caught:
        book(bench.session(), bench.draft("journal_entries", {**draft.payload, **change}, draft.facts))
    assert caught.value.code == code
    assert bench.documents("journal") == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("glDate", "tomorrow"),
        ("glDate", None),
        ("documentType", "JEE"),
        ("currencyCode", "EURO"),
        ("exchangeRate", "one"),
        ("explanation", "ring\x07"),
        ("colour", "red"),
    ],
)
def test_it_names_a_field_before_any_call(bench, field, value):
    draft = bench.journal(**{field: value})
    with pytest.raises(MappingError) as caught:
        book(bench.session(), draft)
    assert (caught.value.field, bench.calls()) == (field, 0)


def test_it_makes_another_reference_for_another_revision():
    references = {external_ref("C", "t", "invoice", "1", revision=number) for number in range(1, 50)}
    assert len(references) == 49
    assert all(len(one) == 20 and one.isalnum() and one.isupper() for one in references)


# Catalogues


@pytest.mark.parametrize("slug", ["journal_entries", "address_book", "vouchers", "payments", "pay_status"])
def test_it_offers_fields_to_mappings(bench, slug):
    fields = bench.session().sink(slug).catalogue()
    assert fields
    assert not {"externalRef", "contractVersion", "sourceId"} & {field.name for field in fields}


def test_it_offers_no_field_that_the_import_does_not_take(bench):
    sink = bench.session().sink("journal_entries")
    before = {field.name for field in sink.catalogue()}
    bench.control("POST orchestrations", name="MLC_GL_ADD_JE", lacks=["exchangeRate"])
    assert before - {field.name for field in sink.catalogue()} == {"exchangeRate"}


def test_it_offers_the_contract_where_discovery_is_not_allowed(bench):
    session = bench.session(username="MLREAD", password="sandbox-MLREAD")
    assert {"account", "amount"} <= {field.name for field in session.sink("journal_entries").catalogue()}
