"""Payments: what BILL paid, recorded in JD Edwards against the voucher; what BILL put away, given back to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from integrations.connectors.billcom.records import Payment, Settled, Settlement, source_key
from integrations.connectors.jde.records import journal_facts
from integrations.contracts import (
    Application,
    Context,
    Draft,
    Facts,
    LinkView,
    Mapped,
    Module,
    Money,
    Need,
    Record,
    SourceDocument,
    Standing,
    Value,
)
from integrations.errors import MappingError, RejectedError
from integrations.pairs.jde_to_billcom.common import (
    DEBIT_MEMO,
    HELD,
    RECEIPT,
    VOUCHER,
    as_day,
    company_of,
    digest,
    is_ours,
    jde_reference,
    resolve,
    type_of,
    used,
)
from integrations.pairs.jde_to_billcom.course import FLOW, label, settlement_of
from integrations.periods import posting_day

PAY, JOURNAL = "pay", "journal"
BOOKED_AS = "book_payments_as"  # the policy
ENTRY = "JE-"  # how ids of journal entries begin
_FIELDS = {"bankAccountId": "bank_account", "receivedAccount": "account", "payableAccount": "account"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a payment pays of one document: `source` is its id in JD Edwards, `used` marks a debit memo."""

    source: str
    amount: Decimal
    settled: Settled


def money(record: Record) -> Money | None:
    """Give the cash that the payment moved."""
    found = settlement_of(record)
    return None if found.payment is None else Money(amount=found.payment.amount, currency=found.currency)


def document_date(record: Record, context: Context) -> date | None:
    """Give the day on which BILL took the money."""
    payment = settlement_of(record).payment
    return payment.process_date if payment else None


def needs(record: Record, context: Context) -> tuple[Need, ...]:
    """A payment needs every document that it settles; each stands for one of JD Edwards."""
    found = settlement_of(record)
    if found.payment is None:
        return ()
    keys = dict.fromkeys(source_key(one.reference) for one in found.settled if is_ours(context, one.reference))
    return tuple(Need(flow="bills", key=key) for key in keys)


def source(record: Record, context: Context) -> SourceDocument:
    """Show a payment to the mapping."""
    found = settlement_of(record)
    payment = found.payment
    if payment is None:
        return SourceDocument(header={"id": record.key, "kind": "put_away"})
    keys = [source_key(one.reference) for one in found.settled if is_ours(context, one.reference)]
    return SourceDocument(
        header={
            "id": payment.id,
            "kind": "payment",
            "date": payment.process_date,
            "amount": payment.amount,
            "company": company_of(keys[0]) if keys else "",
            "vendor_name": payment.vendor_name,
            "payment_number": payment_number(payment),
            "check_number": payment.check_number,
            "confirmation_number": payment.confirmation_number,
            "transaction_number": payment.transaction_number,
            "disbursement_type": payment.disbursement_type,
            "funding_account": payment.funding_account_id,
            "is_online": payment.is_online,
        }
    )


def payment_number(payment: Payment) -> str:
    """Give a number of eight figures or less: of the check, of BILL's confirmation, else made from BILL's id."""
    if payment.check_number.isdecimal():
        return payment.check_number[-8:]
    confirmed = payment.confirmation_number.rpartition("-")[2].strip()
    if confirmed.isdecimal():
        return confirmed[-8:].lstrip("0") or "1"
    return str(int(digest([payment.id]), 16) % 90_000_000 + 10_000_000)


# New payments


def draft(record: Record, mapped: Mapped, context: Context) -> tuple[Draft, ...]:
    """Record the payment: against vouchers, with the voucher that an order still lacks, or as a journal entry."""
    found = settlement_of(record)
    if found.payment is None:
        return (_released(record.key, found.settled[0], context),)
    shares = _shares(found.payment, found, context)
    company = _one([company_of(share.source) for share in shares], "company", record)
    currency = _one([_currency(share, context) for share in shares], "currency", record)
    header = resolve(_FIELDS, mapped.header, context, "JD Edwards")
    day = _gl_day(record, header, company, context)
    if context.policy(FLOW, BOOKED_AS, PAY) == JOURNAL:
        return (_journal(record, found.payment, mapped, header, (company, currency, day), context),)
    payload: dict[str, Value] = {
        "paymentNumber": header.get("paymentNumber"),
        "paymentDate": found.payment.process_date,
        "glDate": day,
        "bankAccountId": header.get("bankAccountId"),
        "receivedAccount": header.get("receivedAccount"),
        "currencyCode": currency,
    }
    before = _vouchers_first(record, shares, payload, context)
    return (*before, _paid(record, found.payment, shares, payload, currency, context))


