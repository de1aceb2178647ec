"""What purchases left to pay at the end of a day, told by their payments and voids."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from integrations.connectors.jde.records import Paid, SupplierInvoice
from integrations.connectors.jde.tests.test_settlements import act

DAY = date(2026, 10, 31)


def _day(offset: int) -> date:
    return DAY + timedelta(days=offset)


def _voucher(gross: str, still_open: str, *payments: Paid, voided: int | None = None) -> SupplierInvoice:
    return SupplierInvoice(
        key="PV-1-00001",
        supplier=1,
        payee=1,
        invoice_number="INV-1",
        invoice_date=_day(-10),
        gl_date=_day(-10),
        company="00001",
        currency="USD",
        exchange_rate=Decimal(0),
        gross=Decimal(gross),
        open=Decimal(still_open),
        tax=Decimal(0),
        remark="",
        reference="",
        terms="",
        order="",
        is_voided=voided is not None,
        is_posted=True,
        items=(),
        payments=payments,
        voided_on=None if voided is None else _day(voided),
    )


def _paid(amount: str, on: int, voided: int | None = None) -> Paid:
    return Paid(day=_day(on), amount=Decimal(amount), voided_on=None if voided is None else _day(voided))


@pytest.mark.parametrize(
    ("voucher", "left"),
    [
        (_voucher("100", "100"), "100"),
        (_voucher("100", "0", _paid("100", 0)), "0"),
        (_voucher("100", "0", _paid("100", 1)), "100"),
        (_voucher("100", "0", _paid("40", 0), _paid("60", 1)), "60"),
        (_voucher("100", "0"), "0"),  # paid, and its payments purged since: what is not known is not put back
        (_voucher("100", "100", _paid("100", 0, voided=1)), "0"),
        (_voucher("100", "100", _paid("100", 0, voided=0)), "100"),
        (_voucher("100", "100", _paid("100", 1, voided=2)), "100"),
        (_voucher("-30", "0", _paid("-30", 1)), "-30"),
        (_voucher("100", "0", voided=0), "0"),
        (_voucher("100", "0", voided=1), "100"),
        (_voucher("100", "0", _paid("100", -1, voided=1), voided=2), "0"),
    ],
)
def test_it_tells_what_was_left_at_the_end_of_a_day(voucher, left):
    assert voucher.left_on(DAY) == Decimal(left)


def test_it_reads_payments_and_the_day_of_a_void(bench):
    supplier = act(bench, "add_supplier", name="Acme")["supplier"]
    lines = [{"account": "110.8620", "amount": "100"}]
    paid, voided = (
        act(bench, "enter_invoice", supplier=supplier, invoice=number, lines=lines)["document"]
        for number in ("INV-1", "INV-2")
    )
    act(bench, "pay_voucher", document=paid, part="0.4")
    act(bench, "void_voucher", document=voided)
    session = bench.session()
    today = session.client.today()
    records, _ = session.stream("payables").read([paid, voided])
    bodies = {record.key: record.body for record in records}
    assert bodies[paid].payments == (Paid(day=today, amount=Decimal(40)),)
    assert bodies[voided].voided_on == today
