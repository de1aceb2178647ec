"""What a bill's body must be, and the rules its lines, number and vendor are checked by."""

from decimal import ROUND_HALF_UP, Decimal

from integrations.connectors.billcom.simulator.answers import Problem, Refused, refuse
from integrations.connectors.billcom.simulator.call import (
    REFERENCES,
    classification_problems,
    reference_problems,
)
from integrations.connectors.billcom.simulator.ledger import DECIMALS
from integrations.connectors.billcom.simulator.org import ZERO, Org
from integrations.connectors.billcom.simulator.schema import DIGITS_MAX, Field, Shape
from integrations.connectors.billcom.simulator.store import Record, present
from integrations.sandbox.app import Json

INVOICE_NUMBER_MAX = 21
TEXT_MAX = 4000
HEADER_CODES = ("chartOfAccountId", "accountingClassId", "departmentId", "locationId", "itemId")

_INVOICE: Shape = {
    "invoiceNumber": Field(required=True, longest=INVOICE_NUMBER_MAX),
    "invoiceDate": Field(kind="date", required=True),
}
_LINE: Shape = {
    "amount": Field(kind="money"),
    "quantity": Field(kind="number"),
    "price": Field(kind="number"),
    "description": Field(longest=TEXT_MAX),
    "classifications": Field(kind="group", of={name: Field() for name in REFERENCES}),
}
BILL: Shape = {
    "vendorId": Field(required=True),
    "dueDate": Field(kind="date", required=True),
    "billLineItems": Field(kind="rows", required=True, of=_LINE),
    "invoice": Field(kind="group", required=True, of=_INVOICE),
    "description": Field(longest=TEXT_MAX),
    "payFromChartOfAccountId": Field(),
    "classifications": Field(kind="group", of={name: Field() for name in HEADER_CODES}),
    "vendorCredits": Field(kind="rows", of={"id": Field(required=True), "amount": Field(kind="money", required=True)}),
    "purchaseOrderNumber": Field(),
    "billApprovals": Field(kind="flag"),
}
CHANGED_BILL: Shape = {**BILL, "billLineItems": Field(kind="rows", required=True, of={"id": Field(), **_LINE})}


def complete_lines(org: Org, lines: list[Json], currency: str) -> list[Json]:
    """Give lines their ids and amounts: a sent amount wins, else quantity times price."""
    problems: list[Problem] = []
    complete = [_complete(org, line, currency, f"billLineItems[{at}].", problems) for at, line in enumerate(lines)]
    total = sum((line["amount"] for line in complete), ZERO)
    if not problems and not ZERO < total < 10**DIGITS_MAX:
        problems.append(Problem("BDC_1119", "billLineItems: the total must be above zero", "billLineItems", str(total)))
    if problems:
        raise Refused(problems)
    return complete


def check_bill(org: Org, values: Json, own_id: str = "") -> None:
    """Refuse a bill that names what is not there, or whose number is taken."""
    problems = reference_problems(org, "vendor", values["vendorId"], "vendorId")
    problems += classification_problems(org, values, "")
    account = values.get("payFromChartOfAccountId")
    if account:
        problems += reference_problems(org, "chartOfAccount", account, "payFromChartOfAccountId")
    for at, line in enumerate(values["billLineItems"]):
        problems += classification_problems(org, line, f"billLineItems[{at}].")
    number = values.get("purchaseOrderNumber", "")
    if 0 < org.switches.po_number_max < len(number):
        problems.append(Problem("BDC_1143", "purchaseOrderNumber too long", "purchaseOrderNumber"))
    if problems:
        raise Refused(problems)
    _check_number(org, values, own_id)


def refuse_locked(org: Org) -> None:
    """Refuse to change a bill on which a payment is scheduled or made; BILL's own code is not established."""
    switches = org.switches
    text = "The bill has a scheduled or completed payment and cannot be changed."
    refuse(switches.paid_edit_code, text, "billId", status=switches.paid_edit_status)


def _complete(org: Org, line: Json, currency: str, path: str, problems: list[Problem]) -> Json:
    amount = line.get("amount")
    if amount is None and "quantity" in line and "price" in line:
        product: Decimal = line["quantity"] * line["price"]
        if product.adjusted() < DIGITS_MAX:
            amount = product.quantize(Decimal(1).scaleb(-DECIMALS[currency]), ROUND_HALF_UP)
    if amount is None:
        problems.append(Problem("BDC_1117", f"{path}amount: give amount, or quantity and price", f"{path}amount"))
    elif amount <= 0 and org.switches.nonpositive_lines == "refuse":
        problems.append(Problem("BDC_1119", f"{path}amount: must be above zero", f"{path}amount", str(amount)))
    elif amount != amount.quantize(Decimal(1).scaleb(-DECIMALS[currency])):
        problems.append(Problem("BDC_1119", f"{path}amount: too many decimals for {currency}", f"{path}amount"))
    line = {"id": org.new_id("line"), **line, "amount": amount or ZERO}
    return present({**line, "classifications": present(line.get("classifications", {}))})


def _check_number(org: Org, values: Json, own_id: str) -> None:
    mode = org.switches.duplicate_invoices
    if mode == "allow":
        return
    number = values["invoice"]["invoiceNumber"]
    bills: list[Record] = (
        org.store.of_vendors("bill", [values["vendorId"]]) if mode == "per_vendor" else list(org.store.all("bill"))
    )
    if any(one.id != own_id and not one.archived and _number(one) == number for one in bills):
        refuse("BDC_1171", "A bill with this invoice number already exists.", "invoiceNumber", number)


def _number(bill: Record) -> str:
    return str(bill.fields["invoice"]["invoiceNumber"])
