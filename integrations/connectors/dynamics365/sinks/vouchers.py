"""What the general ledger keeps of posted vouchers, where an environment publishes it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from integrations.connectors.dynamics365.dimensions import split
from integrations.connectors.dynamics365.fiscal import MISSING
from integrations.connectors.dynamics365.odata import Query, Row, amount, chunks, either, text, text_literal, whole
from integrations.connectors.dynamics365.sinks.base import Ground
from integrations.contracts import LineFact
from integrations.errors import ConnectorError

VOUCHERS, ENTRIES = "GeneralJournalEntryBiEntities", "GeneralJournalAccountEntryBiEntities"
_AT_ONCE = 40
_IN_LEDGER = "-"  # between the segments of an entry's account


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: the account with its dimensions as the ledger writes them; debits are positive."""

    account: str
    amount: Decimal

    @property
    def main_account(self) -> str:
        """The account without its dimensions."""
        return self.account.partition(_IN_LEDGER)[0]


def entries_of(ground: Ground, vouchers: Sequence[str]) -> dict[str, tuple[Entry, ...]]:
    """Give the entries by voucher, in its own currency; nothing where the environment hides either of the two sets.

    Source: public clients of both sets, read 2026-11-21: an entry's `GeneralJournalEntry` is its header's `SourceKey`,
    `LedgerAccount` begins with the main account, amounts of credits are negative.
    """
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    try:
        headers = {whole(row, "SourceKey"): text(row, "SubledgerVoucher") for row in _headers(ground, set(vouchers))}
        for row in _entries(ground, list(headers)):
            entry = Entry(account=text(row, "LedgerAccount"), amount=amount(row, "TransactionCurrencyAmount"))
            found[headers[whole(row, "GeneralJournalEntry")]].append(entry)
    except ConnectorError as error:
        if error.code not in MISSING:
            raise
        return {}
    return {voucher: tuple(entries) for voucher, entries in found.items()}


def _headers(ground: Ground, vouchers: set[str]) -> Iterator[Row]:
    company = f"SubledgerVoucherDataAreaId eq {text_literal(ground.company)}"
    for condition in either("SubledgerVoucher", sorted(vouchers - {""})):
        query = Query(entity_set=VOUCHERS, filter=f"{company} and {condition}", order="SourceKey")
        for row in ground.client.rows(query):
            if text(row, "SubledgerVoucherDataAreaId").lower() == ground.company:
                yield row


def _entries(ground: Ground, headers: Sequence[int]) -> Iterator[Row]:
    for some in chunks(headers, _AT_ONCE):
        condition = " or ".join(f"GeneralJournalEntry eq {number}" for number in some)
        yield from ground.client.rows(Query(entity_set=ENTRIES, filter=condition, order="SourceKey"))


# Compared with what was drafted


def other_side(entries: Iterable[Entry], moved: Decimal, drafted: str, delimiter: str) -> str:
    """Give the account across from what a customer's line moved: as drafted where its main account is; "" untold."""
    told = [entry for entry in entries if entry.amount == -moved]
    main = split(drafted, delimiter)[0]
    return drafted if any(entry.main_account == main for entry in told) else told[0].account if told else ""


def lines_told(
    drafted: Sequence[LineFact], entries: Sequence[Entry], party: str, delimiter: str
) -> tuple[LineFact, ...]:
    """Give lines as drafted where the ledger has the same on every main account beside the party's, else its own."""
    own = [line for line in drafted if line.account != party]
    wanted, stands = defaultdict[str, Decimal](Decimal), defaultdict[str, Decimal](Decimal)
    for line in own:
        wanted[split(line.account, delimiter)[0]] += line.amount
    for entry in entries:
        stands[entry.main_account] += entry.amount
    if all(stands[account] == amount for account, amount in wanted.items()):
        return tuple(drafted)
    return tuple(LineFact(account=entry.account, amount=entry.amount) for entry in entries)
