"""Which lists BILL has, and what each can be filtered and sorted by."""

from integrations.connectors.billcom.simulator.filters import RANGE, Listing

_ID = ("eq", "ne", "in")
_FLAG = ("eq", "ne")
_CHOICE = ("eq", "ne", "in", "nin")
_TIMES = {"createdTime": RANGE, "updatedTime": RANGE}
_COMMON = {"id": _ID, "archived": _FLAG, **_TIMES}
_CODES = ("chartOfAccountId", "accountingClassId", "departmentId", "locationId", "itemId")
_CLASSIFIED = {**_COMMON, "name": ("eq", "sw"), "parentId": _ID}

VENDORS = Listing(
    kind="vendor",
    filters={
        **_COMMON,
        "name": ("eq", "sw"),
        "accountType": _CHOICE,
        "address.country": _FLAG,
        "billCurrency": _CHOICE,
        "paymentStatus": _CHOICE,
    },
    sorts=("archived", "name", "shortName", "email", "phone", "billCurrency", "createdTime", "updatedTime"),
)
BILLS = Listing(
    kind="bill",
    filters={
        **_COMMON,
        "vendorId": ("eq", "in"),
        "dueDate": RANGE,
        "paymentStatus": ("eq", "ne", "in"),
        "payFromChartOfAccountId": _ID,
        **{f"classifications.{code}": _ID for code in _CODES},
    },
    sorts=("archived", "fundingAmount", "exchangeRate", "description", "dueDate", "createdTime", "updatedTime"),
)
PAYMENTS = Listing(
    kind="payment",
    filters={
        "id": _ID,
        "vendorId": _ID,
        "processDate": ("eq", *RANGE),
        "amount": ("eq", *RANGE),
        "transactionNumber": ("eq",),
        "status": _CHOICE,
        "onlinePayment": _FLAG,
        "disbursementType": _CHOICE,
        **_TIMES,
    },
    sorts=(
        "description",
        "processDate",
        "amount",
        "confirmationNumber",
        "onlinePayment",
        "disbursementStatus",
        "createdTime",
        "updatedTime",
    ),
)
CREDITS = Listing(
    kind="vendorCredit",
    filters={**_COMMON, "vendorId": ("eq", "in")},
    sorts=("archived", "description", "createdTime", "updatedTime"),
)
TERMS = Listing(kind="paymentTerm", filters=_COMMON, sorts=("archived", "createdTime", "updatedTime"))
BANKS = Listing(kind="bankAccount", filters=_COMMON, sorts=("archived", "createdTime", "updatedTime"))


def classified(kind: str) -> Listing:
    """Give the list of one kind of classification; people are sorted by their names."""
    names = ("firstName", "lastName") if kind == "employee" else ("name",)
    return Listing(
        kind=kind, filters=_CLASSIFIED, sorts=("archived", *names, "description", "createdTime", "updatedTime")
    )