def _shares(payment: Payment, found: Settlement, context: Context) -> list[Share]:
    """Give what is paid of each JD Edwards document; a credit that is used counts on both sides, without cash."""
    shares: dict[str, Share] = {}

    def add(document_id: str, amount: Decimal) -> None:
        settled = found.of(document_id)
        if settled is None or not is_ours(context, settled.reference):
            raise RejectedError(
                f"The payment settles {settled.number if settled else document_id}, which is not from JD Edwards, "
                "beside bills that are. Record it in JD Edwards by hand, and skip it here with the reason.",
                code="not_all_ours",
                field="bill",
                value=document_id,
            )
        key = source_key(settled.reference)
        before = shares[key].amount if key in shares else Decimal(0)
        shares[key] = Share(source=key, amount=before + amount, settled=settled)

    for split in payment.bill_payments:
        add(split.bill_id, split.amount + sum((credit.amount for credit in split.credits), Decimal(0)))
        for credit in split.credits:
            add(credit.id, -credit.amount)
    return list(shares.values())


def _one(values: list[str], name: str, record: Record) -> str:
    if len(set(values)) == 1:
        return values[0]
    raise RejectedError(
        f"The payment's documents have {len(set(values))} values of {name} ({', '.join(sorted(set(values)))}); a "
        "payment in JD Edwards has one. Record it there by hand, and skip it here with the reason.",
        code="several_companies",
        field=name,
        value=record.key,
    )


def _currency(share: Share, context: Context) -> str:
    link = context.links[("bills", share.source)]
    return link.facts.currency or context.target.base_currency


def posts_in(link: LinkView | None, policies: Mapping[str, str]) -> Module:
    """Give the module whose periods count: that of general ledger entries where payments are such, else payables."""
    if link is not None:
        return "gl" if link.external_id.startswith(ENTRY) else "ap"
    return "gl" if (policies.get(f"{FLOW}.{BOOKED_AS}") or policies.get(BOOKED_AS)) == JOURNAL else "ap"


def paying_company(values: Mapping[str, Value]) -> str:
    """Give the company of a payment that was booked, or is about to be: that of the documents it pays."""
    bills = values.get("bills")
    first = next((one for one in bills if isinstance(one, Mapping)), {}) if isinstance(bills, list | tuple) else {}
    stated = values.get("documentCompany") or values.get("company")
    return str(stated or company_of(str(first.get("source") or "")))


def _gl_day(record: Record, header: Mapping[str, Value], company: str, context: Context) -> date:
    day = as_day(header.get("glDate"))
    if day is None:
        raise MappingError("No G/L date is mapped. Map it under Mappings > Payments.", field="glDate")
    module, policy = posts_in(None, context.policies), context.policy(FLOW, "closed_periods", "hold")
    return posting_day(day, context.references, module, policy, label(record), company, not_before=context.not_before)


def _bill(share: Share) -> dict[str, Value]:
    receipt = {"order": share.settled.order} if type_of(share.source) == RECEIPT else {}
    return {
        "source": share.source,
        **receipt,
        "amount": share.amount,
        "total": share.settled.total,
        "invoiceDate": share.settled.date,
    }


def _vouchers_first(
    record: Record, shares: list[Share], payload: Mapping[str, Value], context: Context
) -> tuple[Draft, ...]:
    """Draft the vouchers that orders may still lack, unless the payment pays one of them as a whole: then as paid."""
    if len(shares) == 1 and shares[0].amount == shares[0].settled.total:
        return ()
    return tuple(
        Draft(
            flow=FLOW,
            key=record.key,
            sink="settlements",
            operation=f"voucher:{share.source}",
            revision=context.revision,
            reference=jde_reference(context, "voucher", share.source),
            payload={**payload, "bills": [_bill(share)]},
            facts=Facts(total=share.settled.total, currency=str(payload["currencyCode"])),
            makes="nothing",
        )
        for share in shares
        if type_of(share.source) not in (VOUCHER, DEBIT_MEMO, RECEIPT)
    )


def _paid(
    record: Record,
    payment: Payment,
    shares: list[Share],
    payload: Mapping[str, Value],
    currency: str,
    context: Context,
) -> Draft:
    known = all(type_of(share.source) in (VOUCHER, DEBIT_MEMO) for share in shares)
    applied = tuple(Application(external_id=share.source, amount=abs(share.amount)) for share in shares)
    return Draft(
        flow=FLOW,
        key=record.key,
        sink="settlements",
        operation=PAY,
        revision=context.revision,
        reference=jde_reference(context, FLOW, record.key, PAY, context.revision),
        payload={**payload, "bills": [_bill(share) for share in shares]},
        facts=Facts(
            currency=currency,
            total=payment.amount,
            date=payment.process_date,
            applied=applied if known else None,
        ),
        references=tuple(used(_FIELDS, payload)),
    )


