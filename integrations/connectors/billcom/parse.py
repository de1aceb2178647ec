"""Turns BILL's JSON into the objects of `objects.py`, field by field, or raises ContractError.

Source: developer.bill.com/reference (vendors, bills, payments, classifications), read 2026-11-21.
"""

from collections.abc import Mapping
from typing import Any

from integrations.connectors.billcom.objects import (
    Account,
    AppliedCredit,
    Bill,
    BillLine,
    BillPayment,
    Classifications,
    Dimension,
    Payment,
    Vendor,
    VendorCredit,
    Void,
)
from integrations.connectors.billcom.reader import Reader


def parse_vendor(raw: Mapping[str, Any]) -> Vendor:
    """Read a vendor."""
    row = Reader(raw, f"Vendor {raw.get('id')}")
    address, more = row.part("address"), row.part("additionalInfo")
    return Vendor(
        id=row.needed_text("id"),
        name=row.needed_text("name"),
        short_name=row.text("shortName"),
        archived=row.flag("archived"),
        bill_currency=row.text("billCurrency"),
        account_number=row.text("accountNumber"),
        email=row.text("email"),
        phone=row.text("phone"),
        tax_id=more.text("taxId"),
        payment_term_id=more.text("paymentTermId"),
        network_status=row.text("networkStatus"),
        line1=address.text("line1"),
        line2=address.text("line2"),
        city=address.text("city"),
        state_or_province=address.text("stateOrProvince"),
        zip_or_postal_code=address.text("zipOrPostalCode"),
        country=address.text("country"),
        created_at=row.needed_moment("createdTime"),
        updated_at=row.needed_moment("updatedTime"),
    )


def parse_bill(raw: Mapping[str, Any]) -> Bill:
    """Read a bill."""
    row = Reader(raw, f"Bill {raw.get('id')}")
    invoice = row.part("invoice")
    return Bill(
        id=row.needed_text("id"),
        vendor_id=row.needed_text("vendorId"),
        vendor_name=row.text("vendorName"),
        invoice_number=invoice.text("invoiceNumber"),
        invoice_date=invoice.day("invoiceDate"),
        due_date=row.day("dueDate"),
        description=row.text("description"),
        purchase_order_number=row.text("purchaseOrderNumber"),
        amount=row.needed_amount("amount"),
        paid_amount=row.amount("paidAmount"),
        due_amount=row.amount("dueAmount"),
        scheduled_amount=row.amount("scheduledAmount"),
        credit_amount=row.amount("creditAmount"),
        payment_status=row.text("paymentStatus"),
        approval_status=row.text("approvalStatus"),
        archived=row.flag("archived"),
        classifications=_classifications(row),
        lines=row.parts("billLineItems", _line),
        created_at=row.needed_moment("createdTime"),
        updated_at=row.needed_moment("updatedTime"),
    )


def parse_payment(raw: Mapping[str, Any]) -> Payment:
    """Read a payment."""
    row = Reader(raw, f"Payment {raw.get('id')}")
    funding, sent = row.part("fundingAccount"), _disbursement(row)
    return Payment(
        id=row.needed_text("id"),
        vendor_id=row.needed_text("vendorId"),
        vendor_name=row.text("vendorName"),
        bill_payments=row.parts("billPayments", _bill_payment),
        process_date=row.day("processDate"),
        amount=row.needed_amount("amount"),
        funding_amount=row.amount("fundingAmount"),
        funding_type=funding.text("type"),
        funding_account_id=funding.text("id"),
        transaction_number=row.text("transactionNumber"),
        confirmation_number=row.text("confirmationNumber"),
        status=row.text("status"),
        single_status=row.text("singleStatus"),
        is_online=row.flag("onlinePayment"),
        disbursement_type=row.text("disbursementType"),
        disbursement_status=row.text("disbursementStatus"),
        check_number=sent.text("checkNumber"),
        sent_date=sent.day("sentDate"),
        voids=row.parts("voidInfo", _void),
        is_cancel_requested=row.flag("cancelRequestSubmitted"),
        created_at=row.needed_moment("createdTime"),
        updated_at=row.needed_moment("updatedTime"),
    )


def parse_vendor_credit(raw: Mapping[str, Any]) -> VendorCredit:
    """Read a vendor credit."""
    row = Reader(raw, f"Vendor credit {raw.get('id')}")
    return VendorCredit(
        id=row.needed_text("id"),
        vendor_id=row.needed_text("vendorId"),
        reference_number=row.text("referenceNumber"),
        credit_date=row.day("creditDate"),
        description=row.text("description"),
        amount=row.needed_amount("amount"),
        applied_amount=row.amount("appliedAmount"),
        status=row.text("status"),
        archived=row.flag("archived"),
        lines=row.parts("vendorCreditLineItems", _line),
        created_at=row.needed_moment("createdTime"),
        updated_at=row.needed_moment("updatedTime"),
    )


def parse_account(raw: Mapping[str, Any]) -> Account:
    """Read an account of the chart."""
    row = Reader(raw, f"Account {raw.get('id')}")
    account = row.part("account")
    return Account(
        id=row.needed_text("id"),
        name=row.needed_text("name"),
        number=account.text("number"),
        type=account.text("type"),
        description=row.text("description"),
        parent_id=row.text("parentId"),
        archived=row.flag("archived"),
        updated_at=row.needed_moment("updatedTime"),
    )


def parse_dimension(raw: Mapping[str, Any]) -> Dimension:
    """Read a department or a location."""
    row = Reader(raw, f"Classification {raw.get('id')}")
    return Dimension(
        id=row.needed_text("id"),
        name=row.needed_text("name"),
        short_name=row.text("shortName"),
        description=row.text("description"),
        parent_id=row.text("parentId"),
        archived=row.flag("archived"),
        updated_at=row.needed_moment("updatedTime"),
    )


def _classifications(row: Reader) -> Classifications:
    part = row.part("classifications")
    return Classifications(
        chart_of_account_id=part.text("chartOfAccountId"),
        department_id=part.text("departmentId"),
        location_id=part.text("locationId"),
        accounting_class_id=part.text("accountingClassId"),
        item_id=part.text("itemId"),
        job_id=part.text("jobId"),
        customer_id=part.text("customerId"),
        employee_id=part.text("employeeId"),
    )


def _line(row: Reader) -> BillLine:
    return BillLine(
        id=row.text("id"),
        amount=row.amount("amount"),
        description=row.text("description"),
        classifications=_classifications(row),
    )


def _bill_payment(row: Reader) -> BillPayment:
    return BillPayment(
        id=row.text("id"),
        bill_id=row.needed_text("billId"),
        amount=row.needed_amount("amount"),
        credits=row.parts("vendorCredits", _credit),
    )


def _credit(row: Reader) -> AppliedCredit:
    return AppliedCredit(id=row.text("id"), amount=row.amount("amount"))


def _void(row: Reader) -> Void:
    return Void(
        type=row.text("type"),
        status=row.text("status"),
        reason=row.text("reason"),
        updated_at=row.moment("updatedTime"),
    )


def _disbursement(row: Reader) -> Reader:
    """Give the sub-object that tells how the money went; only one is there, named by the way."""
    more = row.part("disbursementInfo")
    name = next((name for name, value in more.raw.items() if isinstance(value, dict)), "")
    return more.part(name) if name else Reader({}, row.label)
