"""Vouchers (F0411): found by supplier and invoice number; VR01 tells whether it is ours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.connectors.jde.client import Client
from integrations.connectors.jde.inputs import Inputs
from integrations.connectors.jde.orchestrations import ADD_VOUCHER
from integrations.connectors.jde.outcome import output
from integrations.connectors.jde.payments import read_payments
from integrations.connectors.jde.query import Query, Where, any_of, between, equal
from integrations.connectors.jde.reader import batches, rows
from integrations.connectors.jde.records import DocumentKey, SupplierInvoice
from integrations.connectors.jde.sinks.base import OrchestrationSink
from integrations.connectors.jde.vouchers import COLUMNS, VOID_TYPE, key_of, vouchers_of
from integrations.contracts import Draft, Facts, Found, OpenItem, Stage


class VoucherSink(OrchestrationSink):
    """Writes and reads vouchers."""

    slug = "vouchers"
    orchestration = ADD_VOUCHER

    def external_id(self, draft: Draft, said: Mapping[str, Any]) -> str:
        """Give type, number and company."""
        name = self.orchestration.name
        number = output(name, said, "documentNumber")
        return f"{output(name, said, 'documentType')}-{number}-{output(name, said, 'documentCompany')}"

    def look_up(self, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, Found]]:
        """Find vouchers of the same suppliers and invoice numbers; another reference makes it a business hit."""
        for part in batches(self.bookable(drafts)):
            sent = [(draft, self.inputs(draft)) for draft in part]
            numbers = sorted({str(inputs["supplierInvoice"]) for _, inputs in sent})
            suppliers = sorted({int(str(inputs["supplier"])) for _, inputs in sent if _is_number(inputs)})
            if not suppliers:
                continue
            bounds = (Where("AN8", "LIST", tuple(suppliers)),)
            query = Query(table="F0411", columns=COLUMNS, every=bounds, either=any_of("VINV", numbers))
            found = vouchers_of(rows(self._client, query, "DOC"))
            yield from _pairs(sent, found)

    def listing(self, start: date, end: date) -> Iterator[Found]:
        """List all vouchers whose invoice is dated in [start, end], voided ones with their stage."""
        bounds = (Where("DCT", "NOT_EQUAL", (VOID_TYPE,)), *between("DIVJ", start, end))
        for voucher in vouchers_of(rows(self._client, Query(table="F0411", columns=COLUMNS, every=bounds), "DOC")):
            yield found_of(voucher)

    def open_items(self, as_of: date) -> Iterator[OpenItem]:
        """List what was open at the end of a day: what is open now, and what was paid since."""
        return open_vouchers(self._client, as_of)

    def standing(self, ids: Sequence[str]) -> Mapping[str, Found]:
        """Read vouchers by their document keys."""
        return {one.key: found_of(one) for one in read_vouchers(self._client, ids)}


def read_vouchers(client: Client, ids: Sequence[str]) -> Iterator[SupplierInvoice]:
    """Read vouchers by ids, grouped by type and company."""
    groups: dict[tuple[str, str], list[int]] = {}
    for key in map(DocumentKey.parse, ids):
        if key:
            groups.setdefault((key.type, key.company), []).append(key.number)
    for (kind, company), numbers in groups.items():
        for part in batches(numbers):
            query = Query(
                table="F0411",
                columns=COLUMNS,
                every=(equal("DCT", kind), equal("KCO", company)),
                either=any_of("DOC", part),
            )
            yield from vouchers_of(rows(client, query, "DOC"))


def open_vouchers(client: Client, as_of: date) -> Iterator[OpenItem]:
    """List what vouchers left open at the end of a day: negative for debit memos."""
    day = Where("DGJ", "LESS_EQUAL", (as_of,))
    kind = Where("DCT", "NOT_EQUAL", (VOID_TYPE,))
    still = Query(table="F0411", columns=COLUMNS, every=(day, kind, Where("AAP", "NOT_EQUAL", (0,))))
    vouchers = {one.key: one for one in read_vouchers(client, _keys_of(client, still))}
    later = Query(table="F0413", columns=("PYID",), every=(Where("DMTJ", "GREATER", (as_of,)),))
    paid_since: dict[str, Decimal] = {}
    for payment, _ in read_payments(client, [row.whole("PYID") for row in rows(client, later, "PYID")]):
        for item in payment.items if payment.void_date is None else ():
            paid_since[item.voucher] = paid_since.get(item.voucher, Decimal(0)) + item.amount + item.discount
    vouchers |= {one.key: one for one in read_vouchers(client, [key for key in paid_since if key not in vouchers])}
    for voucher in vouchers.values():
        paid = paid_since.get(voucher.key, Decimal(0))
        amount = voucher.open + (paid if voucher.gross > 0 else -paid)
        if amount and voucher.gl_date and voucher.gl_date <= as_of and not voucher.is_voided:
            yield OpenItem(
                external_id=voucher.key,
                reference=voucher.reference,
                customer=str(voucher.supplier),
                currency=voucher.currency,
                amount=amount,
                number=voucher.invoice_number,
            )


def _keys_of(client: Client, query: Query) -> list[str]:
    return sorted({str(key_of(row)) for row in rows(client, query, "DOC")})


def found_of(voucher: SupplierInvoice) -> Found:
    """Give a voucher as what stands."""
    return Found(
        external_id=voucher.key,
        reference=voucher.reference,
        number=voucher.invoice_number,
        stage=stage_of(voucher),
        facts=Facts(
            customer=str(voucher.supplier),
            currency=voucher.currency,
            total=voucher.gross,
            open_amount=voucher.open,
            date=voucher.invoice_date,
            posting_date=voucher.gl_date,
        ),
    )


def stage_of(voucher: SupplierInvoice) -> Stage:
    """Say how far a voucher is."""
    if voucher.is_voided:
        return "voided"
    return "posted" if voucher.is_posted else "unposted"


def _is_number(inputs: Inputs) -> bool:
    return str(inputs["supplier"]).isdecimal()


def _pairs(sent: Sequence[tuple[Draft, Inputs]], found: Iterable[SupplierInvoice]) -> Iterator[tuple[Draft, Found]]:
    for voucher in found:
        if voucher.key.startswith(f"{VOID_TYPE}-"):
            continue
        for draft, inputs in sent:
            is_same = (str(voucher.supplier), voucher.invoice_number) == (
                str(inputs["supplier"]).lstrip("0"),
                inputs["supplierInvoice"],
            )
            is_ours = voucher.reference == draft.reference
            if is_ours or (is_same and not voucher.is_voided and draft.operation == "create"):
                yield draft, replace(found_of(voucher), by_reference=is_ours)
