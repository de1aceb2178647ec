"""Customer transactions: the subledger's rows, what is settled of them, and what is still open."""

from collections.abc import Iterable
from decimal import Decimal
from operator import itemgetter

from integrations.connectors.dynamics365.simulator.schema import EMPTY_DATE, ZERO, Values
from integrations.connectors.dynamics365.simulator.site import GAIN, LOSS, PER, Company, Site
from integrations.connectors.dynamics365.simulator.store import Row
from integrations.sandbox.books import Document, Entry

TRANSACTIONS, OPEN = "CustTransactions", "CustTransOpens"
TYPES = {"payment": "Payment", "refund": "Payment"}


def note_transaction(site: Site, company: Company, document: Document, values: Values, party: Row) -> None:
    """Add the customer transaction of a posted line; the customer's debits are positive."""
    whole = party.values
    amount = whole["DebitAmount"] - whole["CreditAmount"] if "DebitAmount" in whole else _signed(document)
    account = document.party or whole.get("AccountDisplayValue", "").replace("\\", "")
    row = site.store.seed(
        TRANSACTIONS,
        dataAreaId=company.area,
        SysRecId=site.store.new_rec_id(),
        AccountNum=account,
        OrderAccount=account,
        TransDate=document.date,
        AmountCur=amount,
        AmountMST=company.base.round(amount * document.rate),
        CurrencyCode=document.currency,
        ExchRate=document.rate * PER,
        TransType=TYPES.get(document.kind, "GeneralJournal" if document.record.startswith("Ledger") else "Cust"),
        PostingProfile=whole.get("PostingProfile", ""),
        Approved="Yes",
        **{"DueDate": document.date, **values},
    )
    row.links["document"] = document.id if document.side else ""
    site.store.seed(
        OPEN,
        dataAreaId=company.area,
        SysRecId=site.store.new_rec_id(),
        AccountNum=account,
        RefRecId=row.values["SysRecId"],
        AmountCur=amount,
        AmountMST=row.values["AmountMST"],
        TransDate=document.date,
        DueDate=row.values["DueDate"],
    )


def transaction_of(site: Site, company: Company, document: Document) -> Row | None:
    """Give the customer transaction of a document, or None."""
    for row in site.store.table(TRANSACTIONS).where("AccountNum", document.party):
        if row.links.get("document") == document.id and row.values["dataAreaId"] == company.area:
            return row
    return None


def refresh(site: Site, company: Company, document: Document, by: Document | None) -> None:
    """Bring a document's customer transaction in step with the books; `by` is what settled it last."""
    row = transaction_of(site, company, document) if document.party else None
    if row is None:
        return
    sign = 1 if document.side == "debit" else -1
    is_closed = document.applicable > 0 and document.open == 0
    last = by.posting_date if by is not None and document.used else EMPTY_DATE
    changes: Values = {
        "AmountCur": sign * document.total,
        "AmountMST": company.base.round(sign * document.total * document.rate),
        "TransDate": document.posting_date,
        "SettleAmountCur": sign * document.used,
        "SettleAmountMST": company.base.round(sign * document.used * document.rate),
        "Closed": last if is_closed and last != EMPTY_DATE else document.posting_date if is_closed else EMPTY_DATE,
        "LastSettleDate": last,
        "LastSettleVoucher": by.id.split(":")[2] if by is not None and document.used else "",
    }
    site.store.table(TRANSACTIONS).change(row, changes)
    _refresh_open(site, company, row, sign * document.open)


def forget(site: Site, company: Company, document: Document) -> None:
    """Take a document's customer transaction away."""
    row = transaction_of(site, company, document)
    if row is not None:
        _refresh_open(site, company, row, ZERO)
        site.store.table(TRANSACTIONS).drop(row)


def settle_by_itself(site: Site, company: Company, document: Document) -> None:
    """Use a document on its customer's oldest open ones of the other side, as automatic settlement does."""
    settle_with(site, company, document, list(company.books.open_of(document.party)))


