"""How payments and refunds are shared out, also after a halt: no cash is booked a second time, and none is lost."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from integrations.connectors.chargebee.records import lifecycle
from integrations.contracts import CompanionView, Facts, LinkView, Record


def split_since(own, paid, booked=()):
    """Share a payment out by customer; its own document stands on customer `kid` with an amount."""
    body = SimpleNamespace(
        customer_id="ann", amount=Decimal(sum(paid.values())), status="success", deleted=False,
        linked_invoices=[SimpleNamespace(invoice_id=one, applied_amount=Decimal(paid[one])) for one in paid],
    )  # fmt: skip
    companions = tuple(
        CompanionView(external_id=one, reference=one, sink="payments", facts=Facts(customer=one)) for one in booked
    )
    links = {("invoices", one): LinkView(external_id=one, facts=Facts(customer=one)) for one in paid}
    links["customers", "ann"] = LinkView(external_id="ann", facts=Facts())
    links["payments", "p"] = LinkView(
        external_id="71", facts=Facts(customer="kid", total=Decimal(own)), companions=companions
    )
    record, context = Record(stream="transactions", key="p", body=body), SimpleNamespace(links=links, revision=1)
    found = lifecycle.payments.split_since(record, lifecycle.payments.shares(record, context), context)
    return found.customer if found else None


@pytest.mark.parametrize(
    ("own", "paid", "booked", "held"),
    [
        (120, {"kid": 100, "new": 20, "other": 40}, ("other",), "new"),  # the own document holds it already
        (120, {"kid": 100, "other": 60}, (), "other"),  # part of it
        (140, {"kid": 100, "new": 20, "third": 20}, (), "new"),  # several of them
        (120, {"before": 200, "kid": 100}, (), "before"),  # it would come first
        (80, {"kid": 100, "other": 40}, (), "other"),  # 20 would stand nowhere
        (100, {"kid": 100, "other": 40}, (), None),  # as it was
        (120, {"kid": 100, "other": 60}, ("other",), None),  # nothing is left to book
    ],
)
def test_it_tells_where_a_payment_would_stand_with_another_amount_than_was_paid(own, paid, booked, held):
    assert split_since(own, paid, booked) == held


def refunded(amount, left, booked=None):
    """Share a refund of a payment's rest out, by customer; parts have what is left, some of it is `booked` already."""
    body = SimpleNamespace(
        customer_id="ann", amount=Decimal(amount), linked_credit_notes=[], refunded_txn_id="p",
        reference_transaction_id="",
    )  # fmt: skip
    views = [
        CompanionView(
            external_id=one, reference=one, sink="payments",
            facts=Facts(customer=one, total=Decimal(100), open_amount=Decimal(left[one])), is_share=True,
        )
        for one in left
    ]  # fmt: skip
    links = {("customers", "ann"): LinkView(external_id="ann", facts=Facts())}
    links["payments", "p"] = LinkView(external_id="71", facts=views[0].facts, companions=tuple(views[1:]))
    for customer, total in (booked or {}).items():
        links["refunds", "r"] = LinkView(external_id="80", facts=Facts(customer=customer, total=Decimal(total)))
    record, context = Record(stream="transactions", key="r", body=body), SimpleNamespace(links=links, revision=1)
    return {one.customer: int(one.amount) for one in lifecycle.refunds.shares(record, context)}


@pytest.mark.parametrize(
    ("amount", "left", "booked", "shared"),
    [
        (30, {"kid": 40, "ann": 50}, None, {"ann": 30}),  # its own customer's part first
        (70, {"kid": 40, "ann": 50}, None, {"ann": 50, "kid": 20}),
        (70, {"kid": 40, "sib": 50}, None, {"kid": 40, "sib": 30}),
        (70, {"kid": 0, "sib": 50}, {"kid": 40}, {"kid": 40, "sib": 30}),  # read anew since
        (70, {"kid": 40, "sib": 50}, {"kid": 40}, {"kid": 40, "sib": 30}),  # as read before
        (90, {"kid": 10, "sib": 20}, None, {"kid": 10, "sib": 20}),  # the rest stands nowhere
        (90, {"kid": 10}, None, {"kid": 90}),  # one document is it all
    ],
)
def test_it_shares_a_refund_out_over_what_is_left(amount, left, booked, shared):
    assert refunded(amount, left, booked) == shared
