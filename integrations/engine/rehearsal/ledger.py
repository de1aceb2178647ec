"""What foreseen drafts make in the ledger, ready to be shown: entries with names of accounts, and trial balances."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from integrations.contracts import Draft, LedgerEntry, ReferenceEntry

ZERO = Decimal(0)
_KINDS = ("account", "main_account", "bank_account", "cash_account")
References = Mapping[tuple[str, str], ReferenceEntry]


def shown_entries(entries: Iterable[tuple[Draft, LedgerEntry]], references: References) -> list[dict[str, str]]:
    """Give entries as rows: account, its name, debit or credit, currency; amounts are texts."""
    rows = []
    for draft, entry in entries:
        number, name = account_name(entry.account, references)
        side = "debit" if entry.amount > 0 else "credit"
        row = {"account": number, "name": entry.text or name, "debit": "", "credit": ""}
        rows.append({**row, side: str(abs(entry.amount)), "currency": draft.facts.currency or ""})
    return rows


def account_name(account: str, references: References) -> tuple[str, str]:
    """Give the number that people know and the name of an account; of a combination, its main account's name."""
    for part in (account, account.partition("-")[0]):
        for kind in _KINDS:
            entry = references.get((kind, part)) if part else None
            if entry is not None:
                return (entry.number or entry.code) if part == account else account, entry.name
    return account, ""


def trial_balance(entries: Iterable[tuple[Draft, LedgerEntry]], references: References) -> list[dict[str, str]]:
    """Add entries up by account and currency, debits and credits apart; the columns of a currency are equal."""
    sums: dict[tuple[str, str, str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for draft, entry in entries:
        number, name = account_name(entry.account, references)
        column = sums[(draft.facts.currency or "", number, entry.text if not number else "", name)]
        column[entry.amount < 0] += abs(entry.amount)
    return [
        {"account": number, "name": text or name, "currency": currency, "debit": str(debit), "credit": str(credit)}
        for (currency, number, text, name), (debit, credit) in sorted(sums.items())
    ]


def unbalanced(entries: Iterable[tuple[Draft, LedgerEntry]]) -> Decimal:
    """Give what debits exceed credits by; zero for what balances."""
    return sum((entry.amount for _, entry in entries), ZERO)