def settle_all(site: Site, company: Company) -> int:
    """Settle what is open as a clerk would under Settle transactions, equal amounts first; tell how many were used."""
    settled = 0
    for document in list(company.books.documents.values()):
        if document.party and document.is_posted and document.open > 0:
            by_fit = [
                (one.open != document.open, at, one) for at, one in enumerate(company.books.open_of(document.party))
            ]
            settled += settle_with(site, company, document, [one for _, _, one in sorted(by_fit, key=itemgetter(0, 1))])
    return settled


def settle_with(site: Site, company: Company, document: Document, others: Iterable[Document]) -> int:
    """Use a document on open ones of the other side, in the order given; tell on how many."""
    used = 0
    for other in others:
        is_fit = other.side not in ("", document.side) and other.currency == document.currency
        if document.open > 0 and is_fit:
            _settle(company, document, other, min(document.open, other.open))
            refresh(site, company, other, document)
            used += 1
    refresh(site, company, document, document)
    return used


def _settle(company: Company, document: Document, other: Document, amount: Decimal) -> None:
    """Use one on the other; where they weigh differently in the accounting currency, that is a gain or a loss."""
    ours, theirs = (worth(company, one, amount) for one in (document, other))
    company.books.apply(document.id, other.id, company.books.get(document.id).applied.get(other.id, ZERO) + amount)
    if ours == theirs:
        return
    account = next(entry.account for entry in document.entries if entry.party)
    sign = 1 if document.side == "credit" else -1
    entries = [
        _base_only(account, sign * (ours - theirs), document.party),
        _base_only(LOSS if sign * theirs > sign * ours else GAIN, sign * (theirs - ours)),
    ]
    company.books.add(
        Document(
            id=f"{document.id}:settled:{other.id}",
            kind="application",
            record="ExchangeAdjustment",
            party=document.party,
            company=document.company,
            currency=company.currency,
            total=ZERO,
            date=max(document.posting_date, other.posting_date),
            posting_date=max(document.posting_date, other.posting_date),
            status="posted",
            entries=entries,
        )
    )


def worth(company: Company, document: Document, amount: Decimal) -> Decimal:
    """Give what the next part of a document weighs: all of its parts make the whole, to the cent."""
    return _worth_of(company, document, document.used + amount) - _worth_of(company, document, document.used)


def _worth_of(company: Company, document: Document, part: Decimal) -> Decimal:
    """Weigh the first part of a document; the whole weighs what was posted, with the cents that its lines left.

    Payments are weighed at their rate: what they were marked for has gone at another one.
    """
    if part == document.total and document.kind not in TYPES:
        return abs(sum((one.base_debit - one.base_credit for one in document.entries if one.party), ZERO))
    return company.base.round(part * document.rate)


def _base_only(account: str, amount: Decimal, party: str = "") -> Entry:
    entry = Entry(account, party=party, has_base=True)
    entry.base_debit, entry.base_credit = max(amount, ZERO), max(-amount, ZERO)
    return entry


def _refresh_open(site: Site, company: Company, transaction: Row, amount: Decimal) -> None:
    table = site.store.table(OPEN)
    found = table.where("RefRecId", transaction.values["SysRecId"])
    if found and not amount:
        table.drop(found[0])
    elif found:
        table.change(
            found[0],
            {"AmountCur": amount, "AmountMST": company.base.round(amount * transaction.values["ExchRate"] / PER)},
        )
    elif amount:
        site.store.seed(
            OPEN,
            dataAreaId=company.area,
            SysRecId=site.store.new_rec_id(),
            AccountNum=transaction.values["AccountNum"],
            RefRecId=transaction.values["SysRecId"],
            AmountCur=amount,
            AmountMST=company.base.round(amount * transaction.values["ExchRate"] / PER),
            TransDate=transaction.values["TransDate"],
            DueDate=transaction.values["DueDate"],
        )


def _signed(document: Document) -> Decimal:
    return document.total if document.side == "debit" else -document.total
