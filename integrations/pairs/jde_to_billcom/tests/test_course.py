"""What becomes of a payment by its status in BILL and by the step that the policy books it at."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from integrations.connectors import billcom
from integrations.connectors.billcom.parse import parse_payment
from integrations.connectors.billcom.records import Settled, Settlement, Void
from integrations.contracts import Context, Identity, Record
from integrations.errors import RejectedError
from integrations.money import from_json
from integrations.pairs.jde_to_billcom import course
from integrations.pairs.jde_to_billcom.common import reference

FIXTURES = Path(billcom.__file__).parent / "fixtures"
SIDE = Identity(fingerprint="jde:acme", name="acme", time_zone="America/Chicago")
EVENING = datetime(2026, 5, 3, 3, 0, tzinfo=UTC)  # of 2 May in Chicago
LATER = datetime(2026, 5, 9, 12, 0, tzinfo=UTC)
SENT = date(2026, 4, 29)


def judged(status, *, point="PROCESSED", **changed):
    paid = parse_payment(from_json((FIXTURES / "payment.json").read_text()))
    payment = replace(paid, single_status=status, updated_at=LATER, **changed)
    policies = {"payments.post_payments_at": point}
    context = Context(policies=policies, source=SIDE, target=SIDE, links={}, references={})
    ours = reference(context, "BIL", "PV-1-00001")
    settled = Settled(id="00n01BILL0000000001", reference=ours, number="1", date=None, total=paid.amount)
    body = Settlement(payment=payment, settled=(settled,), currency="USD")
    return course.verdict(Record(stream="settlements", key=payment.id, body=body), context)


def void(**changed):
    return (replace(Void(type="VOID_AND_CREDIT", status="ACCEPTED", reason="", updated_at=EVENING), **changed),)


@pytest.mark.parametrize(
    ("status", "point", "sent", "is_left_out"),
    [
        ("CANCELED", "PROCESSED", None, True),
        ("CANCELED", "CLEARED", None, True),
        ("FUNDING_FAILED_VOIDED", "PROCESSED", None, True),
        ("FUNDING_FAILED_VOIDED", "SENT", SENT, True),
        ("VOIDED", "PROCESSED", None, False),
        ("VOIDED", "SENT", SENT, False),
        ("VOIDED", "SENT", None, True),
        ("VOIDED", "CLEARED", SENT, True),
    ],
)
def test_it_leaves_out_what_never_reached_the_policys_step(status, point, sent, is_left_out):
    verdict = judged(status, point=point, sent_date=sent)
    assert (verdict.action, bool(verdict.left_out)) == ("withdraw", is_left_out)


def test_it_dates_a_void_by_its_acceptance_in_the_zone_of_jd_edwards():
    assert judged("VOIDED", voids=void()).on == date(2026, 5, 2)


def test_it_dates_by_the_last_update_what_has_no_day_of_its_own():
    verdict = judged("VOIDED", voids=void(status="REJECTED"))
    assert (verdict.on, "that of its last update" in verdict.reason) == (date(2026, 5, 9), True)


def test_it_takes_nothing_back_before_it_was_paid():
    assert judged("VOIDED", voids=void(), process_date=date(2026, 5, 20)).on == date(2026, 5, 20)


def test_it_withdraws_nothing_for_a_reissue():
    assert judged("VOIDED", voids=void(type="VOID_AND_REISSUE")).action == "deliver"


@pytest.mark.parametrize("status", ["FUNDING_FAILED_ACTION_NEEDED", "UNDER_REVIEW"])
def test_it_parks_what_failed_or_is_unknown(status):
    with pytest.raises(RejectedError):
        judged(status)


@pytest.mark.parametrize("status", ["SCHEDULED", "READY_TO_FUND", "FUNDING_STARTED", "VOID_PENDING"])
def test_it_waits_for_the_step(status):
    assert judged(status).action == "later"