def _journal(
    record: Record,
    payment: Payment,
    mapped: Mapped,
    header: Mapping[str, Value],
    where: tuple[str, str, date],
    context: Context,
) -> Draft:
    """Draft the payment as a journal entry: debit payables, credit clearing. The voucher stays open in JD Edwards."""
    company, currency, day = where
    payable = header.get("payableAccount")
    if not payable:
        raise MappingError(
            "Payments are booked as journal entries, but no payables account is mapped. Choose one that JD Edwards "
            "lets people post to, under Mappings > Payments.",
            field="payableAccount",
        )
    bank = context.references[("bank_account", str(header["bankAccountId"]))]
    lines: list[Mapping[str, Value]] = [
        {"account": payable, "amount": payment.amount, "remark": payment.vendor_name},
        {"account": bank.number, "amount": -payment.amount, "remark": payment.vendor_name},
    ]
    return Draft(
        flow=FLOW,
        key=record.key,
        sink="journal_entries",
        operation=JOURNAL,
        revision=context.revision,
        reference=jde_reference(context, FLOW, record.key, JOURNAL, context.revision),
        payload={
            "documentCompany": company,
            "glDate": day,
            "currencyCode": currency,
            "explanation": str(mapped.header.get("explanation") or "BILL payment"),
            "lines": [dict(line) for line in lines],
        },
        facts=journal_facts(currency=currency, day=day, lines=lines),
        references=tuple(used(_FIELDS, header)),
    )


def _released(key: str, bill: Settled, context: Context) -> Draft:
    """Give a voucher back to JD Edwards' own payment run when its bill was put away; hold it when it is back."""
    status = "A" if bill.archived else context.policy("bills", "held_pay_status", HELD)
    return _status(key, source_key(bill.reference), status, "release" if bill.archived else "hold", context)


def _status(key: str, source_id: str, status: str, operation: str, context: Context) -> Draft:
    is_voucher = type_of(source_id) in (VOUCHER, DEBIT_MEMO)
    kind, _, rest = source_id.partition("-")
    number, _, company = rest.partition("-")
    named: dict[str, Value] = {"source": source_id}
    if is_voucher:
        named = {"documentCompany": company, "documentType": kind, "documentNumber": number}
    return Draft(
        flow=FLOW,
        key=key,
        sink="pay_status",
        operation=f"{operation}:{source_id}",
        revision=context.revision,
        reference=jde_reference(context, FLOW, f"{key} {source_id}", operation, context.revision),
        external_id=source_id if is_voucher else "",
        payload={**named, "payStatus": status, "reason": "Bill archived in BILL" if status == "A" else "Paid by BILL"},
        facts=Facts(),
        makes="nothing",
    )


# Withdrawals


def reverse(standing: Standing, context: Context) -> tuple[Draft, ...]:
    """Void the payment, or negate its journal entry; then hold the vouchers again: BILL will pay them another time."""
    drafts: list[Draft] = []
    on = replace(context, revision=standing.link.revision)
    for booked in reversed(standing.booked):
        if booked.draft.operation == PAY:
            drafts.append(_voided(standing, booked.external_id, on))
            drafts += _held_again(standing, booked.draft, on)
        elif booked.draft.operation == JOURNAL:
            drafts.append(_negated(standing, booked.draft, on))
    return tuple(drafts)


def _voided(standing: Standing, payment: str, context: Context) -> Draft:
    return Draft(
        flow=FLOW,
        key=standing.key,
        sink="void_payment",
        operation="void",
        revision=context.revision,
        reference=jde_reference(context, FLOW, standing.key, "void", context.revision),
        external_id=payment,
        payload={"paymentId": payment.rpartition("-")[2], "voidDate": standing.on, "glDate": standing.on},
        facts=Facts(),
    )


def _held_again(standing: Standing, paid: Draft, context: Context) -> list[Draft]:
    given = paid.payload.get("bills")
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []
    status = context.policy("bills", "held_pay_status", HELD)
    sources = [str(row.get("order") or row["source"]) for row in rows]
    return [_status(standing.key, one, status, "hold", context) for one in sources]


def _negated(standing: Standing, booked: Draft, context: Context) -> Draft:
    given = booked.payload["lines"]
    rows = [row for row in given if isinstance(row, Mapping)] if isinstance(given, list | tuple) else []
    lines: list[Mapping[str, Value]] = [{**row, "amount": -Decimal(str(row["amount"]))} for row in rows]
    currency = str(booked.payload["currencyCode"])
    return replace(
        booked,
        operation="reverse",
        external_id="",
        reference=jde_reference(context, FLOW, standing.key, "reverse", context.revision),
        payload={
            **booked.payload,
            "glDate": standing.on,
            "reversesRef": booked.reference,
            "lines": [dict(line) for line in lines],
        },
        facts=journal_facts(currency=currency, day=standing.on, lines=lines),
        references=(),
    )
