"""What the bodies that make, record and void payments must be."""

from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.schema import Field, Shape
from integrations.sandbox.app import Json

BULK_MAX = 50
TRANSACTION_NUMBER_MAX = 50
NOT_VOIDABLE = ("INTERNATIONAL_E_PAYMENT",)
VOID_TYPES = ("VOID_AND_CREDIT", "VOID_AND_REISSUE", "VOID_AND_REISSUE_VCARD", "VOID_ONLY")

_CREDITS = Field(kind="rows", of={"id": Field(required=True), "amount": Field(kind="money", required=True)})
_SPLIT: Shape = {
    "billId": Field(required=True),
    "amount": Field(kind="money", required=True),
    "vendorCredits": _CREDITS,
}
_FUNDING: Shape = {
    "type": Field(kind="choice", required=True, choices=("BANK_ACCOUNT", "CARD_ACCOUNT", "WALLET", "AP_CARD")),
    "id": Field(),
}
PAYMENT: Shape = {
    "vendorId": Field(required=True),
    "billId": Field(),
    "billPayments": Field(kind="rows", of=_SPLIT),
    "amount": Field(kind="money"),
    "processDate": Field(kind="date", required=True),
    "fundingAccount": Field(kind="group", required=True, of=_FUNDING),
    "description": Field(longest=4000),
    "transactionNumber": Field(longest=TRANSACTION_NUMBER_MAX),
}
OFFLINE: Shape = {
    "vendorId": Field(required=True),
    "processDate": Field(kind="date", required=True),
    "toPrintCheck": Field(kind="flag"),
    "payments": Field(
        kind="rows",
        required=True,
        of={"billId": Field(required=True), "amount": Field(kind="money", required=True)},
    ),
}
VOID: Shape = {
    "type": Field(kind="choice", required=True, choices=VOID_TYPES),
    "reason": Field(longest=4000),
}


def splits_of(values: Json) -> list[Json]:
    """Give what a payment pays per bill: one bill with the payment's amount, or the bills listed."""
    if values.get("billPayments"):
        rows: list[Json] = values["billPayments"]
        return rows
    if not values.get("billId") or "amount" not in values:
        refuse("BDC_1117", "billId: give billId and amount, or billPayments", "billId")
    return [{"billId": values["billId"], "amount": values["amount"]}]
