"""Purchases as this pair judges them: which document of one becomes the bill, and what of it may still change."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias, cast

from integrations.connectors.jde.records import REFERENCE, PurchaseOrder, Receipt, SupplierInvoice
from integrations.contracts import DELIVER, Context, Money, Need, Record, Verdict
from integrations.errors import RejectedError
from integrations.pairs.jde_to_billcom.common import HELD, INCOMPLETE, ORDERS, RECEIPTS, digest

Purchase: TypeAlias = PurchaseOrder | Receipt | SupplierInvoice
FLOW = "bills"
PAID, APPROVED, IN_PROCESS = "P", "A", "#"
DAYS_TO_PAY = 30
_TWO_PLACES = Decimal("0.01")


def purchase_of(record: Record) -> Purchase:
    """Give the record's body as what this stream holds."""
    return cast(Purchase, record.body)


def label(record: Record) -> str:
    """Give what people call it."""
    body = purchase_of(record)
    if isinstance(body, PurchaseOrder):
        return f"Purchase order {body.key}"
    if isinstance(body, Receipt):
        return f"Receipt {body.key}"
    return f"{'Supplier invoice' if body.gross >= 0 else 'Debit memo'} {body.invoice_number or body.key}"


def money(record: Record) -> Money:
    """Give what the purchase comes to."""
    body = purchase_of(record)
    return Money(amount=_total(body), currency=body.currency)


def _total(body: Purchase) -> Decimal:
    if isinstance(body, PurchaseOrder):
        return body.total
    return body.amount if isinstance(body, Receipt) else body.gross


def document_date(record: Record, context: Context) -> date | None:
    """Give the order's, receipt's or invoice's date."""
    return day_of(purchase_of(record))


def day_of(body: Purchase) -> date | None:
    """Give the day that a document of a purchase carries."""
    if isinstance(body, PurchaseOrder):
        return body.order_date
    return body.receipt_date if isinstance(body, Receipt) else body.invoice_date


def due_day(body: Purchase) -> date | None:
    """Give when it is to be paid: never before its own date."""
    own = day_of(body)
    wanted: date | None = None
    if isinstance(body, SupplierInvoice):
        wanted = min((item.due_date for item in body.items if item.due_date), default=None)
    elif isinstance(body, PurchaseOrder):
        wanted = body.requested_date
    if own is None:
        return wanted
    return max(own, wanted) if wanted else own + timedelta(days=DAYS_TO_PAY)


def open_at(record: Record, day: date, context: Context) -> Money | None:
    """Give what a purchase left to pay at the end of a day: a voucher its open amount, an order its vouchers', else all
    of it. None: dated later. Days are of documents, payments and voids, as JD Edwards keeps them.

    An order's bill becomes that of its voucher, and is told once, by the newest that it stands for.
    """
    body = purchase_of(record)
    own = day_of(body)
    if own is not None and own > day:
        return None
    left = body.left_on(day)
    if isinstance(body, SupplierInvoice):
        is_entered = REFERENCE.fullmatch(body.reference)  # what was entered for an order is told by the order
        left = Decimal(0) if is_entered or is_billed_by_receipts(body, context) else left
    return Money(amount=left, currency=body.currency)


# What may not change, and what may


def version(record: Record) -> str:
    """Digest whose purchase it is and whether it stands; what it comes to may change while its bill is unpaid."""
    body = purchase_of(record)
    return digest((type(body).__name__, body.supplier, body.company, body.currency, _is_withdrawn(body)))


def details(record: Record) -> str:
    """Digest what the bill shows: lines, dates, numbers; approval and pay status only as far as they hold it up."""
    body = purchase_of(record)
    if isinstance(body, PurchaseOrder):
        if not body.is_approved and not body.vouchers:
            return f"not approved: {digest([body.why_not_approved])[:12]}"
        lines = [(line.amount, line.account, line.description) for line in body.standing]
        return digest((body.order_date, body.requested_date, *lines))
    if isinstance(body, Receipt):
        return digest((body.receipt_date, *body.lines))
    held = sorted({item.pay_status for item in body.items} - {APPROVED, PAID, IN_PROCESS, HELD})
    return digest((body.invoice_number, body.invoice_date, due_day(body), body.gross, body.tax, *body.lines, *held))


def is_settled(record: Record) -> bool:
    """Tell whether a change of the document is nothing to its bill now: in approval, or vouchered."""
    body = purchase_of(record)
    return isinstance(body, PurchaseOrder) and (not body.is_approved or bool(body.vouchers))


def _is_withdrawn(body: Purchase) -> bool:
    if isinstance(body, PurchaseOrder):
        return body.is_cancelled and not body.vouchers
    return isinstance(body, SupplierInvoice) and body.is_voided


# Whether it becomes a bill


def verdict(record: Record, context: Context) -> Verdict:
    """Say what becomes of a document: one bill per purchase, from the kind of document that the policy names."""
    body = purchase_of(record)
    if isinstance(body, PurchaseOrder):
        return _of_order(body, context)
    if isinstance(body, Receipt):
        return _of_receipt(body, context)
    return _of_invoice(body, context)


