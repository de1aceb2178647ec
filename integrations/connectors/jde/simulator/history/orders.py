"""The generated purchase orders, one for each state that an order can be in, and what follows from them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from integrations.connectors.jde.simulator.erp import purchasing, vouchers
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import Line
from integrations.connectors.jde.simulator.erp.purchasing import Order, OrderLine
from integrations.connectors.jde.simulator.erp.template import COMPANIES, CompanySetup
from integrations.connectors.jde.simulator.erp.vouchers import Voucher
from integrations.connectors.jde.simulator.history.people import Supplier
from integrations.connectors.jde.simulator.reading.store import Row

BUYER, MANAGER = "JSMITH", "MBOSS"
WARES = (
    ("Printer paper A4, 80 g", "8620", "24.90", "PAPER-A4"), ("Hosting, monthly", "8630", "1250", ""),
    ("Trade fair booth – Köln", "8650", "4800.50", ""), ("Flights & hotel", "8640", "912.35", ""),
    ("Legal advice Q3", "8720", "3500", ""), ("Steel brackets 40 mm", "8610", "3.1415", "BRK-40"),
    ("Licences \"Pro\" (seats)", "8630", "49", "LIC-PRO"), ("Office chairs", "8620", "289.99", "CHAIR-7"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One order of the history and the day it is at."""

    order: Row
    day: date
    chance: Random


def company_at(at: int) -> CompanySetup:
    """Choose a company: most orders are the first one's."""
    return COMPANIES[(0, 0, 1, 0, 2)[at % 5]]


def draw_order(enterprise: Enterprise, at: int, suppliers: Sequence[Supplier], day: date, chance: Random) -> Order:
    """Draw the n-th order."""
    company = company_at(at)
    supplier = suppliers[at % len(suppliers)]
    department = company.departments[at % len(company.departments)][0]
    currency = company.currency if at % 3 == 2 else supplier.place.currency
    return Order(
        supplier=supplier.number,
        company=company.code,
        department=department,
        date=day,
        currency=currency,
        type={13: "OR", 14: "OB"}.get(at % 15, "OP"),
        text=f"Order for {supplier.name}",
        lines=[_line(enterprise, company.code, department, currency, chance) for _ in range(1 + at % 4)],
    )


def _line(enterprise: Enterprise, company: str, department: str, currency: str, chance: Random) -> OrderLine:
    text, account, price, article = chance.choice(WARES)
    found = enterprise.store["F0901"].find(OBJ=account, MCU=department, CO=company)[0]
    scale = Decimal(150) if currency == "JPY" else Decimal(1)
    return OrderLine(
        account=found,
        text=text,
        quantity=Decimal(chance.choice((1, 2, 5, 10, 40))) if article else Decimal(1),
        price=(Decimal(price) * scale).quantize(Decimal(1) if currency == "JPY" else Decimal("0.0001")),
        article=article,
    )


def _approve(enterprise: Enterprise, one: Purchase) -> None:
    purchasing.ask_approval(enterprise, one.order)
    purchasing.approve(enterprise, one.order, MANAGER)


def _await(enterprise: Enterprise, one: Purchase) -> None:
    purchasing.ask_approval(enterprise, one.order)


def _await_budget(enterprise: Enterprise, one: Purchase) -> None:
    _approve(enterprise, one)
    purchasing.ask_approval(enterprise, one.order, "2N")


def _hold(enterprise: Enterprise, one: Purchase) -> None:
    _approve(enterprise, one)
    enterprise.store["F4301"].change(one.order, MANAGER, "P43070", HOLD="C1")


def _reject(enterprise: Enterprise, one: Purchase) -> None:
    _await(enterprise, one)
    purchasing.reject(enterprise, one.order, MANAGER)


def _cancel(enterprise: Enterprise, one: Purchase) -> None:
    purchasing.cancel(enterprise, one.order, BUYER)


def _cancel_one(enterprise: Enterprise, one: Purchase) -> None:
    _approve(enterprise, one)
    purchasing.cancel(enterprise, one.order, BUYER, purchasing.lines_of(enterprise, one.order)[:1])


def _print(enterprise: Enterprise, one: Purchase) -> None:
    _approve(enterprise, one)
    lines = purchasing.lines_of(enterprise, one.order)
    purchasing.set_status(enterprise, lines, purchasing.APPROVED, purchasing.RECEIVE, BUYER)


def _receive_some(enterprise: Enterprise, one: Purchase) -> None:
    _print(enterprise, one)
    line = purchasing.lines_of(enterprise, one.order)[0]
    part = line["UOPN"] if line["UOPN"] == 1 else (line["UOPN"] / 2).quantize(Decimal(1))
    purchasing.receive(enterprise, line, part, enterprise.clock.no_later(one.day + timedelta(days=3)), BUYER)


def _receive_all(enterprise: Enterprise, one: Purchase) -> None:
    _print(enterprise, one)
    for line in purchasing.lines_of(enterprise, one.order):
        on = enterprise.clock.no_later(one.day + timedelta(days=5))
        purchasing.receive(enterprise, line, line["UOPN"], on, BUYER)


def _voucher(enterprise: Enterprise, one: Purchase) -> None:
    _receive_all(enterprise, one)
    invoice = f"ER-{one.order['DOCO']}"
    day = enterprise.clock.no_later(one.day + timedelta(days=6))
    voucher_order(enterprise, one.order, invoice, day, BUYER)


def voucher_order(
    enterprise: Enterprise, order: Row, invoice: str, day: date, user: str, amount: Decimal | None = None
) -> str:
    """Enter the supplier's invoice for all that an order's lines come to; gives the voucher's document id.

    What the supplier asks by `amount` more or less than that is on the first line.
    """
    lines = [line for line in purchasing.lines_of(enterprise, order) if line["LTTR"] != purchasing.CANCELLED]
    is_foreign = order["CRRM"] == "F"
    accounts = enterprise.store["F0901"]
    distributed = [
        Line(account=accounts.find(AID=line["AID"])[0], amount=line["FEA" if is_foreign else "AEXP"]) for line in lines
    ]
    if amount is not None:
        more = amount - sum((line.amount for line in distributed), Decimal(0))
        distributed[0] = replace(distributed[0], amount=distributed[0].amount + more)
    keys = {"PO": str(order["DOCO"]), "PDCT": order["DCTO"], "PKCO": order["KCOO"], "SFXO": "000"}
    voucher = Voucher(
        supplier=order["AN8"],
        company=order["KCOO"],
        invoice=invoice,
        invoice_date=day,
        day=day,
        currency=order["CRCD"],
        rate=enterprise.rate(order["CRCD"], order["KCOO"], day),
        gross=sum((line.amount for line in distributed), Decimal(0)),
        lines=distributed,
        remark=order["DESC"],
        columns=keys,
    )
    return vouchers.enter(enterprise, voucher, user)[0].id


STATES: tuple[Callable[[Enterprise, Purchase], None], ...] = (
    _approve, _print, _await, _receive_some, _voucher, _hold, _approve, _receive_all, _await_budget, _cancel,
    _cancel_one, _reject, _print, _approve, _approve,
)  # fmt: skip
