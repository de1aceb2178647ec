"""Operations on journals that stand: post, apply, several invoices at once; and texts of every kind."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.connectors.dynamics365.records import payment_facts, payment_payload, reference
from integrations.connectors.dynamics365.tests.kit import (
    DAY,
    Bench,
    bank,
    customer,
    invoice,
    payment,
    post,
    revenue,
    sandbox,
)
from integrations.connectors.dynamics365.tests.test_sinks import found, stands
from integrations.engine.compare import differences
from integrations.errors import (
    ConfigurationError,
    ConnectorError,
    DuplicateError,
    MappingError,
    RejectedError,
    UnknownOutcomeError,
)

SERVICE = "MLCGroup/MLCService/postJournal"


@pytest.fixture
def bench() -> Iterator[Bench]:
    with sandbox() as running:
        running.world.simulators["dynamics365"].controls()["POST options"]({"posting_service": SERVICE})
        yield running


@pytest.fixture
def session(bench: Bench):
    return bench.session(posting_service=f"/api/services/{SERVICE}")


@pytest.fixture
def debtor(session) -> str:
    return session.sink("customers").book(customer()).external_id


@pytest.fixture
def posting(session, debtor: str):
    """Give the draft that posts an invoice which stands."""
    draft = invoice(debtor, account=revenue(session))
    batch = session.sink("journals").book(draft).external_id
    own = reference("acme", "invoice", draft.key, "post")
    return replace(draft, operation="post", external_id=batch, reference=own)


def test_it_posts_through_the_customers_service(session, posting):
    assert found(session, posting) == ()
    session.sink("journals").book(posting)
    (hit,) = found(session, posting)
    assert (hit.stage, hit.by_reference) == ("posted", True)


@pytest.mark.parametrize(
    ("kind", "is_done"), [("answer_lost_after_commit", True), ("answer_lost_before_commit", False)]
)
def test_it_settles_a_lost_posting_by_looking(bench: Bench, session, posting, kind: str, is_done: bool):
    rule = {"kind": kind, "method": "POST", "path": "/api/services", "times": 1}
    bench.world.faults("dynamics365").set_rules({"seed": 1, "rules": [rule]})
    with pytest.raises(UnknownOutcomeError):
        session.sink("journals").book(posting)
    assert bool(found(session, posting)) is is_done
    assert session.sink("journals").book(posting).external_id == posting.external_id
    assert bool(found(session, posting))


def test_it_does_not_post_without_a_service(bench: Bench, posting):
    with pytest.raises(ConfigurationError) as caught:
        bench.session().sink("journals").book(posting)
    assert caught.value.code == "d365_posting_service"


def test_it_settles_several_invoices_with_one_payment(bench: Bench, session, debtor: str):
    for number, amount in (("INV-1", "129.95"), ("INV-2", "70.00")):
        session.sink("journals").book(invoice(debtor, amount, number=number, account=revenue(session)))
    post(bench)
    due = {row["Invoice"]: date.fromisoformat(row["DueDate"][:10]) for row in session.ground.rows("CustTransactions")}
    settled = [("INV-1", Decimal("129.95"), due["INV-1"]), ("INV-2", Decimal("20.05"), due["INV-2"])]
    payload = payment_payload(
        customer=debtor, amount=Decimal("150.00"), currency="USD", on=DAY, delimiter="-", settled=settled,
        fields={"OffsetAccountType": "Bank", "OffsetAccountDisplayValue": bank(session)},
    )  # fmt: skip
    draft = replace(payment(debtor), payload=payload, facts=payment_facts(payload, "-"))
    batch = session.sink("payment_journals").book(draft).external_id
    assert differences(draft.facts, stands(session, draft, batch).facts) == []
    post(bench)
    assert differences(draft.facts, stands(session, draft, batch).facts) == []


def test_it_marks_an_invoice_on_a_payment_that_waits_and_refuses_later(bench: Bench, session, debtor: str):
    session.sink("journals").book(invoice(debtor, account=revenue(session)))
    post(bench)
    draft = payment(debtor, bank=bank(session))
    batch = session.sink("payment_journals").book(draft).external_id
    apply = replace(draft, operation="apply:INV-1", external_id=batch, payload={"MarkedInvoice": "INV-1"})
    assert found(session, apply) == ()
    session.sink("payment_journals").book(apply)
    assert len(found(session, apply)) == 1
    post(bench)
    with pytest.raises(RejectedError) as caught:
        session.sink("payment_journals").book(apply)
    assert caught.value.code == "d365_settle_by_hand"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=300))
def test_it_books_the_same_document_or_none_whatever_the_text(session, debtor: str, text: str):
    number = reference("acme", "text", text)
    draft = invoice(debtor, number=number, account=revenue(session))
    draft.payload["lines"][0]["Text"] = text
    refusal: ConnectorError | None = None
    try:
        session.sink("journals").book(draft)
    except (RejectedError, MappingError) as error:
        refusal = error
    hits = found(session, draft)
    assert len(hits) == (0 if refusal else 1), refusal
    assert [differences(draft.facts, hit.facts) for hit in hits] in ([], [[]])
    assert refusal is None or refusal.field == "Text" or isinstance(refusal, RejectedError)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=300))
def test_it_makes_the_same_customer_or_none_whatever_the_name(session, name: str):
    draft = customer(name, key=name)
    refusal: ConnectorError | None = None
    try:
        session.sink("customers").book(draft)
    except (RejectedError, MappingError) as error:
        refusal = error
    hits = [hit for hit in found(session, draft) if hit.by_reference]
    stands_already = isinstance(refusal, DuplicateError)  # the same name was drawn before
    assert len(hits) == (0 if refusal and not stands_already else 1), refusal
    assert refusal or hits[0].facts.name == name


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.text(alphabet="ab*'\\-%&#é ", min_size=1, max_size=20))
def test_it_takes_no_other_invoice_for_the_same_whatever_its_number(session, debtor: str, number: str):
    draft = invoice(debtor, number=number, account=revenue(session))
    stranger = replace(draft, reference=reference("other", "invoice", number))
    try:
        session.sink("journals").book(draft)
    except (RejectedError, MappingError):
        return
    assert len(found(session, draft)) == 1
    assert found(session, stranger) == ()
