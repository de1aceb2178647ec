"""Invoices and credit memos: lines, discounts, taxes, totals and what they do to the ledger (vendor file, 4.2-4.4)."""

from decimal import Decimal
from typing import Any

from integrations.connectors.netsuite.simulator.answers import bad_value, please_enter, user_error
from integrations.connectors.netsuite.simulator.records.applying import settle_applications
from integrations.connectors.netsuite.simulator.records.header import (
    Change,
    Header,
    check_dimensions,
    document_of,
    receivable,
    settle_header,
)
from integrations.connectors.netsuite.simulator.records.taxes import Tax, net_of, taxes_of
from integrations.connectors.netsuite.simulator.records.types import SALE_ITEMS
from integrations.connectors.netsuite.simulator.site import Site
from integrations.connectors.netsuite.simulator.store import Stored
from integrations.sandbox.books import Entry
from integrations.sandbox.books.documents import credit, debit

ZERO = Decimal(0)
RATE_PLACES = Decimal("0.00000001")
PENDING, REJECTED = "1", "3"

Line = dict[str, Any]


def settle_invoice(site: Site, change: Change) -> None:
    """Work out an invoice: it debits the receivable."""
    header = settle_header(site, change, "entity")
    _due_date(site, change)
    _settle(site, change, header, 1)
    if site.options.invoice_approval and change.current is None:
        change.fields.setdefault("approvalStatus", PENDING)
    change.is_held = change.fields.get("approvalStatus") in (PENDING, REJECTED)


def settle_credit_memo(site: Site, change: Change) -> None:
    """Work out a credit memo: the opposite of an invoice, applied to invoices."""
    header = settle_header(site, change, "entity")
    _settle(site, change, header, -1)


def _settle(site: Site, change: Change, header: Header, sign: int) -> None:
    fields = change.fields
    lines: list[Line] = fields.get("item") or []
    if not lines:
        please_enter(["Item"])
    account = receivable(site, fields, "account", header.party)
    entries = [_settle_line(site, change, header, line, at, sign) for at, line in enumerate(lines)]
    subtotal = sum((line["amount"] for line in lines), ZERO)
    discount = _header_discount(site, change, header, sign, entries)
    taxes = taxes_of(site, change, header)
    next_line = max(line["line"] for line in lines) + 1
    entries += [credit(tax.account, sign * tax.amount, next_line + at) for at, tax in enumerate(taxes) if tax.amount]
    total = _totals(change, header, subtotal, discount, taxes)
    if change.type.name == "creditMemo":
        relieved = settle_applications(site, change, header, account, total, side="credit")
    else:
        relieved = [debit(account, total, 0, header.party)] if total else []
    rates = {site.books.documents[id].rate for id in change.applied}
    fx = site.accounts["exchange"] if rates - {header.rate} else None  # at one rate only cents of rounding differ
    posted = [entry for entry in entries if entry.debit or entry.credit]
    side = "debit" if sign > 0 else "credit"
    change.document = document_of(change, header, relieved + posted, total, total, side, fx)


def _totals(change: Change, header: Header, subtotal: Decimal, discount: Decimal, taxes: list[Tax]) -> Decimal:
    fields = change.fields
    tax_total = sum((tax.amount for tax in taxes), ZERO)
    total = header.currency.round(subtotal + discount + tax_total)
    if total < 0:
        user_error("The total of the transaction may not be negative.")
    fields["subtotal"], fields["discountTotal"], fields["taxTotal"] = subtotal, discount, tax_total
    return total


def _settle_line(site: Site, change: Change, header: Header, line: Line, at: int, sign: int) -> Entry:
    path = f"item.items[{at}]."
    if "item" not in line:
        please_enter(["Item"])
    item = site.item(line["item"])
    if item.is_inactive or not site.within(item.fields, header.subsidiary):
        bad_value(item.id, f"{path}item")
    check_dimensions(site, line, header.subsidiary, path)
    _amount(site, change, header, line, item)
    if "lineUniqueKey" not in line:
        line["lineUniqueKey"] = str(site.store.count("line") + 40000)
    return credit(_account(item, line), sign * line["amount"], line["line"], memo=line.get("description", ""))


def _amount(site: Site, change: Change, header: Header, line: Line, item: Stored) -> None:
    gross = line.pop("grossAmt", None)
    amount, rate, quantity = line.get("amount"), line.get("rate"), line.setdefault("quantity", Decimal(1))
    if gross is not None:
        amount, rate = net_of(site, change.fields, line, gross), None
    elif amount is None:
        rate = item.fields.get("rate") if rate is None else rate
        if rate is None:
            please_enter(["Amount"])
        amount = rate * quantity
    line["amount"] = header.currency.round(amount)
    if rate is None:
        rate = (line["amount"] / quantity).quantize(RATE_PLACES).normalize() if quantity else ZERO
    line["rate"] = rate


def _account(item: Stored, line: Line) -> str:
    """Give the account an item posts to: its deferred one where the line carries recognition dates."""
    fields = item.fields
    if item.type.name not in SALE_ITEMS:
        return str(fields.get("account", fields.get("incomeAccount", "")))
    has_dates = "revRecStartDate" in line and "revRecEndDate" in line
    if has_dates and "deferredRevenueAccount" in fields and not fields.get("directRevenuePosting"):
        return str(fields["deferredRevenueAccount"])
    return str(fields["incomeAccount"])


def _header_discount(site: Site, change: Change, header: Header, sign: int, entries: list[Entry]) -> Decimal:
    fields = change.fields
    if "discountItem" not in fields:
        return ZERO
    item = site.item(fields["discountItem"])
    rate = fields.get("discountRate", item.fields.get("rate", ZERO))
    amount = -abs(header.currency.round(rate or ZERO))
    entries.append(credit(_account(item, {}), sign * amount, 0, memo="Discount"))
    return amount


def _due_date(site: Site, change: Change) -> None:
    fields = change.fields
    terms = fields.get("terms") or site.fields_of("customer", fields["entity"]).get("terms")
    if terms is not None:
        fields["terms"] = terms
    if "dueDate" not in fields:
        days = site.fields_of("term", terms).get("daysUntilNetDue", 0)
        fields["dueDate"] = fields["tranDate"].fromordinal(fields["tranDate"].toordinal() + days)
