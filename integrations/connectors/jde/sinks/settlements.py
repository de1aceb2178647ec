"""BILL's payments in JD Edwards: against the voucher where there is one, else with the voucher still missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.orchestrations import ADD_VOUCHER
from integrations.connectors.jde.outcome import output, receipt
from integrations.connectors.jde.purchases import Purchases
from integrations.connectors.jde.records import DocumentKey, SupplierInvoice
from integrations.connectors.jde.sinks.base import SETTLE_S
from integrations.connectors.jde.sinks.payments import PaymentSink
from integrations.connectors.jde.sinks.vouchers import VoucherSink, found_of
from integrations.contracts import Booked, Draft, Found, OpenItem, Receipt, Value
from integrations.errors import RejectedError
from mappings.catalogue import TargetField

VOUCHER = "voucher"  # the operation that adds a voucher; every other one pays
PAID = "P"
FIELDS = (
    TargetField(name="paymentNumber", label="Payment number (figures)", max_length=8, required=True),
    TargetField(name="glDate", label="G/L date", type="date", required=True),
    TargetField(
        name="bankAccountId",
        label="Bank or money-out clearing account",
        type="reference",
        reference="bank_account",
        required=True,
    ),
    TargetField(
        name="receivedAccount", label="Account debited for order lines received", type="reference", reference="account"
    ),
    TargetField(
        name="payableAccount", label="Account debited by journal entries", type="reference", reference="account"
    ),
    TargetField(name="explanation", label="Explanation", max_length=30),
)


class SettlementSink:
    """Writes and reads payments of purchases, each named by its JD Edwards document: voucher, order or receipt.

    The payload's `bills` have `source` (the document's id), where it is a receipt `order`, `amount` (what is paid of
    it; negative for a debit memo that is used), `total` and `invoiceDate` of the bill.
    """

    slug = "settlements"
    settle_s = SETTLE_S

    def __init__(self, client: Client) -> None:
        self._client = client
        self._payments = PaymentSink(client)
        self._vouchers = VoucherSink(client)
        self._purchases = Purchases(client)

    def find(self, drafts: Sequence[Draft]) -> Mapping[str, tuple[Found, ...]]:
        """Look up payments by the vouchers that they pay, and vouchers by the order that they are for."""
        standing = self._purchases.vouchers_of({key for draft in drafts for key in _sources(draft)})
        hits: dict[str, tuple[Found, ...]] = {}
        paying = [self._as_payment(draft, standing) for draft in drafts if _is_payment(draft)]
        hits.update(self._payments.find([draft for draft in paying if draft.payload["applyTo"]]))
        for draft in drafts:
            if not _is_payment(draft):
                found = [standing[key] for key in _sources(draft) if key in standing]
                hits[draft.reference] = tuple(replace(found_of(one), reference=draft.reference) for one in found)
        return {draft.reference: hits.get(draft.reference, ()) for draft in drafts}

    def book(self, draft: Draft) -> Receipt:
        """Record the payment against the vouchers; of one order without a voucher, add it as paid.

        Raises RejectedError where an order has no voucher and cannot get one as paid: it was received, or the payment
        is not of the whole.
        """
        standing = self._purchases.vouchers_of(_sources(draft))
        if not _is_payment(draft):
            return self._vouchers.book(self._as_voucher(draft, paid=False))
        lacking = [row for row in _bills(draft) if _source(row) not in standing]
        if not lacking:
            return self._payments.book(self._as_payment(draft, standing, with_items=True))
        if "order" in lacking[0]:
            raise _needs_voucher(_source(lacking[0]), "was received, but no single voucher stands for it yet")
        if len(_bills(draft)) > 1 or _amount(lacking[0], "amount") != _amount(lacking[0], "total"):
            raise _needs_voucher(_source(lacking[0]), "has no voucher yet, and only a part of it is paid")
        return self._add_as_paid(draft)

    def read_back(self, booked: Sequence[Booked]) -> Mapping[str, Found]:
        """Read payments and vouchers by their ids."""
        payments = [one for one in booked if _is_payment(one.draft)]
        vouchers = [one for one in booked if not _is_payment(one.draft)]
        return {**self._payments.read_back(payments), **self._vouchers.read_back(vouchers)}

    def catalogue(self) -> tuple[TargetField, ...]:
        """Give the fields that a mapping may fill."""
        return FIELDS

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List all payments dated in [start, end]."""
        return self._payments.listing(start, end)

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """Give nothing: JD Edwards applies every payment in full when it is entered."""
        return iter(())

    def _as_payment(self, draft: Draft, standing: Mapping[str, SupplierInvoice], *, with_items: bool = False) -> Draft:
        """Give the payment as the payments' orchestration wants it; with pay items, as they are open now."""
        rows: list[Value] = []
        payees = set()
        for bill in _bills(draft):
            voucher = standing.get(_source(bill))
            if voucher is not None:
                payees.add(voucher.payee)
                rows += allocate(draft, voucher, _amount(bill, "amount")) if with_items else [_whole(voucher, bill)]
        if with_items and len(payees) != 1:
            raise RejectedError(
                f"The payment's vouchers are payable to {', '.join(map(str, sorted(payees)))}; one payment has one "
                "payee. Record it in JD Edwards by hand, and skip it here with the reason.",
                code="jde_several_payees",
                field="payee",
            )
        kept = ("paymentNumber", "paymentDate", "glDate", "bankAccountId", "currencyCode")
        payload: dict[str, Value] = {name: draft.payload[name] for name in kept if name in draft.payload}
        payload |= {"payee": next(iter(payees), ""), "applyTo": rows}
        return replace(draft, sink="payments", payload=payload)

    def _as_voucher(self, draft: Draft, *, paid: bool) -> Draft:
        """Give the voucher of an order's bill, distributed to the order's own accounts."""
        (bill,) = _bills(draft)
        wanted = self._purchases.voucher_of(
            draft, _source(bill), _amount(bill, "total"), str(draft.payload.get("receivedAccount") or "")
        )
        payload: dict[str, Value] = {
            **wanted,
            "invoiceDate": bill["invoiceDate"],
            "glDate": draft.payload["glDate"],
            "currencyCode": draft.payload["currencyCode"],
            "grossAmount": _amount(bill, "total"),
        }
        if paid:
            payload["paid"] = {name: draft.payload[name] for name in ("paymentNumber", "paymentDate", "bankAccountId")}
        return replace(draft, sink="vouchers", payload=payload)

    def _add_as_paid(self, draft: Draft) -> Receipt:
        said = self._vouchers.run(ADD_VOUCHER, self._vouchers.inputs(self._as_voucher(draft, paid=True)))
        return receipt(f"PN-{output(ADD_VOUCHER.name, said, 'paymentId')}", said)


