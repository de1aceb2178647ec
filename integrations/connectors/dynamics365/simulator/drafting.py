"""What a waiting journal or free text invoice would post: a draft document for each voucher, unchecked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from integrations.connectors.dynamics365.simulator.dimensions import account_key, delimiter, segments
from integrations.connectors.dynamics365.simulator.rules import free_text, headers, lines
from integrations.connectors.dynamics365.simulator.rules.shapes import BY_HEADER, PAYMENT, Shape
from integrations.connectors.dynamics365.simulator.schema import ZERO
from integrations.connectors.dynamics365.simulator.site import PER, RECEIVABLE, Company, Site
from integrations.connectors.dynamics365.simulator.store import Row
from integrations.sandbox.books import Document, Entry


@dataclass(slots=True, kw_only=True)
class Draft:
    """What one voucher of a journal would post as: its document, its parties' lines and what it settles."""

    document: Document
    rows: list[Row]
    parties: list[Row]
    dimensions: list[str] = field(default_factory=list)


def drafts_of(site: Site, company: Company, set_name: str, row: Row) -> list[Draft]:
    """Give what a waiting journal would post, a draft for each voucher, without checking it."""
    if set_name == free_text.HEADERS:
        return [_free_draft(site, company, row)]
    shape = BY_HEADER[set_name]
    grouped: dict[tuple[object, ...], list[Row]] = {}
    for line in headers.lines_of(site, shape, row):
        values = line.values
        grouped.setdefault((values["Voucher"], values[shape.date], values[shape.currency]), []).append(line)
    return [_draft(site, company, shape, rows) for rows in grouped.values()]


def _draft(site: Site, company: Company, shape: Shape, rows: list[Row]) -> Draft:
    parties = [row for row in rows if row.values["AccountType"] == "Cust"]
    first = (parties or rows)[0].values
    amount = lines.total((parties or rows)[0])
    entries, dimensions = _entries(site, company, shape, rows)
    total = abs(amount) if len(parties) == 1 else max(_half(entries), ZERO)
    is_alone = len(parties) == 1
    document = Document(
        id=f"{company.area}:{first['JournalBatchNumber']}:{first['Voucher']}:{first[shape.currency]}",
        kind=kind_of(shape, amount) if is_alone else "journal",
        record=shape.lines,
        reference=reference_of(shape, rows),
        number=first[shape.invoice] if shape.invoice else first.get("MarkedInvoice", ""),
        party=account_key(site, first[shape.account], shape.account) if is_alone else "",
        company=company.code,
        currency=first[shape.currency],
        rate=first[shape.rate] / PER,
        total=total,
        applicable=total if is_alone else ZERO,
        side=("debit" if amount > 0 else "credit") if is_alone else "",
        date=first[shape.date],
        posting_date=first[shape.date],
        due_date=first.get("DueDate"),
        memo=first[shape.text],
        entries=entries,
    )
    return Draft(document=document, rows=rows, parties=parties, dimensions=dimensions)


def _entries(site: Site, company: Company, shape: Shape, rows: Iterable[Row]) -> tuple[list[Entry], list[str]]:
    entries, dimensions = [], []
    for number, row in enumerate(rows, 1):
        values = row.values
        debit, credit, text = values["DebitAmount"], values["CreditAmount"], values[shape.text]
        account, party = _account(site, company, values["AccountType"], values[shape.account])
        entries.append(Entry(account, debit, credit, line=number, party=party, memo=text))
        dimensions.append(values[shape.account] if values["AccountType"] == "Ledger" else values[shape.dimensions])
        if values["OffsetAccountDisplayValue"]:
            kind, shown = values["OffsetAccountType"], values["OffsetAccountDisplayValue"]
            account, party = _account(site, company, kind, shown)
            entries.append(Entry(account, credit, debit, line=number, party=party, memo=text))
            own = values.get(shape.offset_dimensions, "") if shape.offset_dimensions else ""
            dimensions.append(shown if kind == "Ledger" else own)
    return entries, dimensions


def _account(site: Site, company: Company, kind: str, shown: str) -> tuple[str, str]:
    if kind == "Ledger":
        return segments(shown, delimiter(site))[0], ""
    key = account_key(site, shown, "")
    return (company.banks[key].main_account, "") if kind == "Bank" else (RECEIVABLE, key)


def kind_of(shape: Shape, amount: Decimal) -> str:
    """Tell what a customer's line is."""
    if shape is PAYMENT:
        return "payment" if amount < 0 else "refund"
    return "invoice" if amount > 0 else "credit_note"


def reference_of(shape: Shape, rows: list[Row]) -> str:
    """Give the first reference that the lines carry."""
    for name in (shape.reference, shape.document, shape.invoice):
        for row in rows:
            if name and row.values[name]:
                return str(row.values[name])
    return ""


def _half(entries: list[Entry]) -> Decimal:
    return sum((entry.debit for entry in entries), ZERO)


def _free_draft(site: Site, company: Company, row: Row) -> Draft:
    values, rows = row.values, free_text.lines_of(site, row)
    total = sum((line.values["TransactionCurrencyAmount"] for line in rows), ZERO)
    rate = site.rate(company, values["CurrencyCode"], values["InvoiceDate"], "InvoiceDate")
    side = Entry(RECEIVABLE, max(total, ZERO), max(-total, ZERO), party=values["CustomerAccount"])
    entries = [side]
    for number, line in enumerate(rows, 1):
        amount = line.values["TransactionCurrencyAmount"]
        main = segments(line.values["MainAccountDisplayValue"], delimiter(site))[0]
        entries.append(Entry(main, max(-amount, ZERO), max(amount, ZERO), line=number, memo=line.values["Description"]))
    document = Document(
        id=f"{company.area}:FTI:{values['InvoiceIdentifier']}",
        kind="invoice" if total >= 0 else "credit_note",
        record=free_text.HEADERS,
        reference=values["CustomerReference"],
        party=values["CustomerAccount"],
        company=company.code,
        currency=values["CurrencyCode"],
        rate=rate / PER,
        total=abs(total),
        applicable=abs(total),
        side="debit" if total >= 0 else "credit",
        date=values["InvoiceDate"],
        posting_date=values["InvoiceDate"],
        due_date=values["DueDate"],
        entries=entries,
    )
    dimensions = [values["DefaultDimensionDisplayValue"], *(line.values["MainAccountDisplayValue"] for line in rows)]
    return Draft(document=document, rows=rows, parties=[row], dimensions=dimensions)
