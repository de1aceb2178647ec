"""Bills and vendor credits: drafted from a purchase, brought up to date while unpaid, put away when it is withdrawn."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from integrations.connectors.billcom.records import bill_body, credit_body, dimensions, reference_kinds
from integrations.connectors.jde.records import Distribution, DocumentKey, PurchaseOrder, Receipt, SupplierInvoice
from integrations.contracts import (
    Context,
    Draft,
    Facts,
    LineFact,
    LinkView,
    Mapped,
    Record,
    SourceDocument,
    Standing,
    Value,
)
from integrations.errors import RejectedError
from integrations.pairs.jde_to_billcom.common import (
    DEBIT_MEMO,
    HELD,
    VOUCHER,
    as_amount,
    as_day,
    digest,
    jde_reference,
    reference,
    resolve,
    type_of,
    used,
)
from integrations.pairs.jde_to_billcom.purchases import (
    APPROVED,
    FLOW,
    IN_PROCESS,
    PAID,
    Purchase,
    day_of,
    due_day,
    held_status,
    is_billed_by_receipts,
    is_settled,
    purchase_of,
)

HOLD, RELEASE = "hold", "release"


# What the mapping sees


def source(record: Record, context: Context) -> SourceDocument:
    """Show a purchase to the mapping."""
    body = purchase_of(record)
    return SourceDocument(header=_header(body), lines=(*_lines(body), *_tax(body)))


def _wanted(body: Purchase) -> Decimal:
    if isinstance(body, PurchaseOrder):
        return body.total
    return body.amount if isinstance(body, Receipt) else body.gross


def _header(body: Purchase) -> dict[str, Value]:
    return {
        "key": body.key,
        "kind": _kind(body),
        "number": _number(body),
        "supplier": str(body.supplier),
        "company": body.company,
        "currency": body.currency,
        "date": day_of(body),
        "due_date": due_day(body),
        "order": _order_of(body),
        "terms": body.terms,
        "description": body.description if isinstance(body, PurchaseOrder) else "",
        "total": _wanted(body),
        "tax": body.tax if isinstance(body, SupplierInvoice) else Decimal(0),
    }


def _kind(body: Purchase) -> str:
    if isinstance(body, PurchaseOrder):
        return "order"
    return "receipt" if isinstance(body, Receipt) else "invoice" if body.gross >= 0 else "credit"


def _number(body: Purchase) -> str:
    """Give the number that people look for: the supplier's own where there is one."""
    return (body.invoice_number or body.key) if isinstance(body, SupplierInvoice) else body.key


def _order_of(body: Purchase) -> str:
    if isinstance(body, PurchaseOrder):
        return body.key
    return body.order


def _lines(body: Purchase) -> list[Mapping[str, Value]]:
    if isinstance(body, PurchaseOrder):
        return [
            _line(
                Distribution(
                    account=line.account,
                    business_unit=line.business_unit,
                    object=line.account.split(".")[1] if "." in line.account else line.account,
                    subsidiary=".".join(line.account.split(".")[2:]),
                    amount=line.amount,
                    text=line.description,
                ),
                body.company,
            )
            for line in body.standing
        ]
    return [_line(line, body.company) for line in body.lines]


def _line(line: Distribution, company: str, kind: str = "line") -> Mapping[str, Value]:
    return {
        "kind": kind,
        "account": line.account,
        "business_unit": line.business_unit,
        "object": line.object,
        "subsidiary": line.subsidiary,
        "company": company,
        "amount": line.amount,
        "description": line.text,
    }


def _tax(body: Purchase) -> list[Mapping[str, Value]]:
    """Show the tax as a line of its own: JD Edwards books it beside the distribution."""
    if not isinstance(body, SupplierInvoice) or not body.tax:
        return []
    made = Distribution(account="tax", business_unit="", object="tax", subsidiary="", amount=body.tax, text="Tax")
    return [_line(made, body.company, "tax")]


