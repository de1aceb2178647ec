"""The contract's orchestrations: names, inputs, outputs, and where each stores its reference."""

from dataclasses import dataclass

READ, WRITE = "read", "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input. `kind` is text, amount, rate, date, number, list or object; the last two have `parts`."""

    name: str
    kind: str = "text"
    length: int = 0
    required: bool = True
    default: str = ""
    parts: tuple["Input", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Orchestration:
    """One orchestration as the customer imports it."""

    name: str
    description: str
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    stores: str = ""
    kind: str = WRITE


VERSION = Input(name="contractVersion", length=1)
COMMON_OUTPUTS = ("result", "contractVersion", "batchNumber", "batchType", "warnings")


def _common(reference: int) -> tuple[Input, ...]:
    return (
        VERSION,
        Input(name="externalRef", length=reference),
        Input(name="sourceSystem", length=10),
        Input(name="sourceId", length=30),
    )


def _date(name: str, *, required: bool = True) -> Input:
    return Input(name=name, kind="date", required=required)


def _amount(name: str, *, required: bool = True) -> Input:
    return Input(name=name, kind="amount", required=required)


LINES = Input(
    name="lines",
    kind="list",
    parts=(
        Input(name="lineNumber", kind="number"),
        Input(name="account", length=29),
        _amount("amount"),
        _amount("currencyAmount", required=False),
        Input(name="subledger", length=8, required=False),
        Input(name="subledgerType", length=1, required=False),
        Input(name="remark", length=30, required=False),
    ),
)
CURRENCY = Input(name="currencyCode", length=3)
RATE = Input(name="exchangeRate", kind="rate", required=False)
DOCUMENT_KEYS = (
    Input(name="documentCompany", length=5),
    Input(name="documentType", length=2),
    Input(name="documentNumber", kind="number"),
)
PAY_ITEM = Input(name="payItem", length=3, required=False)
PAYMENT_NUMBER = Input(name="paymentNumber", length=8, required=False)
BANK = Input(name="bankAccountId", length=8)
DOCUMENT_OUTPUTS = ("documentNumber", "documentType", "documentCompany")

ORCHESTRATIONS = {
    one.name: one
    for one in (
        Orchestration(
            name="MLC_SYS_PING",
            description="Tells the server's local date and time, the environment and the user",
            inputs=(VERSION,),
            outputs=("serverDate", "serverTime", "environment", "user"),
            kind=READ,
        ),
        Orchestration(
            name="MLC_GL_ADD_JE",
            description="Adds one journal entry, unposted. In a foreign journal amount is in currencyCode, unless "
            "every line has a currencyAmount: then amount is in the company's currency",
            inputs=(
                *_common(30),
                Input(name="documentCompany", length=5),
                Input(name="documentType", length=2, required=False, default="JE"),
                _date("glDate"),
                Input(name="ledgerType", length=2, required=False, default="AA"),
                CURRENCY,
                RATE,
                Input(name="explanation", length=30),
                Input(name="reversesRef", length=30, required=False),
                LINES,
            ),
            outputs=DOCUMENT_OUTPUTS,
            stores="F0911.EXR of every line; R1 the first 8 characters; R2 MLC",
        ),
        Orchestration(
            name="MLC_AB_UPSERT_CUSTOMER",
            description="Adds a customer, or changes the one of addressNumber",
            inputs=(
                *_common(20),
                Input(name="alphaName", length=40),
                Input(name="searchType", length=3, required=False, default="C"),
                Input(name="taxId", length=20, required=False),
                *(Input(name=f"addressLine{at}", length=40, required=False) for at in range(1, 5)),
                Input(name="city", length=25, required=False),
                Input(name="state", length=3, required=False),
                Input(name="postalCode", length=12, required=False),
                Input(name="country", length=3, required=False),
                Input(name="email", length=256, required=False),
                CURRENCY,
                Input(name="addressNumber", kind="number", required=False),
            ),
            outputs=("addressNumber",),
            stores="F0101.ALKY",
        ),
        Orchestration(
            name="MLC_AP_ADD_VOUCHER",
            description="Adds a voucher (a debit memo if negative), unposted. Lines and taxAmount make grossAmount",
            inputs=(
                *_common(25),
                Input(name="supplier", kind="number"),
                Input(name="company", length=5),
                Input(name="supplierInvoice", length=25),
                _date("invoiceDate"),
                _date("glDate"),
                _date("dueDate", required=False),
                CURRENCY,
                RATE,
                _amount("grossAmount"),
                _amount("taxAmount", required=False),
                LINES,
                Input(
                    name="paid",
                    kind="object",
                    required=False,
                    parts=(PAYMENT_NUMBER, _date("paymentDate"), BANK),
                ),
            ),
            outputs=(*DOCUMENT_OUTPUTS, "payItem", "paymentId"),
            stores="F0411.VR01; VINV holds supplierInvoice",
        ),
        Orchestration(
            name="MLC_AP_RECORD_PAYMENT",
            description="Records a payment made elsewhere of pay items of one payee",
            inputs=(
                *_common(30),
                Input(name="payee", kind="number"),
                PAYMENT_NUMBER,
                _date("paymentDate"),
                _date("glDate"),
                BANK,
                CURRENCY,
                Input(
                    name="applyTo",
                    kind="list",
                    parts=(
                        *DOCUMENT_KEYS,
                        PAY_ITEM,
                        Input(name="payItemExtension", kind="number", required=False),
                        _amount("amount"),
                        _amount("discount", required=False),
                    ),
                ),
            ),
            outputs=("paymentId", "matchingDocument"),
            stores="F0414.RMK of every row",
        ),
        Orchestration(
            name="MLC_AP_SET_PAY_STATUS",
            description="Sets the pay status of a voucher's open pay items, or of one of them",
            inputs=(*_common(30), *DOCUMENT_KEYS, PAY_ITEM, Input(name="payStatus", length=1),
                    Input(name="reason", length=30, required=False)),
            outputs=(*DOCUMENT_OUTPUTS, "payStatus", "previousPayStatus"),
            stores="F0411.RMK",
        ),
        Orchestration(
            name="MLC_AP_VOID_PAYMENT",
            description="Voids a payment; its vouchers are open again",
            inputs=(*_common(30), Input(name="paymentId", kind="number"), _date("voidDate"), _date("glDate")),
            outputs=("paymentId",),
            stores="F0414.RMK of the void's rows (DCTM PO)",
        ),
        Orchestration(
            name="MLC_AP_VOID_VOUCHER",
            description="Voids a voucher without payments",
            inputs=(*_common(25), *DOCUMENT_KEYS, _date("glDate")),
            outputs=DOCUMENT_OUTPUTS,
            stores="F0411.VR01 of the void's row (DCT PE)",
        ),
    )
}  # fmt: skip
