"""What the bodies that make, record and void payments must be."""

from integrations.connectors.billcom.simulator.answers import refuse
from integrations.connectors.billcom.simulator.schema import Field, Shape
from integrations.sandbox.app import Json

BULK_MAX = 50
COMBINED_MAX = 35
VERIFIED_AFTER_DAYS = 2  # business days that a vendor's new bank account takes
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
_OPTIONS: Shape = {
    "requestPayFaster": Field(kind="flag"),
    "createBill": Field(kind="flag"),
    "requestCheckDeliveryType": Field(kind="choice", choices=("STANDARD", "UPS_1DAY", "UPS_2DAY", "RTP_DELIVERY")),
}
_COMMON: Shape = {
    "processDate": Field(kind="date", required=True),
    "fundingAccount": Field(kind="group", required=True, of=_FUNDING),
    "processingOptions": Field(kind="group", of=_OPTIONS),
}
PAYMENT: Shape = {
    **_COMMON,
    "vendorId": Field(required=True),
    "billId": Field(required=True),
    "amount": Field(kind="money", required=True),
    "vendorCredits": _CREDITS,
    "description": Field(longest=4000),
    "transactionNumber": Field(longest=TRANSACTION_NUMBER_MAX),
}
BULK: Shape = {**_COMMON, "payments": Field(kind="rows", required=True, of=_SPLIT)}
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


def split_of(values: Json) -> Json:
    """Give what a body pays on one bill."""
    return {name: values[name] for name in ("billId", "amount", "vendorCredits") if name in values}


def refuse_unplayed(values: Json) -> None:
    """Refuse a payment that would make its own bill: BILL has that, this sandbox does not."""
    if values.get("processingOptions", {}).get("createBill"):
        refuse("BDC_1119", "processingOptions.createBill: not played by this sandbox", "createBill")
