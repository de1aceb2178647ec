"""Reversals: they weigh in the ledger what they take back, whether its lines stand or were deleted at posting."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from integrations.connectors.dynamics365.records import REVERSES, reference, reversed_payment
from integrations.connectors.dynamics365.tests.kit import Bench, customer, payment, post, sandbox
from integrations.contracts import Draft
from integrations.errors import RejectedError

JANUARY = date(2026, 1, 8)


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as running:
        yield running


@pytest.fixture
def session(bench: Bench):
    return bench.session()


@pytest.fixture
def debtor(session) -> str:
    return session.sink("customers").book(customer()).external_id


def in_euros(debtor: str, journal_name: str) -> Draft:
    draft = payment(debtor)
    header = {"CurrencyCode": "EUR", "TransactionDate": JANUARY, "JournalName": journal_name}
    facts = replace(draft.facts, currency="EUR", date=JANUARY, posting_date=JANUARY)
    return replace(draft, payload={**draft.payload, **header}, facts=facts)


def taken_back(draft: Draft, batch: str) -> Draft:
    payload = {**reversed_payment(draft.payload, date(2026, 9, 15)), REVERSES: batch}
    return replace(
        draft, operation="reverse", payload=payload, reference=reference("acme", "payment", draft.key, "reverse")
    )


@pytest.mark.parametrize("journal_name", ["CustPay", "DelPost"])
def test_it_takes_back_at_the_rate_of_what_it_takes_back(bench: Bench, session, debtor: str, journal_name: str):
    draft, sink = in_euros(debtor, journal_name), session.sink("payment_journals")
    batch = sink.book(draft).external_id
    post(bench)
    sink.book(taken_back(draft, batch))
    post(bench)
    first, second = (row["ExchRate"] for row in session.ground.rows("CustTransactions"))
    assert first == second


def test_it_writes_no_reversal_at_a_rate_of_its_own_choice(session, debtor: str):
    draft, sink = in_euros(debtor, "CustPay"), session.sink("payment_journals")
    with pytest.raises(RejectedError, match=r"USMF-999999.*not written") as caught:
        sink.book(taken_back(draft, "USMF-999999"))
    assert caught.value.code == "d365_rate_not_shown"
