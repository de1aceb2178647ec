"""The generated history: every document keeps its identities, every kind of document is there, the seed decides."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.connectors.chargebee.simulator.generator import generate
from integrations.connectors.chargebee.simulator.identities import broken_identities
from integrations.connectors.chargebee.tests.simulator_helpers import NOON, api, control, make_world, site_of


@pytest.fixture(scope="module")
def site():
    return site_of(make_world(customers=50))


@pytest.mark.parametrize("seed", range(1, 21))
def test_it_keeps_every_identity(seed):
    assert broken_identities(site_of(make_world(customers=25, seed=seed))) == []


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 10**9),
    customers=st.integers(1, 30),
    months=st.integers(1, 14),
    invoices=st.none() | st.integers(0, 250),
)
def test_it_keeps_every_identity_whatever_is_asked_for(seed, customers, months, invoices):
    site = site_of(make_world())
    generate(site, customers=customers, seed=seed, months=months, invoices=invoices)
    assert broken_identities(site) == []


def test_it_notices_a_broken_identity():
    site = site_of(make_world(customers=5))
    paid = next(one for one in site.every("invoices") if one["amount_paid"])
    site.change_quietly("invoices", paid["id"], amount_paid=paid["amount_paid"] - 1)
    assert broken_identities(site) == [
        f"Invoice {paid['id']}: amount_paid is {paid['amount_paid'] - 1}, computed {paid['amount_paid']}."
    ]


def test_it_notices_a_link_with_one_end():
    site = site_of(make_world(customers=5))
    paid = next(one for one in site.every("transactions") if one.get("linked_invoices"))
    site.change_quietly("transactions", paid["id"], linked_invoices=[])
    assert any("at one end" in fault for fault in broken_identities(site))


def test_it_makes_the_same_history_from_the_same_seed():
    first, second = (site_of(make_world(customers=15, seed=3)) for _ in range(2))
    assert [first.every(path) for path in first.shelves] == [second.every(path) for path in second.shelves]


def test_it_makes_another_history_from_another_seed():
    first, second = (site_of(make_world(customers=15, seed=seed)) for seed in (3, 4))
    assert first.every("invoices") != second.every("invoices")


def test_it_makes_the_same_history_later_the_same_day():
    early, late = make_world(), make_world()
    late.clock.advance(6 * 3600)
    for world in (early, late):
        generate(site_of(world), customers=10, seed=1)
    assert site_of(early).every("invoices") == site_of(late).every("invoices")


@pytest.mark.parametrize("number", [1, 60, 500])
def test_it_makes_exactly_as_many_invoices_as_asked(number):
    assert len(site_of(make_world(customers=20, invoices=number)).every("invoices")) == number


def test_it_ends_before_today(site):
    midnight = int(NOON.replace(hour=0).timestamp())
    assert max(one["occurred_at"] for one in site.every("events")) < midnight - 300


@pytest.mark.parametrize("attribute", ["updated_at", "resource_version"])
def test_it_leaves_the_stamps_off_one_row_in_a_hundred(site, attribute):
    rows = site.every("invoices")
    assert sum(attribute not in one for one in rows) == len(rows) // 100


def test_it_lets_more_rows_share_a_stamp_than_fit_on_a_page(site):
    assert Counter(one.get("updated_at") for one in site.every("invoices")).most_common(1)[0][1] > 100


def test_it_never_moves_a_version_backwards(site):
    versions = {}
    for event in site.every("events"):
        for obj in event["content"].values():
            if isinstance(obj, dict) and "resource_version" in obj:
                assert versions.get((obj["object"], obj["id"]), 0) <= obj["resource_version"]
                versions[obj["object"], obj["id"]] = obj["resource_version"]


@pytest.mark.parametrize("currency", ["USD", "EUR", "GBP", "JPY", "KWD"])
def test_it_bills_in_every_currency(site, currency):
    assert any(one["currency_code"] == currency for one in site.every("invoices"))


@pytest.mark.parametrize(
    "kind",
    [
        "item_level_coupon",
        "item_level_discount",
        "document_level_coupon",
        "document_level_discount",
        "promotional_credits",
    ],
)
def test_it_discounts_in_every_way(site, kind):
    assert any(row["entity_type"] == kind for one in site.every("invoices") for row in one.get("discounts", []))


def _tax_rows(invoice):
    return Counter(row["line_item_id"] for row in invoice.get("line_item_taxes", []))


INVOICES = {
    "inclusive": lambda one: one["price_type"] == "tax_inclusive" and one["tax"] > 0,
    "exclusive": lambda one: one["price_type"] == "tax_exclusive" and one["tax"] > 0,
    "untaxed": lambda one: "taxes" not in one,
    "several taxes on a line": lambda one: any(count > 1 for count in _tax_rows(one).values()),
    "negative line": lambda one: any(line["amount"] < 0 for line in one["line_items"]),
    "tiers": lambda one: "line_item_tiers" in one,
    "decimals": lambda one: any("amount_in_decimal" in line for line in one["line_items"]),
    "product is not the amount": lambda one: any(
        line["unit_amount"] * line["quantity"] != line["amount"] for line in one["line_items"]
    ),
    "ad-hoc line": lambda one: any("entity_id" not in line for line in one["line_items"]),
    "consolidated": lambda one: (
        "subscription_id" not in one and len({line.get("subscription_id") for line in one["line_items"]}) > 1
    ),
    "line of a child": lambda one: any(line["customer_id"] != one["customer_id"] for line in one["line_items"]),
    "paid by the parent": lambda one: "payment_owner" in one,
    "partly paid": lambda one: 0 < one["amount_paid"] < one["total"],
    "several payments": lambda one: sum(row["txn_status"] == "success" for row in one["linked_payments"]) > 1,
    "zero": lambda one: one["total"] == 0 and one["status"] == "paid",
    "rounded off": lambda one: one["round_off_amount"] != 0,
    "paid without cash": lambda one: one["status"] == "paid" and one["total"] > 0 and one["amount_paid"] == 0,
    "written off": lambda one: one["write_off_amount"] > 0,
    "tax withheld": lambda one: "linked_taxes_withheld" in one,
    "credited before tax": lambda one: "line_item_credits" in one,
    "credited after tax": lambda one: any(row["tax_application"] == "post_tax" for row in one["applied_credits"]),
    "payment in progress": lambda one: one["amount_to_collect"] < one["amount_due"],
    "dated back": lambda one: one["status"] != "pending" and one["date"] < one["generated_at"],
    "deleted": lambda one: one["deleted"],
    "local currency": lambda one: "local_currency_code" in one,
    **{
        status: lambda one, status=status: one["status"] == status
        for status in ("paid", "posted", "payment_due", "not_paid", "voided", "pending")
    },
}


@pytest.mark.parametrize("kind", INVOICES)
def test_it_has_invoices_of_every_kind(site, kind):
    assert any(INVOICES[kind](one) for one in site.every("invoices"))


NOTES = {
    "adjustment": lambda one: one["type"] == "adjustment" and one["status"] == "adjusted",
    "write-off": lambda one: one["create_reason_code"] == "Write Off",
    "refundable, waiting": lambda one: one["type"] == "refundable" and one["status"] == "refund_due",
    "refundable, applied": lambda one: one["type"] == "refundable" and one["amount_allocated"] > 0,
    "refundable, refunded": lambda one: one["amount_refunded"] > 0,
    "store": lambda one: one["type"] == "store" and one["amount_allocated"] > 0,
    "without an invoice": lambda one: "reference_invoice_id" not in one,
    "voided with a rest": lambda one: one["status"] == "voided" and one["amount_available"] > 0,
    "dated back": lambda one: one["date"] < one["generated_at"],
}


@pytest.mark.parametrize("kind", NOTES)
def test_it_has_credit_notes_of_every_kind(site, kind):
    assert any(NOTES[kind](one) for one in site.every("credit_notes"))


TRANSACTIONS = {
    "one over several invoices": lambda one: len(one.get("linked_invoices", [])) > 1,
    "excess": lambda one: one.get("amount_unused", 0) > 0,
    "excess paid back": lambda one: bool(one.get("linked_refunds")),
    "offline": lambda one: one["gateway"] == "not_applicable" and "reference_number" in one,
    "in progress": lambda one: one["status"] == "in_progress",
    "failed": lambda one: one["status"] == "failure" and "error_code" in one,
    "late failure": lambda one: one["status"] == "late_failure",
    "reversal": lambda one: one["type"] == "payment_reversal" and "reference_transaction_id" in one,
    "refund of a note": lambda one: one["type"] == "refund" and bool(one["linked_credit_notes"]),
    "chargeback": lambda one: one["payment_method"] == "chargeback",
    "authorisation without stamps": lambda one: one["type"] == "authorization" and "updated_at" not in one,
}


@pytest.mark.parametrize("kind", TRANSACTIONS)
def test_it_has_transactions_of_every_kind(site, kind):
    assert any(TRANSACTIONS[kind](one) for one in site.every("transactions"))


CUSTOMERS = {
    "accents": lambda one: any(letter in one.get("company", "") for letter in "üéÅñ株"),
    "quotes": lambda one: '"' in one.get("company", "") and "'" in one["company"],
    "custom fields": lambda one: "cf_segment" in one,
    "parent pays": lambda one: "payment_owner_id" in one.get("relationship", {}),
    "parent is invoiced": lambda one: "invoice_owner_id" in one.get("relationship", {}),
    "nameless": lambda one: not {"first_name", "last_name", "company", "email"} & set(one),
    "deleted": lambda one: one["deleted"],
    "exempt": lambda one: one["taxability"] == "exempt",
}


@pytest.mark.parametrize("kind", CUSTOMERS)
def test_it_has_customers_of_every_kind(site, kind):
    assert any(CUSTOMERS[kind](one) for one in site.every("customers"))


def test_it_prices_with_and_without_accounting_detail(site):
    details = [one.get("accounting_detail") for one in site.every("item_prices")]
    assert None in details
    assert any(detail and "accounting_category4" in detail for detail in details)


def test_it_counts_zero_decimal_and_three_decimal_money_as_the_vendor_does(site):
    assert site.get("item_prices", "basic-JPY-Monthly")["price"] == 4350
    assert site.get("item_prices", "basic-KWD-Monthly")["price"] == 899


def test_it_generates_over_the_control_api_and_counts(site):
    world = make_world()
    made = control(world).post("/generate/chargebee", json={"customers": 50, "seed": 1}).json()
    assert made["invoices"] == len(site.every("invoices"))


def test_it_shows_the_state_as_the_api_gives_it():
    world = make_world(customers=5)
    shown = {one["id"]: one for one in control(world).get("/state/chargebee").json()["documents"]}
    invoice = api(world).get("/invoices", params={"limit": 1}).json()["list"][0]["invoice"]
    assert shown[invoice["id"]] == invoice


def test_it_leaves_no_request_counted_by_generating():
    world = make_world(customers=5)
    assert control(world).get("/requests/chargebee").json() == {"reads": 0, "writes": 0, "counts": {}}
