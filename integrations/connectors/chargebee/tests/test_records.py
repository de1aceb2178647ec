"""What parsing makes of Chargebee's objects."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.connectors.chargebee.parse import (
    Units,
    parse_addon,
    parse_customer,
    parse_item_price,
    parse_plan,
    parse_subscription,
)
from integrations.connectors.chargebee.parse_documents import parse_credit_note, parse_invoice, parse_transaction
from integrations.connectors.chargebee.tests.samples import (
    CREDIT_NOTE,
    CUSTOMER,
    DATE_S,
    INVOICE,
    ITEM_PRICE,
    LINE,
    TRANSACTION,
    sample,
)
from integrations.errors import ContractError

UNITS = Units()
DATE = datetime(2026, 1, 1, tzinfo=UTC)


def test_it_gives_amounts_in_major_units():
    invoice = parse_invoice(sample(INVOICE), UNITS)
    assert (invoice.total, invoice.sub_total, invoice.tax) == (Decimal("107.10"), Decimal("90.00"), Decimal("17.10"))


@pytest.mark.parametrize(
    ("currency", "total"), [("JPY", "10710"), ("XAF", "10710"), ("KWD", "107.10"), ("USD", "107.10"), ("CLP", "107.10")]
)
def test_it_follows_chargebees_own_currency_rule(currency, total):
    assert str(parse_invoice(sample(INVOICE, currency_code=currency), UNITS).total) == total


def test_it_takes_further_zero_decimal_currencies_from_the_settings():
    units = Units(frozenset({"CLP"}))
    assert parse_invoice(sample(INVOICE, currency_code="CLP"), units).total == 10710


def test_it_gives_times_aware_in_utc():
    invoice = parse_invoice(sample(INVOICE), UNITS)
    assert (invoice.date, invoice.date.tzinfo) == (DATE, UTC)


def test_it_reads_lines_taxes_and_discounts():
    invoice = parse_invoice(sample(INVOICE), UNITS)
    line, tax, discount = invoice.line_items[0], invoice.line_item_taxes[0], invoice.line_item_discounts[0]
    assert (line.amount, line.quantity, line.entity_id) == (Decimal("100.00"), Decimal(1), "seat-EUR-monthly")
    assert (tax.tax_name, tax.tax_rate, tax.taxable_amount) == ("VAT", Decimal("19.0"), Decimal("90.00"))
    assert (discount.coupon_id, discount.discount_amount) == ("SAVE10", Decimal("10.00"))


def test_it_takes_absent_attributes_for_unset():
    bare = sample(INVOICE, due_date=None, taxes=None, line_item_taxes=None, discounts=None, exchange_rate=None)
    invoice = parse_invoice(bare, UNITS)
    assert (invoice.due_date, invoice.taxes, invoice.exchange_rate, invoice.po_number) == (None, (), None, "")


def test_it_tolerates_attributes_it_does_not_know():
    assert parse_invoice(sample(INVOICE, brand_new={"a": [1]}, mrr=5), UNITS).id == "1001"


def test_it_keeps_custom_fields():
    assert parse_customer(sample(CUSTOMER), UNITS).custom == {"cf_erp_number": "4711", "cf_is_reseller": True}


@pytest.mark.parametrize("field", ["id", "customer_id", "status", "price_type", "date", "currency_code", "total"])
def test_it_names_record_and_field_when_one_is_missing(field):
    with pytest.raises(ContractError, match=f"Invoice.*'{field}' is missing") as caught:
        parse_invoice(sample(INVOICE, **{field: None}), UNITS)
    assert (caught.value.code, caught.value.field) == ("chargebee_missing_field", field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total", "10710"),
        ("total", Decimal("107.1")),
        ("total", True),
        ("total", 2**70),
        ("tax", False),
        ("date", "2026-01-01"),
        ("date", 10**18),
        ("deleted", "no"),
        ("customer_id", 9),
        ("po_number", 4711),
        ("exchange_rate", "one"),
        ("resource_version", "1"),
        ("line_items", {"id": "li_1"}),
    ],
)
def test_it_refuses_a_value_of_another_kind(field, value):
    with pytest.raises(ContractError, match="Invoice 1001") as caught:
        parse_invoice(sample(INVOICE, **{field: value}), UNITS)
    assert (caught.value.code, caught.value.field) == ("chargebee_bad_value", field)


def test_it_names_the_field_inside_a_line():
    with pytest.raises(ContractError) as caught:
        parse_invoice(sample(INVOICE, line_items=[sample(LINE, amount=None)]), UNITS)
    assert caught.value.field == "line_items.amount"


def test_it_reads_negative_lines():
    line = parse_invoice(sample(INVOICE, line_items=[sample(LINE, amount=-2550)]), UNITS).line_items[0]
    assert line.amount == Decimal("-25.50")


def test_it_takes_many_decimals_in_major_units():
    exact = sample(LINE, unit_amount_in_decimal="4.4556", quantity_in_decimal="10.625", amount=4734)
    line = parse_invoice(sample(INVOICE, line_items=[exact]), UNITS).line_items[0]
    assert (line.unit_amount, line.quantity, line.amount) == (Decimal("4.4556"), Decimal("10.625"), Decimal("47.34"))


def test_it_refuses_a_document_whose_lines_come_in_pieces():
    with pytest.raises(ContractError) as caught:
        parse_invoice(sample(INVOICE, line_items_next_offset="abc"), UNITS)
    assert caught.value.code == "chargebee_lines_paged"


def test_it_reads_the_sites_time_zone_from_the_document():
    assert parse_invoice(sample(INVOICE), UNITS).site_time_zone == "Europe/Berlin"


def test_it_reads_notes_in_both_shapes():
    invoice = parse_invoice(sample(INVOICE, notes=[{"object": "note", "note": "Hello"}]), UNITS)
    assert (invoice.notes, parse_credit_note(sample(CREDIT_NOTE), UNITS).notes) == (("Hello",), ("Thank you",))


def test_it_reads_a_credit_note():
    note = parse_credit_note(sample(CREDIT_NOTE), UNITS)
    assert (note.type, note.total, note.tax) == ("refundable", Decimal("11.90"), Decimal("1.90"))
    assert note.linked_refunds[0].applied_amount == Decimal("5.90")


def test_it_reads_a_payment_with_what_it_was_applied_to():
    payment = parse_transaction(sample(TRANSACTION), UNITS)
    assert (payment.amount, payment.amount_unused) == (Decimal("120.00"), Decimal("12.90"))
    assert payment.linked_invoices[0].applied_amount == Decimal("107.10")


def test_it_reads_an_authorization_without_an_amount():
    assert parse_transaction(sample(TRANSACTION, type="authorization", amount=None), UNITS).amount == 0


def test_it_reads_balances_in_their_own_currency():
    assert parse_customer(sample(CUSTOMER), UNITS).balances[0].excess_payments == 1290


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, 'Bäckerei "Zur Mühle" & Söhne'),
        ({"company": None, "first_name": "Ana", "last_name": "Ruiz"}, "Ana Ruiz"),
        ({"company": None}, "ap@muehle.example"),
        ({"company": None, "email": None}, "cus_9"),
    ],
)
def test_it_always_has_a_name_for_a_customer(changed, name):
    assert parse_customer(sample(CUSTOMER, **changed), UNITS).name == name


def test_it_reads_a_prices_accounting_fields():
    price = parse_item_price(sample(ITEM_PRICE), UNITS)
    assert (price.price, price.accounting.accounting_code, price.accounting.sku) == (
        Decimal("100.00"),
        "4000",
        "SEAT-M",
    )


def test_it_reads_a_price_without_accounting_fields():
    assert parse_item_price(sample(ITEM_PRICE, accounting_detail=None), UNITS).accounting.accounting_code == ""


def test_it_takes_the_status_deleted_for_deleted():
    assert parse_item_price(sample(ITEM_PRICE, status="deleted"), UNITS).deleted


def test_it_reads_plans_and_addons_of_the_older_catalogue():
    raw = {"id": "basic", "name": "Basic", "currency_code": "USD", "price": 900, "accounting_code": "4100"}
    plan, addon = parse_plan(raw, UNITS), parse_addon(raw, UNITS)
    assert (plan.kind, plan.price, plan.accounting.accounting_code, addon.kind) == (
        "plan", Decimal("9.00"), "4100", "addon",
    )  # fmt: skip


def test_it_gives_no_price_where_the_currency_is_not_said():
    assert parse_plan({"id": "basic", "price": 900}, UNITS).price is None


def test_it_reads_a_subscription_as_context():
    read = parse_subscription({"id": "sub_3", "customer_id": "cus_9", "current_term_start": DATE_S}, UNITS)
    assert (read.customer_id, read.current_term_start) == ("cus_9", DATE)
