"""Turns Chargebee's JSON into records: one function per kind of object, plain constructors for speed."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from integrations.connectors.chargebee.catalogue import Accounting, Item, ItemPrice, Plan
from integrations.connectors.chargebee.customers import Address, Balance, Customer, Subscription
from integrations.connectors.chargebee.reader import CENT, ONE, ZERO_DECIMAL, Reader

Parse: TypeAlias = Callable[[Mapping[str, Any], "Units"], Any]


class Units:
    """Knows what 1 in an integer amount stands for: a major unit in zero-decimal currencies, else a hundredth.

    Source: "Currencies" (apidocs, read 2026-11-21). Which are zero-decimal is a setting, as no endpoint tells.
    """

    __slots__ = ("_zero_decimal",)

    def __init__(self, zero_decimal: frozenset[str] = ZERO_DECIMAL) -> None:
        self._zero_decimal = zero_decimal

    def of(self, currency: str) -> Decimal:
        """Give the unit of a currency."""
        return ONE if currency in self._zero_decimal else CENT


def open_row(raw: Mapping[str, Any], kind: str) -> Reader:
    """Begin with an object: its id names it in every error."""
    return Reader(raw, f"{kind} {Reader(raw, kind).needed_text('id')}")


def parse_customer(raw: Mapping[str, Any], units: Units) -> Customer:
    """Read a customer. Source: Customer (apidocs, read 2026-11-21)."""
    row = open_row(raw, "Customer")
    text = row.text
    related = row.part("relationship") or Reader({}, row.label)
    return Customer(
        id=raw["id"],
        first_name=text("first_name"),
        last_name=text("last_name"),
        email=text("email"),
        phone=text("phone"),
        company=text("company"),
        vat_number=text("vat_number"),
        vat_number_prefix=text("vat_number_prefix"),
        vat_number_status=text("vat_number_status"),
        auto_collection=text("auto_collection"),
        net_term_days=row.count("net_term_days"),
        taxability=text("taxability"),
        entity_code=text("entity_code"),
        exempt_number=text("exempt_number"),
        locale=text("locale"),
        preferred_currency_code=text("preferred_currency_code"),
        billing_address=read_address(row, "billing_address"),
        parent_id=related.text("parent_id"),
        payment_owner_id=related.text("payment_owner_id"),
        invoice_owner_id=related.text("invoice_owner_id"),
        balances=row.parts("balances", lambda part: _balance(part, units)),
        customer_type=text("customer_type"),
        business_entity_id=text("business_entity_id"),
        channel=text("channel"),
        created_at=row.moment("created_at"),
        updated_at=row.moment("updated_at"),
        resource_version=row.count("resource_version"),
        deleted=row.flag("deleted"),
        custom=row.custom(),
    )


def parse_subscription(raw: Mapping[str, Any], units: Units) -> Subscription:
    """Read a subscription. Source: Subscription (apidocs, read 2026-11-21)."""
    row = open_row(raw, "Subscription")
    return Subscription(
        id=raw["id"],
        customer_id=row.needed_text("customer_id"),
        currency_code=row.text("currency_code"),
        status=row.text("status"),
        po_number=row.text("po_number"),
        business_entity_id=row.text("business_entity_id"),
        current_term_start=row.moment("current_term_start"),
        current_term_end=row.moment("current_term_end"),
        next_billing_at=row.moment("next_billing_at"),
        updated_at=row.moment("updated_at"),
        resource_version=row.count("resource_version"),
        deleted=row.flag("deleted"),
        custom=row.custom(),
    )


def parse_item(raw: Mapping[str, Any], units: Units) -> Item:
    """Read an item. Source: Item (apidocs, read 2026-11-21)."""
    row = open_row(raw, "Item")
    return Item(
        id=raw["id"],
        name=row.text("name"),
        external_name=row.text("external_name"),
        description=row.text("description"),
        type=row.text("type"),
        status=row.text("status"),
        item_family_id=row.text("item_family_id"),
        unit=row.text("unit"),
        is_metered=row.flag("metered"),
        channel=row.text("channel"),
        updated_at=row.moment("updated_at"),
        resource_version=row.count("resource_version"),
        deleted=is_deleted(raw),
        custom=row.custom(),
    )


def parse_item_price(raw: Mapping[str, Any], units: Units) -> ItemPrice:
    """Read an item price. Source: Item price (apidocs, read 2026-11-21)."""
    row = open_row(raw, "Item price")
    row.unit = units.of(row.text("currency_code"))
    taxes = row.part("tax_detail") or Reader({}, row.label)
    return ItemPrice(
        id=raw["id"],
        name=row.text("name"),
        external_name=row.text("external_name"),
        description=row.text("description"),
        item_id=row.text("item_id"),
        item_family_id=row.text("item_family_id"),
        item_type=row.text("item_type"),
        currency_code=row.text("currency_code"),
        price=_price(row),
        pricing_model=row.text("pricing_model"),
        period=row.count("period"),
        period_unit=row.text("period_unit"),
        status=row.text("status"),
        is_taxable=row.flag("is_taxable"),
        tax_profile_id=taxes.text("tax_profile_id"),
        accounting=_accounting(row.part("accounting_detail")),
        channel=row.text("channel"),
        created_at=row.moment("created_at"),
        updated_at=row.moment("updated_at"),
        resource_version=row.count("resource_version"),
        deleted=is_deleted(raw),
        custom=row.custom(),
    )


def parse_plan(raw: Mapping[str, Any], units: Units) -> Plan:
    """Read a plan of Product Catalog 1.0. Source: Plan (apidocs, read 2026-11-21)."""
    return _plan(raw, units, "plan")


def parse_addon(raw: Mapping[str, Any], units: Units) -> Plan:
    """Read an addon of Product Catalog 1.0. Source: Addon (apidocs, read 2026-11-21)."""
    return _plan(raw, units, "addon")


def is_deleted(raw: Mapping[str, Any]) -> bool:
    """Tell whether an object is deleted: flagged so, or (items and item prices) with that status."""
    return raw.get("deleted") is True or raw.get("status") == "deleted"


def read_address(row: Reader, name: str) -> Address | None:
    """Read an address inside an object."""
    part = row.part(name)
    if part is None:
        return None
    text = part.text
    return Address(
        first_name=text("first_name"),
        last_name=text("last_name"),
        email=text("email"),
        company=text("company"),
        phone=text("phone"),
        line1=text("line1"),
        line2=text("line2"),
        line3=text("line3"),
        city=text("city"),
        state_code=text("state_code"),
        state=text("state"),
        country=text("country"),
        zip=text("zip"),
    )


def _plan(raw: Mapping[str, Any], units: Units, kind: str) -> Plan:
    row = open_row(raw, kind.capitalize())
    row.unit = units.of(row.text("currency_code"))
    return Plan(
        kind=kind,
        id=raw["id"],
        name=row.text("name"),
        invoice_name=row.text("invoice_name"),
        description=row.text("description"),
        currency_code=row.text("currency_code"),
        price=_price(row) if row.text("currency_code") else None,
        pricing_model=row.text("pricing_model") or row.text("charge_model"),
        period=row.count("period"),
        period_unit=row.text("period_unit"),
        status=row.text("status"),
        is_taxable=row.flag("taxable"),
        tax_profile_id=row.text("tax_profile_id"),
        tax_code=row.text("tax_code"),
        accounting=_accounting(row),
        updated_at=row.moment("updated_at"),
        resource_version=row.count("resource_version"),
        deleted=is_deleted(raw),
        custom=row.custom(),
    )


def _price(row: Reader) -> Decimal | None:
    """Give the price in major units; the text with many decimals is in major units already."""
    exact = row.number("price_in_decimal")
    return row.optional_amount("price") if exact is None else exact


def _accounting(row: Reader | None) -> Accounting:
    if row is None:
        return Accounting()
    return Accounting(
        sku=row.text("sku"),
        accounting_code=row.text("accounting_code"),
        accounting_category1=row.text("accounting_category1"),
        accounting_category2=row.text("accounting_category2"),
        accounting_category3=row.text("accounting_category3"),
        accounting_category4=row.text("accounting_category4"),
    )


def _balance(part: Reader, units: Units) -> Balance:
    part.unit = units.of(part.text("currency_code"))
    return Balance(
        currency_code=part.text("currency_code"),
        promotional_credits=part.amount("promotional_credits"),
        excess_payments=part.amount("excess_payments"),
        refundable_credits=part.amount("refundable_credits"),
        unbilled_charges=part.amount("unbilled_charges"),
    )