def allocate(draft: Draft, voucher: SupplierInvoice, amount: Decimal) -> list[Value]:
    """Spread an amount over a voucher's open pay items, oldest due first. Raises RejectedError when more is paid."""
    rows: list[Value] = []
    left = amount
    for item in sorted(voucher.items, key=lambda one: (one.due_date or date.max, one.item)):
        part = min(left, item.open) if amount > 0 else max(left, item.open)
        if part and item.pay_status != PAID and (part > 0) == (amount > 0):
            rows.append({**_keys(voucher), "payItem": item.item, "payItemExtension": item.extension, "amount": part})
            left -= part
    if left:
        raise RejectedError(
            f"{voucher.key} is open for {voucher.open}, but BILL paid {amount} of it: somebody paid it in JD Edwards, "
            "too. Void one of the two payments, then replay.",
            code="jde_paid_twice",
            field="amount",
            value=voucher.key,
        )
    return rows


def _whole(voucher: SupplierInvoice, bill: Mapping[str, Any]) -> Value:
    return {**_keys(voucher), "amount": _amount(bill, "amount")}


def _keys(voucher: SupplierInvoice) -> dict[str, Value]:
    key = DocumentKey.parse(voucher.key)
    assert key is not None
    return {"documentCompany": key.company, "documentType": key.type, "documentNumber": str(key.number)}


def _is_payment(draft: Draft) -> bool:
    return draft.operation.partition(":")[0] != VOUCHER


def _bills(draft: Draft) -> list[Mapping[str, Any]]:
    given = draft.payload.get("bills")
    return [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []


def _sources(draft: Draft) -> set[str]:
    return {_source(bill) for bill in _bills(draft)}


def _source(bill: Mapping[str, Any]) -> str:
    """Give the document whose voucher is paid: of a receipt its order."""
    return str(bill.get("order") or bill["source"])


def _amount(bill: Mapping[str, Any], name: str) -> Decimal:
    return Decimal(str(bill[name]))


def _needs_voucher(source: str, why: str) -> RejectedError:
    return RejectedError(
        f"{source} {why}. Enter its voucher in JD Edwards (P4314), then replay: the payment is recorded against it.",
        code="jde_voucher_needed",
        field="source",
        value=source,
    )
