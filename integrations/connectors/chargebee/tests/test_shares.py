"""How a payment is shared out again when it goes on after a halt: no cash is booked a second time, and none is lost."""

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
