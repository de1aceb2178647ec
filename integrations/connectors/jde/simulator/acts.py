"""What the customer's own staff do in EnterpriseOne, one act each, for the control API."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.connectors.jde.simulator.erp import batches, parties, purchasing, voids, vouchers
from integrations.connectors.jde.simulator.erp.accounts import number_of, resolve
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import Line
from integrations.connectors.jde.simulator.erp.parties import Party
from integrations.connectors.jde.simulator.erp.purchasing import Order, OrderLine
from integrations.connectors.jde.simulator.erp.refusal import ErpRefusal
from integrations.connectors.jde.simulator.erp.vouchers import Voucher
from integrations.connectors.jde.simulator.history import invoices
from integrations.connectors.jde.simulator.history.orders import BUYER, MANAGER, voucher_order
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json

CLERK = invoices.CLERK


ADDRESS: Json = {"ADD1": "1 Main Street", "CTY1": "Springfield", "ADDS": "IL", "ADDZ": "62701", "CTR": "US"}


def add_supplier(
    enterprise: Enterprise,
    *,
    name: str,
    currency: str = "USD",
    terms: str = "N30",
    tax_id: str = "",
    has_address: bool = True,
) -> Json:
    """Enter a supplier, with or without an address."""
    address = ADDRESS if has_address else {}
    number = parties.add(enterprise, Party(name=name, kind="V", tax_id=tax_id, address=address), BUYER)
    parties.add_supplier_master(enterprise, number, BUYER, TRAP=terms, CRRP=currency, CRCA=currency)
    return {"supplier": number}


def enter_address(enterprise: Enterprise, *, supplier: int) -> Json:
    """Enter a supplier's address."""
    row = _one(enterprise, "F0101", AN8=supplier)
    parties.change(enterprise, row, Party(name=row["ALPH"], kind="V", address=ADDRESS), BUYER)
    return {"supplier": supplier}


def change_supplier(enterprise: Enterprise, *, supplier: int, name: str = "", hold: str = "", terms: str = "") -> Json:
    """Rename a supplier (F0101), or set payment hold or terms (F0401), each in its own table."""
    row, master = _one(enterprise, "F0101", AN8=supplier), _one(enterprise, "F0401", AN8=supplier)
    if name:
        enterprise.store["F0101"].change(row, BUYER, "P01012", ALPH=name)
    changed = {alias: value for alias, value in (("HDPY", hold), ("TRAP", terms)) if value}
    if changed:
        enterprise.store["F0401"].change(master, BUYER, "P04012", **changed)
    return {"supplier": supplier}


def add_order(
    enterprise: Enterprise,
    *,
    supplier: int,
    lines: list[Json],
    company: str = "00001",
    currency: str = "",
    hold: str = "",
) -> Json:
    """Enter an order, awaiting approval; `lines` have account, text, quantity, price."""
    found = [
        OrderLine(
            account=resolve(enterprise, line["account"]),
            text=line.get("text", "Goods"),
            quantity=Decimal(str(line.get("quantity", 1))),
            price=Decimal(str(line["price"])),
        )
        for line in lines
    ]
    order = Order(
        supplier=supplier,
        company=company,
        department=found[0].account["MCU"],
        date=enterprise.clock.today(),
        currency=currency or enterprise.base_currency(company).code,
        lines=found,
        hold=hold,
    )
    row = purchasing.enter(enterprise, order, BUYER)
    purchasing.ask_approval(enterprise, row)
    return {"order": row["DOCO"]}


def approve_order(enterprise: Enterprise, *, order: int) -> Json:
    """Approve an order."""
    purchasing.approve(enterprise, _one(enterprise, "F4301", DOCO=order), MANAGER)
    return {"order": order}


def change_order(enterprise: Enterprise, *, order: int, line: int = 1, price: str) -> Json:
    """Change a line's price, which sends the order back to approval."""
    row = _one(enterprise, "F4301", DOCO=order)
    found = _one(enterprise, "F4311", DOCO=order, LNID=Decimal(line))
    base, money = enterprise.base_currency(found["CO"]), enterprise.books.currencies.get(found["CRCD"])
    rate = Decimal(found["CRR"] or 1)
    foreign = money.round(found["UORG"] * Decimal(price))
    values: Json = {"AEXP": base.round(foreign * rate), "PRRC": (Decimal(price) * rate).quantize(Decimal("0.0001"))}
    values["AOPN"] = values["AEXP"] - found["AREC"]
    if row["CRRM"] == "F":
        values |= {"FRRC": Decimal(price), "FEA": foreign, "FAP": foreign - found["FREC"]}
    enterprise.store["F4311"].change(found, BUYER, purchasing.PROGRAM, **values)
    purchasing.set_status(
        enterprise, purchasing.lines_of(enterprise, row), purchasing.ENTERED, purchasing.PENDING, BUYER
    )
    purchasing.ask_approval(enterprise, row)
    return {"order": order}


def hold_order(enterprise: Enterprise, *, order: int, hold: str = "C1") -> Json:
    """Put an order on hold, or with an empty code release it."""
    enterprise.store["F4301"].change(_one(enterprise, "F4301", DOCO=order), MANAGER, "P43070", HOLD=hold)
    return {"order": order}


def cancel_order(enterprise: Enterprise, *, order: int) -> Json:
    """Cancel an order."""
    purchasing.cancel(enterprise, _one(enterprise, "F4301", DOCO=order), BUYER)
    return {"order": order}


