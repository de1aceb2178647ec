"""Refunds: a journal entry, or by policy a voucher entered as paid; and how either is taken back."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from integrations.connectors.chargebee.records import Transaction, lifecycle
from integrations.connectors.jde.records import journal_facts
from integrations.contracts import Booked, Context, Draft, Facts, Mapped, Record, Reference, Standing, Value
from integrations.errors import MappingError
from integrations.pairs.chargebee_to_jde import journals, lines
from integrations.pairs.chargebee_to_jde.common import posted_on, reference, require_free
from mappings.catalogue import TargetField

FLOW, SUPPLIER = "refunds", "supplier"
FIELDS = (TargetField(name=SUPPLIER, label="Supplier of refunds by voucher", type="reference", reference="supplier"),)
_VOUCHERS, _BANK = "vouchers", "bank_account"
_LONGEST_NUMBER = 25  # of a supplier's invoice (F0411.VINV)


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft a refund: by the policy `refunds` a journal (default) or a voucher that is entered as paid."""
    if context.policy(FLOW, "refunds", "journal") == "journal":
        return journals.refund(record, _of_journal(mapped), context)
    return (_voucher(record, mapped, context),)


def amend(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Draft the exchange difference of a refund's journal; that of a voucher is made by payables."""
    if not context.booked or context.booked[0].draft.sink == _VOUCHERS:
        return ()
    return journals.amend_refund(record, _of_journal(mapped), context)


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Take a refund back. The money of one that was a voucher comes in again by a journal: it did go out."""
    back = journals.reverse(FLOW)
    if standing.booked and standing.booked[0].draft.sink == _VOUCHERS:
        return (_returned(standing, standing.booked[0], context),)
    return back(standing, context)


def _of_journal(mapped: Mapped) -> Mapped:
    """Leave out what only a voucher needs."""
    return replace(mapped, header={name: value for name, value in mapped.header.items() if name != SUPPLIER})


def _voucher(record: Record, mapped: Mapped, context: Context) -> Draft:
    document = lifecycle.payments.transaction_of(record)
    day, company = lifecycle.refunds.document_date(record, context), str(mapped.header.get("documentCompany") or "")
    posting = posted_on(FLOW, day, company, lifecycle.refunds.label_of(record), context, "ap")
    entries = [
        entry
        for entry in lifecycle.journals.refund_entries(record, mapped, context)
        if entry.account != str(mapped.header.get(lifecycle.journals.CLEARING))
    ]
    for entry in entries:
        require_free(entry.account, context)
    supplier = str(mapped.header.get(SUPPLIER) or entries[0].customer)
    ours = reference(context, FLOW, document.id, "create", context.revision)
    payload: dict[str, Value] = {
        "supplier": supplier,
        "company": company,
        "supplierInvoice": document.id if len(document.id) <= _LONGEST_NUMBER else ours,
        "invoiceDate": day,
        "glDate": posting,
        "currencyCode": document.currency_code,
        "grossAmount": document.amount,
        "lines": lines.written(tuple(entries)),
        "paid": _paid(ours, posting, mapped, context),
    }
    return Draft(
        flow=FLOW,
        key=document.id,
        sink=_VOUCHERS,
        revision=context.revision,
        reference=ours,
        payload=payload,
        facts=_facts(document, supplier, day, posting),
        references=(
            Reference(kind="company", code=company, field="documentCompany"),
            Reference(kind="currency", code=document.currency_code, field="currencyCode"),
            Reference(kind="supplier", code=supplier, field=SUPPLIER),
            *(Reference(kind="account", code=entry.account, field="account") for entry in entries),
        ),
    )


def _facts(document: Transaction, supplier: str, day: date, posting: date) -> Facts:
    return Facts(
        customer=supplier,
        currency=document.currency_code,
        total=document.amount,
        open_amount=Decimal(0),
        date=day,
        posting_date=posting,
    )


def _paid(ours: str, day: date, mapped: Mapped, context: Context) -> Mapping[str, Value]:
    """Give the payment of the voucher: from the clearing account, under a number of figures made of our reference."""
    account = str(mapped.header.get(lifecycle.journals.CLEARING) or "")
    bank = context.references.get((_BANK, account))
    if bank is None:
        raise MappingError(
            f"Refunds are entered as paid vouchers, but {account} is no account that JD Edwards can pay from. Map one "
            "with a blank posting edit under Mappings > Refunds, or let refunds be journals by policy.",
            code="no_bank_account",
            field=lifecycle.journals.CLEARING,
            value=account,
        )
    number = int(hashlib.sha256(ours.encode()).hexdigest(), 16) % 90_000_000 + 10_000_000
    return {"paymentNumber": str(number), "paymentDate": day, "bankAccountId": bank.code}


def _returned(standing: Standing, booked: Booked, context: Context) -> Draft:
    """Draft the journal of money that came back: clearing account to the receivables that the voucher had closed."""
    sent, paid = booked.draft, booked.draft.payload["paid"]
    bank = context.references[(_BANK, str(paid["bankAccountId"]) if isinstance(paid, Mapping) else "")]
    company, label = str(sent.payload["company"]), f"Reversal {standing.label}"
    posting = posted_on(FLOW, standing.on, company, label, context)
    receivables = [lines.negated(line) for line in lines.lines_of(sent)]
    clearing: dict[str, Value] = {
        "lineNumber": len(receivables) + 1,
        "account": bank.number,
        "amount": Decimal(str(sent.payload["grossAmount"])),
        "remark": lines.text(label),
    }
    rows, currency = (*receivables, clearing), str(sent.payload["currencyCode"])
    return Draft(
        flow=FLOW,
        key=standing.key,
        sink="journal_entries",
        operation="reverse",
        revision=sent.revision,
        reference=reference(context, FLOW, standing.key, "reverse", sent.revision),
        payload={
            "documentCompany": company,
            "glDate": posting,
            "currencyCode": currency,
            "explanation": lines.text(label),
            "lines": rows,
        },
        facts=journal_facts(currency=currency, day=posting, lines=rows, customer=str(receivables[0]["subledger"])),
    )
