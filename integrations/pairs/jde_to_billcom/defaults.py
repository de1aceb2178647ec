"""The mapping that a new tenant starts from: every row may be changed, every map filled in, under Mappings."""

from mappings.rows import ConstantSpec, Filter, FormulaSpec, Level, Row, SourceSpec, Spec, ValueMapSpec, Writes
from mappings.value_maps import Entry, ValueMap

COMPANIES = ValueMap(
    name="companies", label="Companies", gives="answer (yes or no) whether BILL pays for it", key_labels=("company",)
)
ACCOUNTS = ValueMap(
    name="bill_accounts", label="Accounts", gives="account in BILL", key_labels=("object account", "business unit")
)
DEPARTMENTS = ValueMap(
    name="departments", label="Departments", gives="department in BILL", key_labels=("business unit",)
)
LOCATIONS = ValueMap(name="locations", label="Locations", gives="location in BILL", key_labels=("company",))
CLEARING = ValueMap(
    name="clearing_accounts",
    label="Money-out clearing accounts",
    gives="bank or money-out clearing account in JD Edwards",
    key_labels=("company",),
)
PAYABLES = ValueMap(
    name="payable_accounts",
    label="Payables accounts (journal entries only)",
    gives="account that journal entries debit",
    key_labels=("company",),
    entries=(Entry(keys=("*",), value=""),),
)

FILTERS = (
    Filter(
        id="companies",
        formula='LOOKUP("companies", company) <> "yes"',
        reason="Its company is not paid through this BILL organization.",
    ),
)


def _row(
    target: str,
    spec: Spec,
    *,
    level: Level = "header",
    required: bool = False,
    writes: Writes = "on_change",
) -> Row:
    name = f"line-{target}" if level == "line" else target
    return Row(id=name, target=target, spec=spec, level=level, required=required, writes=writes)


def _from(path: str) -> SourceSpec:
    return SourceSpec(path=path)


VENDORS = (
    _row("name", FormulaSpec(formula="LEFT(name, 100)"), required=True),
    _row("accountType", ConstantSpec(value="BUSINESS"), writes="on_create"),
    _row("email", _from("email"), writes="on_create"),
    _row("billCurrency", _from("currency"), writes="on_create"),
    _row("address.line1", _from("address.line1"), required=True),
    _row("address.line2", _from("address.line2")),
    _row("address.city", _from("address.city"), required=True),
    _row("address.stateOrProvince", _from("address.state")),
    _row("address.zipOrPostalCode", _from("address.postal_code"), required=True),
    _row("address.country", FormulaSpec(formula="LEFT(address.country, 2)"), required=True),
    _row("additionalInfo.taxId", _from("tax_id")),
    _row("additionalInfo.combinePayments", ConstantSpec(value=True), writes="on_create"),
)

BILLS = (
    _row("invoice.invoiceNumber", _from("number"), required=True),
    _row("invoice.invoiceDate", _from("date"), required=True),
    _row("dueDate", _from("due_date"), required=True),
    _row("purchaseOrderNumber", _from("order")),
    _row("description", FormulaSpec(formula='TRIM("JD Edwards " & key & " " & description)')),
    _row("amount", _from("line.amount"), level="line", required=True),
    _row("description", FormulaSpec(formula="LEFT(line.description, 4000)"), level="line"),
    _row(
        "classifications.chartOfAccountId",
        ValueMapSpec(map="bill_accounts", keys=("line.object", "line.business_unit")),
        level="line",
        required=True,
    ),
    _row(
        "classifications.departmentId",
        FormulaSpec(formula='IF(line.kind="tax", "", LOOKUP("departments", line.business_unit))'),
        level="line",
    ),
    _row("classifications.locationId", ValueMapSpec(map="locations", keys=("line.company",)), level="line"),
)

PAYMENTS = (
    _row("paymentNumber", _from("payment_number")),
    _row("glDate", _from("date")),
    _row(
        "bankAccountId",
        FormulaSpec(formula='IF(kind="payment", LOOKUP("clearing_accounts", company), "")'),
    ),
    _row("payableAccount", FormulaSpec(formula='IF(kind="payment", LOOKUP("payable_accounts", company), "")')),
    _row("explanation", FormulaSpec(formula='LEFT("BILL " & confirmation_number, 30)')),
)