def receive_order(enterprise: Enterprise, *, order: int, line: int = 1, quantity: str = "") -> Json:
    """Receive a line in full, or a quantity of it."""
    found = _one(enterprise, "F4311", DOCO=order, LNID=Decimal(line))
    amount = Decimal(quantity) if quantity else found["UOPN"]
    purchasing.receive(enterprise, found, amount, enterprise.clock.today(), BUYER)
    return {"order": order}


def voucher_received(enterprise: Enterprise, *, order: int, invoice: str, amount: str = "") -> Json:
    """Enter the supplier's invoice for an order, of what was ordered or of another amount."""
    row, asked = _one(enterprise, "F4301", DOCO=order), Decimal(amount) if amount else None
    return {"document": voucher_order(enterprise, row, invoice, enterprise.clock.today(), CLERK, asked)}


def enter_invoice(
    enterprise: Enterprise, *, supplier: int, invoice: str, lines: list[Json], company: str = "00001",
    currency: str = "", tax: str = "0", status: str = "",
) -> Json:  # fmt: skip
    """Enter a supplier's invoice by hand; `lines` have account and amount."""
    today = enterprise.clock.today()
    found = [Line(account=resolve(enterprise, line["account"]), amount=Decimal(str(line["amount"]))) for line in lines]
    used = currency or enterprise.base_currency(company).code
    voucher = Voucher(
        supplier=supplier,
        company=company,
        invoice=invoice,
        invoice_date=today,
        day=today,
        currency=used,
        rate=enterprise.rate(used, company, today),
        gross=sum((line.amount for line in found), Decimal(tax)),
        tax=Decimal(tax),
        lines=found,
        pay_status=status,
    )
    return {"document": vouchers.enter(enterprise, voucher, CLERK)[0].id}


def payment_run(enterprise: Enterprise, *, company: str = "00001", up_to: str = "") -> Json:
    """Pay every approved pay item of a company that is due, as the customer's own payment run does."""
    today = enterprise.clock.today()
    limit = date.fromisoformat(up_to) if up_to else today
    due = [
        row
        for row in enterprise.store["F0411"].find(PST="A")
        if row["CO"] == company and row["DDJ"] <= limit and row["AAP"] > 0
    ]
    return {"payments": [invoices.pay(enterprise, [row], today, "R04570") for row in due]}


def pay_voucher(enterprise: Enterprise, *, document: str, part: str = "1") -> Json:
    """Pay a voucher by hand, or a part of it."""
    items = invoices.items_of(enterprise, enterprise.books.get(document))
    return {"payment": invoices.pay(enterprise, items, enterprise.clock.today(), CLERK, Decimal(part))}


def enter_remark(enterprise: Enterprise, *, payment: int, remark: str) -> Json:
    """Change a payment's remark by hand."""
    for row in enterprise.store["F0414"].find(PYID=payment):
        enterprise.store["F0414"].change(row, CLERK, "P0413M", RMK=remark)
    return {"payment": payment}


def void_payment(enterprise: Enterprise, *, payment: int) -> Json:
    """Void a payment by hand."""
    today = enterprise.clock.today()
    voids.void_payment(enterprise, _one(enterprise, "F0413", PYID=payment), today, today, "", CLERK)
    return {"payment": payment}


def void_voucher(enterprise: Enterprise, *, document: str) -> Json:
    """Void a voucher by hand."""
    items = invoices.items_of(enterprise, enterprise.books.get(document))
    voids.void_voucher(enterprise, items, enterprise.clock.today(), "", CLERK)
    return {"document": document}


def set_pay_status(enterprise: Enterprise, *, document: str, status: str) -> Json:
    """Change a voucher's pay status by hand."""
    for item in invoices.items_of(enterprise, enterprise.books.get(document)):
        enterprise.store["F0411"].change(item, CLERK, "P0411S", PST=status)
    return {"document": document}


def delete_batch(enterprise: Enterprise, *, batch: int) -> Json:
    """Delete an unposted batch with its documents, as a clerk may."""
    keys = batches.delete_batch(enterprise, batch)
    for key in keys:
        enterprise.books.force_out(enterprise.books.get(key))
    for name in ("F0911", "F0411"):
        for row in [row for row in enterprise.store[name] if row["ICU"] == batch]:
            enterprise.store[name].drop(row)
    return {"documents": keys}


def close_account(enterprise: Enterprise, *, account: str, edit: str = "I") -> Json:
    """Give an account another posting edit."""
    row = resolve(enterprise, account)
    enterprise.store["F0901"].change(row, MANAGER, "P0901", PEC=edit)
    return {"account": number_of(row), "posting_edit": edit}


def _one(enterprise: Enterprise, table: str, **equal: Any) -> Row:
    row = enterprise.store[table].first(**equal)
    if row is None:
        named = ", ".join(f"{alias} {value}" for alias, value in equal.items())
        raise LookupError(f"{table} has no row with {named}.")
    return row


def _in_words(act: Callable[..., Json]) -> Callable[..., Json]:
    """Let a refusal of the ERP be a bad request of the control API."""

    def acting(enterprise: Enterprise, **arguments: Any) -> Json:
        try:
            return act(enterprise, **arguments)
        except ErpRefusal as refusal:
            raise ValueError(f"{refusal.title}: {refusal.text}") from refusal

    return acting


ACTS = {
    act.__name__: _in_words(act)
    for act in (
        add_supplier, enter_address, change_supplier, add_order, approve_order, change_order, hold_order, cancel_order,
        receive_order, voucher_received, enter_invoice, payment_run, pay_voucher, enter_remark, void_payment,
        void_voucher, set_pay_status, delete_batch, close_account,
    )
}  # fmt: skip