def bills_come_from(context: Context) -> str:
    """Give the policy's choice."""
    return context.policy(FLOW, "bills_come_from", ORDERS)


def held_status(context: Context) -> str:
    """Give the pay status that vouchers have while BILL pays them."""
    return context.policy(FLOW, "held_pay_status", HELD)


def _of_order(order: PurchaseOrder, context: Context) -> Verdict:
    if bills_come_from(context) != ORDERS:
        return _skip("bills_come_from", f"Order {order.key}: by policy bills come from {_words(context)}.")
    if _is_withdrawn(order):
        told = f"Order {order.key} is cancelled."
        return Verdict(action="withdraw", code="cancelled", reason=told, on=order.order_date)
    if order.vouchers:
        named = ", ".join(order.vouchers)
        return _skip("has_voucher", f"Order {order.key} has the voucher {named}, which becomes the bill.")
    if not order.is_approved:
        told = f"Order {order.key} is not approved: {order.why_not_approved}."
        return Verdict(action="later", code="not_approved", reason=told)
    return _payable(f"Order {order.key}", order, context)


def _of_receipt(receipt: Receipt, context: Context) -> Verdict:
    if bills_come_from(context) != RECEIPTS:
        return _skip("bills_come_from", f"Receipt {receipt.key}: by policy bills come from {_words(context)}.")
    return _payable(f"Receipt {receipt.key}", receipt, context)


def _of_invoice(invoice: SupplierInvoice, context: Context) -> Verdict:
    name = f"Voucher {invoice.key}"
    if REFERENCE.fullmatch(invoice.reference):
        return _skip("made_here", f"{name} was entered by this portal: it is paid already, or has its own bill.")
    if invoice.is_voided:
        told = f"{name} is voided."
        if REFERENCE.fullmatch(invoice.remark):  # it was held for BILL: its bill may stand
            return Verdict(action="withdraw", code="voided", reason=told, on=invoice.invoice_date)
        return _skip("voided_before_posting", told)
    statuses = {item.pay_status for item in invoice.items}
    is_known = bool(REFERENCE.fullmatch(invoice.remark))  # held for BILL before: what is paid since may be BILL's
    if not is_known and (statuses <= {PAID, IN_PROCESS} or invoice.open != invoice.gross):
        return _skip("paid_in_jde", f"{name} is paid or partly paid in JD Edwards: the rest is paid there, too.")
    if waiting := statuses - {APPROVED, held_status(context), *((PAID, IN_PROCESS) if is_known else ())}:
        told = f"{name} has pay status {', '.join(sorted(waiting))}: it is not approved for payment."
        return Verdict(action="later", code="not_approved", reason=told)
    if invoice.gross < 0 and context.policy(FLOW, "debit_memos", "vendor_credits") != "vendor_credits":
        return _skip("debit_memo", f"{name} is a debit memo: by policy those stay in JD Edwards.")
    return _payable(name, invoice, context)


def _payable(name: str, body: Purchase, context: Context) -> Verdict:
    """Leave out what BILL cannot pay: nothing, a third decimal, another currency than the vendor's."""
    total = _total(body)
    if not total or (total < 0 and not isinstance(body, SupplierInvoice)):
        return _skip("zero_total", f"{name} comes to {total}: there is nothing to pay.")
    if total != total.quantize(_TWO_PLACES):
        return _skip("too_many_decimals", f"{name} is of {total} {body.currency}; BILL takes two decimals.")
    vendor_currency = body.supplier_currency or context.target.base_currency
    if body.currency == vendor_currency:
        return DELIVER
    told = f"{name} is in {body.currency}, but BILL pays supplier {body.supplier} in {vendor_currency}."
    if context.policy(FLOW, "other_currency", "leave") == "park":
        raise RejectedError(told, code="currency_mismatch", field="currency", value=body.currency)
    return _skip("currency_mismatch", f"{told} By policy it stays in JD Edwards and is paid there.")


def _skip(code: str, reason: str) -> Verdict:
    return Verdict(action="skip", code=code, reason=reason)


def _words(context: Context) -> str:
    return bills_come_from(context).replace("_", " ")


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A bill needs its vendor; an invoice for an order wants to know that order's bill, if there is one."""
    body = purchase_of(record)
    is_problem = context.policy(FLOW, "incomplete_suppliers", "park") == "park"
    vendor = Need(flow="vendors", key=str(body.supplier), parked_on=(INCOMPLETE,) if is_problem else ())
    if isinstance(body, SupplierInvoice) and body.order_is_read and bills_come_from(context) == ORDERS:
        return (vendor, Need(flow=FLOW, key=body.order, may_lack=True))
    return (vendor,)


def is_billed_by_receipts(body: Purchase, context: Context) -> bool:
    """Tell whether an invoice's purchase has its bills from receipts: then it is only held in JD Edwards."""
    return isinstance(body, SupplierInvoice) and bool(body.order) and bills_come_from(context) == RECEIPTS
