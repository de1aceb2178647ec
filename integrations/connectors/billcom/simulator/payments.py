"""Payments: made by API, recorded as paid elsewhere, cancelled and voided."""

from integrations.connectors.billcom.simulator.answers import Refused, refuse
from integrations.connectors.billcom.simulator.call import Call, change_all, created, done, listed
from integrations.connectors.billcom.simulator.lifecycle import forget, move, wind
from integrations.connectors.billcom.simulator.listings import PAYMENTS
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.payloads import tell, tell_failed_payment
from integrations.connectors.billcom.simulator.payment_making import check_process_date, grouped, make
from integrations.connectors.billcom.simulator.payment_rules import (
    BULK,
    BULK_MAX,
    NOT_VOIDABLE,
    OFFLINE,
    PAYMENT,
    VOID,
    refuse_unplayed,
    split_of,
)
from integrations.connectors.billcom.simulator.store import Record, Version
from integrations.connectors.billcom.simulator.voids import begin_void
from integrations.sandbox.app import Json, Response

ONLINE_ONLY = ("vendorName", "voidInfo", "cancelRequestSubmitted", "disbursementInfo")


def list_all(call: Call) -> Response:
    """Answer `GET /v3/payments`."""
    return listed(call, PAYMENTS, shown)


def get(call: Call) -> Response:
    """Answer `GET /v3/payments/{id}`."""
    record = _record(call)
    return done(shown(call.org, record, record.now))


def create(call: Call) -> Response:
    """Answer `POST /v3/payments`; a refusal for a business reason is also sent as `payment.failed`."""
    call.sessions.require_trust(call.session)
    values = call.body(PAYMENT)
    payment = _tried(call, values, [split_of(values)])
    tell(call.org, "payment.updated", payment)
    return created(shown(call.org, payment, payment.now))


def create_bulk(call: Call) -> Response:
    """Answer `POST /v3/payments/bulk`: up to 50 bills, all or none; a vendor's are combined where it is set to that."""
    call.sessions.require_trust(call.session)
    values = call.body(BULK)
    if len(values["payments"]) > BULK_MAX:
        refuse("BDC_1119", f"At most {BULK_MAX} bills per request.", "payments", len(values["payments"]))
    common = {name: value for name, value in values.items() if name != "payments"}

    def add(group: tuple[str, list[Json]]) -> Record:
        return _tried(call, {**common, "vendorId": group[0]}, group[1])

    def undo(payment: Record) -> None:
        forget(call.org, payment)

    payments = change_all(grouped(call.org, values["payments"]), BULK_MAX, add, undo)
    for payment in payments:
        tell(call.org, "payment.updated", payment)
    return created({"payments": [shown(call.org, payment, payment.now) for payment in payments]})


def record_offline(call: Call) -> Response:
    """Answer `POST /v3/bills/record-payment`: paid elsewhere, so it moves no money here and stands as paid at once."""
    values = call.body(OFFLINE)
    more = {"toPrintCheck": values.get("toPrintCheck", False), "allowExport": True}
    payment = make(call.org, call.session.user.id, values, values["payments"], is_online=False, **more)
    move(call.org, payment, "CLEARED")
    view = shown(call.org, payment, payment.now)
    return done({name: value for name, value in view.items() if name not in ONLINE_ONLY})


def cancel(call: Call) -> Response:
    """Answer `POST .../cancel`: only while it is scheduled."""
    payment = _record(call)
    if payment.fields["singleStatus"] != "SCHEDULED":
        refuse("BDC_1143", "Only a scheduled payment can be cancelled.", "paymentId", payment.id)
    move(call.org, payment, "CANCELLATION_IN_PROGRESS", cancelRequestSubmitted=True)
    wind(call.org, payment, "CANCELED", call.org.switches.settle_s)
    return done(shown(call.org, payment, payment.now))


def void(call: Call) -> Response:
    """Answer `POST .../void`."""
    payment = _record(call)
    values = call.body(VOID)
    reason = values.get("reason", "")
    if not payment.fields["disbursementInfo"].get("isVoidable"):
        refuse("BDC_1143", "The payment cannot be voided.", "paymentId", payment.id)
    if payment.fields["disbursementType"] in NOT_VOIDABLE:
        refuse("BDC_1143", "An international payment cannot be voided.", "paymentId", payment.id)
    begin_void(call.org, payment, values["type"], reason, call.session.user.id)
    return done(shown(call.org, payment, payment.now))


def shown(_: Org, payment: Record, version: Version) -> Json:
    """Show a payment; it is never archived, so it does not say so."""
    view = payment.view(version)
    del view["archived"]
    return view


def _tried(call: Call, values: Json, splits: list[Json]) -> Record:
    refuse_unplayed(values)
    try:
        check_process_date(call.org, values)
        return make(call.org, call.session.user.id, values, splits)
    except Refused as refused:
        tell_failed_payment(call.org, values, splits, refused.problems)
        raise


def _record(call: Call) -> Record:
    return call.org.record("payment", call.ids[0])
