"""The sinks while the account misbehaves: nothing is sent twice, and the read-back tells what stands."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from integrations.connectors.netsuite.tests.sandbox_kit import DAY, Ledger, open_ledger
from integrations.engine.compare import differences
from integrations.errors import PrivilegeError, RateLimitError, TransientError, UnknownOutcomeError


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with open_ledger() as opened:
        yield opened


@pytest.fixture
def invoice(ledger):
    return ledger.invoice(ledger.book(ledger.customer()), ledger.book(ledger.item()), "100.00")


def control(ledger: Ledger, call: str, **options: object) -> None:
    ledger.bench.world.simulators["netsuite"].controls()[call](options)


def is_booked(ledger: Ledger, draft) -> bool:
    return bool(ledger.found(draft)[draft.reference])


def test_it_takes_an_optimistic_lock_for_passing(ledger):
    customer = ledger.customer()
    update = replace(customer, operation="update", external_id=ledger.book(customer))
    control(ledger, "POST quirks", kind="record_changed", times=1)
    with pytest.raises(TransientError) as caught:
        ledger.book(update)
    assert caught.value.code == "netsuite_record_changed"


def test_it_takes_a_server_error_after_the_commit_for_unknown(ledger, invoice):
    control(ledger, "POST quirks", kind="error_after_commit", times=1)
    with pytest.raises(UnknownOutcomeError):
        ledger.book(invoice)
    assert is_booked(ledger, invoice)


@pytest.mark.parametrize("kind", ["server_error", "gateway_html", "connection_reset", "answer_lost_before_commit"])
def test_it_takes_no_trustworthy_answer_for_unknown(ledger, invoice, kind):
    ledger.fault(kind, method="PUT", times=1)
    with pytest.raises(UnknownOutcomeError):
        ledger.book(invoice)


def test_it_reads_oracles_broken_throttling_body_for_what_it_is(ledger, invoice):
    control(ledger, "POST options", broken_throttle_body=True)
    ledger.fault("rate_limit_no_hint", method="PUT", times=1)
    with pytest.raises(RateLimitError):
        ledger.book(invoice)


def test_it_goes_on_with_a_new_token_after_all_were_ended(ledger, invoice):
    control(ledger, "POST tokens")
    with pytest.raises(TransientError):
        ledger.book(invoice)
    assert ledger.book(invoice)


def test_it_reads_on_with_a_new_token_after_all_were_ended(ledger, invoice):
    internal_id = ledger.book(invoice)
    control(ledger, "POST tokens")
    assert differences(invoice.facts, ledger.stands(invoice, internal_id).facts) == []


def test_it_repeats_a_read_that_failed(ledger, invoice):
    internal_id = ledger.book(invoice)
    ledger.fault("server_error", times=2)
    assert differences(invoice.facts, ledger.stands(invoice, internal_id).facts) == []


def test_it_writes_the_same_again_when_a_lost_first_call_commits_late(ledger, invoice):
    ledger.fault("commit_after_timeout", method="PUT", times=1, value_s=5)
    with pytest.raises(UnknownOutcomeError):
        ledger.book(invoice)
    internal_id = ledger.book(invoice)
    ledger.bench.world.advance(10)
    assert differences(invoice.facts, ledger.stands(invoice, internal_id).facts) == []
    assert len(ledger.found(invoice)[invoice.reference]) == 1


@pytest.mark.parametrize("op", ["amount", "date"])
def test_it_shows_what_somebody_changed(ledger, invoice, op):
    internal_id = ledger.book(invoice)
    control(ledger, "POST tamper", id=internal_id, op=op, value="1.00" if op == "amount" else "2026-11-09")
    assert ledger.stands(invoice, internal_id).facts != invoice.facts


def test_it_shows_that_somebody_deleted_it(ledger, invoice):
    internal_id = ledger.book(invoice)
    control(ledger, "POST tamper", id=internal_id, op="delete")
    with pytest.raises(KeyError):
        ledger.stands(invoice, internal_id)


def test_it_shows_that_an_invoice_waits_for_approval(ledger, invoice):
    control(ledger, "POST options", invoice_approval=True)
    assert ledger.stands(invoice, ledger.book(invoice)).stage == "on_hold"


def test_it_shows_that_an_approver_rejected_an_invoice(ledger, invoice):
    control(ledger, "POST options", invoice_approval=True)
    internal_id = ledger.book(invoice)
    control(ledger, "POST post", reject=[internal_id])
    assert ledger.stands(invoice, internal_id).stage == "rejected"


def test_it_names_the_permission_that_a_write_lacks(ledger, invoice):
    control(ledger, "POST role", permissions={"Invoice": "view"})
    with pytest.raises(PrivilegeError) as caught:
        ledger.book(invoice)
    assert caught.value.code == "netsuite_permission_missing"


def test_it_reads_lines_even_where_the_form_demands_a_field(ledger, invoice):
    control(ledger, "POST options", mandatory={"invoice": ["location"]})
    with pytest.raises(Exception, match="enter value") as caught:
        ledger.book(invoice)
    assert (caught.value.code, caught.value.field) == ("netsuite_mandatory_field", "Location")


def test_it_learns_that_a_period_was_closed(ledger):
    control(ledger, "POST periods", period=f"{DAY:%Y-%m}", status="closed")
    entries = [entry for entry in ledger.session.reference_values() if entry.kind == "accounting_period"]
    [period] = [entry for entry in entries if entry.details["start"] <= DAY.isoformat() <= entry.details["end"]]
    assert period.details["closed"] == "true"


def test_it_links_an_update_of_a_record_that_carries_no_reference_of_ours(ledger):
    stranger = replace(ledger.customer(), reference="legacy-77")
    internal_id = ledger.book(stranger)
    update = ledger.customer(operation="update", external_id=internal_id)
    [found] = ledger.found(update)[update.reference]
    assert (found.external_id, found.by_reference) == (internal_id, False)
