"""What webhooks say about a record: less than the API, and in places otherwise."""

from collections.abc import Sequence
from typing import Any

from integrations.connectors.billcom.simulator.answers import Problem, instant
from integrations.connectors.billcom.simulator.org import BASE, Org
from integrations.connectors.billcom.simulator.store import Record, present
from integrations.sandbox.app import Json

_VENDOR = ("name", "shortName", "accountNumber", "accountType", "email", "phone", "address", "billCurrency")
_BILL = ("vendorId", "amount", "dueDate", "paymentStatus", "purchaseOrderNumber")
_PAYMENT = ("transactionNumber", "processDate", "createdBy")


def tell(org: Org, event_type: str, record: Record) -> None:
    """Send an event about a vendor, a bill or a payment."""
    entity = event_type.partition(".")[0]
    org.emit(event_type, entity, BUILDERS[entity](org, record))


def tell_failed_payment(org: Org, request: Json, splits: Sequence[Json], problems: Sequence[Problem]) -> None:
    """Send `payment.failed`: a request to create a payment failed, so there is no id; the errors stand beside."""
    payload = present(
        {
            "bills": [{"id": split["billId"], "amount": split["amount"]} for split in splits],
            "transactionNumber": request.get("transactionNumber"),
            "fundingAccount": request.get("fundingAccount"),
            "vendor": vendor_part(org, request["vendorId"]),
        }
    )
    errors = [{"code": one.code, "message": one.message, "timestamp": instant(org.now())} for one in problems]
    org.emit("payment.failed", "payment", payload, {"errors": errors})


def vendor_part(org: Org, vendor_id: str) -> Json:
    """Name a vendor by id and name."""
    vendor = org.store.get("vendor", vendor_id)
    return present({"id": vendor_id, "name": vendor.fields.get("name") if vendor else None})


def _vendor(_: Org, record: Record) -> Json:
    return _picked(record, _VENDOR)


def _bill(_: Org, record: Record) -> Json:
    """A bill without lines; its invoice date is a date-time here."""
    invoice = record.fields["invoice"]
    dated = (
        {**invoice, "invoiceDate": f"{invoice['invoiceDate']}T00:00:00.000Z"} if "invoiceDate" in invoice else invoice
    )
    codes = record.fields.get("classifications", {})
    return {**_picked(record, _BILL), "invoice": dated, "classifications": codes}


def _payment(org: Org, record: Record) -> Json:
    """A payment without amounts per bill; `status` is the fine one. No disbursement amount before money moves."""
    fields = record.fields
    currency = org.currency_of(fields["vendorId"])
    kind = fields["disbursementType"]
    arrives = next((part["arrivesByDate"] for part in _parts(fields) if "arrivesByDate" in part), None)
    has_moved = fields["singleStatus"] not in ("SCHEDULED", "READY_TO_FUND", "FUNDING_STARTED")
    sent: Json = {"arrivesByDate": arrives, "disbursementAccount": {}}
    if has_moved:
        account = {"type": kind, "accountNumber": "***333"} if kind == "ACH" else {"type": kind}
        sent |= {"amount": fields["amount"], "currency": currency, "disbursementAccount": account}
    funding = {
        "amount": fields["fundingAmount"],
        "currency": BASE,
        "fundingAccount": present(
            {**fields.get("fundingAccount", {}), "name": "Operating", "accountNumber": "*******1111"}
        ),
    }
    return {
        "id": record.id,
        "billIds": [split["billId"] for split in fields["billPayments"]],
        **{name: fields[name] for name in _PAYMENT if name in fields},
        "status": fields["singleStatus"],
        "createdTime": instant(record.created),
        "updatedTime": instant(record.now.updated),
        "funding": funding,
        "disbursement": {name: value for name, value in sent.items() if value is not None},
        "vendor": vendor_part(org, fields["vendorId"]),
        "billingType": "BDC" if fields["onlinePayment"] else "NET_SYNC_FROM_OFFLINE_PAYMENT",
    }


def _parts(fields: Json) -> list[Json]:
    return [part for part in fields.get("disbursementInfo", {}).values() if isinstance(part, dict)]


def _picked(record: Record, names: tuple[str, ...]) -> Json:
    view = record.view()
    shown: dict[str, Any] = {name: view[name] for name in names if name in view}
    return {"id": record.id, **shown, **{name: view[name] for name in ("archived", "createdTime", "updatedTime")}}


BUILDERS = {"vendor": _vendor, "bill": _bill, "payment": _payment}