# New bills


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Hold the voucher in JD Edwards, then create the bill; an order's bill becomes the bill of its invoice.

    An invoice whose purchase was billed by its receipts is only held: it is paid when they are.
    """
    body = purchase_of(record)
    hold = _pay_status(body.key, HOLD, held_status(context), context) if isinstance(body, SupplierInvoice) else None
    before = (hold,) if hold is not None else ()
    if is_billed_by_receipts(body, context):
        return before
    made = _created(body, mapped, context)
    order = context.links.get((FLOW, body.order)) if isinstance(body, SupplierInvoice) and body.order else None
    if order is not None and order.state == "standing":
        made = replace(made, operation=f"update:{made.reference[-20:]}", external_id=order.external_id)
    return (*before, made)


def _created(body: Purchase, mapped: Mapped, context: Context) -> Draft:
    _check_sum(body, mapped)
    if isinstance(body, SupplierInvoice) and body.open != body.gross:
        raise RejectedError(
            f"Voucher {body.key} was paid or partly paid in JD Edwards before its bill was made. Pay the rest there, "
            "and skip it here with the reason.",
            code="paid_in_jde",
            field="pay status",
            value=body.key,
        )
    is_credit = isinstance(body, SupplierInvoice) and body.gross < 0
    vendor = context.links[("vendors", str(body.supplier))]
    header = resolve(reference_kinds("bills", "header"), mapped.header, context, "BILL")
    lines = [_resolved(line, context, is_credit=is_credit) for line in mapped.lines]
    header["vendorId"] = vendor.external_id
    payload = (credit_body if is_credit else bill_body)(header, lines)
    sign = -1 if is_credit else 1
    return Draft(
        flow=FLOW,
        key=body.key,
        sink="vendor_credits" if is_credit else "bills",
        revision=context.revision,
        reference=reference(context, "CRE" if is_credit else "BIL", body.key, context.revision),
        payload=payload,
        facts=_facts(body, header, lines, vendor, sign),
        references=(
            *used(reference_kinds("bills", "header"), header),
            *(each for line in lines for each in used(reference_kinds("bills", "line"), line)),
        ),
    )


def _check_sum(body: Purchase, mapped: Mapped) -> None:
    """Refuse lines that do not make the total: what BILL pays is the sum of its lines."""
    made = sum((as_amount(line.get("amount")) for line in mapped.lines), Decimal(0))
    if made != _wanted(body):
        raise RejectedError(
            f"The mapped lines make {made}, but the document comes to {_wanted(body)} {body.currency} in JD Edwards. "
            "Look at its distribution (P0411) and at the line rows under Mappings > Bills.",
            code="totals_disagree",
            field="amount",
            value=body.key,
        )


def _resolved(line: Mapping[str, Value], context: Context, *, is_credit: bool) -> dict[str, Value]:
    """Give a line with BILL's ids; BILL writes a credit's amounts without a sign."""
    values = resolve(reference_kinds("bills", "line"), line, context, "BILL")
    return {**values, "amount": -as_amount(values.get("amount"))} if is_credit else values


def _facts(
    body: Purchase, header: Mapping[str, Value], lines: list[dict[str, Value]], vendor: LinkView, sign: int
) -> Facts:
    return Facts(
        customer=vendor.external_id,
        currency=body.currency,
        total=sum((sign * as_amount(line.get("amount")) for line in lines), Decimal(0)),
        date=as_day(header.get("invoice.invoiceDate")),
        lines=tuple(
            LineFact(
                account=str(line.get("classifications.chartOfAccountId") or ""),
                amount=sign * as_amount(line.get("amount")),
                dimensions=dimensions(line.get("classifications.departmentId"), line.get("classifications.locationId")),
            )
            for line in lines
        ),
    )


def _pay_status(key: str, operation: str, status: str, context: Context) -> Draft:
    """Draft a step back in JD Edwards: the voucher's pay status, which decides whether its payment run takes it."""
    found = DocumentKey.parse(key) or DocumentKey("", 0, "")
    return Draft(
        flow=FLOW,
        key=key,
        sink="pay_status",
        operation=operation,
        revision=context.revision,
        reference=jde_reference(context, FLOW, key, operation, context.revision),
        external_id=key,
        payload={
            "documentCompany": found.company,
            "documentType": found.type,
            "documentNumber": str(found.number),
            "payStatus": status,
            "reason": "Paid by BILL" if operation == HOLD else "No longer paid by BILL",
        },
        facts=Facts(),
        writes_back=True,
    )


# Changes


def amend(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Bring an unpaid bill up to date; BILL's sink refuses one that is paid or scheduled.

    Nothing for an order that is in approval again or has its voucher. Raises RejectedError where somebody took the
    voucher off its pay status: both systems might pay it.
    """
    if is_settled(record):
        return ()
    body = purchase_of(record)
    if isinstance(body, SupplierInvoice):
        _check_still_held(body, context)
    link = context.links[(FLOW, record.key)]
    if is_billed_by_receipts(body, context):
        return ()
    made = _created(body, mapped, context)
    change = digest([repr(made.payload)])[:12]
    return (replace(made, operation=f"update:{change}", external_id=link.external_id),)


def _check_still_held(body: SupplierInvoice, context: Context) -> None:
    wrong = {item.pay_status for item in body.items} - {APPROVED, held_status(context), PAID, IN_PROCESS, HELD}
    if wrong:
        raise RejectedError(
            f"Voucher {body.key} was set to pay status {', '.join(sorted(wrong))} in JD Edwards, but its bill stands "
            "in BILL. Deny or archive the bill there, or set the voucher back, then replay.",
            code="held_in_source",
            field="pay status",
            value=body.key,
        )


# Withdrawals


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Put the bill away in BILL, and give the voucher back to JD Edwards' own payment run where it still stands."""
    is_credit = type_of(standing.key) == DEBIT_MEMO
    made = Draft(
        flow=FLOW,
        key=standing.key,
        sink="vendor_credits" if is_credit else "bills",
        operation="archive",
        revision=standing.link.revision,
        reference=reference(context, "CRE" if is_credit else "BIL", standing.key, standing.link.revision),
        external_id=standing.link.external_id,
        payload={},
        facts=Facts(),
    )
    if type_of(standing.key) not in (VOUCHER, DEBIT_MEMO):
        return (made,)
    return (made, _pay_status(standing.key, RELEASE, APPROVED, replace(context, revision=standing.link.revision)))
