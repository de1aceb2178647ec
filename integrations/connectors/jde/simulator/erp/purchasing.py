"""Purchase orders: entered, approved, received, vouchered, cancelled, with statuses and held-order records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.jde.simulator.erp.accounts import number_of
from integrations.connectors.jde.simulator.erp.clock import hhmmss
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import ZERO
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json

ENTERED, PENDING, APPROVED, RECEIVE, CANCELLED, COMPLETE = "220", "230", "280", "400", "980", "999"
PROGRAM = "P4310"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line to be ordered: an amount line has no quantity of its own (1 of unit EA at its price)."""

    account: Row
    text: str
    quantity: Decimal
    price: Decimal
    article: str = ""
    unit: str = "EA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A purchase order to be entered."""

    supplier: int
    company: str
    department: str
    date: date
    currency: str
    lines: Sequence[OrderLine]
    type: str = "OP"
    hold: str = ""
    text: str = ""
    terms: str = "N30"


def enter(enterprise: Enterprise, order: Order, user: str) -> Row:
    """Enter an order; it waits for approval at status 230. Gives its header."""
    base, rate = enterprise.base_currency(order.company), enterprise.rate(order.currency, order.company, order.date)
    number = enterprise.next_number("DOCO")
    is_foreign = order.currency != base.code
    shared: Json = {
        "DOCO": number, "DCTO": order.type, "KCOO": order.company, "SFXO": "000", "MCU": order.department,
        "AN8": order.supplier, "SHAN": int(order.company), "TRDJ": order.date, "DRQJ": order.date + timedelta(days=14),
        "PDDJ": order.date + timedelta(days=20), "PTC": order.terms, "CRCD": order.currency,
        "CRR": rate if is_foreign else 0, "BCRC": base.code,
    }  # fmt: skip
    money = enterprise.books.currencies.get(order.currency)
    total = foreign_total = ZERO
    for at, line in enumerate(order.lines, 1):
        foreign = money.round(line.quantity * line.price)
        amount = base.round(foreign * rate)
        total, foreign_total = total + amount, foreign_total + foreign
        beyond = {"FRRC": line.price, "FEA": foreign, "FAP": foreign, "FREC": ZERO} if is_foreign else {}
        price = line.price if not is_foreign else (line.price * rate).quantize(Decimal("0.0001"))
        enterprise.store["F4311"].add(
            user, PROGRAM, **shared, LNID=Decimal(at), NXTR=PENDING, LTTR=ENTERED,
            LNTY="J" if not line.article else "S", CO=order.company, LITM=line.article, DSC1=line.text[:30],
            DSC2=line.text[30:60], UOM=line.unit,
            UORG=line.quantity, UOPN=line.quantity, UREC=ZERO, PRRC=price, AEXP=amount, AOPN=amount, AREC=ZERO,
            ANI=number_of(line.account), AID=line.account["AID"], OBJ=line.account["OBJ"], SUB=line.account["SUB"],
            TX="N", TORG=user, **beyond,
        )  # fmt: skip
    return enterprise.store["F4301"].add(
        user, PROGRAM, **shared, HOLD=order.hold, CRRM="F" if is_foreign else "D", OTOT=total,
        FAP=foreign_total if is_foreign else ZERO, DESC=order.text[:30], ORBY=user, ARTG="ACMEPO",
    )  # fmt: skip


def lines_of(enterprise: Enterprise, order: Row) -> list[Row]:
    """List an order's lines."""
    return enterprise.store["F4311"].find(DOCO=order["DOCO"], DCTO=order["DCTO"], KCOO=order["KCOO"])


def set_status(enterprise: Enterprise, lines: Sequence[Row], last: str, following: str, user: str) -> None:
    """Move lines on in the order activity rules."""
    for line in lines:
        enterprise.store["F4311"].change(line, user, PROGRAM, LTTR=last, NXTR=following)


def ask_approval(enterprise: Enterprise, order: Row, status: str = "1N") -> None:
    """Record that an approval is awaited: 1N monetary, 2N budget."""
    _held(enterprise, order, status)


