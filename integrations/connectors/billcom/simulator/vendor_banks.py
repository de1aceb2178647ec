"""The one bank account a vendor may have; it is changed by deleting it and making another."""

from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.call import Call, done
from integrations.connectors.billcom.simulator.org import Org
from integrations.connectors.billcom.simulator.store import Record
from integrations.connectors.billcom.simulator.vendors import BANK, masked
from integrations.sandbox.app import Json, Response


def add_bank_account(call: Call) -> Response:
    """Answer `POST .../bank-account` with 200: a vendor has one, and BILL takes two business days to verify it."""
    record = call.org.record("vendor", call.ids[0])
    paying = record.fields.get("paymentInformation", {})
    if "bankAccount" in paying:
        refuse("BDC_1143", "The vendor has a bank account. Delete it first.", "bankAccount")
    bank = masked(call.body(BANK))
    _set_paying(call.org, record, {**paying, "payByType": "ACH", "payBySubType": "ACH", "bankAccount": bank})
    call.org.bank_added[record.id] = call.org.today()
    return done(bank)


def get_bank_account(call: Call) -> Response:
    """Answer `GET .../bank-account`."""
    return done(_bank_account(call.org.record("vendor", call.ids[0])))


def delete_bank_account(call: Call) -> Response:
    """Answer `DELETE .../bank-account` with 204."""
    record = call.org.record("vendor", call.ids[0])
    _bank_account(record)
    paying = {name: value for name, value in record.fields["paymentInformation"].items() if name != "bankAccount"}
    _set_paying(call.org, record, {**paying, "payByType": "CHECK", "payBySubType": "NONE"})
    return Response.empty(204)


def _set_paying(org: Org, record: Record, paying: Json) -> None:
    status = "NO_NET_LINKED_ACCOUNT" if "bankAccount" in paying else "NO_ACCOUNT"
    org.change(record, {**record.fields, "paymentInformation": paying, "bankAccountStatus": status})


def _bank_account(record: Record) -> Json:
    bank: Json = record.fields.get("paymentInformation", {}).get("bankAccount", {})
    if not bank:
        refuse("BDC_1205", "The vendor has no bank account.", "vendorId", record.id)
    return bank
