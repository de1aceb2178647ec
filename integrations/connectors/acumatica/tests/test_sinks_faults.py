"""When an answer cannot be trusted: it is unknown, and the look-up tells whether the document stands."""

from decimal import Decimal

import pytest

from integrations.connectors.acumatica.tests.client_kit import (
    Bench,
    book,
    found,
    operation,
    released,
    stands,
)
from integrations.errors import ClosedPeriodError, RejectedError, TransientError, UnavailableError, UnknownOutcomeError


@pytest.fixture
def session(bench: Bench):
    return bench.session()


@pytest.fixture
def customer(bench: Bench, session) -> str:
    return book(session, bench.customer())


@pytest.mark.parametrize("kind", ["answer_lost_after_commit", "gateway_html", "server_error", "connection_reset"])
def test_it_calls_a_lost_answer_unknown(bench, session, customer, kind):
    draft = bench.invoice(customer, "10.00")
    bench.fault(kind, times=1, method="PUT")
    with pytest.raises(UnknownOutcomeError):
        book(session, draft)
    stood = len(found(session, draft)[draft.reference])
    assert stood == (1 if kind == "answer_lost_after_commit" else 0)


def test_it_settles_a_release_whose_answer_was_lost(bench, session, customer):
    draft = bench.invoice(customer, "10.00")
    release = operation(draft, "release", book(session, draft))
    bench.fault("answer_lost_after_commit", times=1, method="POST")
    with pytest.raises(UnknownOutcomeError):
        book(session, release)
    bench.world.advance(60)
    book(session, release)
    assert [one.stage for one in found(session, release)[draft.reference]] == ["posted"]


@pytest.mark.parametrize("kind", ["rate_limit", "rate_limit_no_hint"])
def test_it_knows_that_a_declined_write_did_not_run(bench, session, customer, kind):
    draft = bench.invoice(customer, "10.00")
    bench.fault(kind, times=1, method="PUT")
    with pytest.raises(TransientError):
        book(session, draft)
    assert found(session, draft)[draft.reference] == ()


def test_it_knows_that_a_conflicting_save_was_not_made(bench, session, customer):
    draft = bench.invoice(customer, "10.00")
    bench.control("POST options", concurrency_conflicts=1)
    with pytest.raises(TransientError) as caught:
        book(session, draft)
    assert caught.value.code == "acumatica_record_changed"
    assert found(session, draft)[draft.reference] == ()


def test_it_releases_later_what_somebody_else_saved_meanwhile(bench, session, customer):
    draft = bench.invoice(customer, "10.00")
    release = operation(draft, "release", book(session, draft))
    bench.control("POST options", concurrency_conflicts=1)
    with pytest.raises(TransientError) as caught:
        book(session, release)
    assert caught.value.code == "acumatica_record_changed"
    book(session, release)
    assert stands(session, draft, release.external_id).stage == "posted"


def test_it_tells_that_a_period_is_closed(bench, session, customer):
    bench.control("POST periods", period="2026-11", status="closed")
    with pytest.raises(ClosedPeriodError) as caught:
        released(session, bench.invoice(customer, "10.00"))
    assert caught.value.code == "acumatica_period_closed"


def test_it_tells_that_a_customer_may_not_be_billed(bench, session, customer):
    bench.control("POST inactivate", table="Customer", key=customer, field="Status")
    with pytest.raises(RejectedError) as caught:
        book(session, bench.invoice(customer, "10.00"))
    assert caught.value.code in ("acumatica_customer_on_hold", "acumatica_value_unknown", "acumatica_refused")


def test_it_sees_that_an_application_was_dropped(bench, session, customer):
    invoice = released(session, bench.invoice(customer, "100.00"))
    draft = bench.payment(customer, "100.00", {invoice: "100.00"})
    bench.fault("write_dropped_field", times=1, method="PUT", value="DocumentsToApply")
    external_id = book(session, draft)
    applied = stands(session, draft, external_id).facts.applied
    assert [one.amount for one in applied] == [Decimal("100.00")]


def test_it_sees_that_an_amount_was_altered(bench, session, customer):
    draft = bench.invoice(customer, "100.00")
    bench.fault("write_altered", times=1, method="PUT")
    assert stands(session, draft, book(session, draft)).facts != draft.facts


def test_it_reads_through_passing_trouble(bench, session, customer):
    draft = bench.invoice(customer, "10.00")
    book(session, draft)
    bench.fault("server_error", times=2, method="GET")
    assert len(found(session, draft)[draft.reference]) == 1


def test_it_gives_up_reading_after_some_tries(bench, session, customer):
    bench.fault("gateway_html")
    with pytest.raises(UnavailableError):
        found(session, bench.invoice(customer, "10.00"))


def test_it_does_not_count_a_slow_write_as_missing(bench, session, customer):
    draft = bench.invoice(customer, "10.00")
    bench.fault("commit_after_timeout", times=1, method="PUT", value_s=30)
    with pytest.raises(UnknownOutcomeError):
        book(session, draft)
    assert found(session, draft)[draft.reference] == ()
    bench.world.advance(60)
    assert len(found(session, draft)[draft.reference]) == 1
    assert session.sink("invoices").settle_s >= 600
