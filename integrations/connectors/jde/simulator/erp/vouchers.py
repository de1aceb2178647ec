"""Vouchers and debit memos: entered unposted with open pay items and distributed to accounts, posted later."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from integrations.connectors.jde.simulator.erp import batches
from integrations.connectors.jde.simulator.erp.accounts import require_company, require_open_period, require_postable
from integrations.connectors.jde.simulator.erp.enterprise import Enterprise
from integrations.connectors.jde.simulator.erp.ledger import (
    ZERO,
    Heading,
    Line,
    convert,
    entries_of,
    rows_of,
    write_rows,
)
from integrations.connectors.jde.simulator.erp.refusal import refuse
from integrations.connectors.jde.simulator.erp.template import TERMS
from integrations.connectors.jde.simulator.reading.store import Row
from integrations.sandbox.app import Json
from integrations.sandbox.books import Document

BATCH_TYPE = "V"
TRADE, INPUT_TAX = "4110", "1240"
OFFSET = "Automatic offset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One pay item of a voucher."""

    due: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A supplier's invoice to be entered; negative amounts make a debit memo."""

    supplier: int
    company: str
    invoice: str
    invoice_date: date
    day: date
    currency: str
    rate: Decimal
    gross: Decimal
    lines: Sequence[Line]
    tax: Decimal = ZERO
    due: date | None = None
    instalments: Sequence[Instalment] = ()
    reference: str = ""
    remark: str = ""
    pay_status: str = ""
    columns: Json = field(default_factory=dict)


def enter(enterprise: Enterprise, voucher: Voucher, user: str) -> tuple[Document, int, list[str]]:
    """Check and enter a voucher; gives the document, its batch and the warnings."""
    require_company(enterprise, voucher.company)
    supplier = enterprise.store["F0401"].first(AN8=voucher.supplier)
    if supplier is None:
        refuse("Address Number Invalid", f"Address {voucher.supplier} is not in the supplier master.", "supplier")
    warnings = require_open_period(enterprise, voucher.day, voucher.company, "ap") + _duplicates(enterprise, voucher)
    _require_distribution(enterprise, voucher)
    kind = "PV" if voucher.gross > 0 else "PD"
    number = enterprise.next_number(kind)
    offsets = _offsets(enterprise, voucher)
    document = _document(voucher, kind, number, offsets)
    enterprise.books.add(document, hold=True)
    batch = batches.open_batch(enterprise, BATCH_TYPE, user, document.id, voucher.gross)
    heading = Heading(
        company=voucher.company,
        type=kind,
        number=number,
        day=voucher.day,
        currency=voucher.currency,
        rate=voucher.rate,
        batch_type=BATCH_TYPE,
        batch=batch,
        explanation=voucher.remark,
        remark=voucher.reference,
        columns={"AN8": voucher.supplier, "VINV": voucher.invoice, "TORG": user, **_order_columns(voucher)},
    )
    write_rows(enterprise, heading, voucher.lines, user)
    _pay_items(enterprise, voucher, supplier, heading, user)
    return document, batch, warnings


def after_post(enterprise: Enterprise, document: Document) -> None:
    """Mark the rows of a posted voucher and write its automatic entries (AE), numbered by the batch."""
    number, store = int(document.number), enterprise.store
    rows = rows_of(enterprise, document.record, number, document.company)
    for row in rows:
        store["F0911"].change(row, "R09801", "R09801", POST="P")
    items = store["F0411"].find(DOC=number, DCT=document.record, KCO=document.company)
    for item in items:
        store["F0411"].change(item, "R09801", "R09801", POST="D")
    batch = items[0]["ICU"]
    heading = Heading(
        company=document.company,
        type="AE",
        number=batch,
        day=document.posting_date,
        currency=document.currency,
        rate=document.rate,
        batch_type=BATCH_TYPE,
        batch=batch,
        explanation=OFFSET,
        columns={"AN8": int(document.party)},
    )
    write_rows(enterprise, heading, offset_lines(enterprise, document), "R09801", posted="P")


def offset_lines(enterprise: Enterprise, document: Document) -> list[Line]:
    """Give the lines that the system itself adds to a document: trade account and tax."""
    table = enterprise.store["F0901"]
    return [
        Line(
            account=table.find(AID=entry.account)[0],
            amount=entry.debit - entry.credit,
            base=entry.base_debit - entry.base_credit,
        )
        for entry in document.entries
        if entry.memo == OFFSET
    ]


def _duplicates(enterprise: Enterprise, voucher: Voucher) -> list[str]:
    """Treat an invoice number of the supplier that is there already as the constants say."""
    policy = enterprise.options.duplicate_invoice
    found = enterprise.store["F0411"].find(AN8=voucher.supplier, VINV=voucher.invoice)
    if policy == "ignore" or not voucher.invoice or not any(row["VOD"] != "V" for row in found):
        return []
    text = f"Invoice {voucher.invoice} of supplier {voucher.supplier} was entered before."
    if policy == "error":
        refuse("Duplicate Invoice Number", text, "supplierInvoice")
    return [text]