def approve(enterprise: Enterprise, order: Row, user: str) -> None:
    """Approve an order: what was awaited is released and the lines may be printed."""
    now = enterprise.clock.now()
    for row in enterprise.store["F4209"].find(DOCO=order["DOCO"], DCTO=order["DCTO"], KCOO=order["KCOO"]):
        if row["ASTS"] in ("1N", "2N") and not row["RDC"]:
            enterprise.store["F4209"].put_quietly(row, RDC="AP", RDB=user, RDJ=now.date(), RDT=hhmmss(now))
    _held(enterprise, order, "1A", user)
    if order["HOLD"]:
        enterprise.store["F4301"].change(order, user, PROGRAM, HOLD="")
    set_status(enterprise, lines_of(enterprise, order), PENDING, APPROVED, user)


def reject(enterprise: Enterprise, order: Row, user: str) -> None:
    """Reject an order: it stays at the awaiting status."""
    _held(enterprise, order, "1R", user)


def cancel(enterprise: Enterprise, order: Row, user: str, only: Sequence[Row] | None = None) -> None:
    """Cancel an order, or some of its lines."""
    for line in only if only is not None else lines_of(enterprise, order):
        enterprise.store["F4311"].change(
            line, user, PROGRAM, LTTR=CANCELLED, NXTR=COMPLETE, UOPN=ZERO, AOPN=ZERO,
            **({"FAP": ZERO} if line["CRCD"] != line["BCRC"] else {}),
        )  # fmt: skip


def receive(enterprise: Enterprise, line: Row, quantity: Decimal, on: date, user: str) -> Row:
    """Receive a quantity of a line; gives the receiver row. What is received in full is complete."""
    base, money = enterprise.base_currency(line["CO"]), enterprise.books.currencies.get(line["CRCD"])
    is_all = quantity == line["UOPN"]
    amount = line["AOPN"] if is_all else base.round(quantity * line["PRRC"])
    foreign: Json = {}
    if line["CRCD"] != line["BCRC"]:
        part = line["FAP"] if is_all else money.round(quantity * line["FRRC"])
        foreign = {"FREC": line["FREC"] + part, "FAP": line["FAP"] - part}
    enterprise.store["F4311"].change(
        line, user, "P4312", UREC=line["UREC"] + quantity, UOPN=line["UOPN"] - quantity, AREC=line["AREC"] + amount,
        AOPN=line["AOPN"] - amount, LTTR=RECEIVE, NXTR=COMPLETE if is_all else RECEIVE, **foreign,
    )  # fmt: skip
    same = {name: line[name] for name in ("DOCO", "DCTO", "KCOO", "SFXO", "LNID", "AN8", "TRDJ", "MCU", "CO", "PRRC",
                                          "CRCD", "CRR", "LITM", "AID", "OBJ", "SUB", "UOM", "LNTY")}  # fmt: skip
    own = {"FRRC": line["FRRC"], "FREC": part} if foreign else {}
    return enterprise.store["F43121"].add(
        user, "P4312", **same, **own, MATC="1", NLIN=enterprise.next_number("NLIN"), DOC=enterprise.next_number("OV"),
        DCT="OV", KCO=line["KCOO"], RCDJ=on, UORG=line["UORG"], UREC=quantity, UOPN=quantity, AREC=amount, AOPN=amount,
        NXTR="440", LTTR=RECEIVE,
    )  # fmt: skip


def _held(enterprise: Enterprise, order: Row, status: str, person: str = "") -> None:
    now = enterprise.clock.now()
    enterprise.store["F4209"].add(
        HCOD=order["HOLD"] or "AP", RPER=90_021, AN8=order["AN8"], MCU=order["MCU"], KCOO=order["KCOO"],
        DOCO=order["DOCO"], DCTO=order["DCTO"], SFXO="000", LNID=ZERO, TRDJ=order["TRDJ"], ARTG="ACMEPO", ASTS=status,
        RDC="AP" if status == "1A" else "", RDB=person, RDJ=now.date() if person else None,
        RDT=hhmmss(now) if person else 0, ATY="1",
    )  # fmt: skip
