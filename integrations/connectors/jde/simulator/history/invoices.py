"""The generated supplier invoices without an order: held, foreign, taxed, paid, in instalments, taken back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from integrations.connectors.jde.simulator.erp import payments, voids, vouchers
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import Line
from integrations.connectors.jde.simulator.erp.payment_entries import Applied
from integrations.connectors.jde.simulator.erp.payments import Payment
from integrations.connectors.jde.simulator.erp.vouchers import Instalment, Voucher
from integrations.connectors.jde.simulator.history.orders import company_at
from integrations.connectors.jde.simulator.history.people import Supplier
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.books import Document

CLERK = "APCLERK"
BANK = ("1110", "BEAR")


@dataclass(frozen=True, slots=True, kw_only=True)
class Twist:
    """What is special about an invoice: before it is entered, and afterwards."""

    change: Callable[[Enterprise, Voucher], Voucher] = lambda enterprise, voucher: voucher
    follow: Callable[[Enterprise, Document], None] = lambda enterprise, document: None


def draw_invoice(enterprise: Enterprise, at: int, suppliers: Sequence[Supplier], day: date, chance: Random) -> Voucher:
    """Draw the n-th invoice: two lines of expenses in the company's or the supplier's currency."""
    company = company_at(at + 1)
    supplier = suppliers[(at * 3) % len(suppliers)]
    currency = company.currency if at % 4 == 2 else supplier.place.currency
    department = company.departments[at % len(company.departments)][0]
    money = enterprise.books.currencies.get(currency)
    scale = Decimal(150) if currency == "JPY" else Decimal(1)
    accounts = [enterprise.store["F0901"].find(OBJ=one, MCU=department)[0] for one in ("8620", "8630")]
    lines = [
        Line(account=account, amount=money.round(Decimal(chance.randint(1_000, 900_000)) / 100 * scale))
        for account in accounts
    ]
    return Voucher(
        supplier=supplier.number,
        company=company.code,
        invoice=_invoice_number(at, chance),
        invoice_date=day - timedelta(days=at % 3),
        day=day,
        currency=currency,
        rate=enterprise.rate(currency, company.code, day - timedelta(days=at % 3)),
        gross=sum((line.amount for line in lines), Decimal(0)),
        lines=lines,
        remark=f"Invoice {at}",
    )


def pay(enterprise: Enterprise, items: Sequence[Row], day: date, user: str, part: Decimal = Decimal(1)) -> str:
    """Pay pay items from the operating bank account; gives the payment's document id."""
    bank = enterprise.account_of(items[0]["CO"], *BANK)
    money = enterprise.books.currencies.get(items[0]["CRCD"])
    applied = [Applied(item=item, amount=Applied(item=item, amount=Decimal(0)).open) for item in items]
    if part != 1:
        applied = [replace(one, amount=money.round(one.amount * part)) for one in applied]
    payment = Payment(
        payee=items[0]["PYE"],
        number=None,
        on=day,
        day=day,
        bank=bank,
        currency=items[0]["CRCD"],
        applied=applied,
        remark="",
    )
    return payments.enter(enterprise, payment, user)[0].id


def items_of(enterprise: Enterprise, document: Document) -> list[Row]:
    """List the pay items of a voucher."""
    return enterprise.store["F0411"].find(DOC=int(document.number), DCT=document.record, KCO=document.company)


def _invoice_number(at: int, chance: Random) -> str:
    """Most look like numbers of suppliers; one like a date, one as long as the column."""
    if at % 10 == 3:
        return f"2025{1 + at % 12:02d}{1 + at % 28:02d}"
    if at % 10 == 6:
        return f"RE/2026-{at:04d}-ÄÖ #1234567"[:25]
    return f"INV-{chance.randint(10_000, 99_999)}-{at}"


def _held(enterprise: Enterprise, voucher: Voucher) -> Voucher:
    return replace(voucher, pay_status="H")


def _taxed(enterprise: Enterprise, voucher: Voucher) -> Voucher:
    tax = enterprise.books.currencies.get(voucher.currency).round(voucher.gross * Decimal("0.19"))
    return replace(voucher, tax=tax, gross=voucher.gross + tax)


def _debit_memo(enterprise: Enterprise, voucher: Voucher) -> Voucher:
    lines = [replace(line, amount=-line.amount) for line in voucher.lines]
    return replace(voucher, lines=lines, gross=-voucher.gross)


def _instalments(enterprise: Enterprise, voucher: Voucher) -> Voucher:
    half = enterprise.books.currencies.get(voucher.currency).round(voucher.gross / 2)
    first = Instalment(due=voucher.day + timedelta(days=30), amount=half)
    second = Instalment(due=voucher.day + timedelta(days=60), amount=voucher.gross - half)
    return replace(voucher, instalments=(first, second))


def _named_twice(enterprise: Enterprise, voucher: Voucher) -> Voucher:
    before = [row for row in enterprise.store["F0411"] if row["AN8"] == voucher.supplier]
    return replace(voucher, invoice=before[0]["VINV"]) if before else voucher


def _paid(enterprise: Enterprise, document: Document) -> None:
    day = enterprise.clock.no_later(document.posting_date + timedelta(days=10))
    pay(enterprise, items_of(enterprise, document), day, CLERK)


def _part_paid(enterprise: Enterprise, document: Document) -> None:
    day = enterprise.clock.no_later(document.posting_date + timedelta(days=10))
    pay(enterprise, items_of(enterprise, document)[:1], day, CLERK, Decimal("0.4"))


def _paid_and_voided(enterprise: Enterprise, document: Document) -> None:
    day = enterprise.clock.no_later(document.posting_date + timedelta(days=10))
    key = pay(enterprise, items_of(enterprise, document), day, CLERK)
    payment = enterprise.store["F0413"].find(PYID=int(key.partition("-")[2]))[0]
    voids.void_payment(enterprise, payment, day, day, "Check lost", CLERK)


def _voided(enterprise: Enterprise, document: Document) -> None:
    voids.void_voucher(enterprise, items_of(enterprise, document), document.posting_date, "", CLERK)


TWISTS = (
    Twist(), Twist(change=_held), Twist(change=_taxed), Twist(follow=_paid), Twist(change=_debit_memo),
    Twist(change=_instalments), Twist(follow=_part_paid), Twist(), Twist(change=_named_twice),
    Twist(follow=_paid_and_voided), Twist(follow=_voided), Twist(change=_taxed, follow=_paid),
)  # fmt: skip


def enter(enterprise: Enterprise, at: int, voucher: Voucher) -> str:
    """Enter the n-th invoice with its twist; gives its document id."""
    twist = TWISTS[at % len(TWISTS)]
    document, _, _ = vouchers.enter(enterprise, twist.change(enterprise, voucher), CLERK)
    twist.follow(enterprise, document)
    return document.id