def _require_distribution(enterprise: Enterprise, voucher: Voucher) -> None:
    if not voucher.gross:
        refuse("Gross Amount Required", "A voucher needs a gross amount.", "grossAmount")
    for line in voucher.lines:
        require_postable(
            enterprise,
            line.account,
            company=voucher.company,
            currency=voucher.currency,
            subledger=line.subledger,
            kind=line.kind,
        )
    total = sum((line.amount for line in voucher.lines), ZERO)
    if total + voucher.tax != voucher.gross:
        text = f"Lines of {total} and tax of {voucher.tax} do not make the gross amount of {voucher.gross}."
        refuse("Distribution Not Equal to Gross", text, "lines")


def _offsets(enterprise: Enterprise, voucher: Voucher) -> list[Line]:
    """Convert all lines and give those of tax and trade; trade carries exactly the gross amount converted."""
    trade = Line(account=enterprise.account_of(voucher.company, TRADE), amount=-voucher.gross, text=OFFSET)
    taxes = []
    if voucher.tax:
        account = enterprise.account_of(voucher.company, INPUT_TAX)
        taxes.append(Line(account=account, amount=voucher.tax, text=OFFSET))
    distributed = [*voucher.lines, *taxes]
    convert(distributed, voucher.rate, enterprise.base_currency(voucher.company))
    trade.base = -sum((line.base for line in distributed), ZERO)
    return [*taxes, trade]


def _document(voucher: Voucher, kind: str, number: int, offsets: Sequence[Line]) -> Document:
    return Document(
        id=f"{kind}-{number}-{voucher.company}",
        kind="bill" if kind == "PV" else "debit_memo",
        record=kind,
        reference=voucher.reference,
        number=str(number),
        party=str(voucher.supplier),
        company=voucher.company,
        currency=voucher.currency,
        rate=voucher.rate,
        total=voucher.gross,
        applicable=abs(voucher.gross),
        side="credit" if voucher.gross > 0 else "debit",
        date=voucher.invoice_date,
        posting_date=voucher.day,
        due_date=voucher.due,
        status="unposted",
        memo=voucher.remark,
        entries=entries_of([*voucher.lines, *offsets]),
    )


def _order_columns(voucher: Voucher) -> Json:
    return {key: value for key, value in voucher.columns.items() if key in ("PO", "PDCT", "PKCO", "LNID")}


def _pay_items(enterprise: Enterprise, voucher: Voucher, supplier: Row, heading: Heading, user: str) -> None:
    terms = supplier["TRAP"] or ""
    due = voucher.due or voucher.invoice_date + timedelta(days=TERMS.get(terms, 30))
    parts = voucher.instalments or (Instalment(due=due, amount=voucher.gross),)
    status = voucher.pay_status or ("H" if supplier["HDPY"] == "Y" else enterprise.options.new_pay_status)
    base = enterprise.base_currency(voucher.company)
    is_foreign = voucher.currency != base.code
    left, tax_left = base.round(voucher.gross * voucher.rate), base.round(voucher.tax * voucher.rate)
    money, own_tax_left = enterprise.books.currencies.get(voucher.currency), voucher.tax
    for at, part in enumerate(parts, 1):
        last = at == len(parts)
        gross = left if last else base.round(part.amount * voucher.rate)
        tax = tax_left if last else base.round(voucher.tax * voucher.rate * part.amount / voucher.gross)
        left, tax_left = left - gross, tax_left - tax
        own_tax = own_tax_left if last else money.round(voucher.tax * part.amount / voucher.gross)
        own_tax_left -= own_tax
        foreign = {"ACR": part.amount, "FAP": part.amount, "CTAM": own_tax} if is_foreign else {}
        enterprise.store["F0411"].add(
            user, "P0411", KCO=voucher.company, DOC=heading.number, DCT=heading.type, SFX=f"{at:03d}", SFXE=0,
            AN8=voucher.supplier, PYE=supplier["SNTO"] or voucher.supplier, DIVJ=voucher.invoice_date,
            DSVJ=voucher.invoice_date, DGJ=voucher.day, DDJ=part.due, DDNJ=part.due, VINV=voucher.invoice,
            CO=voucher.company, CRRM="F" if is_foreign else "D", CRCD=voucher.currency,
            CRR=voucher.rate if is_foreign else 0, BCRC=base.code, AG=gross, AAP=gross, STAM=tax, ATXA=gross - tax,
            PST=status, GLC=supplier["APC"], PTC=terms, RMK=voucher.remark, VR01=voucher.reference,
            ICU=heading.batch, ICUT=BATCH_TYPE, DICJ=enterprise.clock.today(), TORG=user,
            PYIN=supplier["PYIN"] or "", **foreign, **voucher.columns,
            **enterprise.period_columns(voucher.day, voucher.company),
        )  # fmt: skip
