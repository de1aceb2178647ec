"""What receipts leave to pay, net of tax as receipts are, though vouchers are paid with it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.connectors.jde.streams.receipts import ReceiptStream
from integrations.connectors.jde.streams.received import with_vouchers
from integrations.connectors.jde.tests.test_settlements import act, an_order


@pytest.mark.parametrize(
    ("currency", "gross", "tax", "paid", "left"),
    [
        ("USD", "200", "0", "50", "150"),
        ("USD", "238", "38", "119", "100"),
        ("USD", "238", "38", "238", "0"),
        ("USD", "238", "38", "33.33", "171.99"),
        ("JPY", "220", "20", "37", "166"),
        ("", "238", "38", "33.33", "171.99"),
    ],
)
def test_it_counts_what_was_paid_of_a_voucher_net_of_its_tax(bench, currency, gross, tax, paid, left):
    order = an_order(bench)
    act(bench, "receive_order", order=int(order.split("-")[1]))
    number = act(bench, "voucher_received", order=int(order.split("-")[1]), invoice="INV-1")["document"]
    session = bench.session()
    (voucher,), _ = session.stream("supplier_invoices").read([number])
    (receipt,) = ReceiptStream(session.client).of_orders([int(order.split("-")[1])])
    amounts = {"gross": Decimal(gross), "tax": Decimal(tax), "open": Decimal(gross) - Decimal(paid)}
    vouchers = {order: (replace(voucher.body, currency=currency, **amounts),)}
    (found,) = with_vouchers(session.client, [receipt], vouchers).values()
    assert found.left_on(session.client.today()) == Decimal(left)
