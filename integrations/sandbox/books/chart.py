"""The chart of accounts."""

from collections.abc import Iterable
from dataclasses import dataclass

from integrations.sandbox.books.refusal import BooksRefusal, Reason


@dataclass(slots=True, kw_only=True)
class Account:
    """One ledger account; `control` is "ar" or "ap" where each entry must name a party."""

    id: str
    number: str
    name: str
    kind: str  # in the system's own words
    control: str = ""
    currency: str | None = None
    is_active: bool = True


class Chart:
    """Finds accounts by the system's id or by number."""

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._by_id: dict[str, Account] = {}
        self._by_number: dict[str, Account] = {}
        for account in accounts:
            self.add(account)

    def add(self, account: Account) -> None:
        """Add or replace an account."""
        self._by_id[account.id] = account
        self._by_number[account.number] = account

    def get(self, account_id: str) -> Account | None:
        """Give the account with this id, or None."""
        return self._by_id.get(account_id)

    def numbered(self, number: str) -> Account | None:
        """Give the account with this number, or None."""
        return self._by_number.get(number)

    def all(self) -> list[Account]:
        """List the accounts by number."""
        return sorted(self._by_id.values(), key=lambda account: account.number)

    def usable(self, account_id: str) -> Account:
        """Give an account that may be posted to; refuses unknown and inactive ones."""
        account = self._by_id.get(account_id)
        if account is None:
            raise BooksRefusal(Reason.UNKNOWN_ACCOUNT, f"No account {account_id} in the chart.", account_id)
        if not account.is_active:
            raise BooksRefusal(Reason.INACTIVE_ACCOUNT, f"Account {account.number} is inactive.", account_id)
        return account
