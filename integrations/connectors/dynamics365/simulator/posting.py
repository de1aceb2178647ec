"""Posting: journals and free text invoices become documents of the books, customer transactions and events."""

from decimal import Decimal

from integrations.connectors.dynamics365.simulator.drafting import Draft, drafts_of, kind_of, reference_of
from integrations.connectors.dynamics365.simulator.events import FREE_TEXT_POSTED, PAYMENT_POSTED, epoch
from integrations.connectors.dynamics365.simulator.general_ledger import note_voucher
from integrations.connectors.dynamics365.simulator.rules import calendars, free_text, headers, lines
from integrations.connectors.dynamics365.simulator.rules.marking import marks_of, open_transaction
from integrations.connectors.dynamics365.simulator.rules.shapes import BY_HEADER, SHAPES
from integrations.connectors.dynamics365.simulator.schema import ZERO, Values
from integrations.connectors.dynamics365.simulator.settling import note_transaction, refresh, settle_by_itself, worth
from integrations.connectors.dynamics365.simulator.site import (
    GAIN,
    LOSS,
    Company,
    Invalid,
    Posted,
    Site,
)
from integrations.connectors.dynamics365.simulator.store import Row
from integrations.sandbox.books import BooksRefusal, Document, to_base

EVERY_S = 30.0


def tick(site: Site) -> None:
    """Post what waits, every 30 s of the clock, unless switched off."""
    now = site.clock.now().timestamp()
    if now - site.posted_at_s >= EVERY_S or now < site.posted_at_s:
        site.posted_at_s = now
        if site.options.autopost:
            post_all(site)


def post_all(site: Site) -> int:
    """Post all that can be posted and tell how many journals and invoices that was."""
    posted = 0
    for (set_name, area, _), row in list(site.waiting.items()):
        posted += not post(site, site.companies[area], set_name, row)
    return posted


def post_by_number(site: Site, company: Company, number: str) -> list[str]:
    """Post one journal by its number; gives the reasons why not."""
    for set_name in BY_HEADER:
        row = site.waiting.get((set_name, company.area, number))
        if row is not None:
            return post(site, company, set_name, row) or []
    raise Invalid("JournalBatchNumber", f"Journal {number} does not exist or has been posted.")


def post(site: Site, company: Company, set_name: str, row: Row) -> list[str]:
    """Post one journal or free text invoice; gives the reasons why not."""
    number = str(row.values.get("JournalBatchNumber") or row.values["InvoiceIdentifier"])
    try:
        drafts = _drafts(site, company, set_name, row)
        for draft in drafts:
            _check(site, company, draft)
        _commit(site, company, set_name, row, drafts)
    except (Invalid, BooksRefusal) as refusal:
        reasons = list(refusal.reasons) if isinstance(refusal, Invalid) else [refusal.message]
        site.errors[f"{company.area}:{number}"] = reasons
        return reasons
    del site.waiting[set_name, company.area, number]
    site.errors.pop(f"{company.area}:{number}", None)
    return []


def _drafts(site: Site, company: Company, set_name: str, row: Row) -> list[Draft]:
    drafts = drafts_of(site, company, set_name, row)
    if not drafts or not drafts[0].rows:
        raise Invalid("", "There are no lines to post.")
    if set_name == free_text.HEADERS:
        return drafts
    name = site.values("JournalNames", company.area, row.values["JournalName"])
    if "Yes" in (name["IsApprovalActive"], name["IsWorkflowApprovalActive"]):
        raise Invalid("", f"Journal {row.values['JournalBatchNumber']} must be approved before it can be posted.")
    for draft in drafts:
        balance = sum((entry.debit - entry.credit for entry in draft.document.entries), ZERO)
        if balance:
            raise Invalid("", f"Voucher {draft.rows[0].values['Voucher']} does not balance: {balance}.")
    return drafts


# Checks before anything is posted


