"""How a payment comes into being, whoever orders it: checked against its bills, scheduled, held in the books."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.billcom.simulator.answers import Problem, Refused, refuse
from integrations.connectors.billcom.simulator.approvals import is_payable
from integrations.connectors.billcom.simulator.credits import check_credits
from integrations.connectors.billcom.simulator.ledger import book_payment, use_credit
from integrations.connectors.billcom.simulator.lifecycle import disbursement_info, present_payment, schedule
from integrations.connectors.billcom.simulator.org import BASE, ZERO, Org
from integrations.connectors.billcom.simulator.payloads import vendor_part
from integrations.connectors.billcom.simulator.payment_rules import COMBINED_MAX, VERIFIED_AFTER_DAYS
from integrations.connectors.billcom.simulator.store import Record
from integrations.sandbox.app import Json

SATURDAY = 5


def make(
    org: Org, user_id: str, values: Json, splits: Sequence[Json], *, is_online: bool = True, **more: object
) -> Record:
    """Keep a new payment over one or more bills of a vendor; its credits are used at once, its cash later."""
    _check(org, values["vendorId"], splits, needs_approval=is_online)
    amount = sum((split["amount"] for split in splits), ZERO)
    vendor = vendor_part(org, values["vendorId"])
    number, day = org.count("payment"), values.get("processDate") or org.today().isoformat()
    fields: Json = {
        "vendorId": values["vendorId"],
        "vendorName": vendor.get("name", ""),
        "billId": splits[0]["billId"] if len(splits) == 1 else "",
        "billPayments": [{"id": org.new_id("split"), "vendorCredits": [], **split} for split in splits],
        "processDate": day,
        "description": values.get("description", ""),
        "processingOptions": values.get("processingOptions", {}),
        "fundingAccount": values.get("fundingAccount") or (_bank(org) if is_online else {}),
        "amount": amount,
        "exchangeRate": org.books.currencies.rate(org.currency_of(values["vendorId"]), BASE, org.today()),
        "fundingAmount": _funded(org, values["vendorId"], amount),
        "transactionNumber": values.get("transactionNumber") or org.text(12),
        "confirmationNumber": f"P{day[2:].replace('-', '')}01 - {number:07d}" if is_online else "",
        "status": "SCHEDULED",
        "singleStatus": "SCHEDULED",
        "onlinePayment": is_online,
        "disbursementType": values.get("disbursementType") or _disbursed(org, values["vendorId"], is_online=is_online),
        "voidInfo": [],
        "cancelRequestSubmitted": False,
        "createdBy": user_id,
        **more,
    }
    fields["disbursementInfo"] = disbursement_info(org, fields)
    payment = org.make("payment", present_payment(fields))
    book_payment(org, payment)
    for split in splits:
        for used in split.get("vendorCredits", []):
            use_credit(org, used["id"], split["billId"], used["amount"])
    schedule(org, payment)
    return payment


def grouped(org: Org, splits: Sequence[Json]) -> list[tuple[str, list[Json]]]:
    """Sort bills into payments by vendor: one bill each, or up to 35 where the vendor combines payments."""
    groups: list[tuple[str, list[Json]]] = []
    for split in splits:
        bill = org.store.get("bill", split["billId"])
        vendor = org.store.get("vendor", bill.fields["vendorId"]) if bill else None
        vendor_id = vendor.id if vendor else ""
        combines = bool(vendor and vendor.fields.get("additionalInfo", {}).get("combinePayments"))
        open_group = next((rows for id, rows in groups if id == vendor_id and len(rows) < COMBINED_MAX), None)
        if combines and open_group is not None:
            open_group.append(split)
        else:
            groups.append((vendor_id, [split]))
    return groups


def check_process_date(org: Org, values: Json) -> None:
    """Refuse a day too early for a vendor's new bank account, which takes two business days to verify."""
    added = org.bank_added.get(values["vendorId"])
    if added is None or org.today() >= _business_days_after(added, VERIFIED_AFTER_DAYS):
        return
    earliest = _business_days_after(org.today(), VERIFIED_AFTER_DAYS).isoformat()
    if values["processDate"] < earliest:
        refuse("BDC_1402", f"processDate: must be {earliest} or later", "processDate", values["processDate"])


def _business_days_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def _check(org: Org, vendor_id: str, splits: Sequence[Json], *, needs_approval: bool) -> None:
    """Refuse to pay what is not this vendor's, not approved, or not due."""
    problems: list[Problem] = []
    asked: dict[str, Decimal] = {}
    for split in splits:
        id = split["billId"]
        bill = org.store.get("bill", id)
        if bill is None or bill.archived or bill.fields["vendorId"] != vendor_id:
            problems.append(Problem("BDC_1143", f"billId: {id} is no open bill of this vendor", "billId", id))
            continue
        credits = split.get("vendorCredits", [])
        check_credits(org, vendor_id, credits)
        asked[id] = asked.get(id, ZERO) + split["amount"] + sum((one["amount"] for one in credits), ZERO)
        if needs_approval and not is_payable(bill):
            problems.append(Problem("BDC_1143", f"billId: {id} is not approved", "billId", id))
        if split["amount"] <= 0:
            problems.append(Problem("BDC_1119", "amount: must be above zero", "amount", str(split["amount"])))
        elif asked[id] > bill.fields["dueAmount"]:
            problems.append(Problem("BDC_1159", f"Bill {id} cannot be overpaid.", "amount", str(split["amount"])))
    if problems:
        raise Refused(problems)


def _disbursed(org: Org, vendor_id: str, *, is_online: bool) -> str:
    if not is_online:
        return "OFFLINE"
    vendor = org.store.get("vendor", vendor_id)
    paying: Json = vendor.fields.get("paymentInformation", {}) if vendor else {}
    return str(paying.get("payByType", "CHECK"))


def _funded(org: Org, vendor_id: str, amount: Decimal) -> Decimal:
    rate = org.books.currencies.rate(org.currency_of(vendor_id), BASE, org.today())
    return org.books.currencies.get(BASE).round(amount * rate)


def _bank(org: Org) -> Json:
    bank = next(iter(org.store.all("bankAccount")), None)
    return {"type": "BANK_ACCOUNT", "id": bank.id} if bank else {"type": "WALLET"}
