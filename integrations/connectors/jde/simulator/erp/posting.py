"""The post program (R09801): what becomes of each kind of document when its batch is posted, and when that happens."""

from integrations.connectors.jde.simulator.erp import batches, journals, vouchers
from integrations.connectors.jde.simulator.erp.batches import Hook
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import ZERO, Heading, Line, write_rows
from integrations.connectors.jde.simulator.erp.payments import MANUAL
from integrations.connectors.jde.simulator.erp.vouchers import OFFSET
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json
from integrations.sandbox.books import BooksRefusal, Document, Reason

EVERY_S = 30.0


def post(enterprise: Enterprise, *, retry: bool = False) -> Json:
    """Post what waits; `retry` takes batches in error again."""
    return batches.post_waiting(enterprise, HOOKS, retry=retry)


def _before_payment(enterprise: Enterprise, document: Document) -> None:
    for _, target, _ in enterprise.notes[document.id]["allocations"]:
        _require_posted(enterprise, target)


def _after_payment(enterprise: Enterprise, document: Document) -> None:
    books = enterprise.books
    for payer, target, amount in enterprise.notes[document.id]["allocations"]:
        key = payer or document.id
        already = books.get(key).applied.get(target, ZERO)
        books.apply(key, target, already + amount)
    payment_id = int(document.id.partition("-")[2])
    payment = enterprise.store["F0413"].find(PYID=payment_id)[0]
    for detail in enterprise.store["F0414"].find(PYID=payment_id, DCTM="PN"):
        enterprise.store["F0414"].change(detail, "R09801", "R09801", POST="D")
    _write_ledger(enterprise, document, payment, payment["ICU"])


def _before_void_payment(enterprise: Enterprise, document: Document) -> None:
    _require_posted(enterprise, document.id.replace("PO-", "PN-"))


def _after_void_payment(enterprise: Enterprise, document: Document) -> None:
    books = enterprise.books
    original = books.get(document.id.replace("PO-", "PN-"))
    for payer, target, amount in enterprise.notes[original.id]["allocations"]:
        key = payer or original.id
        books.apply(key, target, books.get(key).applied[target] - amount)
    books.apply(document.id, original.id, original.open)
    payment_id = int(document.id.partition("-")[2])
    for detail in enterprise.store["F0414"].find(PYID=payment_id, DCTM="PO"):
        enterprise.store["F0414"].change(detail, "R09801", "R09801", POST="D")
    original.status = "voided"
    _write_ledger(
        enterprise, document, enterprise.store["F0413"].find(PYID=payment_id)[0], _batch_of(enterprise, document)
    )


def _before_void_bill(enterprise: Enterprise, document: Document) -> None:
    _require_posted(enterprise, _voided_bill(enterprise, document))


def _after_void_bill(enterprise: Enterprise, document: Document) -> None:
    original = enterprise.books.get(_voided_bill(enterprise, document))
    enterprise.books.apply(document.id, original.id, original.open)
    original.status = "voided"
    vouchers.after_post(enterprise, document)


def _voided_bill(enterprise: Enterprise, document: Document) -> str:
    kind = "PV" if document.total < 0 else "PD"
    return f"{kind}-{document.number}-{document.company}"


def _require_posted(enterprise: Enterprise, key: str) -> None:
    document = enterprise.books.documents.get(key)
    if document is None or not document.is_posted:
        raise BooksRefusal(Reason.NOT_APPLICABLE, f"Document {key} is not posted yet.", key)


def _batch_of(enterprise: Enterprise, document: Document) -> int:
    return next(number for number, keys in enterprise.batch_documents.items() if document.id in keys)


def _write_ledger(enterprise: Enterprise, document: Document, payment: Row, batch: int) -> None:
    """Write a payment's ledger rows, which exist only from its posting on: AE for trade, PN or PO for the rest."""
    accounts = enterprise.store["F0901"]
    for kind in ("AE", document.record):
        lines = [
            Line(
                account=accounts.find(AID=entry.account)[0],
                amount=entry.debit - entry.credit,
                base=entry.base_debit - entry.base_credit,
                number=at,
            )
            for at, entry in enumerate(document.entries, 1)
            if (entry.memo == OFFSET) == (kind == "AE")
        ]
        heading = Heading(
            company=document.company,
            type=kind,
            number=batch if kind == "AE" else payment["DOCM"],
            day=document.posting_date,
            currency=document.currency,
            rate=document.rate,
            batch_type=MANUAL,
            batch=batch,
            explanation=f"Payment {payment['DOCM']}",
            remark=document.reference,
            columns={"AN8": payment["PYE"], "PYID": payment["PYID"]},
        )
        write_rows(enterprise, heading, lines, "R09801", posted="P")


HOOKS = {
    "journal": Hook(after=journals.after_post),
    "bill": Hook(after=vouchers.after_post),
    "debit_memo": Hook(after=vouchers.after_post),
    "payment": Hook(after=_after_payment, before=_before_payment),
    "void_payment": Hook(after=_after_void_payment, before=_before_void_payment),
    "void_bill": Hook(after=_after_void_bill, before=_before_void_bill),
}