def _check(site: Site, company: Company, draft: Draft) -> None:
    document = draft.document
    shape = SHAPES.get(document.record)
    modules = lines.modules(shape, [row.values for row in draft.rows]) if shape else (calendars.CUSTOMER,)
    calendars.check_post(site, company, document.posting_date, modules)
    purpose = "payment" if document.kind in ("payment", "refund") else "invoice"
    if document.party:
        lines.check_customer(site, company, document.party, "", purpose)
    if document.kind == "invoice" and document.number and site.options.unique_invoice_numbers:
        for row in site.store.table("CustTransactions").where("Invoice", document.number):
            if row.values["dataAreaId"] == company.area and row.values["AmountCur"] > 0:
                raise Invalid("", f"Invoice {document.number} has been posted before.")


# Posting itself


def _commit(site: Site, company: Company, set_name: str, row: Row, drafts: list[Draft]) -> None:
    _renumber(site, company, set_name, row, drafts)
    if set_name == free_text.HEADERS:
        number = company.next_number("free text", "FTI-{:08d}")
        row.values |= {"FreeTextNumber": number, "IsPosted": "Yes"}
        drafts[0].document.number = number
    posted = []
    try:
        for draft in drafts:
            posted.append(_book(site, company, draft))
    except (Invalid, BooksRefusal):
        for document in reversed(posted):
            company.books.force_out(document)
        if set_name == free_text.HEADERS:
            row.values |= {"FreeTextNumber": free_text.NOT_POSTED, "IsPosted": "No"}
        raise
    for draft in drafts:
        _follow(site, company, set_name, row, draft)
    row.values["IsPosted"] = "Yes"
    row.version += 1
    _delete_lines(site, company, set_name, row)


def _renumber(site: Site, company: Company, set_name: str, row: Row, drafts: list[Draft]) -> None:
    """Replace temporary vouchers by final ones where the journal name says so."""
    if set_name == free_text.HEADERS:
        return
    name = site.values("JournalNames", company.area, row.values["JournalName"])
    if name["VoucherAllocationAtPosting"] != "Yes":
        return
    series = str(name["VoucherSeriesCode"])
    table = site.store.table(BY_HEADER[set_name].lines)
    for draft in drafts:
        final = company.next_number(series, f"{series}{{:08d}}")
        draft.document.id = draft.document.id.replace(draft.rows[0].values["Voucher"], final)
        for line in draft.rows:
            table.change(line, {"Voucher": final})


def _book(site: Site, company: Company, draft: Draft) -> Document:
    document = draft.document
    applied = _applied(site, company, draft)
    base, books = company.base, company.books
    difference = None
    if applied and document.rate != 1:
        _value_receivable(company, document, applied)
        difference = LOSS
    document.entries = to_base(document.entries, document.rate, base, difference)
    for entry in document.entries:
        if entry.account == difference and entry.base_credit:
            entry.account = GAIN
    document.status = "posted"
    books.add(document, applied)
    return document


def _applied(site: Site, company: Company, draft: Draft) -> dict[str, Decimal]:
    document = draft.document
    applied: dict[str, Decimal] = {}
    if document.kind not in ("payment", "refund"):
        return applied
    left = document.total
    for invoice, wanted in marks_of(site, company, draft.parties[0]):
        is_receipt = document.kind == "payment"
        row = open_transaction(site, company, document.party, invoice, document.currency, is_receipt=is_receipt)
        target = company.books.documents[row.links["document"]]
        amount = min(left, target.open if wanted is None else wanted)
        if amount > 0:
            applied[target.id] = applied.get(target.id, ZERO) + amount
            left -= amount
    return applied


def _value_receivable(company: Company, document: Document, applied: dict[str, Decimal]) -> None:
    """Relieve the receivable of what the invoice weighs there; the rest of a payment stands at its own."""
    books, base = company.books, company.base
    value = sum((worth(company, books.documents[id], amount) for id, amount in applied.items()), ZERO)
    value += base.round((document.total - sum(applied.values(), ZERO)) * document.rate)
    entry = next(one for one in document.entries if one.party)
    entry.base_debit, entry.base_credit = (value, ZERO) if entry.debit else (ZERO, value)
    entry.has_base = True


