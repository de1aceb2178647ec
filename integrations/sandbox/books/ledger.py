"""The books themselves: take, change and remove documents, apply them to each other, keep balances."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.books.chart import Chart
from integrations.sandbox.books.currency import Currencies
from integrations.sandbox.books.documents import ZERO, Document, require_balanced
from integrations.sandbox.books.periods import Periods
from integrations.sandbox.books.refusal import BooksRefusal, Reason

NOTHING: Mapping[str, Decimal] = {}


class Books:
    """The ledger of one organisation: a change is checked first and made whole, or refused and not made at all."""

    def __init__(self, chart: Chart, currencies: Currencies, periods: Periods) -> None:
        self.chart = chart
        self.currencies = currencies
        self.periods = periods
        self.documents: dict[str, Document] = {}
        self._balances: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._payers: dict[str, dict[str, Decimal]] = {}
        self._open_of: defaultdict[str, dict[str, Document]] = defaultdict(dict)

    def get(self, document_id: str) -> Document:
        """Give a document; refuses an unknown id."""
        document = self.documents.get(document_id)
        if document is None:
            raise BooksRefusal(Reason.UNKNOWN_DOCUMENT, f"No document {document_id}.", document_id)
        return document

    def add(self, document: Document, applied: Mapping[str, Decimal] = NOTHING, *, hold: bool = False) -> None:
        """Take a new document and apply it; a held one stands without being posted and cannot be applied."""
        if document.id in self.documents:
            raise BooksRefusal(Reason.DUPLICATE_DOCUMENT, f"Document {document.id} exists.", document.id)
        self._check(document, applied, None, hold=hold)
        self._insert(document, applied, hold=hold)

    def replace(self, document: Document, applied: Mapping[str, Decimal] = NOTHING, *, hold: bool = False) -> None:
        """Put a changed document in the place of the one with its id; `applied` is the whole new list.

        A period that takes no postings refuses it unless entries and posting date stay as they were.
        """
        old = self.get(document.id)
        payers = self.paid_by(document.id)
        if payers and (old.party, old.currency, old.side) != (document.party, document.currency, document.side):
            raise BooksRefusal(Reason.STILL_APPLIED, f"Other documents are applied to {document.id}.", document.id)
        document.used = sum(payers.values(), ZERO)
        self._check(document, applied, old, hold=hold)
        self._withdraw(old)
        self._insert(document, applied, hold=hold)

    def remove(self, document_id: str) -> Document:
        """Delete a document; refused while others are applied to it or its period takes no postings."""
        document = self.get(document_id)
        if self._payers.get(document_id):
            raise BooksRefusal(Reason.STILL_APPLIED, f"Other documents are applied to {document_id}.", document_id)
        if document.is_posted:
            self.periods.require_open(document.posting_date)
        self.force_out(document)
        return document

    def force_in(self, document: Document) -> None:
        """Post a document past every check, unapplied; for tampering and opening balances."""
        self._insert(document, NOTHING, hold=False)

    def force_out(self, document: Document) -> None:
        """Take a document out past every check, with its applications."""
        self._withdraw(document)
        del self.documents[document.id]

    def release(self, document_id: str) -> None:
        """Post a held document."""
        document = self.get(document_id)
        if not document.is_posted:
            self._check(document, document.applied, None, hold=False)
            self._insert(document, dict(document.applied), hold=False)

    def apply(self, payer_id: str, target_id: str, amount: Decimal) -> None:
        """Set how much of one document is used on another; zero takes the application back."""
        payer = self.get(payer_id)
        wanted = {**payer.applied, target_id: amount}
        self._check_applied(payer, wanted, payer)
        self._unapply(payer)
        self._apply(payer, wanted)

    def paid_by(self, document_id: str) -> Mapping[str, Decimal]:
        """Give what is applied to a document, by the applying document's id."""
        return self._payers.get(document_id, NOTHING)

    def open_of(self, party: str) -> Iterable[Document]:
        """List a party's posted documents with something open, oldest first."""
        return sorted(self._open_of.get(party, {}).values(), key=lambda document: (document.date, document.id))

    def balance(self, account: str, company: str = "") -> Decimal:
        """Give an account's balance in base currency, debits positive."""
        return self._balances[company, account]

    def trial_balance(self, company: str | None = None) -> dict[str, Decimal]:
        """Give each account's balance in base currency, debits positive, of one company or all added up."""
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for (owner, account), balance in self._balances.items():
            if balance and company in (None, owner):
                totals[account] += balance
        return dict(totals)

    def state(self, party_name: Callable[[str], str] = str) -> list[dict[str, Any]]:
        """Describe every document as the control API gives them, amounts as strings."""
        return [self._described(document, party_name) for document in self.documents.values()]

    def faults(self) -> list[str]:
        """Recompute everything from the documents and name what does not agree; empty when the books are sound."""
        found = []
        balances: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for document in self.documents.values():
            used = sum(document.applied.values(), ZERO) + sum(self.paid_by(document.id).values(), ZERO)
            if used != document.used or document.open < 0:
                found.append(f"{document.id}: used {document.used}, applications say {used}")
            if not document.is_posted:
                continue
            if sum((e.base_debit - e.base_credit for e in document.entries), ZERO):
                found.append(f"{document.id}: out of balance")
            for entry in document.entries:
                balances[document.company, entry.account] += entry.base_debit - entry.base_credit
        found += [
            f"{key}: balance kept wrong" for key in {*balances, *self._balances} if balances[key] != self._balances[key]
        ]
        return found

    # Checks come first and change nothing

    def _check(self, document: Document, applied: Mapping[str, Decimal], old: Document | None, *, hold: bool) -> None:
        if hold and applied:
            raise BooksRefusal(Reason.NOT_APPLICABLE, f"Document {document.id} is not posted.", document.id)
        self._check_applied(document, applied, old)
        if hold:
            return
        require_balanced(document)
        for entry in document.entries:
            account = self.chart.usable(entry.account)
            if account.control and not (entry.party or document.party):
                raise BooksRefusal(
                    Reason.PARTY_MISSING, f"An entry on {account.number} must name a party.", str(entry.line)
                )
        if old is None or not old.is_posted:
            self.periods.require_open(document.posting_date)
        elif _impact(old) != _impact(document):
            self.periods.require_open(old.posting_date)
            self.periods.require_open(document.posting_date)

    def _check_applied(self, document: Document, applied: Mapping[str, Decimal], old: Document | None) -> None:
        before = old.applied if old is not None else NOTHING
        for target_id, amount in applied.items():
            target = self.documents.get(target_id)
            if target is None or not target.is_posted:
                raise BooksRefusal(Reason.NOT_APPLICABLE, f"No open document {target_id} to apply to.", target_id)
            if target.side == document.side or target.party != document.party or target.currency != document.currency:
                raise BooksRefusal(Reason.NOT_APPLICABLE, f"{document.id} cannot be applied to {target_id}.", target_id)
            if amount < 0 or amount > target.open + before.get(target_id, ZERO):
                raise BooksRefusal(Reason.OVER_APPLIED, f"{amount} is more than is open on {target_id}.", target_id)
        from_others = sum(self.paid_by(document.id).values(), ZERO)
        if sum(applied.values(), ZERO) + from_others > document.applicable:
            raise BooksRefusal(Reason.OVER_APPLIED, f"More is applied than {document.id} has.", document.id)

    # Changes cannot fail

    def _insert(self, document: Document, applied: Mapping[str, Decimal], *, hold: bool) -> None:
        self.documents[document.id] = document
        document.is_posted = not hold
        document.used = sum(self.paid_by(document.id).values(), ZERO)
        document.applied = {}
        if not hold:
            balances, company = self._balances, document.company
            for entry in document.entries:
                balances[company, entry.account] += entry.base_debit - entry.base_credit
        self._apply(document, applied)

    def _withdraw(self, document: Document) -> None:
        self._unapply(document)
        self._open_of[document.party].pop(document.id, None)
        if document.is_posted:
            for entry in document.entries:
                self._balances[document.company, entry.account] -= entry.base_debit - entry.base_credit

    def _apply(self, payer: Document, applied: Mapping[str, Decimal]) -> None:
        for target_id, amount in applied.items():
            if not amount:
                continue
            target = self.documents[target_id]
            payer.applied[target_id] = amount
            payer.used += amount
            target.used += amount
            self._payers.setdefault(target_id, {})[payer.id] = amount
            self._note_open(target)
        self._note_open(payer)

    def _unapply(self, payer: Document) -> None:
        for target_id, amount in payer.applied.items():
            target = self.documents[target_id]
            target.used -= amount
            payer.used -= amount
            del self._payers[target_id][payer.id]
            self._note_open(target)
        payer.applied = {}

    def _note_open(self, document: Document) -> None:
        if document.is_posted and document.open > 0:
            self._open_of[document.party][document.id] = document
        else:
            self._open_of[document.party].pop(document.id, None)

    def _described(self, document: Document, party_name: Callable[[str], str]) -> dict[str, Any]:
        money = self.currencies.get(document.currency).round
        return {
            "kind": document.kind,
            "record": document.record,
            "id": document.id,
            "reference": document.reference,
            "number": document.number,
            "customer": party_name(document.party) if document.party else "",
            "currency": document.currency,
            "total": str(money(document.total)),
            "open": str(money(document.open)),
            "date": document.date.isoformat(),
            "posting_date": document.posting_date.isoformat(),
            "status": document.status,
            "posted": document.is_posted,
            "rate": str(document.rate),
            "lines": [self._described_entry(entry, document.party, money) for entry in document.entries],
            "applied": [{"id": id, "amount": str(money(amount))} for id, amount in document.applied.items()],
        }

    def _described_entry(self, entry: Any, party: str, money: Callable[[Decimal], Decimal]) -> dict[str, str]:
        account = self.chart.get(entry.account)
        owner = entry.party or (party if account and account.control else "")
        return {
            "account": account.number if account else entry.account,
            "debit": str(money(entry.debit)),
            "credit": str(money(entry.credit)),
            "base_debit": str(entry.base_debit),
            "base_credit": str(entry.base_credit),
            "memo": entry.memo,
            **({"party": owner} if owner else {}),
        }


def _impact(document: Document) -> list[tuple[object, ...]]:
    """What a document does to the ledger, for telling a change of memo or application from a change of the books."""
    sums: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in document.entries:
        sums[entry.account, entry.party or document.party] += entry.base_debit - entry.base_credit
    moved = sorted((key, amount) for key, amount in sums.items() if amount)
    return [(document.posting_date, document.company, document.currency), *moved]
