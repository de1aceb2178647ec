"""What the general ledger tells of documents whose lines F&O deleted at posting."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from integrations.connectors.dynamics365.records import payment_facts
from integrations.connectors.dynamics365.sinks.vouchers import ENTRIES
from integrations.connectors.dynamics365.tests.kit import Bench, customer, invoice, payment, post, sandbox
from integrations.contracts import Booked, Draft


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


def to_ledger(debtor: str) -> Draft:
    draft = payment(debtor)
    own = {"JournalName": "DelPost", "OffsetAccountType": "Ledger", "OffsetAccountDisplayValue": "110110---"}
    payload = {**draft.payload, **own}
    return replace(draft, payload=payload, facts=payment_facts(payload, "-"))


def read_back(session, sink: str, draft: Draft, batch: str):
    return session.sink(sink).read_back([Booked(draft=draft, external_id=batch)])[draft.reference].facts


@pytest.mark.parametrize(
    ("recoded", "told"), [("", "110110---"), ("110180---", "110180---")], ids=["as_drafted", "recoded_by_hand"]
)
def test_it_tells_the_offset_account_of_a_payment(bench: Bench, session, debtor: str, recoded: str, told: str):
    draft, sink = to_ledger(debtor), session.sink("payment_journals")
    batch = sink.book(draft).external_id
    if recoded:
        keys = {"dataAreaId": "usmf", "JournalBatchNumber": batch, "LineNumber": 1}
        session.ground.client.change("CustomerPaymentJournalLines", keys, {"OffsetAccountDisplayValue": recoded})
    post(bench)
    assert read_back(session, "payment_journals", draft, batch).dimensions == (("offset account", told),)


def test_it_takes_the_offset_account_as_drafted_where_the_ledger_is_not_published(bench: Bench, session, debtor: str):
    draft = to_ledger(debtor)
    batch = session.sink("payment_journals").book(draft).external_id
    post(bench)
    bench.world.simulators["dynamics365"].site.options.denied_sets = [ENTRIES]
    assert read_back(session, "payment_journals", draft, batch).dimensions == draft.facts.dimensions


@pytest.mark.parametrize("recoded", ["", "403100---"], ids=["as_drafted", "recoded_by_hand"])
def test_it_tells_the_accounts_of_an_invoice(bench: Bench, session, debtor: str, recoded: str):
    draft, sink = invoice(debtor), session.sink("journals")
    bench.world.simulators["dynamics365"].site.values("JournalNames", "usmf", "CBInv")["DeleteLinesAfterPosting"] = (
        "Yes"
    )
    batch = sink.book(draft).external_id
    if recoded:
        keys = {"dataAreaId": "usmf", "JournalBatchNumber": batch, "LineNumber": 2}
        session.ground.client.change("LedgerJournalLines", keys, {"AccountDisplayValue": recoded})
    post(bench)
    told = {line.account for line in read_back(session, "journals", draft, batch).lines}
    assert (told == {line.account for line in draft.facts.lines}) is not bool(recoded)