def _follow(site: Site, company: Company, set_name: str, row: Row, draft: Draft) -> None:
    document = draft.document
    journal = str(row.values.get("JournalBatchNumber", ""))
    name = BY_HEADER[set_name].lines if set_name in BY_HEADER else free_text.LINES
    site.posted[document.id] = Posted(
        set_name=name, company=company.area, journal=journal, lines=draft.rows, dimensions=draft.dimensions
    )
    for number, party in enumerate(draft.parties, 1):
        own = document if len(draft.parties) == 1 else _part(company, set_name, document, party, number)
        note_transaction(site, company, own, _transaction(set_name, party, draft), party)
    note_voucher(site, company, draft)
    for id in document.applied:
        refresh(site, company, company.books.documents[id], document)
    refresh(site, company, document, document)
    if site.options.automatic_settlement:
        settle_by_itself(site, company, document)
    _tell(site, company, document)


def _part(company: Company, set_name: str, whole: Document, party: Row, number: int) -> Document:
    """Give one customer's part of a voucher with several, for the subledger alone: the voucher has the entries."""
    shape = BY_HEADER[set_name]
    amount = lines.total(party)
    part = Document(
        id=f"{whole.id}:{number}",
        kind=kind_of(shape, amount),
        record=shape.lines,
        reference=reference_of(shape, [party]),
        number=party.values[shape.invoice] if shape.invoice else "",
        party=party.values[shape.account].replace("\\", ""),
        company=whole.company,
        currency=whole.currency,
        rate=whole.rate,
        total=abs(amount),
        applicable=abs(amount),
        side="debit" if amount > 0 else "credit",
        date=whole.date,
        posting_date=whole.posting_date,
        status="posted",
    )
    company.books.add(part)
    return part


def _transaction(set_name: str, party: Row, draft: Draft) -> Values:
    """Say what a customer transaction takes over from its line."""
    values, document = party.values, draft.document
    if set_name == free_text.HEADERS:
        return {"Voucher": document.number, "Invoice": document.number, "DueDate": values["DueDate"]}
    shape = BY_HEADER[set_name]
    found = {
        "Voucher": values["Voucher"],
        "Invoice": values[shape.invoice] if shape.invoice else "",
        "DocumentNum": values[shape.document] if shape.document else "",
        "PaymReference": values.get("PaymentReference", ""),
        "PaymId": values.get("PaymentId", ""),
        "PaymMode": values[shape.method],
        "Txt": values[shape.text],
    }
    if "DueDate" in values:
        found["DueDate"] = values["DueDate"]
    return found


def _tell(site: Site, company: Company, document: Document) -> None:
    if document.record == free_text.HEADERS:
        contract = {
            "InvoiceAccount": document.party,
            "InvoiceId": document.number,
            "InvoiceDate": epoch(document.date),
            "InvoiceAmountInAccountingCurrency": company.base.round(document.total * document.rate),
            "InvoiceTaxAmount": 0,
            "LegalEntity": company.code,
        }
        site.events.emit(FREE_TEXT_POSTED, company.code, contract)
    elif document.kind == "payment":
        contract = {
            "CustomerAccount": document.party,
            "Voucher": document.id.split(":")[2],
            "TransactionDate": epoch(document.date),
            "PaymentAmount": document.total,
            "CurrencyCode": document.currency,
            "PaymentReference": document.reference,
            "LegalEntity": company.code,
        }
        site.events.emit(PAYMENT_POSTED, company.code, contract)


def _delete_lines(site: Site, company: Company, set_name: str, row: Row) -> None:
    if set_name == free_text.HEADERS:
        return
    name = site.values("JournalNames", company.area, row.values["JournalName"])
    if name["DeleteLinesAfterPosting"] == "Yes":
        shape = BY_HEADER[set_name]
        for line in headers.lines_of(site, shape, row):
            site.store.table(shape.lines).drop(line)
