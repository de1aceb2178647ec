"""What the documents of a trial should do to what customers owe."""

from decimal import Decimal
from types import SimpleNamespace

from integrations import registry
from integrations.contracts import Money
from integrations.engine.trial.balances import change_beside

INVOICE = ("invoices", "1")
WORKS = {INVOICE: SimpleNamespace(money=Money(amount=Decimal(100), currency="USD"))}


def beside(pair: str, sink: str) -> dict[str, Decimal]:
    memo = SimpleNamespace(flow="invoices", natural_key="1", sink=sink, facts={"total": "10.00"})
    return change_beside(WORKS, registry.pair(pair).flows, [memo])


def test_it_takes_off_what_a_memo_beside_an_invoice_takes_off():
    assert beside("chargebee_to_netsuite", "credit_memos") == {"USD": Decimal(-10)}


def test_it_leaves_out_what_may_be_of_either_sign():
    assert beside("chargebee_to_dynamics365", "journals") == {}
