"""Payables as one stream, and payments of purchases: the voucher found first, else added; never paid twice."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.connectors.jde.records import PurchaseOrder, Receipt, SupplierInvoice, external_ref
from integrations.connectors.jde.tests.kit import Bench, everything
from integrations.contracts import Booked, Draft, Facts, Value
from integrations.errors import RejectedError


def act(bench: Bench, do: str, **arguments: object):
    return bench.control("POST act", do=do, **arguments)


def an_order(bench: Bench, price: str = "200") -> str:
    supplier = act(bench, "add_supplier", name="Acme")["supplier"]
    number = act(bench, "add_order", supplier=supplier, lines=[{"account": "110.8620", "price": price}])["order"]
    act(bench, "approve_order", order=number)
    return f"OP-{number}-00001"


def a_payment(bench: Bench, source: str, amount: str, total: str = "200", **more: Value) -> Draft:
    clearing = next(
        entry.code
        for entry in bench.session().reference_values()
        if (entry.kind, entry.number) == ("bank_account", "1.1115")
    )
    today = bench.session().client.today()
    return Draft(
        flow="payments",
        key="stp1",
        sink="settlements",
        operation="pay",
        reference=external_ref("B", "t", "payments", f"{source}{amount}"),
        payload={
            "paymentNumber": "4711",
            "paymentDate": today,
            "glDate": today,
            "bankAccountId": clearing,
            "currencyCode": "USD",
            "bills": [{"source": source, "amount": Decimal(amount), "total": Decimal(total), "invoiceDate": today}],
            **more,
        },
        facts=Facts(total=Decimal(amount), currency="USD"),
    )


def test_it_reads_orders_receipts_and_invoices_in_one_stream(bench):
    bench.control("POST generate", seed=1, suppliers=8, orders=12, invoices=12)
    session = bench.session()
    read = everything(session, "payables")
    assert {type(record.body) for record in read.values()} == {PurchaseOrder, Receipt, SupplierInvoice}
    assert read.keys() == {entry.key for entry in session.stream("payables").index(None)}


def test_it_shows_an_invoices_accounts_and_an_orders_vouchers(bench):
    order = an_order(bench)
    voucher = act(bench, "voucher_received", order=int(order.split("-")[1]), invoice="INV-1")["document"]
    records, _ = bench.session().stream("payables").read([order, voucher])
    bodies = {record.key: record.body for record in records}
    assert bodies[order].vouchers == (voucher,)
    assert [(line.account, line.amount) for line in bodies[voucher].lines] == [("110.8620", Decimal(200))]


def test_it_adds_the_voucher_of_an_order_as_paid(bench):
    draft = a_payment(bench, an_order(bench), "200")
    sink = bench.session().sink("settlements")
    found = sink.read_back([Booked(draft=draft, external_id=sink.book(draft).external_id)])[draft.reference]
    assert (found.facts.total, found.by_reference) == (Decimal(200), True)
    assert len(bench.documents("bill")) == 1


def test_it_finds_a_payment_that_added_its_voucher(bench):
    draft = a_payment(bench, an_order(bench), "200")
    sink = bench.session().sink("settlements")
    booked = sink.book(draft)
    assert [one.external_id for one in sink.find([draft])[draft.reference]] == [booked.external_id]


def test_it_pays_the_voucher_that_names_the_order(bench):
    order = an_order(bench)
    voucher = act(bench, "voucher_received", order=int(order.split("-")[1]), invoice="INV-1")["document"]
    draft = a_payment(bench, order, "200")
    bench.session().sink("settlements").book(draft)
    assert [one["id"] for one in bench.documents("bill")] == [voucher]


def test_it_refuses_to_pay_a_part_of_an_order_without_a_voucher(bench):
    with pytest.raises(RejectedError) as caught:
        bench.session().sink("settlements").book(a_payment(bench, an_order(bench), "50"))
    assert caught.value.code == "jde_voucher_needed"


def test_it_never_expenses_received_lines_again(bench):
    order = an_order(bench)
    act(bench, "receive_order", order=int(order.split("-")[1]))
    draft = a_payment(bench, order, "200")
    with pytest.raises(RejectedError) as caught:
        bench.session().sink("settlements").book(draft)
    assert caught.value.field == "receivedAccount"
    bench.session().sink("settlements").book(replace(draft, payload={**draft.payload, "receivedAccount": "1.4560"}))
    (bill,) = bench.documents("bill")
    assert {line["account"] for line in bill["lines"] if line["memo"] != "Automatic offset"} == {"1.4560"}


def test_it_refuses_to_pay_more_than_is_open(bench):
    supplier = act(bench, "add_supplier", name="Acme")["supplier"]
    lines = [{"account": "110.8620", "amount": "100"}]
    voucher = act(bench, "enter_invoice", supplier=supplier, invoice="INV-1", lines=lines)["document"]
    act(bench, "pay_voucher", document=voucher, part="0.5")
    with pytest.raises(RejectedError) as caught:
        bench.session().sink("settlements").book(a_payment(bench, voucher, "100", "100"))
    assert caught.value.code == "jde_paid_twice"


def test_it_lists_what_stands_and_what_was_open(bench):
    draft = a_payment(bench, an_order(bench), "200")
    session = bench.session()
    session.sink("settlements").book(draft)
    today = session.client.today()
    assert [one.reference for one in session.sink("settlements").listing(today, today)] == [draft.reference]
    assert [one.facts.total for one in session.sink("vouchers").listing(today, today)] == [Decimal(200)]
    assert list(session.sink("vouchers").open_items(today)) == []
