"""What becomes of documents by their state in Chargebee, where no story of the simulator leads to it."""

from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.parse import Units
from integrations.connectors.chargebee.parse_documents import parse_invoice, parse_transaction
from integrations.connectors.chargebee.records import lifecycle
from integrations.connectors.chargebee.tests.samples import DATE_S, INVOICE, TRANSACTION, sample
from integrations.contracts import Context, Identity, Record

SIDE = Identity(fingerprint="us:acme", name="acme", base_currency="USD", time_zone="UTC")
CONTEXT = Context(policies={}, source=SIDE, target=SIDE, links={}, references={})


def judged(**changed):
    raw = sample(INVOICE, status="voided", voided_at=DATE_S + 86_400, **changed)
    body = parse_invoice(raw, Units())
    return lifecycle.invoices.verdict(Record(stream="invoices", key=body.id, body=body), CONTEXT)


def test_it_skips_an_invoice_that_was_voided_while_pending():
    verdict = judged(generated_at=None, term_finalized=False)
    assert (verdict.action, verdict.code) == ("skip", "voided_before_posting")


def test_it_withdraws_an_invoice_that_was_voided_after_it_closed():
    assert judged().action == "withdraw"


def test_it_withdraws_a_voided_invoice_whose_terms_tell_that_it_closed():
    assert judged(generated_at=None).action == "withdraw"


def test_it_says_that_the_day_of_a_deletion_is_taken_from_the_last_update():
    assert "that of the last update is taken" in judged(deleted=True).reason


def test_it_says_nothing_of_the_kind_where_the_day_is_told():
    assert judged().reason.endswith("was voided in Chargebee.")


def test_it_shows_a_refund_open_until_it_was_taken_back():
    lost = {"type": "refund", "status": "late_failure", "linked_invoices": [], "updated_at": DATE_S + 86_400}
    body = parse_transaction(sample(TRANSACTION, **lost), Units())
    refund = Record(stream="transactions", key=body.id, body=body)
    ends = [lifecycle.refunds.open_at(refund, date(2026, 1, day), CONTEXT) for day in (1, 2)]
    assert [end and end.amount for end in ends] == [Decimal(120), None]
