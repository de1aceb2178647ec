"""The contract of orchestrations that the customer imports: inputs, outputs, where our reference is stored."""

from dataclasses import dataclass

from mappings.catalogue import FieldType, TargetField
from mappings.rows import Level

CONTRACT_VERSION = "1"
SOURCE_ID_LENGTH = 30
REFERENCE_LENGTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One input. `is_cut`: text that may be shortened to its length; other text that is too long is refused.

    `is_mapped`: a mapping may fill it; the others are filled by the portal itself.
    """

    name: str
    label: str
    type: FieldType = "text"
    length: int = 0
    is_required: bool = True
    is_cut: bool = False
    is_mapped: bool = True
    reference: str = ""
    enum: tuple[str, ...] = ()
    default: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An array input: rows of inputs. `is_single`: an object instead of an array."""

    name: str
    inputs: tuple[Input, ...]
    is_required: bool = True
    is_single: bool = False
    meaning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One output."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Orchestration:
    """One orchestration of the contract. `stores` says where our reference is kept; empty for reads."""

    name: str
    title: str
    purpose: str
    program: str
    inputs: tuple[Input, ...] = ()
    groups: tuple[Group, ...] = ()
    outputs: tuple[Output, ...] = ()
    stores: str = ""
    rules: tuple[str, ...] = ()

    @property
    def is_write(self) -> bool:
        """Whether it writes."""
        return bool(self.stores)

    @property
    def required(self) -> tuple[str, ...]:
        """The names that discovery must show, common ones and arrays included."""
        groups = [group.name for group in self.groups if group.is_required]
        return (*(one.name for one in self.all_inputs if one.is_required and not one.default), *groups)

    @property
    def names(self) -> frozenset[str]:
        """The names of all inputs, arrays included."""
        return frozenset({one.name for one in self.all_inputs} | {group.name for group in self.groups})

    @property
    def all_inputs(self) -> tuple[Input, ...]:
        """The common inputs of writes, then its own."""
        return (*COMMON_INPUTS, *self.inputs) if self.is_write else (VERSION, *self.inputs)

    @property
    def all_outputs(self) -> tuple[Output, ...]:
        """The common outputs, then its own."""
        return (*COMMON_OUTPUTS, *self.outputs) if self.is_write else self.outputs

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields that a mapping may fill; rows of `lines` are line fields."""
        lines = next((group.inputs for group in self.groups if group.name == "lines"), ())
        return (*_fields(self.inputs, "header"), *_fields(lines, "line"))


def _fields(inputs: tuple[Input, ...], level: Level) -> tuple[TargetField, ...]:
    return tuple(
        TargetField(
            name=one.name,
            label=one.label,
            type=one.type,
            level=level,
            required=one.is_required and not one.default,
            enum=one.enum,
            max_length=one.length,
            reference=one.reference,
        )
        for one in inputs
        if one.is_mapped
    )


# Parts that several share


VERSION = Input(
    name="contractVersion", label="Contract version", default=CONTRACT_VERSION, is_mapped=False, meaning="Always 1."
)
COMMON_INPUTS = (
    VERSION,
    Input(
        name="externalRef",
        label="Our reference",
        length=REFERENCE_LENGTH,
        is_mapped=False,
        meaning="20 capital letters and digits, the same for the same document, always. Look it up before you write.",
    ),
    Input(
        name="sourceSystem",
        label="Source system",
        enum=("CHARGEBEE", "BILL"),
        is_mapped=False,
        meaning="CHARGEBEE or BILL.",
    ),
    Input(
        name="sourceId",
        label="Number in the source",
        length=SOURCE_ID_LENGTH,
        is_cut=True,
        is_mapped=False,
        meaning="The document's number there, to be shown in the explanation (EXA).",
    ),
)
COMMON_OUTPUTS = (
    Output(name="result", meaning="CREATED, or DUPLICATE if the reference was there already: then with the old keys."),
    Output(name="contractVersion", meaning="1"),
    Output(name="batchNumber", meaning="Number of the batch (F0011.ICU)."),
    Output(name="batchType", meaning="Type of the batch (F0011.ICUT)."),
    Output(name="warnings", meaning="List of warnings that the programs gave; empty if none."),
)
DOCUMENT_OUTPUTS = (
    Output(name="documentNumber", meaning="Document number (DOC)."),
    Output(name="documentType", meaning="Document type (DCT)."),
    Output(name="documentCompany", meaning="Document company (KCO), five digits."),
)
DOCUMENT_KEYS = (
    Input(name="documentCompany", label="Document company", length=5, is_mapped=False, reference="company"),
    Input(name="documentType", label="Document type", length=2, is_mapped=False),
    Input(name="documentNumber", label="Document number", length=8, is_mapped=False),
)
PAY_ITEM = Input(name="payItem", label="Pay item", length=3, is_mapped=False, meaning="Three digits (SFX).")
PAY_ITEM_EXTENSION = Input(
    name="payItemExtension", label="Pay item extension", length=2, is_required=False, is_mapped=False, meaning="SFXE."
)
GL_DATE = Input(name="glDate", label="G/L date", type="date")
CURRENCY = Input(name="currencyCode", label="Currency", type="reference", length=3, reference="currency")
BANK = Input(
    name="bankAccountId",
    label="Bank or clearing account",
    type="reference",
    length=8,
    reference="bank_account",
    meaning="Short account id (F0901.AID), eight digits.",
)
LINES = Group(
    name="lines",
    meaning="The distribution, one row per account.",
    inputs=(
        Input(name="lineNumber", label="Line number", type="integer", is_mapped=False, meaning="1, 2, 3 ..."),
        Input(name="account", label="Account", type="reference", length=29, reference="account",
              meaning="Business unit, object and subsidiary with dots."),
        Input(name="amount", label="Amount", type="amount",
              meaning="Debit positive, credit negative; in currencyCode, unless every line has a currencyAmount: then "
              "in the company's currency."),
        Input(name="currencyAmount", label="Amount in the document's currency", type="amount", is_required=False,
              is_mapped=False),
        Input(name="subledger", label="Subledger", length=8, is_required=False),
        Input(name="subledgerType", label="Subledger type", length=1, is_required=False),
        Input(name="remark", label="Remark", length=30, is_required=False, is_cut=True),
    ),
)  # fmt: skip
PAID = Group(
    name="paid",
    is_required=False,
    is_single=True,
    meaning="Given when the voucher was paid outside JD Edwards: it is entered with its manual payment.",
    inputs=(
        Input(name="paymentNumber", label="Payment number", length=8, is_mapped=False),
        Input(name="paymentDate", label="Payment date", type="date", is_mapped=False),
        BANK,
    ),
)
APPLY_TO = Group(
    name="applyTo",
    meaning="The pay items that are paid.",
    inputs=(
        *DOCUMENT_KEYS,
        PAY_ITEM,
        PAY_ITEM_EXTENSION,
        Input(name="amount", label="Amount paid", type="amount", is_mapped=False),
        Input(name="discount", label="Discount taken", type="amount", is_required=False, is_mapped=False),
    ),
)

# The orchestrations


PING = Orchestration(
    name="MLC_SYS_PING",
    title="Ask the server",
    purpose="Tells the server's day, so that changes are read by its clock and not by ours. Writes nothing.",
    program="none",
    outputs=(
        Output(name="serverDate", meaning="Today on the server, yyyy-MM-dd."),
        Output(name="serverTime", meaning="The time on the server, HH:mm:ss."),
        Output(name="environment", meaning="The environment of the session."),
        Output(name="user", meaning="The user of the session."),
        Output(name="contractVersion", meaning="1"),
    ),
)
ADD_JOURNAL = Orchestration(
    name="MLC_GL_ADD_JE",
    title="Add a journal entry",
    purpose="Enters one journal entry, unposted, in a batch of its own. Reversals are entries with negated lines.",
    program="Journal Entry (P0911)",
    stores="EXR of every line; R1 its first 8 characters; R2 the letters MLC",
    inputs=(
        Input(name="documentCompany", label="Document company", type="reference", length=5, reference="company"),
        Input(name="documentType", label="Document type", length=2, default="JE"),
        GL_DATE,
        Input(name="ledgerType", label="Ledger type", length=2, default="AA", is_mapped=False),
        CURRENCY,
        Input(name="exchangeRate", label="Exchange rate", type="amount", is_required=False),
        Input(name="explanation", label="Explanation", length=30, is_cut=True),
        Input(name="reversesRef", label="Reference reversed", length=REFERENCE_LENGTH, is_required=False,
              is_mapped=False, meaning="Of the entry that this one takes back."),
    ),
    groups=(LINES,),
    outputs=DOCUMENT_OUTPUTS,
    rules=(
        "Debits and credits must be equal; refuse the entry otherwise.",
        "Look for F0911 rows with this EXR in the document company first.",
        "With reversesRef and no exchangeRate: take the rate (CRR) of the entry that is taken back.",
    ),
)  # fmt: skip
UPSERT_CUSTOMER = Orchestration(
    name="MLC_AB_UPSERT_CUSTOMER",
    title="Add or change a customer",
    purpose="Adds an address book record with its address, or changes the one whose addressNumber is given.",
    program="Address Book (P01012), Customer Master (P03013)",
    stores="ALKY (long address number)",
    inputs=(
        Input(name="alphaName", label="Name", length=40, is_cut=True),
        Input(name="searchType", label="Search type", length=3, default="C"),
        Input(name="taxId", label="Tax id", length=20, is_required=False),
        Input(name="addressLine1", label="Address line 1", length=40, is_required=False, is_cut=True),
        Input(name="addressLine2", label="Address line 2", length=40, is_required=False, is_cut=True),
        Input(name="addressLine3", label="Address line 3", length=40, is_required=False, is_cut=True),
        Input(name="addressLine4", label="Address line 4", length=40, is_required=False, is_cut=True),
        Input(name="city", label="City", length=25, is_required=False, is_cut=True),
        Input(name="state", label="State", length=3, is_required=False),
        Input(name="postalCode", label="Postal code", length=12, is_required=False),
        Input(name="country", label="Country", length=3, is_required=False),
        Input(name="email", label="E-mail", length=256, is_required=False),
        CURRENCY,
        Input(name="addressNumber", label="Address number", length=8, is_required=False, is_mapped=False,
              meaning="Given for a change; ALKY then stays as it is."),
    ),
    outputs=(Output(name="addressNumber", meaning="Address number (AN8)."),),
    rules=("Look for F0101 rows with this ALKY first.",),
)  # fmt: skip
ADD_VOUCHER = Orchestration(
    name="MLC_AP_ADD_VOUCHER",
    title="Add a voucher",
    purpose="Enters one supplier's invoice, unposted; a negative amount makes a debit memo.",
    program="Standard Voucher Entry (P0411)",
    stores="VR01 of every pay item; VINV is supplierInvoice",
    inputs=(
        Input(name="supplier", label="Supplier", type="reference", length=8, reference="supplier"),
        Input(name="company", label="Company", type="reference", length=5, reference="company"),
        Input(name="supplierInvoice", label="Supplier's invoice number", length=25),
        Input(name="invoiceDate", label="Invoice date", type="date"),
        GL_DATE,
        Input(name="dueDate", label="Due date", type="date", is_required=False),
        CURRENCY,
        Input(name="grossAmount", label="Gross amount", type="amount"),
        Input(name="taxAmount", label="Tax amount", type="amount", is_required=False),
    ),
    groups=(LINES, PAID),
    outputs=(
        *DOCUMENT_OUTPUTS,
        Output(name="payItem", meaning="The first pay item (SFX)."),
        Output(name="paymentId", meaning="Payment id (F0413.PYID), if it was paid."),
    ),
    rules=(
        "Lines plus tax must make the gross amount; refuse the voucher otherwise.",
        "Look for F0411 rows of the supplier with this VR01 first; do not rely on the duplicate invoice constant.",
    ),
)
RECORD_PAYMENT = Orchestration(
    name="MLC_AP_RECORD_PAYMENT",
    title="Record a payment",
    purpose="Enters a manual payment of vouchers that was made outside JD Edwards.",
    program="Manual Payment with Voucher Match (P0413M)",
    stores="the remark of the payment's lines (F0414.RMK)",
    inputs=(
        Input(name="payee", label="Payee", type="reference", length=8, reference="supplier"),
        Input(name="paymentNumber", label="Payment number", length=8),
        Input(name="paymentDate", label="Payment date", type="date"),
        GL_DATE,
        BANK,
        CURRENCY,
    ),
    groups=(APPLY_TO,),
    outputs=(
        Output(name="paymentId", meaning="Payment id (F0413.PYID)."),
        Output(name="matchingDocument", meaning="Type and number of the matching document."),
    ),
    rules=("Look for F0414 rows with this remark first.",),
)
SET_PAY_STATUS = Orchestration(
    name="MLC_AP_SET_PAY_STATUS",
    title="Set the pay status of a voucher",
    purpose="Sets the pay status of one pay item, or of all open ones where none is named.",
    program="Speed Status Change (P0411S)",
    stores="the remark of the pay items (F0411.RMK)",
    inputs=(
        *DOCUMENT_KEYS,
        Input(name="payItem", label="Pay item", length=3, is_required=False, is_mapped=False),
        PAY_ITEM_EXTENSION,
        Input(name="payStatus", label="Pay status", length=1, meaning="UDC 00/PS."),
        Input(name="reason", label="Reason", length=30, is_required=False, is_cut=True),
    ),
    outputs=DOCUMENT_OUTPUTS,
    rules=("Refuse a pay item that is paid (P) or in process (#).",),
)
VOID_PAYMENT = Orchestration(
    name="MLC_AP_VOID_PAYMENT",
    title="Void a payment",
    purpose="Voids one payment; its vouchers are open again.",
    program="Void Payment Entry (P0413M)",
    stores="the remark of the voiding lines (F0414.RMK)",
    inputs=(
        Input(name="paymentId", label="Payment id", length=15, is_mapped=False),
        Input(name="voidDate", label="Void date", type="date"),
        GL_DATE,
    ),
    outputs=(Output(name="paymentId", meaning="Payment id (F0413.PYID)."),),
    rules=("Answer DUPLICATE if the payment is voided already.",),
)
VOID_VOUCHER = Orchestration(
    name="MLC_AP_VOID_VOUCHER",
    title="Void a voucher",
    purpose="Voids one voucher with all its pay items; refuse it if a part is paid.",
    program="Standard Voucher Entry (P0411)",
    stores="VR01 of the voiding rows (type PE)",
    inputs=(*DOCUMENT_KEYS, GL_DATE),
    outputs=DOCUMENT_OUTPUTS,
    rules=("Answer DUPLICATE if the voucher is voided already.",),
)

ORCHESTRATIONS = (
    PING,
    ADD_JOURNAL,
    UPSERT_CUSTOMER,
    ADD_VOUCHER,
    RECORD_PAYMENT,
    SET_PAY_STATUS,
    VOID_PAYMENT,
    VOID_VOUCHER,
)
